package patch

import (
	"errors"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Plan returns the fewest payloads that, sent in order, do to the user from what
// goal says, where one payload cannot: password, username and e-mail exclude each
// other. There is none where goal changes nothing.
//
//  1. What goal says that from has already is left out: it is the presence of an
//     attribute that the API refuses, not a change. A password always stays, and
//     email_verified and phone_verified beside a new e-mail or phone number, which
//     may reset them. An attribute that the schema does not know and the API would
//     not take by itself keeps the company that it has in goal.
//  2. The order is e-mail, then username, then password: a reset that somebody asks
//     for in between is mailed to the new address, and sessions end last, once
//     nothing else is to come.
//  3. All else goes with the first payload, so that nothing was changed where that
//     is refused, a block too. Lifting a block goes with the last: nobody should
//     get in while there is more to come. Where the target reads that a new password
//     lifts a block, a user who is to be blocked, or to stay so, is blocked again
//     after it, in a payload of its own.
//  4. A phone number goes apart from the three where the target reads that it has to.
//  5. connection goes with each, client_id with the e-mail or phone number,
//     verify_email with the e-mail.
//
// Each payload passes [Payload.Validate] for the target. The error is that of the
// first one that does not, user.Violations.
func Plan(from user.Profile, goal Payload, t Target) (Payloads, error) {
	goal = goal.normal()
	stays := goal.Blocked.Or(from.Blocked.Or(false)) // blocked in the end
	left := goal.withoutWhatIs(from, t)
	if !left.updates() && (goal.updates() || goal.Validate(t).Valid()) {
		switch {
		case left.Extra.Len() == 0:
			return nil, nil
		case !left.Validate(t).Valid(): // it needs the company that it had
			left = goal
			if !left.Email.IsZero() || !left.EmailVerified.IsZero() {
				left.Username = Field[string]{}
			}
		}
	}
	if goal = left; !goal.changes() {
		return nil, nil
	}
	var mail, login, secret Payload
	mail.Email, mail.EmailVerified = goal.Email, goal.EmailVerified
	login.Username = goal.Username
	secret.Password = goal.Password
	var list Payloads
	apart := t.reading(RulePhoneTogether) == refused && (!goal.PhoneNumber.IsZero() || !goal.PhoneVerified.IsZero()) &&
		(!goal.Email.IsZero() || !goal.Username.IsZero() || !goal.Password.IsZero())
	if apart { // the phone comes first, with all else
		list = Payloads{{}}
		if mail.Email.IsZero() { // and with email_verified by itself
			list[0], mail = mail, Payload{}
		}
	}
	for _, part := range []Payload{mail, login, secret} {
		if !part.IsZero() {
			list = append(list, part)
		}
	}
	if len(list) == 0 {
		list = Payloads{{}}
	}
	first, last := &list[0], &list[len(list)-1]
	first.PhoneNumber, first.PhoneVerified = goal.PhoneNumber, goal.PhoneVerified
	first.UserMetadata, first.AppMetadata = goal.UserMetadata, goal.AppMetadata
	first.GivenName, first.FamilyName, first.Name, first.Nickname, first.Picture = goal.GivenName, goal.FamilyName, goal.Name, goal.Nickname, goal.Picture
	first.VerifyEmail, first.VerifyPhoneNumber = goal.VerifyEmail, goal.VerifyPhoneNumber
	first.ClientID, first.Extra = goal.ClientID, goal.Extra
	if apart && !mail.IsZero() {
		list[1].VerifyEmail, list[1].ClientID = goal.VerifyEmail, goal.ClientID
		first.VerifyEmail = Param[bool]{}
		if goal.PhoneNumber.IsZero() {
			first.ClientID = Param[string]{}
		}
	}
	if blocked, says := goal.Blocked.Get(); says && !blocked {
		last.Blocked = goal.Blocked
	} else {
		first.Blocked = goal.Blocked
	}
	if stays && !goal.Password.IsZero() && t.reading(RuleBlockLifted) == "lifted" {
		list = append(list, Payload{Blocked: Value(true)})
	}
	for i := range list {
		list[i].Connection = goal.Connection
		if err := list[i].Validate(t).Err(); err != nil {
			return nil, err
		}
	}
	if t.reading(RuleFirstUsername) == refused || t.reading(RuleMergedSize) == refused { // that shows with the user
		for _, p := range list {
			if _, err := p.Apply(from, t); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// PlanTo returns the fewest payloads that turn the user from into to: [Diff], then
// [Plan]. The errors are theirs: where Diff has one, it comes beside a plan for the
// rest. It then names, too, what differs once the payloads are sent since the target
// reads it so: a root attribute where the identity is a secondary one, email_verified
// that a new email resets and to has not.
//
// What only a wipe could remove, such as a stored name that cannot be sent, is not
// planned: between the wipe and the payload that sets the rest again, or for good
// where that fails, the user would be without.
func PlanTo(from, to user.Profile, t Target) (Payloads, error) {
	goal, missed := Diff(from, to)
	if b, ok := to.EmailVerified.Get(); ok && !goal.Email.IsZero() && t.reading(RuleEmailKeepsVerified) == "reset" {
		goal.EmailVerified = Value(b)
	}
	list, err := Plan(from, goal, t)
	if err != nil {
		return nil, err
	}
	d := differ{}
	errors.As(missed, &d.missed)
	got := from
	for _, p := range list {
		out, err := p.Apply(got, t)
		if err != nil {
			return nil, err
		}
		got = out.Profile
	}
	d.remains(got, to, &t)
	return list, d.err()
}

// changes reports whether p says more than where to say it.
func (p Payload) changes() bool {
	p.Connection, p.ClientID = Param[string]{}, Param[string]{}
	return !p.IsZero()
}

// updates reports whether p has an attribute that can be updated.
func (p Payload) updates() bool {
	for a := range attributes {
		if a.isUpdatable() && p.present(a) {
			return true
		}
	}
	return false
}

// withoutWhatIs returns p without what the user u has already.
func (p Payload) withoutWhatIs(u user.Profile, t Target) Payload {
	if t.Secondary { // what it has shows in profileData only
		return p
	}
	before := p
	for _, x := range []struct {
		says *Field[string]
		has  Field[string]
	}{
		{&p.Email, u.Email}, {&p.PhoneNumber, u.PhoneNumber}, {&p.GivenName, u.GivenName}, {&p.FamilyName, u.FamilyName},
		{&p.Name, u.Name}, {&p.Nickname, u.Nickname}, {&p.Picture, u.Picture}, {&p.Username, u.Username},
	} {
		says := *x.says
		if x.says == &p.Email || x.says == &p.Username {
			says = t.folded(says)
		}
		if !x.has.IsMistyped() && (says.Equal(x.has) && !says.IsNull() || says.IsNull() && x.has.IsZero()) {
			*x.says = Field[string]{}
		}
	}
	for _, x := range []struct {
		says *Param[bool]
		has  Field[bool]
	}{
		{&p.Blocked, u.Blocked}, {&p.EmailVerified, u.EmailVerified}, {&p.PhoneVerified, u.PhoneVerified},
	} {
		b, says := x.says.Get()
		if has, ok := x.has.Get(); says && ok && b == has {
			*x.says = Param[bool]{}
		}
	}
	switch { // a new one may reset what is verified, so that is said again
	case !p.Email.IsZero():
		p.EmailVerified = before.EmailVerified
	case !before.Email.IsZero():
		p.VerifyEmail = Param[bool]{} // of the e-mail that is there already
	}
	switch {
	case !p.PhoneNumber.IsZero():
		p.PhoneVerified = before.PhoneVerified
	case !before.PhoneNumber.IsZero():
		p.VerifyPhoneNumber = Param[bool]{}
	}
	if p.Email.IsZero() && p.PhoneNumber.IsZero() {
		p.ClientID = Param[string]{}
	}
	p.Extra = p.Extra.Select(func(name string, v metadata.Value) bool {
		_, has := u.Extra.Get(name)
		_, known := attributeOf(name)
		return has || known || !v.IsNull()
	})
	if p.Extra.Len() == 0 {
		p.Extra = metadata.Object{}
	}
	for _, x := range []struct {
		a   attribute
		has metadata.Object
	}{{userMetadata, u.UserMetadata}, {appMetadata, u.AppMetadata}} {
		if _, odd := u.Extra.Get(x.a.String()); !odd { // what is no object is replaced
			*p.delta(x.a) = unsaid(*p.delta(x.a), x.has)
		}
	}
	return p
}

// unsaid returns what d says that is not so already.
func unsaid(d metadata.Delta, o metadata.Object) metadata.Delta {
	if d.IsWipe() {
		if o.Len() == 0 {
			return metadata.Delta{}
		}
		return d
	}
	left := d.Object().Select(func(name string, v metadata.Value) bool {
		has, ok := o.Get(name)
		return ok != !v.IsNull() || ok && !has.Equal(v)
	})
	if left.Len() == 0 {
		return metadata.Delta{}
	}
	return metadata.DeltaOf(left)
}

// Payloads are payloads to send in order. They print and log as each of them does,
// without a password.
type Payloads []Payload
