package actions_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

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

func eventUsers(s actions.Staged) (list []string) {
	for e := range s.EventUsers() {
		list = append(list, e.String())
	}
	return list
}

// The next trigger starts from the stored user.
func TestNextTriggerStartsFromTheStoredUser(t *testing.T) {
	before, err := actions.Stage{Trigger: actions.PreUserRegistration, User: user.Profile{Email: user.Set("kim@example.com")}}.
		Run(actions.SetUserMetadata("color", "red"), actions.SetAppMetadata("plan", "free"))
	require.NoError(t, err)
	created := before.Profile // POST /users gives it an id
	created.UserID = user.Set(user.ID("auth0|k1"))
	after, err := actions.Stage{Trigger: actions.PostLogin, User: created}.Run(actions.SetUserMetadata("color", "blue"))
	require.NoError(t, err)
	assert.JSONEq(t, `{"user_id":"auth0|k1","email":"kim@example.com","user_metadata":{"color":"red"},"app_metadata":{"plan":"free"}}`, eventUsers(after)[0])

	// The next trigger reads a direct update under either reading.
	direct, err := actions.Stage{Trigger: actions.PostLogin, User: created, Target: user.Target{Policies: rule.Policies{rule.DirectUpdate: "unseen"}}}.
		Run(actions.ManagementUpdate(patch.Payload{Name: user.Set("Kim")}), actions.NextAction())
	require.NoError(t, err)
	assert.NotContains(t, eventUsers(direct)[1], "Kim")
	next, err := actions.Stage{Trigger: actions.PostLogin, User: direct.Profile}.Run()
	require.NoError(t, err)
	assert.Contains(t, eventUsers(next)[0], "Kim")
}

// Each write names the user who is updated: the new primary user after the change.
func TestWritesNameTheUser(t *testing.T) {
	out, err := actions.Stage{Trigger: actions.PostLogin, User: kim, Target: user.Target{Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}}.Run(
		actions.ManagementUpdate(patch.Payload{Name: user.Set("Kim")}),
		actions.SetAppMetadata("plan", "free"),
		actions.SetPrimaryUser("auth0|k2"),
		actions.NextAction(),
		actions.SetUserMetadata("color", "red"),
	)
	require.NoError(t, err)
	want := actions.Writes{
		{To: "auth0|k1", Payload: patch.Payload{Name: user.Set("Kim")}, Direct: true},
		{To: "auth0|k1", Payload: patch.Payload{AppMetadata: metadata.MustDelta(`{"plan":"free"}`)}},
		{To: "auth0|k2", Payload: patch.Payload{UserMetadata: metadata.MustDelta(`{"color":"red"}`)}},
	}
	if diff := cmp.Diff(want, out.Writes); diff != "" {
		t.Error(diff)
	}
	assert.Equal(t, user.ID("auth0|k2"), out.Primary)
	assert.Equal(t, user.Timestamp("2026-01-02T03:04:05.000Z"), out.Profile.UpdatedAt.Or(""))
}

// rulesOf returns the rule and the pointer of each violation in err.
func rulesOf(t *testing.T, err error) (list []string) {
	t.Helper()
	var all rule.Violations
	require.ErrorAs(t, err, &all)
	for _, v := range all {
		list = append(list, string(v.Rule)+" "+v.Pointer)
	}
	return list
}

// The error lists every violation, in the order of the steps.
func TestStageListsEverything(t *testing.T) {
	_, err := actions.Stage{Trigger: actions.PostLogin, User: kim}.Run(
		actions.Step{},
		actions.SetUserMetadata("f", func() {}),
		actions.SetUserMetadata("u", metadata.Value{}),
		actions.SetUserMetadata("bad\xff", 1),
		actions.SetPrimaryUser(""),
		actions.SetUserMetadata("a.b", 1),
		actions.SetAppMetadata("user_id", 1),
	)
	assert.Equal(t, []string{
		"patch.action-method /steps/0",
		"value.type /steps/1/set_user_metadata/1",
		"patch.action-undefined /steps/2/set_user_metadata",
		"value.type /steps/3/set_user_metadata/0",
		"patch.primary-user-length /steps/4/set_primary_user",
		"value.metadata-name /user_metadata/a.b",
		"value.reserved-name /app_metadata/user_id",
	}, rulesOf(t, err))
	_, err = actions.Stage{User: kim}.Run()
	assert.ErrorIs(t, err, rule.ActionMethod)

	// Many warnings do not hide a violation.
	var steps []actions.Step
	for range 1_500 {
		steps = append(steps, actions.SetUserMetadata("__proto__", 1))
	}
	_, err = actions.Stage{Trigger: actions.PostLogin, User: kim}.Run(append(steps, actions.SetUserMetadata("n", []any{json.Number("1e400")}))...)
	assert.ErrorIs(t, err, rule.ActionValue)
}

// A step whose method the trigger does not have breaks no other rule, and a refused
// redirect writes nothing.
func TestMethodsOfTriggers(t *testing.T) {
	_, err := actions.Stage{Trigger: actions.EventStream, User: kim}.Run(
		actions.SetUserMetadata("u", metadata.Value{}), actions.SetAppMetadata("u", metadata.Value{}), actions.Redirect(), actions.Deny(), actions.NextAction(),
		actions.SetPrimaryUser(""), actions.Step{},
	)
	assert.Equal(t, []string{
		"patch.action-method /steps/0/set_user_metadata", "patch.action-method /steps/1/set_app_metadata", "patch.action-method /steps/2/redirect",
		"patch.action-method /steps/3/deny", "patch.action-method /steps/5/set_primary_user", "patch.action-method /steps/6",
	}, rulesOf(t, err))
	_, err = actions.Stage{Trigger: actions.PreUserRegistration, User: kim}.Run(actions.SetUserMetadata("a.b", 1), actions.Redirect(), actions.SetUserMetadata("a.b", 2))
	assert.Len(t, rulesOf(t, err), 2)
}

// Values have as many levels as a body leaves them; deeper ones are refused.
func TestStageLevels(t *testing.T) {
	deep := metadata.MustParse(`{"a":` + strings.Repeat("[", 9_998) + strings.Repeat("]", 9_998) + `}`)
	_, err := actions.Stage{Trigger: actions.PostLogin, User: user.Profile{Extra: metadata.MustParse(`{"a":1}`), UserMetadata: deep}}.Run()
	require.NoError(t, err)
	v, _ := deep.Get("a")
	_, err = actions.Stage{Trigger: actions.PostLogin}.Run(actions.SetUserMetadata("b", v))
	require.NoError(t, err)
	tooDeep, err := metadata.ValueOf([]any{v})
	require.NoError(t, err)
	_, err = actions.Stage{Trigger: actions.PostLogin}.Run(actions.SetUserMetadata("b", tooDeep), actions.NextAction(), actions.SetUserMetadata("b", 1))
	assert.ErrorIs(t, err, rule.ActionValue)
}

// Warnings about the whole run are reported once.
func TestStageWarnsOnce(t *testing.T) {
	for _, tt := range []struct {
		want  []string
		steps []actions.Step
	}{
		{[]string{"patch.action-root /app_metadata/name", "patch.action-root /app_metadata/email"},
			[]actions.Step{actions.SetAppMetadata("name", 1), actions.SetAppMetadata("email", 1), actions.SetAppMetadata("name", 2), actions.SetAppMetadata("email", 2), actions.SetAppMetadata("name", metadata.Value{}), actions.SetAppMetadata("email", metadata.Value{})}},
		{[]string{"patch.direct-update /steps/0/management_update"},
			[]actions.Step{actions.ManagementUpdate(patch.Payload{Blocked: user.Set(true)}), actions.NextAction(), actions.NextAction(), actions.NextAction()}},
		{[]string{"patch.direct-overwritten /user_metadata/a", "patch.direct-overwritten /user_metadata/b"},
			[]actions.Step{actions.SetUserMetadata("a", 1), actions.SetUserMetadata("b", 1), actions.ManagementUpdate(patch.Payload{UserMetadata: metadata.MustDelta(`{"a":2,"b":2}`)})}},
	} {
		out, err := actions.Stage{Trigger: actions.PostLogin, User: kim, Target: user.Target{Sources: rule.Lenient}}.Run(tt.steps...)
		require.NoError(t, err)
		var got []string
		for _, w := range out.Warnings {
			if w.Rule != rule.ActionUndefined {
				got = append(got, string(w.Rule)+" "+w.Pointer)
			}
		}
		assert.Equal(t, tt.want, got)
	}
}

// A caller can stop the iteration.
func TestEventUsersStops(t *testing.T) {
	out, err := actions.Stage{Trigger: actions.PostLogin, User: kim}.Run(actions.NextAction())
	require.NoError(t, err)
	n := 0
	for range out.EventUsers() {
		n++
		break
	}
	assert.Equal(t, 1, n)
}

// Outcomes with one difference are not equal.
func TestStagedEqual(t *testing.T) {
	run := func(u user.Profile, steps ...actions.Step) actions.Staged {
		out, err := actions.Stage{Trigger: actions.PostLogin, User: u}.Run(steps...)
		require.NoError(t, err)
		return out
	}
	a := run(kim, actions.SetUserMetadata("a", 1), actions.NextAction())
	assert.True(t, a.Equal(run(kim, actions.SetUserMetadata("a", 1), actions.NextAction())))
	for _, change := range []func(*actions.Staged){
		func(s *actions.Staged) { s.Primary = "auth0|k2" },
		func(s *actions.Staged) { s.Profile.Name = user.Set("Kim") },
		func(s *actions.Staged) { s.Warnings = append(s.Warnings, rule.Violation{}) },
		func(s *actions.Staged) { s.Writes = nil },
		func(s *actions.Staged) { s.Writes = actions.Writes{{To: "auth0|k2", Payload: a.Writes[0].Payload}} },
		func(s *actions.Staged) {
			s.Writes = actions.Writes{{To: "auth0|k1", Direct: true, Payload: a.Writes[0].Payload}}
		},
		func(s *actions.Staged) { s.Writes = actions.Writes{{To: "auth0|k1"}} },
	} {
		b := run(kim, actions.SetUserMetadata("a", 1), actions.NextAction())
		change(&b)
		assert.False(t, a.Equal(b) || b.Equal(a))
	}
	assert.False(t, a.Equal(run(kim, actions.SetUserMetadata("a", 1))), "different number of Actions")
	assert.False(t, a.Equal(run(kim, actions.NextAction(), actions.SetUserMetadata("a", 1))), "the Actions read different users")
}

// Payloads keep white space of the steps inside strings only.
func TestStagedTextIsCompact(t *testing.T) {
	steps, err := actions.ParseSteps([]byte("[{\"set_user_metadata\":[\"a\",{\"s\" : \"x \\\" : \\\\ y\" ,\n\t\"l\":[ 1 ,\r2 ]}]}]"))
	require.NoError(t, err)
	out, err := actions.Stage{Trigger: actions.PostLogin, User: kim}.Run(steps...)
	require.NoError(t, err)
	assert.Equal(t, `{"user_metadata":{"a":{"s":"x \" : \\ y","l":[1,2]}}}`, string(out.Writes[0].Payload.AppendJSON(nil)))
}

// A run prints and logs its content with secrets masked.
func TestStagedPrints(t *testing.T) {
	out, err := actions.Stage{Trigger: actions.PostLogin, User: kim}.Run(actions.ManagementUpdate(patch.Payload{Password: user.Set(user.NewSecret("hunter2"))}), actions.SetUserMetadata("a", 1))
	require.NoError(t, err)
	assert.JSONEq(t, `{"payloads":[{"password":"********"},{"user_metadata":{"a":1}}],"profile":{"user_id":"auth0|k1","user_metadata":{"color":"red","a":1}}}`, fmt.Sprint(out))
	assert.Contains(t, out.LogValue().String(), `user_metadata`)
	assert.Contains(t, out.Writes.Payloads().LogValue().String(), `user_metadata`)
	assert.NotContains(t, out.LogValue().String(), "hunter2")
	applied, err := patch.Payload{Name: user.Set("Kim")}.Apply(kim, user.Target{})
	require.NoError(t, err)
	assert.Contains(t, applied.LogValue().String(), "added /name")
}

// Three triggers have setters, and EventUser returns a copy.
func TestTriggers(t *testing.T) {
	var withSetters []actions.Trigger
	for _, tr := range actions.Triggers() {
		if _, err := (actions.Stage{Trigger: tr}).Run(actions.SetUserMetadata("a", 1), actions.SetAppMetadata("a", 1)); err == nil {
			withSetters = append(withSetters, tr)
		}
	}
	assert.Equal(t, []actions.Trigger{actions.PostLogin, actions.PreUserRegistration, actions.CustomTokenExchange}, withSetters)
	assert.Len(t, actions.Triggers(), 11)
	assert.Nil(t, actions.EventStream.EventUser())
	assert.Nil(t, actions.Trigger("").EventUser())
	actions.PostLogin.EventUser()[0] = "x" // a copy
	assert.NotContains(t, actions.PostLogin.EventUser(), "x")
}

// Steps cost the size of their arguments: a hundred times as many allocate a hundred
// times as much.
func TestManySteps(t *testing.T) {
	run := func(n int, make func(i int) actions.Step) float64 {
		steps := []actions.Step{}
		for i := range n {
			steps = append(steps, make(i))
		}
		return testing.AllocsPerRun(1, func() {
			out, err := actions.Stage{Trigger: actions.PostLogin, User: kim}.Run(steps...)
			require.NoError(t, err)
			for e := range out.EventUsers() {
				_ = e
			}
		})
	}
	for name, tt := range map[string]struct {
		many int
		make func(i int) actions.Step
	}{
		"setters":          {100_000, func(i int) actions.Step { return actions.SetUserMetadata(fmt.Sprint("k", i%500), i) }},
		"same value again": {100_000, func(int) actions.Step { return actions.SetUserMetadata("color", "red") }},
		"nulls":            {100_000, func(i int) actions.Step { return actions.SetAppMetadata(fmt.Sprint("k", i%100), nil) }},
		"redirects":        {100_000, func(int) actions.Step { return actions.Redirect() }},
		"actions":          {100_000, func(int) actions.Step { return actions.NextAction() }},
		"direct updates": {10_000, func(i int) actions.Step {
			return actions.ManagementUpdate(patch.Payload{Name: user.Set(fmt.Sprint(i))})
		}},
	} {
		n := long.Pick(tt.many/5, tt.many)
		few, many := run(n/100, tt.make), run(n, tt.make)
		assert.Less(t, many, 150*few+1_000, name)
	}
	var steps []actions.Step
	for range long.Pick(20_000, 100_000) {
		steps = append(steps, actions.SetUserMetadata("a.b", nil), actions.SetPrimaryUser(""))
	}
	_, err := actions.Stage{Trigger: actions.PostLogin, User: kim}.Run(steps...)
	var all rule.Violations
	require.ErrorAs(t, err, &all)
	assert.LessOrEqual(t, len(all), 1_001)
	assert.ErrorIs(t, err, rule.More)
}

// Changes that a caller makes to its arguments do not reach the result.
func TestStageSharesNothingMutable(t *testing.T) {
	value := map[string]any{"x": 1}
	ids := []user.Identity{{Provider: user.Set("auth0"), UserID: user.Set(user.ID("k1"))}}
	u := kim
	u.Identities = ids
	steps := []actions.Step{actions.SetUserMetadata("a", value), actions.NextAction()}
	out, err := actions.Stage{Trigger: actions.PostLogin, User: u}.Run(steps...)
	require.NoError(t, err)
	before := eventUsers(out)
	value["x"] = 2
	ids[0].Provider = user.Set("other")
	steps[0] = actions.Deny()
	out.Profile.Identities[0].UserID = user.Set(user.ID("other"))
	assert.Equal(t, before, eventUsers(out))
	assert.Equal(t, "auth0", out.Profile.Identities[0].Provider.Or(""))
	assert.JSONEq(t, `{"color":"red","a":{"x":1}}`, out.Profile.UserMetadata.String())
	assert.Equal(t, user.ID("k1"), ids[0].UserID.Or(""))

	out, err = actions.Stage{Trigger: actions.PostLogin, User: u}.Run() // nothing is written
	require.NoError(t, err)
	before = eventUsers(out)
	out.Profile.Identities[0].UserID = user.Set(user.ID("other"))
	assert.Equal(t, before, eventUsers(out))
}

// Warnings about a new primary user are reported once, however many writes there are.
func TestPrimaryUserWarnsOnce(t *testing.T) {
	run, err := actions.Stage{Trigger: actions.PostLogin}.Run(
		actions.SetUserMetadata("a", 1), actions.NextAction(), actions.SetPrimaryUser("auth0|2"), actions.Redirect(),
		actions.SetAppMetadata("b", 1), actions.NextAction(), actions.SetUserMetadata("c", 1), actions.Redirect(), actions.NextAction(),
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

// A direct update warns only of members that were staged before it.
func TestDirectOverwritten(t *testing.T) {
	direct := func(text string) actions.Step {
		p, err := patch.Parse([]byte(text))
		require.NoError(t, err)
		return actions.ManagementUpdate(p)
	}
	for name, tt := range map[string]struct {
		steps []actions.Step
		want  []string
	}{
		"before":                                {[]actions.Step{actions.SetAppMetadata("a", 1), direct(`{"app_metadata":{"a":2}}`)}, []string{"/app_metadata/a"}},
		"after":                                 {[]actions.Step{direct(`{"app_metadata":{"a":2}}`), actions.SetAppMetadata("a", 1)}, nil},
		"both":                                  {[]actions.Step{actions.SetAppMetadata("a", 1), direct(`{"app_metadata":{"a":2}}`), actions.SetAppMetadata("a", 1)}, nil},
		"wipe":                                  {[]actions.Step{actions.SetAppMetadata("a", 1), direct(`{"app_metadata":{}}`), actions.SetAppMetadata("b", 1)}, []string{"/app_metadata/a"}},
		"other":                                 {[]actions.Step{actions.SetAppMetadata("a", 1), direct(`{"user_metadata":{}}`)}, nil},
		"a member without a name is not a wipe": {[]actions.Step{actions.SetAppMetadata("a", 1), direct(`{"app_metadata":{"":2}}`)}, nil},
		"lost user_metadata does not count": {
			[]actions.Step{actions.SetPrimaryUser("auth0|k2"), actions.SetUserMetadata("x", 1), direct(`{"app_metadata":{"a":2}}`), actions.SetAppMetadata("a", 1)}, nil,
		},
	} {
		out, err := actions.Stage{Trigger: actions.PostLogin, User: kim}.Run(tt.steps...)
		require.NoError(t, err, name)
		var got []string
		for _, w := range out.Warnings {
			if w.Rule == rule.DirectOverwritten {
				got = append(got, w.Pointer)
			}
		}
		assert.Equal(t, tt.want, got, name)
	}
}

// The outcome has the changes from the Stage's user, and the effects and warnings of
// each write.
func TestStagedOutcome(t *testing.T) {
	u := kim
	u.AppMetadata = metadata.MustParse(`{"addr":{"home":"h","work":"w"}}`)
	target := user.Target{Connection: user.Connection{Kind: user.Database}}
	out, err := actions.Stage{Trigger: actions.PostLogin, User: u, Target: target}.Run(
		actions.ManagementUpdate(patch.Payload{Email: user.Set("kim@example.com"), VerifyEmail: user.Set(true)}),
		actions.ManagementUpdate(patch.Payload{Password: user.Set(user.NewSecret("hunter2"))}),
		actions.SetAppMetadata("addr", map[string]any{"home": "h"}),
		actions.SetUserMetadata("color", nil),
	)
	require.NoError(t, err)
	assert.Equal(t, []user.Effect{
		{Kind: user.VerificationEmail, Rule: rule.VerificationEmail, Pointer: "/email"}, {Kind: user.SessionsExpire, Rule: rule.SessionsExpire, Pointer: "/email"},
		{Kind: user.SessionsExpire, Rule: rule.PasswordSessions, Pointer: "/password"},
	}, out.Effects)
	assert.True(t, slices.ContainsFunc(out.Effects, func(e user.Effect) bool { return e.Kind == user.SessionsExpire }))
	var changes, warnings []string
	for _, c := range out.Changes() {
		changes = append(changes, c.String())
	}
	for _, w := range out.Warnings {
		warnings = append(warnings, string(w.Rule)+" "+w.Pointer)
	}
	assert.Equal(t, []string{"removed /user_metadata/color", "removed /app_metadata/addr/work", "added /email"}, changes)
	assert.Equal(t, []string{
		"patch.email-keeps-verified /steps/0/management_update/email", "patch.last-member /user_metadata", "patch.replaced-object /app_metadata/addr",
	}, warnings)
	text, err := json.Marshal(out.Writes[0])
	require.NoError(t, err)
	assert.JSONEq(t, `{"to":"auth0|k1","direct":true,"payload":{"email":"kim@example.com","verify_email":true}}`, string(text))
}

// A policy that refuses a step for the profile refuses the run.
func TestApplyRefuses(t *testing.T) {
	target := user.Target{Policies: rule.Policies{rule.FirstUsername: "refused"}}
	_, err := actions.Stage{Trigger: actions.PostLogin, User: kim, Target: target}.Run(
		actions.NextAction(), actions.ManagementUpdate(patch.Payload{Username: user.Set("kim")}))
	var list rule.Violations
	require.ErrorAs(t, err, &list)
	require.Len(t, list, 1)
	assert.Equal(t, rule.FirstUsername, list[0].Rule)
	assert.Equal(t, "/steps/1/management_update/username", list[0].Pointer)
}

// A user that is nested too deep is an error, not a panic.
func TestUserTooDeep(t *testing.T) {
	deep := strings.Repeat(`{"a":`, metadata.MaxLevels-1) + "{}" + strings.Repeat("}", metadata.MaxLevels-1)
	_, err := actions.Stage{Trigger: actions.PostLogin, User: user.Profile{UserMetadata: metadata.MustParse(deep)}}.Run()
	assert.ErrorIs(t, err, metadata.ErrDepth)
}

// Formats and logs mask the secrets of a direct update and of the user.
func TestSecretsAreMasked(t *testing.T) {
	const secret = "hunter2"
	u := kim
	u.Identities = []user.Identity{{Provider: user.Set("google-oauth2"), AccessToken: user.Set(user.NewSecret(secret))}}
	step := actions.ManagementUpdate(patch.Payload{Password: user.Set(user.NewSecret(secret))})
	stage := actions.Stage{Trigger: actions.PostLogin, User: u}
	out, err := stage.Run(step)
	require.NoError(t, err)
	for _, v := range []any{step, []actions.Step{step}, stage, out, &out, out.Writes, out.Writes[0], out.Writes.Payloads()} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			assert.NotContains(t, fmt.Sprintf(format, v), secret, "%s of %T", format, v)
		}
		if _, list := v.([]actions.Step); list {
			continue // encoding/json writes it, as the doc says
		}
		for _, h := range []func(*strings.Builder) slog.Handler{
			func(b *strings.Builder) slog.Handler { return slog.NewTextHandler(b, nil) },
			func(b *strings.Builder) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var b strings.Builder
			slog.New(h(&b)).Info("m", "v", v)
			assert.NotContains(t, b.String(), secret, "%T", v)
		}
	}
	assert.Contains(t, out.Writes.LogValue().String(), "auth0|k1")
}

// Names and numbers deep inside a value cost no pointer each, once the list is full that
// their rule adds to.
func TestDeepFaultsInSetters(t *testing.T) {
	const levels, n = 5_000, 20_000
	for _, element := range []string{`{"__proto__":1},`, `1e999,`} {
		value := metadata.MustValue(strings.Repeat(`{"a":`, levels) + "[" + strings.TrimSuffix(strings.Repeat(element, n), ",") + "]" + strings.Repeat("}", levels))
		bytes := allocated(func() {
			_, _ = actions.Stage{Trigger: actions.PostLogin, User: kim}.Run(actions.SetUserMetadata("k", value))
		})
		assert.Less(t, bytes, uint64(2*levels*n/2), element)
	}
}

// allocated returns how many bytes f allocates, freed or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Only the refusal of metadata before registration names the trigger that has the method.
func TestMessageOfMissingMethods(t *testing.T) {
	_, err := actions.Stage{Trigger: actions.PostUserRegistration, User: kim}.Run(actions.SetUserMetadata("a", 1), actions.SetAppMetadata("a", 1), actions.Redirect())
	vs, ok := err.(rule.Violations)
	require.True(t, ok)
	require.Len(t, vs, 3)
	for i, v := range vs {
		assert.Contains(t, v.Message, "trigger post-user-registration has no such method")
		assert.Equal(t, i < 2, strings.Contains(v.Message, "set metadata in post-login"), v.Pointer)
	}
	_, err = actions.Stage{Trigger: actions.EventStream, User: kim}.Run(actions.SetUserMetadata("a", 1))
	assert.ErrorContains(t, err, "has no such method")
	assert.NotContains(t, err.Error(), "post-login")
}

// Attributes of the identity provider are listed up to the limit, then a warning says that there
// are more.
func TestManyAttributesOfTheProvider(t *testing.T) {
	text := `{"user_id":"waad|1"`
	for i := range limit.Entries + 5 {
		text += `,"claim` + strconv.Itoa(i) + `":1`
	}
	u, err := user.Parse([]byte(text + "}"))
	require.NoError(t, err)
	out, err := actions.Stage{Trigger: actions.PostLogin, User: u}.Run()
	require.NoError(t, err)
	assert.Equal(t, rule.More, out.Warnings[len(out.Warnings)-1].Rule)
}

// A strategy that is not known is reported once, and hides nothing of the updates.
func TestUnknownStrategyIsReportedOnce(t *testing.T) {
	s := actions.Stage{Trigger: actions.PostLogin, User: kim, Target: user.Target{Connection: user.Connection{Strategy: "none-such"}, Sources: rule.Lenient}}
	out, err := s.Run(actions.ManagementUpdate(patch.Payload{Name: user.Set("A"), Blocked: user.Set(false)}), actions.ManagementUpdate(patch.Payload{Name: user.Set("B")}))
	require.NoError(t, err)
	count := map[rule.ID]int{}
	for _, w := range out.Warnings {
		count[w.Rule]++
	}
	assert.Equal(t, 1, count[rule.UnknownStrategy])
	assert.Equal(t, 1, count[rule.BruteForceBlock], "%v", out.Warnings)
}
