package stories

import (
	"encoding/json"
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// Turn a form into the smallest PATCH: fill the form from the user, let people edit it,
// and send the difference. The goal starts as a copy of the user that was read. PlanTo
// judges the difference for the connection: here a social one that takes the profile
// attributes from the identity provider at the first login only, so that the API lets
// an update remove the nickname.
func Example_formToPatch() {
	before := user.Profile{
		GivenName:    user.Set("Rosa"),
		FamilyName:   user.Set("Diaz"),
		Nickname:     user.Set("rosa"),
		UserMetadata: metadata.MustParse(`{"color":"green","newsletter":true,"visits":9007199254740993}`),
	}
	var form struct {
		GivenName  string `json:"given_name"`
		Nickname   string `json:"nickname"`
		Newsletter bool   `json:"newsletter"`
	}
	posted := `{"given_name":"Rosa","nickname":"","newsletter":false}`
	if err := json.Unmarshal([]byte(posted), &form); err != nil {
		fmt.Println(err)
		return
	}

	goal := before.Clone()
	goal.GivenName = user.Set(form.GivenName)
	goal.Nickname = user.Set(form.Nickname)
	if form.Nickname == "" { // an empty input removes the attribute
		goal.Nickname = user.Field[string]{}
	}
	var err error
	if goal.UserMetadata, err = goal.UserMetadata.With(form.Newsletter, "newsletter"); err != nil {
		fmt.Println(err)
		return
	}
	target := user.Target{Connection: user.Connection{Kind: user.Social, RootAttributes: user.OnFirstLogin}}
	payloads, err := patch.PlanTo(before, goal, target)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range payloads {
		fmt.Println(p)
	}
	// Output:
	// {"user_metadata":{"newsletter":false},"nickname":null}
}
