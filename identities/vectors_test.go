package identities_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

func TestVectors(t *testing.T) {
	list := vectors.Load(t, "identities")
	var ids []string
	for _, r := range identities.Rules() {
		ids = append(ids, string(r.ID))
	}
	vectors.Covers(t, list, ids)
	for _, v := range list {
		t.Run(v.Name, func(t *testing.T) { run(t, v) })
	}
}

func run(t *testing.T, v vectors.Vector) {
	read := func(name string) user.Profile {
		p, err := user.Parse(v.Need(t, name))
		require.NoError(t, err, name)
		return p
	}
	var (
		got      user.Profile
		warnings user.Violations
		err      error
	)
	switch v.Op {
	case "link":
		var l identities.Linked
		if v.Mode == "" {
			l, err = identities.Link(read("primary.json"), read("secondary.json"))
		} else {
			m, ok := metadata.ParseMode(v.Mode)
			require.True(t, ok, "no mode %q", v.Mode)
			l, err = identities.LinkMerging(read("primary.json"), read("secondary.json"), m)
		}
		got, warnings = l.Profile, l.Warnings
	case "unlink":
		var args struct {
			Provider string `json:"provider"`
			UserID   string `json:"user_id"`
		}
		require.NoError(t, json.Unmarshal(v.Need(t, "arguments.json"), &args))
		var u identities.Unlinked
		u, err = identities.Unlink(read("user.json"), args.Provider, args.UserID)
		got, warnings = u.Profile, u.Warnings
		if want := v.Section("to.json"); want != nil {
			assert.True(t, metadata.MustParse(string(u.Detached.AppendJSON(nil))).Equal(metadata.MustParse(string(want))), "detached is %s", u.Detached.AppendJSON(nil))
		}
	default:
		t.Fatalf("op: %s means nothing here", v.Op)
	}
	rules := map[string]string{}
	for _, w := range warnings {
		rules[string(w.Rule)] = w.Pointer
	}
	switch v.Expect {
	case "refused":
		var violation user.Violation
		require.ErrorAs(t, err, &violation)
		assert.ErrorIs(t, err, user.RuleID(v.Rule))
		assert.Equal(t, v.Pointer, violation.Pointer)
		return
	case "warns":
		assert.Contains(t, rules, v.Rule)
		assert.Equal(t, v.Pointer, rules[v.Rule])
	case "passes", "result":
		assert.NotContains(t, rules, v.Rule)
	default:
		t.Fatalf("expect: %s means nothing here", v.Expect)
	}
	require.NoError(t, err)
	if want := v.Section("want.json"); want != nil {
		assert.True(t, metadata.MustParse(string(got.AppendJSON(nil))).Equal(metadata.MustParse(string(want))), "the profile is %s", got.AppendJSON(nil))
	}
}
