package metadata

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Faults and changes print without values.
func TestMessagesAndPointers(t *testing.T) {
	assert.Equal(t, "duplicate name", ErrDuplicateName.Error())
	assert.Equal(t, "not JSON: /a (byte 3)", (&Error{ErrSyntax, "/a", 3}).Error())
	assert.Equal(t, "not a JSON object", (&Error{Fault: ErrNotObject}).Error())
	assert.Equal(t, "not a value that JSON can hold: /a\ncannot be reached", Errors{{ErrType, "/a", 0}, {Fault: ErrUnreachable}}.Error())
	assert.NotErrorIs(t, &Error{Fault: ErrType}, ErrUTF8)
	assert.NotErrorIs(t, &Error{Fault: ErrType}, errors.New(string(ErrType)))
	c := Changes(MustParse(`{"a":"secret"}`), MustParse(`{"a":"hidden"}`))[0]
	assert.Equal(t, "replaced /a replaced /a replaced /a", fmt.Sprintf("%v %+v %s", c, c, c))
	assert.Equal(t, "replaced /a", c.LogValue().String())
	assert.Nil(t, Unreachable(nil))
	assert.Nil(t, Unreachable(errors.New("other")))
	assert.Equal(t, []string{"/a"}, Unreachable(fmt.Errorf("around: %w", Errors{{Fault: ErrMore}, {Fault: ErrUnreachable, Pointer: "/a"}})))
	for p, want := range map[string][]string{"": nil, "/": {""}, "/a~1b/~0/~01": {"a/b", "~", "~1"}, "//": {"", ""}} {
		path, ok := ParsePointer(p)
		assert.True(t, ok, p)
		assert.Equal(t, want, path, p)
		assert.Equal(t, p, Pointer(path...))
	}
	for _, p := range []string{"a", "a/b", "/~", "/~2", "/~0~", "/a/~x"} {
		_, ok := ParsePointer(p)
		assert.False(t, ok, p)
	}
}
