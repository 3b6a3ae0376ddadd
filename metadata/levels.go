package metadata

import (
	"encoding"
	"encoding/json"
	"reflect"

	"github.com/metameld/metameld/internal/jsonscan"
)

// mostSteps is how many pointers, interfaces and values may be around a value, a
// few for each level of text: encoding/json goes as deep as its stack does.
const mostSteps = 10 * jsonscan.MaxDepth

// ends reports whether encoding/json comes to the end of v in so many steps. It
// never does where v is inside itself.
func ends(v reflect.Value, steps int) bool {
	if !hasParts(v.Kind()) {
		return true
	}
	if steps == 0 {
		return false
	}
	if writesItself(v.Type()) {
		return true
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return v.IsNil() || ends(v.Elem(), steps-1)
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if (f.IsExported() || f.Anonymous) && f.Tag.Get("json") != "-" && !ends(v.Field(i), steps-1) {
				return false
			}
		}
	case reflect.Map:
		if !hasParts(v.Type().Elem().Kind()) {
			return true
		}
		for _, x := range v.Seq2() {
			if !ends(x, steps-1) {
				return false
			}
		}
	default:
		if !hasParts(v.Type().Elem().Kind()) {
			return true
		}
		for i := range v.Len() {
			if !ends(v.Index(i), steps-1) {
				return false
			}
		}
	}
	return true
}

func hasParts(k reflect.Kind) bool {
	switch k {
	case reflect.Pointer, reflect.Interface, reflect.Struct, reflect.Map, reflect.Slice, reflect.Array:
		return true
	}
	return false
}

// writesItself reports whether encoding/json asks a method of t for the text.
func writesItself(t reflect.Type) bool {
	if t.Kind() == reflect.Interface {
		return false // what is in it may
	}
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Marshaler]()) || p.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// MaxLevels is how many levels of arrays and objects a text may have.
const MaxLevels = jsonscan.MaxDepth
