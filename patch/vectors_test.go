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
)

func TestVectors(t *testing.T) {
	list := vectors.Load(t, "patch")
	// A megabyte is too much for a file.
	vectors.Covers(t, list, patch.Rules(), string(patch.RuleMetadataSize), string(patch.RuleMergedSize), string(patch.RuleSearchSize))
	for _, v := range list {
		t.Run(v.Name, func(t *testing.T) {
			switch v.Op {
			case "":
				run(t, v)
			case "form":
				runForm(t, v)
			case "stage":
				runStage(t, v)
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
			case "output":
				o, err := patch.Output(profile(t, string(v.Need(t, "user.json"))))
				require.NoError(t, err)
				assert.JSONEq(t, string(v.Need(t, "want.json")), o.String())
			default:
				t.Fatalf("op: %s means nothing here", v.Op)
			}
		})
	}
}

// pointersOf returns where a list has the rule.
func pointersOf(list user.Violations, rule string) (pointers []string) {
	for _, v := range list {
		if string(v.Rule) == rule {
			pointers = append(pointers, v.Pointer)
		}
	}
	return pointers
}

// severe checks that a list of refusals, or of warnings, has nothing else.
func severe(t *testing.T, list user.Violations, severity user.Severity) {
	t.Helper()
	for _, v := range list {
		assert.Equal(t, severity, v.Severity, v.Rule)
	}
}

// runForm checks what the card sends, and what is said of it.
func runForm(t *testing.T, v vectors.Vector) {
	var f patch.Form
	require.NoError(t, json.Unmarshal(v.Need(t, "form.json"), &f))
	empties, ok := map[string]patch.Empties{"skip-empty": patch.SkipEmpty, "pass-empty": patch.PassEmpty}[v.Mode]
	require.True(t, ok, "mode: %s means nothing here", v.Mode)
	p, warnings := f.Payload(empties)
	severe(t, warnings, user.Warning)
	assert.JSONEq(t, string(v.Need(t, "want.json")), string(p.AppendJSON(nil)))
	switch v.Expect {
	case "warns":
		assert.Contains(t, pointersOf(warnings, v.Rule), v.Pointer)
	case "passes":
		assert.Empty(t, warnings)
	case "result":
	default:
		t.Fatalf("expect: %s means nothing here", v.Expect)
	}
}

// target returns the target of a vector, which may be absent.
func target(t *testing.T, v vectors.Vector) (at patch.Target) {
	if text := v.Section("target.json"); text != nil {
		require.NoError(t, json.Unmarshal(text, &at))
	}
	return at
}

// reached checks that an error names what the vector says cannot be reached, or that
// there is none.
func reached(t *testing.T, v vectors.Vector, err error) {
	switch v.Expect {
	case "refused":
		if v.Rule == string(patch.RuleUnreachable) {
			assert.Contains(t, metadata.Unreachable(err), v.Pointer)
			break
		}
		var list user.Violations
		require.ErrorAs(t, err, &list)
		assert.Contains(t, pointersOf(list, v.Rule), v.Pointer)
	case "passes", "result":
		assert.NoError(t, err)
	default:
		t.Fatalf("expect: %s means nothing here", v.Expect)
	}
}

// runDiff checks the payload from one profile to another, and that it leads there.
func runDiff(t *testing.T, v vectors.Vector) {
	from, to := profile(t, string(v.Need(t, "from.json"))), profile(t, string(v.Need(t, "to.json")))
	p, err := patch.Diff(from, to)
	reached(t, v, err)
	assert.JSONEq(t, string(v.Need(t, "want.json")), string(p.AppendJSON(nil)))
	if p.IsZero() || p.Validate(patch.Target{}).Err() != nil {
		return
	}
	out, failed := p.Apply(from, patch.Target{})
	require.NoError(t, failed)
	within(t, out.Profile, to, err, false)
}

// runPlan checks the payloads to a goal, and what they make of the user.
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

// runInverse checks the payload that undoes another, and that it does.
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

// run checks one vector: what Validate says, and, where there is a user, what
// Apply says and makes of it.
func run(t *testing.T, v vectors.Vector) {
	p, err := patch.Parse(v.Need(t, "patch.json"))
	require.NoError(t, err)
	at := target(t, v)
	verdict := p.Validate(at)
	var out patch.Outcome
	applied := false
	if text := v.Section("user.json"); text != nil {
		u, err := user.Parse(text)
		require.NoError(t, err)
		before := string(u.AppendJSON(nil))
		out, err = p.Apply(u, at)
		var refusals user.Violations
		if verdict.Valid() && errors.As(err, &refusals) { // it shows with the user only
			for _, x := range refusals {
				assert.Contains(t, []patch.RuleID{patch.RuleFirstUsername, patch.RuleMergedSize}, x.Rule)
			}
			verdict.Violations = refusals
		} else {
			assert.Equal(t, verdict.Valid(), err == nil, "Apply and Validate disagree")
		}
		assert.Equal(t, before, string(u.AppendJSON(nil)), "the input changed")
		applied = err == nil
		if applied {
			back, err := user.Parse(out.Profile.AppendJSON(nil))
			require.NoError(t, err)
			assert.True(t, back.Equal(out.Profile), "the profile is written as another: %s", out.Profile.AppendJSON(nil))
			verdict.Warnings = out.Warnings
			for _, e := range out.Effects { // an effect is where its rule shows
				verdict.Warnings = append(verdict.Warnings, user.Violation{Rule: e.Rule, Pointer: v.Pointer})
			}
		}
	}
	severe(t, verdict.Violations, user.Error)
	severe(t, out.Warnings, user.Warning)
	for i, w := range out.Warnings {
		assert.NotContains(t, out.Warnings[:i], w, "listed twice")
	}
	switch v.Expect {
	case "refused":
		assert.Contains(t, pointersOf(verdict.Violations, v.Rule), v.Pointer)
		assert.ErrorIs(t, verdict.Err(), user.RuleID(v.Rule))
	case "warns":
		assert.NoError(t, verdict.Err())
		assert.Contains(t, pointersOf(verdict.Warnings, v.Rule), v.Pointer)
	case "passes", "result":
		assert.NoError(t, verdict.Err())
		assert.Empty(t, pointersOf(verdict.Warnings, v.Rule))
	default:
		t.Fatalf("expect: %s means nothing here", v.Expect)
	}
	if want := v.Section("want.json"); want != nil {
		require.True(t, applied, "want.json without a user, or with a payload that is refused")
		assert.True(t, metadata.MustParse(string(out.Profile.AppendJSON(nil))).Equal(metadata.MustParse(string(want))), "the profile is %s", out.Profile.AppendJSON(nil))
	}
	if text := v.Section("changes.json"); text != nil {
		var want []string
		got := []string{}
		require.NoError(t, json.Unmarshal(text, &want))
		for _, c := range out.Changes {
			got = append(got, c.String())
		}
		assert.Equal(t, want, got)
	}
	if text := v.Section("response.json"); text != nil {
		r, ok := p.Response(at)
		if string(text) == "null" {
			assert.False(t, ok, "an answer is made up")
			return
		}
		assert.True(t, ok, "no answer is known")
		got, err := json.Marshal(r)
		require.NoError(t, err)
		assert.JSONEq(t, string(text), string(got))
	}
}
