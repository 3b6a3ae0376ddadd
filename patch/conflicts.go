package patch

import (
	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/metadata"
)

// Conflicts returns the JSON Pointers at which the payloads a and b would overwrite
// each other, in the order of the schema. Both are prepared from one read of a user.
// These are conflicts:
//
//  1. Attributes, and first-level members of metadata, to which a and b give
//     different values. A wipe of metadata conflicts with any other change of it.
//     connection, client_id, verify_email and verify_phone_number never conflict,
//     since they are not stored.
//  2. email_verified in one payload, and a new or removed email without email_verified
//     in the other, unless the first has the same email: the email may reset the flag.
//     phone_verified and phone_number are treated likewise.
//  3. blocked true in one payload and a password in the other, unless both payloads
//     have both: sources disagree whether a new password removes a block.
//
// If there is no conflict, a and b can be sent in any order. Equal payloads have
// none.
func Conflicts(a, b Payload) []string {
	a, b = a.normal().wiped(), b.normal().wiped()
	var list []string
	tableA, tableB := a.fields(), b.fields()
	for at := range attributes {
		x, y := tableA[at].Field, tableB[at].Field
		switch {
		case a.implies(&b, at) || b.implies(&a, at):
			list = append(list, at.pointer())
		case x.IsZero() || y.IsZero():
		case at == attrConnection, at == attrClientID, at == attrVerifyEmail, at == attrVerifyPhoneNumber: // they change nothing alone
		case at.isMetadata():
			list = append(list, conflictsIn(at, *a.delta(at), *b.delta(at))...)
		case !attrs.ValueOf(x).Equal(attrs.ValueOf(y)):
			list = append(list, at.pointer())
		}
	}
	inB := attrs.Lookup(b.Extra)
	for name, v := range a.Extra.All() {
		if w, ok := inB(name); ok && !v.Equal(w) {
			list = append(list, metadata.Pointer(name))
		}
	}
	return list
}

// implies reports whether p implicitly changes at, which q sets.
func (p *Payload) implies(q *Payload, at attribute) bool {
	switch at {
	case attrEmailVerified:
		return !q.EmailVerified.IsZero() && p.EmailVerified.IsZero() && !p.Email.IsZero() && !p.Email.Equal(q.Email)
	case attrPhoneVerified:
		return !q.PhoneVerified.IsZero() && p.PhoneVerified.IsZero() && !p.PhoneNumber.IsZero() && !p.PhoneNumber.Equal(q.PhoneNumber)
	case attrBlocked:
		_, sets := p.Password.Get()
		return sets && q.Blocked.Or(false) && (q.Password.IsZero() || p.Blocked.IsZero())
	}
	return false
}

// wiped returns p with null for a metadata object as the wipe that it can be.
func (p Payload) wiped() Payload {
	for _, a := range [...]attribute{attrUserMetadata, attrAppMetadata} {
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
	inY := attrs.Lookup(y.Object())
	for name, v := range x.Object().All() {
		if w, ok := inY(name); ok && !v.Equal(w) {
			list = append(list, metadata.Pointer(a.String(), name))
		}
	}
	return list
}
