package metadata

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Deep nesting and many members take linear time.
func TestHostileShapes(t *testing.T) {
	t.Parallel()
	deep := func(leaf string) Object {
		return MustParse(strings.Repeat(`{"a":`, 9_000) + leaf + strings.Repeat(`}`, 9_000))
	}
	big := `"` + strings.Repeat("x", 1<<20) + `"`
	x, y := deep(`{"k":`+big+`,"l":1}`), deep(`{"l":2,"k":`+big+`}`)
	for _, m := range []Mode{FirstLevel, Deep} {
		d, err := m.Diff(x, y)
		require.NoError(t, err)
		assert.True(t, m.Merge(x, d).Equal(y))
	}
	assert.Len(t, Changes(x, y), 1)
	assert.False(t, x.Equal(y))

	members := sized(20_000, 200_000)
	wide := func(from int) Object {
		var b strings.Builder
		for i := range members {
			fmt.Fprintf(&b, `,"k%d":%d`, from+i, i)
		}
		return MustParse("{" + b.String()[1:] + "}")
	}
	x, y = wide(0), wide(members/2)
	for _, m := range []Mode{FirstLevel, Deep} {
		d, err := m.Diff(x, y)
		require.NoError(t, err)
		assert.True(t, m.Merge(x, d).Equal(y))
		text, err := m.AppendMerge(nil, []byte(x.String()), []byte(d.String()))
		require.NoError(t, err)
		assert.True(t, MustParse(string(text)).Equal(y))
	}
}

// Texts that were built to be slow take linear time. Each took minutes when a step was
// quadratic.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	nest := func(n int, leaf, before, after string) string {
		return strings.Repeat(`{`+before+`"n":`, n) + leaf + strings.Repeat(after+`}`, n)
	}
	tail := `,"t":"` + strings.Repeat("x", 4<<20) + `"}`
	var powers strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&powers, ",1e%d", i)
	}
	long := strings.Repeat("n", 100_000)
	members := func(value string) string {
		var b strings.Builder
		for i := range 4_000 {
			fmt.Fprintf(&b, `,"k%d":%s`, i, value)
		}
		return `{"` + long + `":{` + b.String()[1:] + `}}`
	}
	big := `"` + strings.Repeat("y", 1<<20) + `"`

	_, err := Deep.AppendDiff(nil, []byte(`{"a":`+nest(9_000, `{"x":1}`, "", "")+tail), []byte(`{"a":`+nest(9_000, `{"x":2}`, "", "")+tail))
	require.NoError(t, err)
	_, err = Deep.AppendDiff(nil, []byte(nest(2_000, big, `"p":0,`, "")), []byte(nest(2_000, big, "", `,"p":0`)))
	require.NoError(t, err)
	_, err = (FirstLevel | UnionLists).AppendMerge(nil, []byte(`{"l":[`+powers.String()[1:]+`]}`), []byte(`{"l":[7]}`))
	require.NoError(t, err)
	_, conflicts := Merge3(MustParse(nest(2_000, "["+big+",1e1]", "", "")), MustParse(nest(2_000, "["+big+",1e2]", "", "")), MustParse(nest(2_000, "["+big+",1e3]", "", "")))
	assert.Len(t, conflicts, 1)
	_, conflicts = Merge3(MustParse(members("1")), MustParse(members("2")), MustParse(members("3")))
	assert.Equal(t, []string{"/" + long}, conflicts)
	within := func(value string) Object {
		return MustParse(`{"` + long + `":{"o":` + members(value) + `,"p":` + value + `}}`)
	}
	_, conflicts = Merge3(within("1"), within("2"), within("3"))
	assert.Equal(t, []string{"/" + long + "/o/" + long, "/" + long + "/p"}, conflicts, "the object that is too much is named, no more")
	changes := Changes(within("1"), within("2"))
	require.Len(t, changes, 2)
	assert.Equal(t, "/"+long+"/o/"+long, changes[0].Pointer)
	assert.Equal(t, Replaced, changes[0].Kind)
	assert.Equal(t, "/"+long+"/p", changes[1].Pointer)
	deeper := func(value string) Object {
		_, inner, _ := strings.Cut(members(value), `":`)
		return MustParse(`{"` + long + `":{"i":` + inner + `}`)
	}
	_, conflicts = Merge3(deeper("1"), deeper("2"), deeper("3"))
	assert.Equal(t, []string{"/" + long + "/i"}, conflicts)
	changes = Changes(deeper("1"), deeper("2"))
	require.Len(t, changes, 1)
	assert.Equal(t, "/"+long+"/i", changes[0].Pointer)
}
