package metadata

import (
	"errors"
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Diff returns the smallest Delta that turns from into to: Merge(from,
// Diff(from, to)) equals to. Objects that are equal, or one absent and the other
// {}, give the zero Delta, which says nothing and is not {}. Nothing is said of
// members that are equal by value: 1 and 1.0 are.
//
// In [FirstLevel] a member that changed anywhere is set whole, one that went is
// removed, and {} is said only where to is empty and from is not.
//
// In [Deep] objects are compared level by level. The result must not be sent to
// an API that merges one level only: it would lose what it does not name.
//
// In [Replace] the whole of to is said, in [Fill] what is new in it.
//
// Where the mode cannot get all the way, the Delta goes as far as it can and the
// error, an [Errors] with [ErrUnreachable], lists what it misses: a null that is
// not stored, a member that cannot be removed or replaced because the base wins, a
// list that is not the old one and more. Of more than a thousand, or than a mebibyte of
// pointers, the last entry is [ErrMore]. The Delta shares text with from and to.
func (m Mode) Diff(from, to Object) (Delta, error) {
	d := differ{mode: m}
	delta := d.diff(from, to)
	if d.missed != nil {
		return delta, d.missed
	}
	return delta, nil
}

type differ struct {
	mode   Mode
	path   []string
	out    []byte // the patch that is being written
	missed Errors
	length int // of its pointers together
}

// The most faults that are listed, and the most bytes of their pointers.
const (
	mostMissed       = 1000
	mostMissedLength = 1 << 20
)

// miss notes that what is at path, from where d stands, cannot be reached.
func (d *differ) miss(path ...string) {
	if n := len(d.missed); n > 0 && d.missed[n-1].Fault == ErrMore {
		return
	}
	path = append(append([]string(nil), d.path...), path...)
	for _, p := range path {
		d.length += len(p)
	}
	if len(d.missed) == mostMissed || d.length > mostMissedLength && len(d.missed) > 0 {
		d.missed = append(d.missed, &Error{Fault: ErrMore})
		return
	}
	d.missed = append(d.missed, &Error{Fault: ErrUnreachable, Pointer: Pointer(path...)})
}

func (d *differ) diff(from, to Object) Delta {
	m := d.mode
	switch {
	case from.Len() == 0 && to.Len() == 0:
		return Delta{}
	case m&noLevel != 0:
		return d.whole(from, to)
	case to.Len() == 0 && m&(emptyNothing|baseWins) == 0:
		return Wipe()
	}
	var members []member
	for _, f := range from.members() {
		i := to.find(f.name)
		switch {
		case i >= 0:
			if value, says := d.value(f.name, f.value, to.members()[i].value); says {
				members = append(members, member{name: f.name, key: f.key, value: value})
			}
		case m&baseWins != 0:
			d.miss(f.name)
		default:
			members = append(members, member{name: f.name, key: f.key, value: "null"})
		}
	}
	for _, t := range to.members() {
		if from.find(t.name) >= 0 {
			continue
		}
		if value, ok := d.fresh(t.name, t.value); ok {
			members = append(members, member{name: t.name, key: t.key, value: value})
		}
	}
	if len(members) == 0 {
		return Delta{}
	}
	return Delta{newObject(members)}
}

// whole is Diff where the Delta is taken whole.
func (d *differ) whole(from, to Object) Delta {
	switch {
	case from.Equal(to):
		return Delta{}
	case d.mode&baseWins != 0 && from.Len() > 0, d.mode&emptyNothing != 0 && d.mode&stripNested == 0 && to.Len() == 0:
		d.miss()
		return Delta{}
	case d.mode&emptyNothing != 0 && to.Len() == 0: // a null that is not stored empties, as {} does not
		f := from.members()[0]
		return Delta{newObject([]member{{name: f.name, key: f.key, value: "null"}})}
	case to.Len() == 0:
		return Wipe()
	}
	if d.mode&stripNested != 0 {
		for _, t := range to.members() {
			if t.value == "null" {
				d.miss(t.name)
			}
			d.stripped(t.name, t.value)
		}
		o := d.mode.whole(to)
		if o.Len() == 0 { // all of it is null, and {} would wipe
			d.missed = nil
			d.miss()
			return Delta{}
		}
		return Delta{o}
	}
	return Delta{to}
}

// value returns what to say of a member that both sides have.
func (d *differ) value(name, from, to string) (value string, says bool) {
	if from == to || jsonscan.Equal([]byte(from), []byte(to)) {
		return "", false
	}
	if d.mode&allLevels == 0 || from[0] != '{' || to[0] != '{' {
		return d.replacement(name, from, to)
	}
	a, b := text{from, jsonscan.Index([]byte(from), 0)}, text{to, jsonscan.Index([]byte(to), 0)}
	d.out = nil
	says = d.objects(name, a, 0, b, 0)
	return string(d.out), says
}

// replacement returns what to say so that from becomes to, which differs and is
// not merged level by level.
func (d *differ) replacement(name, from, to string) (value string, says bool) {
	switch {
	case d.mode&(appendLists|unionLists) != 0 && from[0] == '[' && to[0] == '[':
		more, ok := extra(d.mode.lists(), from, to)
		if !ok || d.mode&stripNested != 0 && strip(more) != more {
			d.miss(name)
			return "", false
		}
		return more, true
	case d.mode&baseWins != 0:
		d.miss(name)
		return "", false
	}
	return d.fresh(name, to)
}

// fresh returns what to say so that a member becomes to, whatever is there. It
// reports false where that cannot be said.
func (d *differ) fresh(name, to string) (value string, ok bool) {
	if to == "null" {
		d.miss(name)
		return "", false
	}
	if to[0] != '{' && to[0] != '[' || !strings.Contains(to, "null") {
		return to, true
	}
	switch {
	case d.mode&stripNested != 0:
		d.stripped(name, to)
	case d.mode&allLevels != 0 && to[0] == '{':
		b := text{to, jsonscan.Index([]byte(to), 0)}
		d.nulls(name, b, 0)
	}
	return d.mode.fresh(to), true
}

// stripped notes each null member in value, at any depth, as missed.
func (d *differ) stripped(name, value string) {
	if value[0] != '{' && value[0] != '[' || !strings.Contains(value, "null") {
		return
	}
	for path, v := range jsonscan.Walk(value, name) {
		if v.InObject && v.Text == "null" {
			d.miss(path...)
		}
	}
}

// nulls notes each null member in the objects of node y as missed.
func (d *differ) nulls(name string, b text, y int) {
	d.path = append(d.path, name)
	for k, m := 0, y+1; k < b.nodes[y].Children; k, m = k+1, b.nodes[m].Sibling {
		switch b.s[b.nodes[m].Value] {
		case 'n':
			d.miss(b.name(m))
		case '{':
			d.nulls(b.name(m), b, m)
		}
	}
	d.path = d.path[:len(d.path)-1]
}

// objects writes the patch that turns object x of a into object y of b. It
// reports whether the patch says anything.
func (d *differ) objects(name string, a text, x int, b text, y int) (says bool) {
	d.path = append(d.path, name)
	d.out = append(d.out, '{')
	say := func(key, value string) {
		if says {
			d.out = append(d.out, ',')
		}
		d.out = append(append(append(d.out, key...), ':'), value...)
		says = true
	}
	pair(a, x, b, y, func(x, y int) {
		switch {
		case y < 0 && d.mode&baseWins != 0:
			d.miss(a.name(x))
		case y < 0:
			say(a.key(x), "null")
		case x < 0:
			if value, ok := d.fresh(b.name(y), b.value(y).text); ok {
				say(b.key(y), value)
			}
		case a.isObject(x) && b.isObject(y):
			before := len(d.out)
			if says {
				d.out = append(d.out, ',')
			}
			d.out = append(append(d.out, b.key(y)...), ':')
			if d.objects(b.name(y), a, x, b, y) {
				says = true
			} else {
				d.out = d.out[:before]
			}
		case !equalNodes(a, x, b, y):
			if value, ok := d.replacement(b.name(y), a.value(x).text, b.value(y).text); ok {
				say(b.key(y), value)
			}
		}
	})
	d.path = d.path[:len(d.path)-1]
	d.out = append(d.out, '}')
	return says
}

// Unreachable returns the pointers that err, an error of [Mode.Diff] or
// [Mode.FromDeep], says a mode cannot reach.
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
