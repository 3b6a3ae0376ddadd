package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// Every operation refuses a kind that does not exist or contradicts the strategy.
func TestConnectionKindIsRefused(t *testing.T) {
	u := user.Profile{UserID: user.Set(user.ID("1")), Email: user.Set("kim@example.com")}
	c := lifecycle.Creation{Connection: user.Set("c"), Email: user.Set("kim@example.com"), Password: user.Set(user.NewSecret("p"))}
	r := lifecycle.Row{Email: user.Set("kim@example.com")}
	stored := lifecycle.DatabaseUser{State: lifecycle.Cached, Database: u, Profile: u}
	for _, on := range []user.Connection{{Kind: "Social"}, {Kind: user.Social, Strategy: "auth0"}, {Kind: user.CustomDatabase, Strategy: "sms"}} {
		at := user.Target{Connection: on, Sources: rule.Lenient}
		errs := map[string]error{"Validate": c.Validate(at).Err(), "Row.Validate": r.Validate(at).Err(), "SignUp": lifecycle.SignUp(lifecycle.Creation{}, at).Err()}
		_, errs["Create"] = c.Create("1", at)
		_, errs["Import"] = r.Import(user.Profile{}, false, "1", at)
		_, errs["upsert"] = r.Import(u, true, "1", at)
		_, errs["Login"] = lifecycle.Login(u, u, at)
		_, errs["first Login"] = lifecycle.Login(user.Profile{}, u, at)
		_, errs["Exchange"] = lifecycle.Exchange(u, c, true, at)
		_, _, errs["DatabaseUser.Create"] = lifecycle.DatabaseUser{}.Create(c, "1", at)
		_, _, errs["DatabaseUser.Login"] = stored.Login(at)
		_, _, errs["DatabaseUser.ChangePassword"] = stored.ChangePassword(at)
		for name, err := range errs {
			assert.ErrorIs(t, err, rule.ConnectionKind, "%s %v", name, on)
		}
	}
	// A database user's connection is a custom database, whose strategy is auth0.
	at := user.Target{Connection: user.Connection{Strategy: "auth0"}}
	_, _, err := lifecycle.DatabaseUser{}.Create(c, "1", at)
	assert.NoError(t, err)
	_, _, err = stored.Login(at)
	assert.NoError(t, err)
	at.Connection.Strategy = "oidc"
	_, _, err = stored.Login(at)
	assert.ErrorIs(t, err, rule.ConnectionKind)
}

// A first login forms the user by the kind that the strategy tells, without a warning
// that the kind is unknown.
func TestLoginByStrategy(t *testing.T) {
	in := user.Profile{UserID: user.Set(user.ID("7")), Email: user.Set("kim@example.com"), EmailVerified: user.Set(true), Name: user.Set("Kim"), Nickname: user.Set("k"), Picture: user.Set("https://example.com/k.png")}
	out, err := lifecycle.Login(user.Profile{}, in, user.Target{Connection: user.Connection{Name: "github", Strategy: "github"}})
	assert.NoError(t, err)
	assert.Empty(t, out.Warnings)
	assert.True(t, out.Profile.Identities[0].IsSocial.Or(false))
	_, err = lifecycle.Login(user.Profile{}, in, user.Target{Connection: user.Connection{Name: "db", Strategy: "auth0"}})
	assert.ErrorIs(t, err, rule.LoginCreatesNone)
	out, err = lifecycle.Login(user.Profile{}, in, user.Target{Connection: user.Connection{Name: "new", Strategy: "tomorrow"}})
	assert.NoError(t, err)
	assert.ErrorIs(t, out.Warnings, rule.UnknownStrategy)
	assert.ErrorIs(t, out.Warnings, rule.UnknownKind)
}
