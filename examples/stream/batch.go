package main

import (
	"bytes"
	"io"
	"sync"

	"github.com/metameld/metameld/examples/stream/lines"
)

// longest is the maximum length of a line in bytes.
const longest = 64 << 20

// batchBytes is how many bytes a batch has at least, unless the input ends or a checkpoint
// is due.
const batchBytes = 128 << 10

// batch is a run of lines that are judged together.
type batch struct {
	text  []byte // of all lines
	lines []line
	input int64 // where the next batch begins in the input
	err   error // of the input, after the lines

	out                    bytes.Buffer // verdicts
	refused, warned, wrong int          // lines

	turn chan struct{} // closed when the batch before it is written
	done chan struct{} // closed when it is written
}

// line is one line of a batch.
type line struct {
	number  int
	end     int // in the batch's text
	tooLong bool
}

// source is the input of all workers.
type source struct {
	sync.Mutex
	r     *lines.Reader
	from  checkpoint    // where r began
	last  chan struct{} // done of the last batch that was read
	ended bool
}

// end makes next report false from now on.
func (s *source) end() {
	s.Lock()
	s.ended = true
	s.Unlock()
}

// batches reads one batch after another, judges its lines, and calls write. The calls of
// all workers come one by one, in the order of the input. batches ends with the input, or
// when write returns false.
func (j *judge) batches(in *source, write func(*batch) bool) {
	for b := new(batch); in.next(b, j.every); {
		j.batch(b)
		<-b.turn
		if !write(b) {
			in.end()
		}
		close(b.done)
	}
}

// next reads the lines of the next batch into b. It reports false after the last.
func (s *source) next(b *batch, every int) bool {
	s.Lock()
	defer s.Unlock()
	if s.ended {
		return false
	}
	b.reset()
	b.turn, b.done = s.last, make(chan struct{})
	s.last = b.done
	for len(b.text) < batchBytes {
		text, err := s.r.Append(b.text)
		tooLong := err == lines.ErrTooLong
		if err != nil && !tooLong {
			if s.ended = true; err != io.EOF {
				b.err = err
			}
			break
		}
		number := s.from.Lines + s.r.Number()
		b.text = text
		b.lines = append(b.lines, line{number, len(text), tooLong})
		if number%every == 0 {
			break // for a checkpoint
		}
	}
	b.input = s.from.Input + s.r.Offset()
	return true
}

// reset makes b empty. It keeps the room of its text unless that is large.
func (b *batch) reset() {
	if cap(b.text) > 4*batchBytes {
		b.text = nil
	}
	*b = batch{text: b.text[:0], lines: b.lines[:0]}
}

// batch judges the lines of b.
func (j *judge) batch(b *batch) {
	start := 0
	for _, l := range b.lines {
		text := b.text[start:l.end]
		start = l.end
		if l.tooLong || len(bytes.TrimSpace(text)) > 0 {
			j.line(b, l, text)
		}
	}
}
