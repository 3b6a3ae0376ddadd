package jsonscan

import "bytes"

// Loses reports whether an object in the valid object a has a member that the object
// at the same place in the valid object b lacks. Neither has white space. It allocates
// only if objects are inside both or b has many members.
func Loses(a, b []byte) bool {
	if lost, ok := losesFlat(a, b); ok {
		return lost
	}
	x, y := NewText(bytes.Clone(a)), NewText(bytes.Clone(b)) // a and b must not escape
	var loses func(n, m Node, level int) bool
	loses = func(n, m Node, level int) (lost bool) {
		Unwind(level)
		Pair(x, n, y, m, func(n, m Node) bool {
			lost = !m.Exists() || n.Exists() && x.First(n) == '{' && y.First(m) == '{' && loses(n, m, level+1)
			return !lost
		})
		return lost
	}
	return loses(x.Root(), y.Root(), 0)
}

// losesFlat is Loses for the first level of few members. It reports false if objects
// inside must be compared, or b has many members.
func losesFlat(a, b []byte) (lost, ok bool) {
	i, j := 1, 1
	for a[i] != '}' && b[j] != '}' { // members mostly have the same order
		m, _, endA := ReadMember(a, i)
		n, _, endB := ReadMember(b, j)
		if !bytes.Equal(a[i:m], b[j:n]) {
			break
		}
		if a[m+1] == '{' && b[n+1] == '{' {
			return false, false
		}
		i, j = Next(a, endA), Next(b, endB)
	}
	var room [few]struct {
		name     Name
		isObject bool
	}
	n := 0
	for ; b[j] != '}'; n++ {
		if n == len(room) {
			return false, false
		}
		name, value := Member(b, j)
		room[n].name, room[n].isObject = name, b[value] == '{'
		j = Next(b, End(b, value))
	}
	theirs, at := room[:n], 0 // at: where the next member of a probably is
	for a[i] != '}' {
		name, value := Member(a, i)
		i = Next(a, End(a, value))
		found := -1
		for k := range theirs {
			if l := (at + k) % n; SameName(a, name, b, theirs[l].name) {
				found = l
				break
			}
		}
		if found < 0 {
			return true, true
		}
		at = found + 1
		if a[value] == '{' && theirs[found].isObject {
			return false, false
		}
	}
	return false, true
}
