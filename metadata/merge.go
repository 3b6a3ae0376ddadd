package metadata

import "strings"

// Merge returns base changed as d says, by the rules of the mode. Members that d
// does not touch keep their order and share text with base; new ones come last,
// in the order of d. Where d says nothing the result is base itself; where it
// says something about an absent base, the result is an object.
//
// It costs what the first level and d cost, however large the values are; where
// objects are merged at every level or lists combined, what the members cost that
// both sides have.
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
	patch := d.says.members()
	members := append(make([]member, 0, base.Len()+len(patch)), base.members()...)
	gone := 0
	for _, p := range patch {
		i := base.find(p.name)
		switch {
		case p.value == "null":
			if i >= 0 && m&baseWins == 0 {
				members[i].value = ""
				gone++
			}
		case i < 0:
			p.value = m.fresh(p.value)
			members = append(members, p)
		default:
			members[i].value = m.mergeValue(members[i].value, p.value)
		}
	}
	if gone > 0 {
		kept := members[:0]
		for _, x := range members {
			if x.value != "" {
				kept = append(kept, x)
			}
		}
		clear(members[len(kept):])
		members = kept
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
			x.value = strip(x.value)
			members = append(members, x)
		}
	}
	return Object{&object{members: members}}
}

// fresh returns the text of a value that is set where nothing was to merge with.
func (m Mode) fresh(value string) string {
	if value[0] != '{' && value[0] != '[' || !strings.Contains(value, "null") {
		return value
	}
	if m&stripNested != 0 {
		return strip(value)
	}
	if m&allLevels != 0 && value[0] == '{' {
		return spliceString(Deep, "{}", value)
	}
	return value
}

// mergeValue returns the text of the value old once patch, no null, came.
func (m Mode) mergeValue(old, patch string) string {
	switch {
	case m&allLevels != 0 && patch[0] == '{' && old[0] == '{':
		return spliceString(m|emptyNothing, old, patch)
	case m&(appendLists|unionLists) != 0 && patch[0] == '[' && old[0] == '[':
		return combine(m.lists(), old, m.fresh(patch))
	case m&baseWins != 0:
		return old
	}
	return m.fresh(patch)
}
