package metadata

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// decoded returns what encoding/json reads.
func decoded(t *testing.T, o Object) map[string]any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(o.String()))
	dec.UseNumber()
	var m map[string]any
	require.NoError(t, dec.Decode(&m))
	return m
}

// Map returns what encoding/json does.
func TestMap(t *testing.T) {
	t.Parallel()
	assert.Nil(t, Object{}.Map())
	for _, text := range []string{
		`{}`, `{ "a" : [ ] , "b" : { } }`, `{"":[0,-0,9,10,1e400,-1.5E+3,true,false,null,"","\u00e9\n","é"]}`,
		`{"\u0061\"":{"[":"]","{":",:"},"b":[[],[[]],[1],{},{"a":[{}]}]}`,
		"{\"a\":[\n1 ,\t[2 , {\"x\" :3 } ] ]\n}",
	} {
		o := MustParse(text)
		assert.Equal(t, decoded(t, o), o.Map(), text)
	}
	operands(t, 2_000, func(shape string, o operand) {
		assert.Equal(t, decoded(t, o.x), o.x.Map(), shape)
		assert.Equal(t, decoded(t, o.y), o.y.Map(), shape)
	})
	m := MustParse(`{"a":[],"b":[],"c":[7]}`).Map()
	m["a"] = append(m["a"].([]any), 1)
	m["c"].([]any)[0] = 2
	assert.Equal(t, map[string]any{"a": []any{}, "b": []any{}, "c": []any{json.Number("7")}}, MustParse(`{"a":[],"b":[],"c":[7]}`).Map())
}

// exactly returns a copy of v with maps and slices of the size that they need.
func exactly(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, x := range v {
			m[name] = exactly(x)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = exactly(x)
		}
		return list
	case json.Number:
		return json.Number(v)
	case string:
		return string([]byte(v))
	}
	return v
}

// Map takes little more than its result does, at most 20 times the text if that has no
// small objects.
func TestMapTakesLittleMemory(t *testing.T) {
	if raced {
		t.Skip("counted without the race detector")
	}
	n := sized(60_000, 4<<20)
	repeated := func(s string) string { return strings.Repeat(s+",", n/(len(s)+1)) + s }
	for name, tt := range map[string]struct {
		text  string
		times float64
	}{
		"digits":             {`{"a":[` + repeated(`1`) + `]}`, 20},
		"numbers":            {`{"a":[` + repeated(`10`) + `]}`, 20},
		"empty strings":      {`{"a":[` + repeated(`""`) + `]}`, 20},
		"strings":            {`{"a":[` + repeated(`"a"`) + `]}`, 20},
		"escapes":            {`{"a":[` + repeated(`"\n"`) + `]}`, 20},
		"empty lists":        {`{"a":[` + repeated(`[]`) + `]}`, 20},
		"lists":              {`{"a":[` + repeated(`[1]`) + `]}`, 20},
		"lists of two":       {`{"a":[` + repeated(`[1,2]`) + `]}`, 20},
		"lists in lists":     {`{"a":[` + repeated(`[[[[]]]]`) + `]}`, 20},
		"empty objects":      {`{"a":[` + repeated(`{}`) + `]}`, 25},
		"objects":            {`{"a":[` + repeated(`{"":1}`) + `]}`, 60},
		"objects in objects": {`{"a":[` + repeated(`{"":{"":{"":{}}}}`) + `]}`, 70},
		"objects of nine":    {`{"a":[` + repeated(`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1}`) + `]}`, 20},
		"members":            {`{` + list(n/8, numbered(`1`)) + `}`, 20},
		"members of lists":   {`{` + list(n/9, numbered(`[]`)) + `}`, 20},
		"members of objects": {`{` + list(n/9, numbered(`{}`)) + `}`, 20},
	} {
		o := MustParse(tt.text)
		var m any
		text := float64(len(tt.text))
		took, _ := allocated(func() { m = o.Map() })
		size, _ := allocated(func() { m = exactly(m) })
		assert.Less(t, took, tt.times*text+1e4, "%s: %.1f times the text", name, took/text)
		assert.Less(t, took, size+3*text+1e4, "%s: %.1f times the text; the result takes %.1f", name, took/text, size/text)
	}
}
