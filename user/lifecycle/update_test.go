package lifecycle_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
)

// An update can change these attributes, read strictly, before and after the user moved
// to the Auth0 store.
func TestUpdatesOfDatabaseUsers(t *testing.T) {
	for state, updatable := range map[lifecycle.State][]string{
		lifecycle.Cached:   {"user_metadata", "app_metadata", "blocked"},
		lifecycle.Migrated: {"user_metadata", "app_metadata", "blocked", "email", "email_verified"},
	} {
		target := user.Target{Connection: user.Connection{Kind: user.CustomDatabase, ImportMode: true}, Migrated: state == lifecycle.Migrated}
		for name, text := range map[string]string{
			"user_metadata": `{"a":1}`, "app_metadata": `{"a":1}`, "blocked": `true`, "email": `"kim@example.com"`, "email_verified": `true`,
			"name": `"Kim"`, "nickname": `"k"`, "given_name": `"Kim"`, "family_name": `"Lee"`, "picture": `"https://example.com/k.png"`,
		} {
			p, err := patch.Parse([]byte(`{"` + name + `":` + text + `}`))
			require.NoError(t, err)
			assert.Equal(t, slices.Contains(updatable, name), p.Validate(target).Valid(), "%s %s", state, name)
		}
	}
}

// A rule persists metadata by a call of the Management API, with the scopes of the token
// that it has: null removes a member and {} wipes.
func TestRulesPersistByAnUpdate(t *testing.T) {
	u := user.Profile{UserMetadata: metadata.MustParse(`{"a":1,"b":{"x":1,"y":2}}`)}
	for m, want := range map[string]string{
		`{"a":null}`:      `{"b":{"x":1,"y":2}}`, // null removes a first-level member
		`{"b":{"x":1}}`:   `{"a":1,"b":{"x":1}}`, // a nested one is removed by sending its parent without it
		`{}`:              `{}`,
		`{"c":[1],"a":2}`: `{"a":2,"b":{"x":1,"y":2},"c":[1]}`,
	} {
		out, err := patch.Payload{UserMetadata: metadata.MustDelta(m)}.Apply(u, user.Target{Scopes: []string{"read:users", "update:users"}})
		require.NoError(t, err)
		assert.True(t, out.Profile.UserMetadata.Equal(metadata.MustParse(want)), "%s gives %s", m, out.Profile.UserMetadata)
	}
}
