package user_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func TestTargetReads(t *testing.T) {
	var target user.Target
	require.NoError(t, json.Unmarshal([]byte(`{"connection":{"name":"db","kind":"custom-database","import_mode":true},"migrated":true,"secondary":true,
		"scopes":["update:users"],"sources":"lenient","policies":{"user.login-metadata":"merged"},"now":"2026-01-02T03:04:05Z"}`), &target))
	want := user.Target{
		Connection: user.Connection{Name: "db", Kind: user.CustomDatabase, ImportMode: true}, Migrated: true, Secondary: true,
		Scopes: []string{"update:users"}, Sources: rule.Lenient, Policies: rule.Policies{rule.LoginMetadata: "merged"},
		Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	assert.Empty(t, cmp.Diff(want, target))
	for text, sources := range map[string]rule.Sources{
		`{}`: rule.Strict, `{"sources":"strict"}`: rule.Strict, `{"sources":"lenient"}`: rule.Lenient, `{"lenient":true}`: rule.Lenient, `{"lenient":false}`: rule.Strict,
	} {
		require.NoError(t, json.Unmarshal([]byte(text), &target), text)
		assert.Equal(t, user.Target{Sources: sources}, target, text)
	}
}

// A target is written as it is read; the zero Target is {}.
func TestTargetRoundTrip(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"connection":{"name":"g","strategy":"google-oauth2","kind":"social","root_attributes":"on_first_login","requires_username":false,"non_persistent_attrs":["a"],"disabled":true},"sources":"lenient"}`,
		`{"migrated":true,"secondary":true,"scopes":["x"],"policies":{"user.removed-at-login":"kept"},"now":"2026-01-02T03:04:05Z"}`,
	} {
		var target user.Target
		require.NoError(t, json.Unmarshal([]byte(text), &target), text)
		out, err := json.Marshal(target)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(out))
	}
}

// A misspelt member, rule or reading is an error.
func TestTargetFaults(t *testing.T) {
	for text, want := range map[string]metadata.Error{
		`{"lenent":true}`:                   {Fault: user.ErrUnknownMember, Pointer: "/lenent"},
		`{"lenient":"yes"}`:                 {Fault: user.ErrMistyped, Pointer: "/lenient"},
		`{"sources":"lax"}`:                 {Fault: user.ErrUnknownValue, Pointer: "/sources"},
		`{"sources":1}`:                     {Fault: user.ErrMistyped, Pointer: "/sources"},
		`{"migrated":1}`:                    {Fault: user.ErrMistyped, Pointer: "/migrated"},
		`{"scopes":"x"}`:                    {Fault: user.ErrMistyped, Pointer: "/scopes"},
		`{"scopes":[1]}`:                    {Fault: user.ErrMistyped, Pointer: "/scopes/0"},
		`{"scopes":["a",null,"b"]}`:         {Fault: user.ErrMistyped, Pointer: "/scopes/1"},
		`{"now":"yesterday"}`:               {Fault: user.ErrMistyped, Pointer: "/now"},
		`{"connection":{"kind":"databse"}}`: {Fault: user.ErrUnknownValue, Pointer: "/connection/kind"},
		`{"policies":1}`:                    {Fault: user.ErrMistyped, Pointer: "/policies"},
		`{"policies":{"user.login-metadata":"sideways"}}`: {Fault: user.ErrUnknownValue, Pointer: "/policies/user.login-metadata"},
		`{"policies":{"user.login-metadata":1}}`:          {Fault: user.ErrUnknownValue, Pointer: "/policies/user.login-metadata"},
		`{"policies":{"user.null":""}}`:                   {Fault: user.ErrUnknownValue, Pointer: "/policies/user.null"},
		`{"policies":{"user.nothing":"strict"}}`:          {Fault: user.ErrUnknownValue, Pointer: "/policies/user.nothing"},
	} {
		target := user.Target{Migrated: true}
		var es metadata.Errors
		require.ErrorAs(t, target.UnmarshalJSON([]byte(text)), &es, text)
		require.Len(t, es, 1, text)
		assert.Equal(t, want, *es[0], text)
		assert.Equal(t, user.Target{Migrated: true}, target, "a fault changes nothing")
	}
	assert.ErrorIs(t, new(user.Target).UnmarshalJSON([]byte(`[]`)), metadata.ErrNotObject)
}

// A target can choose every reading of every rule.
func TestTargetChoosesReadings(t *testing.T) {
	for _, r := range rule.All() {
		for _, x := range r.Readings {
			var target user.Target
			require.NoError(t, target.UnmarshalJSON([]byte(`{"policies":{"`+string(r.ID)+`":"`+x.Name+`"}}`)))
			assert.Equal(t, x.Name, target.Policies.Reading(target.Sources, r.ID))
		}
	}
}
