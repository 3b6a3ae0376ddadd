package user

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/metadata"
)

// decoder collects what is wrong with the members of an object.
type decoder struct {
	errs  metadata.Errors
	bound check.Bound
}

func (d *decoder) err() error {
	if d.errs == nil {
		return nil
	}
	return d.errs
}

func (d *decoder) fault(f metadata.Fault, path ...string) {
	d.add(&metadata.Error{Fault: f, Pointer: metadata.Pointer(path...)})
}

// add lists e, or that there is more.
func (d *decoder) add(e *metadata.Error) {
	switch {
	case d.bound.Full:
	case d.bound.Takes(len(d.errs), e.Pointer):
		d.errs = append(d.errs, e)
	default:
		d.errs = append(d.errs, &metadata.Error{Fault: metadata.ErrMore})
	}
}

func (d *decoder) text(name string, v metadata.Value, dst *string) {
	s, ok := v.Str()
	if !ok {
		d.fault(ErrMistyped, name)
	}
	*dst = s
}

func (d *decoder) oneOf(name string, v metadata.Value, dst *string, known []string) {
	d.text(name, v, dst)
	if v.Kind() == metadata.KindString && !slices.Contains(known, *dst) {
		d.fault(ErrUnknownValue, name)
	}
}

func (d *decoder) boolean(name string, v metadata.Value, dst *bool) {
	b, ok := v.Bool()
	if !ok {
		d.fault(ErrMistyped, name)
	}
	*dst = b
}

// attributes sets dst to the names in a list.
func (d *decoder) attributes(name string, v metadata.Value, dst *[]string) {
	const mostNames, mostCharacters = 96, 255
	if v.Kind() != metadata.KindArray {
		d.fault(ErrMistyped, name)
	}
	for e := range v.Elements() {
		if len(*dst) == mostNames {
			d.fault(ErrTooLong, name)
			return
		}
		s, ok := e.Str()
		if !ok {
			d.fault(ErrMistyped, name, strconv.Itoa(len(*dst)))
		} else if utf8.RuneCountInString(s) > mostCharacters {
			d.fault(ErrTooLong, name, strconv.Itoa(len(*dst)))
		}
		*dst = append(*dst, s)
	}
}

// field returns the Field that v is, with a fault where it is mistyped.
func field[T comparable](d *decoder, name string, v metadata.Value) Field[T] {
	f := FieldOf[T](v)
	if f.IsMistyped() {
		d.fault(ErrMistyped, name)
	}
	return f
}

// flag returns the Field that v is; "true" and "false" are taken for true and
// false and written again as received.
func flag(d *decoder, name string, v metadata.Value) Field[bool] {
	switch s, _ := v.Str(); s {
	case "true", "false":
		return Field[bool]{value: s == "true", state: set, raw: v.String()}
	}
	return field[bool](d, name, v)
}

// The faults that reading adds to those of package metadata.
const (
	ErrMistyped      metadata.Fault = "value of the wrong type"
	ErrUnknownMember metadata.Fault = "unknown member"
	ErrUnknownValue  metadata.Fault = "unknown value"
	ErrTooLong       metadata.Fault = "longer than the API allows" // a list or a text
)
