package user_test

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
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

func inDatabase(email, name string) user.Profile {
	return user.Profile{
		UserID: user.Set(user.ID("7")), Email: user.Set(email), EmailVerified: user.Set(true),
		Name: user.Set(name), Nickname: user.Set("k"), Picture: user.Set("https://example.com/k.png"),
	}
}

// Shows S3.1, S3.2, S3.3, S3.5 and S3.6: a change in the database shows at the next
// login, not before.
func TestDatabaseIsTheSourceOfTruth(t *testing.T) {
	at := user.Circumstances{Connection: user.Connection{Name: "own"}, Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	u := user.DatabaseUser{Database: inDatabase("kim@example.com", "Kim")}
	u, r, err := u.Login(at)
	require.NoError(t, err)
	assert.Equal(t, user.Cached, u.State)
	assert.Equal(t, []user.Effect{{Kind: user.LoginScript, Rule: user.RuleScripts}}, r.Effects)
	assert.Equal(t, "auth0|7", string(u.Profile.UserID.Or("")))
	assert.Equal(t, "Kim", u.Profile.Name.Or(""))

	before := u.Profile
	u = u.Changed(inDatabase("lee@example.com", "Lee"))
	assert.True(t, u.Profile.Equal(before), "a change in the database shows before a login")
	u, r, err = u.Login(at)
	require.NoError(t, err)
	assert.Equal(t, "Lee", u.Profile.Name.Or(""))
	assert.Equal(t, "lee@example.com", u.Profile.Email.Or(""))
	assert.Len(t, r.Changes, 2)
}

// Shows S3.7: once the user moved, the database is never asked and its changes
// never arrive.
func TestMigratedUserIsNeverAskedFor(t *testing.T) {
	at := user.Circumstances{Connection: user.Connection{Name: "own", ImportMode: true}}
	u := user.DatabaseUser{Database: inDatabase("Kim@Example.com", "Kim")}
	u, r, err := u.Login(at)
	require.NoError(t, err)
	assert.True(t, r.Migrated)
	assert.Equal(t, user.Migrated, u.State)
	assert.Equal(t, "kim@example.com", u.Profile.Email.Or(""))
	u, r, err = u.Changed(inDatabase("lee@example.com", "Lee")).Login(at)
	require.NoError(t, err)
	assert.Empty(t, r.Effects)
	assert.Empty(t, r.Warnings, "what is not asked has nothing to say")
	assert.Equal(t, user.Migrated, u.State)
	assert.Equal(t, "Kim", u.Profile.Name.Or(""))
	assert.Equal(t, "kim@example.com", u.Profile.Email.Or(""))
	assert.Empty(t, r.Changes)
}

// A creation runs the Create script, or makes a user of Auth0 where users move.
func TestDatabaseUserIsCreated(t *testing.T) {
	c := user.Creation{Connection: user.Value("own"), Email: user.Value("Kim@example.com"), Password: user.Value("p")}
	at := user.Circumstances{Connection: user.Connection{Name: "own"}, Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	u, made, err := user.DatabaseUser{}.Created(c, "7", at)
	require.NoError(t, err)
	assert.Equal(t, user.Cached, u.State)
	assert.Equal(t, user.GetUserScript, made.Effects[0].Kind)
	assert.Equal(t, user.CreateScript, made.Effects[1].Kind)
	assert.True(t, u.Profile.Equal(made.Profile))
	assert.JSONEq(t, `{"user_id":"7","email":"Kim@example.com","email_verified":false}`, string(u.Database.AppendJSON(nil)))
	u, _, err = u.Login(at)
	require.NoError(t, err)
	assert.Equal(t, "auth0|7", string(u.Profile.UserID.Or("")))
	assert.Equal(t, user.TimestampOf(at.Now), u.Profile.LastLogin.Or(""))

	nameless, _, err := user.DatabaseUser{}.Created(c, "", at)
	require.NoError(t, err)
	assert.True(t, nameless.Database.UserID.IsZero())

	at.Connection.ImportMode = true
	moved, made, err := user.DatabaseUser{}.Created(c, "7", at)
	require.NoError(t, err)
	assert.Equal(t, user.Migrated, moved.State)
	assert.Equal(t, []user.Effect{{Kind: user.GetUserScript, Rule: user.RuleScripts}, {Kind: user.VerificationEmail, Rule: user.RuleVerificationEmail}}, made.Effects)
	assert.Equal(t, "kim@example.com", moved.Profile.Email.Or(""))
	assert.True(t, moved.Database.Equal(user.Profile{}))

	for _, exists := range []user.DatabaseUser{u, moved, {Database: inDatabase("kim@example.com", "Kim")}} {
		_, _, err := exists.Created(c, "7", at)
		assert.ErrorIs(t, err, user.RuleUserExists)
	}
	_, _, err = user.DatabaseUser{}.Created(user.Creation{}, "7", at)
	assert.ErrorIs(t, err, user.RuleConnection)
}

// A user who logged in before the import mode was on moves at the next login.
func TestCachedUserMigrates(t *testing.T) {
	at := user.Circumstances{Connection: user.Connection{Name: "own"}}
	u, _, err := user.DatabaseUser{Database: inDatabase("kim@example.com", "Kim")}.Login(at)
	require.NoError(t, err)
	at.Connection.ImportMode = true
	u, r, err := u.Changed(inDatabase("kim@example.com", "Lee")).Login(at)
	require.NoError(t, err)
	assert.True(t, r.Migrated)
	assert.Equal(t, "Lee", u.Profile.Name.Or(""))
}

func TestPasswordChangeMigrates(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := user.Circumstances{Connection: user.Connection{Name: "own"}, Now: now}
	outside := user.DatabaseUser{Database: inDatabase("kim@example.com", "Kim")}
	u, err := outside.PasswordChanged(at)
	require.NoError(t, err)
	assert.Equal(t, outside, u, "without the import mode the database keeps it")
	at.Connection.ImportMode = true
	u, err = outside.PasswordChanged(at)
	require.NoError(t, err)
	assert.Equal(t, user.Migrated, u.State)
	assert.True(t, u.Profile.LoginsCount.IsZero() && u.Profile.LastLogin.IsZero())
	assert.Equal(t, user.TimestampOf(now), u.Profile.LastPasswordReset.Or(""))
	at.Now = now.Add(time.Hour)
	u, err = u.PasswordChanged(at)
	require.NoError(t, err)
	assert.Equal(t, user.TimestampOf(at.Now), u.Profile.LastPasswordReset.Or(""))
	assert.Equal(t, user.TimestampOf(at.Now), u.Profile.UpdatedAt.Or(""))
	assert.Equal(t, "Kim", u.Profile.Name.Or(""))
}

// What an update changes is written to the database until the user moves, and only
// that.
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
	u := user.DatabaseUser{State: user.Cached, Database: was, Profile: was}
	assert.True(t, u.Updated(now).Database.Equal(written), "the name is not written")
	assert.True(t, u.Updated(now).Profile.Equal(now))
	u.State = user.Migrated
	assert.True(t, u.Updated(now).Database.Equal(was), "the database is not asked any more")
	// What changed in the database meanwhile stays there.
	u = user.DatabaseUser{State: user.Cached, Database: now, Profile: was}
	named := was
	named.Name = user.Set("Lee")
	assert.True(t, u.Updated(named).Database.Equal(now))
}

// A method changes nothing of the user that it is called on, nor of what it is given,
// and what it returns shares no identities with either.
func TestDatabaseUsersAreIndependent(t *testing.T) {
	own := func() []user.Identity { return []user.Identity{{Provider: user.Set("auth0"), UserID: user.Set("7")}} }
	at := user.Circumstances{Connection: user.Connection{Name: "own"}}
	for name, call := range map[string]func(u user.DatabaseUser, given user.Profile) user.DatabaseUser{
		"Changed":         func(u user.DatabaseUser, given user.Profile) user.DatabaseUser { return u.Changed(given) },
		"Updated":         func(u user.DatabaseUser, given user.Profile) user.DatabaseUser { return u.Updated(given) },
		"Login":           func(u user.DatabaseUser, _ user.Profile) user.DatabaseUser { u, _, _ = u.Login(at); return u },
		"PasswordChanged": func(u user.DatabaseUser, _ user.Profile) user.DatabaseUser { u, _ = u.PasswordChanged(at); return u },
		"Created": func(u user.DatabaseUser, _ user.Profile) user.DatabaseUser {
			u, _, _ = u.Created(user.Creation{}, "1", at)
			return u
		},
	} {
		u := user.DatabaseUser{State: user.Cached, Database: user.Profile{Identities: own()}, Profile: user.Profile{Identities: own()}}
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

// A profile that is too deep is refused wherever a user logs in.
func TestDatabaseUserTooDeep(t *testing.T) {
	deep := metadata.MustParse(strings.Repeat(`{"a":`, metadata.MaxLevels-1) + "{}" + strings.Repeat("}", metadata.MaxLevels-1))
	at := user.Circumstances{Connection: user.Connection{Name: "own", ImportMode: true}}
	for _, u := range []user.DatabaseUser{{Database: user.Profile{AppMetadata: deep}}, {State: user.Cached, Profile: user.Profile{AppMetadata: deep}}} {
		_, _, err := u.Login(at)
		assert.ErrorIs(t, err, metadata.ErrDepth)
		_, err = u.PasswordChanged(at)
		assert.ErrorIs(t, err, metadata.ErrDepth)
	}
	_, err := user.RulesObject(user.Profile{AppMetadata: deep})
	assert.ErrorIs(t, err, metadata.ErrDepth)
	_, err = user.Exchange(user.Profile{AppMetadata: deep}, user.Creation{}, true, at)
	assert.ErrorIs(t, err, metadata.ErrDepth)
	_, err = user.Import{Email: user.Value("a@example.com")}.Into(user.Profile{Email: user.Set("a@example.com"), AppMetadata: deep}, true, "1", user.Circumstances{})
	assert.ErrorIs(t, err, metadata.ErrDepth)
	_, err = user.Exchange(user.Profile{AppMetadata: deep}, user.Creation{}, false, at)
	assert.ErrorIs(t, err, metadata.ErrDepth)
	_, err = user.Import{Email: user.Value("a@example.com"), AppMetadata: metadata.MustParse(`{}`)}.Into(user.Profile{Email: user.Set("a@example.com"), AppMetadata: deep}, true, "1", user.Circumstances{})
	assert.ErrorIs(t, err, metadata.ErrDepth)
	_, err = user.Import{Email: user.Value("a@example.com"), UserMetadata: deep}.Into(user.Profile{}, false, "1", user.Circumstances{})
	assert.ErrorIs(t, err, user.RuleType)
	for _, v := range []interface{ LogValue() slog.Value }{user.Profile{AppMetadata: deep}, user.Creation{AppMetadata: deep}} {
		assert.Equal(t, "too deep to be logged", v.LogValue().String())
	}
	assert.Equal(t, "{}", fmt.Sprint(user.Import{AppMetadata: deep}))
}

// The Verify script changes the database only.
func TestVerifiedInTheDatabase(t *testing.T) {
	at := user.Circumstances{Connection: user.Connection{Name: "own"}}
	database := inDatabase("kim@example.com", "Kim")
	database.EmailVerified = user.Set(false)
	u, _, err := user.DatabaseUser{Database: database}.Login(at)
	require.NoError(t, err)
	assert.Equal(t, []user.EffectKind{user.VerifyScript}, u.State.Scripts(user.OnVerification, false))
	database.EmailVerified = user.Set(true)
	u = u.Changed(database)
	assert.False(t, u.Profile.EmailVerified.Or(true))
	u, _, err = u.Login(at)
	require.NoError(t, err)
	assert.True(t, u.Profile.EmailVerified.Or(false))
}

func TestScripts(t *testing.T) {
	all := []user.Operation{user.OnLogin, user.OnCreation, user.OnVerification, user.OnEmailChange, user.OnPasswordChange, user.OnPhoneChange, user.OnUsernameChange, user.OnMetadataUpdate, user.OnDeletion}
	for _, o := range all {
		assert.Empty(t, user.Migrated.Scripts(o, true), o)
		if o != user.OnMetadataUpdate {
			assert.NotEmpty(t, user.Cached.Scripts(o, false), o)
		}
	}
	assert.Empty(t, user.Cached.Scripts(user.OnMetadataUpdate, false))
	assert.Equal(t, []user.EffectKind{user.GetUserScript, user.ChangeEmailScript}, user.Cached.Scripts(user.OnEmailChange, false))
	assert.Equal(t, []user.EffectKind{user.GetUserScript, user.GetUserScript, user.ChangePhoneScript}, user.Cached.Scripts(user.OnPhoneChange, false))
	assert.Equal(t, []user.EffectKind{user.GetUserScript}, user.Outside.Scripts(user.OnCreation, true))
	assert.Equal(t, []user.EffectKind{user.GetUserScript}, user.Cached.Scripts(user.OnPasswordChange, true))
	assert.Equal(t, []user.EffectKind{user.GetUserScript, user.ChangePasswordScript}, user.Cached.Scripts(user.OnPasswordChange, false))
	assert.Equal(t, []user.EffectKind{user.GetUserScript, user.CreateScript}, user.Outside.Scripts(user.OnCreation, false))
}

// Shows S3.4 and S3.8: what an update can change, strictly read, before the user moved
// to Auth0 and after.
func TestWhatAnUpdateCanChange(t *testing.T) {
	for state, updatable := range map[user.State][]string{
		user.Cached:   {"user_metadata", "app_metadata", "blocked"},
		user.Migrated: {"user_metadata", "app_metadata", "blocked", "email", "email_verified"},
	} {
		target := patch.Target{Connection: user.Connection{Kind: user.CustomDatabase, ImportMode: true}, Migrated: state == user.Migrated}
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

// An e-mail that is changed through Auth0 reaches the database, so that the next
// login does not bring the old one back.
func TestUpdateReachesTheDatabase(t *testing.T) {
	at := user.Circumstances{Connection: user.Connection{Name: "own"}}
	u, _, err := user.DatabaseUser{Database: inDatabase("kim@example.com", "Kim")}.Login(at)
	require.NoError(t, err)
	payload := patch.Payload{Email: patch.Set("lee@example.com"), UserMetadata: metadata.MustDelta(`{"color":"red"}`)}
	out, err := payload.Apply(u.Profile, patch.Target{Connection: user.Connection{Kind: user.CustomDatabase}, Lenient: true})
	require.NoError(t, err)
	u = u.Updated(out.Profile)
	assert.Equal(t, "lee@example.com", u.Database.Email.Or(""))
	assert.True(t, u.Database.UserMetadata.IsZero(), "metadata stays with Auth0")
	u, _, err = u.Login(at)
	require.NoError(t, err)
	assert.Equal(t, "lee@example.com", u.Profile.Email.Or(""))
	assert.True(t, u.Profile.UserMetadata.Equal(metadata.MustParse(`{"color":"red"}`)))
}

// The user and the outcome that a call returns are apart.
func TestDatabaseUserResultsAreApart(t *testing.T) {
	at := user.Circumstances{Connection: user.Connection{Name: "own"}}
	c := user.Creation{Connection: user.Value("own"), Email: user.Value("kim@example.com"), Password: user.Value("p")}
	u, made, err := user.DatabaseUser{}.Created(c, "7", at)
	require.NoError(t, err)
	made.Profile.Identities[0].Provider = user.Set("other")
	assert.Equal(t, "auth0", u.Profile.Identities[0].Provider.Or(""))
	u, r, err := u.Login(at)
	require.NoError(t, err)
	r.Profile.Identities[0].Provider = user.Set("other")
	assert.Equal(t, "auth0", u.Profile.Identities[0].Provider.Or(""))
}
