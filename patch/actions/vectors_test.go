package actions_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func TestVectors(t *testing.T) {
	n := 0
	for _, v := range vectors.Load(t, "patch") {
		if v.Op == "stage" {
			n++
			t.Run(v.Name, func(t *testing.T) { runStage(t, v) })
		}
	}
	assert.Greater(t, n, 50)
}

// readStage returns the stage and the steps of a vector.
func readStage(t *testing.T, v vectors.Vector) (actions.Stage, []actions.Step) {
	var args struct {
		Trigger actions.Trigger `json:"trigger"`
		Steps   []actions.Step  `json:"steps"`
	}
	require.NoError(t, json.Unmarshal(v.Need(t, "arguments.json"), &args))
	s := actions.Stage{Trigger: args.Trigger}
	if text := v.Section("target.json"); text != nil {
		require.NoError(t, json.Unmarshal(text, &s.Target))
	}
	var err error
	s.User, err = user.Parse(v.Need(t, "user.json"))
	require.NoError(t, err)
	return s, args.Steps
}

// pointersOf returns the pointers at which a list has the rule.
func pointersOf(list rule.Violations, id string) (pointers []string) {
	for _, v := range list {
		if string(v.Rule) == id {
			pointers = append(pointers, v.Pointer)
		}
	}
	return pointers
}

// runStage checks one vector of a stage.
func runStage(t *testing.T, v vectors.Vector) {
	s, steps := readStage(t, v)
	before := string(s.User.AppendJSON(nil))
	out, err := s.Run(steps...)
	assert.Equal(t, before, string(s.User.AppendJSON(nil)), "the input changed")
	var refused rule.Violations
	if err != nil {
		require.ErrorAs(t, err, &refused)
	}
	for _, x := range refused {
		assert.Equal(t, rule.SeverityError, x.Severity, x.Rule)
	}
	for _, x := range out.Warnings {
		assert.Equal(t, rule.SeverityWarning, x.Severity, x.Rule)
	}
	switch v.Expect {
	case "refused":
		assert.Contains(t, pointersOf(refused, v.Rule), v.Pointer)
		assert.ErrorIs(t, err, rule.ID(v.Rule))
		return
	case "warns":
		require.NoError(t, err)
		assert.Contains(t, pointersOf(out.Warnings, v.Rule), v.Pointer)
	case "passes", "result":
		require.NoError(t, err)
		assert.Empty(t, pointersOf(out.Warnings, v.Rule))
	default:
		t.Fatalf("unknown expect: %s", v.Expect)
	}
	if want := v.Section("want.json"); want != nil {
		assert.JSONEq(t, string(want), string(out.Profile.AppendJSON(nil)))
	}
	if want := v.Section("payloads.json"); want != nil {
		assert.JSONEq(t, string(want), text(t, out.Writes.Payloads()))
	}
	if want := v.Section("event-users.json"); want != nil {
		list := []metadata.Object{}
		for e := range out.EventUsers() {
			list = append(list, e)
		}
		assert.JSONEq(t, string(want), text(t, list))
	}
}
