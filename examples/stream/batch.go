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

// A batch ends after so many bytes, or with a longer line.
const batchBytes = 32 << 10

// batch is a run of lines that one worker judges.
type batch struct {
	text  []byte // of all lines
	lines []line
	input int64 // where the next batch begins in the input
	err   error // of the input, after the lines

	out                    bytes.Buffer // verdicts
	refused, warned, wrong int          // lines

	judged chan struct{} // receives once the worker is done
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
		// Memory is bounded by the number of batches, which are used again.
		free := make(chan *batch, j.workers+2)
		for range cap(free) {
			free <- &batch{judged: make(chan struct{}, 1)}
		}
		read, inOrder, quit := make(chan *batch, cap(free)), make(chan *batch, cap(free)), make(chan struct{})
		var group sync.WaitGroup
		group.Go(func() {
			defer close(read)
			defer close(inOrder)
			j.read(free, quit, func(b *batch) {
				read <- b // there is room for all
				inOrder <- b
			})
		})
		for range j.workers {
			group.Go(func() {
				for b := range read {
					j.batch(b)
					b.judged <- struct{}{}
				}
			})
		}
		defer group.Wait()
		defer close(quit)
		for b := range inOrder {
			<-b.judged
			if !yield(b) {
				return
			}
			free <- b
		}
	}
}

// read reads batches until the input ends, or quit is closed.
func (j *judge) read(free <-chan *batch, quit <-chan struct{}, send func(*batch)) {
	r := lines.NewReader(j.in, longest)
	from, number := j.done.Input, j.done.Lines
	for {
		var b *batch
		select {
		case b = <-free:
		case <-quit:
			return
		}
		b.reset()
		for len(b.text) < batchBytes {
			text, err := r.Next()
			tooLong := err == lines.ErrTooLong
			if err != nil && !tooLong {
				b.err = err
				break
			}
			number++
			b.text = append(b.text, text...)
			b.lines = append(b.lines, line{number, len(b.text), tooLong})
			if number%j.every == 0 {
				break // for a checkpoint
			}
		}
		b.input = from + r.Offset()
		last := b.err != nil
		if b.err == io.EOF {
			b.err = nil
		}
		send(b)
		if last {
			return
		}
	}
}

// reset makes b empty. It keeps the room of its text unless that is large.
func (b *batch) reset() {
	text, verdicts := b.text[:0], b.lines[:0]
	if cap(text) > 4*batchBytes {
		text = nil
	}
	*b = batch{text: text, lines: verdicts, judged: b.judged}
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
