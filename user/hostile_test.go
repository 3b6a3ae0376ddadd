package user_test

import (
	"fmt"
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

// every circumstance that changes what is done, strictly and leniently.
func circumstances() (list []user.Circumstances) {
	var policies []map[user.RuleID]string
	policies = append(policies, nil)
	last := map[user.RuleID]string{}
	for _, r := range user.Rules() {
		if n := len(r.Readings); n > 0 {
			last[r.ID] = r.Readings[n-1].Name
		}
	}
	policies = append(policies, last)
	for _, kind := range []user.Kind{user.KindUnknown, user.Database, user.CustomDatabase, user.Social, user.Enterprise, user.PasswordlessEmail, user.PasswordlessSMS, "other"} {
		for _, sync := range []user.Sync{user.OnEachLogin, user.OnFirstLogin, user.NeverOnLogin} {
			for _, migrated := range []bool{false, true} {
				for _, p := range policies {
					c := user.Connection{Kind: kind, RootAttributes: sync, ImportMode: migrated, Strategy: "waad", NonPersistent: []string{"email", "x", "user_metadata", "identities"}}
					if sync == user.OnEachLogin {
						c.NonPersistent, c.Strategy, c.Name = nil, "", "own"
					}
					list = append(list, user.Circumstances{Connection: c, Migrated: migrated, Lenient: p != nil, Policies: p, Now: time.Unix(1, 0)})
				}
			}
		}
	}
	return list
}

// allNull has every attribute, null.
const allNull = `{"user_id":null,"email":null,"email_verified":null,"username":null,"phone_number":null,"phone_verified":null,"name":null,"nickname":null,
	"given_name":null,"family_name":null,"picture":null,"blocked":null,"identities":null,"user_metadata":null,"app_metadata":null,"multifactor":null,
	"multifactor_last_modified":null,"last_ip":null,"last_login":null,"logins_count":null,"last_password_reset":null,"created_at":null,"updated_at":null,
	"permissions":null,"password":null,"connection":null,"verify_email":null,"mfa_factors":null,"x":null}`

// hostile are documents that some function must survive.
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
		`{"user_metadata":"text","app_metadata":[{}],"identities":null,"email_verified":"true","phone_verified":"false"}`,
	}
}

// Nothing panics, no input changes, what is accepted can be written and read, and
// what passes strictly passes leniently.
func TestHostileDocuments(t *testing.T) {
	docs := hostile()
	var profiles []user.Profile
	for _, text := range docs {
		p, err := user.ParseLogin([]byte(text))
		require.NoError(t, err)
		profiles = append(profiles, p)
	}
	writable := func(p user.Profile) {
		t.Helper()
		q, err := user.Parse(p.AppendJSON(nil))
		assert.NoError(t, err)
		assert.True(t, p.Equal(q), "it is written as another: %.300s", p.AppendJSON(nil))
	}
	for n, at := range circumstances() {
		for i, text := range docs {
			large := func(i int) bool { return len(docs[i]) > 10_000 && n%40 != 0 } // in some circumstances only
			if large(i) {
				continue
			}
			c, err := user.ParseCreation([]byte(text))
			require.NoError(t, err)
			created, err := user.New(c, "1", at)
			if err == nil {
				writable(created.Profile)
				lenient := at
				lenient.Lenient = true
				assert.True(t, c.Validate(lenient).Valid())
			}
			row, err := user.ParseImport([]byte(text))
			require.NoError(t, err)
			for j, cached := range profiles {
				if large(j) {
					continue
				}
				before := string(cached.AppendJSON(nil))
				if r, err := user.Refresh(cached, profiles[i], at); err == nil {
					writable(r.Profile)
					again := at
					again.Migrated = r.Migrated
					second, err := user.Refresh(r.Profile, profiles[i], again)
					require.NoError(t, err)
					for _, c := range second.Changes {
						assert.Contains(t, []string{"/logins_count", "/last_login", "/updated_at"}, c.Pointer, "the same login again changes more: %.300s after %.300s", text, docs[j])
					}
				}
				if made, err := row.Into(cached, true, "1", at); err == nil {
					writable(made.Profile)
				}
				if r, err := user.Exchange(cached, c, true, at); err == nil {
					writable(r.Profile)
				}
				if string(cached.AppendJSON(nil)) != before {
					t.Errorf("the cached profile changed: %.200s", docs[j])
				}
			}
		}
	}
	for _, p := range profiles {
		r, err := user.RulesObject(p)
		if assert.NoError(t, err) {
			_, err = metadata.Parse([]byte(r.User.String()))
			assert.NoError(t, err)
		}
	}
}

// A result shares no identities with what was given.
func TestResultsAreIndependent(t *testing.T) {
	cached, err := user.Parse([]byte(`{"user_id":"p|1","email":"kim@example.com","identities":[{"provider":"p","user_id":"1","profileData":{"a":1}},{"provider":"q","user_id":"2","profileData":{"b":1}}]}`))
	require.NoError(t, err)
	before := string(cached.AppendJSON(nil))
	login := user.Profile{UserID: user.Set(user.ID("2")), Name: user.Set("Kim")}
	for _, kind := range []user.Kind{user.Social, user.Database, user.PasswordlessSMS} {
		r, err := user.Refresh(cached, login, user.Circumstances{Connection: user.Connection{Kind: kind, Strategy: "q"}})
		require.NoError(t, err)
		for i := range r.Profile.Identities {
			r.Profile.Identities[i] = user.Identity{}
		}
		assert.Equal(t, before, string(cached.AppendJSON(nil)), kind)
	}
	row := user.Import{Email: user.Value("kim@example.com")}
	made, err := row.Into(cached, true, "", user.Circumstances{})
	require.NoError(t, err)
	made.Profile.Identities[0] = user.Identity{}
	assert.Equal(t, before, string(cached.AppendJSON(nil)))
}

// A list of violations is bounded, however many faults there are.
func TestListsAreBounded(t *testing.T) {
	var members, values []string
	for i := range 20_000 {
		members = append(members, fmt.Sprintf(`"x%d":1`, i))
		values = append(values, fmt.Sprintf(`"a.%d":{"b":null,"$":9007199254740993}`, i))
	}
	c, err := user.ParseCreation([]byte(`{` + strings.Join(members, ",") + `,"user_metadata":{` + strings.Join(values, ",") + `}}`))
	require.NoError(t, err)
	v := c.Validate(user.Circumstances{})
	for _, list := range []user.Violations{v.Violations, v.Warnings} {
		require.Len(t, list, 1001)
		assert.Equal(t, user.RuleMore, list[1000].Rule)
		assert.Equal(t, list[0].Severity, list[1000].Severity)
	}
	assert.True(t, len(user.SignUp(c.UserMetadata, user.Circumstances{}).Violations) <= 1001)

	deep := strings.Repeat(`{"`+strings.Repeat("n", 1000)+`":`, 9_000) + `{"a.b":null}` + strings.Repeat("}", 9_000)
	c, err = user.ParseCreation([]byte(`{"connection":"c","app_metadata":` + deep + `}`))
	require.NoError(t, err)
	size := 0
	v = c.Validate(user.Circumstances{})
	for _, x := range append(v.Violations, v.Warnings...) {
		size += len(x.Pointer)
	}
	assert.Less(t, size, 4<<20)
}

// Warnings without end hide no violation, and violations no warning. Both come in
// the order of the catalogue.
func TestBothListsAreWhole(t *testing.T) {
	dots := ""
	for i := range 1_500 {
		dots += fmt.Sprintf(`"a.%d":1,`, i)
	}
	judged := func(inside string) user.Verdict {
		c, err := user.ParseCreation([]byte(`{"connection":"c","email":"a@example.com","user_metadata":{"a":` + inside + `,"b":1}}`))
		require.NoError(t, err)
		return c.Validate(user.Circumstances{})
	}
	v := judged(`[` + strings.Repeat("null,", 1_500) + `{"$d":1}]`)
	assert.Len(t, v.Warnings, 1_001)
	assert.ErrorIs(t, v.Err(), user.RuleNestedMetadataName)
	v = judged(`{` + dots + `"z":null}`)
	assert.Len(t, v.Violations, 1_001)
	assert.ErrorIs(t, v.Warnings, user.RuleNestedNull)
	place := func(id user.RuleID) int {
		return slices.IndexFunc(user.Rules(), func(r user.Rule) bool { return r.ID == id })
	}
	c, err := user.ParseCreation([]byte(`{"connection":"c","email":"a@example.com","name":"` + strings.Repeat("n", 200) + `","user_metadata":{"roles":1,"n":9007199254740993,"z":{"y":null}}}`))
	require.NoError(t, err)
	list := c.Validate(user.Circumstances{Connection: user.Connection{Kind: user.Database, Name: "other"}}).Warnings
	assert.Len(t, list, 6)
	assert.True(t, slices.IsSortedFunc(list, func(a, b user.Violation) int { return place(a.Rule) - place(b.Rule) }), "%v", list)
}

// A reading that a rule has not counts as absent.
func TestUnknownReading(t *testing.T) {
	c := user.Creation{Connection: user.Value("c"), Email: user.Value("a@example.com"), Password: user.Value("s\u00e9cret")}
	at := user.Circumstances{Policies: map[user.RuleID]string{user.RulePasswordCharacters: "no such reading", user.RuleConnection: "lenient"}}
	assert.ErrorIs(t, c.Validate(at).Err(), user.RulePasswordCharacters)
	at.Lenient = true
	assert.NoError(t, c.Validate(at).Err())
	assert.ErrorIs(t, user.Creation{Email: c.Email}.Validate(at).Err(), user.RuleConnection, "it has no such reading")
	// Of the characters of a username a creation says nothing.
	c = user.Creation{Connection: user.Value("c"), Username: user.Value("a b"), Password: user.Value("p")}
	v := c.Validate(user.Circumstances{})
	assert.NoError(t, v.Err())
	assert.Empty(t, v.Warnings)
}

// What is wrong with a connection is listed.
func TestConnectionFaults(t *testing.T) {
	var c user.Connection
	assert.ErrorIs(t, c.UnmarshalJSON([]byte(`[]`)), metadata.ErrNotObject)
	var es metadata.Errors
	require.ErrorAs(t, c.UnmarshalJSON([]byte(`{"name":5,"kind":true,"non_persistent_attrs":"locale","disabled":1}`)), &es)
	var pointers []string
	for _, e := range es {
		assert.Equal(t, user.ErrMistyped, e.Fault)
		pointers = append(pointers, e.Pointer)
	}
	assert.Equal(t, []string{"/name", "/kind", "/non_persistent_attrs", "/disabled"}, pointers)
	_, err := user.ParseLogin([]byte(`[]`))
	assert.ErrorIs(t, err, metadata.ErrNotObject)
}

// The size of metadata is judged; it would be too much for a vector.
func TestMetadataSize(t *testing.T) {
	for n, want := range map[int]string{5_000: "", 11_000: "user.large-metadata", 17 << 20: "user.metadata-size"} {
		o, err := (metadata.Object{}).With(strings.Repeat("x", n), "a")
		require.NoError(t, err)
		c := user.Creation{Connection: user.Value("c"), Email: user.Value("kim@example.com"), Password: user.Value("x"), UserMetadata: o}
		v := c.Validate(user.Circumstances{})
		got := ""
		for _, x := range append(v.Violations, v.Warnings...) {
			got += string(x.Rule)
		}
		assert.Equal(t, want, got)
	}
}

func TestRules(t *testing.T) {
	seen := map[user.RuleID]bool{}
	for _, list := range [][]user.Rule{user.Rules(), patch.Rules()} {
		for _, r := range list {
			assert.False(t, seen[r.ID], r.ID)
			seen[r.ID] = true
			assert.NotEmpty(t, r.Statement, r.ID)
			assert.NotEmpty(t, r.Source, r.ID)
			names := map[string]bool{}
			for _, x := range r.Readings {
				assert.False(t, names[x.Name])
				names[x.Name] = true
				var target patch.Target // whoever describes a target can choose each of them
				require.NoError(t, target.UnmarshalJSON([]byte(`{"policies":{"`+string(r.ID)+`":"`+x.Name+`"}}`)))
				assert.Equal(t, x.Name, target.Circumstances().Policies[r.ID])
			}
		}
	}
	rules := user.Rules()
	for i := range rules { // what is returned is the caller's own
		rules[i].Source = ""
		for j := range rules[i].Readings {
			rules[i].Readings[j].Name = ""
		}
	}
	for _, r := range user.Rules() {
		assert.NotEmpty(t, r.Source)
		for _, x := range r.Readings {
			assert.NotEmpty(t, x.Name)
		}
	}
	for _, bad := range []string{`{"user.login-metadata":"sideways"}`, `{"user.null":""}`, `{"user.nothing":"strict"}`, `{"user.login-metadata":1}`} {
		var target patch.Target
		assert.ErrorIs(t, target.UnmarshalJSON([]byte(`{"policies":`+bad+`}`)), user.ErrUnknownValue, bad)
	}
}
