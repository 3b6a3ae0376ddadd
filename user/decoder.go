package user

import (
	"strconv"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/internal/strategy"
	"github.com/metameld/metameld/metadata"
)

// decoder reads the members of a connection or a target, and collects their faults.
type decoder struct {
	judge.Faults
	isAnswer bool // of the API: null counts as absent, unknown members and values are ignored
}

// members calls member for each member of o.
func (d *decoder) members(o metadata.Object, member func(d *decoder, name string, v metadata.Value)) {
	for name, v := range o.All() {
		if !d.isAnswer || !v.IsNull() {
			member(d, name, v)
		}
	}
}

// object calls member for each member of the object v, with a decoder of its own.
func (d *decoder) object(name string, v metadata.Value, member func(d *decoder, name string, v metadata.Value)) {
	o, ok := v.Object()
	if !ok {
		d.Add(ErrMistyped, name)
	}
	inside := decoder{isAnswer: d.isAnswer}
	inside.members(o, member)
	d.AddUnder(metadata.Pointer(name), inside.Err())
}

// unknown reports a member that means nothing.
func (d *decoder) unknown(name string) {
	if !d.isAnswer {
		d.Add(ErrUnknownMember, name)
	}
}

func (d *decoder) text(name string, v metadata.Value, dst *string) {
	s, ok := v.Str()
	if !ok {
		d.Add(ErrMistyped, name)
	}
	*dst = s
}

func (d *decoder) kind(name string, v metadata.Value, dst *Kind) {
	d.text(name, v, (*string)(dst))
	if v.Kind() == metadata.KindString && (*dst == KindUnknown || !strategy.IsKind(string(*dst))) {
		d.Add(ErrUnknownValue, name)
	}
}

func (d *decoder) sync(name string, v metadata.Value, dst *Sync) {
	d.text(name, v, (*string)(dst))
	switch {
	case *dst == onEachLogin:
		*dst = OnEachLogin
	case v.Kind() == metadata.KindString && !d.isAnswer && dst.String() != string(*dst):
		d.Add(ErrUnknownValue, name)
	}
}

func (d *decoder) boolean(name string, v metadata.Value, dst *bool) {
	b, ok := v.Bool()
	if !ok {
		d.Add(ErrMistyped, name)
	}
	*dst = b
}

// assign sets the field f to v.
func assign[T attribute](d *decoder, name string, v metadata.Value, f *Field[T]) {
	if f.Assign(v); f.IsMistyped() {
		d.Add(ErrMistyped, name)
	}
}

// attributes sets dst to the names in a list.
func (d *decoder) attributes(name string, v metadata.Value, dst *[]string) {
	if v.Kind() != metadata.KindArray {
		d.Add(ErrMistyped, name)
	}
	for e := range v.Elements() {
		if len(*dst) == limit.NonPersistent {
			d.Add(ErrTooLong, name)
			return
		}
		s, ok := e.Str()
		if !ok {
			d.Add(ErrMistyped, name, strconv.Itoa(len(*dst)))
		} else if utf8.RuneCountInString(s) > limit.NonPersistentName {
			d.Add(ErrTooLong, name, strconv.Itoa(len(*dst)))
		}
		*dst = append(*dst, s)
	}
}
