package metadata

import (
	"hash/maphash"
	"math/bits"

	"github.com/metameld/metameld/internal/jsonscan"
)

// lookup finds members of one list by name. It serves one operation and is not for
// concurrent use. It reads the list until a hash table costs less.
type lookup struct {
	members []*member
	next    int // after the member that was found last: where the following one probably is
	misses  int // how often the whole list was read
	table   []uint32
	seed    maphash.Seed
}

// Up to that many members are searched one by one, and more through a table.
const (
	fewIndexed = 64 // of a lookup
	fewMembers = 16 // of a text, whose table serves one merge or diff
)

// fewMisses is how often a long list is read before its table is made. Reading it that
// often takes about as long as making the table.
const fewMisses = 8

// find returns the index of the member with that name, or -1.
func (l *lookup) find(name string) int {
	i := l.next
	if i >= len(l.members) || l.members[i].name != name {
		if l.table == nil && len(l.members) > fewIndexed {
			if l.misses++; l.misses > fewMisses {
				l.hash()
			}
		}
		if l.table != nil {
			i = int(l.table[l.slot(name)]) - 1
		} else {
			i = indexOf(l.members, name)
		}
	}
	if i >= 0 {
		l.next = i + 1
	}
	return i
}

// indexOf returns the index of the member with that name, or -1.
func indexOf(members []*member, name string) int {
	for i, m := range members {
		if jsonscan.Compared(); m.name == name {
			return i
		}
	}
	return -1
}

// hash makes the table. A place holds 0, or one plus the index of a member.
func (l *lookup) hash() {
	l.seed = maphash.MakeSeed()
	l.table = make([]uint32, tableSize(cap(l.members)))
	for i, m := range l.members {
		l.table[l.slot(m.name)] = uint32(i) + 1
	}
}

// add adds a member that the list lacks and has room for.
func (l *lookup) add(m *member) {
	if l.table != nil {
		l.table[l.slot(m.name)] = uint32(len(l.members)) + 1
	}
	l.members = append(l.members, m)
}

// slot returns the place of the name in the table.
func (l *lookup) slot(name string) int {
	return probe(l.table, maphash.String(l.seed, name), func(k uint32) bool {
		jsonscan.Compared()
		return l.members[k-1].name == name
	})
}

// tableSize returns the length of a hash table for n entries: a power of two, so that
// half of the places or more are empty.
func tableSize(n int) int { return 1 << bits.Len(uint(n*2-1)) }

// probe returns the place of the entry with that hash for which same returns true, or the
// empty place where it belongs. The table has at least one empty place; an empty place
// holds 0.
func probe(table []uint32, hash uint64, same func(entry uint32) bool) int {
	last := len(table) - 1
	at := int(hash) & last
	for table[at] != 0 && !same(table[at]) {
		at = (at + 1) & last
	}
	return at
}

// pairMembers calls f for each name in a or b, with nil for a member that one of them
// lacks. The members of a come first, in their order, then those that only b has.
func pairMembers(a, b Object, f func(x, y *member)) {
	in := lookup{members: b.members()}
	var room [fewIndexed]bool
	paired := room[:]
	if len(in.members) > len(paired) {
		paired = make([]bool, len(in.members))
	}
	for _, x := range a.members() {
		if i := in.find(x.name); i >= 0 {
			paired[i] = true
			f(x, in.members[i])
		} else {
			f(x, nil)
		}
	}
	for i, y := range in.members {
		if !paired[i] {
			f(nil, y)
		}
	}
}
