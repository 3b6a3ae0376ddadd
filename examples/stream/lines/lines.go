// Package lines reads text line by line in bounded memory and skips lines that are
// too long.
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
	line   []byte
	number int
	offset int64
}

// NewReader returns a Reader of the lines in r, each of at most bound bytes.
func NewReader(r io.Reader, bound int) *Reader {
	return &Reader{r: bufio.NewReaderSize(r, 64<<10), bound: bound}
}

// Next returns the next line without the \n or \r\n at its end. The line is valid
// until the next call. The error is io.EOF after the last line, [ErrTooLong] for a
// line that was skipped, or that of the underlying reader.
func (r *Reader) Next() ([]byte, error) {
	r.line = r.line[:0]
	size, long := 0, false
	for {
		part, err := r.r.ReadSlice('\n')
		size += len(part)
		r.offset += int64(len(part))
		text := bytes.TrimSuffix(part, []byte("\n"))
		if long = long || len(r.line)+len(text) > r.bound; !long {
			r.line = append(r.line, text...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && size == 0, err != nil && err != io.EOF:
			return nil, err
		}
		r.number++
		if long {
			return nil, ErrTooLong
		}
		return bytes.TrimSuffix(r.line, []byte("\r")), nil
	}
}

// Number returns how many lines were read, skipped lines included.
func (r *Reader) Number() int { return r.number }

// Offset returns the number of bytes read, which is where the next line begins.
func (r *Reader) Offset() int64 { return r.offset }
