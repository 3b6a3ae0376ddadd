package lifecycle_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

func inDatabase(email, name string) user.Profile {
	return user.Profile{
		UserID: user.Set(user.ID("7")), Email: user.Set(email), EmailVerified: user.Set(true),
		Name: user.Set(name), Nickname: user.Set("k"), Picture: user.Set("https://example.com/k.png"),
	}
}

// A change in the database reaches the profile at the next login, not before.
func TestDatabaseIsTheSourceOfTruth(t *testing.T) {
	target := user.Target{Connection: user.Connection{Name: "own"}, Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	u := lifecycle.DatabaseUser{Database: inDatabase("kim@example.com", "Kim")}
	u, r, err := u.Login(target)
	require.NoError(t, err)
	assert.Equal(t, lifecycle.Cached, u.State)
	assert.Equal(t, []user.Effect{{Kind: user.LoginScript, Rule: rule.DatabaseScripts}}, r.Effects)
	assert.Equal(t, "auth0|7", string(u.Profile.UserID.Or("")))
	assert.Equal(t, "Kim", u.Profile.Name.Or(""))

	before := u.Profile
	u = u.Change(inDatabase("lee@example.com", "Lee"))
	assert.True(t, u.Profile.Equal(before), "a change in the database shows before a login")
	u, r, err = u.Login(target)
	require.NoError(t, err)
	assert.Equal(t, "Lee", u.Profile.Name.Or(""))
	assert.Equal(t, "lee@example.com", u.Profile.Email.Or(""))
	assert.Len(t, r.Changes(), 2)
}

// After the user moved, no script runs and changes in the database do not reach the
// profile.
func TestMigratedUserIgnoresTheDatabase(t *testing.T) {
	target := user.Target{Connection: user.Connection{Name: "own", ImportMode: true}}
	u := lifecycle.DatabaseUser{Database: inDatabase("Kim@Example.com", "Kim")}
	u, r, err := u.Login(target)
	require.NoError(t, err)
	assert.True(t, slices.ContainsFunc(r.Effects, func(e user.Effect) bool { return e.Kind == user.Migrated }))
	assert.Equal(t, lifecycle.Migrated, u.State)
	assert.Equal(t, "kim@example.com", u.Profile.Email.Or(""))
	u, r, err = u.Change(inDatabase("lee@example.com", "Lee")).Login(target)
	require.NoError(t, err)
	assert.Empty(t, r.Effects)
	assert.Empty(t, r.Warnings, "the database is not asked")
	assert.Equal(t, lifecycle.Migrated, u.State)
	assert.Equal(t, "Kim", u.Profile.Name.Or(""))
	assert.Equal(t, "kim@example.com", u.Profile.Email.Or(""))
	assert.Empty(t, r.Changes())
}

// A creation runs the Create script; with the import mode on, Auth0 stores the user.
func TestDatabaseUserIsCreated(t *testing.T) {
	c := lifecycle.Creation{Connection: user.Set("own"), Email: user.Set("Kim@example.com"), Password: user.Set(user.NewSecret("p"))}
	target := user.Target{Connection: user.Connection{Name: "own"}, Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	u, made, err := lifecycle.DatabaseUser{}.Create(c, "7", target)
	require.NoError(t, err)
	assert.Equal(t, lifecycle.Cached, u.State)
	assert.Equal(t, user.GetUserScript, made.Effects[0].Kind)
	assert.Equal(t, user.CreateScript, made.Effects[1].Kind)
	assert.True(t, u.Profile.Equal(made.Profile))
	assert.JSONEq(t, `{"user_id":"7","email":"Kim@example.com","email_verified":false}`, string(u.Database.AppendJSON(nil)))
	u, _, err = u.Login(target)
	require.NoError(t, err)
	assert.Equal(t, "auth0|7", string(u.Profile.UserID.Or("")))
	assert.Equal(t, user.TimestampOf(target.Now), u.Profile.LastLogin.Or(""))

	nameless, _, err := lifecycle.DatabaseUser{}.Create(c, "", target)
	require.NoError(t, err)
	assert.True(t, nameless.Database.UserID.IsZero())

	target.Connection.ImportMode = true
	moved, made, err := lifecycle.DatabaseUser{}.Create(c, "7", target)
	require.NoError(t, err)
	assert.Equal(t, lifecycle.Migrated, moved.State)
	assert.Equal(t, []user.Effect{{Kind: user.GetUserScript, Rule: rule.DatabaseScripts}, {Kind: user.VerificationEmail, Rule: rule.CreationVerificationEmail}}, made.Effects)
	assert.Equal(t, "kim@example.com", moved.Profile.Email.Or(""))
	assert.True(t, moved.Database.Equal(user.Profile{}))

	for _, exists := range []lifecycle.DatabaseUser{u, moved, {Database: inDatabase("kim@example.com", "Kim")}} {
		_, _, err := exists.Create(c, "7", target)
		assert.ErrorIs(t, err, rule.UserExists)
	}
	_, _, err = lifecycle.DatabaseUser{}.Create(lifecycle.Creation{}, "7", target)
	assert.ErrorIs(t, err, rule.ConnectionRequired)
}

// A cached user moves at the first login with the import mode on.
func TestCachedUserMigrates(t *testing.T) {
	target := user.Target{Connection: user.Connection{Name: "own"}}
	u, _, err := lifecycle.DatabaseUser{Database: inDatabase("kim@example.com", "Kim")}.Login(target)
	require.NoError(t, err)
	target.Connection.ImportMode = true
	u, r, err := u.Change(inDatabase("kim@example.com", "Lee")).Login(target)
	require.NoError(t, err)
	assert.True(t, slices.ContainsFunc(r.Effects, func(e user.Effect) bool { return e.Kind == user.Migrated }))
	assert.Equal(t, "Lee", u.Profile.Name.Or(""))
}

func TestPasswordChangeMigrates(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	target := user.Target{Connection: user.Connection{Name: "own"}, Now: now}
	outside := lifecycle.DatabaseUser{Database: inDatabase("kim@example.com", "Kim")}
	u, out, err := outside.ChangePassword(target)
	require.NoError(t, err)
	assert.Equal(t, outside, u, "without the import mode the database keeps it")
	assert.Equal(t, []user.Effect{{Kind: user.GetUserScript, Rule: rule.DatabaseScripts}, {Kind: user.ChangePasswordScript, Rule: rule.DatabaseScripts}}, out.Effects)
	target.Connection.ImportMode = true
	u, out, err = outside.ChangePassword(target)
	require.NoError(t, err)
	assert.Equal(t, lifecycle.Migrated, u.State)
	assert.True(t, u.Profile.Equal(out.Profile))
	assert.Equal(t, []user.Effect{{Kind: user.GetUserScript, Rule: rule.DatabaseScripts}, {Kind: user.Migrated, Rule: rule.UserMigrates}}, out.Effects)
	assert.True(t, u.Profile.LoginsCount.IsZero() && u.Profile.LastLogin.IsZero())
	assert.Equal(t, user.TimestampOf(now), u.Profile.LastPasswordReset.Or(""))
	target.Now = now.Add(time.Hour)
	u, out, err = u.ChangePassword(target)
	require.NoError(t, err)
	assert.Equal(t, user.TimestampOf(target.Now), u.Profile.LastPasswordReset.Or(""))
	assert.Equal(t, user.TimestampOf(target.Now), u.Profile.UpdatedAt.Or(""))
	assert.Empty(t, out.Effects)
	assert.Len(t, out.Changes(), 2)
	assert.Equal(t, "Kim", u.Profile.Name.Or(""))
}

// Until the user moves, an update writes its own changes to the database, and no others.
func TestUpdatesAreWrittenToTheDatabase(t *testing.T) {
	was := user.Profile{
		Email: user.Set("kim@example.com"), EmailVerified: user.Set(false), Username: user.Set("kim"),
		PhoneNumber: user.Set("+15559876543"), PhoneVerified: user.Set(false), Name: user.Set("Kim"),
	}
	now := user.Profile{
		Email: user.Set("lee@example.com"), EmailVerified: user.Set(true), Username: user.Set("lee"),
		PhoneNumber: user.Set("+15559876544"), PhoneVerified: user.Set(true), Name: user.Set("Lee"),
	}
	written := now
	written.Name = was.Name
	u := lifecycle.DatabaseUser{State: lifecycle.Cached, Database: was, Profile: was}
	assert.True(t, u.Update(now).Database.Equal(written), "the name is not written")
	assert.True(t, u.Update(now).Profile.Equal(now))
	u.State = lifecycle.Migrated
	assert.True(t, u.Update(now).Database.Equal(was), "the database is not asked any more")
	// Earlier changes in the database stay.
	u = lifecycle.DatabaseUser{State: lifecycle.Cached, Database: now, Profile: was}
	named := was
	named.Name = user.Set("Lee")
	assert.True(t, u.Update(named).Database.Equal(now))
}

// Methods do not change their receiver or arguments, and the results share no identities
// with them.
func TestDatabaseUsersAreIndependent(t *testing.T) {
	own := func() []user.Identity {
		return []user.Identity{{Provider: user.Set("auth0"), UserID: user.Set(user.ID("7"))}}
	}
	target := user.Target{Connection: user.Connection{Name: "own"}}
	for name, call := range map[string]func(u lifecycle.DatabaseUser, given user.Profile) lifecycle.DatabaseUser{
		"Changed": func(u lifecycle.DatabaseUser, given user.Profile) lifecycle.DatabaseUser { return u.Change(given) },
		"Updated": func(u lifecycle.DatabaseUser, given user.Profile) lifecycle.DatabaseUser { return u.Update(given) },
		"Login": func(u lifecycle.DatabaseUser, _ user.Profile) lifecycle.DatabaseUser {
			u, _, _ = u.Login(target)
			return u
		},
		"PasswordChanged": func(u lifecycle.DatabaseUser, _ user.Profile) lifecycle.DatabaseUser {
			u, _, _ = u.ChangePassword(target)
			return u
		},
		"Created": func(u lifecycle.DatabaseUser, _ user.Profile) lifecycle.DatabaseUser {
			u, _, _ = u.Create(lifecycle.Creation{}, "1", target)
			return u
		},
	} {
		u := lifecycle.DatabaseUser{State: lifecycle.Cached, Database: user.Profile{Identities: own()}, Profile: user.Profile{Identities: own()}}
		given := user.Profile{Identities: own()}
		out := call(u, given)
		for _, p := range []user.Profile{out.Database, out.Profile} {
			for i := range p.Identities {
				p.Identities[i] = user.Identity{}
			}
		}
		for _, p := range []user.Profile{u.Database, u.Profile, given} {
			assert.False(t, p.Identities[0].Equal(user.Identity{}), name)
		}
	}
}

// The outcome of a change of password shares no identities with the user.
func TestChangePasswordOutcomeIsIndependent(t *testing.T) {
	u := lifecycle.DatabaseUser{State: lifecycle.Migrated, Profile: user.Profile{Identities: []user.Identity{{Provider: user.Set("auth0")}}}}
	u, out, err := u.ChangePassword(user.Target{})
	require.NoError(t, err)
	out.Before.Identities[0], out.Profile.Identities[0] = user.Identity{}, user.Identity{}
	assert.Equal(t, "auth0", u.Profile.Identities[0].Provider.Or(""))
}

// Methods return ErrDepth for a profile that is nested too deep.
func TestDatabaseUserTooDeep(t *testing.T) {
	deep := metadata.MustParse(strings.Repeat(`{"a":`, metadata.MaxLevels-1) + "{}" + strings.Repeat("}", metadata.MaxLevels-1))
	target := user.Target{Connection: user.Connection{Name: "own", ImportMode: true}}
	id := user.Set(user.ID("7"))
	for _, u := range []lifecycle.DatabaseUser{{Database: user.Profile{UserID: id, AppMetadata: deep}}, {State: lifecycle.Cached, Database: user.Profile{UserID: id}, Profile: user.Profile{AppMetadata: deep}}} {
		_, _, err := u.Login(target)
		assert.ErrorIs(t, err, metadata.ErrDepth)
		_, _, err = u.ChangePassword(target)
		assert.ErrorIs(t, err, metadata.ErrDepth)
	}
	_, err := lifecycle.RulesObject(user.Profile{AppMetadata: deep})
	assert.ErrorIs(t, err, metadata.ErrDepth)
	_, err = lifecycle.Exchange(user.Profile{AppMetadata: deep}, lifecycle.Creation{}, true, target)
	assert.ErrorIs(t, err, metadata.ErrDepth)
	_, err = lifecycle.Row{Email: user.Set("a@example.com")}.Import(user.Profile{Email: user.Set("a@example.com"), AppMetadata: deep}, true, "1", user.Target{})
	assert.ErrorIs(t, err, metadata.ErrDepth)
	_, err = lifecycle.Exchange(user.Profile{AppMetadata: deep}, lifecycle.Creation{}, false, target)
	assert.ErrorIs(t, err, metadata.ErrDepth)
	_, err = lifecycle.Row{Email: user.Set("a@example.com"), AppMetadata: metadata.MustParse(`{}`)}.Import(user.Profile{Email: user.Set("a@example.com"), AppMetadata: deep}, true, "1", user.Target{})
	require.NoError(t, err, "the deep metadata is replaced")
	_, err = lifecycle.Row{Email: user.Set("a@example.com"), UserMetadata: deep}.Import(user.Profile{}, false, "1", user.Target{})
	assert.ErrorIs(t, err, rule.Type)
	for _, v := range []interface{ LogValue() slog.Value }{user.Profile{AppMetadata: deep}, lifecycle.Creation{AppMetadata: deep}} {
		assert.Equal(t, "nested too deep to log", v.LogValue().String())
	}
	assert.Equal(t, "{}", fmt.Sprint(lifecycle.Row{AppMetadata: deep}))
}

// The Verify script changes the database only.
func TestVerifiedInTheDatabase(t *testing.T) {
	target := user.Target{Connection: user.Connection{Name: "own"}}
	database := inDatabase("kim@example.com", "Kim")
	database.EmailVerified = user.Set(false)
	u, _, err := lifecycle.DatabaseUser{Database: database}.Login(target)
	require.NoError(t, err)
	assert.Equal(t, []user.EffectKind{user.VerifyScript}, u.State.Scripts(user.VerifyScript, false))
	database.EmailVerified = user.Set(true)
	u = u.Change(database)
	assert.False(t, u.Profile.EmailVerified.Or(true))
	u, _, err = u.Login(target)
	require.NoError(t, err)
	assert.True(t, u.Profile.EmailVerified.Or(false))
}

func TestScripts(t *testing.T) {
	const get = user.GetUserScript
	for _, c := range []struct {
		script    user.EffectKind
		off, onto []user.EffectKind // with the import mode off and on
	}{
		{user.LoginScript, []user.EffectKind{user.LoginScript}, []user.EffectKind{get, user.LoginScript}},
		{get, []user.EffectKind{get}, []user.EffectKind{get}},
		{user.CreateScript, []user.EffectKind{get, user.CreateScript, user.LoginScript}, []user.EffectKind{get}},
		{user.VerifyScript, []user.EffectKind{user.VerifyScript}, []user.EffectKind{user.VerifyScript}},
		{user.ChangeEmailScript, []user.EffectKind{get, user.ChangeEmailScript}, []user.EffectKind{get, user.ChangeEmailScript}},
		{user.ChangePasswordScript, []user.EffectKind{get, user.ChangePasswordScript}, []user.EffectKind{get}},
		{user.ChangePhoneScript, []user.EffectKind{get, get, user.ChangePhoneScript}, []user.EffectKind{get, get, user.ChangePhoneScript}},
		{user.ChangeUsernameScript, []user.EffectKind{get, user.ChangeUsernameScript}, []user.EffectKind{get, user.ChangeUsernameScript}},
		{user.DeleteScript, []user.EffectKind{user.DeleteScript}, []user.EffectKind{user.DeleteScript}},
		{user.SessionsExpire, nil, nil}, // no script
	} {
		assert.Equal(t, c.off, lifecycle.Cached.Scripts(c.script, false), c.script)
		assert.Equal(t, c.onto, lifecycle.Outside.Scripts(c.script, true), c.script)
		assert.Empty(t, lifecycle.Migrated.Scripts(c.script, true), c.script)
	}
}

// An update writes a new e-mail to the database, so the next login keeps it.
func TestUpdateReachesTheDatabase(t *testing.T) {
	target := user.Target{Connection: user.Connection{Name: "own"}}
	u, _, err := lifecycle.DatabaseUser{Database: inDatabase("kim@example.com", "Kim")}.Login(target)
	require.NoError(t, err)
	updated := u.Profile.Clone()
	updated.Email = user.Set("lee@example.com")
	updated.UserMetadata = metadata.MustParse(`{"color":"red"}`)
	u = u.Update(updated)
	assert.Equal(t, "lee@example.com", u.Database.Email.Or(""))
	assert.True(t, u.Database.UserMetadata.IsZero(), "metadata stays with Auth0")
	u, _, err = u.Login(target)
	require.NoError(t, err)
	assert.Equal(t, "lee@example.com", u.Profile.Email.Or(""))
	assert.True(t, u.Profile.UserMetadata.Equal(metadata.MustParse(`{"color":"red"}`)))
}

// The user and the outcome that a call returns are independent.
func TestDatabaseUserResultsAreIndependent(t *testing.T) {
	target := user.Target{Connection: user.Connection{Name: "own"}}
	c := lifecycle.Creation{Connection: user.Set("own"), Email: user.Set("kim@example.com"), Password: user.Set(user.NewSecret("p"))}
	u, made, err := lifecycle.DatabaseUser{}.Create(c, "7", target)
	require.NoError(t, err)
	made.Profile.Identities[0].Provider = user.Set("other")
	assert.Equal(t, "auth0", u.Profile.Identities[0].Provider.Or(""))
	u, r, err := u.Login(target)
	require.NoError(t, err)
	r.Profile.Identities[0].Provider = user.Set("other")
	assert.Equal(t, "auth0", u.Profile.Identities[0].Provider.Or(""))
}
