package main

import (
	"bytes"
	"io"
	"iter"
	"sync"

	"github.com/metameld/metameld/examples/stream/lines"
)

// longest is the maximum length of a line in bytes.
const longest = 64 << 20

// batchBytes is how many bytes a batch has at least, unless the input ends or a checkpoint
// is due.
const batchBytes = 64 << 10

// batch is a run of lines that are judged together.
type batch struct {
	text  []byte // of all lines
	lines []line
	input int64 // where the next batch begins in the input
	err   error // of the input, after the lines

	out                    bytes.Buffer // verdicts
	refused, warned, wrong int          // lines

	judged chan struct{} // closed when its lines are judged
}

// line is one line of a batch.
type line struct {
	number  int
	end     int // in the batch's text
	tooLong bool
}

// batches returns the lines of the input in order, judged by workers. A batch is valid
// until the next one.
func (j *judge) batches() iter.Seq[*batch] {
	return func(yield func(*batch) bool) {
		inOrder := make(chan *batch, j.workers)   // its room bounds memory
		working := make(chan struct{}, j.workers) // an entry for each batch that is being judged
		quit := make(chan struct{})
		free := sync.Pool{New: func() any { return new(batch) }}
		r, from := lines.NewReader(j.in, longest), j.done
		var group sync.WaitGroup
		group.Go(func() {
			defer close(inOrder)
			for last := false; !last; {
				b := free.Get().(*batch)
				b.reset()
				last = j.read(b, r, from)
				select {
				case inOrder <- b:
				case <-quit:
					return
				}
				working <- struct{}{}
				group.Go(func() {
					j.batch(b)
					<-working
					close(b.judged)
				})
			}
		})
		defer group.Wait()
		defer close(quit)
		for b := range inOrder {
			<-b.judged
			if !yield(b) {
				return
			}
			free.Put(b)
		}
	}
}

// read reads the lines of b, which is empty, from r, which began at a checkpoint. It
// reports whether the input ends with them.
func (j *judge) read(b *batch, r *lines.Reader, from checkpoint) (last bool) {
	for len(b.text) < batchBytes {
		text, err := r.Next()
		tooLong := err == lines.ErrTooLong
		if err != nil && !tooLong {
			if last = true; err != io.EOF {
				b.err = err
			}
			break
		}
		number := from.Lines + r.Number()
		b.text = append(b.text, text...)
		b.lines = append(b.lines, line{number, len(b.text), tooLong})
		if number%j.every == 0 {
			break // for a checkpoint
		}
	}
	b.input = from.Input + r.Offset()
	return last
}

// reset makes b empty. It keeps the room of its text unless that is large.
func (b *batch) reset() {
	if cap(b.text) > 4*batchBytes {
		b.text = nil
	}
	*b = batch{text: b.text[:0], lines: b.lines[:0], judged: make(chan struct{})}
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
