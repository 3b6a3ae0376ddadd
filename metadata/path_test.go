package metadata

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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

// Loops over members and elements can be left early.
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
