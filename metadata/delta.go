package metadata

import "bytes"

// Delta is a change of one metadata object, as a payload holds it: members to set,
// members to remove, a wipe, or no change. It is immutable, one pointer large and
// safe to share between goroutines.
//
// In JSON a Delta is an object whose null members are removals, and {} is a wipe.
//
// The zero Delta changes nothing. It is not {}, which makes Auth0 remove every member
// of a metadata object, and it has no JSON form: mark struct fields omitzero.
// Elsewhere marshaling one is an error.
type Delta struct {
	obj Object // as it is sent; absent if the Delta is zero
}

// Wipe returns the Delta {}. Its effect depends on the mode: [FirstLevel] removes
// every member, [Deep] changes nothing.
func Wipe() Delta { return Delta{Object{&object{}}} }

// ParseDelta returns the Delta whose JSON text is given: {} is a wipe, null members
// are removals. It copies the text. The error is an [Errors], as from [Parse], with
// [ErrNull] for the text null: Auth0 does not document what null for a whole metadata
// object does.
func ParseDelta(text []byte) (Delta, error) {
	o, err := Parse(text)
	if err != nil {
		if isNull(text) {
			return Delta{}, Errors{{Fault: ErrNull}}
		}
		return Delta{}, err
	}
	return Delta{o}, nil
}

// isNull reports whether text is a valid JSON null.
func isNull(text []byte) bool {
	return string(bytes.Trim(text, " \t\r\n")) == "null"
}

// MustDelta is [ParseDelta] for literals in programs and tests. It panics if
// ParseDelta returns an error.
func MustDelta(text string) Delta {
	d, err := ParseDelta([]byte(text))
	if err != nil {
		panic(err)
	}
	return d
}

// DeltaOf returns the Delta with the members of o: the zero Delta for an absent
// Object, a wipe for {}. They share text.
func DeltaOf(o Object) Delta { return Delta{o} }

// Set returns d with the member of that name set to v, which is converted as
// [ValueOf] does. To set null is to remove. A wipe becomes a Delta with that member
// only. The error is an [Errors]; the result is then d.
//
// A loop that adds members to the latest Delta takes time linear in the members. To
// replace a member, or to add one to an earlier Delta, takes time for all its members.
func (d Delta) Set(name string, v any) (Delta, error) {
	text, err := encode(map[string]any{name: v})
	if err != nil {
		return d, err
	}
	return Delta{d.obj.set(objectOf(string(text)).members()[0])}, nil
}

// Remove returns d with the removal of the member of that name. The error is an
// [Errors] with [ErrUTF8] if the name is invalid; the result is then d.
func (d Delta) Remove(name string) (Delta, error) { return d.Set(name, nil) }

// IsZero reports whether d is the zero Delta, which changes nothing.
func (d Delta) IsZero() bool { return d.obj.IsZero() }

// IsWipe reports whether d is {}.
func (d Delta) IsWipe() bool { return !d.IsZero() && d.obj.Len() == 0 }

// Object returns the JSON form of d as an Object: absent if d is zero, removals as
// null members. They share text.
func (d Delta) Object() Object { return d.obj }

// Equal reports whether d and e have the same JSON form; see [Object.Equal].
func (d Delta) Equal(e Delta) bool { return d.obj.Equal(e.obj) }

// String returns the JSON text of d, or "" for the zero Delta.
func (d Delta) String() string { return d.obj.String() }

// MarshalJSON returns the JSON text of d. It returns an error for the zero Delta,
// since neither null nor {} means no change: mark the struct field omitzero.
func (d Delta) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return nil, errZeroDelta{}
	}
	return d.obj.MarshalJSON()
}

type errZeroDelta struct{}

func (errZeroDelta) Error() string {
	return "metadata: the zero Delta has no JSON form: mark its struct field omitzero"
}

// UnmarshalJSON sets d to the Delta in text, as [ParseDelta] does. After an error d is
// as it was.
func (d *Delta) UnmarshalJSON(text []byte) error {
	e, err := ParseDelta(text)
	if err != nil {
		return err
	}
	*d = e
	return nil
}
