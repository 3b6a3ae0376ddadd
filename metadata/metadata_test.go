package metadata

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMerge(t *testing.T) {
	tests := []struct {
		reason            string
		base, delta       string
		firstLevel, deep_ string
	}{
		{"what is not named stays", `{"a":1,"b":2}`, `{"b":3}`, `{"a":1,"b":3}`, `{"a":1,"b":3}`},
		{"null removes", `{"a":1,"b":2}`, `{"a":null}`, `{"b":2}`, `{"b":2}`},
		{"null for what is not there", `{"a":1}`, `{"z":null}`, `{"a":1}`, `{"a":1}`},
		{"a nested object", `{"a":{"x":1,"y":2},"k":1}`, `{"a":{"x":9}}`, `{"a":{"x":9},"k":1}`, `{"a":{"x":9,"y":2},"k":1}`},
		{"an empty nested object", `{"a":{"x":1}}`, `{"a":{}}`, `{"a":{}}`, `{"a":{"x":1}}`},
		{"the wipe", `{"a":1,"b":2}`, `{}`, `{}`, `{"a":1,"b":2}`},
		{"nothing said", `{"a":1}`, ``, `{"a":1}`, `{"a":1}`},
		{"nothing said of nothing", ``, ``, ``, ``},
		{"a wipe of nothing", ``, `{}`, `{}`, `{}`},
		{"a removal from nothing", ``, `{"a":null}`, `{}`, `{}`},
		{"a nested null", `{"a":{"x":1,"y":2}}`, `{"a":{"x":null}}`, `{"a":{"x":null}}`, `{"a":{"y":2}}`},
		{"a nested null in a new object", `{}`, `{"a":{"x":null,"y":1}}`, `{"a":{"x":null,"y":1}}`, `{"a":{"y":1}}`},
		{"nulls in an array stay", `{}`, `{"a":[1,null,{"x":null}]}`, `{"a":[1,null,{"x":null}]}`, `{"a":[1,null,{"x":null}]}`},
		{"falsy values are values", `{"t":true,"n":5,"s":"v","l":[1]}`, `{"t":false,"n":0,"s":"","l":[]}`, `{"t":false,"n":0,"s":"","l":[]}`, `{"t":false,"n":0,"s":"","l":[]}`},
		{"an object over a scalar", `{"a":1}`, `{"a":{"x":null,"y":1}}`, `{"a":{"x":null,"y":1}}`, `{"a":{"y":1}}`},
		{"a scalar over an object", `{"a":{"x":1}}`, `{"a":1}`, `{"a":1}`, `{"a":1}`},
		{"an array is taken whole", `{"a":[1,2]}`, `{"a":[3]}`, `{"a":[3]}`, `{"a":[3]}`},
		{"numbers are not rounded", `{"n":9007199254740993}`, `{"m":1e400}`, `{"n":9007199254740993,"m":1e400}`, `{"n":9007199254740993,"m":1e400}`},
		{"escaped names are one name", `{"a":1}`, `{"\u0061":2}`, `{"a":2}`, `{"a":2}`},
		{"the last member goes", `{"a":1}`, `{"a":null}`, `{}`, `{}`},
		{"the first goes, a new one comes", `{"a":1}`, `{"a":null,"b":{"c":null}}`, `{"b":{"c":null}}`, `{"b":{}}`},
		{"the word null in a string", `{}`, `{"a":{"b":"null"}}`, `{"a":{"b":"null"}}`, `{"a":{"b":"null"}}`},
	}
	for _, tt := range tests {
		for m, want := range map[Mode]string{FirstLevel: tt.firstLevel, Deep: tt.deep_} {
			t.Run(m.String()+"/"+tt.reason, func(t *testing.T) {
				x, _ := read(t, []byte(tt.base))
				y, _ := read(t, []byte(tt.delta))
				w, _ := read(t, []byte(want))
				got := m.Merge(x, DeltaOf(y))
				if !got.Equal(w) {
					t.Errorf("Merge(%s, %s) = %s, want %s", tt.base, tt.delta, got, want)
				}
			})
		}
	}
}

func TestDiff(t *testing.T) {
	tests := []struct {
		reason            string
		from, to          string
		firstLevel, deep_ string
		missedFirst       []string
		missedDeep        []string
	}{
		{"equal", `{"a":{"b":1}}`, `{"a":{"b":1.0}}`, ``, ``, nil, nil},
		{"absent to empty", ``, `{}`, ``, ``, nil, nil},
		{"empty to absent", `{}`, ``, ``, ``, nil, nil},
		{"all goes", `{"a":1,"b":2}`, `{}`, `{}`, `{"a":null,"b":null}`, nil, nil},
		{"all goes, to absent", `{"a":1}`, ``, `{}`, `{"a":null}`, nil, nil},
		{"one goes", `{"a":1,"b":2}`, `{"b":2}`, `{"a":null}`, `{"a":null}`, nil, nil},
		{"one nested value", `{"addr":{"home":"h","work":"w"}}`, `{"addr":{"home":"h2","work":"w"}}`, `{"addr":{"home":"h2","work":"w"}}`, `{"addr":{"home":"h2"}}`, nil, nil},
		{"one nested removal", `{"a":{"x":1,"y":2}}`, `{"a":{"y":2}}`, `{"a":{"y":2}}`, `{"a":{"x":null}}`, nil, nil},
		{"order does not matter", `{"a":{"x":1,"y":2},"b":1}`, `{"b":1,"a":{"y":2,"x":1}}`, ``, ``, nil, nil},
		{"a null at the first level", `{}`, `{"a":null,"b":1}`, `{"b":1}`, `{"b":1}`, []string{"/a"}, []string{"/a"}},
		{"a null that was there", `{"a":null}`, `{"a":null,"b":1}`, `{"b":1}`, `{"b":1}`, nil, nil},
		{"a nested null", `{"a":1}`, `{"a":{"x":null}}`, `{"a":{"x":null}}`, `{"a":{}}`, nil, []string{"/a/x"}},
		{"a null deep down", `{"a":{"b":{"c":1}}}`, `{"a":{"b":{"c":1,"d":null,"e":{"f":null}}}}`, `{"a":{"b":{"c":1,"d":null,"e":{"f":null}}}}`, `{"a":{"b":{"e":{}}}}`, nil, []string{"/a/b/d", "/a/b/e/f"}},
		{"2^53 and its neighbour", `{"n":9007199254740992}`, `{"n":9007199254740993}`, `{"n":9007199254740993}`, `{"n":9007199254740993}`, nil, nil},
		{"an object for a scalar", `{"a":1}`, `{"a":{}}`, `{"a":{}}`, `{"a":{}}`, nil, nil},
		{"two objects and more inside one", `{"a":{"n":1,"o":{"x":1},"p":{"y":1,"z":1},"q":{}}}`, `{"a":{"n":2,"o":{"x":2},"p":{"y":1},"q":{},"r":3}}`, `{"a":{"n":2,"o":{"x":2},"p":{"y":1},"q":{},"r":3}}`, `{"a":{"n":2,"o":{"x":2},"p":{"z":null},"r":3}}`, nil, nil},
		{"an object that empties", `{"a":{"x":1}}`, `{"a":{}}`, `{"a":{}}`, `{"a":{"x":null}}`, nil, nil},
	}
	for _, tt := range tests {
		for _, m := range []Mode{FirstLevel, Deep} {
			want, missed := tt.firstLevel, tt.missedFirst
			if m == Deep {
				want, missed = tt.deep_, tt.missedDeep
			}
			t.Run(m.String()+"/"+tt.reason, func(t *testing.T) {
				x, _ := read(t, []byte(tt.from))
				y, _ := read(t, []byte(tt.to))
				w, _ := read(t, []byte(want))
				got, err := m.Diff(x, y)
				wellFormed(t, got.Object())
				if !got.Object().Equal(w) {
					t.Errorf("Diff(%s, %s) = %s, want %s", tt.from, tt.to, got, want)
				}
				assert.Equal(t, missed, Unreachable(err))
				assert.Equal(t, missed != nil, errors.Is(err, ErrUnreachable))
			})
		}
	}
}

// Where a mode cannot get all the way, the Delta goes as far as it can and each place
// that is missed is named.
func TestDiffInOtherModes(t *testing.T) {
	for _, tt := range []struct {
		mode, from, to, want string
		missed               []string
	}{
		{"replace", `{"a":1}`, `{"a":null}`, `{"a":null}`, nil},
		{"replace", `{"a":1}`, `{}`, `{}`, nil},
		{"replace+empty=nothing", `{"a":1}`, `{}`, ``, []string{""}},
		{"replace+empty=nothing", `{"a":1}`, `{"b":2}`, `{"b":2}`, nil},
		{"replace+nulls=stripped+empty=nothing", `{"a":1}`, `{}`, `{"a":null}`, nil},
		{"replace+nulls=stripped", `{"b":1}`, `{"a":null,"c":{"d":null}}`, `{"c":{}}`, []string{"/a", "/c/d"}},
		{"replace+nulls=stripped", `{"b":1}`, `{"a":null,"c":null}`, ``, []string{""}},
		{"replace+nulls=stripped", `{"b":1}`, `{"a":[null,{"c":null}]}`, `{"a":[null,{}]}`, []string{"/a/1/c"}},
		{"replace+wins=base", `{"a":1}`, `{"a":2}`, ``, []string{""}},
		{"replace+wins=base", `{"a":1}`, `{}`, ``, []string{""}},
		{"replace+wins=base", `{}`, `{"a":2}`, `{"a":2}`, nil},
		{"fill", `{"a":1,"b":2,"c":{"d":3}}`, `{"a":2,"c":{"d":4},"e":5,"f":null}`, `{"e":5}`, []string{"/a", "/b", "/c", "/f"}},
		{"fill+depth=all", `{"a":1,"c":{"d":3,"g":6}}`, `{"a":1,"c":{"d":4,"e":5}}`, `{"c":{"e":5}}`, []string{"/c/d", "/c/g"}},
		{"first-level+empty=nothing", `{"a":1,"b":2}`, `{}`, `{"a":null,"b":null}`, nil},
		{"first-level+nulls=stripped", `{"a":1}`, `{"a":{"x":null,"y":{"z":null}},"b":["null"]}`, `{"a":{"y":{}},"b":["null"]}`, []string{"/a/x", "/a/y/z"}},
		{"first-level+lists=append", `{"l":[1]}`, `{"l":[1,2,1]}`, `{"l":[2,1]}`, nil},
		{"first-level+lists=append", `{"l":[1,2],"m":[1]}`, `{"l":[1],"m":[2,1]}`, ``, []string{"/l", "/m"}},
		{"first-level+lists=append", `{"l":[1],"m":2}`, `{"l":3,"m":[2]}`, `{"l":3,"m":[2]}`, nil},
		{"first-level+lists=union", `{"l":[1],"m":[1]}`, `{"l":[1,2],"m":[1,2,1.0]}`, `{"l":[2]}`, []string{"/m"}},
		{"first-level+nulls=stripped+lists=append", `{"l":[1],"m":[1],"n":[1]}`, `{"l":[1,{"x":null}],"m":[1,null],"n":[1,"null"]}`, `{"m":[null],"n":["null"]}`, []string{"/l"}},
		{"first-level+nulls=stripped+lists=append", `{"l":[1]}`, `{"l":[1,[ null , {} ]]}`, `{"l":[[null,{}]]}`, nil},
		{"first-level+lists=append", `{"l":[1]}`, `{"l":[1,{"x":null}]}`, `{"l":[{"x":null}]}`, nil},
		{"deep+lists=append", `{"o":{"l":[1],"m":[1]}}`, `{"o":{"l":[1,2],"m":[]}}`, `{"o":{"l":[2]}}`, []string{"/o/m"}},
	} {
		m, ok := ParseMode(tt.mode)
		require.True(t, ok, tt.mode)
		want, _ := read(t, []byte(tt.want))
		d, err := m.Diff(MustParse(tt.from), MustParse(tt.to))
		wellFormed(t, d.Object())
		assert.True(t, d.Equal(DeltaOf(want)), "%s: Diff(%s, %s) = %s", tt.mode, tt.from, tt.to, d)
		assert.Equal(t, tt.missed, Unreachable(err), "%s: Diff(%s, %s)", tt.mode, tt.from, tt.to)
	}
}

func TestChanges(t *testing.T) {
	tests := []struct {
		from, to string
		want     string
	}{
		{`{"addr":{"home":1,"work":2}}`, `{"addr":{"home":3}}`, "replaced /addr/home; removed /addr/work"},
		{`{"a":1}`, `{"b":{"c":1}}`, "removed /a; added /b"},
		{`{"a":{"b":{"c":1}}}`, `{"a":{"b":2}}`, "replaced /a/b"},
		{`{"a":[1,2]}`, `{"a":[2,1]}`, "replaced /a"},
		{`{"a":1}`, ``, "removed /a"},
		{`{"a/b":{"~":1}}`, `{"a/b":{"~":2}}`, "replaced /a~1b/~0"},
		{`{"a":1,"b":{"x":[1.0]}}`, `{"b":{"x":[1]},"a":1e0}`, ""},
	}
	for _, tt := range tests {
		x, _ := read(t, []byte(tt.from))
		y, _ := read(t, []byte(tt.to))
		var got []string
		for _, c := range Changes(x, y) {
			got = append(got, c.String())
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("Changes(%s, %s) = %s, want %s", tt.from, tt.to, s, tt.want)
		}
	}
}

// A change is written with its values, and read again as it was: null is not absent.
func TestChangesAsJSON(t *testing.T) {
	list := Changes(MustParse(`{"a":1,"b":null}`), MustParse(`{"b":2,"c":null}`))
	text, err := json.Marshal(list)
	require.NoError(t, err)
	assert.JSONEq(t, `[{"pointer":"/a","kind":"removed","from":1},{"pointer":"/b","kind":"replaced","from":null,"to":2},{"pointer":"/c","kind":"added","to":null}]`, string(text))
	var again []Change
	require.NoError(t, json.Unmarshal(text, &again))
	assert.Equal(t, list, again)
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		text     string
		fault    Fault
		pointers []string
	}{
		{``, ErrSyntax, []string{""}},
		{`{"a":1`, ErrSyntax, []string{""}},
		{`{"a":1,"b":{"c":1,"c":2},"a":2}`, ErrDuplicateName, []string{"/b/c", "/a"}},
		{"{\"a\":{\"b\":\"\xff\"}}", ErrUTF8, []string{"/a/b"}},
		{`{"a":"\udc00"}`, ErrUTF8, []string{"/a"}},
		{`{} x`, ErrTrailing, []string{""}},
		{`[1]`, ErrNotObject, []string{""}},
		{`null`, ErrNotObject, []string{""}},
		{`{"a":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`, ErrDepth, []string{"/a" + strings.Repeat("/0", 9_999)}},
	}
	for _, tt := range tests {
		_, err := Parse([]byte(tt.text))
		var es Errors
		require.ErrorAs(t, err, &es)
		require.ErrorIs(t, err, tt.fault)
		var first *Error
		require.ErrorAs(t, err, &first)
		var pointers []string
		for _, e := range es {
			pointers = append(pointers, e.Pointer)
		}
		assert.Equal(t, tt.pointers, pointers, tt.text[:min(len(tt.text), 40)])
	}
	_, err := ParseDelta([]byte(" null "))
	assert.ErrorIs(t, err, ErrNull)
	if _, err := Parse([]byte(`{"password":"hunter2","password":"hunter3"}`)); strings.Contains(err.Error(), "hunter") {
		t.Errorf("an error shows a value: %v", err)
	}
	assert.NoError(t, func() error {
		_, err := Parse([]byte(`{"a":` + strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999) + `}`))
		return err
	}())
}

func TestAbsentIsNotEmpty(t *testing.T) {
	type profile struct {
		Meta Object `json:"meta,omitzero"`
		Says Delta  `json:"says,omitzero"`
		Bare Object `json:"bare"`
	}
	text, err := json.Marshal(profile{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"bare":null}`, string(text))
	text, err = json.Marshal(profile{MustParse(`{}`), Wipe(), MustParse(`{"a":1}`)})
	require.NoError(t, err)
	assert.JSONEq(t, `{"meta":{},"says":{},"bare":{"a":1}}`, string(text))
	_, err = json.Marshal(struct{ D Delta }{})
	assert.ErrorContains(t, err, "omitzero")
	assert.False(t, Object{}.Equal(MustParse(`{}`)))
	assert.True(t, Delta{}.IsZero())
	assert.False(t, Wipe().IsZero())

	var p profile
	require.NoError(t, json.Unmarshal([]byte(`{"bare":null}`), &p))
	assert.True(t, p.Bare.IsZero())
	assert.ErrorIs(t, json.Unmarshal([]byte(`{"says":null}`), &p), ErrNull)
}

func TestDeltaOperations(t *testing.T) {
	d, err := Delta{}.Set("a", 1)
	require.NoError(t, err)
	d, err = d.Set("b", map[string]any{"x": []any{true, nil, "é"}})
	require.NoError(t, err)
	d, err = d.Remove("c")
	require.NoError(t, err)
	assert.Equal(t, `{"a":1,"b":{"x":[true,null,"é"]},"c":null}`, d.String())
	d, err = d.Set("a", json.Number("1e400"))
	require.NoError(t, err)
	assert.Equal(t, `{"a":1e400,"b":{"x":[true,null,"é"]},"c":null}`, d.String())
	one, err := Wipe().Set("a", nil)
	require.NoError(t, err)
	assert.False(t, one.IsWipe())
	for _, bad := range []any{math.NaN(), make(chan int), "\xff", json.Number("01"), json.RawMessage(`{"a":1,"a":2}`), Object{}, Value{}, struct{ S string }{"\xff"}} {
		after, err := d.Set("z", bad)
		assert.Error(t, err, "%T", bad)
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.True(t, strings.HasPrefix(e.Pointer, "/z"), e.Pointer)
		assert.True(t, after.Equal(d))
	}
	_, err = d.Remove("\xff")
	assert.ErrorIs(t, err, ErrUTF8)
}

func TestFromMapRefusesCycles(t *testing.T) {
	m := map[string]any{}
	m["a"], m["b"], m["l"] = m, m, []any{m}
	_, err := FromMap(m)
	var es Errors
	require.ErrorAs(t, err, &es)
	require.ErrorIs(t, err, ErrDepth)
	assert.Len(t, es, 3)
}

func TestGet(t *testing.T) {
	o := MustParse(`{"a":{"b c":[1,{"d":2}],"\u0065":{"f":null}},"n":1e2,"s":"x\ny","t":true}`)
	for path, want := range map[string]string{"a|b c": `[1,{"d":2}]`, "a|e|f": "null", "n": "1e2", "": o.String()} {
		var p []string
		if path != "" {
			p = strings.Split(path, "|")
		}
		got, ok := o.Get(p...)
		assert.True(t, ok, path)
		assert.Equal(t, want, got.String(), path)
	}
	for _, path := range []string{"x", "a|x", "n|x", "a|b c|0", "a|e|f|g"} {
		_, ok := o.Get(strings.Split(path, "|")...)
		assert.False(t, ok, path)
	}
	_, ok := Object{}.Get()
	assert.False(t, ok)
	n, _ := o.Get("n")
	i, ok := n.Int64()
	assert.True(t, ok)
	assert.Equal(t, int64(100), i)
	s, _ := o.Get("s")
	str, _ := s.Str()
	assert.Equal(t, "x\ny", str)
	l, _ := o.Get("a", "b c")
	var kinds []string
	for e := range l.Elements() {
		kinds = append(kinds, fmt.Sprint(e.Kind()))
	}
	assert.Equal(t, []string{fmt.Sprint(KindNumber), fmt.Sprint(KindObject)}, kinds)
	for text, want := range map[string]bool{"9223372036854775807": true, "9223372036854775808": false, "1.0": true, "1.5": false, "1e400": false, `"1"`: false, "-9223372036854775808": true} {
		var v Value
		require.NoError(t, v.UnmarshalJSON([]byte(text)))
		_, ok := v.Int64()
		assert.Equal(t, want, ok, text)
	}
}

func TestCompareWithGoCmp(t *testing.T) {
	type holder struct {
		O Object
		D Delta
		V Value
	}
	v, err := ValueOf(1)
	require.NoError(t, err)
	w, err := ValueOf(json.Number("1.0"))
	require.NoError(t, err)
	a := holder{MustParse(`{"a":1,"b":2}`), MustDelta(`{"x":null}`), v}
	b := holder{MustParse(`{"b":2.0,"a":1e0}`), MustDelta(`{ "x" : null }`), w}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	b.D = Wipe()
	if cmp.Equal(a, b) {
		t.Error("different Deltas compare equal")
	}
}

// The value of a member may be of any size: nesting and width cost linear time.
func TestHostileShapes(t *testing.T) {
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

	wide := func(from int) Object {
		var b strings.Builder
		for i := range 200_000 {
			fmt.Fprintf(&b, `,"k%d":%d`, from+i, i)
		}
		return MustParse("{" + b.String()[1:] + "}")
	}
	x, y = wide(0), wide(100_000)
	for _, m := range []Mode{FirstLevel, Deep} {
		d, err := m.Diff(x, y)
		require.NoError(t, err)
		assert.True(t, m.Merge(x, d).Equal(y))
		text, err := m.AppendMerge(nil, []byte(x.String()), []byte(d.String()))
		require.NoError(t, err)
		assert.True(t, MustParse(string(text)).Equal(y))
	}
}

func TestAppendMergeKeepsText(t *testing.T) {
	doc := "{\n  \"a\" : 1.0,\n  \"b\" : {\"x\" : \"<&>\\u00e9\" , \"y\":2},\n  \"c\" : [ 1 ]\n}\n"
	tests := []struct{ patch, firstLevel, deep string }{
		{`{"c":null}`, "{\n  \"a\" : 1.0,\n  \"b\" : {\"x\" : \"<&>\\u00e9\" , \"y\":2}\n}\n", ""},
		{`{"a":null}`, "{\n  \"b\" : {\"x\" : \"<&>\\u00e9\" , \"y\":2},\n  \"c\" : [ 1 ]\n}\n", ""},
		{`{"b":{"y":3}}`, "{\n  \"a\" : 1.0,\n  \"b\" : {\"y\":3},\n  \"c\" : [ 1 ]\n}\n", "{\n  \"a\" : 1.0,\n  \"b\" : {\"x\" : \"<&>\\u00e9\" , \"y\":3},\n  \"c\" : [ 1 ]\n}\n"},
		{`{"d":1}`, "{\n  \"a\" : 1.0,\n  \"b\" : {\"x\" : \"<&>\\u00e9\" , \"y\":2},\n  \"c\" : [ 1 ],\"d\":1\n}\n", ""},
	}
	for _, tt := range tests {
		for m, want := range map[Mode]string{FirstLevel: tt.firstLevel, Deep: tt.deep} {
			if want == "" {
				want = tt.firstLevel
			}
			got, err := m.AppendMerge(nil, []byte(doc), []byte(tt.patch))
			require.NoError(t, err)
			assert.Equal(t, want, string(got), "%v %s", m, tt.patch)
		}
	}
	_, err := FirstLevel.AppendMerge(nil, []byte(`{"a":1,"a":2}`), []byte(`{"b":1}`))
	assert.ErrorIs(t, err, ErrDuplicateName)
	_, err = FirstLevel.AppendMerge(nil, []byte(`{}`), []byte(`null`))
	assert.ErrorIs(t, err, ErrNull)
}

func TestAllocations(t *testing.T) {
	if raced {
		t.Skip("counted without the race detector")
	}
	doc := []byte(`{"a":{"x":1,"y":[1,2,{"z":"é"}]},"b":"two","c":null,"d":4.5}`)
	patch := []byte(`{"a":{"x":null,"w":{"v":1}},"c":3,"e":{"f":1}}`)
	x, d := MustParse(string(doc)), MustDelta(string(patch))
	room := make([]byte, 0, 1024)
	for _, m := range []Mode{FirstLevel, Deep} {
		after, err := m.AppendMerge(nil, doc, patch)
		require.NoError(t, err)
		justRoom := make([]byte, 7, 7+len(after))
		type pair struct {
			x Object
			d Delta
		}
		setsObjects := pair{MustParse(`{"o":{"x":1}}`), MustDelta(`{"o":{"y":{"a":null,"b":{"c":"null"}},"z":{"a":1}},"p":{"x":null,"y":{"z":null}}}`)}
		respells := pair{MustParse(`{"a":1,"b":1,"c":1,"o":{"x":1},"p":{"x":1}}`), MustDelta(`{"\u0061":2,"\u0062":2,"\u0063":2,"o":{"y":1},"p":{"y":1}}`)}
		var fresh, met []pair
		for range 102 {
			fresh = append(fresh, pair{MustParse(string(doc)), MustDelta(string(patch))})
			met = append(met, pair{MustParse(string(doc)), MustDelta(string(patch))})
			Deep.Merge(met[len(met)-1].x, met[len(met)-1].d)
		}
		for name, most := range map[string]struct {
			n float64
			f func()
		}{
			"AppendMerge into room":            {0, func() { _, _ = m.AppendMerge(room, doc, patch) }},
			"AppendMerge where it fits":        {0, func() { _, _ = m.AppendMerge(justRoom, doc, patch) }},
			"AppendMerge beside what is there": {1, func() { _, _ = m.AppendMerge(justRoom[:7:len(after)], doc, patch) }},
			"AppendMerge without":              {1, func() { _, _ = m.AppendMerge(nil, doc, patch) }},
			"Merge":                            {4, func() { m.Merge(x, d) }},
			"Merge of many objects":            {4, func() { m.Merge(manyObjects, manyChanges) }},
			"Merge that sets objects":          {4, func() { m.Merge(setsObjects.x, setsObjects.d) }},
			"Merge with other spellings":       {4 + 3, func() { m.Merge(respells.x, respells.d) }},
			"Merge of what was never merged":   {4, func() { m.Merge(fresh[0].x, fresh[0].d); fresh = fresh[1:] }},
			"Merge that makes two indexes":     {4 + 2*2, func() { m.Merge(met[0].x, met[0].d); met = met[1:] }},
			"Equal of the same order":          {0, func() { x.Equal(otherSpelling) }},
		} {
			most.f() // makes what is indexed be merged before; AllocsPerRun calls it once more
			if n := testing.AllocsPerRun(100, most.f); n > most.n {
				t.Errorf("%v: %s allocates %v times, at most %v are promised", m, name, n, most.n)
			}
		}
	}
}

// manyChanges says something in each member of manyObjects, and of members that it
// has not.
var manyObjects, manyChanges = func() (Object, Delta) {
	base, says := "{", "{"
	for i := range 30 {
		base += fmt.Sprintf(`"m%d":{"x":{"y":%d,"z":null},"w":"stays"},`, i, i)
		says += fmt.Sprintf(`"m%d":{"x":{"y":null,"v":[%d]}},"n%d":{"x":null,"y":1},`, i, i, i)
	}
	return MustParse(base + `"last":1}`), MustDelta(says + `"last":null}`)
}()

// otherSpelling equals the document of TestAllocations, written in another way.
var otherSpelling = MustParse(`{"a":{"x":1.0,"y":[1,2,{"z":"é"}]},"b":"two","c":null,"d":4.50}`)

func TestValueOfTakesWhatIsLegal(t *testing.T) {
	for _, s := range []string{`C:\ufffd`, "\ufffd", `\\ufffd`} {
		v, err := ValueOf([]string{s})
		require.NoError(t, err, s)
		var back []string
		require.NoError(t, v.Decode(&back))
		assert.Equal(t, []string{s}, back)
	}
	for _, s := range []string{"\xff", "\\\xff", "\\\\\xff"} {
		_, err := ValueOf([]string{s})
		assert.ErrorIs(t, err, ErrUTF8)
	}
}

func TestInt64(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "-0": 0, "0e999999999999": 0, "9007199254740993.0": 9007199254740993, "9223372036854775807e0": 1<<63 - 1, "-9223372036854775808": -1 << 63,
		"123.0": 123, "1.23e2": 123, "1230e-1": 123, "0.001e3": 1, "-1e3": -1000, "100000e-5": 1,
	} {
		var v Value
		require.NoError(t, v.UnmarshalJSON([]byte(text)))
		got, ok := v.Int64()
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"1.5", "9223372036854775808", "-9223372036854775809", "1e19", "1e-1", "1e99999999999", "1e-99999999999", "99999999999999999999"} {
		var v Value
		require.NoError(t, v.UnmarshalJSON([]byte(text)))
		_, ok := v.Int64()
		assert.False(t, ok, text)
	}
}

// Pointers do not take more memory than the objects do, many times over.
func TestChangesAreBounded(t *testing.T) {
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

// What fits is named one by one: pointers that together take no more than twice what
// the objects do, and those beside a long name that are short themselves.
func TestPointersThatFitAreListed(t *testing.T) {
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

// However much is listed of the objects in it, a member of the first level is named.
func TestFirstLevelIsAlwaysListed(t *testing.T) {
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
	for n := 500; n < 800; n += 5 {
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

// under returns an object with o at that name.
func (o Object) under(t *testing.T, name string) Object {
	t.Helper()
	around, err := Object{}.With(o, name)
	require.NoError(t, err)
	return around
}

// Shapes that were made to be slow are not; each of these took minutes when
// something in it was quadratic.
func TestHostileTexts(t *testing.T) {
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
	k := FirstLevel.Knobs()
	k.Lists = ListsUnion
	_, err = k.Mode().AppendMerge(nil, []byte(`{"l":[`+powers.String()[1:]+`]}`), []byte(`{"l":[7]}`))
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

func TestAppendMergeFindsDuplicatesAtTheFirstLevel(t *testing.T) {
	for _, m := range presets() {
		for _, patch := range []string{``, `{}`, `{"b":1}`, `{"b":null}`} {
			_, err := m.AppendMerge(nil, []byte(`{"a":1,"\u0061":2}`), []byte(patch))
			assert.ErrorIs(t, err, ErrDuplicateName, "%v %s", m, patch)
		}
	}
	_, err := FirstLevel.AppendDiff(nil, []byte(`{"a":{"x":1,"x":2},"b":1}`), []byte(`{"b":1}`))
	assert.ErrorIs(t, err, ErrDuplicateName)
}

func TestEscapedNamesDoNotAllocate(t *testing.T) {
	if raced {
		t.Skip("counted without the race detector")
	}
	long := strings.Repeat(`\u00e9x`, 100)
	doc := []byte(`{"\u0061":1,"` + long + `":{"b\n":2}}`)
	patch := []byte(`{"a":3,"` + strings.Repeat("éx", 100) + `":{"b\u000a":null}}`)
	room := make([]byte, 0, 4096)
	for _, m := range []Mode{FirstLevel, Deep} {
		if n := testing.AllocsPerRun(100, func() { _, _ = m.AppendMerge(room, doc, patch) }); n > 0 {
			t.Errorf("%v: %v allocations", m, n)
		}
	}
}
