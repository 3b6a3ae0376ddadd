package metadata

import (
	"math/rand/v2"
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Merge3 returns the object that has what ours and theirs each changed since
// base, and the JSON Pointers of what both changed to something different. There
// the result holds ours.
//
//  1. A member that one side left as it was in base is taken from the other,
//     removals included.
//  2. A member that both sides made the same is taken.
//  3. Where both sides have an object, its members are compared in turn, against
//     those that base has there.
//  4. Anything else is a conflict, arrays included.
//
// Where an object would have so many conflicts that their pointers take more memory
// than a few times the objects do, because of long names above it, it is listed as
// one; the result is the same.
//
// An absent object counts as {}; the result is absent where no side that counts
// has members. It takes time linear in the three.
func Merge3(base, ours, theirs Object) (Object, []string) {
	switch {
	case ours.Equal(theirs), base.Equal(theirs):
		return ours, nil
	case base.Equal(ours):
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

// side is one of the three, with a hash of every value in it: so that each is
// compared in full only where that ends the search.
type side struct {
	text
	sums []uint64
}

func hashed(o Object, seed uint64) side {
	if o.IsZero() {
		o = Object{&object{}}
	}
	t := textOf(o)
	return side{t, jsonscan.Hashes(seed, []byte(t.s), t.nodes)}
}

// none stands for a value that is not there.
const none = -1

func same(a side, x int, b side, y int) bool {
	if x == none || y == none {
		return x == y
	}
	return a.sums[x] == b.sums[y] && equalNodes(a.text, x, b.text, y)
}

type merger3 struct {
	base, ours, theirs side
	path               []string
	out                strings.Builder
	conflicts          []string
	length             int // of the pointer to where m stands, about
	spent, budget      int // bytes of pointers
}

// objects writes the merge of three objects, of which base may be none.
func (m *merger3) objects(base, ours, theirs int) {
	// Where each name of base is: what pair does for two, for three.
	from := map[string]int{}
	if base != none {
		n := m.base.nodes
		for k, c := 0, base+1; k < n[base].Children; k, c = k+1, n[c].Sibling {
			from[m.base.name(c)] = c
		}
	}
	m.out.WriteByte('{')
	written := false
	pair(m.ours.text, ours, m.theirs.text, theirs, func(o, t int) {
		at := m.ours.text
		k := o
		if o == none {
			at, k = m.theirs.text, t
		}
		name := at.name(k)
		b, ok := from[name]
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

// values writes a member. It reports false where it goes.
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

// conflict notes that both sides changed the member of that name.
func (m *merger3) conflict(name string) {
	m.spent += m.length + len(name)
	if m.spent > m.budget && len(m.path) > 0 {
		return // the object around is the conflict
	}
	m.conflicts = append(m.conflicts, Pointer(append(m.path[:len(m.path):len(m.path)], name)...))
}

// put writes a member with the value k of s, if there is one.
func (m *merger3) put(w *member, s side, k int) bool {
	if k == none {
		return false
	}
	m.out.WriteString(w.key)
	m.out.WriteByte(':')
	m.out.WriteString(s.value(k).text)
	return true
}
