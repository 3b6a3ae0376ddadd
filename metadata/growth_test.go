package metadata

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// This file runs the exported functions on texts of n, 2n and 4n bytes that were made to
// be expensive. It counts the memory that they allocate, freed or not.

// A hostile is a pair of texts of about n bytes each.
type hostile struct {
	name string
	pair func(n int) (a, b string)
}

// hostiles are shapes with as many values as fit.
var hostiles = []hostile{
	{"digits in another order", func(n int) (a, b string) { return wrapped(list(n/2, always("1"))) }},
	{"empty lists in another order", func(n int) (a, b string) { return wrapped(list(n/3, always("[]"))) }},
	{"lists that end in null", func(n int) (a, b string) { return wrapped(list(n/2, always("1")) + ",null") }},
	{"powers of ten", func(n int) (a, b string) {
		return wrapped(list(n/14, func(i int) string { return fmt.Sprintf("1e%d", 5+i*(1<<31-1)) }))
	}},
	{"long strings", func(n int) (a, b string) { return wrapped(`"` + strings.Repeat(`\u0061`, n/6) + `"`) }},
	{"members of members", func(n int) (a, b string) {
		return `{"a":1,"b":{` + list(n/8, numbered("1")) + `}}`, `{"b":{` + reversed(n/8, "2") + `},"a":1.0}`
	}},
	{"nulls in members", func(n int) (a, b string) {
		return `{"a":1,"b":{` + list(n/8, numbered("1")) + `}}`, `{"b":{` + reversed(n/8, "null") + `},"a":2}`
	}},
	{"members", func(n int) (a, b string) {
		return `{` + list(n/8, numbered("1")) + `}`, `{` + reversed(n/8, "2") + `}`
	}},
	{"members that are equal", func(n int) (a, b string) {
		return `{` + list(n/8, numbered("1")) + `}`, `{` + reversed(n/8, "1") + `}`
	}},
	{"chains of objects", func(n int) (a, b string) {
		const chain = `{"":{"":{"":{"":%s}}}}`
		return `{"b":{` + list(n/28, numbered(fmt.Sprintf(chain, "null"))) + `}}`, `{"b":{` + reversed(n/28, fmt.Sprintf(chain, "1")) + `}}`
	}},
	{deepObjects, func(n int) (a, b string) {
		levels := min(n/10, 9_000)
		return strings.Repeat(`{"a":`, levels) + `{"k":1,"l":2}` + strings.Repeat(`}`, levels), strings.Repeat(`{"a":`, levels) + `{"l":2,"k":3}` + strings.Repeat(`}`, levels)
	}},
	{"names with one key", func(n int) (a, b string) {
		long := func(i int) string { return fmt.Sprintf(`"12345678%0100d12345678":1`, i) }
		return `{` + list(n/130, long) + `}`, `{"z":0,` + list(n/130, long) + `}`
	}},
}

// wrapped returns objects that hold a list with the elements, with members in two orders.
func wrapped(elements string) (a, b string) {
	return `{"a":1,"b":{"c":1,"l":[` + elements + `]}}`, `{"b":{"l":[` + elements + `],"c":1.0},"a":1}`
}

const deepObjects = "deep objects"

// list returns f(0) to f(n-1), separated by commas.
func list(n int, f func(i int) string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(f(i))
	}
	return b.String()
}

func always(s string) func(int) string { return func(int) string { return s } }

// numbered returns members with short names.
func numbered(value string) func(i int) string {
	return func(i int) string { return `"` + short(i) + `":` + value }
}

func reversed(n int, value string) string {
	return list(n, func(i int) string { return numbered(value)(n - 1 - i) })
}

// short returns a name for i that is as short as possible.
func short(i int) string {
	const digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#%&'()*+,-./:;<=>?@[]^_{|}~"
	s := digits[i%len(digits) : i%len(digits)+1]
	if i < len(digits) {
		return s
	}
	return short(i/len(digits)-1) + s
}

// An operand is a pair of texts, parsed, and the first of them with a name twice.
type operand struct {
	a, b  []byte
	x, y  Object
	twice []byte
}

// An operation is a call of an exported function. times is how many times the texts that
// it reads, a and b or a alone, it allocates at most, freed or not.
type operation struct {
	name    string
	times   float64
	alone   bool // reads a alone
	refused bool // the text is refused
	f       func(o operand)
}

// operations are the functions that take time for the size of their input.
var operations = []operation{
	{"Parse", 15, true, false, func(o operand) { _, _ = Parse(o.a) }},
	{"Parse of a cut text", 5, true, true, func(o operand) { _, _ = Parse(o.a[:len(o.a)-1]) }},
	{"Parse of a duplicate", 5, true, true, func(o operand) { _, _ = Parse(o.twice) }},
	{"ParseDelta", 15, true, false, func(o operand) { _, _ = ParseDelta(o.a) }},
	{"Value.UnmarshalJSON", 14, true, false, func(o operand) { _ = new(Value).UnmarshalJSON(o.a) }},
	{"From", 35, true, false, func(o operand) { _, _ = From(o.x) }},
	{"ValueOf", 18, true, false, func(o operand) { _, _ = ValueOf(json.RawMessage(o.a)) }},
	{"Object.Equal", 10, false, false, func(o operand) { o.x.Equal(o.y) }},
	{"Value.Equal", 12, false, false, func(o operand) { Value{string(o.a)}.Equal(Value{string(o.b)}) }},
	{"Object.Clone", 12, true, false, func(o operand) { o.x.Clone() }},
	{"Object.With", 5, true, false, func(o operand) { _, _ = o.x.With(1, "b", "zz") }},
	{"Object.Without", 10, true, false, func(o operand) { o.x.Without("b", "c") }},
	{"Object.Select", 8, true, false, func(o operand) { o.x.Select(func(string, Value) bool { return true }) }},
	{"Object.Get", 1, true, false, func(o operand) { _, _ = o.x.Get("b", "l") }},
	{"Object.At", 1, true, false, func(o operand) { o.x.At("/b/l/7") }},
	{"Object.String", 2, true, false, func(o operand) { _ = o.x.String() }},
	{"Object.LogValue", 12, true, false, func(o operand) { o.x.LogValue() }},
	{"Delta.Set", 5, true, false, func(o operand) { _, _ = DeltaOf(o.x).Set("zz", 1) }},
	{"Changes", 45, false, false, func(o operand) { Changes(o.x, o.y) }},
	{"Merge3", 45, false, false, func(o operand) { Merge3(Object{}, o.x, o.y) }},
	{"Merge3 of a third", 45, false, false, func(o operand) { Merge3(o.x, o.y, MustParse(`{"b":{"c":{}},"z":1}`)) }},
	{"Compose, first-level", 20, false, false, func(o operand) { FirstLevel.Compose(DeltaOf(o.x), DeltaOf(o.y)) }},
	{"Compose, deep", 20, false, false, func(o operand) { Deep.Compose(DeltaOf(o.x), DeltaOf(o.y)) }},
	{"Compose, union", 20, false, false, func(o operand) { (Deep | UnionLists).Compose(DeltaOf(o.x), DeltaOf(o.y)) }},
	{"Diff, first-level", 20, false, false, func(o operand) { _, _ = FirstLevel.Diff(o.x, o.y) }},
	{"Diff, deep", 20, false, false, func(o operand) { _, _ = Deep.Diff(o.x, o.y) }},
	{"Diff, union", 20, false, false, func(o operand) { _, _ = (AllLevels | UnionLists).Diff(o.x, o.y) }},
	{"Diff, strip", 20, false, false, func(o operand) { _, _ = (Replace | StripNulls).Diff(o.x, o.y) }},
	{"FromDeep", 25, false, false, func(o operand) { _, _ = FirstLevel.FromDeep(o.x, DeltaOf(o.y)) }},
	{"Merge, first-level", 10, false, false, func(o operand) { FirstLevel.Merge(o.x, DeltaOf(o.y)) }},
	{"Merge, deep", 25, false, false, func(o operand) { Deep.Merge(o.x, DeltaOf(o.y)) }},
	{"Merge, deep, absent", 25, true, false, func(o operand) { Deep.Merge(Object{}, DeltaOf(o.x)) }},
	{"Merge, union", 25, false, false, func(o operand) { (Deep | UnionLists).Merge(o.x, DeltaOf(o.y)) }},
	{"Merge, strip", 10, false, false, func(o operand) { (FirstLevel | StripNulls).Merge(o.x, DeltaOf(o.y)) }},
	{"AppendMerge, first-level", 30, false, false, func(o operand) { _, _ = FirstLevel.AppendMerge(nil, o.a, o.b) }},
	{"AppendMerge, deep", 30, false, false, func(o operand) { _, _ = Deep.AppendMerge(nil, o.a, o.b) }},
	{"AppendMerge, deep, absent", 30, true, false, func(o operand) { _, _ = Deep.AppendMerge(nil, nil, o.a) }},
	{"AppendMerge, union", 30, false, false, func(o operand) { _, _ = (Deep | UnionLists).AppendMerge(nil, o.a, o.b) }},
	{"AppendMerge of a cut patch", 5, false, true, func(o operand) { _, _ = Deep.AppendMerge(nil, o.a, o.b[:len(o.b)-1]) }},
	{"AppendMerge of a cut text", 5, false, true, func(o operand) { _, _ = Deep.AppendMerge(nil, o.a[:len(o.a)-1], o.b) }},
	{"AppendDiff, first-level", 45, false, false, func(o operand) { _, _ = FirstLevel.AppendDiff(nil, o.a, o.b) }},
	{"AppendDiff, deep", 45, false, false, func(o operand) { _, _ = Deep.AppendDiff(nil, o.a, o.b) }},
	{"AppendDiff, union", 45, false, false, func(o operand) { _, _ = (AllLevels | UnionLists).AppendDiff(nil, o.a, o.b) }},
	{"AppendDiff of a cut text", 6, false, true, func(o operand) { _, _ = Deep.AppendDiff(nil, o.a, o.b[:len(o.b)-1]) }},
}

// reads returns the bytes of the texts that the operation reads.
func (op operation) reads(o operand) float64 {
	if op.alone {
		return float64(len(o.a))
	}
	return float64(len(o.a) + len(o.b))
}

// slack returns how many bytes do not depend on the input: scratch memory, and what
// each of at most 10,000 levels takes.
func slack(shape string) float64 {
	if shape == deepObjects {
		return 5e6
	}
	return 1e5
}

// allocated returns how many bytes f allocates, and in how many places.
func allocated(f func()) (bytes, places float64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc), float64(after.Mallocs - before.Mallocs)
}

// operands calls f with operands of n bytes of every shape.
func operands(t *testing.T, n int, f func(shape string, o operand)) {
	t.Helper()
	for _, h := range hostiles {
		a, b := h.pair(n)
		x, err := Parse([]byte(a))
		require.NoError(t, err, h.name)
		y, err := Parse([]byte(b))
		require.NoError(t, err, h.name)
		f(h.name, operand{[]byte(a), []byte(b), x, y, []byte(`{"":1,"":2,` + a[1:])})
	}
}

// Memory grows no faster than the input, and is a small multiple of it.
func TestGrowth(t *testing.T) {
	if raced {
		t.Skip("counted without the race detector")
	}
	n := sized(6<<10, 1<<18)
	type cost struct{ bytes, places float64 }
	costs := map[string][]cost{}
	for _, size := range []int{n, 2 * n, 4 * n} {
		operands(t, size, func(shape string, o operand) {
			for _, op := range operations {
				op.f(o) // fills the pools
				bytes, places := allocated(func() { op.f(o) })
				text := op.reads(o)
				for try := 0; try < 3 && bytes > op.times*text+slack(shape); try++ { // a collection may have emptied the pools
					bytes, places = allocated(func() { op.f(o) })
				}
				if size == 4*n {
					assert.LessOrEqual(t, bytes, op.times*text+slack(shape), "%s of %s: %.1f times the text of %v bytes", op.name, shape, bytes/text, text)
				}
				name := op.name + " of " + shape
				costs[name] = append(costs[name], cost{bytes, places})
			}
		})
	}
	for name, c := range costs {
		// The scratch memory of one call may serve the next, if that is small.
		assert.LessOrEqual(t, c[2].bytes, 6*(c[0].bytes+5e5)+5e6*float64(strings.Count(name, deepObjects)), "%s: bytes for n, 2n and 4n: %v", name, c)
		assert.LessOrEqual(t, c[2].places, 6*c[0].places+200, "%s: places for n, 2n and 4n: %v", name, c)
	}
}

// Every operation handles the deepest texts. internal/hostile runs this test with the
// stack of a web page too.
func TestDeepest(t *testing.T) {
	t.Parallel()
	nested := func(open, leaf, end string) string {
		n := (MaxLevels - 1) / (strings.Count(end, "]") + strings.Count(end, "}"))
		return `{"a":` + strings.Repeat(open, n) + leaf + strings.Repeat(end, n) + `}`
	}
	for _, texts := range [][2]string{
		{nested(`{"a":`, `1`, `}`), nested(`{"a":`, `null`, `}`)},
		{nested(`{"b":1,"a":`, `1`, `}`), nested(`{"a":`, `1.0`, `,"b":1}`)},
		{nested(`[`, `1`, `]`), nested(`[`, `1.0`, `]`)},
		{nested(`[{"b":null,"a":`, `1`, `}]`), nested(`[{"a":`, `1`, `,"b":null}]`)},
	} {
		o := operand{[]byte(texts[0]), []byte(texts[1]), MustParse(texts[0]), MustParse(texts[1]), nil}
		for _, op := range operations {
			op.f(o)
		}
		_, _ = Parse([]byte(nested(`{"a":`, `{"a":{"b":1}}`, `}`)))
		_, _ = Parse([]byte(nested(`{"a":`, `0,"a":1`, `}`)))
		_, _ = ValueOf(o.x.Map())
		type link struct {
			Text string
			Next *link
		}
		type tree map[string]tree
		chain, trees := &link{Text: "\xff"}, tree{}
		for range MaxLevels {
			chain, trees = &link{Next: chain}, tree{"a": trees}
		}
		_, _ = ValueOf(chain)
		_, _ = ValueOf(trees)
		_, _ = MergeStruct(o.x.Map(), o.y.Map(), PassEmpty)
		_, _ = o.x.Without(slices.Repeat([]string{"a"}, MaxLevels-1)...).With(1, slices.Repeat([]string{"a"}, MaxLevels)...)
	}
}

// At no time a call takes more than 20 times the memory of its texts, or 5 times if it
// refuses them, and nothing stays.
func TestMemoryPeaks(t *testing.T) {
	if !longRun {
		t.Skip("sampled in long tests")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	operands(t, 1<<20, func(shape string, o operand) {
		for _, op := range operations {
			most, kept := peak(func() { op.f(o) })
			text, times := op.reads(o), 20.0
			if op.refused {
				times = 5
			}
			assert.LessOrEqual(t, most, 1.1*times*text+slack(shape), "%s of %s: %.1f times the text", op.name, shape, most/text)
			assert.LessOrEqual(t, kept, 1e6, "%s of %s keeps memory", op.name, shape)
		}
	})
}

// peak returns by how much the heap grows at most while f runs, sampled, and how much of
// that stays.
func peak(f func()) (most, kept float64) {
	heap := func() float64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	runtime.GC()
	runtime.GC()
	before := heap()
	stop, result := make(chan bool), make(chan float64)
	go func() {
		for most := 0.0; ; time.Sleep(100 * time.Microsecond) {
			select {
			case <-stop:
				result <- most
				return
			default:
				most = max(most, heap()-before)
			}
		}
	}()
	f()
	stop <- true
	most = <-result
	runtime.GC() // the pools keep what they have for another
	return most, heap() - before
}

// A change of one member of many takes no index of the others.
func TestOneOfMany(t *testing.T) {
	if raced {
		t.Skip("counted without the race detector")
	}
	const n = 8_000
	text := []byte(`{` + list(n, numbered("1")) + `}`)
	last := short(n - 1)
	for name, tt := range map[string]struct {
		most float64
		f    func(o Object)
	}{
		"Merge that replaces": {2, func(o Object) { FirstLevel.Merge(o, oneOfMany) }},
		"Merge, deep":         {4, func(o Object) { Deep.Merge(o, oneOfMany) }},
		"Merge that adds":     {4, func(o Object) { FirstLevel.Merge(o, oneMore) }},
		"Merge that adds two": {8, func(o Object) { FirstLevel.Merge(FirstLevel.Merge(o, oneMore), anotherOne) }},
		"With":                {6, func(o Object) { _, _ = o.With(1, last) }},
		"Get":                 {0, func(o Object) { _, _ = o.Get(last) }},
		"At":                  {4, func(o Object) { o.At("/" + last) }},
		"Equal":               {0, func(o Object) { o.Equal(o) }},
		"Set":                 {20, func(o Object) { _, _ = DeltaOf(o).Set(last, 1) }},
	} {
		var fresh []Object // an object that was read before could have an index
		for range 11 {
			o, err := Parse(text)
			require.NoError(t, err)
			fresh = append(fresh, o)
		}
		next := 0
		if got := testing.AllocsPerRun(10, func() { tt.f(fresh[next]); next++ }); got > tt.most {
			t.Errorf("%s: %v allocations, at most %v are expected", name, got, tt.most)
		}
	}
	o := MustParse(string(text))
	bytes, _ := allocated(func() { FirstLevel.Merge(o, oneOfMany) })
	assert.Less(t, bytes, 10.0*n, "a merge copies one pointer for each member")
}

// oneOfMany changes one member, and the others add one.
var oneOfMany, oneMore, anotherOne = MustDelta(`{"b":2}`), MustDelta(`{"":2}`), MustDelta(`{"\t":2}`)

// A loop that adds members by Delta.Set takes linear memory, and earlier Deltas keep
// what they have.
func TestSetInALoop(t *testing.T) {
	cost := func(n int) float64 {
		var d Delta
		bytes, _ := allocated(func() {
			for i := range n {
				var err error
				d, err = d.Set(short(i), i)
				require.NoError(t, err)
			}
		})
		require.Equal(t, n, d.Object().Len())
		return bytes
	}
	once, fourfold := cost(4_000), cost(16_000)
	assert.Less(t, fourfold, 6*once)

	const n = 300
	deltas := make([]Delta, n+1)
	for i := range n {
		deltas[i+1], _ = deltas[i].Set(short(i), i)
	}
	for i, d := range deltas {
		require.Equal(t, i, d.Object().Len())
		other, _ := d.Set("another", i)
		again, _ := other.Set("another", i+1)
		more, _ := d.Set("more", i)
		replaced, _ := more.Set(short(0), "new")
		for j := range i {
			for _, d := range []Delta{d, other, again, more} {
				v, ok := d.Object().Get(short(j))
				require.True(t, ok && v.String() == fmt.Sprint(j))
			}
		}
		require.Equal(t, [4]int{i + 1, i + 1, i + 1, max(i+1, 2)}, [4]int{other.Object().Len(), again.Object().Len(), more.Object().Len(), replaced.Object().Len()})
		require.Equal(t, fmt.Sprint(i), other.Object().At("/another").String())
		require.Equal(t, fmt.Sprint(i+1), again.Object().At("/another").String())
		require.Equal(t, `"new"`, replaced.Object().At("/"+short(0)).String())
	}
}

// A loop that adds members by Merge takes linear memory, and earlier objects keep what they
// have.
func TestMergeInALoop(t *testing.T) {
	one := func(name string, v int) Delta { return MustDelta(fmt.Sprintf(`{%q:%d}`, name, v)) }
	cost := func(m Mode, n int) float64 {
		var o Object
		bytes, _ := allocated(func() {
			for i := range n {
				o = m.Merge(o, one(short(i), i))
			}
		})
		require.Equal(t, n, o.Len())
		return bytes
	}
	for _, m := range []Mode{FirstLevel, Deep, Fill, Deep | UnionLists, FirstLevel | StripNulls} {
		once, fourfold := cost(m, 2_000), cost(m, 8_000)
		assert.Less(t, fourfold, 6*once, m)
	}

	const n = 200
	objects := make([]Object, n+1)
	objects[0] = MustParse(`{}`)
	for i := range n {
		objects[i+1] = FirstLevel.Merge(objects[i], one(short(i), i))
	}
	for i, o := range objects {
		other := Deep.Merge(o, one("another", i))
		again := Deep.Merge(other, one("another", -i))
		more := FirstLevel.Merge(o, MustDelta(`{"more":1,"another":2}`))
		less := FirstLevel.Merge(o, MustDelta(`{"more":1,"`+short(0)+`":null}`))
		require.Equal(t, [5]int{i, i + 1, i + 1, i + 2, max(i, 1)}, [5]int{o.Len(), other.Len(), again.Len(), more.Len(), less.Len()})
		require.Equal(t, [3]string{fmt.Sprint(i), fmt.Sprint(-i), "2"}, [3]string{other.At("/another").String(), again.At("/another").String(), more.At("/another").String()})
		for j := range i {
			for k, o := range []Object{o, other, again, more, less} {
				v, ok := o.Get(short(j))
				require.Equal(t, k != 4 || j > 0, ok)
				require.True(t, !ok || v.String() == fmt.Sprint(j))
			}
		}
		parsed := MustParse(o.String())
		require.True(t, parsed.Equal(o) && o.Equal(parsed) && (i == 0 || !o.Equal(objects[i-1])))
	}
}

// Set of one Delta, and Merge into one object, by many goroutines gives each its own.
func TestSetIsSafe(t *testing.T) {
	t.Parallel()
	var base Delta
	for i := range 100 {
		base, _ = base.Set(short(i), i)
	}
	results := make(chan Delta)
	for g := range 8 {
		go func() {
			d, o := base, base.Object()
			for i := range 100 {
				name := fmt.Sprint(g, " ", i)
				d, _ = d.Set(name, g)
				o = FirstLevel.Merge(o, MustDelta(fmt.Sprintf(`{%q:%d}`, name, g)))
			}
			assert.True(t, d.Object().Equal(o))
			results <- d
		}()
	}
	seen := map[string]bool{}
	for range 8 {
		d := <-results
		assert.Equal(t, 200, d.Object().Len())
		text, err := ParseDelta([]byte(d.String()))
		require.NoError(t, err)
		assert.True(t, text.Equal(d))
		seen[d.String()] = true
	}
	assert.Len(t, seen, 8)
	assert.Equal(t, 100, base.Object().Len())
}
