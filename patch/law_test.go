package patch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// maker makes users, payloads and targets from few values, so that some of them are
// equal; some values are invalid.
type maker struct{ *rand.Rand }

func (m maker) one(values ...string) string { return values[m.IntN(len(values))] }

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

// members returns an object with some of the members, each with one of its values, and
// with more members.
func (m maker) members(values map[string][]string, names []string, more ...string) string {
	for _, name := range names {
		if m.IntN(3) == 0 {
			more = append(more, `"`+name+`":`+m.one(values[name]...))
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

// The laws of payloads hold for random users, payloads and targets.
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
			narrows(t, "validation", p.String(), at, p.Validate)
			checkInverse(t, u, p, at)
			checkPlan(t, u, p, at)
			checkPlanTo(t, u, v, at)
		}
	})
}

// checkInverse checks law 6, and that a payload that is sent twice changes nothing the
// second time.
func checkInverse(t *testing.T, u user.Profile, p patch.Payload, at user.Target) {
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
	if at.Secondary { // the error names attributes of an identity, not their places
		back.Profile.Identities = u.Identities
	}
	within(t, back.Profile, u, missed, true)
	if !at.Secondary {
		named := []string{"/password"} // always named, as are unknown attributes
		for name := range p.Extra.All() {
			named = append(named, metadata.Pointer(name))
		}
		differs(t, back.Profile, u, missed, named...)
	}
}

// checkPlan checks law 7: the payloads, each valid, lead to the goal, and there are no
// more of them than needed.
func checkPlan(t *testing.T, u user.Profile, goal patch.Payload, at user.Target) {
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
		effects = append(effects, withoutPointers(out.Effects)...)
	}
	want, err := goal.Apply(u, at)
	if err != nil { // it has to be split, or has stored values that are refused
		require.LessOrEqual(t, len(list), 4)
		return
	}
	require.LessOrEqual(t, len(list), 2)
	if _, sets := goal.Password.Get(); sets && at.Policies.Reading(at.Sources, rule.BlockLifted) == "lifted" { // the plan blocks again
		want.Profile.Blocked = got.Blocked
	}
	within(t, got, want.Profile, nil, true)
	if len(effects) > 0 {
		require.Subset(t, withoutPointers(want.Effects), effects)
	}
	for _, e := range withoutPointers(want.Effects) {
		if e.Kind == user.VerificationEmail || e.Kind == user.VerificationText {
			require.Contains(t, effects, e, "a message that the goal sends")
		}
	}
}

// withoutPointers returns effects without their pointers: a plan omits attributes that
// change nothing, so another one can cause the effect.
func withoutPointers(list []user.Effect) []user.Effect {
	list = slices.Clone(list)
	for i := range list {
		list[i].Pointer = ""
	}
	return list
}

// checkPlanTo checks law 5, by the fewest payloads that are valid for the target.
func checkPlanTo(t *testing.T, u, v user.Profile, at user.Target) {
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
