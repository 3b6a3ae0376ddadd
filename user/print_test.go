package user_test

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// No format and no log shows a token, a password, a hash of one or a second factor;
// what else there is shows.
func TestPrintsWithoutSecrets(t *testing.T) {
	p, err := user.Parse([]byte(`{"name":"Kim","identities":[{"provider":"auth0","access_token":"hunter2","access_token_secret":"hunter2","refresh_token":null}]}`))
	require.NoError(t, err)
	p.Identities = append(p.Identities, user.Identity{Provider: user.Set("sms"), Extra: metadata.MustParse(`{"access_token":"hunter2","x":null,"refresh_token":null}`)})
	c := user.Creation{Name: user.Value("Kim"), Password: user.Value("hunter2")}
	hidden := user.Creation{Name: user.Value("Kim"), Extra: metadata.MustParse(`{"password":"hunter2"}`)}
	i, err := user.ParseImport([]byte(`{"name":"Kim","password_hash":"hunter2","custom_password_hash":{"value":"hunter2"},"mfa_factors":[{"totp":{"secret":"hunter2"}}]}`))
	require.NoError(t, err)
	in, err := user.RulesObject(p)
	require.NoError(t, err)
	odd, err := in.With([]any{"hunter2"}, "identities")
	require.NoError(t, err)
	other, err := in.With("hunter2", "identities")
	require.NoError(t, err)
	for _, x := range []struct {
		v    any
		want string
	}{
		{p, `{"name":"Kim","identities":[{"provider":"auth0","access_token":"********","access_token_secret":"********","refresh_token":null},{"provider":"sms","access_token":"********","x":null,"refresh_token":null}]}`},
		{p.Identities[0], `{"provider":"auth0","access_token":"********","access_token_secret":"********","refresh_token":null}`},
		{c, `{"name":"Kim","password":"********"}`},
		{hidden, `{"name":"Kim","password":"********"}`},
		{user.Creation{Name: user.Value("Kim")}, `{"name":"Kim"}`},
		{i, `{"name":"Kim","password_hash":"********","custom_password_hash":"********","mfa_factors":"********"}`},
		{in, `{"name":"Kim","identities":[{"provider":"auth0","access_token":"********","access_token_secret":"********","refresh_token":null},{"provider":"sms","access_token":"********","x":null,"refresh_token":null}]}`},
		{odd, `{"name":"Kim","identities":["********"]}`},
		{other, `{"name":"Kim","identities":"********"}`},
	} {
		assert.JSONEq(t, x.want, fmt.Sprint(x.v), "%T", x.v)
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			assert.NotContains(t, fmt.Sprintf(format, x.v), "hunter2", "%s of %T", format, x.v)
		}
		logs := x.v.(slog.LogValuer).LogValue().String()
		assert.NotContains(t, logs, "hunter2", "%T", x.v)
		assert.NotContains(t, logs, "too deep", "%T", x.v)
	}
	assert.Equal(t, "hunter2", p.Identities[0].AccessToken.Or(""), "it is covered in print only")
	assert.Contains(t, string(p.AppendJSON(nil)), "hunter2")

	changes, err := user.Changes(user.Profile{}, p)
	require.NoError(t, err)
	for _, v := range []slog.LogValuer{
		user.Created{Profile: p}, user.Refreshed{Profile: p, Changes: changes}, user.Imported{Profile: p, Changes: changes}, user.DatabaseUser{Database: p, Profile: p},
	} {
		logs := v.LogValue().String()
		assert.NotContains(t, logs, "hunter2", "%T", v)
		assert.Contains(t, logs, "Kim", "%T", v)
	}
	assert.Contains(t, user.Refreshed{Changes: changes}.LogValue().String(), "added /name")
}

// A violation says what is wrong, by which rule and where.
func TestViolationsPrint(t *testing.T) {
	v := user.Violation{Rule: user.RuleNull, Pointer: "/email", Message: "email cannot be null"}
	assert.Equal(t, "email cannot be null [user.null] at /email", v.Error())
	root := user.Violation{Rule: user.RuleConnection, Message: "connection is required"}
	assert.Equal(t, "connection is required [user.connection-required]", root.Error())
	assert.Equal(t, v.Error()+"\n"+root.Error(), user.Violations{v, root}.Error())
	assert.ErrorIs(t, v, user.RuleNull)
	assert.NotErrorIs(t, v, user.RuleConnection)
	assert.NotErrorIs(t, v, metadata.ErrDepth)
	assert.NotErrorIs(t, user.Violation{}, metadata.ErrDepth)
}
