package metadata

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The result is right where the room after dst is part of an input, whole or not, and
// whatever the capacities are.
func TestOverlap(t *testing.T) {
	t.Parallel()
	doc, patch := `{"first":{"x":1,"y":[1,2]},"second":"a longer text","z":null}`, `{"new":{"a":{"b":"c"}},"first":{"x":2},"second":null,"z":[]}`
	// sharing calls f with an input in the array of dst, which is its first bytes.
	sharing := func(f func(dst, a, b []byte) ([]byte, error), first bool, at, room int, clipped bool) (prefix, out string) {
		text, other := doc, []byte(patch)
		if !first {
			text, other = patch, []byte(doc)
		}
		buffer := append(make([]byte, 0, len(text)+room), text...)
		dst, a, b := buffer[:min(at, len(text))], buffer, other
		if clipped {
			a = buffer[:len(buffer):len(buffer)]
		}
		if !first {
			a, b = b, a
		}
		prefix = string(dst)
		got, _ := f(dst, a, b)
		return prefix, string(got)
	}
	for _, m := range []Mode{FirstLevel, Deep, Replace, Fill, FirstLevel | UnionLists} {
		merged, err := m.AppendMerge(nil, []byte(doc), []byte(patch))
		require.NoError(t, err)
		diff, _ := m.AppendDiff(nil, []byte(doc), []byte(patch))
		for i := range 4 * 4 * 3 {
			first, clipped, at, room := i&1 > 0, i&2 > 0, []int{0, 1, 10, len(doc)}[i/4%4], []int{0, 5, 500}[i/16]
			prefix, got := sharing(m.AppendMerge, first, at, room, clipped)
			assert.Equal(t, prefix+string(merged), got, "AppendMerge: %v %v %d %d %v", m, first, at, room, clipped)
			prefix, got = sharing(m.AppendDiff, first, at, room, clipped)
			assert.Equal(t, prefix+string(diff), got, "AppendDiff: %v %v %d %d %v", m, first, at, room, clipped)
		}
	}
}
