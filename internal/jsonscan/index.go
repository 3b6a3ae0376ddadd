package jsonscan

import (
	"iter"
	"math/bits"
)

// Text is a valid JSON value with an index of the arrays and objects in it, so that a
// value is passed without reading what is inside. It takes no memory for other values.
type Text struct {
	d     []byte
	boxes []box // the arrays and objects, in the order of the text
}

// box is one array or object.
type box struct {
	end  int // the index after it
	next int // the number of the first box after it
}

// Node is one value of a Text. The zero Node stands for a value that does not exist.
type Node struct {
	Name         // of a member; zero for elements and the root
	At, Stop int // the text of the value is d[At:Stop]
	box      int // the number of boxes that begin before the value
}

// Exists reports whether there is a value.
func (n Node) Exists() bool { return n.Stop > 0 }

// NewText returns the valid value d, without white space around it, indexed. It keeps d.
func NewText(d []byte) *Text {
	t := &Text{d: d}
	if n := countBoxes(d); n > 0 {
		t.boxes = make([]box, 0, n)
	}
	open := -1 // the innermost box that has not ended; until then, end is the one around it
	for i := 0; i < len(d); {
		switch d[i] {
		case '"':
			i = stringEnd(d, i)
			continue
		case '{', '[':
			t.boxes = append(t.boxes, box{end: open})
			open = len(t.boxes) - 1
		case '}', ']':
			b := &t.boxes[open]
			open = b.end
			*b = box{i + 1, len(t.boxes)}
		}
		i++
	}
	return t
}

// countBoxes returns how many arrays and objects the valid value d has.
func countBoxes(d []byte) (n int) {
	for i := 0; i < len(d); {
		switch d[i] {
		case '"':
			i = stringEnd(d, i)
			continue
		case '{', '[':
			n++
		}
		i++
	}
	return n
}

// Root returns the node of the whole value.
func (t *Text) Root() Node { return Node{Stop: len(t.d)} }

// First returns the first byte of the text of the value.
func (t *Text) First(n Node) byte { return t.d[n.At] }

// node returns the node of the value at d[i], which has the given name and before which
// that many boxes begin.
func (t *Text) node(name Name, i, box int) Node {
	n := Node{Name: name, At: i, box: box}
	if c := t.d[i]; c == '{' || c == '[' {
		n.Stop = t.boxes[box].end
	} else {
		n.Stop = End(t.d, i)
	}
	return n
}

// Inside returns the members or elements of x in their order.
func (t *Text) Inside(x Node) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		c := t.cursor(x)
		for n := c.next(); n.Exists(); n = c.next() {
			if !yield(n) {
				return
			}
		}
	}
}

// cursor reads the members or elements of an array or object one after another.
type cursor struct {
	t        *Text
	at, box  int // of the next one, or the closing bracket
	inObject bool
}

func (t *Text) cursor(x Node) cursor {
	return cursor{t, Space(t.d, x.At+1), x.box + 1, t.d[x.At] == '{'}
}

// next returns the next member or element, or the zero Node after the last.
func (c *cursor) next() (n Node) {
	d := c.t.d
	if d[c.at] == ']' || d[c.at] == '}' {
		return Node{}
	}
	var name Name
	value := c.at
	if c.inObject {
		name, value = Member(d, c.at)
	}
	n = c.t.node(name, value, c.box)
	if d[value] == '{' || d[value] == '[' {
		c.box = c.t.boxes[c.box].next
	}
	c.at = Next(d, n.Stop)
	return n
}

// left returns how many members or elements follow.
func (c cursor) left() (n int) {
	for c.next().Exists() {
		n++
	}
	return n
}

// EqualNodes reports whether node x of a and node y of b are the same value; see [Equal].
func EqualNodes(a *Text, x Node, b *Text, y Node) bool { return equalNodes(a, x, b, y, 0) }

func equalNodes(a *Text, x Node, b *Text, y Node, level int) bool {
	Unwind(level)
	Compared()
	c := a.d[x.At]
	if c != '{' && c != '[' {
		return EqualScalars(a.d[x.At:x.Stop], b.d[y.At:y.Stop])
	}
	if b.d[y.At] != c {
		return false
	}
	equal := true
	if c == '{' {
		Pair(a, x, b, y, func(x, y Node) bool {
			equal = x.Exists() && y.Exists() && equalNodes(a, x, b, y, level+1)
			return equal
		})
		return equal
	}
	p, q := a.cursor(x), b.cursor(y)
	for equal {
		x, y = p.next(), q.next()
		if !x.Exists() || !y.Exists() {
			return x.Exists() == y.Exists()
		}
		equal = equalNodes(a, x, b, y, level+1)
	}
	return false
}

// Pair calls yield for each name in object x of a or in object y of b, with the member
// in each, or the zero Node if one lacks it. The members of x come first, in their
// order, then those that only y has. It stops when yield returns false.
func Pair(a *Text, x Node, b *Text, y Node, yield func(x, y Node) bool) {
	p, q := a.cursor(x), b.cursor(y)
	m := p.next()
	for ; m.Exists(); m = p.next() { // members mostly have the same order
		before := q
		n := q.next()
		if !n.Exists() || !SameName(a.d, m.Name, b.d, n.Name) {
			q = before
			break
		}
		if !yield(m, n) {
			return
		}
	}
	var rest Members
	if m.Exists() {
		rest = membersFrom(q)
	}
	for ; m.Exists(); m = p.next() {
		if !yield(m, rest.Take(a, m)) {
			return
		}
	}
	for _, n := range rest.list {
		if n.Exists() && !yield(Node{}, n) {
			return
		}
	}
	if rest.list == nil {
		for n := q.next(); n.Exists(); n = q.next() {
			if !yield(Node{}, n) {
				return
			}
		}
	}
}

// Members finds members of an object by their names. The zero Members has none.
type Members struct {
	t     *Text
	list  []Node // those that were taken are zero
	guess int    // where the next one probably is
	table []uint32
	names Names // for hashes
}

// membersFrom returns the members from the cursor on.
func membersFrom(c cursor) Members {
	s := Members{t: c.t, list: make([]Node, 0, c.left())}
	for n := c.next(); n.Exists(); n = c.next() {
		s.list = append(s.list, n)
	}
	return s
}

// Members returns the members of the object x.
func (t *Text) Members(x Node) Members { return membersFrom(t.cursor(x)) }

// Take returns the member with the name of n, a member in other, and removes it. It
// returns the zero Node if there is none.
func (s *Members) Take(other *Text, n Node) Node {
	d, name, k := other.d, n.Name, s.guess
	if k >= len(s.list) || !s.is(k, d, name) {
		if k = s.find(d, name); k < 0 {
			return Node{}
		}
	}
	found := s.list[k]
	s.list[k], s.guess = Node{}, k+1
	return found
}

// is reports whether member k is still there and has the name.
func (s *Members) is(k int, d []byte, name Name) bool {
	return s.list[k].Exists() && SameName(d, name, s.t.d, s.list[k].Name)
}

// find returns the number of the member with the name, or -1.
func (s *Members) find(d []byte, name Name) int {
	if len(s.list) <= few {
		for k := range s.list {
			if s.is(k, d, name) {
				return k
			}
		}
		return -1
	}
	if s.table == nil {
		s.table = make([]uint32, 1<<bits.Len(uint(len(s.list)*2-1)))
		for k, n := range s.list {
			if n.Exists() {
				s.table[s.slot(s.t.d, n.Name)] = uint32(k) + 1
			}
		}
	}
	if k := s.table[s.slot(d, name)]; k > 0 {
		return int(k) - 1
	}
	return -1
}

// slot returns where the member with the name, which stands in d, is or would be in the
// table.
func (s *Members) slot(d []byte, name Name) int {
	last := len(s.table) - 1
	at := int(s.names.Hash(d, name)) & last
	for s.table[at] != 0 && !s.is(int(s.table[at])-1, d, name) {
		at = (at + 1) & last
	}
	return at
}
