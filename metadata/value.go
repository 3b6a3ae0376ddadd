package metadata

import (
	"encoding/json"
	"iter"
	"strconv"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Value is an immutable JSON value: a string, a number, an object, an array,
// true, false or null. It keeps the text that it was read from, without white space
// between values, so numbers are never rounded. It is safe to share between goroutines.
//
// The zero Value is absent, which is not null.
type Value struct {
	text string // valid, without white space; empty for the zero Value
}

// ValueOf returns v as a Value:
//
//  1. Strings, booleans, numbers, nil, map[string]any, []any, [Value], [Object],
//     json.Number and json.RawMessage are written directly. Members of a map are
//     ordered by name. A nil json.RawMessage is null. An absent Value, an absent
//     Object and an empty json.Number are refused.
//  2. Any other value is written by encoding/json, without escapes for HTML. An absent
//     Value or Object in it is null, and an empty json.Number is 0. On WebAssembly,
//     where the stack is small, it may have at most 2,000 levels of pointers, structs
//     and so on.
//
// The result shares no memory that v can change. The error is an [Errors] that
// lists every fault: [ErrType] for what JSON cannot hold (NaN, a channel, an absent
// Object), [ErrUTF8], [ErrDepth] (also for a value that contains itself), and the
// faults of JSON text in v.
func ValueOf(v any) (Value, error) {
	switch v := v.(type) {
	case Value:
		if v.IsZero() {
			return Value{}, Errors{{Fault: ErrType}}
		}
		return v, nil
	case Object:
		if v.IsZero() {
			return Value{}, Errors{{Fault: ErrType}}
		}
		return Value{v.String()}, nil
	}
	text, err := encode(v)
	if err != nil {
		return Value{}, err
	}
	return Value{string(text)}, nil
}

// MustValue returns the value whose JSON text is given. It is for literals in
// programs and tests: it panics if [Value.UnmarshalJSON] returns an error.
func MustValue(text string) Value {
	var v Value
	if err := v.UnmarshalJSON([]byte(text)); err != nil {
		panic(err)
	}
	return v
}

// Kind is a kind of JSON value.
type Kind uint8

// The kinds of value. KindAbsent is the kind of the zero [Value].
const (
	KindAbsent Kind = iota
	KindNull
	KindBool
	KindNumber
	KindString
	KindArray
	KindObject
)

// Kind returns the kind of v.
func (v Value) Kind() Kind {
	if v.text == "" {
		return KindAbsent
	}
	switch v.text[0] {
	case 'n':
		return KindNull
	case 't', 'f':
		return KindBool
	case '"':
		return KindString
	case '[':
		return KindArray
	case '{':
		return KindObject
	}
	return KindNumber
}

// IsZero reports whether v is absent.
func (v Value) IsZero() bool { return v.text == "" }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.text == "null" }

// Str returns the characters of a string. It reports false for any other kind.
func (v Value) Str() (s string, ok bool) {
	if v.Kind() != KindString {
		return "", false
	}
	return jsonscan.Unquote(v.text), true
}

// Bool returns true or false as a Go value. It reports false for any other kind.
func (v Value) Bool() (b, ok bool) { return v.text == "true", v.Kind() == KindBool }

// Int64 returns the value of a number, however it is written: 1e2 is 100. It reports
// false for any other kind and if an int64 does not hold the value exactly.
func (v Value) Int64() (n int64, ok bool) {
	if v.Kind() != KindNumber {
		return 0, false
	}
	return jsonscan.Int64([]byte(v.text))
}

// Float64 returns the float64 nearest to a number. It reports false for any other
// kind and if the number is too large for a float64.
func (v Value) Float64() (f float64, ok bool) {
	if v.Kind() != KindNumber {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.text, 64)
	return f, err == nil
}

// At returns the value at the JSON Pointer (RFC 6901) inside v, through objects
// and arrays, or the absent Value if there is none. It shares text with v.
func (v Value) At(pointer string) Value {
	path, ok := ParsePointer(pointer)
	if !ok || v.IsZero() {
		return Value{}
	}
	at := 0
	for _, token := range path {
		if v.text[at] == '[' {
			at = element(v.text, at, token)
		} else {
			at = memberValue(v.text, at, token)
		}
		if at < 0 {
			return Value{}
		}
	}
	return Value{v.text[at:jsonscan.End([]byte(v.text), at)]}
}

// element returns where the element with that index begins in the array at
// text[i], or -1.
func element(text string, i int, index string) int {
	n, err := strconv.ParseUint(index, 10, 32)
	if err != nil || index != "0" && (index[0] == '0' || index[0] == '+') {
		return -1
	}
	for i++; text[i] != ']'; n-- {
		if n == 0 {
			return i
		}
		i = jsonscan.Next([]byte(text), jsonscan.End([]byte(text), i))
	}
	return -1
}

// Number returns the text of a number. It reports false for any other kind.
func (v Value) Number() (n json.Number, ok bool) {
	if v.Kind() != KindNumber {
		return "", false
	}
	return json.Number(v.text), true
}

// Object returns v as an Object that shares text with v. It reports false for any
// other kind.
func (v Value) Object() (o Object, ok bool) {
	if v.Kind() != KindObject {
		return Object{}, false
	}
	return objectOf(v.text), true
}

// Elements returns the elements of an array in order; there are none for any other
// kind. They share text with v.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.Kind() != KindArray {
			return
		}
		for i := jsonscan.Space([]byte(v.text), 1); v.text[i] != ']'; {
			end := jsonscan.End([]byte(v.text), i)
			if !yield(Value{v.text[i:end]}) {
				return
			}
			i = jsonscan.Next([]byte(v.text), end)
		}
	}
}

// Members returns the members of an object in order; there are none for any other
// kind. They share text with v. To read an object once, it takes less time than
// [Value.Object].
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.Kind() != KindObject {
			return
		}
		for i := 1; v.text[i] != '}'; {
			name, _, value, next := readMember(v.text, i)
			if !yield(name, Value{value}) {
				return
			}
			i = next
		}
	}
}

// Equal reports whether v and w are the same JSON value: members in any order,
// numbers by their mathematical value (1 equals 1.0 and 1e0), strings by their
// characters. Two absent Values are equal. Equal takes time linear in the texts. It
// allocates only if members are ordered or strings escaped differently.
func (v Value) Equal(w Value) bool {
	if v.text == w.text {
		return true
	}
	return v.text != "" && w.text != "" && jsonscan.Equal([]byte(v.text), []byte(w.text))
}

// String returns the JSON text of v, or "" for the zero Value.
func (v Value) String() string { return v.text }

// Decode stores v in the value that dst points to. The error is that of
// encoding/json.
func (v Value) Decode(dst any) error { return json.Unmarshal([]byte(v.text), dst) }

// MarshalJSON returns the JSON text of v, or null for the zero Value.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.IsZero() {
		return []byte("null"), nil
	}
	return []byte(v.text), nil
}

// UnmarshalJSON sets v to the JSON value in text, null included. It copies the text.
// The error is an [Errors] that lists every fault; v then stays as it was.
func (v *Value) UnmarshalJSON(text []byte) error {
	names := namesPool.Get().(*jsonscan.Names)
	defer releaseNames(names)
	start := jsonscan.Space(text, 0)
	end := jsonscan.Check(text, start, jsonscan.MaxDepth, names)
	if end < 0 || jsonscan.Space(text, end) != len(text) {
		return faultsIn(text, names)
	}
	if names.Spaced() {
		v.text = jsonscan.Compact(text[start:end])
	} else {
		v.text = string(text[start:end])
	}
	return nil
}
