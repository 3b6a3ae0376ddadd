package hostile

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

type ring struct{ Next *ring }

// bad is a Go value that has no JSON text, and its fault.
type bad struct {
	v     any
	fault metadata.Fault
}

// values returns such values by name. They are made once, since some are large.
var values = sync.OnceValue(func() map[string]bad {
	self := map[string]any{}
	self["self"] = map[string]any{"again": self}
	list := make([]any, 1)
	list[0] = list
	a := &ring{}
	a.Next = &ring{a}
	deep := any(1)
	for range metadata.MaxLevels + 1 {
		deep = []any{deep}
	}
	long := &ring{}
	for range 2_000_000 {
		long = &ring{long}
	}
	deeper := any(nil)
	for range 100_000 {
		deeper = map[string]any{"a": deeper}
	}
	return map[string]bad{
		"NaN":                     {math.NaN(), metadata.ErrType},
		"infinity":                {math.Inf(1), metadata.ErrType},
		"float32 infinity":        {float32(math.Inf(-1)), metadata.ErrType},
		"channel":                 {make(chan int), metadata.ErrType},
		"function":                {func() {}, metadata.ErrType},
		"complex":                 {1i, metadata.ErrType},
		"map with keys of struct": {map[struct{ A int }]int{{1}: 1}, metadata.ErrType},
		"absent Value":            {metadata.Value{}, metadata.ErrType},
		"absent Object":           {metadata.Object{}, metadata.ErrType},
		"zero Delta":              {metadata.Delta{}, metadata.ErrType},
		"json.Number":             {json.Number("1.."), metadata.ErrType},
		"empty json.Number":       {json.Number(""), metadata.ErrType},
		"text":                    {"a\xff", metadata.ErrUTF8},
		"name":                    {map[string]any{"\xff": 1}, metadata.ErrUTF8},
		"raw text":                {json.RawMessage(`{`), metadata.ErrSyntax},
		"empty raw text":          {json.RawMessage{}, metadata.ErrSyntax},
		"map in itself":           {self, metadata.ErrDepth},
		"list in itself":          {list, metadata.ErrDepth},
		"pointer to itself":       {a, metadata.ErrDepth},
		"long chain of pointers":  {long, metadata.ErrDepth},
		"too deep":                {deep, metadata.ErrDepth},
		"far too deep":            {deeper, metadata.ErrDepth},
	}
})

// Each function that takes a Go value refuses those that have no JSON text, with their
// pointers.
func TestGoValues(t *testing.T) {
	for name, bad := range values() {
		functions := map[string]func(v any) error{
			"ValueOf":   func(v any) error { _, err := metadata.ValueOf(v); return err },
			"From":      func(v any) error { _, err := metadata.From(map[string]any{"m": v}); return err },
			"With":      func(v any) error { _, err := metadata.Object{}.With(v, "m"); return err },
			"Set":       func(v any) error { _, err := metadata.Delta{}.Set("m", v); return err },
			"RulesUser": func(v any) error { _, err := lifecycle.RulesUser{}.Set(v, "m"); return err },
			"Payload":   func(v any) error { _, err := patch.From(map[string]any{"m": v}); return err },
		}
		for function, call := range functions {
			err := call(bad.v)
			var es metadata.Errors
			require.ErrorAs(t, err, &es, "%s: %s", function, name)
			require.NotEmpty(t, es)
			assert.ErrorIs(t, err, bad.fault, "%s: %s", function, name)
			for _, e := range es {
				assert.True(t, function == "ValueOf" || strings.HasPrefix(e.Pointer, "/m") || name == "name", "%s: %s: %.100s", function, name, e.Pointer)
			}
		}
		if name == "absent Value" { // undefined
			continue
		}
		for _, step := range []actions.Step{actions.SetUserMetadata("m", bad.v), actions.SetAppMetadata("m", bad.v)} {
			_, err := staged(step)
			var vs rule.Violations
			require.ErrorAs(t, err, &vs, name)
			_, err = json.Marshal(step) // else it would read as another step
			require.Error(t, err, name)
			assert.ErrorIs(t, err, bad.fault, name)
		}
	}
}

// nil of any type is read as null.
func TestTypedNils(t *testing.T) {
	for _, v := range []any{
		nil, (*int)(nil), (*metadata.Object)(nil), (*metadata.Value)(nil), (*metadata.Delta)(nil), (*user.Profile)(nil), (*patch.Payload)(nil),
		(map[string]any)(nil), ([]any)(nil), (json.Marshaler)(nil), (*json.RawMessage)(nil), (error)(nil), (map[string]int)(nil),
	} {
		got, err := metadata.ValueOf(v)
		require.NoError(t, err, "%T", v)
		assert.True(t, got.IsNull(), "%T", v)
		o, err := metadata.From(map[string]any{"m": v})
		require.NoError(t, err, "%T", v)
		assert.Equal(t, `{"m":null}`, o.String(), "%T", v)
	}
	none, err := metadata.From[any](nil)
	require.NoError(t, err)
	assert.True(t, none.IsZero())
	var nothing *metadata.Object
	_, err = metadata.From(nothing)
	assert.NoError(t, err)
}

// A field whose tag encoding/json does not understand has its own name, and fields with
// equal names are left out.
func TestStructTags(t *testing.T) {
	type given struct{ tag, want string }
	for _, tt := range []given{
		{`json:"a"`, `{"a":1}`}, {`json:",what,string,,"`, `{"A":"1"}`}, {`notatag`, `{"A":1}`}, {`json:`, `{"A":1}`},
		{`json:"x",json:"y"`, `{"x":1}`}, {`json:"-"`, `{}`}, {`json:"a" json:"b"`, `{"a":1}`}, {"json:\"a", `{"A":1}`},
	} {
		typ := reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeFor[int](), Tag: reflect.StructTag(tt.tag)}})
		v := reflect.New(typ).Elem()
		v.Field(0).SetInt(1)
		o, err := metadata.From(v.Interface())
		require.NoError(t, err, tt.tag)
		assert.Equal(t, tt.want, o.String(), tt.tag)
		back := reflect.New(typ)
		require.NoError(t, o.Decode(back.Interface()), tt.tag)
	}
	for _, tag := range []reflect.StructTag{`json:"é\"'"`, `json:"\xff"`, `json:"a\u0000b"`} { // encoding/json's two versions differ
		v := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeFor[int](), Tag: tag}}))
		o, err := metadata.From(v.Interface())
		require.NoError(t, err, tag)
		assert.Equal(t, 1, o.Len())
		assert.NoError(t, o.Decode(v.Interface()))
	}
	same := reflect.StructTag(`json:"x"`)
	typ := reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeFor[int](), Tag: same}, {Name: "B", Type: reflect.TypeFor[int](), Tag: same}})
	o, err := metadata.From(reflect.New(typ).Elem().Interface())
	require.NoError(t, err)
	assert.Equal(t, "{}", o.String())
}

// MergeStruct copies values that have no JSON text, or returns ErrType.
func TestMergeStructOfGoValues(t *testing.T) {
	for name, bad := range values() {
		for _, empties := range []metadata.Empties{metadata.SkipEmpty, metadata.PassEmpty} {
			for _, pair := range [][2]map[string]any{{{"m": bad.v}, {"n": 1}}, {{"n": 1}, {"m": bad.v}}, {{"m": bad.v}, {"m": bad.v}}} {
				got, err := metadata.MergeStruct(pair[0], pair[1], empties)
				if err == nil {
					assert.Contains(t, got, "m", name)
					continue
				}
				assert.ErrorIs(t, err, metadata.ErrType, name)
				assert.Nil(t, got, name)
			}
		}
	}
}
