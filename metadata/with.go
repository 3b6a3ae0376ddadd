package metadata

import (
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
)

// At returns the value at the JSON Pointer (RFC 6901), through objects and
// arrays; the absent Value where there is none. It shares text with o.
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

// With returns o with the value v, which [ValueOf] takes, at the path, a name for
// each level. Objects that are missing on the way are made, also where o is
// absent. All else stays as it is and shares text with o.
//
// The error is an [Errors]: what ValueOf returns, [ErrPath] where the path is empty
// or leads through something that is not an object, [ErrUTF8] or [ErrDepth] where
// no object can have it. The result is then o.
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
		if !validName(name) {
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
		m.value = chain(path[1:], value.text)
	default:
		text, missing := set(m.value, path[1:], value.text)
		if missing >= 0 {
			return o, Errors{{Fault: ErrPath, Pointer: Pointer(path[:1+missing]...)}}
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

// chain returns the text of value inside an object for each name of the path.
func chain(path []string, value string) string {
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

// set returns the text with the value at the path. Where the path leads through
// something that is not an object it returns how many names lead there.
func set(text string, path []string, value string) (out string, missing int) {
	at := 0
	for i, name := range path {
		if text[at] != '{' {
			return "", i
		}
		next := within(text, at, name)
		if next < 0 {
			end := jsonscan.End([]byte(text), at) - 1 // the closing brace
			comma := ","
			if jsonscan.Space([]byte(text), at+1) == end {
				comma = ""
			}
			inner := chain(path[i:], value)
			return text[:end] + comma + inner[1:len(inner)-1] + text[end:], -1
		}
		at = next
	}
	end := jsonscan.End([]byte(text), at)
	return text[:at] + value + text[end:], -1
}

// Without returns o without the member at the path; o itself where there is none.
// Objects that lose their last member stay as {}. The result shares text with o.
func (o Object) Without(path ...string) Object {
	if _, ok := o.Get(path...); !ok || len(path) == 0 {
		return o
	}
	return Deep.Merge(o, Delta{objectOf(chain(path, "null"))})
}
