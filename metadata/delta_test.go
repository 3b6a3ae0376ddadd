package metadata

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAbsentIsNotEmpty(t *testing.T) {
	type profile struct {
		Meta Object `json:"meta,omitzero"`
		Diff Delta  `json:"diff,omitzero"`
		Bare Object `json:"bare"`
	}
	text, err := json.Marshal(profile{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"bare":null}`, string(text))
	text, err = json.Marshal(profile{MustParse(`{}`), Wipe(), MustParse(`{"a":1}`)})
	require.NoError(t, err)
	assert.JSONEq(t, `{"meta":{},"diff":{},"bare":{"a":1}}`, string(text))
	_, err = json.Marshal(struct{ D Delta }{})
	assert.ErrorContains(t, err, "omitzero")
	assert.False(t, Object{}.Equal(MustParse(`{}`)))
	assert.True(t, Delta{}.IsZero())
	assert.False(t, Wipe().IsZero())

	var p profile
	require.NoError(t, json.Unmarshal([]byte(`{"bare":null}`), &p))
	assert.True(t, p.Bare.IsZero())
	assert.ErrorIs(t, json.Unmarshal([]byte(`{"diff":null}`), &p), ErrNull)
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

// UnmarshalJSON refuses what Parse refuses, and then changes nothing.
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
