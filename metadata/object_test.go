package metadata

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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

func TestMapsOfNumbers(t *testing.T) {
	o := MustParse(`{"n":9007199254740993,"l":[1.5,{"x":1e400}],"s":"1"}`)
	assert.Equal(t, map[string]any{"n": json.Number("9007199254740993"), "l": []any{json.Number("1.5"), map[string]any{"x": json.Number("1e400")}}, "s": "1"}, o.Map())
	assert.Nil(t, Object{}.Map())
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
	for _, text := range []string{`{}`, `{"a":1}`, ` { "\u0061" : 1, "bc":[1, 2],"d":{"e":null}} `} {
		o := MustParse(text)
		assert.Equal(t, len(o.String()), o.Size(), text)
	}
}

// White space between values is not kept, wherever a text comes from.
func TestWhiteSpace(t *testing.T) {
	const spaced, want = "\t{ \"a b\" : [ 1,\r\n{ \"\\u0020 :\" : \" , \" } ] }\n", `{"a b":[1,{"\u0020 :":" , "}]}`
	assert.Equal(t, want, MustParse(spaced).String())
	assert.Equal(t, want, MustDelta(spaced).String())
	assert.Equal(t, want, MustValue(spaced).String())
	for _, v := range []any{json.RawMessage(spaced), MustValue(spaced)} {
		got, err := ValueOf(v)
		require.NoError(t, err)
		assert.Equal(t, want, got.String())
		o, err := From(map[string]any{"x": []any{v}})
		require.NoError(t, err)
		assert.Equal(t, `{"x":[`+want+`]}`, o.String())
	}
	var o Object
	require.NoError(t, json.Unmarshal([]byte(spaced), &o))
	assert.Equal(t, want, o.String())
	assert.Equal(t, MustParse(want), MustParse(spaced))
}
