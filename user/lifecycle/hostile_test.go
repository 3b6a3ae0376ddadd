package lifecycle_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// targets returns targets for each kind of connection and its settings, strict and with
// the last reading of each rule.
func targets() (list []user.Target) {
	last := rule.Policies{}
	for _, r := range rule.All() {
		if n := len(r.Readings); n > 0 && r.Readings[n-1].Name != "refused" {
			last[r.ID] = r.Readings[n-1].Name
		}
	}
	for _, kind := range []user.Kind{user.KindUnknown, user.Database, user.CustomDatabase, user.Social, user.Enterprise, user.PasswordlessEmail, user.PasswordlessSMS, "other"} {
		for _, sync := range []user.Sync{user.OnEachLogin, user.OnFirstLogin, user.NeverOnLogin} {
			for _, migrated := range []bool{false, true} {
				for sources, policies := range []rule.Policies{rule.Strict: nil, rule.Lenient: last} {
					c := user.Connection{Kind: kind, RootAttributes: sync, ImportMode: migrated, Strategy: "waad", NonPersistent: []string{"email", "x", "user_metadata", "identities"}}
					if sync == user.OnEachLogin {
						c.NonPersistent, c.Strategy, c.Name = nil, "", "own"
					}
					list = append(list, user.Target{Connection: c, Migrated: migrated, Sources: rule.Sources(sources), Policies: policies, Now: time.Unix(1, 0)})
				}
			}
		}
	}
	return list
}

// everything has each attribute once, with a value of the right type.
const everything = `{"user_id":"auth0|507f","email":"a@example.com","email_verified":false,"username":"ann","phone_number":"+15559876543",
	"phone_verified":true,"name":"Ann","nickname":"an","given_name":"Ann","family_name":"Lee","picture":"https://example.com/a.png","blocked":true,
	"identities":[{"connection":"db","user_id":"507f","provider":"auth0","isSocial":false,"profileData":{"email":"a@example.com"},
		"access_token":"t","access_token_secret":"s","refresh_token":"r","unknown":[1]}],
	"user_metadata":{"color":"red"},"app_metadata":{"roles":["x"],"n":9007199254740993},"multifactor":["guardian"],
	"multifactor_last_modified":"2024-01-02T03:04:05.678Z","last_ip":"192.0.2.1","last_login":"2024-01-02T03:04:05.678Z","logins_count":3,
	"last_password_reset":"2024-01-02T03:04:05.678Z","created_at":"2024-01-02T03:04:05.678Z","updated_at":"2024-01-02T03:04:05.678Z",
	"permissions":"read","locale":"en","big":1e400,"nested":{"a":{"b":null}}}`

// allNull has every attribute, null.
const allNull = `{"user_id":null,"email":null,"email_verified":null,"username":null,"phone_number":null,"phone_verified":null,"name":null,"nickname":null,
	"given_name":null,"family_name":null,"picture":null,"blocked":null,"identities":null,"user_metadata":null,"app_metadata":null,"multifactor":null,
	"multifactor_last_modified":null,"last_ip":null,"last_login":null,"logins_count":null,"last_password_reset":null,"created_at":null,"updated_at":null,
	"permissions":null,"password":null,"connection":null,"verify_email":null,"mfa_factors":null,"x":null}`

// hostile returns documents of extreme sizes and shapes.
func hostile() []string {
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "null" + strings.Repeat("}", n) }
	return []string{
		`{}`, allNull, everything,
		`{"user_id":"","email":"","name":"","picture":"","identities":[],"user_metadata":{},"app_metadata":{}}`,
		`{"user_id":"google-oauth2|1","identities":[{},{"user_id":null,"provider":null},{"user_id":1,"provider":"p","profileData":null}],"logins_count":9223372036854775807}`,
		`{"user_id":"|","email":"@","nickname":"` + "\U0001F600" + `","name":"\u0000 \u202e x","logins_count":-9223372036854775808}`,
		`{"email":"kim@example.com","user_metadata":` + deep(9_998) + `,"app_metadata":` + deep(9_998) + `}`,
		`{"email":"kim@example.com","x":` + deep(9_998) + `,"identities":[{"user_id":"1","provider":"waad","profileData":{"a":1}}]}`,
		`{"email":"kim@example.com","user_metadata":{"a":null,"b":{"c":null}},"app_metadata":{"app_metadata":{"app_metadata":1},"user_metadata":2,"":3}}`,
		`{"user_id":[1],"id":"i1","email":{"a":1},"email_verified":"yes","phone_verified":1,"name":["x"],"picture":5,"identities":{"a":1},"created_at":5,"last_login":{},"blocked":"no","logins_count":"x","access_token":"t","refresh_token":5,"passkeys":[1]}`,
		`{"user_id":"c|1","email":"kim@example.com","email_verified":0,"identities":[{"provider":5,"user_id":true,"isSocial":"x"},{"provider":"waad","user_id":"c|1","connection":[]}],"user_metadata":5,"app_metadata":{"email":1},"mfa_factors":[{},{"totp":{"secret":"x"}}],"custom_password_hash":{"algorithm":5,"hash":{"key":1},"salt":[],"keylen":1e400}}`,
		`{"user_metadata":"text","app_metadata":[{}],"identities":null,"email_verified":"true","phone_verified":"false"}`,
	}
}

// Operations on hostile documents do not panic and do not change their inputs. Each
// result can be written and read, and a creation that is valid strictly is valid
// leniently.
func TestHostileDocuments(t *testing.T) {
	docs := hostile()
	var profiles []user.Profile
	for _, text := range docs {
		p, err := lifecycle.ParseLogin([]byte(text))
		require.NoError(t, err)
		profiles = append(profiles, p)
	}
	for n, target := range targets() {
		if n%4 != 0 && !long.Enabled() {
			continue
		}
		large := func(i int) bool { return len(docs[i]) > 10_000 && n%long.Pick(160, 40) != 0 } // for some targets only
		for i, text := range docs {
			if large(i) {
				continue
			}
			c, err := lifecycle.ParseCreation([]byte(text))
			require.NoError(t, err)
			row, err := lifecycle.ParseRow([]byte(text))
			require.NoError(t, err)
			createHostile(t, c, target)
			for j, cached := range profiles {
				if large(j) {
					continue
				}
				before := string(cached.AppendJSON(nil))
				changeHostile(t, cached, profiles[i], c, row, target)
				if string(cached.AppendJSON(nil)) != before {
					t.Errorf("the cached profile changed: %.200s", docs[j])
				}
			}
		}
	}
	for _, p := range profiles {
		r, err := lifecycle.RulesObject(p)
		if assert.NoError(t, err) {
			_, err = metadata.Parse([]byte(r.User.String()))
			assert.NoError(t, err)
		}
	}
}

// createHostile creates a user.
func createHostile(t *testing.T, c lifecycle.Creation, target user.Target) {
	passes := false
	for s := range rule.Lenient + 1 {
		target := target
		target.Sources = s
		valid := lifecycle.SignUp(c, target).Valid()
		assert.True(t, valid || !passes, "sources %s refuse a sign-up", s)
		passes = valid
	}
	if made, err := c.Create("1", target); err == nil {
		writable(t, made.Profile)
		for _, s := range []rule.Sources{rule.Current, rule.Lenient} {
			if target.Sources = max(s, target.Sources); !c.Validate(target).Valid() {
				t.Errorf("sources %s refuse it", target.Sources)
			}
		}
	}
}

// changeHostile logs a user in, and exchanges a token and imports a row for the user.
func changeHostile(t *testing.T, cached, in user.Profile, c lifecycle.Creation, row lifecycle.Row, target user.Target) {
	if out, err := lifecycle.Login(cached, in, target); err == nil {
		writable(t, out.Profile)
		target.Migrated = target.Migrated || slices.ContainsFunc(out.Effects, func(e user.Effect) bool { return e.Kind == user.Migrated })
		again, err := lifecycle.Login(out.Profile, in, target)
		require.NoError(t, err)
		for _, c := range again.Changes() {
			assert.Contains(t, []string{"/logins_count", "/last_login", "/updated_at"}, c.Pointer, "the same login again changes more: %.300s after %.300s", in, cached)
		}
	}
	if out, err := lifecycle.Exchange(cached, c, true, target); err == nil {
		writable(t, out.Profile)
	}
	if out, err := row.Import(cached, true, "1", target); err == nil {
		writable(t, out.Profile)
	}
}

func writable(t *testing.T, p user.Profile) {
	t.Helper()
	q, err := user.Parse(p.AppendJSON(nil))
	assert.NoError(t, err)
	assert.True(t, p.Equal(q), "it is written as another: %.300s", p)
}

// A result shares no identities with the arguments.
func TestResultsAreIndependent(t *testing.T) {
	cached, err := user.Parse([]byte(`{"user_id":"p|1","email":"kim@example.com","identities":[{"provider":"p","user_id":"1","profileData":{"a":1}},{"provider":"q","user_id":"2","profileData":{"b":1}}]}`))
	require.NoError(t, err)
	before := string(cached.AppendJSON(nil))
	login := user.Profile{UserID: user.Set(user.ID("2")), Name: user.Set("Kim")}
	for _, kind := range []user.Kind{user.Social, user.Database, user.PasswordlessSMS} {
		r, err := lifecycle.Login(cached, login, user.Target{Connection: user.Connection{Kind: kind, Strategy: "q"}})
		require.NoError(t, err)
		for i := range r.Profile.Identities {
			r.Profile.Identities[i] = user.Identity{}
		}
		assert.Equal(t, before, string(cached.AppendJSON(nil)), kind)
	}
	row := lifecycle.Row{Email: user.Set("kim@example.com")}
	made, err := row.Import(cached, true, "", user.Target{})
	require.NoError(t, err)
	made.Profile.Identities[0] = user.Identity{}
	assert.Equal(t, before, string(cached.AppendJSON(nil)))
}

// Lists of violations are bounded.
func TestListsAreBounded(t *testing.T) {
	var members, values []string
	for i := range 20_000 {
		members = append(members, fmt.Sprintf(`"x%d":1`, i))
		values = append(values, fmt.Sprintf(`"a.%d":{"b":null,"$":9007199254740993}`, i))
	}
	c, err := lifecycle.ParseCreation([]byte(`{` + strings.Join(members, ",") + `,"user_metadata":{` + strings.Join(values, ",") + `}}`))
	require.NoError(t, err)
	v := c.Validate(user.Target{})
	for _, list := range []rule.Violations{v.Violations, v.Warnings} {
		require.Len(t, list, 1001)
		assert.Equal(t, rule.More, list[1000].Rule)
		assert.Equal(t, list[0].Severity, list[1000].Severity)
	}
	assert.True(t, len(lifecycle.SignUp(c, user.Target{}).Violations) <= 1001)

	deep := strings.Repeat(`{"`+strings.Repeat("n", 1000)+`":`, 9_000) + `{"a.b":null}` + strings.Repeat("}", 9_000)
	c, err = lifecycle.ParseCreation([]byte(`{"connection":"c","app_metadata":` + deep + `}`))
	require.NoError(t, err)
	size := 0
	v = c.Validate(user.Target{})
	for _, x := range append(v.Violations, v.Warnings...) {
		size += len(x.Pointer)
	}
	assert.Less(t, size, 4<<20)
}

// A full list of warnings hides no violation, and a full list of violations no warning.
// Both lists are in the order of the catalogue.
func TestListsDoNotHideEachOther(t *testing.T) {
	dots := ""
	for i := range 1_500 {
		dots += fmt.Sprintf(`"a.%d":1,`, i)
	}
	judged := func(inside string) rule.Verdict {
		c, err := lifecycle.ParseCreation([]byte(`{"connection":"c","email":"a@example.com","user_metadata":{"a":` + inside + `,"b":1}}`))
		require.NoError(t, err)
		return c.Validate(user.Target{})
	}
	v := judged(`[` + strings.Repeat("null,", 1_500) + `{"$d":1}]`)
	assert.Len(t, v.Warnings, 1_001)
	assert.ErrorIs(t, v.Err(), rule.NestedMetadataName)
	v = judged(`{` + dots + `"z":null}`)
	assert.Len(t, v.Violations, 1_001)
	assert.ErrorIs(t, v.Warnings, rule.CreationNestedNull)
	place := func(id rule.ID) int {
		return slices.IndexFunc(rule.All(), func(r rule.Rule) bool { return r.ID == id })
	}
	c, err := lifecycle.ParseCreation([]byte(`{"connection":"c","email":"a@example.com","name":"` + strings.Repeat("n", 200) + `","user_metadata":{"roles":1,"n":9007199254740993,"z":{"y":null}}}`))
	require.NoError(t, err)
	list := c.Validate(user.Target{Connection: user.Connection{Kind: user.Database, Name: "other"}}).Warnings
	assert.Len(t, list, 6)
	assert.True(t, slices.IsSortedFunc(list, func(a, b rule.Violation) int { return place(a.Rule) - place(b.Rule) }), "%v", list)
}

// A reading that the rule does not have is ignored.
func TestUnknownReading(t *testing.T) {
	c := lifecycle.Creation{Connection: user.Set("c"), Email: user.Set("a@example.com"), Password: user.Set(user.NewSecret("s\u00e9cret"))}
	target := user.Target{Policies: map[rule.ID]string{rule.PasswordCharacters: "no such reading", rule.ConnectionRequired: "lenient"}}
	assert.ErrorIs(t, c.Validate(target).Err(), rule.PasswordCharacters)
	target.Sources = rule.Lenient
	assert.NoError(t, c.Validate(target).Err())
	assert.ErrorIs(t, lifecycle.Creation{Email: c.Email}.Validate(target).Err(), rule.ConnectionRequired, "it has no such reading")
}

// Metadata has at most 16 MB, and a warning above 10 KB.
func TestMetadataSize(t *testing.T) {
	for n, want := range map[int]string{5_000: "", 11_000: "value.large-metadata", 17 << 20: "value.metadata-size"} {
		o, err := (metadata.Object{}).With(strings.Repeat("x", n), "a")
		require.NoError(t, err)
		c := lifecycle.Creation{Connection: user.Set("c"), Email: user.Set("kim@example.com"), Password: user.Set(user.NewSecret("x")), UserMetadata: o}
		v := c.Validate(user.Target{Connection: user.Connection{Kind: user.Database}})
		got := ""
		for _, x := range append(v.Violations, v.Warnings...) {
			got += string(x.Rule)
		}
		assert.Equal(t, want, got)
	}
}
