package patch_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func TestVectors(t *testing.T) {
	list := vectors.Load(t, "patch")
	for _, v := range list {
		t.Run(v.Name, func(t *testing.T) {
			switch v.Op {
			case "":
				run(t, v)
			case "form", "output", "stage": // packages card and actions run them
			case "answer":
				runAnswer(t, v)
			case "diff":
				runDiff(t, v)
			case "plan":
				runPlan(t, v)
			case "inverse":
				runInverse(t, v)
			case "conflicts":
				list := patch.Conflicts(payload(t, string(v.Need(t, "patch.json"))), payload(t, string(v.Need(t, "payload.json"))))
				var want []string
				require.NoError(t, json.Unmarshal(v.Need(t, "want.json"), &want))
				assert.ElementsMatch(t, want, list)
			default:
				t.Fatalf("unknown op: %s", v.Op)
			}
		})
	}
}

// pointersOf returns the pointers at which a list has the rule.
func pointersOf(list rule.Violations, rule string) (pointers []string) {
	for _, v := range list {
		if string(v.Rule) == rule {
			pointers = append(pointers, v.Pointer)
		}
	}
	return pointers
}

// severe checks the severity of each violation in a list.
func severe(t *testing.T, list rule.Violations, severity rule.Severity) {
	t.Helper()
	for _, v := range list {
		assert.Equal(t, severity, v.Severity, v.Rule)
	}
}

// target returns the target of a vector; the zero Target if it has none.
func target(t *testing.T, v vectors.Vector) (at user.Target) {
	if text := v.Section("target.json"); text != nil {
		require.NoError(t, json.Unmarshal(text, &at))
	}
	return at
}

// reached checks that err names the unreachable difference of the vector, or that
// there is no error.
func reached(t *testing.T, v vectors.Vector, err error) {
	switch v.Expect {
	case "refused":
		if v.Rule == string(rule.Unreachable) {
			assert.Contains(t, metadata.Unreachable(err), v.Pointer)
			break
		}
		var list rule.Violations
		require.ErrorAs(t, err, &list)
		assert.Contains(t, pointersOf(list, v.Rule), v.Pointer)
	case "passes", "result":
		assert.NoError(t, err)
	default:
		t.Fatalf("unknown expect: %s", v.Expect)
	}
}

// runAnswer checks which rule an answer of the API is about.
func runAnswer(t *testing.T, v vectors.Vector) {
	var arguments struct {
		Status  int
		Message string
	}
	require.NoError(t, json.Unmarshal(v.Need(t, "arguments.json"), &arguments))
	r, ok := rule.Match(rule.EndpointUpdate, arguments.Status, arguments.Message)
	if v.Expect == "passes" {
		assert.False(t, ok, "an answer that is not known")
		return
	}
	assert.Equal(t, v.Rule, string(r.ID))
	status, message, _ := rule.AnswerTo(rule.EndpointUpdate, r.ID)
	assert.Equal(t, arguments.Status, status)
	assert.NotEmpty(t, message)
}

// runDiff checks the payload from one profile to another, and that it leads there.
func runDiff(t *testing.T, v vectors.Vector) {
	from, to := profile(t, string(v.Need(t, "from.json"))), profile(t, string(v.Need(t, "to.json")))
	p, err := patch.Diff(from, to)
	reached(t, v, err)
	assert.JSONEq(t, string(v.Need(t, "want.json")), string(p.AppendJSON(nil)))
	if p.IsZero() || p.Validate(user.Target{}).Err() != nil {
		return
	}
	out, failed := p.Apply(from, user.Target{})
	require.NoError(t, failed)
	within(t, out.Profile, to, err, false)
}

// runPlan checks the payloads of a plan, and the profile after them.
func runPlan(t *testing.T, v vectors.Vector) {
	from, at := profile(t, string(v.Need(t, "from.json"))), target(t, v)
	var list patch.Payloads
	var err error
	if text := v.Section("to.json"); text != nil {
		list, err = patch.PlanTo(from, profile(t, string(text)), at)
	} else {
		list, err = patch.Plan(from, payload(t, string(v.Need(t, "patch.json"))), at)
	}
	reached(t, v, err)
	got, mismatch := json.Marshal(list)
	require.NoError(t, mismatch)
	assert.JSONEq(t, string(v.Need(t, "payloads.json")), string(got))
	for _, p := range list {
		out, err := p.Apply(from, at)
		require.NoError(t, err)
		from = out.Profile
	}
	if text := v.Section("want.json"); text != nil {
		assert.JSONEq(t, string(text), string(from.AppendJSON(nil)))
	}
}

// runInverse checks the payload that undoes another, and applies both.
func runInverse(t *testing.T, v vectors.Vector) {
	u, p, at := profile(t, string(v.Need(t, "user.json"))), payload(t, string(v.Need(t, "patch.json"))), target(t, v)
	q, err := p.Inverse(u, at)
	reached(t, v, err)
	assert.JSONEq(t, string(v.Need(t, "want.json")), string(q.AppendJSON(nil)))
	out, failed := p.Apply(u, at)
	require.NoError(t, failed)
	if !q.IsZero() {
		out, failed = q.Apply(out.Profile, at)
		require.NoError(t, failed)
	}
	within(t, out.Profile, u, err, true)
}

// run checks the verdict of a payload and, if the vector has a user, its outcome.
func run(t *testing.T, v vectors.Vector) {
	p, err := patch.Parse(v.Need(t, "patch.json"))
	require.NoError(t, err)
	at := target(t, v)
	verdict := p.Validate(at)
	out, applied := applyTo(t, v, p, at, &verdict)
	severe(t, verdict.Violations, rule.SeverityError)
	severe(t, out.Warnings, rule.SeverityWarning)
	passes := true // under the setting before
	for _, at.Sources = range []rule.Sources{rule.Lenient, rule.Current, rule.Strict} {
		valid := p.Validate(at).Valid()
		assert.True(t, passes || !valid, "what passes a setting passes those after it")
		passes = valid
	}
	at = target(t, v)
	for i, w := range out.Warnings {
		assert.NotContains(t, out.Warnings[:i], w, "listed twice")
	}
	switch v.Expect {
	case "refused":
		assert.Contains(t, pointersOf(verdict.Violations, v.Rule), v.Pointer)
		assert.ErrorIs(t, verdict.Err(), rule.ID(v.Rule))
	case "warns":
		assert.NoError(t, verdict.Err())
		assert.Contains(t, pointersOf(verdict.Warnings, v.Rule), v.Pointer)
	case "passes", "result":
		assert.NoError(t, verdict.Err())
		assert.Empty(t, pointersOf(verdict.Warnings, v.Rule))
	default:
		t.Fatalf("unknown expect: %s", v.Expect)
	}
	if want := v.Section("want.json"); want != nil {
		require.True(t, applied, "want.json without a user, or with a payload that is refused")
		assert.True(t, metadata.MustParse(string(out.Profile.AppendJSON(nil))).Equal(metadata.MustParse(string(want))), "the profile is %s", out.Profile.AppendJSON(nil))
	}
	if text := v.Section("changes.json"); text != nil {
		var want []string
		got := []string{}
		require.NoError(t, json.Unmarshal(text, &want))
		for _, c := range out.Changes() {
			got = append(got, c.String())
		}
		assert.Equal(t, want, got)
	}
	if text := v.Section("response.json"); text != nil {
		checkResponse(t, v, p, at, text)
	}
}

// applyTo applies the payload to the user of the vector, if it has one. It adds the
// warnings and effects of the outcome to the verdict, and the violations that depend
// on the user.
func applyTo(t *testing.T, v vectors.Vector, p patch.Payload, at user.Target, verdict *rule.Verdict) (out user.Outcome, applied bool) {
	text := v.Section("user.json")
	if text == nil {
		return out, false
	}
	u, err := user.Parse(text)
	require.NoError(t, err)
	before := string(u.AppendJSON(nil))
	out, err = p.Apply(u, at)
	var refusals rule.Violations
	if verdict.Valid() && errors.As(err, &refusals) {
		for _, x := range refusals {
			assert.Contains(t, []rule.ID{rule.FirstUsername, rule.MergedMetadataSize}, x.Rule)
		}
		verdict.Violations = refusals
	} else {
		assert.Equal(t, verdict.Valid(), err == nil, "Apply and Validate disagree")
	}
	assert.Equal(t, before, string(u.AppendJSON(nil)), "the input changed")
	if err != nil {
		return out, false
	}
	back, err := user.Parse(out.Profile.AppendJSON(nil))
	require.NoError(t, err)
	assert.True(t, back.Equal(out.Profile), "the profile is written as another: %s", out.Profile.AppendJSON(nil))
	verdict.Warnings = out.Warnings
	for _, e := range out.Effects { // a vector names an effect by its rule
		verdict.Warnings = append(verdict.Warnings, rule.Violation{Rule: e.Rule, Pointer: e.Pointer})
	}
	return out, true
}

// checkResponse checks the API's answer to the payload; want is null where none is
// known.
func checkResponse(t *testing.T, v vectors.Vector, p patch.Payload, at user.Target, want []byte) {
	r, ok := p.Response(at)
	if string(want) == "null" {
		assert.False(t, ok, "an answer is made up")
		return
	}
	assert.True(t, ok, "no answer is known")
	got, err := json.Marshal(r)
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(got))
	back, _ := rule.Match(rule.EndpointUpdate, r.StatusCode, r.Message)
	assert.Equal(t, v.Rule, string(back.ID), "the answer leads back to the rule")
}
