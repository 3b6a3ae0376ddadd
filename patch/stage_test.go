package patch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// runStage checks one vector of a stage: arguments.json has the trigger and the
// steps.
func runStage(t *testing.T, v vectors.Vector) {
	var args struct {
		Trigger patch.Trigger `json:"trigger"`
		Steps   []patch.Step  `json:"steps"`
	}
	require.NoError(t, json.Unmarshal(v.Need(t, "arguments.json"), &args))
	s := patch.Stage{Trigger: args.Trigger}
	if text := v.Section("target.json"); text != nil {
		require.NoError(t, json.Unmarshal(text, &s.Target))
	}
	var err error
	s.User, err = user.Parse(v.Need(t, "user.json"))
	require.NoError(t, err)
	before := string(s.User.AppendJSON(nil))
	out, err := s.Run(args.Steps...)
	assert.Equal(t, before, string(s.User.AppendJSON(nil)), "the input changed")
	var refused user.Violations
	if err != nil {
		require.ErrorAs(t, err, &refused)
	}
	severe(t, refused, user.Error)
	severe(t, out.Warnings, user.Warning)
	all := func(list user.Violations) (pointers []string) {
		for _, w := range list {
			if string(w.Rule) == v.Rule {
				pointers = append(pointers, w.Pointer)
			}
		}
		return pointers
	}
	switch v.Expect {
	case "refused":
		assert.Contains(t, all(refused), v.Pointer)
		assert.ErrorIs(t, err, user.RuleID(v.Rule))
		return
	case "warns":
		require.NoError(t, err)
		assert.Contains(t, all(out.Warnings), v.Pointer)
	case "passes", "result":
		require.NoError(t, err)
		assert.Empty(t, all(out.Warnings))
	default:
		t.Fatalf("expect: %s means nothing here", v.Expect)
	}
	if want := v.Section("want.json"); want != nil {
		assert.JSONEq(t, string(want), string(out.Profile.AppendJSON(nil)))
	}
	if want := v.Section("payloads.json"); want != nil {
		assert.JSONEq(t, string(want), text(t, out.Payloads()))
	}
	if want := v.Section("event-users.json"); want != nil {
		list := []metadata.Object{}
		for e := range out.EventUsers() {
			list = append(list, e)
		}
		assert.JSONEq(t, string(want), text(t, list))
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	require.NoError(t, err)
	return string(out)
}

var kim = user.Profile{
	UserID:       user.Set(user.ID("auth0|k1")),
	UserMetadata: metadata.MustParse(`{"color":"red"}`),
}

func eventUsers(s patch.Staged) (list []string) {
	for e := range s.EventUsers() {
		list = append(list, e.String())
	}
	return list
}

// Shows S0.5: the next trigger starts from the user that is stored.
func TestNextTriggerStartsFromWhatIsStored(t *testing.T) {
	before, err := patch.Stage{Trigger: patch.PreUserRegistration, User: user.Profile{Email: user.Set("kim@example.com")}}.
		Run(patch.SetUserMetadata("color", "red"), patch.SetAppMetadata("plan", "free"))
	require.NoError(t, err)
	created := before.Profile // POST /users gives it an id
	created.UserID = user.Set(user.ID("auth0|k1"))
	after, err := patch.Stage{Trigger: patch.PostLogin, User: created}.Run(patch.SetUserMetadata("color", "blue"))
	require.NoError(t, err)
	assert.JSONEq(t, `{"user_id":"auth0|k1","email":"kim@example.com","user_metadata":{"color":"red"},"app_metadata":{"plan":"free"}}`, eventUsers(after)[0])

	// What a direct update changed shows there by either reading.
	direct, err := patch.Stage{Trigger: patch.PostLogin, User: created, Target: patch.Target{Policies: map[patch.RuleID]string{patch.RuleDirectUpdate: "unseen"}}}.
		Run(patch.ManagementUpdate(patch.Payload{Name: patch.Set("Kim")}), patch.NextAction())
	require.NoError(t, err)
	assert.NotContains(t, eventUsers(direct)[1], "Kim")
	next, err := patch.Stage{Trigger: patch.PostLogin, User: direct.Profile}.Run()
	require.NoError(t, err)
	assert.Contains(t, eventUsers(next)[0], "Kim")
}

func TestWritesSayToWhom(t *testing.T) {
	out, err := patch.Stage{Trigger: patch.PostLogin, User: kim, Target: patch.Target{Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}}.Run(
		patch.ManagementUpdate(patch.Payload{Name: patch.Set("Kim")}),
		patch.SetAppMetadata("plan", "free"),
		patch.SetPrimaryUser("auth0|k2"),
		patch.NextAction(),
		patch.SetUserMetadata("color", "red"),
	)
	require.NoError(t, err)
	want := []patch.Write{
		{To: "auth0|k1", Payload: patch.Payload{Name: patch.Set("Kim")}, Direct: true},
		{To: "auth0|k1", Payload: patch.Payload{AppMetadata: metadata.MustDelta(`{"plan":"free"}`)}},
		{To: "auth0|k2", Payload: patch.Payload{UserMetadata: metadata.MustDelta(`{"color":"red"}`)}},
	}
	if diff := cmp.Diff(want, out.Writes); diff != "" {
		t.Error(diff)
	}
	assert.Equal(t, user.ID("auth0|k2"), out.Primary)
	assert.Equal(t, user.Timestamp("2026-01-02T03:04:05.000Z"), out.Profile.UpdatedAt.Or(""))
}

func TestStageListsEverything(t *testing.T) {
	_, err := patch.Stage{Trigger: patch.PostLogin, User: kim}.Run(
		patch.Step{},
		patch.SetUserMetadata("f", func() {}),
		patch.SetUserMetadata("u", metadata.Value{}),
		patch.SetUserMetadata("bad\xff", 1),
		patch.SetPrimaryUser(""),
		patch.SetUserMetadata("a.b", 1),
		patch.SetAppMetadata("user_id", 1),
	)
	var all user.Violations
	require.ErrorAs(t, err, &all)
	var got []string
	for _, v := range all {
		got = append(got, string(v.Rule)+" "+v.Pointer)
	}
	assert.Equal(t, []string{
		"patch.action-method /steps/0",
		"patch.type /steps/1/set_user_metadata/1",
		"patch.action-undefined /steps/2/set_user_metadata",
		"patch.type /steps/3/set_user_metadata/0",
		"patch.primary-user-length /steps/4/set_primary_user",
		"patch.metadata-name /user_metadata/a.b",
		"patch.reserved-name /app_metadata/user_id",
	}, got[:])
	_, err = patch.Stage{User: kim}.Run()
	assert.ErrorIs(t, err, patch.RuleActionMethod)

	// What the trigger has no method for is that, and nothing more.
	_, err = patch.Stage{Trigger: patch.EventStream, User: kim}.Run(
		patch.SetUserMetadata("u", metadata.Value{}), patch.SetAppMetadata("u", metadata.Value{}), patch.Redirect(), patch.Deny(), patch.NextAction(),
		patch.SetPrimaryUser(""), patch.Step{},
	)
	require.ErrorAs(t, err, &all)
	got = nil
	for _, v := range all {
		got = append(got, string(v.Rule)+" "+v.Pointer)
	}
	assert.Equal(t, []string{
		"patch.action-method /steps/0/set_user_metadata", "patch.action-method /steps/1/set_app_metadata", "patch.action-method /steps/2/redirect",
		"patch.action-method /steps/3/deny", "patch.action-method /steps/5/set_primary_user", "patch.action-method /steps/6",
	}, got)
	_, err = patch.Stage{Trigger: patch.PreUserRegistration, User: kim}.Run(patch.SetUserMetadata("a.b", 1), patch.Redirect(), patch.SetUserMetadata("a.b", 2))
	require.ErrorAs(t, err, &all)
	assert.Len(t, all, 2, "nothing is written at a redirect that there is not")

	// Warnings without end hide no violation.
	var steps []patch.Step
	for range 1_500 {
		steps = append(steps, patch.SetUserMetadata("__proto__", 1))
	}
	_, err = patch.Stage{Trigger: patch.PostLogin, User: kim}.Run(append(steps, patch.SetUserMetadata("n", []any{json.Number("1e400")}))...)
	assert.ErrorIs(t, err, patch.RuleActionValue)
	deep := metadata.MustParse(`{"a":` + strings.Repeat("[", 9_998) + strings.Repeat("]", 9_998) + `}`)
	_, err = patch.Stage{Trigger: patch.PostLogin, User: user.Profile{Extra: metadata.MustParse(`{"a":1}`), UserMetadata: deep}}.Run()
	require.NoError(t, err)
	v, _ := deep.Get("a")
	_, err = patch.Stage{Trigger: patch.PostLogin}.Run(patch.SetUserMetadata("b", v))
	require.NoError(t, err)
	tooDeep, err := metadata.ValueOf([]any{v})
	require.NoError(t, err)
	_, err = patch.Stage{Trigger: patch.PostLogin}.Run(patch.SetUserMetadata("b", tooDeep), patch.NextAction(), patch.SetUserMetadata("b", 1))
	assert.ErrorIs(t, err, patch.RuleActionValue)
}

// What holds for the whole run is warned of once.
func TestStageWarnsOnce(t *testing.T) {
	for _, tt := range []struct {
		want  []string
		steps []patch.Step
	}{
		{[]string{"patch.action-root /app_metadata/name", "patch.action-root /app_metadata/email"},
			[]patch.Step{patch.SetAppMetadata("name", 1), patch.SetAppMetadata("email", 1), patch.SetAppMetadata("name", 2), patch.SetAppMetadata("email", 2), patch.SetAppMetadata("name", metadata.Value{}), patch.SetAppMetadata("email", metadata.Value{})}},
		{[]string{"patch.direct-update /steps/0/management_update"},
			[]patch.Step{patch.ManagementUpdate(patch.Payload{Blocked: patch.Value(true)}), patch.NextAction(), patch.NextAction(), patch.NextAction()}},
		{[]string{"patch.direct-overwritten /user_metadata/a", "patch.direct-overwritten /user_metadata/b"},
			[]patch.Step{patch.SetUserMetadata("a", 1), patch.SetUserMetadata("b", 1), patch.ManagementUpdate(payload(t, `{"user_metadata":{"a":2,"b":2}}`))}},
	} {
		out, err := patch.Stage{Trigger: patch.PostLogin, User: kim, Target: patch.Target{Lenient: true}}.Run(tt.steps...)
		require.NoError(t, err)
		var got []string
		for _, w := range out.Warnings {
			if w.Rule != patch.RuleActionUndefined {
				got = append(got, string(w.Rule)+" "+w.Pointer)
			}
		}
		assert.Equal(t, tt.want, got)
	}
}

// A caller can stop reading.
func TestEventUsersStops(t *testing.T) {
	out, err := patch.Stage{Trigger: patch.PostLogin, User: kim}.Run(patch.NextAction())
	require.NoError(t, err)
	n := 0
	for range out.EventUsers() {
		n++
		break
	}
	assert.Equal(t, 1, n)
}

// Outcomes that differ in one thing are not equal.
func TestStagedEqual(t *testing.T) {
	run := func(u user.Profile, steps ...patch.Step) patch.Staged {
		out, err := patch.Stage{Trigger: patch.PostLogin, User: u}.Run(steps...)
		require.NoError(t, err)
		return out
	}
	a := run(kim, patch.SetUserMetadata("a", 1), patch.NextAction())
	assert.True(t, a.Equal(run(kim, patch.SetUserMetadata("a", 1), patch.NextAction())))
	for _, change := range []func(*patch.Staged){
		func(s *patch.Staged) { s.Primary = "auth0|k2" },
		func(s *patch.Staged) { s.Profile.Name = user.Set("Kim") },
		func(s *patch.Staged) { s.Warnings = append(s.Warnings, patch.Violation{}) },
		func(s *patch.Staged) { s.Writes = nil },
		func(s *patch.Staged) { s.Writes = []patch.Write{{To: "auth0|k2", Payload: a.Writes[0].Payload}} },
		func(s *patch.Staged) {
			s.Writes = []patch.Write{{To: "auth0|k1", Direct: true, Payload: a.Writes[0].Payload}}
		},
		func(s *patch.Staged) { s.Writes = []patch.Write{{To: "auth0|k1"}} },
	} {
		b := run(kim, patch.SetUserMetadata("a", 1), patch.NextAction())
		change(&b)
		assert.False(t, a.Equal(b) || b.Equal(a))
	}
	assert.False(t, a.Equal(run(kim, patch.SetUserMetadata("a", 1))), "another number of Actions")
	assert.False(t, a.Equal(run(kim, patch.NextAction(), patch.SetUserMetadata("a", 1))), "they read something else")
}

// What is written has no white space of the steps, and all that is inside texts.
func TestStagedTextIsCompact(t *testing.T) {
	steps, err := patch.ParseSteps([]byte("[{\"set_user_metadata\":[\"a\",{\"s\" : \"x \\\" : \\\\ y\" ,\n\t\"l\":[ 1 ,\r2 ]}]}]"))
	require.NoError(t, err)
	out, err := patch.Stage{Trigger: patch.PostLogin, User: kim}.Run(steps...)
	require.NoError(t, err)
	assert.Equal(t, `{"user_metadata":{"a":{"s":"x \" : \\ y","l":[1,2]}}}`, string(out.Writes[0].Payload.AppendJSON(nil)))
}

// What a run prints and logs is what there is, and no secret.
func TestStagedPrints(t *testing.T) {
	out, err := patch.Stage{Trigger: patch.PostLogin, User: kim}.Run(patch.ManagementUpdate(patch.Payload{Password: patch.Set("hunter2")}), patch.SetUserMetadata("a", 1))
	require.NoError(t, err)
	assert.JSONEq(t, `{"payloads":[{"password":"********"},{"user_metadata":{"a":1}}],"profile":{"user_id":"auth0|k1","user_metadata":{"color":"red","a":1}}}`, fmt.Sprint(out))
	assert.Contains(t, out.LogValue().String(), `user_metadata`)
	assert.Contains(t, out.Payloads().LogValue().String(), `user_metadata`)
	assert.NotContains(t, out.LogValue().String(), "hunter2")
	applied, err := patch.Payload{Name: patch.Set("Kim")}.Apply(kim, patch.Target{})
	require.NoError(t, err)
	assert.Contains(t, applied.LogValue().String(), "added /name")
}

func TestTriggers(t *testing.T) {
	var with []patch.Trigger
	for _, tr := range patch.Triggers() {
		if _, err := (patch.Stage{Trigger: tr}).Run(patch.SetUserMetadata("a", 1), patch.SetAppMetadata("a", 1)); err == nil {
			with = append(with, tr)
		}
	}
	assert.Equal(t, []patch.Trigger{patch.PostLogin, patch.PreUserRegistration, patch.CustomTokenExchange}, with)
	assert.Len(t, patch.Triggers(), 11)
	assert.Nil(t, patch.EventStream.EventUser())
	assert.Nil(t, patch.Trigger("").EventUser())
	patch.PostLogin.EventUser()[0] = "x" // a copy
	assert.NotContains(t, patch.PostLogin.EventUser(), "x")
}

func TestStepText(t *testing.T) {
	const list = `[{"set_user_metadata":["a",{"b":[1, null]}]},{"set_app_metadata":["",null]},{"set_user_metadata":["u"]},{"next_action":true},` +
		`{"redirect":true},{"set_primary_user":"auth0|k2"},{"management_update":{"name":null,"x":1}},{"deny":true}]`
	steps, err := patch.ParseSteps([]byte(list))
	require.NoError(t, err)
	out, err := json.Marshal(steps)
	require.NoError(t, err)
	assert.JSONEq(t, list, string(out))
	again, err := patch.ParseSteps(out)
	require.NoError(t, err)
	if diff := cmp.Diff(steps, again); diff != "" {
		t.Error(diff)
	}
	assert.True(t, steps[0].Equal(patch.SetUserMetadata("a", map[string]any{"b": []any{1, nil}})))
	assert.False(t, steps[0].Equal(steps[1]))
	assert.Equal(t, "set_user_metadata", steps[0].String())
	assert.Equal(t, "{}", text(t, patch.Step{}))
	assert.ErrorIs(t, new(patch.Step).UnmarshalJSON([]byte(`{`)), metadata.ErrSyntax)
	assert.ErrorIs(t, new(patch.Step).UnmarshalJSON([]byte(`5`)), user.ErrMistyped)
	assert.ErrorIs(t, new(patch.Step).UnmarshalJSON([]byte(`{}`)), user.ErrUnknownValue)

	for text, want := range map[string]string{
		`{}`:                                    "",
		`null`:                                  "",
		`[1,{"deny":true},null]`:                "/0 /2",
		`[{}]`:                                  "/0",
		`[{"deny":true,"redirect":true}]`:       "/0",
		`[{"deny":false}]`:                      "/0/deny",
		`[{"deny":null}]`:                       "/0/deny",
		`[{"denies":true}]`:                     "/0/denies",
		`[{"":true}]`:                           "/0/",
		`[{"set_user_metadata":[]}]`:            "/0/set_user_metadata",
		`[{"set_user_metadata":null}]`:          "/0/set_user_metadata",
		`[{"set_user_metadata":{"a":1}}]`:       "/0/set_user_metadata",
		`[{"set_user_metadata":[1,2]}]`:         "/0/set_user_metadata/0",
		`[{"set_user_metadata":["a",1,2]}]`:     "/0/set_user_metadata/2",
		`[{"set_primary_user":null}]`:           "/0/set_primary_user",
		`[{"management_update":null}]`:          "/0/management_update",
		`[{"management_update":{"a":1,"a":2}}]`: "/0/management_update/a",
	} {
		_, err := patch.ParseSteps([]byte(text))
		var es metadata.Errors
		require.ErrorAs(t, err, &es, text)
		var pointers []string
		for _, e := range es {
			pointers = append(pointers, e.Pointer)
		}
		assert.Equal(t, want, strings.Join(pointers, " "), text)
	}

	for n, want := range map[int]int{1000: 1000, 1001: 1001, 5000: 1001} {
		_, err := patch.ParseSteps([]byte("[" + strings.Repeat("1,", n-1) + "1]"))
		var es metadata.Errors
		require.ErrorAs(t, err, &es)
		assert.Len(t, es, want)
		assert.Equal(t, n > 1000, errors.Is(err, metadata.ErrMore))
	}
}

// Steps cost what they bring along: a hundred times as many allocate a hundred times
// as much.
func TestManySteps(t *testing.T) {
	run := func(n int, make func(i int) patch.Step) float64 {
		steps := []patch.Step{}
		for i := range n {
			steps = append(steps, make(i))
		}
		return testing.AllocsPerRun(1, func() {
			out, err := patch.Stage{Trigger: patch.PostLogin, User: kim}.Run(steps...)
			require.NoError(t, err)
			for e := range out.EventUsers() {
				_ = e
			}
		})
	}
	for name, tt := range map[string]struct {
		many int
		make func(i int) patch.Step
	}{
		"setters":          {100_000, func(i int) patch.Step { return patch.SetUserMetadata(fmt.Sprint("k", i%500), i) }},
		"same value again": {100_000, func(int) patch.Step { return patch.SetUserMetadata("color", "red") }},
		"nulls":            {100_000, func(i int) patch.Step { return patch.SetAppMetadata(fmt.Sprint("k", i%100), nil) }},
		"redirects":        {100_000, func(int) patch.Step { return patch.Redirect() }},
		"actions":          {100_000, func(int) patch.Step { return patch.NextAction() }},
		"direct updates":   {10_000, func(i int) patch.Step { return patch.ManagementUpdate(patch.Payload{Name: patch.Set(fmt.Sprint(i))}) }},
	} {
		few, many := run(tt.many/100, tt.make), run(tt.many, tt.make)
		assert.Less(t, many, 150*few+1_000, name)
	}
	var steps []patch.Step
	for range 100_000 {
		steps = append(steps, patch.SetUserMetadata("a.b", nil), patch.SetPrimaryUser(""))
	}
	_, err := patch.Stage{Trigger: patch.PostLogin, User: kim}.Run(steps...)
	var all user.Violations
	require.ErrorAs(t, err, &all)
	assert.LessOrEqual(t, len(all), 1_001)
	assert.ErrorIs(t, err, patch.RuleMore)
}

// What the caller keeps of its arguments changes nothing in the result.
func TestStageSharesNothingThatChanges(t *testing.T) {
	value := map[string]any{"x": 1}
	ids := []user.Identity{{Provider: user.Set("auth0"), UserID: user.Set("k1")}}
	u := kim
	u.Identities = ids
	steps := []patch.Step{patch.SetUserMetadata("a", value), patch.NextAction()}
	out, err := patch.Stage{Trigger: patch.PostLogin, User: u}.Run(steps...)
	require.NoError(t, err)
	before := eventUsers(out)
	value["x"] = 2
	ids[0].Provider = user.Set("other")
	steps[0] = patch.Deny()
	out.Profile.Identities[0].UserID = user.Set("other")
	assert.Equal(t, before, eventUsers(out))
	assert.Equal(t, "auth0", out.Profile.Identities[0].Provider.Or(""))
	assert.JSONEq(t, `{"color":"red","a":{"x":1}}`, out.Profile.UserMetadata.String())
	assert.Equal(t, "k1", ids[0].UserID.Or(""))

	out, err = patch.Stage{Trigger: patch.PostLogin, User: u}.Run() // nothing is written
	require.NoError(t, err)
	before = eventUsers(out)
	out.Profile.Identities[0].UserID = user.Set("other")
	assert.Equal(t, before, eventUsers(out))
}

// program returns the trigger and the steps that bytes stand for.
func program(code []byte) (patch.Trigger, []patch.Step) {
	at := 0
	next := func(n int) int {
		if at == len(code) {
			return 0
		}
		at++
		return int(code[at-1]) % n
	}
	trigger := []patch.Trigger{patch.PostLogin, patch.PostLogin, patch.PostLogin, patch.CustomTokenExchange, patch.PreUserRegistration, patch.PostUserRegistration}[next(6)]
	names := []string{"a", "b", "c", "name", "", "__proto__"}
	values := []any{nil, 1, 2, "x", map[string]any{"x": 1}, map[string]any{"x": nil, "y": 2}, []any{}, json.Number("1.0"), json.Number("9007199254740993"), metadata.Value{}}
	payloads := []string{
		`{"user_metadata":{"a":1}}`, `{"user_metadata":{"a":null,"b":2}}`, `{"user_metadata":{}}`, `{"app_metadata":{}}`, `{"app_metadata":{"a":{"x":1}},"name":"N"}`,
		`{"name":null}`, `{"email":"NEW@example.com"}`, `{"blocked":false}`, `{"password":"p"}`, `{"x":null}`,
	}
	var steps []patch.Step
	for at < len(code) {
		switch next(12) {
		case 0, 1, 2, 3:
			steps = append(steps, patch.SetUserMetadata(names[next(len(names))], values[next(len(values))]))
		case 4, 5, 6:
			steps = append(steps, patch.SetAppMetadata(names[next(len(names))], values[next(len(values))]))
		case 7, 8:
			steps = append(steps, patch.NextAction())
		case 9:
			steps = append(steps, patch.Redirect())
		case 10:
			p, err := patch.Parse([]byte(payloads[next(len(payloads))]))
			if err != nil {
				panic(err)
			}
			steps = append(steps, patch.ManagementUpdate(p))
		default:
			if next(2) == 0 {
				steps = append(steps, patch.SetPrimaryUser("auth0|k2"))
			} else {
				steps = append(steps, patch.Deny())
			}
		}
	}
	return trigger, steps
}

// replays checks that the payloads of a Stage, sent one after the other, make of the
// user what the Stage says, and that each Action reads a user. It reports whether
// the Stage runs.
func replays(t *testing.T, s patch.Stage, steps []patch.Step) bool {
	t.Helper()
	out, err := s.Run(steps...)
	if err != nil {
		return false
	}
	if again, err := s.Run(steps...); err != nil || !again.Equal(out) {
		t.Fatalf("%s: another run gives something else (%v)", text(t, steps), err)
	}
	actions, users := 1, 0
	for _, step := range steps {
		if step.Equal(patch.Deny()) {
			break
		}
		if step.Equal(patch.NextAction()) {
			actions++
		}
	}
	for e := range out.EventUsers() {
		users++
		if e.IsZero() != (s.Trigger.EventUser() == nil) {
			t.Fatalf("%s: event.user is %s", text(t, steps), e)
		}
	}
	if users != actions {
		t.Fatalf("%s: %d Actions read %d users", text(t, steps), actions, users)
	}
	replayed := s.User
	for i, w := range out.Writes {
		if w.Payload.IsZero() || w.Payload.UserMetadata.IsWipe() && !w.Direct || w.Payload.AppMetadata.IsWipe() && !w.Direct {
			t.Fatalf("%s: write %d is %s", text(t, steps), i, w.Payload)
		}
		if w.To != s.User.UserID.Or("") {
			continue // of another user
		}
		target := s.Target
		if !w.Direct {
			target.Secondary, target.Scopes = false, nil
		}
		after, err := w.Payload.Apply(replayed, target)
		if err != nil {
			t.Fatalf("%s: write %d is refused: %v", text(t, steps), i, err)
		}
		replayed = after.Profile
	}
	if !replayed.Equal(out.Profile) {
		t.Fatalf("%s: sent by themselves, the payloads make\n%s\nand not\n%s", text(t, steps), replayed.AppendJSON(nil), out.Profile.AppendJSON(nil))
	}
	return true
}

var stageUsers = []string{
	`{"user_id":"auth0|k1","email":"a@example.com","user_metadata":{"a":1,"b":{"x":1,"z":2}},"app_metadata":{"name":"x"}}`,
	`{}`, `{"user_metadata":null,"app_metadata":{}}`, `{"user_metadata":"text","app_metadata":{"a":null}}`, `{"user_id":"auth0|k2","x":1}`,
}

var stageTargets = []string{
	`{}`, `{"lenient":true,"now":"2026-01-02T03:04:05Z"}`, `{"policies":{"patch.direct-update":"unseen","patch.action-root":"merged","patch.action-undefined":"lenient"}}`,
	`{"policies":{"patch.primary-user-earlier":"new-primary","patch.denied-write":"dropped","patch.action-undefined":"lenient"},"connection":{"kind":"database"}}`,
	`{"lenient":true,"secondary":true,"scopes":["update:users"]}`,
}

// Nothing makes a Stage panic, and its payloads do what it says.
func FuzzStage(f *testing.F) {
	for i := range stageUsers {
		f.Add([]byte{0, 0, 0, 1, 7, 4, 1, 0, 9, 3, 1, 4, 11, 1}, stageUsers[i], stageTargets[i])
		f.Add([]byte{1, 0, 0, 3, 10, 2, 7, 0, 0, 1, 11, 0, 4, 2, 2, 9, 8, 1, 1, 1}, stageUsers[i], stageTargets[i])
	}
	f.Fuzz(func(t *testing.T, code []byte, userText, targetText string) {
		u, err := user.Parse([]byte(userText))
		if err != nil {
			return
		}
		var target patch.Target
		if err := target.UnmarshalJSON([]byte(targetText)); err != nil {
			return
		}
		trigger, steps := program(code)
		replays(t, patch.Stage{Trigger: trigger, User: u, Target: target}, steps)
	})
}

// The same for many runs that are valid.
func TestStageReplays(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	ran := 0
	for i := range 20_000 {
		u, err := user.Parse([]byte(stageUsers[i%len(stageUsers)]))
		require.NoError(t, err)
		var target patch.Target
		require.NoError(t, target.UnmarshalJSON([]byte(stageTargets[i/len(stageUsers)%len(stageTargets)])))
		code := make([]byte, random.IntN(40))
		for j := range code {
			code[j] = byte(random.Uint32())
		}
		trigger, steps := program(code)
		if replays(t, patch.Stage{Trigger: trigger, User: u, Target: target}, steps) {
			ran++
		}
	}
	assert.Greater(t, ran, 5_000)
}

// What is read as steps is written again as it was.
func FuzzSteps(f *testing.F) {
	f.Add([]byte(`[{"set_user_metadata":["a",{"__proto__":1e400}]},{"set_primary_user":"x"},{"redirect":true},{"management_update":{"a":[]}},{"set_app_metadata":["\u0000"]}]`))
	f.Fuzz(func(t *testing.T, in []byte) {
		steps, err := patch.ParseSteps(in)
		if err != nil {
			return
		}
		out := text(t, steps)
		var got, want metadata.Value
		require.NoError(t, got.UnmarshalJSON([]byte(out)))
		require.NoError(t, want.UnmarshalJSON(in))
		if !got.Equal(want) {
			t.Fatalf("%s is written as %s", in, out)
		}
		for _, tr := range patch.Triggers() {
			replays(t, patch.Stage{Trigger: tr, User: kim}, steps)
		}
	})
}

// What is not known of a new primary user is said once, however many writes there are.
func TestPrimaryUserWarnsOnce(t *testing.T) {
	run, err := patch.Stage{Trigger: patch.PostLogin}.Run(
		patch.SetUserMetadata("a", 1), patch.NextAction(), patch.SetPrimaryUser("auth0|2"), patch.Redirect(),
		patch.SetAppMetadata("b", 1), patch.NextAction(), patch.SetUserMetadata("c", 1), patch.Redirect(), patch.NextAction(),
	)
	require.NoError(t, err)
	var rules []string
	for _, w := range run.Warnings {
		rules = append(rules, string(w.Rule))
	}
	assert.Equal(t, []string{"patch.primary-user-identity", "patch.primary-user-earlier", "patch.primary-user-event"}, rules)
	var to []string
	for _, w := range run.Writes {
		to = append(to, string(w.To)+w.Payload.String())
	}
	assert.Equal(t, []string{`{"user_metadata":{"a":1}}`, `{"app_metadata":{"b":1}}`, `auth0|2{"user_metadata":{"c":1}}`}, to)
}
