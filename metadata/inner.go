package metadata

import (
	"slices"

	"github.com/metameld/metameld/internal/jsonscan"
)

// What is merged at every level again and again is read once: a short object that is
// a member's value gets an index when it is merged for the second time.
const (
	mostIndexed = 2 << 10 // bytes
	mostInner   = 64      // values, as a word has bits
)

// What stands in place of an index.
var (
	mergedOnce text
	notIndexed text // it has too many values
)

// indexed returns the index of the value of m, an object, or nil where there is none.
func (m *member) indexed() *text {
	if len(m.value) > mostIndexed {
		return nil
	}
	switch t := m.inner.Load(); t {
	case nil:
		m.inner.Store(&mergedOnce)
		return nil
	case &notIndexed:
		return nil
	case &mergedOnce:
		m.inner.Store(indexOf(m.value))
		return m.indexed()
	default:
		return t
	}
}

func indexOf(value string) *text {
	var room [mostInner]jsonscan.Node
	nodes := jsonscan.AppendIndex(room[:0], []byte(value), 0)
	if len(nodes) > mostInner {
		return &notIndexed
	}
	return &text{value, slices.Clone(nodes)}
}

// addIndexed is add for two objects that are indexed, and writes the same.
func (s *splice) addIndexed(m Mode, doc, patch *text) {
	s.mode, s.copied = m, 0
	s.mergeIndexed(doc, 0, patch, 0)
	s.copyTo(doc, len(doc.s))
}

// mergeIndexed merges object y of the patch into object x of the document.
func (s *splice) mergeIndexed(d *text, x int, p *text, y int) {
	var (
		seen uint64                    // one bit for each node of the patch: the document has it
		next = y + 1                   // where the following member of the document probably is
		prev = d.nodes[x].ValueEnd - 1 // the end of the last member
		kept = false                   // a member stays before this place
		drop = false                   // the first members went: their comma goes too
	)
	for at := x + 1; at < d.nodes[x].Sibling; at = d.nodes[at].Sibling {
		n := &d.nodes[at]
		if drop {
			s.copied, drop = n.Off, false
		}
		found := p.member(y, next, d, at)
		if found < 0 {
			prev, kept = n.ValueEnd, true
			continue
		}
		seen |= 1 << found
		q := &p.nodes[found]
		next = q.Sibling
		switch says := p.s[q.Value:q.ValueEnd]; {
		case says[0] == '{' && d.s[n.Value] == '{':
			s.mergeIndexed(d, at, p, found)
			kept = true
		case says == "null" && s.mode&baseWins == 0:
			if kept {
				s.copyTo(d, prev)
			} else {
				s.copyTo(d, n.Off)
				drop = true
			}
			s.copied = n.ValueEnd
		case says[0] == '[' && d.s[n.Value] == '[' && s.mode&(appendLists|unionLists) != 0:
			s.copyTo(d, n.Value)
			s.written = append(s.written, combine(s.mode.lists(), d.s[n.Value:n.ValueEnd], s.mode.fresh(says))...)
			s.copied, kept = n.ValueEnd, true
		case s.mode&baseWins != 0:
			kept = true
		default:
			s.copyTo(d, n.Value)
			s.written = append(s.written, s.mode.fresh(says)...)
			s.copied, kept = n.ValueEnd, true
		}
		prev = n.ValueEnd
	}
	for at := y + 1; at < p.nodes[y].Sibling; at = p.nodes[at].Sibling {
		q := &p.nodes[at]
		if seen>>at&1 != 0 || p.s[q.Value] == 'n' {
			continue
		}
		s.copyTo(d, prev)
		if kept {
			s.written = append(s.written, ',')
		}
		kept = true
		s.written = append(append(s.written, p.s[q.Off:q.End]...), ':')
		s.written = append(s.written, s.mode.fresh(p.s[q.Value:q.ValueEnd])...)
	}
}

// copyTo writes what of the document comes before to.
func (s *splice) copyTo(d *text, to int) {
	s.written = append(s.written, d.s[s.copied:to]...)
	s.copied = to
}

// member returns the member of object y that has the name of member k of o, or -1.
// It is probably next.
func (t *text) member(y, next int, o *text, k int) int {
	nodes, name := t.nodes, &o.nodes[k].Name
	if next < nodes[y].Sibling && !nodes[next].Differs(name) && sameName(t, &nodes[next].Name, o, name) {
		return next
	}
	for at := y + 1; at < nodes[y].Sibling; at = nodes[at].Sibling {
		if !nodes[at].Differs(name) && sameName(t, &nodes[at].Name, o, name) {
			return at
		}
	}
	return -1
}

// sameName reports whether a, a name in t, and b, a name in u, are equal.
func sameName(t *text, a *jsonscan.Name, u *text, b *jsonscan.Name) bool {
	if !a.Escaped && !b.Escaped {
		return t.s[a.Off:a.End] == u.s[b.Off:b.End]
	}
	return jsonscan.SameName([]byte(t.s), *a, []byte(u.s), *b)
}
