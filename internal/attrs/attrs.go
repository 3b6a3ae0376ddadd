// Package attrs drives the tables of attributes: a type whose fields are the members
// of a JSON object lists them by name and pointer, and encodes and compares itself with
// that table. Types that are seldom read decode themselves with it too.
package attrs

import (
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
)

// Field is a pointer to the field of an attribute: a *user.Field, or one of [Object],
// [Delta], [Value] and [List].
type Field interface {
	IsZero() bool // the attribute is absent

	// Assign sets the field to v. It reports false where the field cannot hold v;
	// the field is then absent.
	Assign(v metadata.Value) bool

	AppendJSON(dst []byte) []byte

	// EqualField reports whether g, a field of the same type, is equal by value.
	EqualField(g any) bool
}

// ValueOf returns f as a JSON value; the absent Value where f is absent.
func ValueOf(f Field) (v metadata.Value) {
	switch f := f.(type) {
	case Object:
		v, _ = f.At.Get()
	case Delta:
		v, _ = f.At.Object().Get()
	case Value:
		v = *f.At
	default:
		if !f.IsZero() {
			_ = v.UnmarshalJSON(f.AppendJSON(nil)) // the text of a Field is JSON
		}
	}
	return v
}

// Attr is one line of a table.
type Attr struct {
	Name  string
	Field Field
}

// Find returns the field of that name, nil where the table has none.
func Find(table []Attr, name string) Field {
	if i := index(table, name, 0); i >= 0 {
		return table[i].Field
	}
	return nil
}

// index returns the index of the field of that name, or -1. It looks at the fields from
// next on first: texts mostly have the order of the table.
func index(table []Attr, name string, next int) int {
	for i := next; i < len(table); i++ {
		if table[i].Name == name {
			return i
		}
	}
	for i := range next {
		if table[i].Name == name {
			return i
		}
	}
	return -1
}

// ParseObject returns the JSON object in text, which it copies. The error is that of
// [metadata.Parse].
func ParseObject(text []byte) (v metadata.Value, err error) {
	if err = v.UnmarshalJSON(text); err == nil && v.Kind() != metadata.KindObject {
		err = metadata.Errors{{Fault: metadata.ErrNotObject}}
	}
	return v, err
}

// Decode assigns the members of the object v to their fields. It returns the members
// that have no field or that their field cannot hold; absent where there are none.
func Decode(table []Attr, v metadata.Value) (extra metadata.Object) {
	var names []string
	i := -1
	for name, v := range v.Members() {
		if i = index(table, name, i+1); i < 0 || !table[i].Field.Assign(v) {
			names = append(names, name)
		}
	}
	return Select(v, names)
}

// Place assigns the members of extra to their fields where these are absent, as the
// text is written. It returns the members that no field supersedes: those without a
// field and those whose field is absent; absent where there are none.
func Place(table []Attr, extra metadata.Object) metadata.Object {
	placed := false
	for name, v := range extra.All() {
		if f := Find(table, name); f != nil && (!f.IsZero() || f.Assign(v)) {
			placed = true
		}
	}
	if !placed {
		return extra
	}
	return NonEmpty(extra.Select(func(name string, _ metadata.Value) bool {
		f := Find(table, name)
		return f == nil || f.IsZero()
	}))
}

// Append appends the JSON text of the attributes to dst, in the order of the table,
// then the members of extra that no field supersedes.
func Append(dst []byte, table []Attr, extra metadata.Object) []byte {
	dst = append(dst, '{')
	start := len(dst)
	name := func(name string) {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(jsonscan.AppendQuote(dst, name), ':')
	}
	for i := range table {
		if f := table[i].Field; !f.IsZero() {
			name(table[i].Name)
			dst = f.AppendJSON(dst)
		}
	}
	for n, v := range extra.All() {
		if f := Find(table, n); f == nil || f.IsZero() {
			name(n)
			dst = append(dst, v.String()...)
		}
	}
	return append(dst, '}')
}

// Equal reports whether two tables of one type, each with its extra, are written with
// equal members. It places members of extra in the fields.
func Equal(a []Attr, x metadata.Object, b []Attr, y metadata.Object) bool {
	x, y = Place(a, x), Place(b, y)
	for i := range a {
		if !a[i].Field.EqualField(b[i].Field) {
			return false
		}
	}
	return NonEmpty(x).Equal(NonEmpty(y))
}

// Select returns the members of the object v that have those names, which come in its
// order; absent where there are none.
func Select(v metadata.Value, names []string) metadata.Object {
	if len(names) == 0 {
		return metadata.Object{}
	}
	o, _ := v.Object()
	return o.Select(func(name string, _ metadata.Value) bool {
		if len(names) == 0 || names[0] != name {
			return false
		}
		names = names[1:]
		return true
	})
}

// NonEmpty returns o; absent where it has no members.
func NonEmpty(o metadata.Object) metadata.Object {
	if o.Len() == 0 {
		return metadata.Object{}
	}
	return o
}

// DeltaOf returns the Delta with the members of o; the zero Delta, not a wipe, where o
// has none.
func DeltaOf(o metadata.Object) metadata.Delta { return metadata.DeltaOf(NonEmpty(o)) }

// DeltaFrom returns the Delta with these members, whose values are nil or were in an
// object before; the zero Delta where there are none.
func DeltaFrom(members map[string]any) metadata.Delta {
	o, _ := metadata.From(members) // no error: the values are JSON
	return DeltaOf(o)
}

// SetMembers returns extra with these members, as for [DeltaFrom]; nil removes one. The
// result is absent where no member is left.
func SetMembers(extra metadata.Object, members map[string]any) metadata.Object {
	if len(members) == 0 {
		return extra
	}
	return NonEmpty(metadata.FirstLevel.Merge(extra, DeltaFrom(members)))
}

// Unmarshal sets dst to what parse reads from text. With an error dst stays.
func Unmarshal[T any](dst *T, text []byte, parse func(text []byte) (T, error)) error {
	v, err := parse(text)
	if err == nil {
		*dst = v
	}
	return err
}
