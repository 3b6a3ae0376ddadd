package lifecycle_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// settings are targets, and whether they refuse a profile beyond the allowance.
var settings = []struct {
	name    string
	target  user.Target
	refuses bool
}{
	{"strict", user.Target{}, true},
	{"current", user.Target{Sources: rule.Current}, true},
	{"lenient", user.Target{Sources: rule.Lenient}, false},
	{"uncapped", user.Target{Policies: rule.Policies{rule.ProfileAllowance: "uncapped"}}, false},
}

// least are the bytes of filled metadata at least.
const least = len(`{"a":[""]}`)

// filled returns metadata of n bytes.
func filled(n int) metadata.Object {
	return metadata.MustParse(`{"a":[ "` + strings.Repeat("x", n-least) + `"]}`) // the space does not count
}

// sizeOf returns the bytes of the profile.
func sizeOf(u user.Profile) int { return len(u.AppendJSON(nil)) }

// large are the bytes of profiles around the limits.
var large = []struct {
	bytes         int
	warns, beyond bool
}{
	{limit.Profile, false, false}, {limit.Profile + 1, true, false}, {limit.ProfileAllowance, true, false}, {limit.ProfileAllowance + 1, true, true},
}

// checkSizes checks an operation, which has a result of n bytes, at each size and under
// each setting. If it is a login, nothing is refused.
func checkSizes(t *testing.T, connection user.Connection, login bool, operate func(n int, at user.Target) (user.Outcome, error)) {
	for _, setting := range settings {
		for _, size := range large {
			at := setting.target
			at.Connection = connection
			at.Now = time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
			out, err := operate(size.bytes, at)
			if size.beyond && setting.refuses && !login {
				require.ErrorIs(t, err, rule.ProfileAllowance, "%s, %d", setting.name, size.bytes)
				list, _ := err.(rule.Violations)
				require.Len(t, list, 1)
				assert.Equal(t, "", list[0].Pointer)
				assert.Contains(t, list[0].Message, limit.Count(size.bytes))
				assert.Contains(t, list[0].Message, limit.ProfileEndOfLife)
				continue
			}
			require.NoError(t, err, "%s, %d", setting.name, size.bytes)
			require.Equal(t, size.bytes, sizeOf(out.Profile), setting.name)
			assert.Equal(t, size.warns, errors.Is(out.Warnings, rule.ProfileSize), "%s, %d: %v", setting.name, size.bytes, out.Warnings)
			n := 0
			for _, w := range out.Warnings {
				if w.Rule == rule.ProfileAllowance {
					n++
					assert.Equal(t, rule.SeverityWarning, w.Severity)
				}
			}
			assert.Equal(t, size.beyond, n == 1, "%s, %d: %v", setting.name, size.bytes, out.Warnings)
		}
	}
}

var (
	database = user.Connection{Kind: user.Database, Name: "db"}
	social   = user.Connection{Strategy: "google-oauth2", Name: "g", Kind: user.Social}
)

// A creation is judged by the profile that it makes, not by each metadata object.
func TestCreationSize(t *testing.T) {
	c := lifecycle.Creation{
		Connection: user.Set("db"), Email: user.Set("kim@example.com"), Password: user.Set(user.NewSecret("correct-horse")), EmailVerified: user.Set(true),
	}
	checkSizes(t, database, false, func(n int, at user.Target) (user.Outcome, error) {
		c.UserMetadata, c.AppMetadata = filled(4000), filled(least)
		out, err := c.Create("k1", at)
		require.NoError(t, err)
		c.AppMetadata = filled(least + n - sizeOf(out.Profile))
		assert.NoError(t, c.Validate(at).Err())
		return c.Create("k1", at)
	})
	// Validate sees the metadata alone. What it refuses, Create refuses with the same error.
	c.UserMetadata, c.AppMetadata = filled(limit.ProfileAllowance+1), metadata.Object{}
	for _, setting := range settings {
		err := c.Validate(setting.target).Err()
		assert.Equal(t, setting.refuses, errors.Is(err, rule.ProfileAllowance))
		out, got := c.Create("k1", setting.target)
		assert.Equal(t, err, got)
		if got == nil {
			assert.Equal(t, 1, count(out.Warnings, rule.ProfileAllowance), "%v", out.Warnings)
		}
	}
	u, _, err := lifecycle.DatabaseUser{}.Create(c, "k1", user.Target{})
	assert.ErrorIs(t, err, rule.ProfileAllowance)
	assert.Equal(t, lifecycle.DatabaseUser{}, u)
}

func count(list rule.Violations, id rule.ID) (n int) {
	for _, v := range list {
		if v.Rule == id {
			n++
		}
	}
	return n
}

// A sign-up is judged by the profile that it makes.
func TestSignUpSize(t *testing.T) {
	c := lifecycle.Creation{
		Connection: user.Set("db"), Email: user.Set("kim@example.com"), Password: user.Set(user.NewSecret("correct-horse")), Nickname: user.Set("k"),
	}
	checkSizes(t, database, false, func(n int, at user.Target) (user.Outcome, error) {
		c.Name = user.Set("kim")
		out, err := c.Create("", at)
		require.NoError(t, err)
		c.Name = user.Set("kim" + strings.Repeat("x", n-sizeOf(out.Profile))) // the reference states no length
		verdict := lifecycle.SignUp(c, at)
		out.Profile.Name, out.Warnings = c.Name, verdict.Warnings
		return out, verdict.Err()
	})
}

// An import is judged by the profile that it makes, or changes.
func TestImportSize(t *testing.T) {
	r := lifecycle.Row{Email: user.Set("kim@example.com"), EmailVerified: user.Set(true)}
	checkSizes(t, database, false, func(n int, at user.Target) (user.Outcome, error) {
		r.UserMetadata, r.AppMetadata = filled(4000), filled(least)
		out, err := r.Import(user.Profile{}, false, "k1", at)
		require.NoError(t, err)
		r.AppMetadata = filled(least + n - sizeOf(out.Profile))
		assert.NoError(t, r.Validate(at).Err())
		return r.Import(user.Profile{}, false, "k1", at)
	})
	existing := user.Profile{Email: r.Email, EmailVerified: r.EmailVerified, AppMetadata: filled(4000), UpdatedAt: user.Set[user.Timestamp]("2026-01-01T00:00:00.000Z")}
	checkSizes(t, database, false, func(n int, at user.Target) (user.Outcome, error) {
		r.UserMetadata, r.AppMetadata = filled(least), metadata.Object{}
		out, err := r.Import(existing, true, "", at)
		require.NoError(t, err)
		r.UserMetadata = filled(least + n - sizeOf(out.Profile))
		return r.Import(existing, true, "", at)
	})
}

// An upsert that makes a large profile smaller passes, though the row alone does not.
func TestUpsertShrinks(t *testing.T) {
	existing := user.Profile{Email: user.Set("kim@example.com"), EmailVerified: user.Set(true), UserMetadata: filled(3 * limit.ProfileAllowance)}
	for bytes, grows := range map[int]bool{2 * limit.ProfileAllowance: false, 3 * limit.ProfileAllowance: false, 3*limit.ProfileAllowance + 1: true} {
		r := lifecycle.Row{Email: existing.Email, EmailVerified: existing.EmailVerified, UserMetadata: filled(bytes)}
		for _, setting := range settings {
			assert.Equal(t, setting.refuses, errors.Is(r.Validate(setting.target).Err(), rule.ProfileAllowance))
			out, err := r.Import(existing, true, "", setting.target)
			assert.Equal(t, grows && setting.refuses, errors.Is(err, rule.ProfileAllowance), "%d, %s: %v", bytes, setting.name, err)
			if err == nil {
				assert.Equal(t, 1, count(out.Warnings, rule.ProfileSize))
				assert.Equal(t, grows, count(out.Warnings, rule.ProfileAllowance) == 1, "%v", out.Warnings)
			}
			_, err = r.Import(user.Profile{}, true, "k1", setting.target)
			assert.Equal(t, setting.refuses, errors.Is(err, rule.ProfileAllowance), "a new user")
		}
	}
}

// A login is never refused for the size of the profile.
func TestLoginSize(t *testing.T) {
	login := user.Profile{UserID: user.Set[user.ID]("7"), Email: user.Set("kim@example.com"), EmailVerified: user.Set(true)}
	cached := user.Profile{}
	operate := func(n int, at user.Target) (user.Outcome, error) {
		login.Extra = metadata.MustParse(`{"bio":""}`)
		out, err := lifecycle.Login(cached, login, at)
		require.NoError(t, err)
		login.Extra = metadata.MustParse(`{"bio":"` + strings.Repeat("x", n-sizeOf(out.Profile)) + `"}`)
		return lifecycle.Login(cached, login, at)
	}
	checkSizes(t, social, true, operate)
	first, err := lifecycle.Login(user.Profile{}, login, user.Target{Connection: social})
	require.NoError(t, err)
	cached = first.Profile
	cached.Extra = metadata.Object{}
	checkSizes(t, social, true, operate)

	// What Auth0 writes by itself at each login does not count as growth.
	cached.UserMetadata = filled(2 * limit.ProfileAllowance)
	login.Extra, login.LoginsCount = metadata.Object{}, user.Set[int64](12)
	cached.LoginsCount = user.Set[int64](9)
	out, err := lifecycle.Login(cached, login, user.Target{Connection: social, Now: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	assert.Equal(t, 1, count(out.Warnings, rule.ProfileSize))
	assert.Equal(t, 0, count(out.Warnings, rule.ProfileAllowance))
}

// A token exchange is a login, and warns too.
func TestExchangeSize(t *testing.T) {
	u := user.Profile{Name: user.Set("K"), UserMetadata: filled(least)}
	checkSizes(t, database, true, func(n int, at user.Target) (user.Outcome, error) {
		u.UserMetadata = filled(least)
		out, err := lifecycle.Exchange(u, lifecycle.Creation{Name: user.Set("Kim")}, true, at)
		require.NoError(t, err)
		u.UserMetadata = filled(least + n - sizeOf(out.Profile))
		return lifecycle.Exchange(u, lifecycle.Creation{Name: user.Set("Kim")}, true, at)
	})
	u.UserMetadata = filled(2 * limit.ProfileAllowance)
	out, err := lifecycle.Exchange(u, lifecycle.Creation{Name: user.Set("Kim")}, false, user.Target{})
	require.NoError(t, err)
	assert.Equal(t, 1, count(out.Warnings, rule.ProfileSize))
	assert.Equal(t, 0, count(out.Warnings, rule.ProfileAllowance), "the profile stays")
}

// A member of Extra that a field supersedes is not written, so it does not count.
func TestChangePasswordSizeOfASupersededMember(t *testing.T) {
	u := lifecycle.DatabaseUser{State: lifecycle.Migrated, Profile: user.Profile{Name: user.Set("Kim"), Extra: metadata.MustParse(`{"name":"` + strings.Repeat("x", limit.Profile) + `"}`)}}
	_, out, err := u.ChangePassword(user.Target{})
	require.NoError(t, err)
	assert.Zero(t, count(out.Warnings, rule.ProfileSize), "%v", out.Warnings)
}

// The login that a change of password causes is judged once.
func TestChangePasswordSize(t *testing.T) {
	u := lifecycle.DatabaseUser{
		State:    lifecycle.Cached,
		Database: user.Profile{UserID: user.Set[user.ID]("7"), Email: user.Set("kim@example.com"), EmailVerified: user.Set(true), UserMetadata: filled(2 * limit.ProfileAllowance)},
		Profile:  user.Profile{Email: user.Set("kim@example.com"), EmailVerified: user.Set(true), Identities: []user.Identity{{UserID: user.Set[user.ID]("7"), Provider: user.Set("auth0")}}},
	}
	_, out, err := u.ChangePassword(user.Target{Connection: user.Connection{ImportMode: true}, Now: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	assert.Equal(t, 1, count(out.Warnings, rule.ProfileSize), "%v", out.Warnings)
	assert.Equal(t, 1, count(out.Warnings, rule.ProfileAllowance), "%v", out.Warnings)
}
