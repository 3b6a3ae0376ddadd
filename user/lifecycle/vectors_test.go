package lifecycle_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

func TestVectors(t *testing.T) {
	for _, v := range vectors.Load(t, "user") {
		if v.Op != "" { // package user runs the others
			t.Run(v.Name, func(t *testing.T) { checkOperation(t, v) })
		}
	}
}

// outcome is the result of an operation.
type outcome struct {
	profile  metadata.Object
	changes  []metadata.Change
	effects  []user.Effect
	warnings rule.Violations
	err      error
}

// checkOperation runs the operation of a vector and checks its result.
func checkOperation(t *testing.T, v vectors.Vector) {
	out := run(t, v)
	pointers := map[string][]string{}
	for i, w := range out.warnings {
		assert.NotContains(t, out.warnings[:i], w, "listed twice")
		pointers[string(w.Rule)] = append(pointers[string(w.Rule)], w.Pointer)
	}
	for _, e := range out.effects { // a vector names an effect by its rule
		pointers[string(e.Rule)] = append(pointers[string(e.Rule)], v.Pointer)
	}
	switch v.Expect {
	case "refused":
		assert.ErrorIs(t, out.err, rule.ID(v.Rule))
		found := false
		vs, ok := out.err.(rule.Violations)
		require.True(t, ok, "a refusal is %T", out.err)
		for _, x := range vs {
			found = found || string(x.Rule) == v.Rule && x.Pointer == v.Pointer
		}
		assert.True(t, found, "%v", out.err)
		return
	case "warns":
		assert.Contains(t, pointers[v.Rule], v.Pointer)
	case "passes", "result":
		assert.Empty(t, pointers[v.Rule])
	default:
		t.Fatalf("unknown expect: %s", v.Expect)
	}
	require.NoError(t, out.err)
	if want := v.Section("want.json"); want != nil {
		assert.True(t, out.profile.Equal(metadata.MustParse(string(want))), "the profile is %s", out.profile)
	}
	if text := v.Section("changes.json"); text != nil {
		var want []string
		got := []string{}
		require.NoError(t, json.Unmarshal(text, &want))
		for _, c := range out.changes {
			got = append(got, c.String())
		}
		assert.Equal(t, want, got)
	}
	if text := v.Section("effects.json"); text != nil {
		var want []user.EffectKind
		got := []user.EffectKind{}
		require.NoError(t, json.Unmarshal(text, &want))
		for _, e := range out.effects {
			got = append(got, e.Kind)
		}
		assert.Equal(t, want, got)
	}
}

// passesLater checks that what passes strict passes current, and then lenient.
func passesLater(t *testing.T, target user.Target, judge func(user.Target) error) {
	passes := false
	for _, s := range []rule.Sources{rule.Strict, rule.Current, rule.Lenient} {
		target.Sources = s
		err := judge(target)
		assert.False(t, passes && err != nil, "sources %s: %v", s, err)
		passes = err == nil
	}
}

func outcomeOf(t *testing.T, out user.Outcome, err error) outcome {
	o, failed := out.Profile.Object()
	require.NoError(t, failed)
	return outcome{o, out.Changes(), out.Effects, out.Warnings, err}
}

// arguments are those of the operations.
type arguments struct {
	ID      string `json:"id"`
	Upsert  bool   `json:"upsert"`
	Replace bool   `json:"replace"`
	Status  int    `json:"status"`
	Message string `json:"message"`
}

// changePassword changes the password of a user with the profile u.
func changePassword(t *testing.T, v vectors.Vector, u user.Profile, target user.Target) outcome {
	database, err := lifecycle.ParseLogin(v.Need(t, "login.json"))
	require.NoError(t, err)
	before := lifecycle.DatabaseUser{State: lifecycle.Cached, Database: database, Profile: u}
	if target.Migrated {
		before.State = lifecycle.Migrated
	}
	after, out, err := before.ChangePassword(target)
	assert.True(t, err != nil || after.Profile.Equal(out.Profile))
	return outcomeOf(t, out, err)
}

// run runs the operation of the vector.
func run(t *testing.T, v vectors.Vector) outcome {
	var target user.Target
	if text := v.Section("target.json"); text != nil {
		require.NoError(t, json.Unmarshal(text, &target))
	}
	var args arguments
	if text := v.Section("arguments.json"); text != nil {
		require.NoError(t, json.Unmarshal(text, &args))
	}
	var u user.Profile
	if text := v.Section("user.json"); text != nil {
		var err error
		u, err = user.Parse(text)
		require.NoError(t, err)
	}
	before := string(u.AppendJSON(nil))
	defer func() { assert.Equal(t, before, string(u.AppendJSON(nil)), "the input changed") }()
	switch v.Op {
	case "create":
		return runCreate(t, v, args, target)
	case "login":
		login, err := lifecycle.ParseLogin(v.Need(t, "login.json"))
		require.NoError(t, err)
		given := string(login.AppendJSON(nil))
		out, err := lifecycle.Login(u, login, target)
		assert.Equal(t, given, string(login.AppendJSON(nil)), "the login changed")
		return outcomeOf(t, out, err)
	case "import":
		r, err := lifecycle.ParseRow(v.Need(t, "payload.json"))
		require.NoError(t, err)
		passesLater(t, target, func(t user.Target) error { return r.Validate(t).Err() })
		out, err := r.Import(u, args.Upsert, args.ID, target)
		return outcomeOf(t, out, err)
	case "exchange":
		c, err := lifecycle.ParseCreation(v.Need(t, "payload.json"))
		require.NoError(t, err)
		out, err := lifecycle.Exchange(u, c, args.Replace, target)
		return outcomeOf(t, out, err)
	case "sign-up":
		c, err := lifecycle.ParseCreation(v.Need(t, "payload.json"))
		require.NoError(t, err)
		passesLater(t, target, func(t user.Target) error { return lifecycle.SignUp(c, t).Err() })
		verdict := lifecycle.SignUp(c, target)
		return outcome{warnings: verdict.Warnings, err: verdict.Err()}
	case "change-password":
		return changePassword(t, v, u, target)
	case "answer":
		return matchAnswer(t, args)
	case "rules-object":
		r, err := lifecycle.RulesObject(u)
		out := outcome{profile: r.User, err: err}
		for _, name := range r.Shadowed {
			out.changes = append(out.changes, metadata.Change{Pointer: metadata.Pointer(name), Kind: "shadowed"})
		}
		return out
	}
	t.Fatalf("unknown op: %s", v.Op)
	return outcome{}
}

// runCreate creates the user of the vector, and compares the error with the verdict of
// the creation. They differ only for a profile that is larger than any vector.
func runCreate(t *testing.T, v vectors.Vector, args arguments, target user.Target) outcome {
	c, err := lifecycle.ParseCreation(v.Need(t, "payload.json"))
	require.NoError(t, err)
	out, err := c.Create(args.ID, target)
	assert.Equal(t, c.Validate(target).Err(), err, "Create and Validate disagree")
	passesLater(t, target, func(t user.Target) error { return c.Validate(t).Err() })
	out.Before = out.Profile // the vectors list no changes of a creation
	return outcomeOf(t, out, err)
}

// matchAnswer returns a violation of the rule that the API's answer matches as the
// error.
func matchAnswer(t *testing.T, args arguments) (out outcome) {
	for _, e := range []rule.Endpoint{rule.EndpointCreate, rule.EndpointImport, rule.EndpointSignUp} {
		if r, ok := rule.Match(e, args.Status, args.Message); ok {
			status, _, _ := rule.AnswerTo(e, r.ID)
			assert.Equal(t, args.Status, status)
			out.err = rule.Violations{judge.Violation(r.ID, "", args.Message)}
		}
	}
	return out
}
