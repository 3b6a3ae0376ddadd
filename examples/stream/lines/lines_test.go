package lines_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/examples/stream/lines"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	text := "a\n\nb\r\n" + long + "\n" + long + "x\nc"
	for _, in := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
		r := lines.NewReader(in, len(long))
		for i, want := range []struct {
			line   string
			offset int64
			err    error
		}{
			{"a", 2, nil},
			{"", 3, nil},
			{"b", 6, nil},
			{long, 100_007, nil},
			{"", 200_009, lines.ErrTooLong},
			{"c", 200_010, nil},
		} {
			line, err := r.Append(nil)
			assert.Equal(t, want.line, string(line))
			assert.Equal(t, want.err, err)
			assert.Equal(t, want.offset, r.Offset())
			assert.Equal(t, i+1, r.Number())
		}
		_, err := r.Append(nil)
		assert.Equal(t, io.EOF, err)
		assert.Equal(t, 6, r.Number())
	}
}

func TestErrors(t *testing.T) {
	broken := errors.New("broken")
	r := lines.NewReader(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), 10)
	line, err := r.Append(nil)
	assert.Equal(t, "a", string(line))
	assert.NoError(t, err)
	_, err = r.Append(nil)
	assert.Equal(t, broken, err)
	assert.EqualValues(t, len("a\n"), r.Offset(), "the line that was read in part is read again")
}

// The bound is that of one line, whatever stands before it.
func TestAppendToText(t *testing.T) {
	r := lines.NewReader(strings.NewReader("abc\r\nabcd\nabc"), len("abc")+1)
	text := []byte("before ")
	for _, want := range []string{"before abc", "before abcabcd", "before abcabcdabc"} {
		var err error
		text, err = r.Append(text)
		assert.NoError(t, err)
		assert.Equal(t, want, string(text))
	}
	r = lines.NewReader(strings.NewReader("abcde\nabc"), len("abc"))
	text, err := r.Append([]byte("before "))
	assert.Equal(t, lines.ErrTooLong, err)
	assert.Equal(t, "before ", string(text))
}
