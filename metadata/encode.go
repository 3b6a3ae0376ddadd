package metadata

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/jsonscan"
)

// From returns the struct or map v as an Object. It is converted as [ValueOf] does, so
// that the tags of struct fields hold. A nil map or pointer, and any other v whose
// JSON form is null, is absent; an empty map is {}. The result shares no memory with
// v. The error is an [Errors] that lists every fault: [ErrNotObject], or those that
// ValueOf returns.
func From[T any](v T) (Object, error) {
	text, err := encode(v)
	if err != nil {
		return Object{}, err
	}
	if string(text) == "null" {
		return Object{}, nil
	}
	return Parse(text)
}

// encode returns the JSON text of v, valid and without duplicate names.
func encode(v any) ([]byte, error) {
	e := encoder{}
	e.value(v, jsonscan.MaxDepth)
	if err := e.errs.err(); err != nil {
		return nil, err
	}
	return e.out, nil
}

// encoder writes Go values as JSON text.
type encoder struct {
	out  []byte
	path []string       // of the value that is written
	open map[place]bool // the maps and slices around that value
	errs faultList
}

// enter adds the map or slice v to open until leave is called. It reports false,
// after adding a fault, if v contains itself or is too deep.
func (e *encoder) enter(v any, depth int) (leave func(), ok bool) {
	at := placeOf(reflect.ValueOf(v))
	if depth == 0 || e.open[at] {
		e.fault(ErrDepth)
		return nil, false
	}
	if e.open == nil {
		e.open = make(map[place]bool)
	}
	e.open[at] = true
	return func() { delete(e.open, at) }, true
}

// fault adds a fault at the current path.
func (e *encoder) fault(f Fault) { e.errs.add(f, e.path, "") }

// faults adds the faults of the value at the current path.
func (e *encoder) faults(list Errors) {
	for _, x := range list {
		e.errs.add(x.Fault, e.path, x.Pointer)
	}
}

// value writes v, which may have depth levels.
func (e *encoder) value(v any, depth int) {
	jsonscan.Unwind(depth)
	switch v := v.(type) {
	case nil:
		e.out = append(e.out, "null"...)
	case bool:
		e.out = strconv.AppendBool(e.out, v)
	case string:
		e.string(v)
	case int:
		e.out = strconv.AppendInt(e.out, int64(v), 10)
	case int64:
		e.out = strconv.AppendInt(e.out, v, 10)
	case json.Number:
		e.number(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			e.fault(ErrType)
			return
		}
		e.marshal(v)
	case Value:
		if v.IsZero() {
			e.fault(ErrType)
			return
		}
		e.text([]byte(v.text), depth)
	case Object:
		if v.IsZero() {
			e.fault(ErrType)
			return
		}
		e.text(v.AppendJSON(nil), depth)
	case *Object:
		if v == nil {
			e.out = append(e.out, "null"...)
			return
		}
		e.value(*v, depth)
	case json.RawMessage:
		if v == nil {
			e.out = append(e.out, "null"...)
			return
		}
		e.text(v, depth)
	case map[string]any:
		e.mapping(v, depth)
	case []any:
		e.list(v, depth)
	default:
		e.marshal(v)
	}
}

func (e *encoder) number(n json.Number) {
	if t := []byte(n); len(t) == 0 || jsonscan.Number(t, 0) != len(t) {
		e.fault(ErrType)
		return
	}
	e.out = append(e.out, n...)
}

func (e *encoder) string(s string) {
	if !utf8.ValidString(s) {
		e.fault(ErrUTF8)
		return
	}
	e.out = jsonscan.AppendQuote(e.out, s)
}

// text writes a JSON text, which it validates.
func (e *encoder) text(t []byte, depth int) {
	var names jsonscan.Names
	start := jsonscan.Space(t, 0)
	end := jsonscan.Check(t, start, depth, &names)
	if end >= 0 && jsonscan.Space(t, end) == len(t) {
		if names.Spaced() {
			e.out = append(e.out, jsonscan.Compact(t)...)
		} else {
			e.out = append(e.out, t[start:end]...)
		}
		return
	}
	if len(jsonscan.Faults(t, jsonscan.MaxDepth, &names)) == 0 {
		e.fault(ErrDepth) // legal by itself, but not at this depth
		return
	}
	e.faults(faultsIn(t, &names))
}

func (e *encoder) mapping(m map[string]any, depth int) {
	if m == nil {
		e.out = append(e.out, "null"...)
		return
	}
	leave, ok := e.enter(m, depth)
	if !ok {
		return
	}
	defer leave()
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	e.out = append(e.out, '{')
	for i, name := range names {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.string(name)
		e.path = append(e.path, strings.ToValidUTF8(name, "\uFFFD"))
		e.out = append(e.out, ':')
		e.value(m[name], depth-1)
		e.path = e.path[:len(e.path)-1]
	}
	e.out = append(e.out, '}')
}

func (e *encoder) list(l []any, depth int) {
	switch {
	case l == nil:
		e.out = append(e.out, "null"...)
		return
	case len(l) == 0:
		e.text([]byte("[]"), depth)
		return
	}
	leave, ok := e.enter(l, depth)
	if !ok {
		return
	}
	defer leave()
	e.out = append(e.out, '[')
	for i, v := range l {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.path = append(e.path, strconv.Itoa(i))
		e.value(v, depth-1)
		e.path = e.path[:len(e.path)-1]
	}
	e.out = append(e.out, ']')
}

// tooDeep ends the error of encoding/json for too many levels in the text that a
// MarshalJSON returns. The next encoding/json (GOEXPERIMENT=jsonv2) has it for any
// value; the current one writes other values, and text then finds the fault.
const tooDeep = "exceeded max depth"

// marshal writes any other Go value by encoding/json. That package replaces an
// invalid byte by U+FFFD, so v is searched for one only if the text has that.
func (e *encoder) marshal(v any) {
	if !nestsWithin(reflect.ValueOf(v), jsonscan.MaxSteps) {
		e.fault(ErrDepth)
		return
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	var list Errors
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &list):
		e.faults(list)
	case errors.As(err, &syntax) && strings.HasSuffix(syntax.Error(), tooDeep):
		e.fault(ErrDepth)
	case err != nil:
		e.fault(ErrType)
	case (bytes.Contains(b.Bytes(), []byte(`\ufffd`)) || bytes.Contains(b.Bytes(), []byte("\ufffd"))) && hasInvalidString(reflect.ValueOf(v), map[place]bool{}):
		e.fault(ErrUTF8)
	default:
		e.text(b.Bytes(), jsonscan.MaxDepth-len(e.path))
	}
}

// hasInvalidString reports whether a string in v is invalid UTF-8. It does not call
// methods that marshal. seen has the places that were searched.
func hasInvalidString(v reflect.Value, seen map[place]bool) bool {
	jsonscan.Unwind(len(seen))
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		p := placeOf(v)
		if v.IsNil() || seen[p] {
			return false
		}
		seen[p] = true
	}
	switch v.Kind() {
	case reflect.String:
		return !utf8.ValidString(v.String())
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && hasInvalidString(v.Elem(), seen)
	case reflect.Struct:
		for i := range v.NumField() {
			if hasInvalidString(v.Field(i), seen) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if hasInvalidString(v.Index(i), seen) {
				return true
			}
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			if hasInvalidString(key, seen) || hasInvalidString(value, seen) {
				return true
			}
		}
	}
	return false
}
