package metadata

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/metameld/metameld/internal/jsonscan"
)

// ChangeKind is the kind of a change: added, replaced or removed.
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
	From    Value      `json:"from,omitzero"` // absent if Kind is Added
	To      Value      `json:"to,omitzero"`   // absent if Kind is Removed
}

// Changes lists the differences between from and to:
//
//  1. If both have an object at the same place, its members are compared; the
//     object itself is not listed.
//  2. A member that only one of them has is one change, whatever it contains.
//  3. Values that differ are one replaced member, arrays included.
//  4. Equal values are omitted; see [Value.Equal]. An absent object counts as {}.
//
// At each level, members of from come first, in their order, then new members of to.
// Values share text with the objects. No pointer leads into another.
//
// The pointers take at most a few times the memory of the objects: if an object
// with long names above it has more changes, it is one replaced member.
func Changes(from, to Object) []Change {
	c := changes{budget: 1<<20 + 4*(from.Size()+to.Size())}
	pairMembers(from, to, func(x, y *member) {
		switch {
		case y == nil:
			c.add(Removed, x.name, x.val(), Value{})
		case x == nil:
			c.add(Added, y.name, Value{}, y.val())
		default:
			c.values(x.name, x.value, y.value)
		}
	})
	return c.list
}

// changes collects changes.
type changes struct {
	path   []string // of the object that is compared
	length int      // about that of the pointer for path
	spent  int      // bytes of pointers
	budget int      // the most of them
	list   []Change
}

// add adds the change of the member with that name.
func (c *changes) add(kind ChangeKind, name string, from, to Value) {
	c.spent += c.length + len(name)
	if c.spent > c.budget && len(c.path) > 0 {
		return // objects lists the object around it instead
	}
	c.path = append(c.path, name)
	c.list = append(c.list, Change{Pointer(c.path...), kind, from, to})
	c.path = c.path[:len(c.path)-1]
}

// values adds the changes from one value of a member to another.
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
	a, b := indexText(from), indexText(to)
	c.objects(name, a, a.Root(), b, b.Root())
}

// objects adds the changes from object x of a to object y of b.
func (c *changes) objects(name string, a indexedText, x jsonscan.Node, b indexedText, y jsonscan.Node) {
	jsonscan.Unwind(len(c.path))
	mark, spent := len(c.list), c.spent
	c.path = append(c.path, name)
	c.length += len(name) + 1
	pair(a, x, b, y, func(x, y jsonscan.Node) {
		switch {
		case c.spent > c.budget:
		case !y.Exists():
			c.add(Removed, a.name(x), a.value(x), Value{})
		case !x.Exists():
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

// String describes the change without its values: "replaced /a/b".
func (c Change) String() string { return string(c.Kind) + " " + c.Pointer }

// Format writes String, so that values do not get into logs. Package fmt writes the
// values where it calls no method: for the verbs %p and %w, in an unexported field,
// and where the verb does not fit what contains the Change, such as %s for a pointer
// in a slice.
func (c Change) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns String, so that values do not get into logs. A slog.JSONHandler
// does not call it for a Change inside a slice, a map or a struct: there it writes the
// values.
func (c Change) LogValue() slog.Value { return slog.StringValue(c.String()) }
