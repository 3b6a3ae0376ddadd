package jsonscan

import (
	"iter"
	"strconv"
)

// Inner is a value inside another value.
type Inner struct {
	Text     string // its JSON text
	InObject bool   // a member of an object; otherwise an element of an array
}

// IsNumber reports whether the value is a number.
func (x Inner) IsNumber() bool { return x.Text[0] == '-' || '0' <= x.Text[0] && x.Text[0] <= '9' }

// Walk returns every value inside the valid value text, at any depth, in the order of
// the text, with its path: the given path, then the names and indexes that lead to the
// value. The path is reused; clone it to keep it.
func Walk(text string, path ...string) iter.Seq2[[]string, Inner] {
	return func(yield func([]string, Inner) bool) {
		walk(text, Index([]byte(text), 0), 0, append([]string(nil), path...), yield)
	}
}

// walk yields the values inside node x. It reports false if yield did.
func walk(text string, nodes []Node, x int, path []string, yield func([]string, Inner) bool) bool {
	n := &nodes[x]
	inObject := text[n.Value] == '{'
	path = append(path, "")
	for k, at := 0, x+1; k < n.Children; k, at = k+1, nodes[at].Sibling {
		m := &nodes[at]
		if inObject {
			path[len(path)-1] = Unquote(text[m.Off:m.End])
		} else {
			path[len(path)-1] = strconv.Itoa(k)
		}
		if !yield(path, Inner{text[m.Value:m.ValueEnd], inObject}) || m.Children > 0 && !walk(text, nodes, at, path, yield) {
			return false
		}
	}
	return true
}
