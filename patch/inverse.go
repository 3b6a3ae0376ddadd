package patch

import (
	"errors"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Inverse returns the payload that undoes p, which is about to be sent for the
// user before:
//
//  1. An attribute that p touches gets the value that it has now, or null where it
//     has none.
//  2. Of metadata the members that p names are set to what they are now, or
//     removed; after a wipe all that is there now is set. What others write
//     meanwhile under other names stays.
//  3. What the target reads that p changes without saying so is restored too:
//     email_verified that a new email resets, a block that a new password lifts.
//  4. connection and client_id are those of p, where the inverse needs them.
//
// Where p is valid for the target, what both together leave different is named, so
// that every reading counts.
//
// The error, a [metadata.Errors] with [metadata.ErrUnreachable], names what cannot
// be restored, beside the payload that restores the rest ([RuleUnreachable]): a
// password, an attribute that the schema does not know, a true-or-false attribute
// that is absent now (it becomes false, which is not the same), a null that metadata
// stores, metadata that is no object now, what the API would not take for the target
// (null for one of the five in a database, say), and what is updated of a secondary
// identity. Mails and sessions do not come back.
func (p Payload) Inverse(before user.Profile, t Target) (Payload, error) {
	p = p.normal()
	d := differ{}
	var q Payload
	if t.Secondary { // what the identity has now is not in the root
		for a := range attributes {
			if a.isOfIdentity() && p.present(a) {
				d.miss(a.pointer())
			}
		}
		p.Email, p.PhoneNumber, p.Username, p.Password = Field[string]{}, Field[string]{}, Field[string]{}, Field[string]{}
		p.EmailVerified, p.PhoneVerified = Param[bool]{}, Param[bool]{}
	}
	for _, x := range []struct {
		a    attribute
		says Field[string]
		now  Field[string]
		undo *Field[string]
	}{
		{email, p.Email, before.Email, &q.Email},
		{phoneNumber, p.PhoneNumber, before.PhoneNumber, &q.PhoneNumber},
		{givenName, p.GivenName, before.GivenName, &q.GivenName},
		{familyName, p.FamilyName, before.FamilyName, &q.FamilyName},
		{name, p.Name, before.Name, &q.Name},
		{nickname, p.Nickname, before.Nickname, &q.Nickname},
		{picture, p.Picture, before.Picture, &q.Picture},
		{username, p.Username, before.Username, &q.Username},
	} {
		switch v, ok := x.now.Get(); {
		case x.says.IsZero():
		case ok:
			*x.undo = Set(v)
		case x.now.IsZero():
			*x.undo = Null[string]()
		default:
			d.miss(x.a.pointer())
		}
	}
	for _, x := range []struct {
		a    attribute
		says Param[bool]
		now  Field[bool]
		undo *Param[bool]
	}{
		{blocked, p.Blocked, before.Blocked, &q.Blocked},
		{emailVerified, p.EmailVerified, before.EmailVerified, &q.EmailVerified},
		{phoneVerified, p.PhoneVerified, before.PhoneVerified, &q.PhoneVerified},
	} {
		if x.says.IsZero() {
			continue
		}
		b, ok := x.now.Get()
		if *x.undo = Value(b); !ok {
			d.miss(x.a.pointer())
		}
	}
	if !p.Password.IsZero() {
		d.miss(password.pointer())
		if p.Blocked.IsZero() && before.Blocked.Or(false) && t.reading(RuleBlockLifted) == "lifted" {
			q.Blocked = Value(true)
		}
	}
	if !p.Email.IsZero() && p.EmailVerified.IsZero() && !t.folded(p.Email).Equal(before.Email) && t.reading(RuleEmailKeepsVerified) == "reset" {
		b, ok := before.EmailVerified.Get()
		if q.EmailVerified = Value(b); !ok {
			d.miss(emailVerified.pointer())
		}
	}
	q.UserMetadata = d.undo(userMetadata, p.UserMetadata, before.UserMetadata, before.Extra, t)
	q.AppMetadata = d.undo(appMetadata, p.AppMetadata, before.AppMetadata, before.Extra, t)
	for name := range p.Extra.All() {
		d.miss(metadata.Pointer(name))
	}
	q.Connection, q.ClientID = p.Connection, p.ClientID // so that it is judged with them
	d.shape(&q, t)
	if q.Email.IsZero() && q.PhoneNumber.IsZero() {
		q.ClientID = Param[string]{}
	}
	if !q.changes() {
		q = Payload{}
	}
	out, err := p.Apply(before, t)
	if err == nil {
		out, err = d.applied(&q, out, t)
	}
	if err == nil {
		d.remains(out.Profile, before, &t)
	}
	return q, d.err()
}

// applied returns what q does after out. What the target refuses of it for that user
// is taken out.
func (d *differ) applied(q *Payload, out Outcome, t Target) (Outcome, error) {
	for !q.IsZero() {
		after, err := q.Apply(out.Profile, t)
		var refusals user.Violations
		if !errors.As(err, &refusals) || !q.Validate(t).Valid() {
			return after, err
		}
		for _, v := range refusals {
			for a := range attributes {
				if v.Pointer == a.pointer() {
					q.unset(a)
				}
			}
		}
		if !q.changes() {
			*q = Payload{}
		}
	}
	return out, nil
}

// undo returns what to say of a metadata object so that what says does is undone.
// What is there now that is no object cannot be restored, where it does not stay.
func (d *differ) undo(a attribute, says metadata.Delta, now, extra metadata.Object, t Target) metadata.Delta {
	if _, odd := extra.Get(a.String()); odd && now.IsZero() && !says.IsZero() {
		if t.reading(RuleMetadataNoObject) != "kept" {
			d.miss(a.pointer())
		}
		return metadata.Delta{}
	}
	if says.IsWipe() {
		says = metadata.DeltaOf(now) // every name that goes
	}
	undo := make(map[string]any, says.Object().Len())
	for name := range says.Object().All() {
		switch v, has := now.Get(name); {
		case has && v.IsNull():
			d.miss(metadata.Pointer(a.String(), name))
		case has:
			undo[name] = v
		default:
			undo[name] = nil
		}
	}
	return deltaOf(undo)
}

// deltaOf returns the Delta with these members; one that says nothing where there
// are none.
func deltaOf(members map[string]any) metadata.Delta {
	if len(members) == 0 {
		return metadata.Delta{}
	}
	o, err := metadata.From(members)
	if err != nil {
		return metadata.Delta{} // the members came from objects
	}
	return metadata.DeltaOf(o)
}
