package metadata

import (
	"math/rand/v2"
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Merge3 joins the changes that ours and theirs each made since base. It returns the
// result and the JSON Pointers of the conflicts. For each member:
//
//  1. If both sides have the same value, or both lack it, so does the result.
//  2. If one side still has the value of base, the result has that of the other,
//     removals included.
//  3. If both sides have an object, their members are joined by these rules.
//  4. Otherwise there is a conflict, and the result has the value of ours. Arrays
//     are not joined.
//
// An absent object counts as {}. The result is absent if it has no members and
// ours is absent. It shares text with the inputs and takes time linear in them.
//
// The pointers take at most a few times the memory of the objects: if an object
// with long names above it has more conflicts, it is listed as one.
func Merge3(base, ours, theirs Object) (Object, []string) {
	switch {
	case ours.Equal(theirs), base.Equal(theirs):
		return ours, nil
	case base.Equal(ours) && theirs.Len() > 0:
		return theirs, nil
	}
	m := merger3{budget: 1<<20 + 4*(base.size()+ours.size()+theirs.size())}
	seed := rand.Uint64()
	m.base, m.ours, m.theirs = hashed(base, seed), hashed(ours, seed), hashed(theirs, seed)
	m.objects(0, 0, 0)
	o := objectOf(m.out.String())
	if o.Len() == 0 && ours.IsZero() {
		return Object{}, m.conflicts
	}
	return o, m.conflicts
}

// side is one of the three objects with a hash of each value, so that only values
// with equal hashes are compared in full.
type side struct {
	indexedText
	sums []uint64
}

func hashed(o Object, seed uint64) side {
	if o.IsZero() {
		o = Object{&object{}}
	}
	t := indexObject(o)
	return side{t, jsonscan.Hashes(seed, []byte(t.s), t.nodes)}
}

// none stands for the node of a value that does not exist.
const none = -1

// same reports whether node x of a and node y of b are equal or both none.
func same(a side, x int, b side, y int) bool {
	if x == none || y == none {
		return x == y
	}
	return a.sums[x] == b.sums[y] && equalNodes(a.indexedText, x, b.indexedText, y)
}

// merger3 writes the result of one Merge3.
type merger3 struct {
	base, ours, theirs side
	path               []string // of the object that is written
	out                strings.Builder
	conflicts          []string
	length             int // about that of the pointer for path
	spent, budget      int // bytes of pointers
}

// objects writes the join of three objects, of which base may be none.
func (m *merger3) objects(base, ours, theirs int) {
	inBase := map[string]int{} // the node for each name of base
	if base != none {
		n := m.base.nodes
		for k, c := 0, base+1; k < n[base].Children; k, c = k+1, n[c].Sibling {
			inBase[m.base.name(c)] = c
		}
	}
	m.out.WriteByte('{')
	written := false
	pair(m.ours.indexedText, ours, m.theirs.indexedText, theirs, func(o, t int) {
		at := m.ours.indexedText
		k := o
		if o == none {
			at, k = m.theirs.indexedText, t
		}
		name := at.name(k)
		b, ok := inBase[name]
		if !ok {
			b = none
		}
		w := &member{name: name, key: at.key(k)}
		if written {
			w.key = "," + w.key
		}
		if m.values(w, b, o, t) {
			written = true
		}
	})
	m.out.WriteByte('}')
}

// values writes the member with the name of w. It reports false if the result
// lacks it.
func (m *merger3) values(w *member, base, ours, theirs int) bool {
	switch {
	case same(m.ours, ours, m.theirs, theirs), same(m.base, base, m.theirs, theirs):
		return m.put(w, m.ours, ours)
	case same(m.base, base, m.ours, ours):
		return m.put(w, m.theirs, theirs)
	case ours != none && theirs != none && m.ours.isObject(ours) && m.theirs.isObject(theirs):
		if base != none && !m.base.isObject(base) {
			base = none
		}
		m.out.WriteString(w.key)
		m.out.WriteByte(':')
		mark, spent := len(m.conflicts), m.spent
		m.path = append(m.path, w.name)
		m.length += len(w.name) + 1
		m.objects(base, ours, theirs)
		m.length -= len(w.name) + 1
		m.path = m.path[:len(m.path)-1]
		if m.spent > m.budget {
			clear(m.conflicts[mark:])
			m.conflicts, m.spent = m.conflicts[:mark], spent
			m.conflict(w.name)
		}
		return true
	}
	m.conflict(w.name)
	return m.put(w, m.ours, ours)
}

// conflict adds the pointer of the member with that name.
func (m *merger3) conflict(name string) {
	m.spent += m.length + len(name)
	if m.spent > m.budget && len(m.path) > 0 {
		return // values lists the object around it instead
	}
	m.conflicts = append(m.conflicts, Pointer(append(m.path[:len(m.path):len(m.path)], name)...))
}

// put writes the member with value k of s, unless that is none.
func (m *merger3) put(w *member, s side, k int) bool {
	if k == none {
		return false
	}
	m.out.WriteString(w.key)
	m.out.WriteByte(':')
	m.out.WriteString(s.value(k).text)
	return true
}
