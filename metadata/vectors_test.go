package metadata_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/metadata"
)

func TestVectors(t *testing.T) {
	for _, v := range vectors.Load(t, "metadata") {
		t.Run(v.Name, func(t *testing.T) { run(t, v) })
	}
}

func run(t *testing.T, v vectors.Vector) {
	read := func(name string) (o metadata.Object) {
		if text := v.Section(name); text != nil {
			var err error
			o, err = metadata.Parse(text)
			require.NoError(t, err, name)
		}
		return o
	}
	if v.Op == "parse" {
		_, err := metadata.Parse(v.Need(t, "text"))
		if v.Expect == "passes" {
			assert.NoError(t, err)
			return
		}
		require.Equal(t, "fault", v.Expect)
		var es metadata.Errors
		require.ErrorAs(t, err, &es)
		var pointers []string
		for _, e := range es {
			pointers = append(pointers, e.Pointer)
		}
		assert.Contains(t, pointers, v.Pointer)
		assert.ErrorIs(t, err, metadata.Fault(v.Rule))
		return
	}
	m, ok := metadata.ParseMode(v.Mode)
	require.True(t, ok, "no mode %q", v.Mode)
	want := read("want.json")
	switch v.Op {
	case "merge":
		base, delta := read("base.json"), metadata.DeltaOf(read("patch.json"))
		got := m.Merge(base, delta)
		assert.True(t, got.Equal(want), "Merge gives %s", got)
		if !delta.IsZero() { // AppendMerge agrees
			text, err := m.AppendMerge(nil, v.Section("base.json"), v.Need(t, "patch.json"))
			require.NoError(t, err)
			assert.True(t, metadata.MustParse(string(text)).Equal(want), "AppendMerge gives %s", text)
		}
	case "diff":
		from, to := read("from.json"), read("to.json")
		d, err := m.Diff(from, to)
		assert.True(t, d.Object().Equal(want), "Diff gives %s", d)
		if v.Expect == "refused" {
			assert.Contains(t, metadata.Unreachable(err), v.Pointer)
			return
		}
		require.NoError(t, err)
		got := m.Merge(from, d)
		assert.True(t, got.Equal(to) || got.Len() == 0 && to.Len() == 0, "Merge then gives %s", got)
	default:
		t.Fatalf("unknown op: %s", v.Op)
	}
}
