package jsonscan

import (
	"iter"
	"strconv"
)

// Inner is a value inside another value.
type Inner struct {
	Text     string // its JSON text
	Name     string // of a member
	InObject bool   // a member of an object; otherwise an element of an array

	walk *walk
}

// IsNumber reports whether the value is a number.
func (x Inner) IsNumber() bool { return x.Text[0] == '-' || '0' <= x.Text[0] && x.Text[0] <= '9' }

// Path returns the path of a value that [Walk] yields. It is reused; clone it to keep it.
func (x Inner) Path() []string {
	w := x.walk
	for _, s := range w.path[w.made:] {
		name := strconv.Itoa(s.index)
		if s.name.End > 0 {
			name = Unquote(w.text[s.name.Off:s.name.End])
		}
		w.names = append(w.names, name)
	}
	w.made = len(w.path)
	return w.names
}

// Walk returns every value inside the valid value text, at any depth, in the order of
// the text. The path of each is the given path, then the names and indexes that lead
// to the value.
func Walk(text string, path ...string) iter.Seq[Inner] {
	return func(yield func(Inner) bool) {
		w := walk{text: text, t: NewText([]byte(text)), names: append([]string(nil), path...)}
		w.inside(w.t.Root(), yield)
	}
}

// walk is where one Walk is.
type walk struct {
	text  string
	t     *Text
	path  []step
	names []string // the given path and those of the first steps
	made  int      // how many steps
}

// step leads to a value in the array or object around it.
type step struct {
	name  Name // zero in an array
	index int
}

// move sets the step to n, value number k of the array or object whose inner values are
// reached by step number at.
func (w *walk) move(at int, n Node, k int) {
	w.path[at] = step{n.Name, k}
	if w.made > at {
		w.names, w.made = w.names[:len(w.names)-w.made+at], at
	}
}

// inside yields the values inside node x. It reports false if yield did.
func (w *walk) inside(x Node, yield func(Inner) bool) bool {
	if c := w.text[x.At]; c != '{' && c != '[' {
		return true
	}
	at := len(w.path)
	Unwind(at)
	w.path = append(w.path, step{})
	c := w.t.cursor(x)
	for k := 0; ; k++ {
		n := c.next()
		if !n.Exists() {
			break
		}
		v := Inner{Text: w.text[n.At:n.Stop], InObject: c.inObject, walk: w}
		if c.inObject {
			v.Name = Unquote(w.text[n.Off:n.End])
		}
		w.move(at, n, k)
		if !yield(v) || !w.inside(n, yield) {
			return false
		}
	}
	w.move(at, Node{}, 0)
	w.path = w.path[:at]
	return true
}
