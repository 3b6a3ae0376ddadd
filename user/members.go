package user

import (
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
)

// take sets the fields that the members of o have, and returns the members that
// have none which can hold them.
func take(o metadata.Object, field func(name string) any) metadata.Object {
	var extra []string
	for name, v := range o.All() {
		switch f := field(name).(type) {
		case *Param[string]:
			*f = ParamOf[string](v)
		case *Param[bool]:
			*f = ParamOf[bool](v)
		case *metadata.Object:
			var ok bool
			if *f, ok = v.Object(); !ok {
				extra = append(extra, name)
			}
		case *metadata.Value:
			*f = v
		default:
			extra = append(extra, name)
		}
	}
	return pick(o, extra)
}

// present reports whether a payload has the field, which it points to.
func present(field any) bool {
	switch f := field.(type) {
	case *Param[string]:
		return !f.IsZero()
	case *Param[bool]:
		return !f.IsZero()
	case *metadata.Object:
		return !f.IsZero()
	case *metadata.Value:
		return !f.IsZero()
	}
	return false
}

// appendMembers appends the JSON text of a payload whose fields have those names,
// extra where the field of that name is absent.
func appendMembers(dst []byte, names []string, field func(name string) any, extra metadata.Object) []byte {
	dst = append(dst, '{')
	start := len(dst)
	name := func(name string) {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(jsonscan.AppendQuote(dst, name), ':')
	}
	for _, n := range names {
		f := field(n)
		if !present(f) {
			continue
		}
		name(n)
		switch f := f.(type) {
		case *Param[string]:
			dst = f.AppendJSON(dst)
		case *Param[bool]:
			dst = f.AppendJSON(dst)
		case *metadata.Object:
			dst = f.AppendJSON(dst)
		case *metadata.Value:
			dst = append(dst, f.String()...)
		}
	}
	for n, v := range extra.All() {
		if !present(field(n)) {
			name(n)
			dst = append(dst, v.String()...)
		}
	}
	return append(dst, '}')
}

// pick returns the object with those members of o, whose names come in its order;
// absent where there are none.
func pick(o metadata.Object, names []string) metadata.Object {
	if len(names) == 0 {
		return metadata.Object{}
	}
	return o.Select(func(name string, _ metadata.Value) bool {
		if len(names) == 0 || names[0] != name {
			return false
		}
		names = names[1:]
		return true
	})
}
