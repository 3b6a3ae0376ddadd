package lifecycle_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
)

// printed returns v as package fmt and the handlers of log/slog write it.
func printed(v any) (list []string) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p"} {
		list = append(list, fmt.Sprintf(verb, v))
	}
	var logs bytes.Buffer
	text, structured := slog.New(slog.NewTextHandler(&logs, nil)), slog.New(slog.NewJSONHandler(&logs, nil))
	text.Info("m", "v", v)
	structured.Info("m", "v", v)
	return append(list, fmt.Sprint(v), logs.String())
}

// Verbs and log handlers mask tokens, passwords, hashes and second factors, and print
// the other members.
func TestPrintsWithoutSecrets(t *testing.T) {
	p, err := user.Parse([]byte(`{"name":"Kim","identities":[{"provider":"auth0","access_token":"hunter2","refresh_token":null}]}`))
	require.NoError(t, err)
	c := lifecycle.Creation{Name: user.Set("Kim"), Password: user.Set(user.NewSecret("hunter2"))}
	hidden := lifecycle.Creation{Name: user.Set("Kim"), Extra: metadata.MustParse(`{"password":"hunter2"}`)}
	row, err := lifecycle.ParseRow([]byte(`{"name":"Kim","password_hash":"hunter2","custom_password_hash":{"value":"hunter2"},"mfa_factors":[{"totp":{"secret":"hunter2"}}]}`))
	require.NoError(t, err)
	in, err := lifecycle.RulesObject(p)
	require.NoError(t, err)
	mistyped, err := in.Set([]any{"hunter2"}, "identities")
	require.NoError(t, err)
	other, err := in.Set("hunter2", "identities")
	require.NoError(t, err)
	for _, x := range []struct {
		v    any
		want string
	}{
		{c, `{"name":"Kim","password":"********"}`},
		{&c, `{"name":"Kim","password":"********"}`},
		{hidden, `{"name":"Kim","password":"********"}`},
		{lifecycle.Creation{Name: user.Set("Kim")}, `{"name":"Kim"}`},
		{row, `{"name":"Kim","password_hash":"********","custom_password_hash":"********","mfa_factors":"********"}`},
		{in, `{"name":"Kim","identities":[{"provider":"auth0","access_token":"********","refresh_token":null}]}`},
		{mistyped, `{"name":"Kim","identities":["********"]}`},
		{other, `{"name":"Kim","identities":"********"}`},
	} {
		assert.JSONEq(t, x.want, fmt.Sprint(x.v), "%T", x.v)
		assert.JSONEq(t, x.want, x.v.(fmt.Stringer).String(), "%T", x.v)
		for _, out := range printed(x.v) {
			assert.NotContains(t, out, "hunter2", "%T", x.v)
			assert.NotContains(t, out, fmt.Sprintf("%x", "hunter2"), "%T", x.v)
			assert.NotContains(t, out, "too deep", "%T", x.v)
		}
	}
	for _, out := range printed(lifecycle.DatabaseUser{Database: p, Profile: p}) {
		assert.NotContains(t, out, "hunter2")
		assert.Contains(t, out, "Kim")
	}
}

// Package fmt calls no methods of unexported fields, and does not follow the pointer of a
// secret there.
func TestSecretsInUnexportedFields(t *testing.T) {
	type inside struct{ c lifecycle.Creation }
	v := inside{lifecycle.Creation{Name: user.Set("Kim"), Password: user.Set(user.NewSecret("hunter2")), Extra: metadata.MustParse(`{"password":"hunter2"}`)}}
	for _, out := range printed(v) {
		assert.NotContains(t, out, "hunter2")
	}
}

// encoding/json writes secrets, since bodies and files contain them.
func TestSecretsAreWritten(t *testing.T) {
	for want, v := range map[string]any{
		`{"password":"hunter2"}`:      lifecycle.Creation{Password: user.Set(user.NewSecret("hunter2"))},
		`{"password_hash":"hunter2"}`: lifecycle.Row{PasswordHash: user.Set(user.NewSecret("hunter2"))},
	} {
		out, err := json.Marshal(v)
		require.NoError(t, err)
		assert.Equal(t, want, string(out))
	}
}
