package card_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch/card"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func TestVectors(t *testing.T) {
	n := map[string]int{}
	for _, v := range vectors.Load(t, "patch") {
		n[v.Op]++
		switch v.Op {
		case "form":
			t.Run(v.Name, func(t *testing.T) { runForm(t, v) })
		case "output":
			t.Run(v.Name, func(t *testing.T) {
				o, err := card.Output(profile(t, string(v.Need(t, "user.json"))))
				require.NoError(t, err)
				assert.JSONEq(t, string(v.Need(t, "want.json")), o.String())
			})
		}
	}
	assert.Greater(t, n["form"], 10)
	assert.NotZero(t, n["output"])
}

// runForm checks the payload of a form and its warnings.
func runForm(t *testing.T, v vectors.Vector) {
	var f card.Form
	require.NoError(t, json.Unmarshal(v.Need(t, "form.json"), &f))
	empties, ok := map[string]metadata.Empties{"skip-empty": metadata.SkipEmpty, "pass-empty": metadata.PassEmpty}[v.Mode]
	require.True(t, ok, "unknown mode: %s", v.Mode)
	var at user.Target
	if text := v.Section("target.json"); text != nil {
		require.NoError(t, json.Unmarshal(text, &at))
	}
	p, warnings := f.Payload(empties, at.Policies)
	assert.JSONEq(t, string(v.Need(t, "want.json")), string(p.AppendJSON(nil)))
	var pointers []string
	for _, w := range warnings {
		assert.Equal(t, rule.SeverityWarning, w.Severity, w.Rule)
		if string(w.Rule) == v.Rule {
			pointers = append(pointers, w.Pointer)
		}
	}
	switch v.Expect {
	case "warns":
		assert.Contains(t, pointers, v.Pointer)
	case "passes":
		assert.Empty(t, warnings)
	case "result":
	default:
		t.Fatalf("unknown expect: %s", v.Expect)
	}
}

func profile(t *testing.T, text string) user.Profile {
	t.Helper()
	u, err := user.Parse([]byte(text))
	require.NoError(t, err)
	return u
}
