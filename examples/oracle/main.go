// Oracle runs the operations of the library for tests in any language: it reads one JSON
// line for each operation and writes one JSON line with the result.
//
//	echo '{"op":"merge","mode":"first-level","base":{"a":1},"patch":{"b":2}}' | go run ./examples/oracle
//	{"line":1,"ok":true,"result":{"a":1,"b":2}}
//
// It answers lines in order, and writes the answers so far whenever the input pauses.
// Memory does not grow with the number of lines. The exit status is 0 if every line was
// answered, and 2 if reading or writing failed.
//
// Operations: merge, diff, lower, compose, merge3, roundtrip, validate, apply, payload-diff, plan,
// inverse, form, output, create, login, rules-object, link, unlink, stage, connection,
// sign-up, import, link-request, answered, rules.
// The member "ignored" lists the members of a line that its operation does not take.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(2)
	}
}

const (
	// longest is the maximum length of a line in bytes. A longer line is answered with
	// an error and skipped without being kept.
	longest = 512 << 20
	// spare is the largest buffer that is kept for the next line, in bytes.
	spare = 1 << 20
)

// serve answers the lines of in on out until in ends.
func serve(in io.Reader, out io.Writer) error {
	w := bufio.NewWriterSize(out, 64<<10)
	r := bufio.NewReaderSize(pausing{in, w}, 64<<10)
	var line []byte
	for n := 1; ; n++ {
		var fits bool
		var err error
		line, fits, err = readLine(r, line[:0])
		if err != nil && !errors.Is(err, io.EOF) {
			return errors.Join(err, w.Flush())
		}
		if err != nil && fits && len(line) == 0 {
			return w.Flush()
		}
		a := answer{Line: n}
		if fits {
			a.to(line)
		} else {
			a.fail(&problem{Kind: "input", Message: fmt.Sprintf("the line is longer than %d bytes", longest)})
		}
		if _, err := w.Write(a.encode()); err != nil {
			return err
		}
		if cap(line) > spare {
			line = nil
		}
		if err != nil {
			return w.Flush()
		}
	}
}

// pausing is an input that writes the answers so far before each read.
type pausing struct {
	in  io.Reader
	out *bufio.Writer
}

func (p pausing) Read(buf []byte) (int, error) {
	if err := p.out.Flush(); err != nil {
		return 0, err
	}
	return p.in.Read(buf)
}

// readLine appends the next line, without its end, to buf. If the line is too long to
// keep, it skips to the end of the line and reports false.
func readLine(r *bufio.Reader, buf []byte) (line []byte, fits bool, err error) {
	fits = true
	for {
		part, err := r.ReadSlice('\n')
		if fits = fits && len(buf)+len(part) <= longest; fits {
			buf = append(buf, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(buf, []byte("\n")), fits, err
		}
	}
}
