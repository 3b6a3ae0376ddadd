package actions

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// MarshalJSON returns the JSON text of s, an object with one member:
//
//	{"set_user_metadata": ["key", value]}   without value: undefined
//	{"set_app_metadata": ["key", value]}
//	{"next_action": true}
//	{"redirect": true}
//	{"set_primary_user": "id"}
//	{"management_update": payload}
//	{"deny": true}
//
// The zero Step is {}. The text has the passwords of a payload. A setter whose name is
// not UTF-8 or whose value is not JSON, which [Stage.Run] refuses, has no text: the
// error is then a [metadata.Errors].
func (s Step) MarshalJSON() ([]byte, error) {
	if s.kind == kindNone {
		return []byte("{}"), nil
	}
	dst := []byte(`{"` + stepNames[s.kind] + `":`)
	switch s.kind {
	case kindSetUserMetadata, kindSetAppMetadata:
		if err := s.unwritable(); err != nil {
			return nil, err
		}
		dst = user.Set(s.name).AppendJSON(append(dst, '['))
		if !s.value.IsZero() {
			dst = append(append(dst, ','), s.value.String()...)
		}
		dst = append(dst, ']')
	case kindSetPrimaryUser:
		dst = user.Set(s.name).AppendJSON(dst)
	case kindManagementUpdate:
		dst = s.payload.AppendJSON(dst)
	default:
		dst = append(dst, "true"...)
	}
	return append(dst, '}'), nil
}

// unwritable returns why a setter has no text.
func (s Step) unwritable() error {
	if !utf8.ValidString(s.name) {
		return metadata.Errors{{Fault: metadata.ErrUTF8}}
	}
	return s.err
}

// UnmarshalJSON sets s to the step in text, in the form of [Step.MarshalJSON]. The
// error is a [metadata.Errors].
func (s *Step) UnmarshalJSON(text []byte) error {
	var v metadata.Value
	if err := v.UnmarshalJSON(text); err != nil {
		return err
	}
	n, err := decodeStep(v)
	if err != nil {
		return metadata.Errors{err}
	}
	*s = n
	return nil
}

// ParseSteps returns the steps in text, a JSON list. It copies the text. The error is
// a [metadata.Errors]: the faults of the text, or one for each element that is not a
// step.
func ParseSteps(text []byte) ([]Step, error) {
	var v metadata.Value
	if err := v.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	if v.Kind() != metadata.KindArray {
		return nil, metadata.Errors{{Fault: user.ErrMistyped}}
	}
	var faults judge.Faults
	steps := []Step{}
	for e := range v.Elements() {
		s, err := decodeStep(e)
		if err != nil {
			faults.AddAt(err.Fault, "/"+strconv.Itoa(len(steps))+err.Pointer)
		}
		steps = append(steps, s)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return steps, nil
}

// decodeStep returns the step in v.
func decodeStep(v metadata.Value) (Step, *metadata.Error) {
	o, ok := v.Object()
	if !ok {
		return Step{}, &metadata.Error{Fault: user.ErrMistyped}
	}
	if o.Len() != 1 { // with several names the order would be unknown
		return Step{}, &metadata.Error{Fault: user.ErrUnknownValue}
	}
	var s Step
	var err *metadata.Error
	for name, v := range o.All() {
		if s, err = decodeArguments(kindOf(name), v); err != nil {
			err.Pointer = metadata.Pointer(name) + err.Pointer
		}
	}
	return s, err
}

// kindOf returns the kind of that name; kinds if there is none.
func kindOf(name string) stepKind {
	kind := kindNone + 1
	for kind < kinds && stepNames[kind] != name {
		kind++
	}
	return kind
}

// decodeArguments returns the step of that kind with the arguments in v.
func decodeArguments(kind stepKind, v metadata.Value) (Step, *metadata.Error) {
	switch kind {
	case kinds:
		return Step{}, &metadata.Error{Fault: user.ErrUnknownMember}
	case kindSetUserMetadata, kindSetAppMetadata:
		return decodeSetter(kind, v)
	case kindSetPrimaryUser:
		if id, ok := v.Str(); ok {
			return SetPrimaryUser(user.ID(id)), nil
		}
	case kindManagementUpdate:
		if p, err := patch.FromValue(v); err == nil {
			return ManagementUpdate(p), nil
		}
	default:
		if b, ok := v.Bool(); ok && b {
			return Step{kind: kind}, nil
		}
	}
	return Step{}, &metadata.Error{Fault: user.ErrMistyped}
}

// decodeSetter returns the setter whose key and value are in the list v.
func decodeSetter(kind stepKind, v metadata.Value) (Step, *metadata.Error) {
	arguments := slices.Collect(v.Elements())
	if len(arguments) == 0 { // an empty list, or not a list
		return Step{}, &metadata.Error{Fault: user.ErrMistyped}
	}
	name, ok := arguments[0].Str()
	switch {
	case !ok:
		return Step{}, &metadata.Error{Fault: user.ErrMistyped, Pointer: "/0"}
	case len(arguments) > 2:
		return Step{}, &metadata.Error{Fault: user.ErrUnknownMember, Pointer: "/2"}
	case len(arguments) == 1:
		return Step{kind: kind, name: name}, nil
	}
	return Step{kind: kind, name: name, value: arguments[1]}, nil
}
