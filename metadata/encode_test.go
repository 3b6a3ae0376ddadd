package metadata

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	linked struct {
		Next *linked `json:",omitempty"`
	}
	lists  []lists
	maps_  map[string]maps_
	boxed  struct{ Any any }
	inside struct{ linked }
	child  struct {
		Name   string
		Parent *child `json:"-"`
		parent *child
	}
	marshaler struct{ Self *marshaler }
	text_     struct{ Self *text_ }
	bad       struct{}

	tooDeepText struct{}
)

func (tooDeepText) MarshalJSON() ([]byte, error) {
	return []byte(strings.Repeat("[", MaxLevels+1) + strings.Repeat("]", MaxLevels+1)), nil
}
func (marshaler) MarshalJSON() ([]byte, error) { return []byte(`"text"`), nil }
func (*text_) MarshalText() ([]byte, error)    { return []byte("text"), nil }
func (bad) MarshalJSON() ([]byte, error) {
	_, err := ValueOf(map[string]any{"in": "\xff"})
	return nil, err
}

// ValueOf writes Go values as encoding/json does.
func TestValueOfWritesLikeEncodingJSON(t *testing.T) {
	name := "n"
	self, text := &marshaler{}, &text_{}
	self.Self, text.Self = self, text
	root := &child{Name: "r"}
	root.Parent, root.parent = root, root
	for _, v := range []any{
		nil, true, false, "", "é\u2028<&>\"\\\n", 0, -7, math.MaxInt, int64(math.MinInt64), uint8(7), 1.5, math.Copysign(0, -1), 1e21, float32(0.1), json.Number("1e400"), json.Number("-0"), json.RawMessage(nil),
		map[string]Object{"a": {}}, []Value{{}}, []json.Number{""}, map[string]json.RawMessage{"a": nil},
		map[string]any(nil), map[string]any{}, map[string]any{"b": 1, "a": []any{nil, map[string]any{}}}, []any(nil), []any{}, []any{1, "x", []any{}},
		json.RawMessage(` {"a" : [1]} `), &name, (*string)(nil), []string{}, []string(nil), [2]int{1, 2}, map[int]string{2: "b", 1: "a"}, struct {
			A string `json:"x,omitempty"`
			B any
		}{B: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		linked{&linked{}}, lists{nil, {}}, maps_{"a": {}}, boxed{&boxed{[]any{1}}}, inside{linked{&linked{}}}, root, self, *self, text, []*text_{text}, []byte("bytes"),
		struct {
			P *string
			I any
			S []string
			M map[string]string
			R map[string]*string
		}{nil, nil, []string{"\ufffd"}, map[string]string{"\ufffd": "\ufffd"}, map[string]*string{"a": &name, "b": &name}},
	} {
		got, err := ValueOf(v)
		require.NoError(t, err, "%T", v)
		want, err := json.Marshal(v)
		require.NoError(t, err)
		w := Value{string(want)}
		assert.True(t, got.Equal(w), "%T: %s, encoding/json writes %s", v, got, want)
		again, err := ValueOf(got)
		require.NoError(t, err)
		assert.Equal(t, got, again)
		o, err := From(map[string]any{"v": v})
		require.NoError(t, err)
		assert.True(t, o.At("/v").Equal(w), "%s", o)
	}
}

// ValueOf and From keep objects and values as they are, and order maps by name.
func TestValueOfKeepsText(t *testing.T) {
	one := MustParse(`{ "a" : 1 }`)
	for v, want := range map[any]string{one: `{"a":1}`, &one: `{"a":1}`, (*Object)(nil): "null", one.At("/a"): "1"} {
		got, err := ValueOf(v)
		require.NoError(t, err)
		assert.Equal(t, want, strings.ReplaceAll(got.String(), " ", ""))
	}
	for _, v := range []any{one, &one} {
		got, err := ValueOf([]any{v, one.At("/a")})
		require.NoError(t, err)
		assert.True(t, got.Equal(Value{`[{"a":1},1]`}))
	}
	o, err := From(struct{ A string }{"<&>"})
	require.NoError(t, err)
	assert.Equal(t, `{"A":"<&>"}`, o.String(), "what HTML has signs for is written as it is")
	part := []any{nil, nil}
	part[1] = part[:1]
	v, err := ValueOf(part)
	require.NoError(t, err, "what has a part of itself is not inside itself")
	assert.Equal(t, `[null,[null]]`, v.String())
	none, err := From(map[string]any(nil))
	require.NoError(t, err)
	assert.True(t, none.IsZero())
	ordered, err := From(map[string]any{"b": 1, "a": 2, "c": 3})
	require.NoError(t, err)
	assert.Equal(t, `{"a":2,"b":1,"c":3}`, ordered.String())
}

// ValueOf lists every value that JSON cannot hold, with its pointer.
func TestValueOfRefuses(t *testing.T) {
	t.Parallel()
	ring, list, all, box := &linked{}, lists{nil}, maps_{}, &boxed{}
	ring.Next, list[0], all["a"], box.Any = ring, list, all, box
	within := []any{nil}
	within[0] = within
	var nilDelta Delta
	for _, tt := range []struct {
		v       any
		fault   Fault
		pointer string
	}{
		{Value{}, ErrType, ""}, {Object{}, ErrType, ""}, {&Object{}, ErrType, ""}, {nilDelta, ErrType, ""}, {make(chan int), ErrType, ""}, {func() {}, ErrType, ""},
		{math.NaN(), ErrType, ""}, {math.Inf(1), ErrType, ""}, {math.Inf(-1), ErrType, ""}, {json.Number(""), ErrType, ""}, {json.Number("1x"), ErrType, ""}, {json.Number("+1"), ErrType, ""},
		{"\xff", ErrUTF8, ""}, {map[string]any{"\xff": 1}, ErrUTF8, ""}, {map[string]int{"\xff": 1}, ErrUTF8, ""}, {map[string]string{"a": "\xff"}, ErrUTF8, ""},
		{[1]string{"\xff"}, ErrUTF8, ""}, {boxed{"\xff"}, ErrUTF8, ""}, {&boxed{[]string{"", "\xff"}}, ErrUTF8, ""}, {struct{ P *string }{ptrTo("\xff")}, ErrUTF8, ""},
		{json.RawMessage(`{"a":`), ErrSyntax, "/a"}, {json.RawMessage(` 1 2`), ErrTrailing, ""}, {json.RawMessage(``), ErrSyntax, ""}, {json.RawMessage(`{"a":{"b":1,"b":2}}`), ErrDuplicateName, "/a/b"},
		{struct{ R json.RawMessage }{json.RawMessage(`{"b":1,"b":2}`)}, ErrDuplicateName, "/R/b"}, {bad{}, ErrUTF8, "/in"}, {[]bad{{}}, ErrUTF8, "/in"},
		{ring, ErrDepth, ""}, {*ring, ErrDepth, ""}, {inside{*ring}, ErrDepth, ""}, {list, ErrDepth, ""}, {[1]lists{list}, ErrDepth, ""}, {all, ErrDepth, ""}, {box, ErrDepth, ""}, {*box, ErrDepth, ""},
		{within, ErrDepth, "/0"},
	} {
		_, err := ValueOf(tt.v)
		var es Errors
		require.ErrorAs(t, err, &es, "%T", tt.v)
		assert.Len(t, es, 1)
		assert.Equal(t, tt.fault, es[0].Fault, "%T", tt.v)
		assert.Equal(t, tt.pointer, es[0].Pointer, "%T", tt.v)
		if tt.fault == ErrDepth {
			continue // slow
		}
		_, err = From(map[string]any{"a/b": []any{0, tt.v}})
		require.ErrorAs(t, err, &es, "%T", tt.v)
		assert.Equal(t, "/a~1b/1"+tt.pointer, es[0].Pointer, "%T", tt.v)
	}
	_, err := From(map[string]any{"c": make(chan int), "a": "\xff", "b": map[string]any{"x": math.NaN(), "y": 1, "\xff": 0}, "d": []any{1, Value{}}})
	var es Errors
	require.ErrorAs(t, err, &es)
	var got []string
	for _, e := range es {
		got = append(got, e.Pointer+" "+string(e.Fault))
	}
	assert.Equal(t, []string{"/a " + string(ErrUTF8), "/b/x " + string(ErrType), "/b " + string(ErrUTF8), "/c " + string(ErrType), "/d/1 " + string(ErrType)}, got)
}

func ptrTo[T any](v T) *T { return &v }

// ValueOf writes 10,000 levels and refuses one more, of any Go type.
func TestValueOfCountsLevels(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(v any) any{
		"maps":   func(v any) any { return map[string]any{"a": v} },
		"slices": func(v any) any { return []any{v} },
	} {
		var most any = 1
		for range MaxLevels - 1 {
			most = wrap(most)
		}
		_, err := ValueOf(wrap(most))
		require.NoError(t, err, name)
		for last, v := range map[string]any{
			"maps": wrap(wrap(most)), "empty map": wrap(replaceLeaf(most, map[string]any{})), "empty slice": wrap(replaceLeaf(most, []any{})),
			"raw": wrap(replaceLeaf(most, json.RawMessage("[]"))), "Object": wrap(replaceLeaf(most, MustParse("{}"))), "Value": wrap(replaceLeaf(most, Value{"[]"})),
			"struct": wrap(replaceLeaf(most, struct{}{})),
		} {
			_, err = ValueOf(v)
			assert.ErrorIs(t, err, ErrDepth, "%s in %s", last, name)
		}
		for _, leaf := range []any{map[string]any{}, []any{}, json.RawMessage("[]"), MustParse("{}"), Value{"[]"}, struct{}{}} {
			_, err = ValueOf(replaceLeaf(most, leaf))
			assert.NoError(t, err, "%T in %s", leaf, name)
		}
	}
	var chain *linked
	for range MaxLevels {
		chain = &linked{chain}
	}
	_, err := From(chain)
	require.NoError(t, err)
	_, err = From(linked{chain})
	require.ErrorIs(t, err, ErrDepth)
	_, err = ValueOf(tooDeepText{})
	require.ErrorIs(t, err, ErrDepth)
	assert.Len(t, err, 1)
	shared := map[string]any{"x": 1}
	v, err := ValueOf([]any{shared, shared, map[string]any{"y": shared}})
	require.NoError(t, err, "what is there twice is not inside itself")
	assert.Equal(t, `[{"x":1},{"x":1},{"y":{"x":1}}]`, v.String())
}

// replaceLeaf returns nested maps or slices of one element with another leaf.
func replaceLeaf(v, leaf any) any {
	switch v := v.(type) {
	case map[string]any:
		return map[string]any{"a": replaceLeaf(v["a"], leaf)}
	case []any:
		return []any{replaceLeaf(v[0], leaf)}
	}
	return leaf
}

func TestFromKeepsTheFaults(t *testing.T) {
	_, err := From(map[string]any{"a": math.NaN()})
	assert.ErrorIs(t, err, ErrType)
	for _, v := range []any{1, "x", []int{}, true} {
		_, err = From(v)
		assert.ErrorIs(t, err, ErrNotObject)
		assert.False(t, errors.Is(err, ErrSyntax))
	}
	o, err := From(struct{ A int }{1})
	require.NoError(t, err)
	assert.Equal(t, `{"A":1}`, o.String())
}

// looped writes a replacement character and contains itself.
type looped struct{ next *looped }

func (l *looped) MarshalJSON() ([]byte, error) { return []byte("\"\ufffd\""), nil }

// A value that contains itself is searched for invalid UTF-8 once.
func TestValueOfLoops(t *testing.T) {
	l := &looped{}
	l.next = l
	v, err := ValueOf(map[string]any{"a": l})
	require.NoError(t, err)
	assert.Equal(t, "{\"a\":\"\ufffd\"}", v.String())
}
