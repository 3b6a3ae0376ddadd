package main

import (
	"encoding/json"

	"github.com/metameld/metameld/examples/stream/lines"
)

// verdict is one line of the output.
type verdict struct {
	Line int `json:"line"`
	lines.Verdict
}

// line judges one line of b. It writes a verdict if the line is refused or has
// warnings.
func (j *judge) line(b *batch, l line, text []byte) {
	v := lines.Verdict{Error: lines.ErrTooLong.Error()}
	if !l.tooLong {
		v = lines.Judge(text, j.target)
	}
	switch {
	case v.Error != "":
		b.wrong++
		b.refused++
	case !v.Valid:
		b.refused++
	case len(v.Warnings) > 0:
		b.warned++
	default:
		return
	}
	if err := json.NewEncoder(&b.out).Encode(verdict{l.number, v}); err != nil {
		panic(err) // a verdict is JSON
	}
}
