package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"slices"
	"strings"
)

// A value is nil (null), a bool, a json.Number, a string, a []any or an Object. Values
// are never changed once they are made.

// Object is a JSON object with its members in order. A nil Object is absent, which is
// not {}.
type Object []Member

// Member is one member of an Object.
type Member struct {
	Name  string
	Value any
}

// Get returns the member of that name.
func (o Object) Get(name string) (any, bool) {
	for _, m := range o {
		if m.Name == name {
			return m.Value, true
		}
	}
	return nil, false
}

// Has reports whether o has a member of that name.
func (o Object) Has(name string) bool {
	_, ok := o.Get(name)
	return ok
}

// With returns o with the member set: in its place if o has one, else at the end.
func (o Object) With(name string, v any) Object {
	result := append(Object{}, o...)
	for i := range result {
		if result[i].Name == name {
			result[i].Value = v
			return result
		}
	}
	return append(result, Member{name, v})
}

// Without returns o without the members of these names.
func (o Object) Without(names ...string) Object {
	if o == nil {
		return nil
	}
	result := Object{}
	for _, m := range o {
		if !slices.Contains(names, m.Name) {
			result = append(result, m)
		}
	}
	return result
}

// Only returns the members of o that have one of these names.
func (o Object) Only(names ...string) Object {
	result := Object{}
	for _, m := range o {
		if slices.Contains(names, m.Name) {
			result = append(result, m)
		}
	}
	return result
}

// Object returns the member of that name if it is an object, else nil.
func (o Object) Object(name string) Object {
	v, _ := o.Get(name)
	member, _ := v.(Object)
	return member
}

// Text returns the member of that name if it is a string, else "".
func (o Object) Text(name string) string {
	v, _ := o.Get(name)
	s, _ := v.(string)
	return s
}

// True reports whether the member of that name is true.
func (o Object) True(name string) bool {
	v, _ := o.Get(name)
	return v == true
}

// present returns o, or {} if o is absent.
func (o Object) present() Object {
	if o == nil {
		return Object{}
	}
	return o
}

// Equal reports whether a and b are the same JSON value: members in any order, numbers
// by their mathematical value (Value.Equal).
func Equal(a, b any) bool {
	switch a := a.(type) {
	case Object:
		b, ok := b.(Object)
		return ok && equalObjects(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, Equal)
	case json.Number:
		b, ok := b.(json.Number)
		return ok && number(a).Cmp(number(b)) == 0
	case string, bool, nil:
		switch b.(type) {
		case Object, []any:
			return false
		}
		return a == b
	}
	panic("not a value")
}

// equalObjects reports whether both are absent, or both present with equal members.
func equalObjects(a, b Object) bool {
	if (a == nil) != (b == nil) || len(a) != len(b) {
		return false
	}
	for _, m := range a {
		v, ok := b.Get(m.Name)
		if !ok || !Equal(m.Value, v) {
			return false
		}
	}
	return true
}

// number returns the mathematical value of n.
func number(n json.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(string(n))
	if !ok {
		panic("not a number: " + string(n))
	}
	return r
}

// Encode returns the JSON text of v; "" for an absent Object.
func Encode(v any) string {
	var b strings.Builder
	encode(&b, v)
	return b.String()
}

func encode(b *strings.Builder, v any) {
	switch v := v.(type) {
	case Object:
		if v == nil {
			return
		}
		b.WriteByte('{')
		for i, m := range v {
			separate(b, i)
			encode(b, m.Name)
			b.WriteByte(':')
			encode(b, m.Value)
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			separate(b, i)
			encode(b, e)
		}
		b.WriteByte(']')
	default:
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		b.Write(text)
	}
}

func separate(b *strings.Builder, i int) {
	if i > 0 {
		b.WriteByte(',')
	}
}

// Decode returns the value whose JSON text is given. It does not look for duplicate
// names.
func Decode(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := decode(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the value")
	}
	return v, nil
}

func decode(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return decodeObject(d)
	case json.Delim('['):
		return decodeList(d)
	}
	return token, nil
}

func decodeObject(d *json.Decoder) (any, error) {
	o := Object{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := decode(d)
		if err != nil {
			return nil, err
		}
		o = append(o, Member{name.(string), v})
	}
	_, err := d.Token()
	return o, err
}

func decodeList(d *json.Decoder) (any, error) {
	list := []any{}
	for d.More() {
		v, err := decode(d)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return list, err
}

// MustDecode is Decode for text that is known to be JSON.
func MustDecode(text string) any {
	v, err := Decode([]byte(text))
	if err != nil {
		panic(err)
	}
	return v
}

// pointerTo returns the pointer of the member of that name under p (RFC 6901,
// section 3).
func pointerTo(p, name string) string {
	return p + "/" + tokenEscapes.Replace(name)
}

var tokenEscapes = strings.NewReplacer("~", "~0", "/", "~1")
