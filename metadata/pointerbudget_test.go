package metadata

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The pointers of changes take at most a few times the memory of the objects.
func TestChangesAreBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 100_000)
	wide := func(value int) Object {
		var b strings.Builder
		for i := range 10_000 {
			fmt.Fprintf(&b, `,"k%d":%d`, i, value)
		}
		return MustParse(`{"a":1,"` + long + `":{` + b.String()[1:] + `},"z":{"y":` + fmt.Sprint(value) + `}}`)
	}
	list := Changes(wide(1), wide(2))
	var got []string
	for _, c := range list {
		got = append(got, c.String()[:min(20, len(c.String()))])
	}
	assert.Equal(t, []string{"replaced /" + long[:10], "replaced /z/y"}, got)
}

// Pointers that together take at most twice the memory of the objects are all listed, and so
// are short pointers beside a long name.
func TestPointersThatFitAreListed(t *testing.T) {
	t.Parallel()
	const n = 30_000
	long := strings.Repeat("n", 1<<14)
	wide := func(above string, n, value int) Object {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"k%05d":%d`, i, value)
		}
		return MustParse(`{"o":{"` + above + `":{"x":` + fmt.Sprint(value) + `}` + b.String() + `}}`)
	}
	for _, tt := range []struct {
		above string
		n     int
	}{{"short", n}, {long, 1_000}} {
		x, y, z := wide(tt.above, tt.n, 1), wide(tt.above, tt.n, 2), wide(tt.above, tt.n, 3)
		list := Changes(x, y)
		assert.Len(t, list, tt.n+1)
		assert.Equal(t, "/o/k00000", list[1].Pointer)
		_, conflicts := Merge3(x, y, z)
		assert.Len(t, conflicts, tt.n+1)
		assert.Equal(t, "/o/k00000", conflicts[1])
	}
	under := func(value int) Object { return wide("short", n, value).under(t, strings.Repeat("n", 90)) }
	assert.Len(t, Changes(under(1), under(2)), n+1)
	_, conflicts := Merge3(under(1), under(2), under(3))
	assert.Len(t, conflicts, n+1)
}

// Members of the first level are listed, however many changes are listed before them.
func TestFirstLevelIsAlwaysListed(t *testing.T) {
	t.Parallel()
	around := strings.Repeat("n", 2_000)
	object := func(n, value int) Object {
		var in, top strings.Builder
		for i := range n {
			fmt.Fprintf(&in, `,"k%05d":%d`, i, value)
		}
		for i := range 100 {
			fmt.Fprintf(&top, `,"%0100d":%d`, i, value)
		}
		return MustParse(`{"` + around + `":{` + in.String()[1:] + `}` + top.String() + `}`)
	}
	whole, single := 0, 0
	for n := 500; n < 800; n += sized(20, 5) {
		x, y, z := object(n, 1), object(n, 2), object(n, 3)
		list := Changes(x, y)
		_, conflicts := Merge3(x, y, z)
		for _, listed := range []int{len(list), len(conflicts)} {
			switch listed {
			case 100 + n:
				whole++
			case 100 + 1:
				single++
			default:
				t.Errorf("of %d members and %d in one of them %d are listed", 101, n, listed)
			}
		}
	}
	assert.Positive(t, whole)
	assert.Positive(t, single)
}

// under returns an object whose member with that name is o.
func (o Object) under(t *testing.T, name string) Object {
	t.Helper()
	around, err := Object{}.With(o, name)
	require.NoError(t, err)
	return around
}
