package patch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// maker makes users, payloads and targets of parts that meet: few values, so that
// some are equal, and odd ones among them.
type maker struct{ *rand.Rand }

func (m maker) one(of ...string) string { return of[m.IntN(len(of))] }

func (m maker) often() bool { return m.IntN(4) > 0 }

func (m maker) seldom() bool { return m.IntN(8) == 0 }

// value returns a value inside metadata.
func (m maker) value(depth int) string {
	if depth > 0 {
		switch m.IntN(5) {
		case 0:
			return m.object(depth - 1)
		case 1:
			return "[" + m.value(depth-1) + "," + m.value(depth-1) + "]"
		}
	}
	return m.one(`1`, `1.0`, `"x"`, `""`, `true`, `false`, `null`, `[]`, `{}`, `9007199254740993`, `1e400`)
}

func (m maker) object(depth int) string {
	var members []string
	for _, name := range []string{"a", "b", "c", "roles", "email", "d.e", "$f", "nul\\u006c"} {
		if m.IntN(3) == 0 {
			members = append(members, `"`+name+`":`+m.value(depth))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

// members returns an object with some of the members, each with one of its values.
func (m maker) members(of map[string][]string, names []string, more ...string) string {
	for _, name := range names {
		if m.IntN(3) == 0 {
			more = append(more, `"`+name+`":`+m.one(of[name]...))
		}
	}
	return "{" + strings.Join(more, ",") + "}"
}

var (
	texts = map[string][]string{
		"email":        {`"a@example.com"`, `"A@example.com"`, `"b@example.com"`, `null`, `"none"`},
		"username":     {`"ann"`, `"Ann"`, `"bob"`, `null`, `""`},
		"phone_number": {`"+15551230000"`, `"+1555"`, `null`, `"1"`},
		"name":         {`"A"`, `"B"`, `null`}, "nickname": {`"A"`, `"B"`, `null`}, "given_name": {`"A"`, `null`, `""`},
		"family_name": {`"A"`, `"B"`}, "picture": {`"https://example.com/a.png"`, `"a.png"`, `null`},
		"blocked": {`true`, `false`, `null`}, "email_verified": {`true`, `false`}, "phone_verified": {`true`, `false`},
		"password": {`"correct-horse"`, `"p q"`, `null`}, "connection": {`"members"`, `"sms"`}, "client_id": {`"c"`},
		"verify_email": {`true`, `false`}, "verify_phone_number": {`true`}, "locale": {`"en"`, `null`}, "zone": {`1`, `null`},
		"user_id": {`"auth0|1"`}, "logins_count": {`1`, `2`}, "identities": {`[]`, `[{"connection":"members"},{"connection":"sms","profileData":{"email":"s@example.com"}}]`},
	}
	rootNames    = []string{"email", "username", "phone_number", "name", "nickname", "given_name", "family_name", "picture", "blocked", "email_verified", "phone_verified", "locale", "zone"}
	payloadNames = append([]string{"password", "connection", "client_id", "verify_email", "verify_phone_number"}, rootNames...)
	userNames    = append([]string{"user_id", "logins_count", "identities"}, rootNames...)
)

func (m maker) user(t *testing.T) user.Profile { return profile(t, m.both(userNames)) }

func (m maker) payload(t *testing.T) patch.Payload { return payload(t, m.both(payloadNames)) }

// both returns an object with some of the members, and metadata.
func (m maker) both(names []string) string {
	var more []string
	for _, name := range []string{"user_metadata", "app_metadata"} {
		switch m.IntN(6) {
		case 0, 1:
			more = append(more, `"`+name+`":`+m.object(2))
		case 2:
			more = append(more, `"`+name+`":`+m.one(`{}`, `{"a":1}`, `{"a":{"b":1,"c":2}}`))
		}
	}
	if m.seldom() {
		more = append(more, `"user_metadata":null`)[len(more):]
	}
	return m.members(texts, names, more...)
}

func (m maker) target(t *testing.T) (at user.Target) {
	connection := fmt.Sprintf(`{"name":"members","kind":%q,"import_mode":%t,"root_attributes":%q,"disabled":%t`,
		m.one("database", "database", "custom-database", "social", "enterprise", "passwordless-email", "passwordless-sms"),
		m.often(), m.one("on_each_login", "on_first_login", "never_on_login"), m.seldom())
	if !m.often() {
		connection += `,"requires_username":` + m.one("true", "false")
	}
	if !m.often() {
		connection += `,"non_persistent_attrs":["locale","nickname"]`
	}
	text := fmt.Sprintf(`{"connection":%s},"migrated":%t,"secondary":%t,"lenient":%t`, connection, m.IntN(2) == 0, m.seldom(), m.IntN(2) == 0)
	if m.seldom() {
		text += `,"scopes":[` + m.one(`"update:users"`, `"update:current_user_metadata"`, `"update:users_app_metadata"`) + `]`
	}
	if !m.often() {
		text += `,"now":"2026-03-13T08:00:00Z"`
	}
	require.NoError(t, json.Unmarshal([]byte(text+"}"), &at))
	at.Policies = map[rule.ID]string{}
	for _, r := range rule.All() {
		if len(r.Readings) > 0 && r.Readings[0].Name != "strict" && m.seldom() {
			at.Policies[r.ID] = r.Readings[m.IntN(len(r.Readings))].Name
		}
	}
	return at
}

// The laws of payloads, on users, payloads and targets of parts that meet.
func FuzzLaws(f *testing.F) {
	for seed := range uint64(64) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		m := maker{rand.New(rand.NewPCG(seed, 4))}
		var u, v user.Profile
		var p patch.Payload
		var at user.Target
		defer func() {
			if t.Failed() {
				t.Logf("from %s to %s by %s for %+v", u.AppendJSON(nil), v.AppendJSON(nil), p, at)
			}
		}()
		for range 30 {
			u, v, p, at = m.user(t), m.user(t), m.payload(t), m.target(t)
			leniently(t, p, at)
			undone(t, u, p, at)
			planned(t, u, p, at)
			reaches(t, u, v, at)
		}
	})
}

// leniently checks law 10: what passes strictly passes leniently.
func leniently(t *testing.T, p patch.Payload, at user.Target) {
	at.Sources = rule.Strict
	strict := p.Validate(at)
	at.Sources = rule.Lenient
	lenient := p.Validate(at)
	if strict.Valid() && !lenient.Valid() {
		t.Fatalf("passes strictly, not leniently: %v", lenient.Err())
	}
	for _, x := range lenient.Violations {
		found := false
		for _, y := range strict.Violations {
			found = found || x == y
		}
		if !found {
			t.Fatalf("refused leniently only: %v", x)
		}
	}
}

// undone checks law 6, and that a payload sent twice changes nothing more.
func undone(t *testing.T, u user.Profile, p patch.Payload, at user.Target) {
	out, err := p.Apply(u, at)
	if err != nil {
		return
	}
	again, err := p.Apply(out.Profile, at)
	require.NoError(t, err)
	if !again.Profile.Equal(out.Profile) {
		t.Fatalf("sent twice it gives %s, once %s", again.Profile.AppendJSON(nil), out.Profile.AppendJSON(nil))
	}
	q, missed := p.Inverse(u, at)
	back := out
	if !q.IsZero() {
		back, err = q.Apply(out.Profile, at)
		require.NoError(t, err, "the inverse is %s", q)
	}
	if at.Secondary { // what is not restored of an identity is named by its attribute
		back.Profile.Identities = u.Identities
	}
	within(t, back.Profile, u, missed, true)
	if !at.Secondary {
		named := []string{"/password"} // always, as is what the schema does not know
		for name := range p.Extra.All() {
			named = append(named, metadata.Pointer(name))
		}
		differs(t, back.Profile, u, missed, named...)
	}
}

// planned checks law 7: the payloads, each valid, do what the goal says, and there
// is none that could be left out.
func planned(t *testing.T, u user.Profile, goal patch.Payload, at user.Target) {
	list, err := patch.Plan(u, goal, at)
	if err != nil {
		return
	}
	got := u
	var effects []user.Effect
	for _, p := range list {
		out, err := p.Apply(got, at)
		require.NoError(t, err)
		got = out.Profile
		effects = append(effects, out.Effects...)
	}
	want, err := goal.Apply(u, at)
	if err != nil { // a pair, or what is there already and would be refused
		require.LessOrEqual(t, len(list), 4)
		return
	}
	require.LessOrEqual(t, len(list), 2)
	if !goal.Password.IsZero() && at.Policies[rule.BlockLifted] == "lifted" { // a plan blocks again
		want.Profile.Blocked = got.Blocked
	}
	within(t, got, want.Profile, nil, true)
	if len(effects) > 0 {
		require.Subset(t, want.Effects, effects)
	}
}

// reaches checks law 5, through the fewest payloads that are valid for the target.
func reaches(t *testing.T, u, v user.Profile, at user.Target) {
	list, err := patch.PlanTo(u, v, at)
	if refused := (rule.Violations)(nil); errors.As(err, &refused) {
		return
	}
	got := u
	for _, p := range list {
		out, err := p.Apply(got, at)
		require.NoError(t, err)
		got = out.Profile
	}
	if !at.Secondary {
		within(t, got, v, err, true)
		differs(t, got, v, err)
	}
}
