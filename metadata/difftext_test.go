package metadata

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/jsonscan"
)

// steps is the work of a textDiff, in bytes and members. It shows which text was read
// twice.
type steps struct {
	wasted, most, runFrom, runTo int
}

// sideBySide returns the output of diffDocs for two texts, whether it succeeds, and its
// steps.
func sideBySide(t *testing.T, m Mode, a, b string) (delta string, ok bool, _ steps) {
	t.Helper()
	d := textDiffs.Get().(*textDiff)
	d.deep, d.out = m == Deep, []byte("x")
	ok = d.diffDocs([]byte(a), []byte(b))
	require.Equal(t, byte('x'), d.out[0])
	if ok && d.namesA.Mark()+d.namesB.Mark()+len(d.matched)+len(d.onlyA)+len(d.onlyB) > 0 {
		t.Fatalf("%v: diffDocs(%s, %s) leaves members behind", m, a, b)
	}
	delta, s := string(d.out[1:]), steps{d.wasted, d.most, d.runFrom, d.runTo}
	d.release()
	return delta, ok, s
}

// agrees fails unless diffDocs succeeds where Diff does, with the same result.
func agrees(t *testing.T, m Mode, a, b string) steps {
	t.Helper()
	want, err := m.Diff(MustParse(a), MustParse(b))
	delta, ok, s := sideBySide(t, m, a, b)
	if ok != (err == nil) {
		t.Fatalf("%v: diffDocs(%.300s, %.300s) = %v; Diff has %v", m, a, b, ok, err)
	}
	if !ok || want.IsZero() && delta == "" {
		return s
	}
	if got, err := ParseDelta([]byte(delta)); err != nil || !got.Equal(want) {
		t.Fatalf("%v: diffDocs(%.300s, %.300s) = %.300s; Diff has %.300s", m, a, b, delta, want)
	}
	return s
}

// alone are members that differ in every way that diffDocs distinguishes.
var alone = []string{
	``, `"a":1`, `"a":2`, `"a":1.0`, ` "a" : 1 `, `"\u0061":1`, `"\u0061":3`, `"b":1`, `"a":{}`, `"a":[]`, `"a":null`, `"a":"1"`, `"a":{"n":null}`,
	`"a":1,"b":2`, `"b":2,"a":1`, `"b":2,"c":3`, `"b":2 , "a":1.0`, `"a":{"x":1}`, `"a":{"x":2}`, `"a":{"y":1}`, `"a":{"x":1,"y":{"z":[1,{"w":2}]}}`,
	`"a":{"x":1,"y":{"z":[1,{"w":3}]}}`, `"a":{"y":{"z":[1,{"w":2.0}]},"x":1}`, `"a":{"x":1,"y":{"v":0,"z":[ ]}},"b":1`,
	`"c":3,"a":{"x":1,"y":2},"b":{"x":1}`, `"a":{"y":2,"x":1},"b":{"x":1.0},"c":3`, `"b":{"x":1},"a":{"y":2},"d":[{"e":1}]`, `"d":[{"e":1.0}],"a":{"y":3}`,
}

// around are places for members: first, last, alone, between others, in an object, and
// deeper.
var around = []string{`{%s}`, ` { %s } `, `{"s":{"t":"u"},%s}`, `{%s,"v":[{"w":0}]}`, `{"o":{%s},"p":{}}`, `{"k":0,"o":{"q":{"r":{%s}},"l":1},"p":2}`, `{"o":{},"q":{%s,"l":1}}`}

func placed(place, members string) string {
	if members == "" {
		place = strings.NewReplacer(",%s", "%s", "%s,", "%s").Replace(place)
	}
	return strings.Replace(place, "%s", members, 1)
}

// diffDocs compares members of every kind at every place.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	for _, m := range []Mode{FirstLevel, Deep} {
		for _, place := range around {
			for _, x := range alone {
				for _, y := range alone {
					agrees(t, m, placed(place, x), placed(place, y))
				}
			}
		}
	}
	for i, x := range alone {
		for j, y := range alone {
			agrees(t, Deep, placed(around[i%len(around)], x), placed(around[j%len(around)], y))
			agrees(t, FirstLevel, placed(around[i%len(around)], x), placed(around[j%len(around)], y))
		}
	}
}

// pad is a member that takes n bytes.
func pad(n int) string { return `"":"` + strings.Repeat("x", n-5) + `"` }

// The difference may be anywhere near the ends of the blocks that are compared at once.
func TestSideBySideFarInside(t *testing.T) {
	t.Parallel()
	for i, x := range alone[1:] {
		for j, y := range alone[1:] {
			for n := 5 + (i+3*j)%7; n < 2*near; n += sized(28, 7) {
				agrees(t, Deep, `{"o":{`+pad(n)+`,`+x+`}}`, `{"o":{`+pad(n)+`,`+y+`}}`)
			}
			n := compared - 60 + (len(alone)*i+j)%70
			agrees(t, Deep, `{`+pad(n)+`,`+x+`,"o":{}}`, `{`+pad(n)+`,`+y+`,"o":{}}`)
		}
	}
}

// faulty returns invalid texts, each with a valid one.
func faulty() (list [][2]string) {
	good := `{"a":{"x":0,"d":{"e":2}},"b":[2],"n":1}`
	for _, text := range []string{good, `{"a":{"d":{"e":1}},"b":[{"x":0}],"n":1e3}`, ` { "n" : "" , "b" : [ ] , "a" : { "d" : { } } } `, `{"z":[1],"a":{"w":0},"y":{}}`} {
		for _, bad := range spoiled(text) {
			if _, err := Parse([]byte(bad)); !strings.Contains(err.Error(), "duplicate") {
				list = append(list, [2]string{bad, good}, [2]string{bad, `{}`}, [2]string{bad, text}, [2]string{bad, `{"n":2,"a":{"d":{}}}`})
			}
		}
	}
	return list
}

// diffDocs refuses an invalid text on either side.
func TestSideBySideFaults(t *testing.T) {
	t.Parallel()
	for _, m := range []Mode{FirstLevel, Deep} {
		for _, f := range faulty() {
			for _, in := range [][2]string{{f[0], f[1]}, {f[1], f[0]}, {f[0], f[0]}} {
				if delta, ok, _ := sideBySide(t, m, in[0], in[1]); ok {
					t.Fatalf("%v: diffDocs(%s, %s) writes %s", m, in[0], in[1], delta)
				}
			}
		}
	}
}

// diffDocs finds duplicate names among matched members, among unmatched ones, and
// between the two.
func TestSideBySideDuplicates(t *testing.T) {
	t.Parallel()
	good := []string{`{"q":0}`, `{"a":1,"b":2,"c":3}`, `{"c":3,"a":1}`, `{"b":{"a":{"x":1}},"a":[{"x":1}]}`}
	bad := []string{`{"a":1,"b":2,"a":1}`, `{"a":1,"\u0061":1}`, `{"b":2,"c":3,"c":3}`, `{"p":0,"a":1,"p":0}`, `{"a":1,"b":2,"c":3,"p":0,"a":1}`, `{"c":3,"p":1,"a":1,"c":3}`}
	inside := []string{`{"a":[{"x":1,"x":2}]}`, `{"r":[{"x":1,"x":2}]}`, `{"b":{"a":{"x":1,"x":1}}}`, `{"q":1,"b":{"a":{"x":2,"x":1}},"a":[{"x":1}]}`, `{"a":[{"x":1,"x":1}],"b":{"a":0}}`}
	for _, m := range []Mode{FirstLevel, Deep} {
		for _, g := range good {
			for _, b := range append(bad, inside...) {
				for _, in := range [][2]string{{g, b}, {b, g}} {
					_, ok, _ := sideBySide(t, m, in[0], in[1])
					assert.False(t, ok, "%v: %s and %s", m, in[0], in[1])
					_, ok, _ = sideBySide(t, Deep, `{"o":`+in[0]+`,"s":1}`, `{"o":`+in[1]+`,"s":1}`)
					assert.False(t, ok, "%s and %s within", in[0], in[1])
				}
			}
		}
		for _, b := range bad {
			_, ok, _ := sideBySide(t, m, b, b)
			assert.False(t, ok, "%v: %s", m, b)
		}
	}
}

// diffDocs counts the levels of values that are equal, changed, added or removed.
func TestSideBySideLevels(t *testing.T) {
	t.Parallel()
	list := func(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
	object := func(levels int) string {
		return strings.Repeat(`{"o":`, levels-1) + `{}` + strings.Repeat("}", levels-1)
	}
	for _, value := range []func(int) string{list, object} {
		for _, m := range []Mode{FirstLevel, Deep} {
			for _, place := range []string{`{%s}`, `{"o":{%s,"w":0}}`} {
				most := MaxLevels - strings.Count(place, "{")
				fit, tooDeep := `"v":`+value(most), `"v":`+value(most+1)
				for i, other := range []string{fit, `"z":1`, `"v":1`, `"z":1,"v":1`, `"v":1,"z":1`, `"y":1,"v":[1],"z":1`, `"z":1,` + fit, `"x":1,` + fit + `,"z":0`} {
					if i%3 != 0 && !longRun {
						continue
					}
					b := placed(place, other)
					for _, members := range []string{`%s`, `"z":1,%s`, `%s,"z":1`} {
						a, bad := placed(place, placed(members, fit)), placed(place, placed(members, tooDeep))
						for _, pair := range [][2]string{{a, b}, {b, a}} {
							_, ok, _ := sideBySide(t, m, pair[0], pair[1])
							assert.True(t, ok)
						}
						for _, pair := range [][2]string{{bad, b}, {b, bad}, {bad, bad}} {
							_, ok, _ := sideBySide(t, m, pair[0], pair[1])
							assert.False(t, ok)
						}
					}
				}
			}
		}
	}
}

// Equal text is passed at once, as one run, and no part of it is read again.
func TestSameIsPassedOnce(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*compared)
	for _, m := range []Mode{FirstLevel, Deep} {
		for _, value := range []string{`"` + long + `"`, `{"y":["` + long + `"]}`, `[{"y":"` + long + `"}]`} {
			text := `{"v":` + value + `,"w":1}`
			assert.Equal(t, steps{0, 1, 0, len(text)}, agrees(t, m, text, text), "all")
			assert.Equal(t, steps{0, 2, 0, len(text) - 2}, agrees(t, m, text, text[:len(text)-2]+`2}`), "all but what comes last")
			assert.Equal(t, steps{1 + len(value), 1, 7, len(text) + 6}, agrees(t, m, `{"u":0,`+text[1:], text), "all but what comes first")
			assert.Equal(t, steps{0, 2, 7, len(text) + 6}, agrees(t, m, `{"u":0,`+text[1:], `{"u":9,`+text[1:]), "all but the value that comes first")
		}
		for n := 5; n < 2*near; n += sized(4, 1) {
			for _, k := range []int{n, compared - n, 2*compared - n} {
				text := `{` + pad(k) + `,"o":{"p":{"q":1}},"r":"` + long[:near] + `"}`
				if s := agrees(t, m, text, text); s != (steps{0, 1, 0, len(text)}) {
					t.Fatalf("%v: %d bytes before: %v", m, k, s)
				}
			}
		}
	}
}

// An object is entered where the run ends soon after its start, and passed otherwise. A
// value that is passed in vain counts as wasted, up to a bound.
func TestObjectsAreEnteredNearTheDifference(t *testing.T) {
	t.Parallel()
	for n := near - 20; n < near+20; n++ {
		value := `{` + pad(n) + `,"p":1}`
		end := len(value) - 2 // where the values differ
		want := steps{0, 3, 0, 5 + end}
		if end > near {
			want.wasted = len(value)
		}
		assert.Equal(t, want, agrees(t, Deep, `{"o":`+value+`}`, `{"o":`+value[:end]+`2}}`), n)
	}
	value := `{"x":"` + strings.Repeat("x", 10*near) + `1"}`
	for levels := 1; levels < 6; levels++ {
		text := strings.Repeat(`{"o":`, levels) + value + strings.Repeat(`}`, levels)
		wasted, size := 0, len(text)
		for range levels {
			if size -= 6; wasted < len(text) {
				wasted += size
			}
		}
		if wasted += size - 6; levels > 0 {
			s := agrees(t, Deep, text, strings.Replace(text, `1"`, `2"`, 1))
			assert.Equal(t, wasted, s.wasted, levels)
		}
	}
}

// The run is extended only where the text before it was read.
func TestNoNeedlessComparison(t *testing.T) {
	t.Parallel()
	tail := strings.Repeat(" ", 4*compared)
	for n := compared - 2*near; n < compared+near; n++ {
		text := `{` + pad(n) + `,!` + tail
		end := 1 + n
		want := compared
		if end >= compared-near {
			want = 2 * compared
		}
		_, ok, s := sideBySide(t, Deep, text, text)
		require.False(t, ok)
		require.Equal(t, steps{0, 0, 0, want}, s, n)
	}
}

// Members that have another order at each level are read twice, up to a bound.
func TestReadTwiceIsBounded(t *testing.T) {
	t.Parallel()
	big := `"` + strings.Repeat("y", 4096) + `"`
	for levels := 1; levels < 12; levels++ {
		early := strings.Repeat(`{"p":0,"n":`, levels) + big + strings.Repeat(`}`, levels)
		late := strings.Repeat(`{"n":`, levels) + big + strings.Repeat(`,"p":0}`, levels)
		bound := 4 * (len(early) + len(late))
		var toLate, toEarly []int // bytes that are skipped and read again
		for k, size := 0, len(early); k < levels; k++ {
			size -= len(`{"n":,"p":0}`)
			toLate = append(toLate, 1+size)
			toEarly = append(toEarly, 1+size, 1+size)
		}
		toLate = append(toLate, len(big)+1)
		for range levels - 1 {
			toLate = append(toLate, 1)
		}
		for _, tt := range []struct {
			a, b  string
			waste []int
		}{{early, late, toLate}, {late, early, toEarly}} {
			wasted := 0
			for _, n := range tt.waste {
				if wasted <= bound {
					wasted += n
				}
			}
			_, ok, s := sideBySide(t, Deep, tt.a, tt.b)
			assert.Equal(t, wasted <= bound, ok, levels)
			assert.Equal(t, wasted, s.wasted, levels)
		}
	}
}

func TestCommonPrefix(t *testing.T) {
	t.Parallel()
	check := func(n, k int) {
		x := bytes.Repeat([]byte("x"), n)
		y := bytes.Clone(x)
		if k < n {
			y[k] ^= 1
		}
		require.Equal(t, k, commonPrefix(x, y), n)
		require.Equal(t, k, commonPrefix(append(y, "more"...), x), n)
	}
	for n := range 300 {
		for k := range n + 1 {
			check(n, k)
		}
	}
	for k := 64; k < compared; k *= 2 {
		for i := k - 80; i < k+20; i++ {
			check(compared, max(i, 0))
			check(i+k, i+k)
		}
	}
}

// A released textDiff is empty, and one that is too large is not kept.
func TestReleaseLeavesNothing(t *testing.T) {
	used := func() *textDiff {
		d := new(textDiff)
		d.deep = true
		require.False(t, d.diffDocs([]byte(`{"k":1,"r":{"s":0,"t":1},"a":1,"b":{"x":[2]},"c":3`), []byte(`{"k":1,"r":{"t":1,"s":2},"zz":1,"b":{"x":[3]},"c":3`)))
		return d
	}
	d := used()
	for name, n := range map[string]int{"out": len(d.out), "matched": len(d.matched), "onlyA": len(d.onlyA), "onlyB": len(d.onlyB), "names": d.namesA.Mark() * d.namesB.Mark(),
		"run": d.runFrom * d.runTo * d.runOffset, "wasted": d.wasted, "most": d.most} {
		require.NotZero(t, n, name)
	}
	d.runEnds, d.same, d.offset = true, 7, 7
	d.release()
	assert.Nil(t, d.out)
	assert.False(t, d.runEnds)
	assert.Equal(t, [12]int{}, [12]int{d.same, d.offset, d.wasted, d.runFrom, d.runTo, d.runOffset, d.most, d.namesA.Mark(), d.namesB.Mark(), len(d.matched), len(d.onlyA), len(d.onlyB)})
	const large = 1 << 14
	fill := func(n *jsonscan.Names) {
		for range large {
			n.Add(jsonscan.Name{})
		}
	}
	for name, grow := range map[string]func(d *textDiff){
		"matched": func(d *textDiff) { d.matched = make([]nameRun, 0, large) },
		"onlyA":   func(d *textDiff) { d.onlyA = make([]textMember, 0, large) },
		"onlyB":   func(d *textDiff) { d.onlyB = make([]textMember, 0, large) },
		"namesA":  func(d *textDiff) { fill(&d.namesA) },
		"namesB":  func(d *textDiff) { fill(&d.namesB) },
	} {
		d := used()
		grow(d)
		d.release()
		assert.NotZero(t, d.wasted, "kept: %s", name)
	}
}

// The latest run is found again after the members of a nested object were matched in
// another order.
func TestRunIsFoundAgain(t *testing.T) {
	tail := `"s":0},"t":"` + strings.Repeat("x", 3*compared) + `","u":1}`
	before := `{"o":{"p":1,"q":2,`
	for _, p := range []string{`5`, `50`, `"five"`} {
		s := agrees(t, Deep, before+tail, `{"o":{"q":2,"p":`+p+`,`+tail)
		assert.Equal(t, len(before), s.runFrom)
		assert.Equal(t, len(before+tail), s.runTo)
	}
}

// Where AppendDiff reads side by side, it does not search equal text for duplicate names,
// as Parse does.
func TestAppendDiffReadsSideBySide(t *testing.T) {
	a, b := []byte(`{"a":[{"x":1,"x":1}],"b":1}`), []byte(`{"a":[{"x":1,"x":1}],"b":2}`)
	room := make([]byte, 0, 100)
	for _, m := range []Mode{FirstLevel, Deep} {
		got, err := m.AppendDiff(room, a, b)
		require.NoError(t, err)
		assert.Equal(t, `{"b":2}`, string(got))
		if n := testing.AllocsPerRun(100, func() { _, _ = m.AppendDiff(room, a, b) }); n > 0 && !raced {
			t.Errorf("%v: %v allocations", m, n)
		}
		for _, pair := range [][2][]byte{{nil, a}, {a, nil}} {
			_, err = m.AppendDiff(room, pair[0], pair[1])
			assert.ErrorIs(t, err, ErrDuplicateName, "an absent object goes through Parse")
		}
	}
	_, err := Fill.AppendDiff(room, a, b)
	assert.ErrorIs(t, err, ErrDuplicateName)
}

// Objects whose names are spelled differently are compared too. A run does not include
// what precedes it.
func TestRunsBeginWhereTheyAreFound(t *testing.T) {
	value := `{"y":1,"z":"` + strings.Repeat("x", near) + `"}}`
	assert.Equal(t, steps{0, 2, 10, 10 + len(value)}, agrees(t, Deep, `{"\u006f":`+value, `{"o":`+value))
	agrees(t, Deep, `{"o":{"k":1,"l":4},"p":0,"z":3}`, `{"p":0,"o":{"k":2,"l":4,"m":5},"z":3}`)
}

// The faults of from come first, also if the texts are so large that to is searched before.
func TestFaultsOfFromComeFirst(t *testing.T) {
	t.Parallel()
	for _, pad := range []string{`"p":1`, `"p":"` + strings.Repeat("x", fewTextBytes) + `"`} {
		good, a, b := `{`+pad+`}`, `{`+pad+`,"a":1,"a":2}`, `{`+pad+`,"b":1,"b":2}`
		for _, tt := range []struct{ from, to, faulty string }{{a, b, a}, {a, good, a}, {good, b, b}, {"", b, b}, {b, "", b}} {
			_, want := Parse([]byte(tt.faulty))
			_, err := Deep.AppendDiff(nil, []byte(tt.from), []byte(tt.to))
			assert.Equal(t, want, err)
		}
	}
}

// A few unmatched members are looked for without a table.
func TestFewUnmatchedNeedNoTable(t *testing.T) {
	if raced {
		t.Skip("counted without the race detector")
	}
	few, many := []byte(`{"z":0}`), []byte(`{"a":1`)
	for i := range 100 {
		many = append(many, `,"`+strings.Repeat("m", i+1)+`":1`...)
	}
	many = append(many, '}')
	room := make([]byte, 0, 1<<16)
	for _, m := range []Mode{FirstLevel, Deep} {
		for _, pair := range [][2][]byte{{few, many}, {many, few}} {
			if n := testing.AllocsPerRun(100, func() { _, _ = m.AppendDiff(room, pair[0], pair[1]) }); n > 0 {
				t.Errorf("%v: %v allocations", m, n)
			}
		}
	}
}
