package metadata

import (
	"slices"
	"strings"
)

// Merge returns base changed as d says, by the rules of the mode. Members that d
// does not touch keep their order and share text with base; new ones come last,
// in the order of d. Where d says nothing the result is base itself; where it
// says something about an absent base, the result is an object.
//
// It costs what the first level and d cost, however large the values are; where
// objects are merged at every level or lists combined, what the members cost that
// both sides have. It allocates at most four times, and once more for each name that d
// writes in another way; and for each list that is combined and each value from which
// nulls are stripped, as often as it takes to read them.
//
// Objects in members that are merged again and again are not read again: where both
// are of at most 2 KB and 63 members, at all their levels, and each was merged before,
// both keep an index, of 72 bytes for each member, which allocates twice for each.
func (m Mode) Merge(base Object, d Delta) Object {
	switch {
	case d.IsZero():
		return base
	case d.IsWipe():
		return m.mergeEmpty(base)
	case m&noLevel != 0:
		if m&baseWins != 0 && base.Len() > 0 {
			return base
		}
		return m.whole(d.says)
	}
	old, patch := base.members(), d.says.members()
	members := make([]*member, len(old), len(old)+len(patch))
	copy(members, old)
	n := newMembers{mode: m, patch: patch}
	gone, next := 0, 0 // next: where the following member of d probably is
	for _, p := range patch {
		i := base.findFrom(next, p.name)
		next = i + 1
		switch {
		case p.value == "null":
			if i >= 0 && m&baseWins == 0 {
				members[i] = nil
				gone++
			}
		case i < 0:
			members = append(members, n.fresh(p, p))
		default:
			members[i] = n.merged(old[i], p)
		}
	}
	n.finish()
	if gone > 0 {
		members = slices.DeleteFunc(members, func(x *member) bool { return x == nil })
	}
	return Object{&object{members: members}}
}

// mergeEmpty returns what {} makes of base.
func (m Mode) mergeEmpty(base Object) Object {
	if m&(emptyNothing|baseWins) != 0 && !base.IsZero() {
		return base
	}
	return Object{&object{}}
}

// whole returns o as a mode stores it that takes it whole.
func (m Mode) whole(o Object) Object {
	if m&stripNested == 0 {
		return o
	}
	members := make([]member, 0, o.Len())
	for _, x := range o.members() {
		if x.value != "null" {
			members = append(members, member{name: x.name, key: x.key, value: strip(x.value)})
		}
	}
	return newObject(members)
}

// fresh returns the text of a value that is set where nothing was to merge with.
func (m Mode) fresh(value string) string {
	switch {
	case !m.changes(value):
		return value
	case m&stripNested != 0:
		return strip(value)
	}
	return spliceString(Deep, "", value)
}

// changes reports whether the mode does not store value as it is where nothing was
// to merge with.
func (m Mode) changes(value string) bool {
	return (m&stripNested != 0 && value[0] == '[' || m&(stripNested|allLevels) != 0 && value[0] == '{') &&
		strings.Contains(value, "null")
}

// newMembers are the members of a merge that neither side has as they are. The
// texts that have to be written share one.
type newMembers struct {
	mode  Mode
	patch []*member
	made  []member
	text  *splice // where texts are written; nil until one is
}

// fresh returns the member old, or p if there is no other, with the value of p
// set where nothing was to merge with.
func (n *newMembers) fresh(old, p *member) *member {
	switch {
	case n.mode.changes(p.value) && n.mode&stripNested == 0:
		return n.write(old, Deep, nil, p)
	case n.mode.changes(p.value):
		return n.add(old, strip(p.value))
	case p.key == old.key:
		return p
	}
	return &member{name: old.name, key: old.key, value: p.value}
}

// merged returns the member old once p came, which is no removal.
func (n *newMembers) merged(old, p *member) *member {
	m := n.mode
	switch {
	case m&allLevels != 0 && p.value[0] == '{' && old.value[0] == '{':
		return n.write(old, m|emptyNothing, old, p)
	case m&(appendLists|unionLists) != 0 && p.value[0] == '[' && old.value[0] == '[':
		return n.add(old, combine(m.lists(), old.value, m.fresh(p.value)))
	case m&baseWins != 0:
		return old
	}
	return n.fresh(old, p)
}

// add returns a new member of the name of old.
func (n *newMembers) add(old *member, value string) *member {
	if n.made == nil {
		most, m := 0, n.mode
		for _, p := range n.patch {
			if m&(allLevels|stripNested) != 0 && p.value[0] == '{' || m&(appendLists|unionLists|stripNested) != 0 && p.value[0] == '[' {
				most++
			}
		}
		n.made = make([]member, 0, most)
	}
	n.made = append(n.made, member{name: old.name, key: old.key, value: value})
	return &n.made[len(n.made)-1]
}

// write returns a new member of the name of old: the object that patch makes of that
// in base, or of none where base is nil. finish gives it its value.
func (n *newMembers) write(old *member, m Mode, base, patch *member) *member {
	if n.text == nil {
		n.text = splices.Get().(*splice)
	}
	start := len(n.text.written)
	if base == nil {
		n.text.add(m, "", patch.value)
	} else if d, p := indexes(base, patch); d != nil {
		n.text.addIndexed(m, d, p)
	} else {
		n.text.add(m, base.value, patch.value)
	}
	n.text.cuts = append(n.text.cuts, cut{len(n.made), start, len(n.text.written)})
	return n.add(old, "")
}

func (n *newMembers) finish() {
	if n.text == nil {
		return
	}
	text := string(n.text.written)
	for _, c := range n.text.cuts {
		n.made[c.of].value = text[c.start:c.end]
	}
	n.text.release()
}
