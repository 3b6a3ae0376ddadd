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
	m := merger3{budget: 1<<20 + 4*(base.Size()+ours.Size()+theirs.Size())}
	seed := rand.Uint64()
	m.base, m.ours, m.theirs = hashed(base, seed), hashed(ours, seed), hashed(theirs, seed)
	m.out.Grow(len(m.ours.s))
	m.objects(m.base.Root(), m.ours.Root(), m.theirs.Root())
	o := objectOf(m.out.String())
	if o.Len() == 0 && ours.IsZero() {
		return Object{}, m.conflicts
	}
	return o, m.conflicts
}

// side is one of the three objects with a hash of each array and object in it, so that
// only those with equal hashes are compared in full.
type side struct {
	indexedText
	sums jsonscan.Hashes
}

func hashed(o Object, seed uint64) side {
	if o.IsZero() {
		o = Object{&object{}}
	}
	t := indexObject(o)
	return side{t, t.Hashes(seed)}
}

// same reports whether x of a and y of b are equal or neither exists.
func same(a side, x jsonscan.Node, b side, y jsonscan.Node) bool {
	if !x.Exists() || !y.Exists() {
		return x.Exists() == y.Exists()
	}
	return a.sums.Of(a.Text, x) == b.sums.Of(b.Text, y) && equalNodes(a.indexedText, x, b.indexedText, y)
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

// objects writes the join of three objects, of which base may not exist.
func (m *merger3) objects(base, ours, theirs jsonscan.Node) {
	jsonscan.Unwind(len(m.path))
	var inBase jsonscan.Members
	if base.Exists() {
		inBase = m.base.Members(base)
	}
	m.out.WriteByte('{')
	written := false
	pair(m.ours.indexedText, ours, m.theirs.indexedText, theirs, func(o, t jsonscan.Node) {
		at, k := m.ours, o
		if !o.Exists() {
			at, k = m.theirs, t
		}
		w := joined{key: at.key(k), comma: written}
		if m.values(&w, inBase.Take(at.Text, k), o, t) {
			written = true
		}
	})
	m.out.WriteByte('}')
}

// joined is the member that is written.
type joined struct {
	key   string // the JSON text of its name
	comma bool   // a member precedes it
}

func (w *joined) name() string { return jsonscan.Unquote(w.key) }

// values writes the member with the name of w. It reports false if the result
// lacks it.
func (m *merger3) values(w *joined, base, ours, theirs jsonscan.Node) bool {
	switch {
	case same(m.ours, ours, m.theirs, theirs), same(m.base, base, m.theirs, theirs):
		return m.put(w, m.ours, ours)
	case same(m.base, base, m.ours, ours):
		return m.put(w, m.theirs, theirs)
	case ours.Exists() && theirs.Exists() && m.ours.isObject(ours) && m.theirs.isObject(theirs):
		if base.Exists() && !m.base.isObject(base) {
			base = jsonscan.Node{}
		}
		m.key(w)
		name := w.name()
		mark, spent := len(m.conflicts), m.spent
		m.path = append(m.path, name)
		m.length += len(name) + 1
		m.objects(base, ours, theirs)
		m.length -= len(name) + 1
		m.path = m.path[:len(m.path)-1]
		if m.spent > m.budget {
			clear(m.conflicts[mark:])
			m.conflicts, m.spent = m.conflicts[:mark], spent
			m.conflict(name)
		}
		return true
	}
	m.conflict(w.name())
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

// key writes what precedes the value of the member.
func (m *merger3) key(w *joined) {
	if w.comma {
		m.out.WriteByte(',')
	}
	m.out.WriteString(w.key)
	m.out.WriteByte(':')
}

// put writes the member with value k of s, unless that does not exist.
func (m *merger3) put(w *joined, s side, k jsonscan.Node) bool {
	if !k.Exists() {
		return false
	}
	m.key(w)
	m.out.WriteString(s.value(k).text)
	return true
}
