package metadata

// FromDeep returns the Delta that has, in the mode m, the effect on base that deep
// has in [Deep]: m.Merge(base, FromDeep(base, deep)) equals Deep.Merge(base, deep).
// With [FirstLevel] this is how to change something deep down through an API that
// merges one level only:
//
//  1. A member that deep does not name is not said, so that what others write
//     there meanwhile stays.
//  2. A removal stays a removal.
//  3. An object is merged with that of base and said whole.
//  4. What changes nothing is not said. {} never is.
//
// The result holds for this base only: read, lower, send. The error, an [Errors]
// with [ErrUnreachable], lists what the mode cannot express, such as a null inside
// a value that is said whole where nulls are stripped. The Delta shares text with
// base and deep.
func (m Mode) FromDeep(base Object, deep Delta) (Delta, error) {
	if m.Knobs().Mode() == Deep {
		return deep, nil
	}
	d := differ{mode: m}
	after := Deep.Merge(base, deep)
	if m&(noLevel|allLevels|baseWins) != 0 {
		delta := d.diff(base, after)
		if d.missed != nil {
			return delta, d.missed
		}
		return delta, nil
	}
	var members []*member
	for _, p := range deep.says.members() {
		was, is := base.find(p.name), after.find(p.name)
		switch {
		case was < 0 && is < 0:
		case is < 0:
			members = append(members, p)
		case was < 0:
			if value, ok := d.fresh(p.name, after.members()[is].value); ok {
				members = append(members, &member{name: p.name, key: p.key, value: value})
			}
		default:
			if value, says := d.value(p.name, base.members()[was].value, after.members()[is].value); says {
				members = append(members, &member{name: p.name, key: p.key, value: value})
			}
		}
	}
	var err error
	if d.missed != nil {
		err = d.missed
	}
	if len(members) == 0 {
		return Delta{}, err
	}
	return Delta{Object{&object{members: members}}}, err
}
