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
// Where the mode cannot get all the way (it cannot store a null that was not
// there, or in Deep make an absent object {}), the Delta goes as far as it can
// and the error, an [Errors] with [ErrUnreachable], lists the members it misses; of
// more than a thousand the last entry is [ErrMore].
// The Delta shares text with from and to.
func (m Mode) Diff(from, to Object) (Delta, error) {
	d := differ{mode: m}
	var members []member
	for _, f := range from.members() {
		i := to.find(f.name)
		if i < 0 {
			members = append(members, member{f.name, f.key, "null"})
			continue
		}
		if value, changed := d.value(f.name, f.value, to.members()[i].value); changed {
			members = append(members, member{f.name, f.key, value})
		}
	}
	for _, t := range to.members() {
		if from.find(t.name) >= 0 {
			continue
		}
		if value, ok := d.fresh(t.name, t.value); ok {
			members = append(members, member{t.name, t.key, value})
		}
	}
	var err error
	if d.missed != nil {
		err = d.missed
	}
	switch {
	case len(members) == 0:
		return Delta{}, err
	case m == FirstLevel && to.Len() == 0:
		return Wipe(), err
	}
	return Delta{Object{&object{members: members}}}, err
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

func (d *differ) miss(name string) {
	if n := len(d.missed); n > 0 && d.missed[n-1].Fault == ErrMore {
		return
	}
	d.length += len(name)
	for _, p := range d.path {
		d.length += len(p)
	}
	if len(d.missed) == mostMissed || d.length > mostMissedLength && len(d.missed) > 0 {
		d.missed = append(d.missed, &Error{Fault: ErrMore})
		return
	}
	path := append(append([]string(nil), d.path...), name)
	d.missed = append(d.missed, &Error{Fault: ErrUnreachable, Pointer: Pointer(path...)})
}

// value returns what to say of a member that both sides have.
func (d *differ) value(name, from, to string) (value string, changed bool) {
	if from == to || jsonscan.Equal([]byte(from), []byte(to)) {
		return "", false
	}
	if d.mode == FirstLevel || from[0] != '{' || to[0] != '{' {
		return d.fresh(name, to)
	}
	a, b := text{from, jsonscan.Index([]byte(from), 0)}, text{to, jsonscan.Index([]byte(to), 0)}
	d.out = nil
	changed = d.objects(name, a, 0, b, 0)
	return string(d.out), changed
}

// fresh returns what to say so that a member becomes to, whatever is there. It
// reports false where that cannot be said.
func (d *differ) fresh(name, to string) (value string, ok bool) {
	if to == "null" {
		d.miss(name)
		return "", false
	}
	if d.mode == Deep && to[0] == '{' && strings.Contains(to, "null") {
		b := text{to, jsonscan.Index([]byte(to), 0)}
		d.nulls(name, b, 0)
		return spliceString(Deep, "{}", to), true
	}
	return to, true
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
	key := func(k string) {
		if says {
			d.out = append(d.out, ',')
		}
		d.out = append(append(d.out, k...), ':')
	}
	pair(a, x, b, y, func(x, y int) {
		switch {
		case y < 0:
			key(a.key(x))
			d.out = append(d.out, "null"...)
			says = true
		case x >= 0 && a.isObject(x) && b.isObject(y):
			before := len(d.out)
			key(b.key(y))
			if d.objects(b.name(y), a, x, b, y) {
				says = true
			} else {
				d.out = d.out[:before]
			}
		case x < 0 || !equalNodes(a, x, b, y):
			if value, ok := d.fresh(b.name(y), b.value(y).text); ok {
				key(b.key(y))
				d.out = append(d.out, value...)
				says = true
			}
		}
	})
	d.path = d.path[:len(d.path)-1]
	d.out = append(d.out, '}')
	return says
}

// Unreachable returns the pointers that err, an error of [Mode.Diff], says a
// mode cannot reach.
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
