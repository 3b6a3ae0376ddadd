package patch

import (
	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Plan returns the fewest payloads that, sent in order, change the user from as goal
// does. One payload is not always enough: password, username and email exclude each
// other. The rules, in order:
//
//  1. Values that from already has are omitted, because the API refuses attributes
//     that exclude each other even if they do not change. These always stay: a
//     password; verify_email true, which sends an e-mail; email_verified and
//     phone_verified beside an e-mail or phone number that changes or goes, since that
//     may reset them; and the attributes beside one that is not in the schema, if the
//     API would not take that one by itself.
//  2. The order is email, username, password. Each of them ends the user's sessions if
//     it changes ([rule.SessionsExpire]), so no order keeps them. The e-mail is first:
//     a password reset that is requested in between goes to the new address, and a
//     verified e-mail may end no session. The password is last: it always ends the
//     sessions, and until then the user logs in with the old one.
//  3. All other attributes go with the first payload, a block included, so that
//     nothing has changed if the API refuses them. A block is removed with the last
//     payload. If a new password removes a block by the reading that holds, one more
//     payload sets blocked again: for a user whom goal blocks, and for one who is
//     blocked already if goal does not have blocked.
//  4. A phone number gets a payload of its own if the reading that holds requires it,
//     or goes with the payload that blocks again.
//  5. connection goes with each payload, client_id with the e-mail or phone number,
//     verify_email with the e-mail. If neither changes, client_id is omitted; beside an
//     e-mail that does not change, verify_email false is.
//
// Plan returns no payload if goal changes nothing. Each payload passes
// [Payload.Validate] for the target, except for [rule.ProfileAllowance], which is
// judged by from. The error is the rule.Violations of the first payload that does not,
// or [rule.ConnectionKind] if Kind is not one of the constants or contradicts Strategy.
// Plan then returns no payloads, and later ones were not judged.
func Plan(from user.Profile, goal Payload, t user.Target) (Payloads, error) {
	if err := resolve(&t); err != nil {
		return nil, err
	}
	from, goal = derived.Placed(from), goal.normal()
	blocked := goal.Blocked.Or(from.Blocked.Or(false)) // in the end
	goal = goal.toSend(from, &t)
	if !goal.changes() {
		return nil, nil
	}
	var last Payload
	if blocked && goal.liftsBlock(&t) {
		last.Blocked = user.Set(true)
		if goal.hasPhoneApart(&t) {
			goal.movePhone(&last)
		}
	}
	list := goal.split(&t)
	if !last.IsZero() {
		list = append(list, last)
	}
	for i := range list {
		list[i].Connection = goal.Connection
		if err := list[i].validate(&t, true).Err(); err != nil {
			return nil, err
		}
	}
	const stamps = 256 // bytes of timestamps that the API writes, and more
	large := derived.Size(&from)+len(goal.AppendJSON(nil))+stamps > limit.ProfileAllowance
	if j := readings(&t); large || j.Refuses(rule.FirstUsername) || j.Refuses(rule.MergedMetadataSize) { // the user decides
		for _, p := range list {
			out, err := p.Apply(from, t)
			if err != nil {
				return nil, err
			}
			from = out.Profile
		}
	}
	return list, nil
}

// resolve sets the kind of connection that t leaves empty. The error is for a kind that
// no payload can be judged by.
func resolve(t *user.Target) error {
	var j judge.Judge
	derived.Resolve(&t.Connection)
	derived.JudgeKind(&j, &t.Connection)
	return j.Verdict().Err()
}

// readings returns an empty Judge that reads sources as t does.
func readings(t *user.Target) *judge.Judge {
	j := judge.New(t.Sources, t.Policies)
	return &j
}

// liftsBlock reports whether p sets a password that removes a block.
func (p *Payload) liftsBlock(t *user.Target) bool {
	_, sets := p.Password.Get()
	return sets && readings(t).Reads(rule.BlockLifted, "lifted")
}

// toSend returns p without the members that u has already; the zero Payload if nothing
// is left to send.
func (p Payload) toSend(u user.Profile, t *user.Target) Payload {
	left := p.withoutStored(u, t)
	if left.updates() || !p.updates() && !p.Validate(*t).Valid() {
		return left
	}
	if left.Extra.Len() == 0 {
		return Payload{}
	}
	if left.Validate(*t).Valid() {
		return left
	}
	// The API does not take unknown attributes alone.
	if !p.Email.IsZero() || !p.EmailVerified.IsZero() {
		p.Username = user.Field[string]{}
	}
	return p
}

// hasPhoneApart reports whether the phone number of p needs a payload of its own.
func (p *Payload) hasPhoneApart(t *user.Target) bool {
	phone := !p.PhoneNumber.IsZero() || !p.PhoneVerified.IsZero()
	return phone && (!p.Email.IsZero() || !p.Username.IsZero() || !p.Password.IsZero()) && readings(t).Refuses(rule.PhoneTogether)
}

// movePhone moves the phone number from p to q, with the members that go with it.
func (p *Payload) movePhone(q *Payload) {
	q.PhoneNumber, q.PhoneVerified, q.VerifyPhoneNumber, q.ClientID = p.PhoneNumber, p.PhoneVerified, p.VerifyPhoneNumber, p.ClientID
	p.PhoneNumber, p.PhoneVerified, p.VerifyPhoneNumber = user.Field[string]{}, user.Field[bool]{}, user.Field[bool]{}
	if p.Email.IsZero() {
		p.ClientID = user.Field[string]{}
	}
}

// split returns the payloads into which p has to be split, in order.
func (p Payload) split(t *user.Target) Payloads {
	mail := Payload{Email: p.Email, EmailVerified: p.EmailVerified}
	login := Payload{Username: p.Username}
	secret := Payload{Password: p.Password}
	apart := p.hasPhoneApart(t)
	var list Payloads
	if apart { // the phone number comes first, with all else
		list = Payloads{{}}
		if mail.Email.IsZero() { // and with email_verified alone
			list[0], mail = mail, Payload{}
		}
	}
	for _, part := range [...]Payload{mail, login, secret} {
		if !part.IsZero() {
			list = append(list, part)
		}
	}
	if len(list) == 0 {
		list = Payloads{{}}
	}
	first, last := &list[0], &list[len(list)-1]
	first.PhoneNumber, first.PhoneVerified = p.PhoneNumber, p.PhoneVerified
	first.UserMetadata, first.AppMetadata = p.UserMetadata, p.AppMetadata
	first.GivenName, first.FamilyName, first.Name, first.Nickname, first.Picture = p.GivenName, p.FamilyName, p.Name, p.Nickname, p.Picture
	first.VerifyEmail, first.VerifyPhoneNumber = p.VerifyEmail, p.VerifyPhoneNumber
	first.ClientID, first.Extra = p.ClientID, p.Extra
	if apart && !mail.IsZero() {
		list[1].VerifyEmail, list[1].ClientID = p.VerifyEmail, p.ClientID
		first.VerifyEmail = user.Field[bool]{}
		if p.PhoneNumber.IsZero() {
			first.ClientID = user.Field[string]{}
		}
	}
	if blocked, ok := p.Blocked.Get(); ok && !blocked {
		last.Blocked = p.Blocked
	} else {
		first.Blocked = p.Blocked
	}
	return list
}

// PlanTo returns the fewest payloads that turn the user from into to. It is [Diff],
// then [Plan].
//
// If Diff returns an error, PlanTo returns it beside a plan for the other changes.
// The error then also lists the differences that remain by the readings that hold for
// the target: a root attribute of a secondary identity, or email_verified that a new
// email resets.
//
// PlanTo never wipes metadata to remove one member, such as a stored name that cannot
// be sent. Between the wipe and the payload that restores the others, the user would
// have no metadata; if that payload failed, the loss would be permanent.
func PlanTo(from, to user.Profile, t user.Target) (Payloads, error) {
	if err := resolve(&t); err != nil {
		return nil, err
	}
	from, to = derived.Placed(from), derived.Placed(to)
	goal, missed := Diff(from, to)
	if b, ok := to.EmailVerified.Get(); ok && !goal.Email.IsZero() && readings(&t).Reads(rule.EmailKeepsVerified, "reset") {
		goal.EmailVerified = user.Set(b)
	}
	list, err := Plan(from, goal, t)
	if err != nil {
		return nil, err
	}
	got := from
	for _, p := range list {
		out, err := p.Apply(got, t)
		if err != nil {
			return nil, err
		}
		got = out.Profile
	}
	var d differ
	d.AddUnder("", missed)
	d.compare(got, to, &t)
	return list, d.Err()
}

// changes reports whether p has more than connection and client_id.
func (p Payload) changes() bool {
	p.Connection, p.ClientID = user.Field[string]{}, user.Field[string]{}
	return !p.IsZero()
}

// updates reports whether p has an attribute that can be updated.
func (p Payload) updates() bool {
	for a, m := range p.members() {
		if m.present && attribute(a).isUpdatable() {
			return true
		}
	}
	return false
}

// withoutStored returns p without the members that the user u has already.
func (p Payload) withoutStored(u user.Profile, t *user.Target) Payload {
	if t.Secondary { // its attributes show in profileData only
		return p
	}
	before := p
	for _, x := range texts(&p, &u) {
		sent := *x.sent
		if x.a == attrEmail || x.a == attrUsername {
			sent = derived.Fold(t, sent)
		}
		if !x.stored.IsMistyped() && (sent.Equal(*x.stored) && !sent.IsNull() || sent.IsNull() && x.stored.IsZero()) {
			*x.sent = user.Field[string]{}
		}
	}
	for _, x := range flags(&p, &u) {
		b, sent := x.sent.Get()
		if has, ok := x.stored.Get(); sent && ok && b == has {
			*x.sent = user.Field[bool]{}
		}
	}
	p.keepVerified(&before)
	inExtra := attrs.Lookup(u.Extra)
	p.Extra = attrs.NonEmpty(p.Extra.Select(func(name string, v metadata.Value) bool {
		stored, has := inExtra(name)
		if _, known := find(name); known {
			return true
		}
		if v.IsNull() {
			return has
		}
		return !has || !v.Equal(stored)
	}))
	if _, replaced := inExtra(attrUserMetadata.String()); !replaced {
		p.UserMetadata = dropNoOps(p.UserMetadata, u.UserMetadata)
	}
	if _, replaced := inExtra(attrAppMetadata.String()); !replaced {
		p.AppMetadata = dropNoOps(p.AppMetadata, u.AppMetadata)
	}
	return p
}

// keepVerified restores email_verified and phone_verified from before if p changes the
// e-mail or phone number, which may reset them, and removes the attributes that have no
// effect without such a change.
func (p *Payload) keepVerified(before *Payload) {
	verify, set := p.VerifyEmail.Get()
	switch {
	case !p.Email.IsZero():
		p.EmailVerified = before.EmailVerified
	case set && !verify && !before.Email.IsZero():
		p.VerifyEmail = user.Field[bool]{}
	}
	switch {
	case !p.PhoneNumber.IsZero():
		p.PhoneVerified = before.PhoneVerified
	case !before.PhoneNumber.IsZero():
		p.VerifyPhoneNumber = user.Field[bool]{}
	}
	if p.Email.IsZero() && p.PhoneNumber.IsZero() {
		p.ClientID = user.Field[string]{}
	}
}

// dropNoOps returns d without changes that o already has.
func dropNoOps(d metadata.Delta, o metadata.Object) metadata.Delta {
	if d.IsWipe() {
		if o.Len() == 0 {
			return metadata.Delta{}
		}
		return d
	}
	inO := attrs.Lookup(o)
	return attrs.DeltaOf(d.Object().Select(func(name string, v metadata.Value) bool {
		has, ok := inO(name)
		return ok != !v.IsNull() || ok && !has.Equal(v)
	}))
}
