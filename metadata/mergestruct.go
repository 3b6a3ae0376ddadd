package metadata

import (
	"reflect"

	"dario.cat/mergo"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Empties is what an empty value in a change does: the switch "Pass Empty Values?" of
// the workflow card "Update User". The zero Empties is SkipEmpty.
type Empties bool

// The settings.
const (
	SkipEmpty Empties = false // the old value stays
	PassEmpty Empties = true  // the empty value replaces the old one
)

// String returns "skip-empty" or "pass-empty".
func (e Empties) String() string {
	if e == PassEmpty {
		return "pass-empty"
	}
	return "skip-empty"
}

// MergeStruct returns base with the values of change, for metadata that a program
// keeps as a Go struct or map. It merges Go fields, not their JSON form, by means of
// dario.cat/mergo. The first rule that applies decides:
//
//  1. An empty value in change (the zero value, an empty slice or map, a nil
//     pointer) keeps the value of base with SkipEmpty, and replaces it with
//     PassEmpty.
//  2. A struct without exported fields, or with a method IsZero, is one value, such
//     as time.Time, [Object] and [Delta]. Any other struct is merged field by field,
//     also behind a pointer or embedded.
//  3. Maps are merged key by key at every level, also inside an any or behind a
//     pointer. A key that base lacks is added, empty or not. Keys that change lacks
//     stay.
//  4. Any other value is replaced, also a struct inside an any. A pointer to a value
//     other than a struct or map is empty only if it is nil.
//  5. Unexported fields are those of base, or of the value that replaces it.
//
// Neither base nor change is changed. The result shares no memory with them, except
// what unexported fields refer to, such as the digits of a *big.Int: reflection
// cannot copy it. A pointer that appears twice becomes two.
//
// The error is an [Errors] with [ErrNotObject] if T is neither a struct nor a map, or
// with [ErrType] if a value cannot be copied: a channel, a function or an embedded
// pointer to an unexported type that is not nil, a value that contains itself or has
// more than [MaxLevels] levels.
//
// With PassEmpty, fields that change leaves empty are emptied. To change some fields
// only, fill change from the current values first, or use SkipEmpty.
func MergeStruct[T any](base, change T, empties Empties) (result T, err error) {
	refuse := func(f Fault) (T, error) {
		var none T
		return none, Errors{{Fault: f}}
	}
	if k := reflect.TypeFor[T]().Kind(); k != reflect.Struct && k != reflect.Map {
		return refuse(ErrNotObject)
	}
	defer func() { // methods of T may panic, and so may reflection
		if r := recover(); r != nil {
			result, err = refuse(ErrType)
		}
	}()
	var b, c copier
	dst, src := b.deepCopy(reflect.ValueOf(&base).Elem(), MaxLevels), c.deepCopy(reflect.ValueOf(&change).Elem(), MaxLevels)
	if b.refused || c.refused {
		return refuse(ErrType)
	}
	result = dst.Interface().(T)
	m := merger{pass: bool(empties)}
	if m.merge(reflect.ValueOf(&result).Elem(), src) != nil {
		return refuse(ErrType)
	}
	return result, nil
}

// merger merges Go values.
type merger struct {
	pass  bool // PassEmpty
	level int  // how many calls of merge are around this one
}

// merge merges src into dst, which can be set. It keeps dst if that is an unexported
// field or stands in one.
func (m merger) merge(dst, src reflect.Value) error {
	jsonscan.Unwind(m.level)
	m.level++
	switch {
	case !dst.CanInterface():
		return nil
	case isEmptyValue(src) && !m.pass:
		return nil
	case dst.Kind() == reflect.Struct && !isOneValue(dst.Type()):
		// Its unexported fields stay, also if all of src is empty.
	case isEmptyValue(src):
		dst.Set(src)
		return nil
	case dst.Kind() == reflect.Map && dst.IsNil(), isOneValue(dst.Type()):
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

// Transformer tells mergo for which types to call merge: those where mergo's own rules
// differ: it never empties a map or pointer, treats every struct and array as not
// empty, drops map keys that the change lacks, and follows pointers to decide
// whether they are empty.
func (m merger) Transformer(t reflect.Type) func(dst, src reflect.Value) error {
	switch t.Kind() {
	case reflect.Map, reflect.Pointer, reflect.Interface, reflect.Array:
		return m.merge
	case reflect.Struct:
		if isOneValue(t) {
			return m.merge
		}
	}
	return nil
}

// isOneValue reports whether t is a struct that is not merged field by field.
func isOneValue(t reflect.Type) bool {
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

// zeroer is the interface that encoding/json uses for omitzero.
type zeroer interface{ IsZero() bool }

// isEmptyValue reports whether v is an empty value.
func isEmptyValue(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Interface:
		return v.IsNil() || isEmptyValue(v.Elem())
	case reflect.Struct:
		if !v.CanAddr() {
			addressable := reflect.New(v.Type()).Elem()
			addressable.Set(v)
			v = addressable
		}
		if z, ok := v.Addr().Interface().(zeroer); ok {
			return z.IsZero()
		}
	}
	return v.IsZero()
}
