package metadata

import (
	"reflect"

	"github.com/metameld/metameld/internal/jsonscan"
)

// copier makes deep copies of Go values.
type copier struct {
	open    map[place]bool // pointers, maps and slices around the current value
	refused bool           // a value cannot be copied
}

// place identifies the memory that a pointer, map or slice refers to.
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

// deepCopy returns a copy of v that shares no memory with it. It sets refused if v
// has more levels, contains itself or cannot be copied.
func (c *copier) deepCopy(v reflect.Value, levels int) reflect.Value {
	jsonscan.Unwind(levels)
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
			out.Elem().Set(c.deepCopy(v.Elem(), levels-1))
		case reflect.Map:
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for key, value := range v.Seq2() {
				out.SetMapIndex(c.deepCopy(key, levels-1), c.deepCopy(value, levels-1))
			}
		default:
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(c.deepCopy(v.Index(i), levels-1))
			}
		}
	case reflect.Interface:
		out.Set(c.deepCopy(v.Elem(), levels-1))
	case reflect.Struct:
		out.Set(v) // unexported fields are not copied deeply
		c.copyFields(out, v, levels)
	case reflect.Array:
		for i := range v.Len() {
			out.Index(i).Set(c.deepCopy(v.Index(i), levels-1))
		}
	default:
		out.Set(v)
	}
	return out
}

// copyFields copies the exported fields of the struct v into out, also those of
// embedded structs.
func (c *copier) copyFields(out, v reflect.Value, levels int) {
	for i := range v.NumField() {
		switch f := v.Type().Field(i); {
		case f.IsExported():
			out.Field(i).Set(c.deepCopy(v.Field(i), levels-1))
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			c.copyFields(out.Field(i), v.Field(i), levels)
		case f.Anonymous && f.Type.Kind() == reflect.Pointer:
			c.refused = c.refused || !v.Field(i).IsNil() // reflection cannot set the copy
		}
	}
}
