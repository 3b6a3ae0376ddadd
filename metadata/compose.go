package metadata

import "strings"

// Compose returns Deltas that, merged in order, change every object as first and
// then do. They share text with first and then.
//
//  1. If both are zero, there is none.
//  2. There are two, first and then, in the cases below.
//  3. Otherwise there is one, which expresses both for every object.
//
// The cases of rule 2:
//
//   - a wipe, followed by members to set;
//   - if objects are merged at every level, a removal or a value other than an
//     object, followed by an object in its place, even {}: a single Delta would merge
//     that into whatever object is there;
//   - if lists are combined, a removal or a value other than a list, followed by a
//     list in its place, even [].
//
// A wipe or a removal that has no effect in the mode does not count.
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

// compose returns the Delta that expresses both. It reports false if none does.
func (m Mode) compose(first, then Delta) (one Delta, ok bool) {
	switch {
	case first.IsZero():
		return then, true
	case then.IsZero():
		return first, true
	case m&Replace != 0 && m&BaseWins != 0:
		if m.storedWhole(first.obj).Len() > 0 {
			return first, true
		}
		return then, true
	case m&(IgnoreEmpty|BaseWins) != 0 && then.IsWipe():
		return first, true
	case then.IsWipe(), m&Replace != 0:
		return then, true
	case m&(IgnoreEmpty|BaseWins) != 0 && first.IsWipe():
		return then, true
	case first.IsWipe():
		for _, x := range then.obj.members() {
			if x.value != "null" {
				return Delta{}, false
			}
		}
		return first, true
	}
	a, b := indexObject(first.obj), indexObject(then.obj)
	c := composer{mode: m}
	if !c.objects(a, 0, b, 0) {
		return Delta{}, false
	}
	return Delta{objectOf(c.out.String())}, true
}

// composer writes the Delta that expresses two.
type composer struct {
	mode Mode
	out  strings.Builder
}

// objects writes the composition of object x of first and object y of then. It
// reports false if there is none.
func (c *composer) objects(first indexedText, x int, then indexedText, y int) bool {
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

// member writes member k of t.
func (c *composer) member(t indexedText, k int) {
	c.out.WriteString(t.key(k))
	c.out.WriteByte(':')
	c.out.WriteString(t.value(k).text)
}

// values writes the composition of two values of one member. It reports false if
// there is none.
func (c *composer) values(first indexedText, x int, then indexedText, y int) bool {
	f, t := first.value(x).text, then.value(y).text
	objects := c.mode&AllLevels != 0 && t[0] == '{'
	lists := c.mode&(AppendLists|UnionLists) != 0 && t[0] == '['
	switch {
	case objects && f[0] == '{':
		return c.objects(first, x, then, y)
	case lists && f[0] == '[':
		// Nulls are stripped first, since a union compares what is stored.
		c.out.WriteString(combineLists(c.mode, c.mode.stored(f), c.mode.stored(t)))
		return true
	case c.mode&BaseWins == 0:
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
