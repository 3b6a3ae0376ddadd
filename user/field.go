package user

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
)

// attribute is a type that an attribute can have. It is closed, so that no value of a
// Field loses digits or members.
type attribute interface {
	string | bool | int64 | ID | Timestamp | Secret
}

// Field is an attribute that is absent, null or a value. The zero Field is absent;
// mark struct members omitzero, so that it is left out of JSON. A Field is
// immutable. Compare Fields with [Field.Equal]: == also compares how a value was
// written.
//
// A Field that was read from JSON of another type than T is mistyped: it has no
// value, is neither absent nor null, and is written as it was read, but without white
// space between values.
//
// A Field prints and logs as its value; "absent", "null" and "mistyped" stand for
// the other states.
type Field[T attribute] struct {
	value T
	state state
	raw   *string // the JSON text that was read, if it differs from the value's own
}

type state uint8

const (
	stateAbsent state = iota
	stateNull
	stateSet
	stateMistyped
)

// stateNames are the names of the states without a value.
var stateNames = [...]string{stateAbsent: "absent", stateNull: "null", stateMistyped: "mistyped"}

// Set returns the Field with value v.
func Set[T attribute](v T) Field[T] { return Field[T]{value: v, state: stateSet} }

// Null returns the Field that is null.
func Null[T attribute]() Field[T] { return Field[T]{state: stateNull} }

// FieldOf returns v as a Field. The Field is mistyped if v is neither null nor a T.
// An [ID] may also be a number, since identity providers send such ids and the API's
// schema allows them: its value is the digits, and it is written as a number again.
func FieldOf[T attribute](v metadata.Value) (f Field[T]) {
	f.Assign(v)
	return f
}

// Get returns the value, and reports whether f has one.
func (f Field[T]) Get() (v T, ok bool) { return f.value, f.state == stateSet }

// Or returns the value, or v if f has none.
func (f Field[T]) Or(v T) T {
	if f.state == stateSet {
		return f.value
	}
	return v
}

// IsZero reports whether f is absent.
func (f Field[T]) IsZero() bool { return f.state == stateAbsent }

// IsNull reports whether f is null.
func (f Field[T]) IsNull() bool { return f.state == stateNull }

// IsMistyped reports whether f was read from JSON of another type than T.
func (f Field[T]) IsMistyped() bool { return f.state == stateMistyped }

// Equal reports whether f and g are in the same state and have the same value,
// however it was written.
func (f Field[T]) Equal(g Field[T]) bool {
	if f.state == stateMistyped && g.state == stateMistyped {
		return jsonscan.Equal([]byte(*f.raw), []byte(*g.raw))
	}
	return f.state == g.state && sameValue(f.value, g.value)
}

// EqualField reports whether g is a *Field[T] that equals f. It is for
// internal/attrs; use [Field.Equal].
func (f *Field[T]) EqualField(g any) bool {
	h, ok := g.(*Field[T])
	return ok && f.Equal(*h)
}

// identical is EqualField that also compares how a value was written.
func (f *Field[T]) identical(g any) bool {
	h, ok := g.(*Field[T])
	return ok && f.state == h.state && sameValue(f.value, h.value) && f.text() == h.text()
}

func sameValue[T attribute](v, w T) bool {
	if s, ok := any(v).(Secret); ok {
		return s.Equal(any(w).(Secret))
	}
	return v == w
}

// text returns the JSON text that was read, if it differs from the value's own.
func (f *Field[T]) text() string {
	if f.raw == nil {
		return ""
	}
	return *f.raw
}

// Value returns f as a JSON value: absent if f is absent.
func (f Field[T]) Value() metadata.Value { return attrs.ValueOf(&f) }

// Assign sets f to v, as [FieldOf] does. It always returns true. It is for
// internal/attrs; use [FieldOf], [Set] or [Null].
func (f *Field[T]) Assign(v metadata.Value) bool {
	*f = Field[T]{}
	switch v.Kind() {
	case metadata.KindAbsent:
		return true
	case metadata.KindNull:
		f.state = stateNull
		return true
	}
	var s string
	var ok bool
	switch p := any(&f.value).(type) {
	case *string:
		*p, ok = v.Str()
	case *ID:
		if s, ok = v.Str(); !ok && v.Kind() == metadata.KindNumber {
			s, ok = digits(v), true
			f.keep(v)
		}
		*p = ID(s)
	case *Timestamp:
		s, ok = v.Str()
		*p = Timestamp(s)
	case *Secret:
		s, ok = v.Str()
		*p = NewSecret(s)
	case *bool:
		*p, ok = v.Bool()
	case *int64:
		*p, ok = v.Int64()
	}
	if !ok {
		*f = Field[T]{state: stateMistyped}
		f.keep(v)
		return true
	}
	f.state = stateSet
	return true
}

// keep stores the text of v in raw.
func (f *Field[T]) keep(v metadata.Value) {
	text := v.String()
	f.raw = &text
}

// digits returns the digits of a number that is an id, however it is written: 123.0
// is 123.
func digits(v metadata.Value) string {
	if n, ok := v.Int64(); ok {
		return strconv.FormatInt(n, 10)
	}
	return v.String()
}

// AppendJSON appends the JSON text of f to dst, or null if f is absent.
func (f Field[T]) AppendJSON(dst []byte) []byte {
	switch {
	case f.raw != nil:
		return append(dst, *f.raw...)
	case f.state != stateSet:
		return append(dst, "null"...)
	}
	switch v := any(f.value).(type) {
	case string:
		return appendText(dst, v)
	case ID:
		return appendText(dst, string(v))
	case Timestamp:
		return appendText(dst, string(v))
	case Secret:
		return appendText(dst, v.Reveal())
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	}
	return dst
}

// appendText appends the JSON text of the string s to dst. Bytes that are not UTF-8 become
// U+FFFD, as in encoding/json.
func appendText(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return jsonscan.AppendQuote(dst, s)
}

// MarshalJSON returns the JSON text of f, or null if f is absent: mark struct members
// omitzero.
func (f Field[T]) MarshalJSON() ([]byte, error) { return f.AppendJSON(nil), nil }

// UnmarshalJSON sets f to the value in text. JSON of another type than T is no error:
// it makes f mistyped, and the functions of this module that read JSON report that.
func (f *Field[T]) UnmarshalJSON(text []byte) error {
	var v metadata.Value
	if err := v.UnmarshalJSON(text); err != nil {
		return err
	}
	f.Assign(v)
	return nil
}

// Format writes the value with the verb, or the name of the state.
func (f Field[T]) Format(s fmt.State, verb rune) {
	if f.state != stateSet {
		_, _ = io.WriteString(s, stateNames[f.state])
		return
	}
	_, _ = fmt.Fprintf(s, fmt.FormatString(s, verb), f.value)
}

// LogValue returns the value, or the name of the state.
func (f Field[T]) LogValue() slog.Value {
	if f.state != stateSet {
		return slog.StringValue(stateNames[f.state])
	}
	return slog.AnyValue(f.value).Resolve()
}
