package stories

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Turn a form into the smallest PATCH: fill the form from the user, let people edit it,
// and send the difference. The goal starts as a copy of the user that was read. PlanTo
// judges the difference for the connection: here a social one that takes the profile
// attributes from the identity provider at the first login only, so that the API lets
// an update remove the nickname.
func Example_formToPatch() {
	before := user.Profile{
		GivenName:    user.Set("Rosa"),
		Nickname:     user.Set("rosa"),
		UserMetadata: metadata.MustParse(`{"color":"green","newsletter":true,"visits":9007199254740993}`),
	}
	form := map[string]string{"given_name": "Rosa", "nickname": "", "newsletter": "off"} // as it was posted

	goal := before.Clone()
	goal.GivenName = user.Set(form["given_name"])
	if goal.Nickname = user.Set(form["nickname"]); form["nickname"] == "" {
		goal.Nickname = user.Field[string]{} // an empty input removes the attribute
	}
	var err error
	if goal.UserMetadata, err = goal.UserMetadata.With(form["newsletter"] == "on", "newsletter"); err != nil {
		fmt.Println(err)
		return
	}
	google := user.Connection{Name: "google-oauth2", Strategy: "google-oauth2", Kind: user.Social, RootAttributes: user.OnFirstLogin}
	payloads, err := patch.PlanTo(before, goal, user.Target{Connection: google, Sources: rule.Current})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(payloads)
	// Output:
	// [{"user_metadata":{"newsletter":false},"nickname":null}]
}
