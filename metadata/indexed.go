package metadata

import (
	"slices"

	"github.com/metameld/metameld/internal/jsonscan"
)

// index is where the members of an object stand in its text, and those of the objects
// in it. Two short objects that were merged with others before, as values of members,
// are indexed when they meet.
type index struct {
	text  string
	nodes []inner // itself, then its members in their order, each before what is in it
}

const (
	mostIndexed = 2 << 10 // bytes of the text
	mostInner   = 64      // nodes, as a word has bits
)

// inner is one node of an index.
type inner struct {
	jsonscan.Name
	value, end int
	next       int    // the node after this one and those in it
	filter     uint64 // one bit for each member's name, by its spread
	prunes     bool   // an object that holds a null that removes
}

// What stands in place of an index.
var (
	mergedOnce index
	tooMany    index
)

// indexes returns the indexes of the values of two members, which are objects, if both
// are short and were merged before.
func indexes(base, patch *member) (d, p *index) {
	if len(base.value) > mostIndexed || len(patch.value) > mostIndexed {
		return nil, nil
	}
	d, p = base.index.Load(), patch.index.Load()
	if d == nil {
		base.index.Store(&mergedOnce)
	}
	if p == nil {
		patch.index.Store(&mergedOnce)
	}
	if d == nil || p == nil {
		return nil, nil
	}
	if d == &mergedOnce {
		d = base.makeIndex()
	}
	if p == &mergedOnce {
		p = patch.makeIndex()
	}
	if d == &tooMany || p == &tooMany {
		return nil, nil
	}
	return d, p
}

func (m *member) makeIndex() *index {
	var room [mostInner]inner // on the stack, as long as nothing keeps what readInner returns
	x := &tooMany
	if nodes, fits := readInner(append(room[:0], inner{}), m.value, 0); fits {
		x = &index{m.value, slices.Clone(nodes)}
	}
	m.index.Store(x)
	return x
}

// readInner appends the nodes of what is in the object self. It reports false where they
// are too many.
func readInner(nodes []inner, text string, self int) ([]inner, bool) {
	i := jsonscan.Space([]byte(text), nodes[self].value+1)
	for text[i] != '}' {
		k := len(nodes)
		if k == mostInner {
			return nil, false
		}
		name, value := jsonscan.Member([]byte(text), i)
		nodes = append(nodes, inner{Name: name, value: value})
		if text[value] == '{' {
			var fits bool
			if nodes, fits = readInner(nodes, text, k); !fits {
				return nil, false
			}
		} else {
			nodes[k].end = jsonscan.End([]byte(text), value)
		}
		nodes[k].next = len(nodes)
		of := &nodes[self]
		of.filter |= 1 << (name.Spread() >> 58)
		of.prunes = of.prunes || nodes[k].prunes || text[value] == 'n'
		i = jsonscan.Next([]byte(text), nodes[k].end)
	}
	nodes[self].end, nodes[self].next = i+1, len(nodes)
	return nodes, true
}

func (x *index) valueOf(k int) string { return x.text[x.nodes[k].value:x.nodes[k].end] }

// find returns the member of the object self that has the name of node k of d, or -1.
// It is probably next.
func (x *index) find(self, next int, d *index, k int) int {
	nodes, name := x.nodes, &d.nodes[k].Name
	if nodes[self].filter>>(name.Spread()>>58)&1 == 0 {
		return -1
	}
	if next < nodes[self].next && x.sameName(next, d, name) {
		return next
	}
	for at := self + 1; at < nodes[self].next; at = nodes[at].next {
		if x.sameName(at, d, name) {
			return at
		}
	}
	return -1
}

func (x *index) sameName(k int, d *index, name *jsonscan.Name) bool {
	n := &x.nodes[k].Name
	return !n.Differs(name) && jsonscan.SameName([]byte(x.text), *n, []byte(d.text), *name)
}

// addIndexed is add for two objects that are indexed, and writes the same.
func (s *splice) addIndexed(m Mode, doc, patch *index) {
	s.mode, s.copied = m, 0
	s.mergeIndexed(doc, 0, patch, 0)
	s.copyTo(doc, len(doc.text))
}

// mergeIndexed merges object says of the patch into object at of the document.
func (s *splice) mergeIndexed(d *index, at int, p *index, says int) {
	var (
		seen uint64                // one bit for each node of the patch: the document has it
		next = says + 1            // where the following member of the document probably is
		prev = d.nodes[at].end - 1 // the end of the last member
		kept = false               // a member stays before this place
		drop = false               // the first members went: their comma goes too
	)
	for x := at + 1; x < d.nodes[at].next; x = d.nodes[x].next {
		n := &d.nodes[x]
		if drop {
			s.copied, drop = n.Off, false
		}
		y := p.find(says, next, d, x)
		if y < 0 {
			prev, kept = n.end, true
			continue
		}
		seen |= 1 << y
		next = p.nodes[y].next
		old, set := d.text[n.value], p.text[p.nodes[y].value] // the first letter says what they are
		switch {
		case set == '{' && old == '{':
			s.mergeIndexed(d, x, p, y)
			kept = true
		case set == 'n' && s.mode&baseWins == 0:
			if kept {
				s.copyTo(d, prev)
			} else {
				s.copyTo(d, n.Off)
				drop = true
			}
			s.copied = n.end
		case set == '[' && old == '[' && s.mode&(appendLists|unionLists) != 0:
			s.copyTo(d, n.value)
			s.written = append(s.written, combine(s.mode.lists(), d.valueOf(x), s.mode.fresh(p.valueOf(y)))...)
			s.copied, kept = n.end, true
		case s.mode&baseWins != 0:
			kept = true
		default:
			s.copyTo(d, n.value)
			s.writeIndexed(p, y)
			s.copied, kept = n.end, true
		}
		prev = n.end
	}
	for y := says + 1; y < p.nodes[says].next; y = p.nodes[y].next {
		if n := &p.nodes[y]; seen>>y&1 == 0 && p.text[n.value] != 'n' {
			s.copyTo(d, prev)
			if kept {
				s.written = append(s.written, ',')
			}
			s.memberIndexed(p, y)
			kept = true
		}
	}
}

func (s *splice) memberIndexed(p *index, y int) {
	s.written = append(append(s.written, p.text[p.nodes[y].Off:p.nodes[y].End]...), ':')
	s.writeIndexed(p, y)
}

// writeIndexed writes the value of node y as it is set where nothing was to merge with.
func (s *splice) writeIndexed(p *index, y int) {
	switch {
	case s.mode&stripNested != 0:
		s.written = append(s.written, strip(p.valueOf(y))...)
		return
	case !p.nodes[y].prunes:
		s.written = append(s.written, p.valueOf(y)...)
		return
	}
	s.written = append(s.written, '{')
	written := false
	for c := y + 1; c < p.nodes[y].next; c = p.nodes[c].next {
		if p.text[p.nodes[c].value] == 'n' {
			continue
		}
		if written {
			s.written = append(s.written, ',')
		}
		s.memberIndexed(p, c)
		written = true
	}
	s.written = append(s.written, '}')
}

// copyTo writes what of the document comes before to.
func (s *splice) copyTo(d *index, to int) {
	s.written = append(s.written, d.text[s.copied:to]...)
	s.copied = to
}
