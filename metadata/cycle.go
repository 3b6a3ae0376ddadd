package metadata

import (
	"encoding"
	"encoding/json"
	"reflect"

	"github.com/metameld/metameld/internal/jsonscan"
)

// nestsWithin reports whether encoding/json reaches the end of v within that many
// steps inward. It reports false if v contains itself. encoding/json itself stops only at
// the end of its stack.
func nestsWithin(v reflect.Value, steps int) bool {
	jsonscan.Unwind(steps)
	switch {
	case !isNested(v.Kind()):
		return true
	case steps == 0:
		return false
	case marshalsItself(v.Type()):
		return true
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return v.IsNil() || nestsWithin(v.Elem(), steps-1)
	case reflect.Struct:
		return fieldsNestWithin(v, steps-1)
	}
	if !isNested(v.Type().Elem().Kind()) {
		return true
	}
	if v.Kind() == reflect.Map {
		for _, x := range v.Seq2() {
			if !nestsWithin(x, steps-1) {
				return false
			}
		}
		return true
	}
	for i := range v.Len() {
		if !nestsWithin(v.Index(i), steps-1) {
			return false
		}
	}
	return true
}

// fieldsNestWithin is nestsWithin for each field of the struct v that encoding/json
// may read.
func fieldsNestWithin(v reflect.Value, steps int) bool {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if (f.IsExported() || f.Anonymous) && f.Tag.Get("json") != "-" && !nestsWithin(v.Field(i), steps) {
			return false
		}
	}
	return true
}

// isNested reports whether values of the kind may contain others.
func isNested(k reflect.Kind) bool {
	switch k {
	case reflect.Pointer, reflect.Interface, reflect.Struct, reflect.Map, reflect.Slice, reflect.Array:
		return true
	}
	return false
}

// marshalsItself reports whether encoding/json calls a method of t for the text.
func marshalsItself(t reflect.Type) bool {
	if t.Kind() == reflect.Interface {
		return false // the value in it may
	}
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Marshaler]()) || p.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}
