package attrs

import "github.com/metameld/metameld/metadata"

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
type List struct{ At *[]metadata.Object }

func (f List) IsZero() bool { return *f.At == nil }

func (f List) Assign(v metadata.Value) (ok bool) {
	*f.At, ok = ReadObjects(v, func(dst *metadata.Object, v metadata.Value) { *dst, _ = v.Object() })
	return ok
}

func (f List) AppendJSON(dst []byte) []byte {
	return AppendList(dst, *f.At, (*metadata.Object).AppendJSON)
}

func (f List) EqualField(g any) bool {
	return EqualLists(*f.At, *g.(List).At, func(o, p *metadata.Object) bool { return o.Equal(*p) })
}

// ReadObjects returns the list of what read sets from each element of v. It reports
// false, before it makes a list, if v is not a list of objects.
func ReadObjects[T any](v metadata.Value, read func(dst *T, v metadata.Value)) (list []T, ok bool) {
	if v.Kind() != metadata.KindArray {
		return nil, false
	}
	var few [4]metadata.Value // the first, so that a short list is read once
	n := 0
	for e := range v.Elements() {
		if e.Kind() != metadata.KindObject {
			return nil, false
		}
		if n < len(few) {
			few[n] = e
		}
		n++
	}
	list = make([]T, n)
	if n <= len(few) {
		for i := range list {
			read(&list[i], few[i])
		}
		return list, true
	}
	n = 0
	for e := range v.Elements() {
		read(&list[n], e)
		n++
	}
	return list, true
}

// AppendList appends the JSON text of a list to dst; write appends that of one element.
func AppendList[T any](dst []byte, list []T, write func(t *T, dst []byte) []byte) []byte {
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = write(&list[i], dst)
	}
	return append(dst, ']')
}

// EqualLists reports whether a and b have equal elements; nil is not an empty list.
func EqualLists[T any](a, b []T, equal func(t, u *T) bool) bool {
	if (a == nil) != (b == nil) || len(a) != len(b) {
		return false
	}
	for i := range a {
		if !equal(&a[i], &b[i]) {
			return false
		}
	}
	return true
}
