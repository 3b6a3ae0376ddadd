package metadata

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFromDeep(t *testing.T) {
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
		assert.True(t, got.Object().Equal(o), "%s becomes %s", delta, got)
	}
	// All members are removed one by one: {} would also remove those that others
	// write in the meantime.
	got, err := FirstLevel.FromDeep(MustParse(`{"a":1}`), MustDelta(`{"a":null}`))
	require.NoError(t, err)
	assert.Equal(t, `{"a":null}`, got.String())
	_, err = (FirstLevel | StripNulls).FromDeep(base, MustDelta(`{"addr":{"home":"new"}}`))
	assert.Equal(t, []string{"/addr/old"}, Unreachable(err))
}

// An absent base equals {}: where nothing changes it stays absent.
func TestFromDeepOfAbsentBase(t *testing.T) {
	for _, m := range []Mode{FirstLevel, Fill, Replace} {
		for _, delta := range []string{`{}`, `{"a":null}`} {
			got, err := m.FromDeep(Object{}, MustDelta(delta))
			require.NoError(t, err)
			assert.True(t, got.IsZero(), "%v %s", m, delta)
			assert.True(t, m.Merge(Object{}, got).IsZero())
			assert.Equal(t, "{}", Deep.Merge(Object{}, MustDelta(delta)).String())
		}
	}
}
