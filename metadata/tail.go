package metadata

import "sync"

// tail is an array that objects share: each has the members at its start. Delta.Set and
// Mode.Merge make the next object by adding members to it, so that a loop of such calls
// does not copy the members each time. Nothing else reads a tail. Small objects have none,
// so that reflect.DeepEqual finds them equal.
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
	if len(t.in.members) > len(old) { // another object has the next place
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
	return withTail(append(append(make([]*member, 0, 2*len(old)+2), old...), m))
}

// withTail returns the object with the members, whose array has room for more.
func withTail(members []*member) Object {
	return Object{&object{members, &tail{in: lookup{members: members, misses: fewMisses}}}} // the next call makes the table
}

// extend returns o with the members more after its own. o is not absent and has more
// members than that. It reports false if o has one of the names, or if o has no tail and
// more than fewMisses members are added.
func (o Object) extend(more []*member) (extended Object, ok bool) {
	old, t := o.members(), o.o.tail
	in := &lookup{members: old}
	if t != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		in = &t.in
	} else if len(more) > fewMisses {
		return Object{}, false
	}
	for _, m := range more {
		if in.find(m.name) >= 0 {
			return Object{}, false
		}
	}
	if t == nil || len(in.members) > len(old) || len(old)+len(more) > cap(old) {
		return withTail(append(append(make([]*member, 0, 2*len(old)), old...), more...)), true
	}
	for _, m := range more {
		in.add(m)
	}
	return Object{&object{in.members, t}}, true
}
