package metadata

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text     string
		fault    Fault
		pointers []string
	}{
		{``, ErrSyntax, []string{""}},
		{`{"a":1`, ErrSyntax, []string{""}},
		{`{"a":1,"b":{"c":1,"c":2},"a":2}`, ErrDuplicateName, []string{"/b/c", "/a"}},
		{"{\"a\":{\"b\":\"\xff\"}}", ErrUTF8, []string{"/a/b"}},
		{`{"a":"\udc00"}`, ErrUTF8, []string{"/a"}},
		{`{} x`, ErrTrailing, []string{""}},
		{`[1]`, ErrNotObject, []string{""}},
		{`null`, ErrNotObject, []string{""}},
		{`{"a":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`, ErrDepth, []string{"/a" + strings.Repeat("/0", 9_999)}},
	}
	for _, tt := range tests {
		_, err := Parse([]byte(tt.text))
		var es Errors
		require.ErrorAs(t, err, &es)
		require.ErrorIs(t, err, tt.fault)
		var first *Error
		require.ErrorAs(t, err, &first)
		var pointers []string
		for _, e := range es {
			pointers = append(pointers, e.Pointer)
		}
		assert.Equal(t, tt.pointers, pointers, tt.text[:min(len(tt.text), 40)])
	}
	_, err := ParseDelta([]byte(" null "))
	assert.ErrorIs(t, err, ErrNull)
	if _, err := Parse([]byte(`{"password":"hunter2","password":"hunter3"}`)); strings.Contains(err.Error(), "hunter") {
		t.Errorf("an error shows a value: %v", err)
	}
	assert.NoError(t, func() error {
		_, err := Parse([]byte(`{"a":` + strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999) + `}`))
		return err
	}())
}
