package patch_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// settings are those of Sources, from the strictest.
var settings = []rule.Sources{rule.Strict, rule.Current, rule.Lenient}

// disputed are values of attributes, those about which sources disagree among them.
var disputed = func() map[string][]string {
	m := maps.Clone(texts)
	m["password"] = []string{`"correct-horse"`, `"p q"`, `"p\u00e4"`, `"` + strings.Repeat("x", 73) + `"`, `null`, `""`}
	m["username"] = []string{`"ann"`, `"a*b,c/d"`, `"ann@b.co"`, `"` + strings.Repeat("u", 16) + `"`, `null`}
	m["email"] = []string{`"a@example.com"`, `"a\u200b@example.com"`, `null`}
	m["user_metadata"] = []string{`null`, `"text"`, `{}`, `{"a.b":1}`, `{"a":{"b.c":1,"$d":null}}`}
	m["app_metadata"] = []string{`null`, `[]`, `{"email":1}`, `{"a":[{"b.c":1}]}`}
	m["logins_count"] = []string{`1`}
	m["passkeys"] = []string{`[]`}
	m["password_hash"] = []string{`"$2b$10$abcdefghijklmnopqrstuuMOpNTw3x6dyCdCn0PFtpj9pB9KOxJmC"`, `"x"`}
	m["mfa_factors"] = []string{`[]`, `[{"totp":{"secret":"ABC"}}]`}
	m["user_id"] = []string{`"1"`, `"auth0|1"`, `"a|b"`}
	m["id"] = []string{`"1"`}
	m["identities"] = []string{`[{"provider":"auth0","user_id":"1","connection":"members"}]`, `[{"provider":"samlp","user_id":"members|1","connection":"members"},{"provider":"sms","user_id":"2"}]`}
	return m
}()

// disputedNames are the attributes in disputed, in order.
var disputedNames = slices.Sorted(maps.Keys(disputed))

// some returns an object with the given members and few of the disputed attributes: with many of them most
// payloads are refused under every setting.
func (m maker) some(more ...string) string {
	for range 1 + m.IntN(4) {
		name := disputedNames[m.IntN(len(disputedNames))]
		if !slices.ContainsFunc(more, func(x string) bool { return strings.Contains(x, `"`+name+`":`) }) {
			more = append(more, `"`+name+`":`+m.one(disputed[name]...))
		}
	}
	return "{" + strings.Join(more, ",") + "}"
}

// steps returns what Actions do.
func (m maker) steps(t *testing.T) []actions.Step {
	list := make([]string, m.IntN(4))
	for i := range list {
		list[i] = m.one(
			`{"set_user_metadata":["a",`+m.value(1)+`]}`, `{"set_user_metadata":["d.e"]}`, `{"set_app_metadata":["a",`+m.value(1)+`]}`, `{"next_action":true}`,
			`{"redirect":true}`, `{"management_update":`+m.some()+`}`, `{"deny":true}`, `{"set_primary_user":"auth0|9"}`,
		)
	}
	steps, err := actions.ParseSteps([]byte("[" + strings.Join(list, ",") + "]"))
	require.NoError(t, err)
	return steps
}

// widens checks law 10 for one operation: what passes under a setting passes under the
// settings after it.
func widens(t *testing.T, what, input string, at user.Target, operation func(user.Target) error) {
	t.Helper()
	var passed []rule.Sources
	for _, at.Sources = range settings {
		err := operation(at)
		if err == nil {
			passed = append(passed, at.Sources)
		} else if len(passed) > 0 {
			target, _ := json.Marshal(at)
			t.Fatalf("%s of %s for %s passes under sources %s, not %s: %v", what, input, target, passed[0], at.Sources, err)
		}
	}
}

// narrows is widens for a list of violations: each that a setting reports is reported
// by the settings before it, and nothing is accepted where it stands.
func narrows(t *testing.T, what, input string, at user.Target, judge func(user.Target) rule.Verdict) {
	t.Helper()
	widens(t, what, input, at, func(at user.Target) error { return judge(at).Err() })
	type finding struct {
		rule    rule.ID
		pointer string
	}
	var before map[finding]bool
	for _, at.Sources = range settings {
		found := map[finding]bool{}
		verdict := judge(at)
		for _, w := range verdict.Warnings {
			if strings.HasPrefix(w.Message, "accepted: ") && slices.ContainsFunc(verdict.Violations, func(v rule.Violation) bool { return v.Pointer == w.Pointer }) {
				t.Fatalf("%s of %s: sources %s accept and refuse: %v", what, input, at.Sources, w)
			}
		}
		for _, v := range verdict.Violations {
			f := finding{v.Rule, v.Pointer}
			if found[f] = true; before != nil && !before[f] {
				target, _ := json.Marshal(at)
				t.Fatalf("%s of %s for %s: sources %s add %v", what, input, target, at.Sources, v)
			}
		}
		before = found
	}
}

// sources checks law 10 for every operation, on inputs of parts that meet.
func (m maker) sources(t *testing.T) {
	at := m.target(t)
	u, v := m.user(t), profile(t, m.one(`{}`, `{"email":"a@example.com","user_id":"sms|2","identities":[{"provider":"sms","user_id":"2"}]}`, m.both(userNames)))

	text := m.one(m.some(), m.both(payloadNames))
	p := payload(t, text)
	narrows(t, "validation", text, at, p.Validate)
	widens(t, "update", text, at, func(at user.Target) error { _, err := p.Apply(u, at); return err })

	text = m.one(m.some(`"connection":"members"`), m.some(`"connection":"members","email":"c@example.com","password":"correct-horse"`), m.some(`"connection":"members","email":"c@example.com"`))
	if c, err := lifecycle.ParseCreation([]byte(text)); err == nil {
		at := at
		if m.often() {
			at.Connection.Kind = user.Kind(m.one(string(user.Database), string(user.CustomDatabase)))
		}
		narrows(t, "validation of a creation", text, at, c.Validate)
		widens(t, "creation", text, at, func(at user.Target) error { _, err := c.Create("1", at); return err })
	}
	text = m.some(`"email":"a@example.com"`)
	if row, err := lifecycle.ParseRow([]byte(text)); err == nil {
		upsert := m.often()
		narrows(t, "validation of a row", text, at, row.Validate)
		widens(t, "import", text, at, func(at user.Target) error { _, err := row.Import(v, upsert, "1", at); return err })
	}
	text = m.one(m.some(), m.some(`"user_id":"1"`))
	if login, err := lifecycle.ParseLogin([]byte(text)); err == nil {
		widens(t, "login", text, at, func(at user.Target) error { _, err := lifecycle.Login(u, login, at); return err })
		widens(t, "first login", text, at, func(at user.Target) error { _, err := lifecycle.Login(user.Profile{}, login, at); return err })
	}
	widens(t, "link", string(v.AppendJSON(nil)), at, func(at user.Target) error { _, err := identities.Link(u, v, at); return err })

	triggers := actions.Triggers()
	stage := actions.Stage{Trigger: triggers[m.IntN(len(triggers))], User: u}
	if m.often() {
		stage.Trigger = actions.PostLogin
	}
	steps := m.steps(t)
	if m.seldom() {
		stage.User = profile(t, `{"user_metadata":"[object Object]","upn":"a"}`)
	}
	list, err := json.Marshal(steps)
	require.NoError(t, err)
	widens(t, "stage", string(list), at, func(at user.Target) error {
		stage.Target = at
		_, err := stage.Run(steps...)
		return err
	})
}

// Law 10: what passes strict passes current, and what passes current passes lenient.
func FuzzSources(f *testing.F) {
	for seed := range uint64(32) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		m := maker{rand.New(rand.NewPCG(seed, 10))}
		for range 30 {
			m.sources(t)
		}
	})
}
