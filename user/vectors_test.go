package user_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

func TestVectors(t *testing.T) {
	list := vectors.Load(t, "user")
	// These take more than a file should hold.
	vectors.Covers(t, list, user.Rules(), string(user.RuleMetadataSize), string(user.RuleLargeMetadata), string(user.RuleMore))
	for _, v := range list {
		t.Run(v.Name, func(t *testing.T) {
			if v.Op == "" {
				reads(t, v)
			} else {
				lives(t, v)
			}
		})
	}
}

// reads checks a vector of what is read and written again.
func reads(t *testing.T, v vectors.Vector) {
	text := v.Need(t, "user.json")
	switch v.Expect {
	case "passes", "result":
		roundTrip(t, string(text))
	case "fault":
		_, err := user.Parse(text)
		var es metadata.Errors
		require.ErrorAs(t, err, &es)
		var pointers []string
		for _, e := range es {
			pointers = append(pointers, e.Pointer)
		}
		assert.Contains(t, pointers, v.Pointer)
	default:
		t.Fatalf("expect: %s means nothing here", v.Expect)
	}
}

// outcome is what came of one event in the life of a profile.
type outcome struct {
	profile  metadata.Object
	changes  []metadata.Change
	effects  []user.Effect
	warnings user.Violations
	err      error
}

// lives checks a vector of one event in the life of a profile.
func lives(t *testing.T, v vectors.Vector) {
	out := event(t, v)
	pointers := map[string][]string{}
	for i, w := range out.warnings {
		assert.NotContains(t, out.warnings[:i], w, "listed twice")
		pointers[string(w.Rule)] = append(pointers[string(w.Rule)], w.Pointer)
	}
	for _, e := range out.effects { // an effect is where its rule shows
		pointers[string(e.Rule)] = append(pointers[string(e.Rule)], v.Pointer)
	}
	switch v.Expect {
	case "refused":
		assert.ErrorIs(t, out.err, user.RuleID(v.Rule))
		found := false
		vs, ok := out.err.(user.Violations)
		if one, single := out.err.(user.Violation); !ok && single {
			vs = user.Violations{one}
		}
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
		t.Fatalf("expect: %s means nothing here", v.Expect)
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

// event lets the vector's event happen.
func event(t *testing.T, v vectors.Vector) (out outcome) {
	var target patch.Target
	if text := v.Section("target.json"); text != nil {
		require.NoError(t, json.Unmarshal(text, &target))
	}
	var arguments struct {
		ID      string `json:"id"`
		Upsert  bool   `json:"upsert"`
		Replace bool   `json:"replace"`
		Status  int    `json:"status"`
		Message string `json:"message"`
	}
	if text := v.Section("arguments.json"); text != nil {
		require.NoError(t, json.Unmarshal(text, &arguments))
	}
	at := target.Circumstances()
	var u user.Profile
	var err error
	if text := v.Section("user.json"); text != nil {
		u, err = user.Parse(text)
		require.NoError(t, err)
	}
	before := string(u.AppendJSON(nil))
	defer func() { assert.Equal(t, before, string(u.AppendJSON(nil)), "the input changed") }()
	object := func(p user.Profile) metadata.Object {
		o, err := p.Object()
		require.NoError(t, err)
		return o
	}
	switch v.Op {
	case "create":
		c, err := user.ParseCreation(v.Need(t, "payload.json"))
		require.NoError(t, err)
		created, err := user.New(c, arguments.ID, at)
		assert.Equal(t, c.Validate(at).Err(), err, "New and Validate disagree")
		lenient := at
		lenient.Lenient = true
		if err == nil {
			assert.NoError(t, c.Validate(lenient).Err(), "what passes strictly passes leniently")
		}
		return outcome{object(created.Profile), nil, created.Effects, created.Warnings, err}
	case "login":
		login, err := user.ParseLogin(v.Need(t, "login.json"))
		require.NoError(t, err)
		said := string(login.AppendJSON(nil))
		r, err := user.Refresh(u, login, at)
		assert.Equal(t, said, string(login.AppendJSON(nil)), "the login changed")
		return outcome{object(r.Profile), r.Changes, r.Effects, r.Warnings, err}
	case "import":
		i, err := user.ParseImport(v.Need(t, "payload.json"))
		require.NoError(t, err)
		made, err := i.Into(u, arguments.Upsert, arguments.ID, at)
		return outcome{object(made.Profile), made.Changes, nil, made.Warnings, err}
	case "exchange":
		c, err := user.ParseCreation(v.Need(t, "payload.json"))
		require.NoError(t, err)
		r, err := user.Exchange(u, c, arguments.Replace, at)
		return outcome{object(r.Profile), r.Changes, r.Effects, r.Warnings, err}
	case "sign-up":
		verdict := user.SignUp(metadata.MustParse(string(v.Need(t, "payload.json"))), at)
		return outcome{warnings: verdict.Warnings, err: verdict.Err()}
	case "answer":
		if said, ok := user.Answered(arguments.Status, arguments.Message); ok {
			assert.Equal(t, arguments.Status, user.Status(said.Rule))
			out.err = said
		}
		return out
	case "rules-object":
		r, err := user.RulesObject(u)
		for _, name := range r.Shadowed {
			out.changes = append(out.changes, metadata.Change{Pointer: metadata.Pointer(name), Kind: "shadowed"})
		}
		out.profile, out.err = r.User, err
		return out
	}
	t.Fatalf("op: %s means nothing here", v.Op)
	return out
}
