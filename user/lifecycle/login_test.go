package lifecycle_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// The outcome for a profile with every attribute in Extra is that for the profile that
// is parsed from its text.
func TestLoginOfProfilesBuiltByHand(t *testing.T) {
	n := 0
	for _, v := range vectors.Load(t, "user") {
		if v.Op != "login" {
			continue
		}
		n++
		var target user.Target
		if text := v.Section("target.json"); text != nil {
			require.NoError(t, json.Unmarshal(text, &target))
		}
		var cached, byHand user.Profile
		if text := v.Section("user.json"); text != nil {
			require.NoError(t, json.Unmarshal(text, &cached))
			if byHand.Extra = metadata.MustParse(string(text)); byHand.Extra.Len() == 0 {
				byHand.Extra = metadata.Object{}
			}
		}
		text := v.Need(t, "login.json")
		in, err := lifecycle.ParseLogin(text)
		require.NoError(t, err)
		want, wantErr := lifecycle.Login(cached, in, target)
		got, err := lifecycle.Login(byHand, user.Profile{Extra: metadata.MustParse(string(text))}, target)
		assert.Equal(t, wantErr, err, v.Name)
		assert.True(t, want.Profile.Equal(got.Profile), "%s: %s", v.Name, got.Profile)
		assert.Equal(t, want.Warnings, got.Warnings, v.Name)
		assert.Equal(t, want.Effects, got.Effects, v.Name)
		assert.Len(t, got.Changes(), len(want.Changes()), v.Name)
	}
	assert.Greater(t, n, 100)
}

// A mistyped member is kept, wherever in a profile it stands.
func TestLoginOfMistypedProfiles(t *testing.T) {
	target := user.Target{Connection: user.Connection{Kind: user.Social, Strategy: "github"}}
	warns := func(out user.Outcome, err error) {
		require.NoError(t, err)
		assert.ErrorIs(t, out.Warnings, rule.MistypedAttribute)
	}
	mistyped := user.Profile{Extra: metadata.MustParse(`{"email":5}`)}
	var field user.Profile
	require.NoError(t, json.Unmarshal([]byte(`5`), &field.Email))
	number := user.Profile{UserID: user.FieldOf[user.ID](value(t, `7`))}
	for _, p := range []user.Profile{mistyped, field, number} {
		warns(lifecycle.Login(p, user.Profile{}, target))
	}
	for _, p := range []user.Profile{mistyped, field} {
		out, err := lifecycle.Login(user.Profile{}, p, target)
		warns(out, err)
		assert.Contains(t, string(out.Profile.AppendJSON(nil)), `"email":5`)
	}
	out, err := lifecycle.Login(user.Profile{}, number, target)
	require.NoError(t, err)
	assert.JSONEq(t, `{"user_id":"github|7","identities":[{"user_id":7,"provider":"github","isSocial":true}]}`, string(out.Profile.AppendJSON(nil)))
}

func value(t *testing.T, text string) (v metadata.Value) {
	require.NoError(t, v.UnmarshalJSON([]byte(text)))
	return v
}

// New members of Extra are sorted by name; the others keep their places.
func TestLoginKeepsTheOrderOfExtra(t *testing.T) {
	cached, err := user.Parse([]byte(`{"x":1,"gone":1,"a":1}`))
	require.NoError(t, err)
	in, err := user.Parse([]byte(`{"z":1,"a":2,"b":{"c":null},"x":1}`))
	require.NoError(t, err)
	out, err := lifecycle.Login(cached, in, user.Target{Connection: user.Connection{Kind: user.Social}})
	require.NoError(t, err)
	assert.Equal(t, `{"x":1,"a":2,"b":{"c":null},"z":1}`, string(out.Profile.AppendJSON(nil)))
	var removed []string
	for _, w := range out.Warnings {
		if w.Rule == rule.RemovedAtLogin {
			removed = append(removed, w.Pointer)
		}
	}
	assert.Equal(t, []string{"/gone"}, removed)
}

// Many attributes that a login lacks are listed up to the limit, then a warning says that there are
// more.
func TestLoginWarningsEndWithMore(t *testing.T) {
	t.Parallel()
	u := user.Profile{UserID: user.Set[user.ID]("google-oauth2|77")}
	members := "{"
	for i := range limit.Entries + 5 {
		members += `"a` + strconv.Itoa(i) + `":1,`
	}
	u.Extra = metadata.MustParse(members + `"z":1}`)
	out, err := lifecycle.Login(u, user.Profile{UserID: user.Set[user.ID]("77")}, user.Target{Connection: user.Connection{Kind: user.Social}})
	require.NoError(t, err)
	last := out.Warnings[len(out.Warnings)-1]
	assert.Equal(t, rule.More, last.Rule)
}

// It was observed that Actions fail for user_metadata of another type; for app_metadata it is inferred.
func TestEvidenceOfLoginMetadata(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]rule.Evidence{"user_metadata": rule.Observed, "app_metadata": rule.Inferred} {
		login, err := lifecycle.ParseLogin([]byte(`{"user_id":"77","` + name + `":"x"}`))
		require.NoError(t, err)
		out, err := lifecycle.Login(user.Profile{}, login, user.Target{Connection: user.Connection{Kind: user.Enterprise}})
		require.NoError(t, err)
		var got []rule.Evidence
		for _, w := range out.Warnings {
			if w.Rule == rule.LoginMetadata {
				got = append(got, w.Evidence)
			}
		}
		assert.Equal(t, []rule.Evidence{want}, got, name)
	}
}
