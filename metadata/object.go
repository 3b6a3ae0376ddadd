package metadata

import (
	"encoding/json"
	"iter"
	"strings"
)

// Object is an immutable JSON object. It is one pointer large and safe to share
// between goroutines.
//
// The zero Object is absent, which is not {}: Auth0 returns "user_metadata": {} for
// a profile whose metadata was wiped, and no such member for one that never had any
// (observed in recorded exchanges). A zero Object is null in JSON; a struct field
// that is marked omitzero is left out.
//
// An Object keeps the JSON text of its members in their order, without white space
// between values, and reads nested values on demand, so numbers are never rounded:
// 9007199254740993 and 1e400 stay as they are. It never holds invalid JSON or duplicate
// names, at any level.
//
// Objects that are made from others share text with them. One member keeps the
// whole text that it was parsed from in memory; see [Object.Clone].
type Object struct {
	o *object // nil: absent
}

type object struct {
	members []*member // each may belong to several objects
	tail    *tail     // not nil if set or extend made the object
}

// member is one member of an object. It never changes once it is part of one.
type member struct {
	name  string // unquoted; a part of key unless that has an escape
	key   string // the JSON text of the name
	value string // the JSON text of the value
}

func (m *member) val() Value { return Value{m.value} }

// IsZero reports whether o is absent; {} is not.
func (o Object) IsZero() bool { return o.o == nil }

// Len returns the number of members at the first level. It is 0 for {} and for an
// absent o.
func (o Object) Len() int { return len(o.members()) }

func (o Object) members() []*member {
	if o.o == nil {
		return nil
	}
	return o.o.members
}

// find returns the index of the member with that name, or -1.
func (o Object) find(name string) int { return indexOf(o.members(), name) }

// All returns the members of the first level in their order. The values share
// text with o.
func (o Object) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for _, m := range o.members() {
			if !yield(m.name, m.val()) {
				return
			}
		}
	}
}

// Equal reports whether o and p are the same object: both absent, or both present
// with equal members in any order; see [Value.Equal]. Absent and {} differ.
func (o Object) Equal(p Object) bool {
	if o.o == p.o {
		return true
	}
	if o.IsZero() != p.IsZero() || o.Len() != p.Len() {
		return false
	}
	in := lookup{members: p.members()}
	for _, m := range o.members() {
		if i := in.find(m.name); i < 0 || !m.val().Equal(in.members[i].val()) {
			return false
		}
	}
	return true
}

// Clone returns a copy of o that shares no memory with any other Object. Use it
// to keep a small part of a large text without keeping the text.
func (o Object) Clone() Object {
	if o.Len() == 0 {
		return o
	}
	return objectOf(strings.Clone(o.String()))
}

// Decode stores o in the value that dst points to; an absent o is null. The error is
// that of encoding/json.
func (o Object) Decode(dst any) error { return json.Unmarshal(o.AppendJSON(nil), dst) }

// String returns the JSON text of o, or "" for the zero Object.
func (o Object) String() string {
	if o.IsZero() {
		return ""
	}
	var b strings.Builder
	b.Grow(o.Size())
	b.WriteByte('{')
	for i, m := range o.members() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(m.key)
		b.WriteByte(':')
		b.WriteString(m.value)
	}
	b.WriteByte('}')
	return b.String()
}

// Size returns how many bytes the JSON text of o has; 0 if o is absent. It reads no
// value.
func (o Object) Size() int {
	if o.IsZero() {
		return 0
	}
	n := len("{}") + max(0, o.Len()-1) // commas
	for _, m := range o.members() {
		n += len(m.key) + len(":") + len(m.value)
	}
	return n
}

// AppendJSON appends the JSON text of o to dst, or null for the zero Object.
func (o Object) AppendJSON(dst []byte) []byte {
	if o.IsZero() {
		return append(dst, "null"...)
	}
	dst = append(dst, '{')
	for i, m := range o.members() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, m.key...)
		dst = append(dst, ':')
		dst = append(dst, m.value...)
	}
	return append(dst, '}')
}

// MarshalJSON returns the JSON text of o, or null for the zero Object. Mark struct
// fields omitzero to leave out an absent one.
func (o Object) MarshalJSON() ([]byte, error) {
	return o.AppendJSON(make([]byte, 0, max(o.Size(), len("null")))), nil
}

// UnmarshalJSON sets o to the object in text, as [Parse] does; null makes o absent.
// After an error o is as it was.
func (o *Object) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*o = Object{}
		return nil
	}
	p, err := Parse(text)
	if err != nil {
		return err
	}
	*o = p
	return nil
}

// Select returns the object with the members of o for which keep returns true, in
// their order. It is absent if o is, and shares text with o.
func (o Object) Select(keep func(name string, v Value) bool) Object {
	if o.IsZero() {
		return o
	}
	var room [fewMembers]*member // on the stack
	members := room[:0]
	for _, m := range o.members() {
		if keep(m.name, m.val()) {
			members = append(members, m)
		}
	}
	selected := withRoom(len(members))
	selected.members = append(selected.members, members...)
	return Object{selected}
}
