package metadata

import (
	"errors"
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Diff returns the smallest Delta that turns from into to, so that
// m.Merge(from, delta) equals to. It shares text with from and to.
//
//  1. Equal objects give the zero Delta; absent equals {} here. Equal members are
//     omitted; 1 equals 1.0.
//  2. In [FirstLevel] a member that changed at any depth is set whole, and one that
//     to lacks is removed. The Delta is {} only if to has no members and from
//     has some.
//  3. In [Deep] objects are compared at every level. Do not send the result to an
//     API that merges one level: members that it omits would be lost.
//  4. In [Replace] the Delta is all of to, in [Fill] the members that from lacks.
//
// If the mode cannot reach to, the Delta goes as far as it can. The error is then
// an [Errors] with an [ErrUnreachable] for each place that it misses: a null that
// is not stored, a member that stays because the base wins, a list that does not
// begin with the old one. The pointer is "" if [Replace] cannot change from at all:
// with [BaseWins] if from has members, with [IgnoreEmpty] but not [StripNulls] if to
// has none. At most 1,000 places, or a mebibyte of their pointers, are
// listed; then the last entry is [ErrMore]. See [Unreachable].
func (m Mode) Diff(from, to Object) (Delta, error) {
	d := differ{mode: m}
	delta := d.diff(from, to)
	return delta, d.missed.err()
}

// differ makes one Delta.
type differ struct {
	mode   Mode
	path   []string // of the object that is compared
	out    []byte   // the nested patch that is written
	missed faultList
}

// miss adds the error that the place at path, below d.path, cannot be reached.
func (d *differ) miss(path ...string) {
	d.missed.add(ErrUnreachable, slices.Concat(d.path, path), "")
}

// diff returns the Delta from one object to another.
func (d *differ) diff(from, to Object) Delta {
	m := d.mode
	switch {
	case from.Len() == 0 && to.Len() == 0:
		return Delta{}
	case m&Replace != 0:
		return d.replaceWhole(from, to)
	case to.Len() == 0 && m&(IgnoreEmpty|BaseWins) == 0:
		return Wipe()
	}
	var members []member
	pairMembers(from, to, func(f, t *member) {
		switch {
		case f == nil:
			if value, ok := d.newValue(t.name, t.value); ok {
				members = append(members, member{name: t.name, key: t.key, value: value})
			}
		case t != nil:
			if value, ok := d.value(f.name, f.value, t.value); ok {
				members = append(members, member{name: f.name, key: f.key, value: value})
			}
		case m&BaseWins != 0:
			d.miss(f.name)
		default:
			members = append(members, member{name: f.name, key: f.key, value: "null"})
		}
	})
	if len(members) == 0 {
		return Delta{}
	}
	return Delta{newObject(members)}
}

// replaceWhole is diff for Replace.
func (d *differ) replaceWhole(from, to Object) Delta {
	switch {
	case from.Equal(to):
		return Delta{}
	case d.mode&BaseWins != 0 && from.Len() > 0, d.mode&IgnoreEmpty != 0 && d.mode&StripNulls == 0 && to.Len() == 0:
		d.miss()
		return Delta{}
	case d.mode&IgnoreEmpty != 0 && to.Len() == 0: // {} would change nothing
		return strippedToEmpty(from)
	case to.Len() == 0:
		return Wipe()
	}
	if d.mode&StripNulls != 0 {
		for _, t := range to.members() {
			if t.value == "null" {
				d.miss(t.name)
			}
			d.missStripped(t.name, t.value)
		}
		o := d.mode.storedWhole(to)
		if o.Len() == 0 {
			return strippedToEmpty(from)
		}
		return Delta{o}
	}
	return Delta{to}
}

// strippedToEmpty returns the Delta that turns from into {} in [Replace] | [StripNulls]:
// a null, which is stripped.
func strippedToEmpty(from Object) Delta {
	if from.Len() == 0 {
		return Delta{}
	}
	f := from.members()[0]
	return Delta{newObject([]member{{name: f.name, key: f.key, value: "null"}})}
}

// value returns the value that the Delta has for a member of both objects. It reports
// false if the Delta omits it.
func (d *differ) value(name, from, to string) (value string, ok bool) {
	if from == to || jsonscan.Equal([]byte(from), []byte(to)) {
		return "", false
	}
	if d.mode&AllLevels == 0 || from[0] != '{' || to[0] != '{' {
		return d.replacement(name, from, to)
	}
	a, b := indexText(from), indexText(to)
	d.out = nil
	ok = d.objects(name, a, a.Root(), b, b.Root())
	return string(d.out), ok
}

// replacement is value for values that differ and are not compared member by member.
func (d *differ) replacement(name, from, to string) (value string, ok bool) {
	switch {
	case d.mode&(AppendLists|UnionLists) != 0 && from[0] == '[' && to[0] == '[':
		more, ok := addedElements(d.mode, from, to)
		if !ok || d.mode&StripNulls != 0 && stripNulls(more) != more {
			d.miss(name)
			return "", false
		}
		return more, true
	case d.mode&BaseWins != 0:
		d.miss(name)
		return "", false
	}
	return d.newValue(name, to)
}

// newValue returns the value that makes a member to, if the base lacks it or has a
// value that is replaced. It reports false if there is none.
func (d *differ) newValue(name, to string) (value string, ok bool) {
	if to == "null" {
		d.miss(name)
		return "", false
	}
	if to[0] != '{' && to[0] != '[' || !strings.Contains(to, "null") {
		return to, true
	}
	switch {
	case d.mode&StripNulls != 0:
		d.missStripped(name, to)
	case d.mode&AllLevels != 0 && to[0] == '{':
		b := indexText(to)
		d.missNulls(name, b, b.Root())
	}
	return d.mode.stored(to), true
}

// missStripped calls miss for each null member in value, at any depth.
func (d *differ) missStripped(name, value string) {
	if value[0] != '{' && value[0] != '[' || !strings.Contains(value, "null") {
		return
	}
	for v := range jsonscan.Walk(value, name) {
		if v.InObject && v.Text == "null" {
			d.miss(v.Path()...)
		}
	}
}

// missNulls calls miss for each null member of object y and of the objects in it.
func (d *differ) missNulls(name string, b indexedText, y jsonscan.Node) {
	jsonscan.Unwind(len(d.path))
	d.path = append(d.path, name)
	for m := range b.Inside(y) {
		switch b.First(m) {
		case 'n':
			d.miss(b.name(m))
		case '{':
			d.missNulls(b.name(m), b, m)
		}
	}
	d.path = d.path[:len(d.path)-1]
}

// objects writes the patch that turns object x of a into object y of b. It reports
// whether the patch has members.
func (d *differ) objects(name string, a indexedText, x jsonscan.Node, b indexedText, y jsonscan.Node) (written bool) {
	jsonscan.Unwind(len(d.path))
	d.path = append(d.path, name)
	d.out = append(d.out, '{')
	add := func(key, value string) {
		if written {
			d.out = append(d.out, ',')
		}
		d.out = append(append(append(d.out, key...), ':'), value...)
		written = true
	}
	pair(a, x, b, y, func(x, y jsonscan.Node) {
		switch {
		case !y.Exists() && d.mode&BaseWins != 0:
			d.miss(a.name(x))
		case !y.Exists():
			add(a.key(x), "null")
		case !x.Exists():
			if value, ok := d.newValue(b.name(y), b.value(y).text); ok {
				add(b.key(y), value)
			}
		case a.isObject(x) && b.isObject(y):
			before := len(d.out)
			if written {
				d.out = append(d.out, ',')
			}
			d.out = append(append(d.out, b.key(y)...), ':')
			if d.objects(b.name(y), a, x, b, y) {
				written = true
			} else {
				d.out = d.out[:before]
			}
		case !equalNodes(a, x, b, y):
			if value, ok := d.replacement(b.name(y), a.value(x).text, b.value(y).text); ok {
				add(b.key(y), value)
			}
		}
	})
	d.path = d.path[:len(d.path)-1]
	d.out = append(d.out, '}')
	return written
}

// Unreachable returns the pointers of the faults in err that are [ErrUnreachable];
// [Mode.Diff] and [Mode.FromDeep] return such errors. It returns nil for any other
// error.
func Unreachable(err error) []string {
	var list []string
	var es Errors
	if errors.As(err, &es) {
		for _, e := range es {
			if e.Fault == ErrUnreachable {
				list = append(list, e.Pointer)
			}
		}
	}
	return list
}
