package metadata

import "github.com/metameld/metameld/internal/jsonscan"

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
	c := composer{mode: m}
	var members []member
	pairMembers(first.obj, then.obj, func(x, y *member) {
		switch {
		case c.failed:
		case y == nil:
			members = append(members, *x)
		case x == nil:
			members = append(members, *y)
		default:
			members = append(members, member{name: x.name, key: x.key, value: c.value(x.value, y.value)})
		}
	})
	if c.failed {
		return Delta{}, false
	}
	return Delta{newObject(members)}, true
}

// composer composes the values of two Deltas.
type composer struct {
	mode   Mode
	out    []byte // the object that is written
	level  int    // of that object
	failed bool   // no Delta expresses both
}

// value returns the composition of two values of one member.
func (c *composer) value(f, t string) string {
	if c.mode&AllLevels == 0 || f[0] != '{' || t[0] != '{' {
		return c.choose(f, t)
	}
	first, then := indexText(f), indexText(t)
	c.out = make([]byte, 0, len(f)+len(t))
	c.objects(first, first.Root(), then, then.Root())
	return string(c.out)
}

// choose is value for values that are not composed member by member.
func (c *composer) choose(f, t string) string {
	objects := c.mode&AllLevels != 0 && t[0] == '{'
	lists := c.mode&(AppendLists|UnionLists) != 0 && t[0] == '['
	switch {
	case lists && f[0] == '[':
		// Nulls are stripped first, since a union compares what is stored.
		return combineLists(c.mode, c.mode.stored(f), c.mode.stored(t))
	case c.mode&BaseWins != 0 && t == "null":
		return f
	case c.mode&BaseWins != 0 && f == "null":
		return t
	}
	c.failed = c.failed || objects || lists
	if c.mode&BaseWins != 0 {
		return f
	}
	return t
}

// objects writes the composition of object x of first and object y of then.
func (c *composer) objects(first indexedText, x jsonscan.Node, then indexedText, y jsonscan.Node) {
	jsonscan.Unwind(c.level)
	c.level++
	c.out = append(c.out, '{')
	written := false
	member := func(key string) {
		if written {
			c.out = append(c.out, ',')
		}
		written = true
		c.out = append(append(c.out, key...), ':')
	}
	pair(first, x, then, y, func(x, y jsonscan.Node) {
		switch {
		case c.failed:
		case !x.Exists():
			member(then.key(y))
			c.out = append(c.out, then.value(y).text...)
		case !y.Exists():
			member(first.key(x))
			c.out = append(c.out, first.value(x).text...)
		case first.isObject(x) && then.isObject(y):
			member(first.key(x))
			c.objects(first, x, then, y)
		default:
			member(first.key(x))
			c.out = append(c.out, c.choose(first.value(x).text, then.value(y).text)...)
		}
	})
	c.level--
	c.out = append(c.out, '}')
}
