package patch

import "github.com/metameld/metameld/metadata"

// Conflicts returns the JSON Pointers of what the payloads a and b, prepared from
// one read of a user, would each overwrite of the other, in the order of the schema:
//
//  1. Attributes, and first-level members of metadata, of which they say different
//     things. A wipe of metadata conflicts with anything else that is said of it.
//  2. email_verified of one that does not say email, where the other sets another:
//     it was said of the address that was read, and a new one may reset it. So with
//     phone_verified and phone_number.
//  3. blocked true of one that does not say password, where the other sets one:
//     sources dispute whether that lifts the block.
//
// Where there is none, they can be sent in any order. It is empty for equal
// payloads.
func Conflicts(a, b Payload) []string {
	a, b = a.normal().wiped(), b.normal().wiped()
	var list []string
	for at := range attributes {
		if a.undermines(&b, at) || b.undermines(&a, at) {
			list = append(list, at.pointer())
			continue
		}
		if !a.present(at) || !b.present(at) {
			continue
		}
		switch at {
		case connection, clientID, verifyEmail, verifyPhoneNumber: // they change nothing by themselves
			continue
		case userMetadata, appMetadata:
			list = append(list, conflictsIn(at, *a.delta(at), *b.delta(at))...)
			continue
		}
		x, y := a.value(at), b.value(at)
		if !x.Equal(y) {
			list = append(list, at.pointer())
		}
	}
	for name, v := range a.Extra.All() {
		if w, ok := b.Extra.Get(name); ok && !v.Equal(w) {
			list = append(list, metadata.Pointer(name))
		}
	}
	return list
}

// undermines reports whether p does something to at, or to what q means by it,
// without saying so.
func (p *Payload) undermines(q *Payload, at attribute) bool {
	switch at {
	case emailVerified:
		return q.present(at) && !p.present(at) && !p.Email.IsZero() && !p.Email.Equal(q.Email)
	case phoneVerified:
		return q.present(at) && !p.present(at) && !p.PhoneNumber.IsZero() && !p.PhoneNumber.Equal(q.PhoneNumber)
	case blocked:
		_, sets := p.Password.Get()
		return sets && q.Password.IsZero() && q.Blocked.Or(false)
	}
	return false
}

// wiped returns p with null for metadata as the wipe that it is taken for.
func (p Payload) wiped() Payload {
	for _, a := range []attribute{userMetadata, appMetadata} {
		if v, _ := p.Extra.Get(a.String()); v.IsNull() {
			*p.delta(a) = metadata.Wipe()
		}
	}
	return p
}

func conflictsIn(a attribute, x, y metadata.Delta) (list []string) {
	switch {
	case x.IsWipe() && y.IsWipe():
		return nil
	case x.IsWipe() || y.IsWipe():
		return []string{a.pointer()}
	}
	for name, v := range x.Object().All() {
		if w, ok := y.Object().Get(name); ok && !v.Equal(w) {
			list = append(list, metadata.Pointer(a.String(), name))
		}
	}
	return list
}
