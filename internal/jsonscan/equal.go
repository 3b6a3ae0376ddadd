package jsonscan

import "bytes"

// Equal reports whether a and b are the same JSON value: members in any order,
// numbers by their mathematical value, strings by their characters. Both are valid,
// without white space around them and without duplicate names.
//
// It takes time linear in the texts. Texts whose members have the same order are
// compared while they are read; others are indexed first.
func Equal(a, b []byte) bool {
	Compared()
	if bytes.Equal(a, b) {
		return true
	}
	switch v := lockstep(a, b); v {
	case reordered:
		x, y := NewText(bytes.Clone(a)), NewText(bytes.Clone(b)) // a and b must not escape
		return EqualNodes(x, x.Root(), y, y.Root())
	default:
		return v == same
	}
}

// verdict is the result of lockstep.
type verdict uint8

const (
	same verdict = iota
	different
	reordered // an object has other names, or the same in another order
)

// lockstep compares two valid values while their members have the same order.
func lockstep(a, b []byte) verdict {
	i, j, depth := 0, 0, 0
	var small [256]bool
	inObject := small[:0]
	for {
		// A value begins at a[i] and at b[j].
		opened := false
		if c := a[i]; c == '{' || c == '[' {
			if b[j] != c {
				return different
			}
			opened = true
			inObject = append(inObject, c == '{')
			depth++
			i, j = Space(a, i+1), Space(b, j+1)
		} else {
			m, n := Skip(a, i, 0), Skip(b, j, 0)
			if n < 0 || !EqualScalars(a[i:m], b[j:n]) {
				return different
			}
			i, j = m, n
		}
		// Close the arrays and objects that end here; stop before the next value.
		for ; ; opened = false {
			if depth == 0 {
				return same
			}
			if !opened {
				i, j = Next(a, i), Next(b, j)
			}
			x, y := a[i] == '}' || a[i] == ']', b[j] == '}' || b[j] == ']'
			if x != y {
				return different // one has more members
			}
			if !x {
				break
			}
			i, j, depth = i+1, j+1, depth-1
			inObject = inObject[:depth]
		}
		if inObject[depth-1] {
			m, escapedA := String(a, i)
			n, escapedB := String(b, j)
			if !SameName(a, NameAt(a, i, m, escapedA), b, NameAt(b, j, n, escapedB)) {
				return reordered
			}
			i, j = Space(a, Space(a, m)+1), Space(b, Space(b, n)+1)
		}
	}
}

// EqualScalars is [Equal] for values other than objects and arrays.
func EqualScalars(a, b []byte) bool {
	Compared()
	if bytes.Equal(a, b) {
		return true
	}
	switch c := a[0]; {
	case c == '"':
		return b[0] == '"' && sameString(a, b)
	case c == '-' || c-'0' <= 9:
		return (b[0] == '-' || b[0]-'0' <= 9) && SameNumber(a, b)
	}
	return false
}

func sameString(a, b []byte) bool {
	_, escapedA := String(a, 0)
	_, escapedB := String(b, 0)
	return (escapedA || escapedB) && sameStrings(a, b) // the texts differ
}

// Next returns the index of the next element or member, or of the closing bracket. i
// is the index after an element or member of a valid array or object.
func Next(d []byte, i int) int {
	i = Space(d, i)
	if d[i] == ',' {
		i = Space(d, i+1)
	}
	return i
}
