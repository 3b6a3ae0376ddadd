package metadata

import (
	"fmt"
	"reflect"

	"dario.cat/mergo"
)

// Empties is what becomes of empty values in a change: the switch "Pass Empty
// Values?" of the workflow card "Update User".
type Empties uint8

// The settings.
const (
	SkipEmpty Empties = iota // an empty value leaves what is there
	PassEmpty                // an empty value overwrites what is there
)

// MergeStruct returns base with the values of change, for metadata that a program
// keeps as a Go type of its own: a struct, or a map. It goes by the Go fields, not
// by their JSON form, and stands on dario.cat/mergo. The rules, in order:
//
//  1. An empty value in change (the zero value, an empty list or map, a nil
//     pointer) leaves what base has with SkipEmpty, and overwrites it with PassEmpty.
//  2. Structs are merged field by field, and through pointers. A struct without
//     exported fields, or with a method IsZero, such as time.Time, [Object] and
//     [Delta], is one value.
//  3. Maps are merged key by key, at every level, also inside an any. A key that
//     base has not is added; keys that change has not stay.
//  4. Lists and all else are replaced. A pointer to anything but a struct is not
//     empty, whatever it points to.
//  5. Unexported fields are those of base.
//
// The result shares no memory with base or change, neither of which is changed.
// The error is an [Errors] with [ErrType] where T is neither struct nor map, or
// has values that cannot be copied: channels and functions that are not nil, and
// what is inside itself.
//
// In PassEmpty a field that change does not care about is overwritten all the
// same: fill change from what was read, or use SkipEmpty and [Object.Without].
func MergeStruct[T any](base, change T, empties Empties) (result T, err error) {
	refuse := func(why any) (T, error) {
		var none T
		return none, fmt.Errorf("%w: %v", Errors{{Fault: ErrType}}, why)
	}
	if k := reflect.TypeFor[T]().Kind(); k != reflect.Struct && k != reflect.Map {
		return refuse("neither a struct nor a map")
	}
	defer func() { // reflection over types that nobody thought of
		if r := recover(); r != nil {
			result, err = refuse("a type that cannot be merged")
		}
	}()
	var b, c copier
	dst, src := b.copy(reflect.ValueOf(&base).Elem()), c.copy(reflect.ValueOf(&change).Elem())
	if why := b.refused + c.refused; why != "" {
		return refuse(why)
	}
	result = dst.Interface().(T)
	if err := empties.merge(reflect.ValueOf(&result).Elem(), src); err != nil {
		return refuse(err)
	}
	return result, nil
}

// merge gives dst, which can be set, the values of src.
func (e Empties) merge(dst, src reflect.Value) error {
	switch {
	case empty(src):
		if e == PassEmpty {
			dst.Set(src)
		}
		return nil
	case dst.Kind() == reflect.Map && dst.IsNil(), whole(dst.Type()):
		dst.Set(src)
		return nil
	}
	switch dst.Kind() {
	case reflect.Struct:
		options := []func(*mergo.Config){mergo.WithOverride, mergo.WithTransformers(e)}
		if e == PassEmpty {
			options = append(options, mergo.WithOverwriteWithEmptyValue)
		}
		return mergo.Merge(dst.Addr().Interface(), src.Interface(), options...)
	case reflect.Map:
		for _, key := range src.MapKeys() {
			to := reflect.New(dst.Type().Elem()).Elem()
			if old := dst.MapIndex(key); old.IsValid() {
				to.Set(old)
				if err := e.merge(to, src.MapIndex(key)); err != nil {
					return err
				}
			} else {
				to.Set(src.MapIndex(key))
			}
			dst.SetMapIndex(key, to)
		}
	case reflect.Pointer:
		if dst.IsNil() || dst.Type().Elem().Kind() != reflect.Struct {
			dst.Set(src)
			return nil
		}
		return e.merge(dst.Elem(), src.Elem())
	case reflect.Interface:
		if dst.IsNil() || dst.Elem().Kind() != reflect.Map || src.Elem().Type() != dst.Elem().Type() {
			dst.Set(src)
			return nil
		}
		return e.merge(dst.Elem(), src.Elem()) // a map is set in place
	default:
		dst.Set(src)
	}
	return nil
}

// Transformer is for mergo: it takes over the kinds of which mergo's own rules
// differ. mergo never empties a map or pointer, takes a struct for not empty
// whatever it holds, drops map keys that the change has not, and looks through
// pointers to see whether they are empty.
func (e Empties) Transformer(t reflect.Type) func(dst, src reflect.Value) error {
	switch t.Kind() {
	case reflect.Map, reflect.Pointer, reflect.Interface:
		return e.merge
	case reflect.Struct:
		if whole(t) {
			return e.merge
		}
	}
	return nil
}

// whole reports whether a struct of type t is one value.
func whole(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	if t.Implements(reflect.TypeFor[interface{ IsZero() bool }]()) {
		return true
	}
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			return false
		}
	}
	return true
}

// empty reports whether v is an empty value.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Interface:
		return v.IsNil() || v.Elem().Kind() != reflect.Pointer && empty(v.Elem())
	case reflect.Struct:
		if z, ok := v.Interface().(interface{ IsZero() bool }); ok {
			return z.IsZero()
		}
	}
	return v.IsZero()
}

// copier makes copies that share no memory with what they are made of.
type copier struct {
	made    map[place]reflect.Value // of pointers, maps and slices; not valid while in the making
	refused string
}

type place struct {
	at  uintptr
	len int
	typ reflect.Type
}

// copy returns a copy of v.
func (c *copier) copy(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		if !v.IsNil() {
			c.refused = "a " + v.Kind().String() + " cannot be copied"
		}
		return v
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface:
		if v.IsNil() {
			return v
		}
	}
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		p := place{v.Pointer(), 0, v.Type()}
		if v.Kind() == reflect.Slice {
			p.len = v.Len()
		}
		if made, ok := c.made[p]; ok {
			if !made.IsValid() {
				c.refused = "a value that is inside itself"
				return v
			}
			return made
		}
		if c.made == nil {
			c.made = make(map[place]reflect.Value)
		}
		c.made[p] = reflect.Value{} // in the making
		defer func() { c.made[p] = out }()
		switch v.Kind() {
		case reflect.Pointer:
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(c.copy(v.Elem()))
		case reflect.Map:
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for key, value := range v.Seq2() {
				out.SetMapIndex(c.copy(key), c.copy(value))
			}
		default:
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(c.copy(v.Index(i)))
			}
		}
	case reflect.Interface:
		out.Set(c.copy(v.Elem()))
	case reflect.Struct:
		out.Set(v) // unexported fields are taken as they are
		if whole(v.Type()) {
			break
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(c.copy(v.Field(i)))
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			out.Index(i).Set(c.copy(v.Index(i)))
		}
	default:
		out.Set(v)
	}
	return out
}
