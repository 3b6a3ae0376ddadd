package metadata

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFromRefusesCycles(t *testing.T) {
	m := map[string]any{}
	m["a"], m["b"], m["l"] = m, m, []any{m}
	_, err := From(m)
	var es Errors
	require.ErrorAs(t, err, &es)
	require.ErrorIs(t, err, ErrDepth)
	assert.Len(t, es, 3)
}

func TestValueOfAcceptsValidValues(t *testing.T) {
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
