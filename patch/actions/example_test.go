package actions_test

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Two Actions of a login set metadata. The second one reads the members that the first
// one staged, and one update is made at the end.
func ExampleStage_Run() {
	members := user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}
	s := actions.Stage{
		Trigger: actions.PostLogin,
		Target:  user.Target{Connection: members, Sources: rule.Current},
		User:    user.Profile{UserMetadata: metadata.MustParse(`{"color":"red"}`)},
	}
	out, err := s.Run(
		actions.SetUserMetadata("color", "blue"),
		actions.SetAppMetadata("plan", "free"),
		actions.NextAction(),
		actions.SetUserMetadata("size", "L"),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for e := range out.EventUsers() {
		fmt.Println(e)
	}
	for _, p := range out.Writes.Payloads() {
		fmt.Println(p)
	}
	// Output:
	// {"user_metadata":{"color":"red"},"app_metadata":{}}
	// {"user_metadata":{"color":"blue"},"app_metadata":{"plan":"free"}}
	// {"user_metadata":{"color":"blue","size":"L"},"app_metadata":{"plan":"free"}}
}

// Whether the next Action reads an update through the Management API is disputed. A
// policy chooses, and a warning names the rule.
func ExampleStage_Run_directUpdate() {
	for _, reading := range []string{"seen", "unseen"} {
		s := actions.Stage{
			Trigger: actions.PostLogin,
			Target: user.Target{
				Connection: user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database},
				Policies:   rule.Policies{rule.DirectUpdate: reading},
			},
		}
		out, err := s.Run(actions.ManagementUpdate(patch.Payload{Name: user.Set("Ann")}), actions.NextAction())
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
