package patch_test

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// Two Actions of a login set metadata. The second reads what the first staged, and
// one update is made at the end.
func ExampleStage_Run() {
	s := patch.Stage{
		Trigger: patch.PostLogin,
		User:    user.Profile{UserMetadata: metadata.MustParse(`{"color":"red"}`)},
	}
	out, err := s.Run(
		patch.SetUserMetadata("color", "blue"),
		patch.SetAppMetadata("plan", "free"),
		patch.NextAction(),
		patch.SetUserMetadata("size", "L"),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for e := range out.EventUsers() {
		fmt.Println(e)
	}
	for _, p := range out.Payloads() {
		fmt.Println(p)
	}
	// Output:
	// {"user_metadata":{"color":"red"},"app_metadata":{}}
	// {"user_metadata":{"color":"blue"},"app_metadata":{"plan":"free"}}
	// {"user_metadata":{"color":"blue","size":"L"},"app_metadata":{"plan":"free"}}
}

// Whether the next Action sees an update through the Management API is disputed. A
// policy chooses, and a warning says so.
func ExampleStage_Run_directUpdate() {
	for _, reading := range []string{"seen", "unseen"} {
		s := patch.Stage{
			Trigger: patch.PostUserRegistration, // it has no setters
			Target:  patch.Target{Policies: map[patch.RuleID]string{patch.RuleDirectUpdate: reading}},
		}
		out, err := s.Run(patch.ManagementUpdate(patch.Payload{Name: patch.Set("Ann")}), patch.NextAction())
		if err != nil {
			fmt.Println(err)
			return
		}
		for e := range out.EventUsers() {
			fmt.Print(e, " ")
		}
		fmt.Println(out.Warnings[0].Rule)
	}
	// Output:
	// {"user_metadata":{},"app_metadata":{}} {"name":"Ann","user_metadata":{},"app_metadata":{}} patch.direct-update
	// {"user_metadata":{},"app_metadata":{}} {"user_metadata":{},"app_metadata":{}} patch.direct-update
}
