package patch

import (
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Apply returns the effect of p on the user u, who is updated through the target. The
// rules, in order:
//
//  1. A payload that [Payload.Validate] refuses changes nothing. Its size is judged by
//     the profile: a payload that makes a profile beyond the allowance larger is
//     refused, one that makes it smaller is not ([rule.ProfileAllowance]).
//  2. A root attribute in p gets its value; null removes it. An absent one stays, and
//     so does one that already has the value. An attribute that is not in the schema
//     is removed by null too; a value for it is ignored, unless the policy for
//     [rule.UnknownAttribute] is "stored".
//  3. The Auth0 store keeps email and username in lower case.
//  4. Both metadata objects are merged at the first level; see [metadata.FirstLevel].
//     user_metadata without members is {} if it was there before, and absent if it
//     was not; app_metadata without members is absent. Stored metadata that is not an
//     object is replaced, with a warning.
//  5. password, connection, client_id, verify_email and verify_phone_number are not
//     part of the profile. The password of the primary identity sets
//     last_password_reset, if the target has a time.
//  6. updated_at becomes the target's time, if it has one.
//  7. user_id, identities and created_at never change, except that the update of a
//     secondary identity changes its profileData.
//  8. A password removes the block of a blocked user, unless p sends blocked too, or
//     the policy for [rule.BlockLifted] is "stays". An email that changes sets
//     email_verified to false only if p does not send it and the policy for
//     [rule.EmailKeepsVerified] is "reset".
//
// The warnings are those of the verdict and those that depend on the user. The
// effects come in the order of the catalogue.
//
// The error is a rule.Violations if p is refused, by Validate or by a policy for a
// rule that depends on the user (rule.FirstUsername, rule.MergedMetadataSize), or by
// rule.ProfileAllowance.
//
// u does not change. The result shares only immutable parts with it.
//
// Sources: the endpoint's description; 28 recorded updates (2, 4, 5, 6, 7); User
// Profile Structure (3). Inferred are rule 4 for metadata whose last member is
// removed by a null, and the exception in rule 7. Rule 8 is disputed.
func (p Payload) Apply(u user.Profile, t user.Target) (out user.Outcome, err error) {
	if derived.Hides(&u) {
		u = derived.Placed(u)
	}
	verdict := p.validate(&t, true)
	if err := verdict.Err(); err != nil {
		return out, err
	}
	if len(u.Identities) > 0 && !u.Identities[0].Provider.IsZero() {
		for i := range verdict.Warnings {
			if w := &verdict.Warnings[i]; w.Rule == rule.NotJudged {
				w.Message += "; the provider of the user's main identity is its strategy"
			}
		}
	}
	derived.Resolve(&t.Connection)
	p = p.normal()
	found := judge.New(t.Sources, t.Policies)
	out.Before, out.Profile = u, u
	out.Before.Identities, out.Profile.Identities = twice(u.Identities)
	a := applier{Judge: &found, p: &p, t: &t, u: &out.Profile, list: &out.Effects}
	if t.Secondary {
		a.identity()
	} else {
		a.root(&u)
	}
	a.common()
	a.effects(&u)
	derived.Mistyped(&u, func(name, want string) {
		a.Report(rule.MistypedAttribute, metadata.Pointer(name), "the stored "+name+" is not "+want+"; it is kept as received unless the payload sets it")
	})
	derived.JudgeSize(a.Judge, &u, a.u)
	a.losses(&u)
	if !a.Valid() {
		return user.Outcome{}, a.Verdict().Violations
	}
	warnings := a.Unsorted().Warnings
	if verdict.Warnings != nil {
		warnings = append(verdict.Warnings, warnings...)
	}
	out.Warnings = judge.InOrder(warnings)
	return out, nil
}

// twice returns two copies of the list.
func twice(list []user.Identity) (first, second []user.Identity) {
	n := len(list)
	if n == 0 {
		return list[:0:0], list[:0:0]
	}
	both := slices.Concat(list, list)
	return both[:n:n], both[n:]
}

// applier applies a payload that is valid. It holds pointers only: where a part of a
// struct goes to the heap, the whole struct does.
type applier struct {
	*judge.Judge // of what depends on the user
	p            *Payload
	t            *user.Target
	u            *user.Profile // the user after the payload
	list         *[]user.Effect
}

// root changes the attributes that belong to the primary identity.
func (a *applier) root(before *user.Profile) {
	u, p := a.u, a.p
	setText(&u.Email, derived.Fold(a.t, p.Email))
	setFlag(&u.EmailVerified, p.EmailVerified)
	setText(&u.PhoneNumber, p.PhoneNumber)
	setFlag(&u.PhoneVerified, p.PhoneVerified)
	setText(&u.Username, derived.Fold(a.t, p.Username))
	if _, ok := p.Username.Get(); ok && before.Username.IsZero() {
		a.Report(rule.FirstUsername, attrUsername.pointer(), "in 2017 the API refused a username for a user who had none")
	}
	stays, known := before.EmailVerified.Get()
	if _, ok := p.Email.Get(); ok && p.EmailVerified.IsZero() && !u.Email.Equal(before.Email) && (stays || !known) {
		if a.Reads(rule.EmailKeepsVerified, "reset") {
			u.EmailVerified = user.Set(false)
		}
		a.Report(rule.EmailKeepsVerified, attrEmail.pointer(), "whether a new email resets email_verified is not documented; send email_verified too")
	}
	a.stays(before)
}

// stays warns of attributes that keep a value which belongs to a former e-mail address
// or phone number.
func (a *applier) stays(before *user.Profile) {
	u, p := a.u, a.p
	email, had := before.Email.Get()
	if name, ok := before.Name.Get(); had && ok && name == email && p.Name.IsZero() && !u.Email.Equal(before.Email) {
		a.Report(rule.DerivedName, attrName.pointer(), "name stays the former e-mail address; send name too")
	}
	if had && u.Email.IsZero() && u.EmailVerified.Or(false) && p.EmailVerified.IsZero() {
		a.Report(rule.KeepsVerified, attrEmailVerified.pointer(), "email_verified is taken to stay true without an email; send email_verified too")
	}
	if !p.PhoneNumber.IsZero() && !u.PhoneNumber.Equal(before.PhoneNumber) && u.PhoneVerified.Or(false) && p.PhoneVerified.IsZero() {
		a.Report(rule.KeepsVerified, attrPhoneVerified.pointer(), "phone_verified is taken to stay true, though it belongs to the former phone number; send phone_verified too")
	}
}

// setText gives an attribute the text that the payload sets.
func setText(dst *user.Field[string], f user.Field[string]) {
	switch {
	case f.IsZero() || f.IsMistyped():
	case f.IsNull():
		*dst = user.Field[string]{}
	default:
		*dst = f
	}
}

// setFlag gives an attribute the value that the payload sets.
func setFlag(dst *user.Field[bool], f user.Field[bool]) {
	if b, ok := f.Get(); ok {
		*dst = user.Set(b)
	}
}

// identity changes the attributes of a secondary identity.
func (a *applier) identity() {
	p := a.p
	var sent []attribute
	for x, m := range p.members() {
		if at := attribute(x); m.present && at.isOfIdentity() {
			sent = append(sent, at)
		}
	}
	if sent == nil {
		return
	}
	identity := secondaryOf(a.u, p)
	if identity == nil {
		a.Report(rule.SecondaryEffect, attrConnection.pointer(), "no secondary identity of this user has the connection, so nothing is shown")
		return
	}
	pointers := make([]string, len(sent))
	for i, x := range sent {
		pointers[i] = x.pointer()
	}
	a.WarnAll(rule.Inferred, rule.SecondaryEffect, pointers, "where an update of a secondary identity shows is not documented; read the user afterwards")
	shown := Payload{ // a password is shown nowhere
		Email: derived.Fold(a.t, p.Email), EmailVerified: p.EmailVerified, PhoneNumber: p.PhoneNumber,
		PhoneVerified: p.PhoneVerified, Username: derived.Fold(a.t, p.Username),
	}
	if shown.IsZero() || !a.Reads(rule.SecondaryEffect, "profile-data") {
		return
	}
	if d, err := metadata.ParseDelta(shown.AppendJSON(nil)); err == nil {
		derived.SetProfileData(identity, metadata.FirstLevel.Merge(identity.ProfileData, d))
	}
}

// secondaryOf returns the secondary identity of u that p names; nil if there is none.
func secondaryOf(u *user.Profile, p *Payload) *user.Identity {
	name := p.Connection.Or("")
	for i := 1; i < len(u.Identities); i++ {
		if u.Identities[i].Connection.Or("") == name {
			return &u.Identities[i]
		}
	}
	return nil
}

// common changes the attributes that belong to the user as a whole.
func (a *applier) common() {
	u, p := a.u, a.p
	setFlag(&u.Blocked, p.Blocked)
	setText(&u.GivenName, p.GivenName)
	setText(&u.FamilyName, p.FamilyName)
	setText(&u.Name, p.Name)
	setText(&u.Nickname, p.Nickname)
	setText(&u.Picture, p.Picture)
	a.metadata(attrUserMetadata, &u.UserMetadata)
	a.metadata(attrAppMetadata, &u.AppMetadata)
	a.unknown()
	u.UpdatedAt = derived.Stamp(a.t, u.UpdatedAt)
	if _, ok := p.Password.Get(); ok && !a.t.Secondary {
		u.LastPasswordReset = derived.PasswordReset(a.Judge, a.t, u.LastPasswordReset)
	}
}

// metadata merges the payload's delta into a metadata object.
func (a *applier) metadata(at attribute, o *metadata.Object) {
	d := *a.p.delta(at)
	if v, _ := a.p.Extra.Get(at.String()); v.IsNull() {
		d = metadata.Wipe() // accepted under a lenient reading
	}
	if d.IsZero() {
		return
	}
	was := !o.IsZero()
	if _, inExtra := a.u.Extra.Get(at.String()); inExtra && !was {
		a.Report(rule.MetadataNoObject, at.pointer(), "the user's "+at.String()+" is not an object; how an update merges into it is not documented")
		if a.Reads(rule.MetadataNoObject, "kept") {
			return
		}
		was = true
		a.u.Extra = attrs.NonEmpty(a.u.Extra.Without(at.String()))
	}
	mode := metadata.FirstLevel
	if nestsNull(d) && a.Reads(rule.NestedNull, "stripped") {
		mode |= metadata.StripNulls
	}
	after := mode.Merge(*o, d)
	if after.Size() > limit.Metadata {
		a.Report(rule.MergedMetadataSize, at.pointer(), at.String()+" would have more than "+limit.Size(limit.Metadata)+"; the API's answer is not documented")
	}
	shown := false // though empty
	switch {
	case after.Len() > 0:
	case d.IsWipe():
		shown = was && a.Reads(rule.MetadataWipe, "both-empty")
	case o.Len() > 0:
		a.Report(rule.LastMember, at.pointer(), "how "+at.String()+" reads once its last member is removed is not documented")
		shown = a.Reads(rule.LastMember, "empty")
	}
	if after.Len() == 0 && (at == attrAppMetadata || !was) && !shown {
		after = metadata.Object{}
	}
	*o = after
}

// nestsNull reports whether d may have a null below the first level.
func nestsNull(d metadata.Delta) bool {
	for _, v := range d.Object().All() {
		if k := v.Kind(); (k == metadata.KindObject || k == metadata.KindArray) && strings.Contains(v.String(), "null") {
			return true
		}
	}
	return false
}

// unknown changes members that the schema does not know: it removes them for null, and
// stores values under the reading stored.
func (a *applier) unknown() {
	if a.p.Extra.IsZero() {
		return
	}
	change := map[string]any{}
	for name, v := range a.p.Extra.All() {
		if _, known := find(name); known || limit.IsManaged(name) {
			continue
		}
		switch {
		case v.IsNull():
			change[name] = nil
		case a.Reads(rule.UnknownAttribute, "stored"):
			change[name] = v
		}
	}
	a.u.Extra = attrs.SetMembers(a.u.Extra, change)
}

// effect adds an effect that an attribute causes, in the order of the catalogue.
func (a *applier) effect(kind user.EffectKind, id rule.ID, at attribute) {
	list := append(*a.list, user.Effect{Kind: kind, Rule: id, Pointer: at.pointer()})
	for i := len(list) - 1; i > 0 && judge.Compare(list[i-1].Rule, list[i].Rule) > 0; i-- {
		list[i-1], list[i] = list[i], list[i-1]
	}
	*a.list = list
}

// effects lists the effects of the payload.
func (a *applier) effects(before *user.Profile) {
	p, t := a.p, a.t
	switch {
	case !p.VerifyEmail.Or(false):
	case a.u.Email.IsZero() && !t.Secondary:
		a.Report(rule.VerificationEmail, attrVerifyEmail.pointer(), "the user has no e-mail address, so no verification e-mail can be sent; send email too, or leave verify_email out")
	default:
		a.effect(user.VerificationEmail, rule.VerificationEmail, attrEmail)
	}
	if address, ok := p.Email.Get(); ok && t.Connection.Kind == user.PasswordlessEmail && (t.Secondary || address != before.Email.Or("")) {
		a.effect(user.ChangeEmail, rule.ChangeEmailMessage, attrEmail)
	}
	if t.Connection.Kind == user.CustomDatabase && !t.Migrated {
		a.scripts()
	}
	number, ok := p.PhoneNumber.Get()
	if ok && p.VerifyPhoneNumber.Or(false) && t.Connection.Kind == user.PasswordlessSMS && (t.Secondary || number != before.PhoneNumber.Or("")) {
		a.effect(user.VerificationText, rule.VerificationText, attrPhoneNumber)
	}
	a.sessions(before)
	a.block()
}

// block removes an administrator's block if there is a new password.
func (a *applier) block() {
	_, sets := a.p.Password.Get()
	switch {
	case !sets || !a.u.Blocked.Or(false):
	case !a.p.Blocked.IsZero():
		a.Report(rule.BlockLifted, attrBlocked.pointer(), "whether a block stays that is sent with a new password is not documented; send blocked in a later update")
	case a.Reads(rule.BlockLifted, "lifted"):
		a.Report(rule.BlockLifted, attrBlocked.pointer(), "a new password removes an administrator's block; to keep it, send blocked in a later update")
		a.u.Blocked = user.Set(false)
	default:
		a.Report(rule.BlockLifted, attrBlocked.pointer(), "the block is taken to stay; a page of Auth0 states that a new password removes it")
	}
}

// sessions lists the changes that end the user's sessions.
func (a *applier) sessions(before *user.Profile) {
	p := a.p
	if !p.Password.IsZero() {
		a.effect(user.SessionsExpire, rule.PasswordSessions, attrPassword)
	}
	if a.t.Secondary {
		identity := secondaryOf(before, p)
		before = &user.Profile{}
		if identity != nil {
			data, _ := identity.ProfileData.Get()
			*before, _ = user.FromValue(data) // absent data counts as changed
		}
	}
	for _, x := range [...]struct {
		a            attribute
		sent, stored *user.Field[string]
	}{
		{attrEmail, &p.Email, &before.Email}, {attrPhoneNumber, &p.PhoneNumber, &before.PhoneNumber}, {attrUsername, &p.Username, &before.Username},
	} {
		if !x.sent.IsZero() && a.endsSessions(x.a, !sameText(derived.Fold(a.t, *x.sent), *x.stored), false) {
			a.effect(user.SessionsExpire, rule.SessionsExpire, x.a)
		}
	}
	if verified, ok := p.EmailVerified.Get(); ok {
		was, has := before.EmailVerified.Get()
		if a.endsSessions(attrEmailVerified, !has || was != verified, verified) {
			a.effect(user.SessionsExpire, rule.SessionsExpire, attrEmailVerified)
		}
	}
}

// sameText reports whether two fields have the same text, or none.
func sameText(f, g user.Field[string]) bool {
	x, ok := f.Get()
	y, too := g.Get()
	return ok == too && x == y
}

// endsSessions reports whether the attribute x, which is sent, ends the user's sessions,
// given whether it changes and whether it becomes true.
func (a *applier) endsSessions(x attribute, changes, becomesTrue bool) bool {
	switch database := a.t.Connection.Kind == user.Database || a.t.Connection.Kind == user.CustomDatabase; {
	case a.Reads(rule.SessionsExpire, "sent") && (x == attrEmail || x == attrEmailVerified):
		return true
	case x == attrEmail && database && a.Reads(rule.SessionsExpire, "email-kept"):
		return false
	case x == attrEmailVerified && database && becomesTrue:
		return false
	}
	return changes
}

// scripts lists the scripts of a custom database that run.
func (a *applier) scripts() {
	for _, x := range changeScripts {
		at := x.attrs[0]
		if !a.p.has(at) {
			at = x.attrs[1]
		}
		if a.p.has(at) {
			for _, script := range derived.Scripts(x.kind, a.t.Connection.ImportMode) {
				a.effect(script, rule.ChangeScripts, at)
			}
		}
	}
}

// losses warns of objects in metadata that lose members.
func (a *applier) losses(before *user.Profile) {
	for _, x := range [...]struct {
		at       attribute
		old, now metadata.Object
	}{{attrUserMetadata, before.UserMetadata, a.u.UserMetadata}, {attrAppMetadata, before.AppMetadata, a.u.AppMetadata}} {
		const few = 8 // searches, for which a Lookup is not worth its allocations
		d := a.p.delta(x.at).Object()
		oldOf := func(name string) (metadata.Value, bool) { return x.old.Get(name) }
		nowOf := func(name string) (metadata.Value, bool) { return x.now.Get(name) }
		if d.Len() > few {
			oldOf, nowOf = attrs.Lookup(x.old), attrs.Lookup(x.now)
		}
		for name, v := range d.All() {
			if v.Kind() != metadata.KindObject {
				continue
			}
			old, _ := oldOf(name)
			if strings.Contains(v.String(), "null") { // it may be stored without its nulls
				v, _ = nowOf(name)
			}
			if losesMembers(old, v) {
				a.Report(rule.ReplacedObject, metadata.Pointer(x.at.String(), name), "the API merges the first level only: this object is replaced whole and loses members; to keep them, translate the change with metadata.FirstLevel.FromDeep")
			}
		}
	}
}

// losesMembers reports whether from and to are objects, and an object in from has a
// member that its counterpart in to lacks.
func losesMembers(from, to metadata.Value) bool {
	return from.Kind() == metadata.KindObject && to.Kind() == metadata.KindObject && from.String() != to.String() &&
		jsonscan.Loses([]byte(from.String()), []byte(to.String()))
}
