package metadata

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/metameld/metameld/internal/jsonscan"
)

// ChangeKind says what became of a member.
type ChangeKind string

// The kinds of change.
const (
	Added    ChangeKind = "added"
	Replaced ChangeKind = "replaced"
	Removed  ChangeKind = "removed"
)

// Change is one difference between two objects.
type Change struct {
	Pointer string     `json:"pointer"` // RFC 6901
	Kind    ChangeKind `json:"kind"`
	From    Value      `json:"from,omitzero"` // absent where Kind is Added
	To      Value      `json:"to,omitzero"`   // absent where Kind is Removed
}

// Changes lists how to differs from from, as a person would name it: the
// deepest members that differ, where both sides have an object at the same place.
// A member that came or went with everything in it is one change; an array that
// differs is one replaced member. No two pointers lead into each other. An absent
// object counts as {}. Equal objects have no changes.
//
// The order is that of from, then of what is new in to, at each level. Values
// share text with the objects.
//
// The pointers together take no more memory than a few times the objects do:
// where an object would have more of them, because of long names above it, it is
// one replaced member.
func Changes(from, to Object) []Change {
	c := changes{budget: 1<<20 + 4*(from.size()+to.size())}
	for _, m := range from.members() {
		i := to.find(m.name)
		if i < 0 {
			c.add(Removed, m.name, m.val(), Value{})
			continue
		}
		c.values(m.name, m.value, to.members()[i].value)
	}
	for _, m := range to.members() {
		if from.find(m.name) < 0 {
			c.add(Added, m.name, Value{}, m.val())
		}
	}
	return c.list
}

type changes struct {
	path   []string // of the object at hand
	length int      // of its pointer, about
	spent  int      // on pointers
	budget int
	list   []Change
}

func (c *changes) add(kind ChangeKind, name string, from, to Value) {
	c.spent += c.length + len(name)
	if c.spent > c.budget && len(c.path) > 0 {
		return // the object around becomes one change
	}
	c.path = append(c.path, name)
	c.list = append(c.list, Change{Pointer(c.path...), kind, from, to})
	c.path = c.path[:len(c.path)-1]
}

func (c *changes) values(name, from, to string) {
	if from == to {
		return
	}
	if from[0] != '{' || to[0] != '{' {
		if !jsonscan.Equal([]byte(from), []byte(to)) {
			c.add(Replaced, name, Value{from}, Value{to})
		}
		return
	}
	a, b := text{from, jsonscan.Index([]byte(from), 0)}, text{to, jsonscan.Index([]byte(to), 0)}
	c.objects(name, a, 0, b, 0)
}

// text is an indexed text.
type text struct {
	s     string
	nodes []jsonscan.Node
}

func (t text) value(k int) Value { return Value{t.s[t.nodes[k].Value:t.nodes[k].ValueEnd]} }

func (t text) name(k int) string { return jsonscan.Unquote(t.key(k)) }

func (t text) key(k int) string { return t.s[t.nodes[k].Off:t.nodes[k].End] }

func (t text) isObject(k int) bool { return t.s[t.nodes[k].Value] == '{' }

func (c *changes) objects(name string, a text, x int, b text, y int) {
	mark, spent := len(c.list), c.spent
	c.path = append(c.path, name)
	c.length += len(name) + 1
	pair(a, x, b, y, func(x, y int) {
		switch {
		case c.spent > c.budget:
		case y < 0:
			c.add(Removed, a.name(x), a.value(x), Value{})
		case x < 0:
			c.add(Added, b.name(y), Value{}, b.value(y))
		case a.isObject(x) && b.isObject(y):
			c.objects(a.name(x), a, x, b, y)
		case !equalNodes(a, x, b, y):
			c.add(Replaced, a.name(x), a.value(x), b.value(y))
		}
	})
	c.path = c.path[:len(c.path)-1]
	c.length -= len(name) + 1
	if c.spent > c.budget {
		clear(c.list[mark:])
		c.list, c.spent = c.list[:mark], spent
		c.add(Replaced, name, a.value(x), b.value(y))
	}
}

// pair calls f for each member of object x of a and object y of b; see
// [jsonscan.Pair].
func pair(a text, x int, b text, y int, f func(x, y int)) {
	jsonscan.Pair([]byte(a.s), a.nodes, x, []byte(b.s), b.nodes, y, func(x, y int) bool {
		f(x, y)
		return true
	})
}

func equalNodes(a text, x int, b text, y int) bool {
	return jsonscan.EqualNodes([]byte(a.s), a.nodes, x, []byte(b.s), b.nodes, y)
}

// String describes the change without its values: "replaced /a/b".
func (c Change) String() string { return string(c.Kind) + " " + c.Pointer }

// Format writes String for every verb, so that no value is printed by accident.
func (c Change) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns String.
func (c Change) LogValue() slog.Value { return slog.StringValue(c.String()) }
