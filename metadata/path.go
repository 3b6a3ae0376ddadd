package metadata

import (
	"strings"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Get returns the value at the path, which has a name for each level. An empty path
// is the object itself. It reports false if there is no value, or if the path
// leads through something other than an object. The value shares text with o. An
// Object keeps no index: to look up many names of a large one, range over
// [Object.All] once.
func (o Object) Get(path ...string) (Value, bool) {
	if len(path) == 0 {
		if o.IsZero() {
			return Value{}, false
		}
		return Value{o.String()}, true
	}
	i := o.find(path[0])
	if i < 0 {
		return Value{}, false
	}
	text := o.members()[i].value
	if len(path) == 1 {
		return Value{text}, true
	}
	at := 0
	for _, name := range path[1:] {
		if at = memberValue(text, at, name); at < 0 {
			return Value{}, false
		}
	}
	return Value{text[at:jsonscan.End([]byte(text), at)]}, true
}

// At returns the value at the JSON Pointer (RFC 6901), through objects and arrays,
// or the absent Value if there is none. It shares text with o.
//
//	name, ok := o.At("/address/lines/0").Str()
func (o Object) At(pointer string) Value {
	if pointer == "" {
		v, _ := o.Get()
		return v
	}
	first, rest := pointer, ""
	if i := strings.IndexByte(pointer[1:], '/'); i >= 0 {
		first, rest = pointer[:i+1], pointer[i+1:]
	}
	path, ok := ParsePointer(first)
	if !ok {
		return Value{}
	}
	v, _ := o.Get(path...)
	return v.At(rest)
}

// memberValue returns where the value of the member with that name begins in the
// value at text[i], or -1. It reads no further than it must.
func memberValue(text string, i int, name string) int {
	if text[i] != '{' {
		return -1
	}
	for i++; text[i] != '}'; {
		jsonscan.Compared()
		end, escaped := jsonscan.StringEnd([]byte(text), i)
		value := end + len(":")
		if text[i+1:end-1] == name && !escaped || escaped && jsonscan.Unquote(text[i:end]) == name {
			return value
		}
		i = jsonscan.Next([]byte(text), jsonscan.End([]byte(text), value))
	}
	return -1
}

// With returns o with the value v at the path, which has a name for each level. v is
// converted by [ValueOf]. Objects that are missing on the path are made, also if
// o is absent. The result shares text with o.
//
// The error is an [Errors]: the faults that ValueOf returns, [ErrPath] if the
// path is empty or leads through something other than an object, [ErrUTF8] if a
// name is invalid, [ErrDepth] if the result has too many levels. The result is
// then o.
func (o Object) With(v any, path ...string) (Object, error) {
	if len(path) == 0 {
		return o, Errors{{Fault: ErrPath}}
	}
	value, err := ValueOf(v)
	if err != nil {
		if es, ok := err.(Errors); ok {
			err = es.under(path...)
		}
		return o, err
	}
	for i, name := range path {
		if !utf8.ValidString(name) {
			return o, Errors{{Fault: ErrUTF8, Pointer: Pointer(path[:i]...)}}
		}
	}
	if !jsonscan.Fits([]byte(value.text), jsonscan.MaxDepth-len(path)) {
		return o, Errors{{Fault: ErrDepth, Pointer: Pointer(path...)}}
	}
	m := &member{name: path[0], key: jsonscan.Quote(path[0])}
	i := o.find(path[0])
	if i >= 0 {
		old := o.members()[i]
		m.name, m.key, m.value = old.name, old.key, old.value
	}
	switch {
	case len(path) == 1:
		m.value = value.text
	case i < 0:
		m.value = nest(path[1:], value.text)
	default:
		text, blocked := replaceAt(m.value, path[1:], value.text)
		if blocked >= 0 {
			return o, Errors{{Fault: ErrPath, Pointer: Pointer(path[:1+blocked]...)}}
		}
		m.value = text
	}
	members := append(make([]*member, 0, o.Len()+1), o.members()...)
	if i < 0 {
		members = append(members, m)
	} else {
		members[i] = m
	}
	return Object{&object{members: members}}, nil
}

// nest returns value inside one object for each name of the path.
func nest(path []string, value string) string {
	var b strings.Builder
	for _, name := range path {
		b.WriteByte('{')
		b.WriteString(jsonscan.Quote(name))
		b.WriteByte(':')
	}
	b.WriteString(value)
	for range path {
		b.WriteByte('}')
	}
	return b.String()
}

// replaceAt returns text with value at the path. blocked is -1, or the number of
// names that lead to something other than an object.
func replaceAt(text string, path []string, value string) (out string, blocked int) {
	at := 0
	for i, name := range path {
		if text[at] != '{' {
			return "", i
		}
		next := memberValue(text, at, name)
		if next < 0 {
			end := jsonscan.End([]byte(text), at) - 1 // the closing brace
			comma := ","
			if at+1 == end {
				comma = ""
			}
			inner := nest(path[i:], value)
			return text[:end] + comma + inner[1:len(inner)-1] + text[end:], -1
		}
		at = next
	}
	end := jsonscan.End([]byte(text), at)
	return text[:at] + value + text[end:], -1
}

// Without returns o without the member at the path, or o itself if there is no
// such member. An object that loses its last member stays as {}. The result shares
// text with o.
func (o Object) Without(path ...string) Object {
	if _, ok := o.Get(path...); !ok || len(path) == 0 {
		return o
	}
	return Deep.Merge(o, Delta{objectOf(nest(path, "null"))})
}
