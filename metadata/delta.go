package metadata

// Delta is what one payload says about one metadata object: members to set,
// members to remove, everything to wipe, or nothing. It is immutable, one pointer
// large and safe to share between goroutines.
//
// The zero Delta says nothing. It is not {}, and never becomes it: on the wire
// {} for a metadata object makes Auth0 remove everything in it, so only [Wipe]
// gives {}. A zero Delta must be left out of a payload: mark the struct member
// omitzero. Elsewhere marshalling one is an error that says so.
//
// On the wire a Delta is an object whose null members are removals.
type Delta struct {
	says Object
}

// Wipe returns the Delta that is {} on the wire. What that does is up to the
// mode: everything is removed in [FirstLevel], nothing in [Deep].
func Wipe() Delta { return Delta{Object{&object{}}} }

// ParseDelta returns the Delta whose JSON text is given: {} is a wipe, null
// members are removals. The error is an [Errors], as from [Parse]; for the text
// null it is [ErrNull], since Auth0 does not say what null for a whole metadata
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

func isNull(text []byte) bool {
	var v Value
	return v.UnmarshalJSON(text) == nil && v.IsNull()
}

// MustDelta is [ParseDelta] for texts written in the source of a program or
// test. It panics where ParseDelta returns an error.
func MustDelta(text string) Delta {
	d, err := ParseDelta([]byte(text))
	if err != nil {
		panic(err)
	}
	return d
}

// DeltaOf returns the Delta that o is on the wire: the zero Delta of an absent
// Object, a wipe of {}.
func DeltaOf(o Object) Delta { return Delta{o} }

// Set returns d with the member of that name set to v, which [ValueOf] takes.
// Setting null is [Delta.Remove]. Of a wipe the result is no wipe any more. The
// error is an [Errors]; d is then returned as it was.
func (d Delta) Set(name string, v any) (Delta, error) {
	text, err := encode(map[string]any{name: v})
	if err != nil {
		return d, err
	}
	return Delta{overlay(d.says, objectOf(string(text)))}, nil
}

// Remove returns d with the member of that name removed. The error is an
// [Errors] with [ErrUTF8] where no member can have that name.
func (d Delta) Remove(name string) (Delta, error) { return d.Set(name, nil) }

// overlay returns base with the members of top set, nulls as they are.
func overlay(base, top Object) Object {
	members := append(make([]*member, 0, base.Len()+top.Len()), base.members()...)
	for _, m := range top.members() {
		if i := base.find(m.name); i >= 0 {
			members[i] = m
		} else {
			members = append(members, m)
		}
	}
	return Object{&object{members: members}}
}

// IsZero reports whether d says nothing.
func (d Delta) IsZero() bool { return d.says.IsZero() }

// IsWipe reports whether d is {} on the wire.
func (d Delta) IsWipe() bool { return !d.IsZero() && d.says.Len() == 0 }

// Object returns what d is on the wire as an Object; absent where d says
// nothing. They share text.
func (d Delta) Object() Object { return d.says }

// Equal reports whether d and e say the same on the wire; see [Object.Equal].
func (d Delta) Equal(e Delta) bool { return d.says.Equal(e.says) }

// String returns the JSON text of d; of the zero Delta, nothing.
func (d Delta) String() string { return d.says.String() }

// MarshalJSON returns the JSON text of d. For the zero Delta it returns an error:
// neither null nor {} says nothing, so the member must be marked omitzero.
func (d Delta) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return nil, errZeroDelta{}
	}
	return d.says.MarshalJSON()
}

type errZeroDelta struct{}

func (errZeroDelta) Error() string {
	return "metadata: a Delta that says nothing has no JSON form: mark its struct member omitzero"
}

// UnmarshalJSON sets d to the Delta in text, as [ParseDelta] does.
func (d *Delta) UnmarshalJSON(text []byte) error {
	e, err := ParseDelta(text)
	if err != nil {
		return err
	}
	*d = e
	return nil
}
