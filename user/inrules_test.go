package user_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// Shows S4.5: what a rule changes in memory is there for later rules of the run,
// and gone at the next login.
func TestRulesChangeMemoryOnly(t *testing.T) {
	u := user.Profile{UserID: user.Set(user.ID("auth0|1")), AppMetadata: metadata.MustParse(`{"plan":"gold"}`)}
	before := string(u.AppendJSON(nil))
	first, err := user.RulesObject(u)
	require.NoError(t, err)
	second, err := first.With("x", "app_metadata", "seen")
	require.NoError(t, err)
	seen, ok := second.User.Get("app_metadata", "seen")
	assert.True(t, ok, seen)
	_, ok = first.User.Get("app_metadata", "seen")
	assert.False(t, ok)
	assert.Equal(t, before, string(u.AppendJSON(nil)))
	next, err := user.RulesObject(u)
	require.NoError(t, err)
	assert.True(t, next.User.Equal(first.User))

	_, err = first.With("x", "user_id", "deeper")
	assert.ErrorIs(t, err, metadata.ErrPath)
}

// Shows S4.6: to persist metadata a rule calls the Management API, with all that
// this means: null removes, {} wipes. The token that a rule has is enough.
func TestRulesPersistByAnUpdate(t *testing.T) {
	u := user.Profile{UserMetadata: metadata.MustParse(`{"a":1,"b":{"x":1,"y":2}}`)}
	for m, want := range map[string]string{
		`{"a":null}`:      `{"b":{"x":1,"y":2}}`, // a top-level member goes by null
		`{"b":{"x":1}}`:   `{"a":1,"b":{"x":1}}`, // a nested one by sending its parent without it
		`{}`:              `{}`,
		`{"c":[1],"a":2}`: `{"a":2,"b":{"x":1,"y":2},"c":[1]}`,
	} {
		out, err := patch.Payload{UserMetadata: metadata.MustDelta(m)}.Apply(u, patch.Target{Scopes: []string{"read:users", "update:users"}})
		require.NoError(t, err)
		assert.True(t, out.Profile.UserMetadata.Equal(metadata.MustParse(want)), "%s gives %s", m, out.Profile.UserMetadata)
	}
}

// Shows S4.7: another primary user is logged in, and the rest of the run reads the
// first one's object still.
func TestPrimaryUserLeavesUser(t *testing.T) {
	u := user.Profile{UserID: user.Set(user.ID("google-oauth2|2")), Name: user.Set("Kim")}
	run, err := user.RulesObject(u)
	require.NoError(t, err)
	assert.Equal(t, user.ID("google-oauth2|2"), run.PrimaryUser)
	run.PrimaryUser = "auth0|1"
	later, err := run.With(1, "seen")
	require.NoError(t, err)
	id, _ := later.User.Get("user_id")
	assert.Equal(t, `"google-oauth2|2"`, id.String())
	assert.Equal(t, user.ID("auth0|1"), later.PrimaryUser)
}

// What is printed has no token; the user has.
func TestInRulesPrints(t *testing.T) {
	u, err := user.Parse([]byte(`{"user_id":"auth0|1","identities":[{"provider":"auth0","user_id":"1","access_token":"secret"}],"app_metadata":{"plan":"gold"}}`))
	require.NoError(t, err)
	r, err := user.RulesObject(u)
	require.NoError(t, err)
	assert.JSONEq(t, `{"user_id":"auth0|1","identities":[{"provider":"auth0","user_id":"1","access_token":"********"}],"app_metadata":{"plan":"gold"},"plan":"gold"}`, fmt.Sprint(r))
	assert.Contains(t, r.User.String(), "secret")
	for _, identities := range []any{nil, []any{}} {
		r, err := user.InRules{}.With(identities, "identities")
		require.NoError(t, err)
		assert.Equal(t, r.User.String(), r.String())
	}
	assert.Equal(t, user.InRules{}.User.String(), user.InRules{}.String())
}
