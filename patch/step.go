package patch

import (
	"strconv"

	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Step is one thing that happens while the Actions of a trigger run, as far as it
// matters for the user's metadata. The zero Step is none, and a [Stage] refuses it.
// A Step is immutable.
type Step struct {
	kind    stepKind
	name    string         // of the member, or the id of the new primary
	value   metadata.Value // absent: undefined
	payload *Payload       // never changed
	err     error          // of a value that is not JSON
}

type stepKind uint8

const (
	noStep stepKind = iota
	setUserMetadata
	setAppMetadata
	nextAction
	redirect
	setPrimaryUser
	managementUpdate
	deny
	stepKinds
)

var stepNames = [stepKinds]string{
	"", "set_user_metadata", "set_app_metadata", "next_action", "redirect", "set_primary_user", "management_update", "deny",
}

// SetUserMetadata is the call api.user.setUserMetadata(key, value). nil is null,
// which removes the member; an absent [metadata.Value] is undefined. A value that
// [metadata.ValueOf] does not take is an error of [Stage.Run].
func SetUserMetadata(key string, value any) Step { return setter(setUserMetadata, key, value) }

// SetAppMetadata is the call api.user.setAppMetadata(key, value); see
// [SetUserMetadata].
func SetAppMetadata(key string, value any) Step { return setter(setAppMetadata, key, value) }

func setter(kind stepKind, key string, value any) Step {
	if v, ok := value.(metadata.Value); ok {
		return Step{kind: kind, name: key, value: v}
	}
	v, err := metadata.ValueOf(value)
	return Step{kind: kind, name: key, value: v, err: err}
}

// NextAction is the end of one Action and the start of the next one of the trigger.
func NextAction() Step { return Step{kind: nextAction} }

// Redirect is the moment at which api.redirect.sendUserTo takes the user away; the
// steps after it happen once the user is back.
func Redirect() Step { return Step{kind: redirect} }

// SetPrimaryUser is the call api.authentication.setPrimaryUser(id). It does not go
// together with a rule that sets context.primaryUser.
func SetPrimaryUser(id user.ID) Step { return Step{kind: setPrimaryUser, name: string(id)} }

// ManagementUpdate is an update of the user that an Action makes itself, through
// the Management API and at once.
func ManagementUpdate(p Payload) Step { return Step{kind: managementUpdate, payload: &p} }

// Deny is the call api.access.deny.
func Deny() Step { return Step{kind: deny} }

// Equal reports whether s and t are the same step.
func (s Step) Equal(t Step) bool {
	return s.kind == t.kind && s.name == t.name && s.value.Equal(t.value) && (s.err == nil) == (t.err == nil) &&
		(s.payload == nil || s.payload.Equal(*t.payload))
}

// String returns the name of the step, without what it brings along.
func (s Step) String() string { return stepNames[s.kind] }

// MarshalJSON returns the JSON text of s: an object with one member.
//
//	{"set_user_metadata": ["key", value]}   undefined where there is no value
//	{"set_app_metadata": ["key", value]}
//	{"next_action": true}
//	{"redirect": true}
//	{"set_primary_user": "id"}
//	{"management_update": payload}
//	{"deny": true}
//
// Of the zero Step it is {}.
func (s Step) MarshalJSON() ([]byte, error) {
	if s.kind == noStep {
		return []byte("{}"), nil
	}
	dst := []byte(`{"` + stepNames[s.kind] + `":`)
	switch s.kind {
	case setUserMetadata, setAppMetadata:
		dst = Set(s.name).AppendJSON(append(dst, '['))
		if !s.value.IsZero() {
			dst = append(append(dst, ','), s.value.String()...)
		}
		dst = append(dst, ']')
	case setPrimaryUser:
		dst = Set(s.name).AppendJSON(dst)
	case managementUpdate:
		dst = s.payload.AppendJSON(dst)
	default:
		dst = append(dst, "true"...)
	}
	return append(dst, '}'), nil
}

// UnmarshalJSON sets s to the step in text, in the form of [Step.MarshalJSON]. The
// error is a [metadata.Errors].
func (s *Step) UnmarshalJSON(text []byte) error {
	var v metadata.Value
	if err := v.UnmarshalJSON(text); err != nil {
		return err
	}
	n, err := stepOf(v)
	if err != nil {
		return metadata.Errors{err}
	}
	*s = n
	return nil
}

// ParseSteps returns the steps in text, a list. It copies the text. The error is a
// [metadata.Errors]: the faults of the text, or each step that is none.
func ParseSteps(text []byte) ([]Step, error) {
	var v metadata.Value
	if err := v.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	if v.Kind() != metadata.KindArray {
		return nil, metadata.Errors{{Fault: user.ErrMistyped}}
	}
	var errs metadata.Errors
	steps := []Step{}
	at := 0
	for e := range v.Elements() {
		s, err := stepOf(e)
		if err != nil {
			err.Pointer = "/" + strconv.Itoa(at) + err.Pointer
			if len(errs) == check.MostEntries {
				errs = append(errs, &metadata.Error{Fault: metadata.ErrMore})
				break
			}
			errs = append(errs, err)
		}
		steps = append(steps, s)
		at++
	}
	if errs != nil {
		return nil, errs
	}
	return steps, nil
}

// stepOf returns the step that v is.
func stepOf(v metadata.Value) (Step, *metadata.Error) {
	o, ok := v.Object()
	if !ok {
		return Step{}, &metadata.Error{Fault: user.ErrMistyped}
	}
	if o.Len() != 1 {
		return Step{}, &metadata.Error{Fault: user.ErrUnknownValue} // which of them comes first is not said
	}
	for name, v := range o.All() {
		fault := func(f metadata.Fault, path ...string) (Step, *metadata.Error) {
			return Step{}, &metadata.Error{Fault: f, Pointer: metadata.Pointer(append([]string{name}, path...)...)}
		}
		kind := stepKind(1)
		for kind < stepKinds && stepNames[kind] != name {
			kind++
		}
		switch kind {
		case stepKinds:
			return fault(user.ErrUnknownMember)
		case setUserMetadata, setAppMetadata:
			s := Step{kind: kind}
			at := 0
			for e := range v.Elements() {
				switch at {
				case 0:
					if s.name, ok = e.Str(); !ok {
						return fault(user.ErrMistyped, "0")
					}
				case 1:
					s.value = e
				default:
					return fault(user.ErrUnknownMember, "2")
				}
				at++
			}
			if at == 0 { // not a list either
				return fault(user.ErrMistyped)
			}
			return s, nil
		case setPrimaryUser:
			id, ok := v.Str()
			if !ok {
				return fault(user.ErrMistyped)
			}
			return SetPrimaryUser(user.ID(id)), nil
		case managementUpdate:
			o, ok := v.Object()
			if !ok {
				return fault(user.ErrMistyped)
			}
			return ManagementUpdate(FromObject(o)), nil
		default:
			if b, ok := v.Bool(); !ok || !b {
				return fault(user.ErrMistyped)
			}
			return Step{kind: kind}, nil
		}
	}
	return Step{}, nil
}

// appendMember appends a member of an object to dst, after a comma where it is not
// the first, its value without white space.
func appendMember(dst []byte, name string, v metadata.Value) []byte {
	if len(dst) > 1 {
		dst = append(dst, ',')
	}
	dst = append(jsonscan.AppendQuote(dst, name), ':')
	inString := false
	text := v.String()
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			dst = append(dst, c, text[i+1])
			i++
			continue
		case c == '"':
			inString = !inString
		case !inString && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			continue
		}
		dst = append(dst, text[i])
	}
	return dst
}
