package stories

import (
	"fmt"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// account returns a user with one identity, whose connection has the name of its provider.
func account(provider, id, preferences string) user.Profile {
	return user.Profile{
		UserID:       user.Set(user.ID(provider + "|" + id)),
		UserMetadata: metadata.MustParse(preferences),
		Identities:   []user.Identity{{Provider: user.Set(provider), UserID: user.Set(user.ID(id)), Connection: user.Set(provider)}},
	}
}

// Link two accounts and keep the preferences of the secondary. The API drops them, so
// an update after the link writes the merged metadata. The target is that of the primary.
func Example_linkKeepingPreferences() {
	primary := account("google-oauth2", "1002", `{"color":"green"}`)
	secondary := account("facebook", "1003", `{"color":"red","language":"es"}`)
	google := user.Connection{Name: "google-oauth2", Strategy: "google-oauth2", Kind: user.Social, RootAttributes: user.OnFirstLogin}
	target := user.Target{Connection: google, Sources: rule.Current}

	api, err := identities.Link(primary, secondary, target)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range api.Warnings {
		fmt.Println(w.Pointer, w.Message)
	}
	wanted, err := identities.LinkMerging(primary, secondary, metadata.Fill, target) // the color of the primary stays
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
