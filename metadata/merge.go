package metadata

import "strings"

// Merge returns base changed by d. The mode determines the rules; see its doc.
//
//  1. The zero Delta returns base itself.
//  2. Any other Delta returns an object, also if base is absent.
//  3. Members that d does not change keep their order. New members come last, in
//     the order of d.
//
// The result shares text with base and d, neither of which changes.
//
// Merge takes time for the members of the first level and for d, however large the
// values are. If objects are merged at every level or lists are combined, it
// also takes time for the values that both sides have. It allocates at most four
// times, plus once if both sides have many members in different orders, plus once
// for each name that d spells differently (with an escape), plus what it takes to read
// each list that is combined and each value from which nulls are stripped. A large
// value that is merged takes more.
func (m Mode) Merge(base Object, d Delta) Object {
	if d.IsZero() {
		return base
	}
	switch m.decideWhole(base.extent(), d.obj.extent()) {
	case actionKeep:
		return base
	case actionReplace:
		return m.storedWhole(d.obj)
	}
	old, patch := base.members(), d.obj.members()
	if len(old) >= fewIndexed && len(patch) <= len(old)/8 && m.addsWhole(patch) {
		if o, ok := base.extend(patch); ok {
			return o
		}
	}
	o := withRoom(len(old) + len(patch))
	members := append(o.members, old...)
	w := memberWriter{mode: m, patch: patch}
	nested := m&(AllLevels|AppendLists|UnionLists) != 0 // the kinds of values matter
	in, removed := lookup{members: old}, false
	for _, p := range patch {
		i := in.find(p.name)
		if i < 0 {
			if m.decide(noValue, p.value[0]) == actionReplace {
				members = append(members, w.replaced(p, p))
			}
			continue
		}
		x, was := old[i], byte(anyValue)
		if nested {
			was = x.value[0]
		}
		switch m.decide(was, p.value[0]) {
		case actionRemove:
			members[i] = nil
			removed = true
		case actionReplace:
			members[i] = w.replaced(x, p)
		case actionDescend:
			members[i] = w.merged(m|IgnoreEmpty, x, x.value, p)
		case actionCombine:
			members[i] = w.add(x, combineLists(m, x.value, m.stored(p.value)))
		}
	}
	w.finish()
	if removed {
		members = withoutNil(members)
	}
	o.members = members
	return Object{o}
}

// addsWhole reports whether m stores all members of a patch as they are, if the base lacks
// them.
func (m Mode) addsWhole(patch []*member) bool {
	for _, p := range patch {
		if p.value == "null" || m.strips(p.value) {
			return false
		}
	}
	return true
}

// withoutNil returns members, of which one at least is nil, without those that
// are. It changes the array.
func withoutNil(members []*member) []*member {
	n := 0
	for members[n] != nil {
		n++
	}
	for _, x := range members[n+1:] {
		if x != nil {
			members[n] = x
			n++
		}
	}
	clear(members[n:])
	return members[:n]
}

// storedWhole returns o as m stores it if it replaces the whole base.
func (m Mode) storedWhole(o Object) Object {
	if m&StripNulls == 0 {
		return o
	}
	members := make([]member, 0, o.Len())
	for _, x := range o.members() {
		if x.value != "null" {
			members = append(members, member{name: x.name, key: x.key, value: stripNulls(x.value)})
		}
	}
	return newObject(members)
}

// stored returns the text of value as m stores it if it replaces another value
// or is new: without the nulls that m does not store.
func (m Mode) stored(value string) string {
	switch {
	case !m.strips(value):
		return value
	case m&StripNulls != 0:
		return stripNulls(value)
	}
	return mergeStrings(Deep, "", value)
}

// strips reports whether m may store value without some of its nulls.
func (m Mode) strips(value string) bool {
	return (m&StripNulls != 0 && value[0] == '[' || m&(StripNulls|AllLevels) != 0 && value[0] == '{') &&
		strings.Contains(value, "null")
}

// memberWriter makes the members that neither side of a merge has as they are. All
// objects that it writes share one text.
type memberWriter struct {
	mode  Mode
	patch []*member
	made  []member   // with room for all that can be made, so that pointers stay valid
	text  *textMerge // nil until an object is written
}

// replaced returns the member old with the value of p, as the mode stores it. old
// is p if the base lacks the member.
func (w *memberWriter) replaced(old, p *member) *member {
	switch {
	case w.mode.strips(p.value) && w.mode&StripNulls == 0:
		return w.merged(Deep, old, "", p)
	case w.mode.strips(p.value):
		return w.add(old, stripNulls(p.value))
	case p.key == old.key:
		return p
	}
	return &member{name: old.name, key: old.key, value: p.value}
}

// add returns a new member with the name of old.
func (w *memberWriter) add(old *member, value string) *member {
	if w.made == nil {
		most := 0
		for _, p := range w.patch {
			if c := p.value[0]; c == '{' && w.mode&(AllLevels|StripNulls) != 0 ||
				c == '[' && w.mode&(AppendLists|UnionLists|StripNulls) != 0 {
				most++
			}
		}
		w.made = make([]member, 0, most)
	}
	w.made = append(w.made, member{name: old.name, key: old.key, value: value})
	return &w.made[len(w.made)-1]
}

// merged returns a new member with the name of old: the object that the value of p
// makes of the object base, where "" is absent. Its value is set by finish.
func (w *memberWriter) merged(m Mode, old *member, base string, p *member) *member {
	if w.text == nil {
		w.text = textMerges.Get().(*textMerge)
	}
	start := len(w.text.results)
	w.text.appendResult(m, base, p.value)
	w.text.spans = append(w.text.spans, span{len(w.made), start, len(w.text.results)})
	return w.add(old, "")
}

// finish sets the values of the members that merged returned.
func (w *memberWriter) finish() {
	if w.text == nil {
		return
	}
	text := string(w.text.results)
	for _, s := range w.text.spans {
		w.made[s.member].value = text[s.start:s.end]
	}
	w.text.release()
}
