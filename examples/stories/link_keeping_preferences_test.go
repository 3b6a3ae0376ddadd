package stories

import (
	"fmt"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// Link two accounts and keep the preferences of the secondary. The API drops them, so
// an update after the link writes the merged metadata.
func Example_linkKeepingPreferences() {
	primary := user.Profile{
		UserID:       user.Set(user.ID("auth0|65f0c0ffee")),
		UserMetadata: metadata.MustParse(`{"color":"green"}`),
		Identities:   []user.Identity{{Provider: user.Set("auth0"), UserID: user.Set[user.ID]("65f0c0ffee"), Connection: user.Set("members")}},
	}
	secondary := user.Profile{
		UserID:       user.Set(user.ID("google-oauth2|1002")),
		UserMetadata: metadata.MustParse(`{"color":"red","language":"es"}`),
		Identities:   []user.Identity{{Provider: user.Set("google-oauth2"), UserID: user.Set[user.ID]("1002"), Connection: user.Set("google-oauth2")}},
	}

	api, err := identities.Link(primary, secondary, user.Target{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range api.Warnings {
		fmt.Println(w.Pointer, w.Message)
	}
	wanted, err := identities.LinkMerging(primary, secondary, metadata.Fill, user.Target{}) // the color of the primary stays
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := patch.Diff(api.Profile, wanted.Profile)
	fmt.Println("after the link, send:", p, err)
	// Output:
	// /user_metadata the secondary's user_metadata is lost; copy it with an update of the primary
	// after the link, send: {"user_metadata":{"language":"es"}} <nil>
}
