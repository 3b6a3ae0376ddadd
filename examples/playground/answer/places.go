package answer

import (
	"strings"

	"github.com/metameld/metameld/metadata"
)

// wanted is a tree of JSON Pointers to look for: each names a member, and is in the tree
// below those of the members around it.
type wanted struct {
	pointer string
	next    map[string]*wanted
}

// add adds a pointer and those of the members around it.
func (w *wanted) add(pointer string) {
	path, _ := metadata.ParsePointer(pointer)
	end := 0
	for _, name := range path {
		if i := strings.IndexByte(pointer[end+1:], '/'); i >= 0 {
			end += 1 + i
		} else {
			end = len(pointer)
		}
		if w.next == nil {
			w.next = map[string]*wanted{}
		}
		if w.next[name] == nil {
			w.next[name] = &wanted{pointer: pointer[:end]}
		}
		w = w.next[name]
	}
}

// places returns the offset in a valid JSON text of each member that a pointer names, and
// of those around it. It goes through objects only; a pointer into an array has the place
// of the array. It does not call itself: the stack of a web worker is small.
func places(text string, pointers []string) map[string]int {
	root := &wanted{}
	for _, p := range pointers {
		root.add(p)
	}
	found := map[string]int{}
	start := space(text, 0)
	if start >= len(text) || text[start] != '{' {
		return found
	}
	open := []*wanted{root} // the objects around i
	for i := start + 1; len(open) > 0; {
		if i = space(text, i); i >= len(text) {
			break
		}
		if text[i] != '"' {
			if text[i] == '}' {
				open = open[:len(open)-1]
			}
			i++
			continue
		}
		at := i
		i = skip(text, at)
		w := open[len(open)-1].next[unquoted(text[at:i])]
		i = space(text, space(text, i)+1) // after the colon
		if w != nil {
			found[w.pointer] = at
			if i < len(text) && text[i] == '{' && w.next != nil {
				open = append(open, w)
				i++
				continue
			}
		}
		i = skip(text, i)
	}
	return found
}

// space returns the index of the first character at or after i that is not white space.
func space(text string, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r') {
		i++
	}
	return i
}

// skip returns the index after the value or name that starts at i.
func skip(text string, i int) int {
	for open := 0; i < len(text); {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			i = min(i+1, len(text))
		case '{', '[':
			open++
			i++
		case '}', ']':
			if open == 0 {
				return i
			}
			open--
			i++
		case ',', ':', ' ', '\n', '\t', '\r':
			if open == 0 {
				return i
			}
			i++
			continue
		default:
			for i < len(text) && !strings.ContainsRune(",:]} \n\t\r", rune(text[i])) {
				i++
			}
		}
		if open == 0 {
			return i
		}
	}
	return len(text)
}

// unquoted returns the characters of a JSON string.
func unquoted(text string) string {
	if len(text) >= 2 && !strings.Contains(text, `\`) {
		return text[1 : len(text)-1]
	}
	var v metadata.Value
	if v.UnmarshalJSON([]byte(text)) != nil {
		return ""
	}
	s, _ := v.Str()
	return s
}

// place returns the offset of the member that a pointer names, or of the nearest member
// around it.
func place(found map[string]int, pointer string) (offset int, ok bool) {
	for pointer != "" {
		if at, ok := found[pointer]; ok {
			return at, true
		}
		pointer = pointer[:strings.LastIndexByte(pointer, '/')]
	}
	return 0, false
}

// nulls is the tree of the members of a JSON text that are null, and of those around
// them. A null has no members.
type nulls map[string]nulls

// nullsIn returns the tree of a valid JSON text, which it reads once. It does not call
// itself: the stack of a web worker is small.
func nullsIn(text string) nulls {
	open := make([]object, 1, 8) // the first one is around the text
	for i := space(text, 0); i < len(text); i = space(text, i) {
		switch last := &open[len(open)-1]; text[i] {
		case '{':
			open = append(open, object{})
			i++
		case '}':
			if len(open) == 1 {
				return nil
			}
			if open = open[:len(open)-1]; last.tree != nil {
				open[len(open)-1].add(last.tree)
			}
			i++
		case ',':
			i++
		case '"':
			end := skip(text, i)
			last.name = text[i:end]
			if i = space(text, space(text, end)+1); i < len(text) && text[i] != '{' { // after the colon
				if text[i] == 'n' {
					last.add(nil)
				}
				i = skip(text, i)
			}
		default: // not an object
			return nil
		}
	}
	return open[0].tree[""]
}

// object is an object that nullsIn reads.
type object struct {
	tree nulls  // nil until a null is found in it
	name string // of the member that is read, as JSON text
}

// add adds what is below the member that is read.
func (o *object) add(below nulls) {
	if o.tree == nil {
		o.tree = nulls{}
	}
	o.tree[unquoted(o.name)] = below
}

// has reports whether a JSON Pointer that is not empty names a null.
func (n nulls) has(pointer string) bool {
	path, _ := metadata.ParsePointer(pointer)
	for _, name := range path {
		below, ok := n[name]
		if !ok {
			return false
		}
		n = below
	}
	return n == nil
}
