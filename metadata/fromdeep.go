package metadata

// FromDeep translates a deep change for an API that merges by m: call it when the
// change is nested and the API merges the first level only. Applied to base with m,
// the result gives what deep gives with [Deep]: m.Merge(base, delta) equals
// Deep.Merge(base, deep). An absent base equals {} here: if deep changes nothing in it,
// the result is the zero Delta, which keeps it absent, though Deep makes it {}.
//
// In [FirstLevel]:
//
//  1. A member that deep does not name is omitted, so that a concurrent write to it
//     is kept.
//  2. A removal stays a removal.
//  3. A nested object is merged with that of base and set whole.
//  4. Members that do not change are omitted. The result is never {}.
//
// Use the result only with this base. It shares text with base and deep. The error is
// an [Errors] with an [ErrUnreachable] for each place that the mode cannot express,
// such as a null inside a value that is set whole with StripNulls; see [Unreachable].
func (m Mode) FromDeep(base Object, deep Delta) (Delta, error) {
	if m.effective() == Deep {
		return deep, nil
	}
	d := differ{mode: m}
	after := Deep.Merge(base, deep)
	if m&(Replace|AllLevels|BaseWins) != 0 {
		delta := d.diff(base, after)
		return delta, d.missed.err()
	}
	var members []*member
	inBase, inAfter := lookup{members: base.members()}, lookup{members: after.members()}
	for _, p := range deep.obj.members() {
		i, j := inBase.find(p.name), inAfter.find(p.name)
		switch {
		case i < 0 && j < 0:
		case j < 0:
			members = append(members, p)
		case i < 0:
			if value, ok := d.newValue(p.name, after.members()[j].value); ok {
				members = append(members, &member{name: p.name, key: p.key, value: value})
			}
		default:
			if value, ok := d.value(p.name, base.members()[i].value, after.members()[j].value); ok {
				members = append(members, &member{name: p.name, key: p.key, value: value})
			}
		}
	}
	if len(members) == 0 {
		return Delta{}, d.missed.err()
	}
	return Delta{Object{&object{members: members}}}, d.missed.err()
}
