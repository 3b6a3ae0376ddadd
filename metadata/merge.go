package metadata

import "strings"

// Merge returns base changed as d says, by the rules of the mode. Members that d
// does not touch keep their order and share text with base; new ones come last,
// in the order of d. Where d says nothing the result is base itself; where it
// says something about an absent base, the result is an object.
//
// It costs what the first level and d cost, however large the values are; in
// [Deep], what the members cost that both sides have as objects.
func (m Mode) Merge(base Object, d Delta) Object {
	if d.IsZero() {
		return base
	}
	if d.IsWipe() && m == FirstLevel {
		return d.says
	}
	patch := d.says.members()
	members := append(make([]member, 0, base.Len()+len(patch)), base.members()...)
	gone := 0
	for _, p := range patch {
		i := base.find(p.name)
		switch {
		case p.value == "null":
			if i >= 0 {
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

// fresh returns the text of a value that is set where nothing was to merge with.
func (m Mode) fresh(value string) string {
	if m == FirstLevel || value[0] != '{' || !strings.Contains(value, "null") {
		return value
	}
	return spliceString(Deep, "{}", value)
}

// mergeValue returns the text of the value old once patch, no null, came.
func (m Mode) mergeValue(old, patch string) string {
	if m == FirstLevel || patch[0] != '{' || old[0] != '{' {
		return m.fresh(patch)
	}
	return spliceString(Deep, old, patch)
}
