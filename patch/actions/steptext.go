package actions

import (
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
	c, err := decodeCall(v)
	if err != nil {
		return metadata.Errors{err}
	}
	*s = c.step()
	return nil
}

// ParseSteps returns the steps in text, a JSON list. It copies the text. The error is
// a [metadata.Errors]: the faults of the text, or one for each element that is not a
// step. At most 1,000 are listed; then the last is [metadata.ErrMore].
func ParseSteps(text []byte) ([]Step, error) {
	var v metadata.Value
	if err := v.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	if v.Kind() != metadata.KindArray {
		return nil, metadata.Errors{{Fault: user.ErrMistyped}}
	}
	var faults judge.Faults
	n := 0
	for e := range v.Elements() {
		if _, err := decodeCall(e); err != nil {
			faults.AddAt(err.Fault, "/"+strconv.Itoa(n)+err.Pointer)
		}
		if n++; faults.Full() {
			break
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	steps := make([]Step, 0, n)
	for e := range v.Elements() {
		c, _ := decodeCall(e)
		steps = append(steps, c.step())
	}
	return steps, nil
}

// call is a step whose payload, which is large, is not made yet.
type call struct {
	Step
	update metadata.Value // the payload of a direct update
}

// step returns the step.
func (c call) step() Step {
	if c.kind == kindManagementUpdate {
		p, _ := patch.FromValue(c.update) // it is an object
		return ManagementUpdate(p)
	}
	return c.Step
}

// decodeCall returns the step in v.
func decodeCall(v metadata.Value) (call, *metadata.Error) {
	if v.Kind() != metadata.KindObject {
		return call{}, &metadata.Error{Fault: user.ErrMistyped}
	}
	n := 0
	var method string
	var arguments metadata.Value
	for method, arguments = range v.Members() {
		n++
	}
	if n != 1 { // with several names the order would be unknown
		return call{}, &metadata.Error{Fault: user.ErrUnknownValue}
	}
	c, err := decodeArguments(kindOf(method), arguments)
	if err != nil {
		err.Pointer = metadata.Pointer(method) + err.Pointer
	}
	return c, err
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
func decodeArguments(kind stepKind, v metadata.Value) (call, *metadata.Error) {
	c := call{Step: Step{kind: kind}}
	var ok bool
	switch kind {
	case kinds:
		return call{}, &metadata.Error{Fault: user.ErrUnknownMember}
	case kindSetUserMetadata, kindSetAppMetadata:
		return c, c.decodeSetter(v)
	case kindSetPrimaryUser:
		c.name, ok = v.Str()
	case kindManagementUpdate:
		c.update, ok = v, v.Kind() == metadata.KindObject
	default:
		ok, _ = v.Bool()
	}
	if !ok {
		return call{}, &metadata.Error{Fault: user.ErrMistyped}
	}
	return c, nil
}

// decodeSetter sets the key and the value of a setter to those in the list v.
func (s *Step) decodeSetter(v metadata.Value) *metadata.Error {
	n := 0
	for argument := range v.Elements() {
		var ok bool
		switch n {
		case 0:
			if s.name, ok = argument.Str(); !ok {
				return &metadata.Error{Fault: user.ErrMistyped, Pointer: "/0"}
			}
		case 1:
			s.value = argument
		default:
			return &metadata.Error{Fault: user.ErrUnknownMember, Pointer: "/2"}
		}
		n++
	}
	if n == 0 { // an empty list, or not a list
		return &metadata.Error{Fault: user.ErrMistyped}
	}
	return nil
}
