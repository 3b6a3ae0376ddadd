package metadata

import "sync"

// tail is what follows the members of an object that Delta.Set or Mode.Merge extended, in
// the same array: the members of objects that were made from it. It lets a loop of them
// append to one array, as append does, instead of copying the members each time. Only they
// read it. Small objects have none, so that reflect.DeepEqual finds them equal.
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

// extend returns o with new members after its own. It reports false if Merge must copy the
// members of o: they are few, o has one of the names, or the new ones are not few beside
// them.
func (o Object) extend(more []*member) (extended Object, ok bool) {
	old := o.members()
	if len(old) < fewIndexed || len(more) > len(old)/8 {
		return Object{}, false
	}
	t := o.o.tail
	if t == nil {
		for _, m := range more {
			if len(more) > fewMisses || indexOf(old, m.name) >= 0 {
				return Object{}, false
			}
		}
		return withTail(append(append(make([]*member, 0, 2*len(old)), old...), more...)), true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range more {
		if t.in.find(m.name) >= 0 {
			return Object{}, false
		}
	}
	if len(t.in.members) > len(old) || len(old)+len(more) > cap(old) {
		return withTail(append(append(make([]*member, 0, 2*len(old)), old...), more...)), true
	}
	for _, m := range more {
		t.in.add(m)
	}
	return Object{&object{t.in.members, t}}, true
}
