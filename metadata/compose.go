package metadata

import (
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Compose returns the Deltas that, merged one after the other, do to every object
// what first and then do: one where that can be said without knowing the object,
// otherwise the two; none where both say nothing. They share text with first and
// then.
//
// What cannot be said in one:
//
//   - a wipe, and then members to set;
//   - where objects are merged at every level, a value that is no object, or a
//     removal, and then an object in its place: alone it would be merged into
//     whatever object is there;
//   - where lists are combined, a value that is no list, or a removal, and then a
//     list in its place.
func (m Mode) Compose(first, then Delta) []Delta {
	one, ok := m.compose(first, then)
	switch {
	case !ok:
		return []Delta{first, then}
	case one.IsZero():
		return nil
	}
	return []Delta{one}
}

func (m Mode) compose(first, then Delta) (one Delta, ok bool) {
	switch {
	case first.IsZero():
		return then, true
	case then.IsZero():
		return first, true
	case m&noLevel != 0 && m&baseWins != 0:
		if m.whole(first.says).Len() > 0 {
			return first, true
		}
		return then, true
	case m&(emptyNothing|baseWins) != 0 && then.IsWipe():
		return first, true
	case then.IsWipe(), m&noLevel != 0:
		return then, true
	case m&(emptyNothing|baseWins) != 0 && first.IsWipe():
		return then, true
	case first.IsWipe():
		for _, x := range then.says.members() {
			if x.value != "null" {
				return Delta{}, false
			}
		}
		return first, true
	}
	a, b := textOf(first.says), textOf(then.says)
	c := composer{mode: m}
	if !c.objects(a, 0, b, 0) {
		return Delta{}, false
	}
	return Delta{objectOf(c.out.String())}, true
}

// textOf returns the indexed text of o, which is present.
func textOf(o Object) text {
	s := o.String()
	return text{s, jsonscan.Index([]byte(s), 0)}
}

type composer struct {
	mode Mode
	out  strings.Builder
}

// objects writes what object x of first and then object y of then say. It
// reports false where that cannot be said.
func (c *composer) objects(first text, x int, then text, y int) bool {
	c.out.WriteByte('{')
	written, ok := false, true
	pair(first, x, then, y, func(x, y int) {
		if !ok {
			return
		}
		if written {
			c.out.WriteByte(',')
		}
		written = true
		if x < 0 {
			c.member(then, y)
			return
		}
		if y < 0 {
			c.member(first, x)
			return
		}
		c.out.WriteString(first.key(x))
		c.out.WriteByte(':')
		ok = c.values(first, x, then, y)
	})
	c.out.WriteByte('}')
	return ok
}

func (c *composer) member(t text, k int) {
	c.out.WriteString(t.key(k))
	c.out.WriteByte(':')
	c.out.WriteString(t.value(k).text)
}

// values writes what to say of a member of which both say something.
func (c *composer) values(first text, x int, then text, y int) bool {
	f, t := first.value(x).text, then.value(y).text
	objects := c.mode&allLevels != 0 && t[0] == '{'
	lists := c.mode&(appendLists|unionLists) != 0 && t[0] == '['
	switch {
	case objects && f[0] == '{':
		return c.objects(first, x, then, y)
	case lists && f[0] == '[':
		// As they are stored, since that is how a union tells them apart.
		c.out.WriteString(combine(c.mode.lists(), c.mode.fresh(f), c.mode.fresh(t)))
		return true
	case c.mode&baseWins == 0:
		c.out.WriteString(t)
		return !objects && !lists
	case t == "null":
		c.out.WriteString(f)
		return true
	case f == "null":
		c.out.WriteString(t)
		return true
	}
	c.out.WriteString(f)
	return !objects && !lists
}
