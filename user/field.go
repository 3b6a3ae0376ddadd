package user

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
)

// Field is a member that is absent, null or a value. The zero Field is absent;
// mark struct members omitzero, so that it is left out of JSON. A Field is
// immutable and comparable, but compare with Equal: == also tells apart how a
// value was written.
//
// A Field read from JSON of another type than T is mistyped: it has no value, is
// neither absent nor null, and is written again as it was received.
type Field[T comparable] struct {
	value T
	state state
	raw   string // the JSON text received, where it is not the value's own
}

type state uint8

const (
	absent state = iota
	null
	set
	mistyped
)

// Set returns the Field with value v.
func Set[T comparable](v T) Field[T] { return Field[T]{value: v, state: set} }

// Null returns the Field that is null.
func Null[T comparable]() Field[T] { return Field[T]{state: null} }

// Get returns the value; it reports false where there is none.
func (f Field[T]) Get() (v T, ok bool) { return f.value, f.state == set }

// Or returns the value, or v where there is none.
func (f Field[T]) Or(v T) T {
	if f.state == set {
		return f.value
	}
	return v
}

// IsZero reports whether f is absent.
func (f Field[T]) IsZero() bool { return f.state == absent }

// IsNull reports whether f is null.
func (f Field[T]) IsNull() bool { return f.state == null }

// IsMistyped reports whether f was read from JSON of another type than T.
func (f Field[T]) IsMistyped() bool { return f.state == mistyped }

// Equal reports whether f and g are in the same state and have the same value,
// however it was written.
func (f Field[T]) Equal(g Field[T]) bool {
	if f.state == mistyped && g.state == mistyped {
		return jsonscan.Equal([]byte(f.raw), []byte(g.raw))
	}
	return f.state == g.state && f.value == g.value
}

// Value returns f as a JSON value; the absent Value where f is absent.
func (f Field[T]) Value() metadata.Value {
	if f.state == absent {
		return metadata.Value{}
	}
	v, err := metadata.ValueOf(json.RawMessage(f.AppendJSON(nil)))
	if err != nil {
		return metadata.Value{} // a T that has no JSON form
	}
	return v
}

// MarshalJSON returns the JSON text of f; null where f is absent, so mark struct
// members omitzero.
func (f Field[T]) MarshalJSON() ([]byte, error) {
	if f.state == set && f.raw == "" {
		switch any(f.value).(type) {
		case string, bool, int64, ID, Timestamp:
		default:
			return json.Marshal(f.value)
		}
	}
	return f.AppendJSON(nil), nil
}

// AppendJSON appends the JSON text of f to dst; null where f is absent.
func (f Field[T]) AppendJSON(dst []byte) []byte {
	switch {
	case f.raw != "":
		return append(dst, f.raw...)
	case f.state != set:
		return append(dst, "null"...)
	}
	switch v := any(f.value).(type) {
	case string:
		return appendText(dst, v)
	case ID:
		return appendText(dst, string(v))
	case Timestamp:
		return appendText(dst, string(v))
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	}
	text, err := json.Marshal(f.value)
	if err != nil {
		return append(dst, "null"...)
	}
	return append(dst, text...)
}

// appendText appends the JSON text of the string s to dst. Bytes that are not UTF-8 become
// U+FFFD, as in encoding/json.
func appendText(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return jsonscan.AppendQuote(dst, s)
}

// UnmarshalJSON sets f to what text holds. Text that is JSON is never an error:
// of another type than T it makes f mistyped. Whoever reads a payload of others
// asks IsMistyped; [Parse] and package patch do.
func (f *Field[T]) UnmarshalJSON(text []byte) error {
	var v metadata.Value
	if err := v.UnmarshalJSON(text); err != nil {
		return err
	}
	*f = FieldOf[T](v)
	return nil
}

// FieldOf returns the Field that v is: mistyped where v is neither null nor a T.
func FieldOf[T comparable](v metadata.Value) (f Field[T]) {
	switch v.Kind() {
	case metadata.KindAbsent:
		return f
	case metadata.KindNull:
		f.state = null
		return f
	}
	var ok bool
	switch p := any(&f.value).(type) {
	case *string:
		*p, ok = v.Str()
	case *ID:
		var s string
		s, ok = v.Str()
		*p = ID(s)
	case *Timestamp:
		var s string
		s, ok = v.Str()
		*p = Timestamp(s)
	case *bool:
		*p, ok = v.Bool()
	case *int64:
		*p, ok = v.Int64()
	default:
		ok = v.Decode(p) == nil
	}
	if !ok {
		return Field[T]{state: mistyped, raw: v.String()}
	}
	f.state = set
	return f
}

// Param is a member that is absent or a value, and cannot be null. The zero
// Param is absent; mark struct members omitzero. It is otherwise a [Field]; one
// read from null is mistyped.
type Param[T comparable] struct {
	field Field[T]
}

// Value returns the Param with value v.
func Value[T comparable](v T) Param[T] { return Param[T]{Set(v)} }

// Get returns the value; it reports false where there is none.
func (p Param[T]) Get() (v T, ok bool) { return p.field.Get() }

// Or returns the value, or v where there is none.
func (p Param[T]) Or(v T) T { return p.field.Or(v) }

// IsZero reports whether p is absent.
func (p Param[T]) IsZero() bool { return p.field.IsZero() }

// IsNull reports whether p was read from null, which it cannot hold.
func (p Param[T]) IsNull() bool { return p.field.IsMistyped() && p.field.raw == "null" }

// IsMistyped reports whether p was read from null or from JSON of another type
// than T.
func (p Param[T]) IsMistyped() bool { return p.field.IsMistyped() }

// Equal reports whether p and q are equal, as [Field.Equal] does.
func (p Param[T]) Equal(q Param[T]) bool { return p.field.Equal(q.field) }

// Value returns p as a JSON value; the absent Value where p is absent.
func (p Param[T]) Value() metadata.Value { return p.field.Value() }

// MarshalJSON returns the JSON text of p, as [Field.MarshalJSON] does.
func (p Param[T]) MarshalJSON() ([]byte, error) { return p.field.MarshalJSON() }

// UnmarshalJSON sets p to what text holds, as [Field.UnmarshalJSON] does.
func (p *Param[T]) UnmarshalJSON(text []byte) error {
	var v metadata.Value
	if err := v.UnmarshalJSON(text); err != nil {
		return err
	}
	*p = ParamOf[T](v)
	return nil
}

// ParamOf returns the Param that v is: mistyped where v is not a T.
func ParamOf[T comparable](v metadata.Value) Param[T] {
	f := FieldOf[T](v)
	if f.state == null {
		f = Field[T]{state: mistyped, raw: "null"}
	}
	return Param[T]{f}
}

// AppendJSON appends the JSON text of p to dst; null where p is absent.
func (p Param[T]) AppendJSON(dst []byte) []byte { return p.field.AppendJSON(dst) }
