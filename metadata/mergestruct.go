package metadata

import (
	"reflect"

	"dario.cat/mergo"
)

// Empties is what becomes of empty values in a change: the switch "Pass Empty
// Values?" of the workflow card "Update User".
type Empties bool

// The settings.
const (
	SkipEmpty Empties = false // an empty value leaves what is there
	PassEmpty Empties = true  // an empty value overwrites what is there
)

// MergeStruct returns base with the values of change, for metadata that a program
// keeps as a Go type of its own: a struct, or a map. It goes by the Go fields, not
// by their JSON form, and stands on dario.cat/mergo. The rules, in order:
//
//  1. An empty value in change (the zero value, an empty list or map, a nil
//     pointer) leaves what base has with SkipEmpty, and overwrites it with PassEmpty.
//  2. Structs are merged field by field, those behind a pointer and embedded ones
//     too. A struct without exported fields, or with a method IsZero, such as
//     time.Time, [Object] and [Delta], is one value.
//  3. Maps are merged key by key, at every level, also inside an any and behind a
//     pointer. A key that base has not is added, empty or not; keys that change has
//     not stay.
//  4. Lists, arrays and all else are replaced, structs inside an any too. A pointer
//     to anything but a struct or a map is not empty, whatever it points to.
//  5. Unexported fields are those of base, or of the value that is taken whole.
//
// Neither base nor change is changed, and the result shares no memory with them,
// but for what unexported fields refer to, which reflection cannot copy: a
// *big.Int, say, keeps its digits there. What appears twice in base or change
// appears as two in the result.
//
// The error is an [Errors] with [ErrType] where T is neither struct nor map, or
// has values that cannot be copied: channels and functions that are not nil, an
// embedded pointer to an unexported type that is not nil, what is inside itself or
// more than [MaxLevels] deep.
//
// In PassEmpty a field that change does not care about is overwritten all the
// same: fill change from what was read, or use SkipEmpty and [Object.Without].
func MergeStruct[T any](base, change T, empties Empties) (result T, err error) {
	refuse := func() (T, error) {
		var none T
		return none, Errors{{Fault: ErrType}}
	}
	if k := reflect.TypeFor[T]().Kind(); k != reflect.Struct && k != reflect.Map {
		return refuse()
	}
	defer func() { // reflection over types that nobody thought of
		if r := recover(); r != nil {
			result, err = refuse()
		}
	}()
	var b, c copier
	dst, src := b.copy(reflect.ValueOf(&base).Elem(), MaxLevels), c.copy(reflect.ValueOf(&change).Elem(), MaxLevels)
	if b.refused || c.refused {
		return refuse()
	}
	result = dst.Interface().(T)
	m := merger{pass: bool(empties)}
	if m.merge(reflect.ValueOf(&result).Elem(), src) != nil {
		return refuse()
	}
	return result, nil
}

// merger is one merge of Go values.
type merger struct{ pass bool }

// merge gives dst, which can be set, the values of src.
func (m merger) merge(dst, src reflect.Value) error {
	switch {
	case empty(src):
		if m.pass {
			dst.Set(src)
		}
		return nil
	case dst.Kind() == reflect.Map && dst.IsNil(), whole(dst.Type()):
		dst.Set(src)
		return nil
	}
	switch dst.Kind() {
	case reflect.Struct:
		options := []func(*mergo.Config){mergo.WithOverride, mergo.WithTransformers(m)}
		if m.pass {
			options = append(options, mergo.WithOverwriteWithEmptyValue)
		}
		return mergo.Merge(dst.Addr().Interface(), src.Interface(), options...)
	case reflect.Map:
		for _, key := range src.MapKeys() {
			to := reflect.New(dst.Type().Elem()).Elem()
			if old := dst.MapIndex(key); old.IsValid() {
				to.Set(old)
				if err := m.merge(to, src.MapIndex(key)); err != nil {
					return err
				}
			} else {
				to.Set(src.MapIndex(key))
			}
			dst.SetMapIndex(key, to)
		}
	case reflect.Pointer:
		if k := dst.Type().Elem().Kind(); dst.IsNil() || k != reflect.Struct && k != reflect.Map {
			dst.Set(src)
			return nil
		}
		return m.merge(dst.Elem(), src.Elem())
	case reflect.Interface:
		if dst.IsNil() || dst.Elem().Kind() != reflect.Map || src.Elem().Type() != dst.Elem().Type() {
			dst.Set(src)
			return nil
		}
		return m.merge(dst.Elem(), src.Elem()) // a map is set in place
	default:
		dst.Set(src)
	}
	return nil
}

// Transformer is for mergo: it takes over the kinds of which mergo's own rules
// differ. mergo never empties a map or pointer, takes a struct or an array for not
// empty whatever it holds, drops map keys that the change has not, and looks
// through pointers to see whether they are empty.
func (m merger) Transformer(t reflect.Type) func(dst, src reflect.Value) error {
	switch t.Kind() {
	case reflect.Map, reflect.Pointer, reflect.Interface, reflect.Array:
		return m.merge
	case reflect.Struct:
		if whole(t) {
			return m.merge
		}
	}
	return nil
}

// whole reports whether a struct of type t is one value.
func whole(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[zeroer]()) {
		return true
	}
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			return false
		}
	}
	return true
}

// zeroer is what says of itself whether it is zero, as encoding/json asks for
// omitzero.
type zeroer interface{ IsZero() bool }

// empty reports whether v is an empty value.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Interface:
		return v.IsNil() || empty(v.Elem())
	case reflect.Struct:
		if !v.CanAddr() {
			to := reflect.New(v.Type()).Elem()
			to.Set(v)
			v = to
		}
		if z, ok := v.Addr().Interface().(zeroer); ok {
			return z.IsZero()
		}
	}
	return v.IsZero()
}

// copier makes copies that share no memory with what they are made of.
type copier struct {
	open    map[place]bool // pointers, maps and slices around the value at hand
	refused bool
}

// place is where a pointer, map or slice refers to.
type place struct {
	at  uintptr
	len int
	typ reflect.Type
}

func placeOf(v reflect.Value) place {
	p := place{v.Pointer(), 0, v.Type()}
	if v.Kind() == reflect.Slice {
		p.len = v.Len()
	}
	return p
}

// copy returns a copy of v, which has at most so many levels.
func (c *copier) copy(v reflect.Value, levels int) reflect.Value {
	switch v.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		c.refused = c.refused || !v.IsNil()
		return v
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface:
		if v.IsNil() {
			return v
		}
	}
	if levels == 0 || c.refused {
		c.refused = true
		return v
	}
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		p := placeOf(v)
		if c.open[p] && (v.Kind() != reflect.Slice || p.len > 0) {
			c.refused = true
			return v
		}
		if c.open == nil {
			c.open = make(map[place]bool)
		}
		c.open[p] = true
		defer delete(c.open, p)
		switch v.Kind() {
		case reflect.Pointer:
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(c.copy(v.Elem(), levels-1))
		case reflect.Map:
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for key, value := range v.Seq2() {
				out.SetMapIndex(c.copy(key, levels-1), c.copy(value, levels-1))
			}
		default:
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(c.copy(v.Index(i), levels-1))
			}
		}
	case reflect.Interface:
		out.Set(c.copy(v.Elem(), levels-1))
	case reflect.Struct:
		out.Set(v) // unexported fields are taken as they are
		c.fields(out, v, levels)
	case reflect.Array:
		for i := range v.Len() {
			out.Index(i).Set(c.copy(v.Index(i), levels-1))
		}
	default:
		out.Set(v)
	}
	return out
}

// fields copies the exported fields of the struct v into out, those of embedded
// structs too.
func (c *copier) fields(out, v reflect.Value, levels int) {
	for i := range v.NumField() {
		switch f := v.Type().Field(i); {
		case f.IsExported():
			out.Field(i).Set(c.copy(v.Field(i), levels-1))
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			c.fields(out.Field(i), v.Field(i), levels)
		case f.Anonymous && f.Type.Kind() == reflect.Pointer:
			c.refused = c.refused || !v.Field(i).IsNil() // what it points to has fields to merge, and cannot be set
		}
	}
}
