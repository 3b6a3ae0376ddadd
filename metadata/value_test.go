package metadata

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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

// Each kind of value has its accessors, and the others report false.
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

func TestMustPanics(t *testing.T) {
	assert.Panics(t, func() { MustParse(`{"a"`) })
	assert.Panics(t, func() { MustDelta(`null`) })
	assert.Panics(t, func() { MustValue(`nul`) })
	assert.Panics(t, func() { MustValue(``) })
	assert.NotPanics(t, func() { MustParse(`{}`); MustDelta(`{}`); MustValue(`null`) })
	assert.Equal(t, `[1,2]`, MustValue(" [1, 2]\n").String())
}

// Members are those of an object; other kinds have none.
func TestMembersOfValues(t *testing.T) {
	for text, want := range map[string]string{`{"a":1,"b":[2]}`: "a=1 b=[2] ", `{}`: "", `[1]`: "", `"a"`: "", `null`: "", `1`: ""} {
		o := MustParse(`{"v":` + text + `}`)
		v, _ := o.Get("v")
		got := ""
		for name, x := range v.Members() {
			got += name + "=" + x.String() + " "
		}
		if got != want {
			t.Errorf("the members of %s are %s", text, got)
		}
	}
	for range (Value{}).Members() {
		t.Error("the zero Value has a member")
	}
}
