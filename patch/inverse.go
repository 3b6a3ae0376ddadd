package patch

import (
	"errors"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Inverse returns the payload that undoes p, which is about to be sent for the user
// before. The rules, in order:
//
//  1. An attribute that p sends gets its present value, or null if it has none.
//  2. Members of metadata that p names are set to their present values, or removed.
//     After a wipe all present members are set. Other members, which others may write
//     in between, stay.
//  3. Implicit changes by p are undone too, as the target reads them: email_verified
//     that a new email resets, a block that a new password removes. The default
//     reading is that a new email does not reset email_verified; see
//     [rule.EmailKeepsVerified].
//  4. connection and client_id are those of p, if the inverse needs them.
//
// Inverse does not judge p: call [Payload.Validate] first. To undo the payloads of a
// plan, call Inverse for each with the profile before it, and send the results in
// reverse order.
//
// If p is valid, the error lists the differences that remain after both are sent; the
// payload undoes the others (rule.Unreachable). It is a [metadata.Errors] with
// [metadata.ErrUnreachable]. These differences remain:
//
//   - a password;
//   - an attribute that is not in the schema;
//   - a boolean attribute that is absent now: it becomes false;
//   - a null that metadata stores, and metadata that is not an object now;
//   - a value that the API refuses for the target, such as null for a profile
//     attribute in a database;
//   - the update of a secondary identity;
//   - metadata that would make the profile larger than the API stores
//     ([rule.ProfileAllowance]). With Sources [rule.Lenient], or by the reading uncapped,
//     Inverse restores it.
//
// In the last case, and wherever else a rule depends on the user, the error also has
// the rule.Violations, so that errors.Is finds the rule.
//
// Messages that were sent and sessions that ended are not undone. The error is a
// [rule.Violations] alone, with [rule.ConnectionKind], if Kind is not one of the
// constants or contradicts Strategy.
func (p Payload) Inverse(before user.Profile, t user.Target) (Payload, error) {
	if err := resolve(&t); err != nil {
		return Payload{}, err
	}
	before, p = derived.Placed(before), p.normal()
	var d differ
	var q Payload
	if t.Secondary { // the profile does not show the present values of the identity
		for a := range attributes {
			if a.isOfIdentity() && a != attrPassword && p.has(a) {
				d.miss(a.pointer())
				p.unset(a)
			}
		}
	}
	d.undoRoot(&q, &p, &before)
	d.undoImplicit(&q, &p, &before, &t)
	q.UserMetadata = d.undoMetadata(attrUserMetadata, p.UserMetadata, before.UserMetadata, before.Extra, &t)
	q.AppMetadata = d.undoMetadata(attrAppMetadata, p.AppMetadata, before.AppMetadata, before.Extra, &t)
	for name := range p.Extra.All() {
		d.miss(metadata.Pointer(name))
	}
	q.Connection, q.ClientID = p.Connection, p.ClientID // the verdict depends on them
	d.drop(&q, t)
	if q.Email.IsZero() && q.PhoneNumber.IsZero() {
		q.ClientID = user.Field[string]{}
	}
	if !q.changes() {
		q = Payload{}
	}
	out, err := p.Apply(before, t)
	if err == nil {
		out, err = d.apply(&q, out, t)
	}
	if err == nil {
		d.compare(out.Profile, before, &t)
	}
	if err := d.Err(); err != nil && d.refusals != nil {
		return q, errors.Join(err, d.refusals)
	}
	return q, d.Err()
}

// undoRoot sets the root attributes that p sends to their present values in q.
func (d *differ) undoRoot(q, p *Payload, before *user.Profile) {
	undo := texts(q, before)
	for i, x := range texts(p, before) {
		if x.sent.IsZero() {
			continue
		}
		switch v, ok := x.stored.Get(); {
		case ok:
			*undo[i].sent = user.Set(v)
		case x.stored.IsZero():
			*undo[i].sent = user.Null[string]()
		default:
			d.miss(x.a.pointer())
		}
	}
	reset := flags(q, before)
	for i, x := range flags(p, before) {
		if !x.sent.IsZero() {
			d.undoFlag(x.a, reset[i].sent, *x.stored)
		}
	}
	if !p.Password.IsZero() {
		d.miss(attrPassword.pointer())
	}
}

// undoFlag sets a true-or-false attribute to its present value; false if it has
// none.
func (d *differ) undoFlag(a attribute, sent *user.Field[bool], stored user.Field[bool]) {
	b, ok := stored.Get()
	if *sent = user.Set(b); !ok {
		d.miss(a.pointer())
	}
}

// undoImplicit undoes the changes that p makes without naming the attribute.
func (d *differ) undoImplicit(q, p *Payload, before *user.Profile, t *user.Target) {
	if p.Blocked.IsZero() && before.Blocked.Or(false) && p.liftsBlock(t) {
		q.Blocked = user.Set(true)
	}
	if !p.Email.IsZero() && p.EmailVerified.IsZero() && !derived.Fold(t, p.Email).Equal(before.Email) && readings(t).Reads(rule.EmailKeepsVerified, "reset") {
		d.undoFlag(attrEmailVerified, &q.EmailVerified, before.EmailVerified)
	}
}

// undoMetadata returns the delta that undoes sent. Metadata that is not an object now
// cannot be restored, unless it stays.
func (d *differ) undoMetadata(a attribute, sent metadata.Delta, now, extra metadata.Object, t *user.Target) metadata.Delta {
	if _, inExtra := extra.Get(a.String()); inExtra && now.IsZero() && !sent.IsZero() {
		if !readings(t).Reads(rule.MetadataNoObject, "kept") {
			d.miss(a.pointer())
		}
		return metadata.Delta{}
	}
	if sent.IsWipe() {
		sent = metadata.DeltaOf(now) // it removes every name
	}
	undo := make(map[string]any, sent.Object().Len())
	inNow := attrs.Lookup(now)
	for name := range sent.Object().All() {
		switch v, has := inNow(name); {
		case has && v.IsNull():
			d.miss(metadata.Pointer(a.String(), name))
		case has:
			undo[name] = v
		default:
			undo[name] = nil
		}
	}
	return attrs.DeltaFrom(undo)
}

// apply returns the outcome of q after out. It removes from q the members that the
// target refuses for that user, and keeps the refusals.
func (d *differ) apply(q *Payload, out user.Outcome, t user.Target) (user.Outcome, error) {
	for !q.IsZero() {
		after, err := q.Apply(out.Profile, t)
		var refusals rule.Violations
		if !errors.As(err, &refusals) || !q.validate(&t, true).Valid() {
			return after, err
		}
		for _, v := range refusals {
			if v.Rule == rule.ProfileAllowance {
				if len(refusals) > 1 {
					continue // it may fit without the members of the others
				}
				q.shrink()
			}
			if !errors.Is(d.refusals, v.Rule) {
				d.refusals = append(d.refusals, v)
			}
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

// shrink removes the metadata from q; where it has none, everything.
func (q *Payload) shrink() {
	if q.UserMetadata.IsZero() && q.AppMetadata.IsZero() {
		*q = Payload{}
	}
	q.UserMetadata, q.AppMetadata = metadata.Delta{}, metadata.Delta{}
}
