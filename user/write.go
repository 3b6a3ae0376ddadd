package user

import (
	"slices"

	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
)

// writer writes the members of an object.
type writer struct {
	out   []byte
	start int      // of the first member in out
	extra bool     // there are members that may have the name of a field
	names []string // written so far, where there are
}

func (w *writer) name(name string) {
	if len(w.out) > w.start {
		w.out = append(w.out, ',')
	}
	w.out = append(jsonscan.AppendQuote(w.out, name), ':')
	if w.extra {
		w.names = append(w.names, name)
	}
}

func put[T comparable](w *writer, name string, f Field[T]) {
	if !f.IsZero() {
		w.name(name)
		w.out = f.AppendJSON(w.out)
	}
}

func (w *writer) object(name string, o metadata.Object) {
	if !o.IsZero() {
		w.name(name)
		w.out = o.AppendJSON(w.out)
	}
}

func (w *writer) value(name string, v metadata.Value) {
	if !v.IsZero() {
		w.name(name)
		w.out = append(w.out, v.String()...)
	}
}

// rest writes the members of o whose names have not been written.
func (w *writer) rest(o metadata.Object) {
	fields := w.names
	for name, v := range o.All() {
		if !slices.Contains(fields, name) {
			w.value(name, v)
		}
	}
}
