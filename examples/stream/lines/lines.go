// Package lines reads text line by line in bounded memory, skips lines that are too
// long, and judges planned changes of users, one a line.
package lines

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// ErrTooLong reports a line that is longer than the reader's bound.
var ErrTooLong = errors.New("line too long")

// Reader reads lines. [NewReader] makes one; the zero Reader is invalid.
type Reader struct {
	r      *bufio.Reader
	bound  int
	number int
	offset int64
}

// NewReader returns a Reader of the lines in r, each of at most bound bytes.
func NewReader(r io.Reader, bound int) *Reader {
	return &Reader{r: bufio.NewReaderSize(r, 64<<10), bound: bound}
}

// Append appends the next line, without the \n or \r\n at its end, to dst. With an
// error it returns dst as it was: io.EOF after the last line, [ErrTooLong] for a line
// that was skipped, or the error of the underlying reader.
func (r *Reader) Append(dst []byte) ([]byte, error) {
	start := len(dst)
	size, long := 0, false
	for {
		part, err := r.r.ReadSlice('\n')
		size += len(part)
		text := bytes.TrimSuffix(part, []byte("\n"))
		if long = long || len(dst)-start+len(text) > r.bound; !long {
			dst = append(dst, text...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && size == 0, err != nil && err != io.EOF:
			return dst[:start], err
		}
		r.number++
		r.offset += int64(size)
		if long {
			return dst[:start], ErrTooLong
		}
		return dst[:start+len(bytes.TrimSuffix(dst[start:], []byte("\r")))], nil
	}
}

// Number returns how many lines were read, skipped lines included.
func (r *Reader) Number() int { return r.number }

// Offset returns where the next line begins, also after an error.
func (r *Reader) Offset() int64 { return r.offset }
