package identities_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// ofMembers is the target of the primary.
var ofMembers = user.Target{Connection: user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}, Sources: rule.Current}

// account returns a user with one identity. The connection of the provider auth0 is members.
func account(provider, id, preferences string) user.Profile {
	connection := strings.Replace(provider, "auth0", "members", 1)
	return user.Profile{
		UserID:       user.Set(user.ID(provider + "|" + id)),
		Email:        user.Set(id + "@example.com"),
		Identities:   []user.Identity{{Provider: user.Set(provider), UserID: user.Set(user.ID(id)), Connection: user.Set(connection)}},
		UserMetadata: metadata.MustParse(preferences),
	}
}

// Linking drops the secondary's metadata, with a warning.
func ExampleLink() {
	primary, secondary := account("auth0", "ann", `{"color":"red"}`), account("google-oauth2", "42", `{"size":"L"}`)
	l, err := identities.Link(primary, secondary, ofMembers)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, id := range l.Profile.Identities {
		fmt.Println(id.Provider.Or(""), id.UserID.Or(""), id.ProfileData)
	}
	fmt.Println(l.Profile.UserMetadata)
	fmt.Println(l.Warnings[0].Message)
	// Output:
	// auth0 ann {"email":"ann@example.com"}
	// google-oauth2 42 {"email":"42@example.com"}
	// {"color":"red"}
	// the secondary's user_metadata is lost; copy it with an update of the primary
}

// An unlink whose user_id has its prefix succeeds and changes nothing.
func ExampleUnlink() {
	l, err := identities.Link(account("auth0", "ann", `{}`), account("google-oauth2", "42", `{}`), ofMembers)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, id := range []user.ID{"google-oauth2|42", "42"} {
		out, err := identities.Unlink(l.Profile, "google-oauth2", id)
		fmt.Println(len(out.Profile.Identities), out.Warnings[0].Rule, err)
	}
	// Output:
	// 2 identities.nothing-unlinked <nil>
	// 1 identities.detached-profile <nil>
}

// The main identity cannot be unlinked.
func ExampleUnlink_mainIdentity() {
	_, err := identities.Unlink(account("auth0", "ann", `{}`), "auth0", "ann")
	refused := errors.Is(err, rule.MainIdentity)
	fmt.Println(refused, err)
	// Output: true Main identity cannot be removed. [identities.main-identity] at /identities/0
}
