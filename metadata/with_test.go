package metadata

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWithAndWithout(t *testing.T) {
	o := MustParse(`{"a":{"b":{"c":1,"d":[1]}},"n":5,"e":{ }}`)
	for _, tt := range []struct {
		path    string
		value   any
		want    string
		without string
	}{
		{"a b c", 2, `{"a":{"b":{"c":2,"d":[1]}},"n":5,"e":{}}`, `{"a":{"b":{"d":[1]}},"n":5,"e":{}}`},
		{"a b x", "v", `{"a":{"b":{"c":1,"d":[1],"x":"v"}},"n":5,"e":{}}`, o.String()},
		{"a b", nil, `{"a":{"b":null},"n":5,"e":{}}`, `{"a":{},"n":5,"e":{}}`},
		{"e x y", true, `{"a":{"b":{"c":1,"d":[1]}},"n":5,"e":{"x":{"y":true}}}`, o.String()},
		{"z y x", map[string]any{"k": nil}, `{"a":{"b":{"c":1,"d":[1]}},"n":5,"e":{},"z":{"y":{"x":{"k":null}}}}`, o.String()},
		{"n", MustParse(`{}`), `{"a":{"b":{"c":1,"d":[1]}},"n":{},"e":{}}`, `{"a":{"b":{"c":1,"d":[1]}},"e":{}}`},
	} {
		path := strings.Fields(tt.path)
		got, err := o.With(tt.value, path...)
		require.NoError(t, err, tt.path)
		assert.True(t, got.Equal(MustParse(tt.want)), "%s: %s", tt.path, got)
		v, ok := got.Get(path...)
		require.True(t, ok)
		want, err := ValueOf(tt.value)
		require.NoError(t, err)
		assert.True(t, v.Equal(want))
		assert.True(t, o.Without(path...).Equal(MustParse(tt.without)), "%s: %s", tt.path, o.Without(path...))
		_, err = Parse([]byte(got.String()))
		assert.NoError(t, err)
	}
	for path, pointer := range map[string]string{"n x": "/n", "a b d x": "/a/b/d", "": ""} {
		got, err := o.With(1, strings.Fields(path)...)
		var e *Error
		require.ErrorAs(t, err, &e, path)
		assert.Equal(t, ErrPath, e.Fault)
		assert.Equal(t, pointer, e.Pointer)
		assert.True(t, got.Equal(o))
	}
	got, err := Object{}.With(1, "a", "b")
	require.NoError(t, err)
	assert.Equal(t, `{"a":{"b":1}}`, got.String())
	_, err = o.With("\xff", "a")
	assert.ErrorIs(t, err, ErrUTF8)
	_, err = o.With(map[string]any{"x": []any{"\xff"}}, "a", "b/c")
	assert.Equal(t, Errors{{ErrUTF8, "/a/b~1c/x/0", 0}}, err)
	_, err = o.With(1, "a", "\xff")
	assert.ErrorIs(t, err, ErrUTF8)
	deep := make([]string, 10_001)
	for i := range deep {
		deep[i] = "a"
	}
	_, err = Object{}.With(1, deep...)
	assert.ErrorIs(t, err, ErrDepth)
	got, err = Object{}.With(1, deep[:10_000]...)
	require.NoError(t, err)
	_, err = Parse([]byte(got.String()))
	assert.NoError(t, err)
	assert.True(t, o.Without().Equal(o))
}

func TestAt(t *testing.T) {
	// The examples of RFC 6901, section 5.
	o := MustParse(`{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8,"o":[[],{"p":[{"q":9}]}]}`)
	for pointer, want := range map[string]string{
		"": o.String(), "/foo": `["bar","baz"]`, "/foo/0": `"bar"`, "/": "0", "/a~1b": "1", "/c%d": "2", "/e^f": "3", "/g|h": "4", `/i\j`: "5",
		`/k"l`: "6", "/ ": "7", "/m~0n": "8", "/o/1/p/0/q": "9", "/o/0": "[]",
	} {
		assert.Equal(t, want, o.At(pointer).String(), pointer)
	}
	for _, pointer := range []string{"foo", "/foo/2", "/foo/-", "/foo/00", "/foo/+0", "/foo/x", "/foo/0/x", "/nope", "/m~n", "/m~2n", "/o/1/p/0/q/r", "/foo/", "/foo/99999999999999999999"} {
		assert.True(t, o.At(pointer).IsZero(), pointer)
	}
	assert.True(t, Object{}.At("").IsZero())
	assert.Equal(t, "2", MustParse(`{"":[1,{"":2}]}`).At("//1/").String())
	for _, path := range [][]string{nil, {""}, {"a/b", "~", "~1", ""}} {
		got, ok := ParsePointer(Pointer(path...))
		assert.True(t, ok)
		assert.Equal(t, path, got)
	}
	f, ok := MustParse(`{"x":1.5}`).At("/x").Float64()
	assert.True(t, ok)
	assert.Equal(t, 1.5, f)
	_, ok = MustParse(`{"x":1e400}`).At("/x").Float64()
	assert.False(t, ok)
}

func TestMapsOfNumbers(t *testing.T) {
	o := MustParse(`{"n":9007199254740993,"l":[1.5,{"x":1e400}],"s":"1"}`)
	assert.Equal(t, map[string]any{"n": json.Number("9007199254740993"), "l": []any{json.Number("1.5"), map[string]any{"x": json.Number("1e400")}}, "s": "1"}, o.Map())
	m := o.MapFloat64()
	assert.Equal(t, float64(9007199254740992), m["n"])
	assert.Equal(t, 1.5, m["l"].([]any)[0])
	assert.Greater(t, m["l"].([]any)[1].(map[string]any)["x"], 1e308)
	assert.Nil(t, Object{}.MapFloat64())
}

func TestLog(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		switch {
		case len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey):
			return slog.Attr{}
		case a.Key == "secret":
			return slog.String("secret", "hidden")
		}
		return a
	}}))
	log.Info("m", "o", MustParse(`{"a":"x y","n":9007199254740993,"secret":"s","l":[1,{"k":null}],"t":true,"f":1.5}`), "d", Wipe(), "e", MustDelta(`{"x":null}`), "z", Object{}, "y", MustParse(`{}`))
	assert.Equal(t, `msg=m o.a="x y" o.n=9007199254740993 o.secret=hidden o.l="[1,{\"k\":null}]" o.t=true o.f=1.5 d={} e.x=null y={}`+"\n", b.String())
}

func TestKnobs(t *testing.T) {
	for _, m := range modes {
		assert.Equal(t, m, m.Knobs().Mode(), m)
		again, ok := ParseMode(m.String())
		assert.True(t, ok && again == m, m)
		text, err := json.Marshal(m.Knobs())
		require.NoError(t, err)
		var k Knobs
		require.NoError(t, json.Unmarshal(text, &k))
		assert.Equal(t, m.Knobs(), k)
	}
	for name, want := range map[string]Mode{"first-level": FirstLevel, "deep": Deep, "replace": Replace, "fill": Fill} {
		got, ok := ParseMode(name)
		assert.True(t, ok)
		assert.Equal(t, want, got)
		assert.Equal(t, name, want.String())
	}
	for _, bad := range []string{"sideways", "", "deep+", "deep+lists", "deep+lists=x", "deep+x=y"} {
		_, ok := ParseMode(bad)
		assert.False(t, ok, bad)
	}
	k := FirstLevel.Knobs()
	k.Lists = ListsUnion
	assert.Equal(t, "first-level+lists=union", k.Mode().String())
	assert.Error(t, json.Unmarshal([]byte(`{"depth":"sideways"}`), &k))
	assert.Equal(t, FirstLevel, Knobs{Depth: 99, Wins: 99, Nulls: 99, Empty: 99, Lists: 99}.Mode())
	assert.Equal(t, Mode(0), FirstLevel)
}

func TestModes(t *testing.T) {
	union, appends := FirstLevel.Knobs(), FirstLevel.Knobs()
	union.Lists, appends.Lists = ListsUnion, ListsAppend
	stripped, keeps := FirstLevel.Knobs(), FirstLevel.Knobs()
	stripped.Nulls, keeps.Empty = NullsStripped, EmptyNothing
	for _, tt := range []struct {
		m                 Mode
		base, delta, want string
	}{
		{Replace, `{"a":1}`, `{"b":null}`, `{"b":null}`},
		{Replace, `{"a":1}`, `{}`, `{}`},
		{Fill, `{"a":{"x":1},"n":null}`, `{"a":{"y":2},"b":{"z":null},"c":null,"n":1}`, `{"a":{"x":1},"n":null,"b":{"z":null}}`},
		{Fill, `{"a":1}`, `{}`, `{"a":1}`},
		{union.Mode(), `{"l":[1,"a",{"x":1,"y":2}]}`, `{"l":[1.0,"b",{"y":2,"x":1e0},"b"]}`, `{"l":[1,"a",{"x":1,"y":2},"b"]}`},
		{union.Mode(), `{"l":[ ]}`, `{"l":[1,1]}`, `{"l":[1]}`},
		{appends.Mode(), `{"l":[1 , 2 ]}`, `{"l":[2]}`, `{"l":[1,2,2]}`},
		{appends.Mode(), `{"l":1}`, `{"l":[2]}`, `{"l":[2]}`},
		{stripped.Mode(), `{}`, `{"a":{"x":null,"l":[null,{"y":null,"z":1}]}}`, `{"a":{"l":[null,{"z":1}]}}`},
		{keeps.Mode(), `{"a":1}`, `{}`, `{"a":1}`},
	} {
		got := tt.m.Merge(MustParse(tt.base), MustDelta(tt.delta))
		assert.True(t, got.Equal(MustParse(tt.want)), "%v: %s and %s give %s", tt.m, tt.base, tt.delta, got)
	}
}

func TestCompose(t *testing.T) {
	for _, tt := range []struct {
		m           Mode
		first, then string
		want        []string
	}{
		{FirstLevel, `{"a":1,"b":2}`, `{"b":null,"c":{"x":1}}`, []string{`{"a":1,"b":null,"c":{"x":1}}`}},
		{FirstLevel, `{}`, `{"a":1}`, []string{`{}`, `{"a":1}`}},
		{FirstLevel, `{}`, `{"a":null}`, []string{`{}`}},
		{FirstLevel, `{"a":1}`, `{}`, []string{`{}`}},
		{Deep, `{"a":{"x":1,"y":2}}`, `{"a":{"x":null}}`, []string{`{"a":{"x":null,"y":2}}`}},
		{Deep, `{"a":1}`, `{"a":{"x":1}}`, []string{`{"a":1}`, `{"a":{"x":1}}`}},
		{Deep, `{"a":{"b":null}}`, `{"a":{"b":{"x":1}}}`, []string{`{"a":{"b":null}}`, `{"a":{"b":{"x":1}}}`}},
		{Deep, `{}`, `{}`, []string{`{}`}},
		{Replace, `{"a":1}`, `{"b":1}`, []string{`{"b":1}`}},
		{Fill, `{"a":1}`, `{"a":2,"b":3}`, []string{`{"a":1,"b":3}`}},
	} {
		var got []string
		for _, d := range tt.m.Compose(MustDelta(tt.first), MustDelta(tt.then)) {
			got = append(got, d.String())
		}
		assert.Equal(t, tt.want, got, "%v: %s then %s", tt.m, tt.first, tt.then)
	}
	assert.Empty(t, FirstLevel.Compose(Delta{}, Delta{}))
}

func TestLower(t *testing.T) {
	base := MustParse(`{"addr":{"home":"h","work":"w","old":null},"k":1,"z":{"a":1}}`)
	for delta, want := range map[string]string{
		`{"addr":{"home":"new"}}`:      `{"addr":{"home":"new","work":"w","old":null}}`,
		`{"addr":{"work":null}}`:       `{"addr":{"home":"h","old":null}}`,
		`{"k":null,"z":{"a":1}}`:       `{"k":null}`,
		`{"new":{"x":null,"y":1}}`:     `{"new":{"y":1}}`,
		`{"nothing":null,"addr":{}}`:   ``,
		`{}`:                           ``,
		`{"k":null,"z":null,"addr":1}`: `{"k":null,"z":null,"addr":1}`,
	} {
		got, err := FirstLevel.FromDeep(base, MustDelta(delta))
		require.NoError(t, err)
		o, _ := read(t, []byte(want))
		assert.True(t, got.Object().Equal(o), "%s is lowered to %s", delta, got)
	}
	// Removing all is said member by member: {} would also remove what others
	// write meanwhile.
	got, err := FirstLevel.FromDeep(MustParse(`{"a":1}`), MustDelta(`{"a":null}`))
	require.NoError(t, err)
	assert.Equal(t, `{"a":null}`, got.String())
	k := FirstLevel.Knobs()
	k.Nulls = NullsStripped
	_, err = k.Mode().FromDeep(base, MustDelta(`{"addr":{"home":"new"}}`))
	assert.Equal(t, []string{"/addr/old"}, Unreachable(err))
}

func TestMerge3(t *testing.T) {
	for _, tt := range []struct {
		base, ours, theirs, want string
		conflicts                []string
	}{
		{`{"a":1,"b":1}`, `{"a":2,"b":1}`, `{"a":1,"b":2}`, `{"a":2,"b":2}`, nil},
		{`{"a":1}`, `{"a":2}`, `{"a":3}`, `{"a":2}`, []string{"/a"}},
		{`{"a":1}`, `{}`, `{"a":3}`, `{}`, []string{"/a"}},
		{`{"a":1}`, `{"a":3}`, `{}`, `{"a":3}`, []string{"/a"}},
		{`{"a":{"x":1,"y":1}}`, `{"a":{"x":2,"y":1}}`, `{"a":{"x":1,"y":2}}`, `{"a":{"x":2,"y":2}}`, nil},
		{``, `{"a":{"x":1}}`, `{"a":{"y":1}}`, `{"a":{"x":1,"y":1}}`, nil},
		{`{"a/b":{"~":1}}`, `{"a/b":{"~":2}}`, `{"a/b":{"~":3}}`, `{"a/b":{"~":2}}`, []string{"/a~1b/~0"}},
		{`{"l":[1]}`, `{"l":[1,2]}`, `{"l":[1,3]}`, `{"l":[1,2]}`, []string{"/l"}},
		{`{"a":1,"b":{"c":1}}`, `{"b":{"c":1}}`, `{"a":1.0,"b":{}}`, `{"b":{}}`, nil},
	} {
		base, _ := read(t, []byte(tt.base))
		got, conflicts := Merge3(base, MustParse(tt.ours), MustParse(tt.theirs))
		assert.True(t, got.Equal(MustParse(tt.want)), "%s", got)
		assert.Equal(t, tt.conflicts, conflicts)
	}
	for _, tt := range []struct{ base, ours, theirs, want string }{
		{`{"a":1}`, ``, `{}`, ``}, {`{"a":1}`, `{}`, ``, `{}`}, {`{"a":1}`, ``, ``, ``}, {``, `{"a":1}`, `{"a":1}`, `{"a":1}`}, {`{"a":1}`, ``, `{"a":2}`, ``},
	} {
		base, _ := read(t, []byte(tt.base))
		ours, _ := read(t, []byte(tt.ours))
		theirs, _ := read(t, []byte(tt.theirs))
		got, _ := Merge3(base, ours, theirs)
		assert.Equal(t, tt.want, got.String(), "%q %q %q", tt.base, tt.ours, tt.theirs)
	}
}

// A loop over members or elements can stop at any of them.
func TestLoopsStop(t *testing.T) {
	o := MustParse(`{"a":[1,[2,{"x":3}]],"b":{"c":{"d":4},"e":[]},"f":"5"}`)
	for name := range o.All() {
		assert.Equal(t, "a", name)
		break
	}
	for e := range o.At("/a").Elements() {
		assert.Equal(t, "1", e.String())
		break
	}
	for _, none := range []Value{{}, o.At("/b"), o.At("/f")} {
		for range none.Elements() {
			t.Error("only an array has elements")
		}
	}
}

// Each kind of value gives what it is, and nothing that it is not.
func TestKinds(t *testing.T) {
	for _, tt := range []struct {
		text string
		kind Kind
	}{
		{"", KindAbsent}, {"null", KindNull}, {"true", KindBool}, {"false", KindBool}, {"-1.5e3", KindNumber}, {"0", KindNumber}, {`""`, KindString}, {`"1"`, KindString}, {"[]", KindArray}, {"[1]", KindArray}, {"{}", KindObject}, {`{"a":1}`, KindObject},
	} {
		v := Value{tt.text}
		assert.Equal(t, tt.kind, v.Kind(), tt.text)
		assert.Equal(t, tt.kind == KindAbsent, v.IsZero())
		assert.Equal(t, tt.kind == KindNull, v.IsNull())
		s, ok := v.Str()
		assert.Equal(t, tt.kind == KindString, ok)
		assert.Equal(t, tt.kind == KindString, tt.text == `"`+s+`"`)
		b, ok := v.Bool()
		assert.Equal(t, tt.kind == KindBool, ok)
		assert.Equal(t, tt.text == "true", b)
		n, ok := v.Number()
		assert.Equal(t, tt.kind == KindNumber, ok)
		assert.Equal(t, tt.kind == KindNumber, n == json.Number(tt.text) && n != "")
		f, ok := v.Float64()
		assert.Equal(t, tt.kind == KindNumber, ok)
		assert.Equal(t, tt.text == "-1.5e3", f == -1500)
		i, ok := v.Int64()
		assert.Equal(t, tt.kind == KindNumber, ok)
		assert.Equal(t, tt.text == "-1.5e3", i == -1500)
		o, ok := v.Object()
		assert.Equal(t, tt.kind == KindObject, ok)
		assert.Equal(t, tt.kind == KindObject, !o.IsZero() && o.String() == tt.text)
		text, err := v.MarshalJSON()
		require.NoError(t, err)
		if tt.kind == KindAbsent {
			assert.Equal(t, "null", string(text))
			continue
		}
		assert.Equal(t, tt.text, string(text))
		var back Value
		require.NoError(t, back.UnmarshalJSON([]byte(" "+tt.text+"\n")))
		assert.Equal(t, v, back)
		assert.True(t, back.Equal(v))
		assert.False(t, back.Equal(Value{}))
		assert.False(t, Value{}.Equal(back))
	}
	var v Value
	for _, bad := range []string{"", "nul", "1 2", `{"a":1,"a":1}`, "[1", `"\xff"`} {
		var es Errors
		require.ErrorAs(t, v.UnmarshalJSON([]byte(bad)), &es, bad)
		assert.True(t, v.IsZero())
	}
	var dst []int
	require.NoError(t, Value{"[1,2]"}.Decode(&dst))
	assert.Equal(t, []int{1, 2}, dst)
}

func TestSelect(t *testing.T) {
	o := MustParse(`{"a":1,"b":null,"c":"x","d":null}`)
	got := o.Select(func(_ string, v Value) bool { return !v.IsNull() })
	assert.Equal(t, `{"a":1,"c":"x"}`, got.String())
	assert.Equal(t, `{"b":null}`, o.Select(func(name string, _ Value) bool { return name == "b" }).String())
	assert.Equal(t, `{}`, o.Select(func(string, Value) bool { return false }).String())
	assert.True(t, Object{}.Select(func(string, Value) bool { return true }).IsZero())
	assert.Equal(t, `{"a":1,"b":null,"c":"x","d":null}`, o.String())
}

func TestSize(t *testing.T) {
	assert.Equal(t, 0, Object{}.Size())
	for _, text := range []string{`{}`, `{"a":1}`, `{"a":1,"bc":[1, 2],"d":{"e":null}}`} {
		o := MustParse(text)
		assert.GreaterOrEqual(t, o.Size(), len(text))
		assert.LessOrEqual(t, o.Size(), len(text)+o.Len()+2, "and not much more")
	}
}

// A number that is no choice is written as what it is taken for.
func TestUnknownChoices(t *testing.T) {
	assert.Equal(t, "first-level all none", fmt.Sprint(Depth(3), DepthAll, DepthNone))
	assert.Equal(t, "delta base delta stored stripped", fmt.Sprint(Side(2), WinsBase, Side(255), Nulls(2), NullsStripped))
	assert.Equal(t, "wipes nothing replace append union", fmt.Sprint(Empty(2), EmptyNothing, Lists(3), ListsAppend, ListsUnion))
}

func TestMustPanics(t *testing.T) {
	assert.Panics(t, func() { MustParse(`{"a"`) })
	assert.Panics(t, func() { MustDelta(`null`) })
	assert.NotPanics(t, func() { MustParse(`{}`); MustDelta(`{}`) })
}

// A fault says where it is; nothing that is printed has a value.
func TestWords(t *testing.T) {
	assert.Equal(t, "duplicate name", ErrDuplicateName.Error())
	assert.Equal(t, "not JSON at byte 3 at /a", (&Error{ErrSyntax, "/a", 3}).Error())
	assert.Equal(t, "not an object", (&Error{Fault: ErrNotObject}).Error())
	assert.Equal(t, "no JSON value at /a\ncannot be reached", Errors{{ErrType, "/a", 0}, {Fault: ErrUnreachable}}.Error())
	assert.NotErrorIs(t, &Error{Fault: ErrType}, ErrUTF8)
	assert.NotErrorIs(t, &Error{Fault: ErrType}, errors.New(string(ErrType)))
	c := Changes(MustParse(`{"a":"secret"}`), MustParse(`{"a":"hidden"}`))[0]
	assert.Equal(t, "replaced /a replaced /a replaced /a", fmt.Sprintf("%v %+v %s", c, c, c))
	assert.Equal(t, "replaced /a", c.LogValue().String())
	assert.Nil(t, Unreachable(nil))
	assert.Nil(t, Unreachable(errors.New("other")))
	assert.Equal(t, []string{"/a"}, Unreachable(fmt.Errorf("around: %w", Errors{{Fault: ErrMore}, {Fault: ErrUnreachable, Pointer: "/a"}})))
	for p, want := range map[string][]string{"": nil, "/": {""}, "/a~1b/~0/~01": {"a/b", "~", "~1"}, "//": {"", ""}} {
		path, ok := ParsePointer(p)
		assert.True(t, ok, p)
		assert.Equal(t, want, path, p)
		assert.Equal(t, p, Pointer(path...))
	}
	for _, p := range []string{"a", "a/b", "/~", "/~2", "/~0~", "/a/~x"} {
		_, ok := ParsePointer(p)
		assert.False(t, ok, p)
	}
}

// What is not of one text is of another: a clone and a delta read from JSON.
func TestUnmarshal(t *testing.T) {
	var s struct {
		O Object
		D Delta
	}
	require.NoError(t, json.Unmarshal([]byte(`{"O":{"a":1},"D":{"b":null}}`), &s))
	assert.Equal(t, `{"a":1}`, s.O.String())
	assert.Equal(t, `{"b":null}`, s.D.String())
	for _, bad := range []string{`{"O":1}`, `{"O":{"a":1,"a":2}}`, `{"D":[]}`, `{"D":{"a":1,"a":2}}`} {
		var es Errors
		require.ErrorAs(t, json.Unmarshal([]byte(bad), &s), &es, bad)
	}
	assert.Equal(t, `{"a":1}`, s.O.String(), "what could not be read changes nothing")
	assert.Equal(t, `{"b":null}`, s.D.String())
	for _, text := range []string{`1`, `[1]`, `"null"`, `true`, `[null]`} {
		_, err := ParseDelta([]byte(text))
		assert.ErrorIs(t, err, ErrNotObject, text)
		_, err = FirstLevel.AppendMerge(nil, []byte(`{}`), []byte(text))
		assert.ErrorIs(t, err, ErrNotObject, text)
	}
	var m map[string]int
	require.NoError(t, s.O.Decode(&m))
	assert.Equal(t, map[string]int{"a": 1}, m)
	require.NoError(t, Object{}.Decode(&m))
	assert.Nil(t, m)
	require.NoError(t, json.Unmarshal([]byte(`{"O":null}`), &s))
	assert.True(t, s.O.IsZero(), "null makes an object absent")
	_, err := Delta{}.Set("a", "\xff")
	assert.ErrorIs(t, err, ErrUTF8)
}
