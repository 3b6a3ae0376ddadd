package attrs

import (
	"slices"

	"github.com/metameld/metameld/metadata"
)

// Object is the field of an attribute that is a JSON object. It cannot hold any
// other value.
type Object struct{ At *metadata.Object }

func (f Object) IsZero() bool                 { return f.At.IsZero() }
func (f Object) AppendJSON(dst []byte) []byte { return f.At.AppendJSON(dst) }
func (f Object) EqualField(g any) bool        { return f.At.Equal(*g.(Object).At) }

func (f Object) Assign(v metadata.Value) (ok bool) {
	*f.At, ok = v.Object()
	return ok
}

// Delta is the field of metadata in a payload. It cannot hold a value that is no
// object.
type Delta struct{ At *metadata.Delta }

func (f Delta) IsZero() bool                 { return f.At.IsZero() }
func (f Delta) AppendJSON(dst []byte) []byte { return f.At.Object().AppendJSON(dst) }
func (f Delta) EqualField(g any) bool        { return f.At.Equal(*g.(Delta).At) }

func (f Delta) Assign(v metadata.Value) bool {
	o, ok := v.Object()
	*f.At = metadata.DeltaOf(o)
	return ok
}

// Value is the field of an attribute of any type.
type Value struct{ At *metadata.Value }

func (f Value) IsZero() bool                 { return f.At.IsZero() }
func (f Value) AppendJSON(dst []byte) []byte { return append(dst, f.At.String()...) }
func (f Value) EqualField(g any) bool        { return f.At.Equal(*g.(Value).At) }

func (f Value) Assign(v metadata.Value) bool {
	*f.At = v
	return true
}

// List is the field of an attribute that is a list of objects; nil is absent. It cannot
// hold any other value.
type List[T element[T], P interface {
	*T
	UnmarshalJSON(text []byte) error
}] struct{ At *[]T }

type element[T any] interface {
	AppendJSON(dst []byte) []byte
	Equal(t T) bool
}

func (f List[T, P]) IsZero() bool { return *f.At == nil }

func (f List[T, P]) Assign(v metadata.Value) bool {
	*f.At = nil
	if v.Kind() != metadata.KindArray {
		return false
	}
	list := []T{}
	for e := range v.Elements() {
		var t T
		if e.Kind() != metadata.KindObject || P(&t).UnmarshalJSON([]byte(e.String())) != nil {
			return false
		}
		list = append(list, t)
	}
	*f.At = list
	return true
}

func (f List[T, P]) AppendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	for i, t := range *f.At {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = t.AppendJSON(dst)
	}
	return append(dst, ']')
}

func (f List[T, P]) EqualField(g any) bool {
	h := g.(List[T, P])
	return f.IsZero() == h.IsZero() && slices.EqualFunc(*f.At, *h.At, T.Equal)
}
