package metadata

import "sync"

// tail is what follows the members of a Delta that Delta.Set made, in the same array:
// the members of Deltas that were made from it. It lets a loop of Set append to one
// array, as append does, instead of copying the members each time. Only Set reads it.
// Small Deltas have none, so that reflect.DeepEqual finds them equal.
type tail struct {
	mu sync.Mutex
	in lookup // of all members of the array
}

// set returns o with the member m, null or not. o does not change.
func (o Object) set(m *member) Object {
	old := o.members()
	if o.o == nil || o.o.tail == nil {
		return newSet(old, indexOf(old, m.name), m)
	}
	t := o.o.tail
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.in.members) > len(old) { // another Delta has the next place
		return newSet(old, indexOf(old, m.name), m)
	}
	if i := t.in.find(m.name); i >= 0 || len(old) == cap(old) {
		return newSet(old, i, m)
	}
	t.in.add(m)
	return Object{&object{t.in.members, t}}
}

// newSet returns an object with a copy of the members, in which m replaces member i, or
// comes last if i is -1.
func newSet(old []*member, i int, m *member) Object {
	if i >= 0 {
		members := append([]*member(nil), old...)
		members[i] = m
		return Object{&object{members: members}}
	}
	if len(old) < fewIndexed {
		return Object{&object{members: append(append(make([]*member, 0, len(old)+1), old...), m)}}
	}
	members := append(append(make([]*member, 0, 2*len(old)+2), old...), m)
	return Object{&object{members, &tail{in: lookup{members: members, misses: fewMisses}}}} // the next Set makes the table
}
