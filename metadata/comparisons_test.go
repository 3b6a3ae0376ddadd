package metadata

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Comparisons of names and values grow no faster than the texts. The test needs the build
// tag counted; internal/hostile runs it so in long tests.
func TestComparisons(t *testing.T) {
	if !jsonscan.Counted {
		t.Skip("needs go test -tags counted")
	}
	const n = int64(20_000)
	all := map[string][]int64{}
	for _, size := range []int64{n, 2 * n, 4 * n} {
		before := jsonscan.Comparisons()
		d, o := Delta{}, Object{}
		for i := range int(size / 8) {
			d, _ = d.Set(short(i), 1)
			o = FirstLevel.Merge(o, MustDelta(`{"`+short(i)+`":1}`))
		}
		all["Set and Merge in a loop"] = append(all["Set and Merge in a loop"], jsonscan.Comparisons()-before)
		operands(t, int(size), func(shape string, o operand) {
			for _, op := range operations {
				before := jsonscan.Comparisons()
				op.f(o)
				name := op.name + " of " + shape
				all[name] = append(all[name], jsonscan.Comparisons()-before)
			}
		})
	}
	require.NotEmpty(t, all)
	most := int64(0)
	for name, c := range all {
		most = max(most, c[2])
		assert.LessOrEqual(t, c[2], 6*c[0]+4*n, "%s: comparisons for n, 2n and 4n: %v", name, c)
	}
	assert.Greater(t, most, n, "comparisons are not counted")
}
