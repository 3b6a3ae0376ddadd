package lifecycle_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
)

// Later rules of the run read the changes of a rule; the next login does not.
func TestRulesChangeMemoryOnly(t *testing.T) {
	u := user.Profile{UserID: user.Set(user.ID("auth0|1")), AppMetadata: metadata.MustParse(`{"plan":"gold"}`)}
	before := string(u.AppendJSON(nil))
	first, err := lifecycle.RulesObject(u)
	require.NoError(t, err)
	second, err := first.Set("x", "app_metadata", "seen")
	require.NoError(t, err)
	seen, ok := second.User.Get("app_metadata", "seen")
	assert.True(t, ok, seen)
	_, ok = first.User.Get("app_metadata", "seen")
	assert.False(t, ok)
	assert.Equal(t, before, string(u.AppendJSON(nil)))
	next, err := lifecycle.RulesObject(u)
	require.NoError(t, err)
	assert.True(t, next.User.Equal(first.User))

	_, err = first.Set("x", "user_id", "deeper")
	assert.ErrorIs(t, err, metadata.ErrPath)
}

// A rule can change the primary user; later rules of the run still read the object of
// the first user.
func TestPrimaryUserLeavesUser(t *testing.T) {
	u := user.Profile{UserID: user.Set(user.ID("google-oauth2|2")), Name: user.Set("Kim")}
	run, err := lifecycle.RulesObject(u)
	require.NoError(t, err)
	assert.Equal(t, user.ID("google-oauth2|2"), run.PrimaryUser)
	run.PrimaryUser = "auth0|1"
	later, err := run.Set(1, "seen")
	require.NoError(t, err)
	id, _ := later.User.Get("user_id")
	assert.Equal(t, `"google-oauth2|2"`, id.String())
	assert.Equal(t, user.ID("auth0|1"), later.PrimaryUser)
}

// A RulesUser prints with masked tokens.
func TestRulesUserPrints(t *testing.T) {
	u, err := user.Parse([]byte(`{"user_id":"auth0|1","identities":[{"provider":"auth0","user_id":"1","access_token":"secret"}],"app_metadata":{"plan":"gold"}}`))
	require.NoError(t, err)
	r, err := lifecycle.RulesObject(u)
	require.NoError(t, err)
	assert.JSONEq(t, `{"user_id":"auth0|1","identities":[{"provider":"auth0","user_id":"1","access_token":"********"}],"app_metadata":{"plan":"gold"},"plan":"gold"}`, fmt.Sprint(r))
	assert.Contains(t, r.User.String(), "secret")
	for _, identities := range []any{nil, []any{}} {
		r, err := lifecycle.RulesUser{}.Set(identities, "identities")
		require.NoError(t, err)
		assert.Equal(t, r.User.String(), r.String())
	}
	assert.Equal(t, lifecycle.RulesUser{}.User.String(), lifecycle.RulesUser{}.String())
}
