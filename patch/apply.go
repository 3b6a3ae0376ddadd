package patch

import (
	"slices"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Apply returns the effect of p on the user u, who is updated through the target. The
// rules, in order:
//
//  1. A payload that [Payload.Validate] refuses changes nothing.
//  2. A root attribute in p gets its value; null removes it. An absent one stays, and
//     so does one that already has the value.
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
//
// The warnings are those of the verdict and those that depend on the user. The
// effects come in the order of the catalogue.
//
// The error is a rule.Violations if p is refused, by Validate or by a policy for a
// rule that depends on the user (rule.FirstUsername, rule.MergedMetadataSize). It is
// a [metadata.Errors] if u was built from parts that are nested too deep.
//
// u does not change. The result shares only immutable parts with it.
//
// Sources: the endpoint's description; 28 recorded updates (2, 4, 5, 6, 7); User
// Profile Structure (3). Inferred are rule 4 for metadata whose last member is
// removed by a null, and the exception in rule 7.
func (p Payload) Apply(u user.Profile, t user.Target) (user.Outcome, error) {
	verdict := p.Validate(t)
	if err := verdict.Err(); err != nil {
		return user.Outcome{}, err
	}
	a := applier{Judge: judge.New(t.Sources, t.Policies), p: p.normal(), t: &t, u: u.Clone()}
	if t.Secondary {
		a.identity()
	} else {
		a.root(&u)
	}
	a.common()
	a.effects(&u)
	changes, err := user.Changes(u, a.u)
	if err != nil {
		return user.Outcome{}, err
	}
	a.sizes()
	a.losses(changes)
	own := a.Verdict()
	if !own.Valid() {
		return user.Outcome{}, own.Violations
	}
	slices.SortStableFunc(a.list, func(x, y user.Effect) int { return judge.Compare(x.Rule, y.Rule) })
	return user.Outcome{Profile: a.u, Changes: changes, Effects: a.list, Warnings: judge.InOrder(append(verdict.Warnings, own.Warnings...))}, nil
}

// applier applies a payload that is valid.
type applier struct {
	judge.Judge // of what depends on the user
	p           Payload
	t           *user.Target
	u           user.Profile // as it becomes
	list        []user.Effect
}

// root changes the attributes that belong to the primary identity.
func (a *applier) root(before *user.Profile) {
	u, p := &a.u, &a.p
	setText(&u.Email, derived.Fold(a.t, p.Email))
	setFlag(&u.EmailVerified, p.EmailVerified)
	setText(&u.PhoneNumber, p.PhoneNumber)
	setFlag(&u.PhoneVerified, p.PhoneVerified)
	setText(&u.Username, derived.Fold(a.t, p.Username))
	if _, ok := p.Username.Get(); ok && before.Username.IsZero() {
		a.Report(rule.FirstUsername, attrUsername.pointer(), "in 2017 the API refused a username for a user who had none")
	}
	if _, ok := p.Email.Get(); ok && p.EmailVerified.IsZero() && !u.Email.Equal(before.Email) {
		if a.Reads(rule.EmailKeepsVerified, "reset") {
			u.EmailVerified = user.Set(false)
		}
		a.Report(rule.EmailKeepsVerified, attrEmail.pointer(), "whether a new email resets email_verified is not documented; send email_verified too")
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
	p := &a.p
	table := p.fields()
	var sent []attribute
	for x := range attributes {
		if x.isOfIdentity() && !table[x].Field.IsZero() {
			sent = append(sent, x)
		}
	}
	if sent == nil {
		return
	}
	name := p.Connection.Or("")
	secondary := a.u.Identities[min(1, len(a.u.Identities)):]
	at := slices.IndexFunc(secondary, func(id user.Identity) bool { return id.Connection.Or("") == name })
	if at < 0 {
		a.Report(rule.SecondaryEffect, attrConnection.pointer(), "no secondary identity of this user has the connection, so nothing is shown")
		return
	}
	for _, x := range sent {
		a.Report(rule.SecondaryEffect, x.pointer(), "where an update of a secondary identity shows is not documented")
	}
	shown := Payload{ // a password is shown nowhere
		Email: derived.Fold(a.t, p.Email), EmailVerified: p.EmailVerified, PhoneNumber: p.PhoneNumber,
		PhoneVerified: p.PhoneVerified, Username: derived.Fold(a.t, p.Username),
	}
	if shown.IsZero() || !a.Reads(rule.SecondaryEffect, "profile-data") {
		return
	}
	if d, err := metadata.ParseDelta(shown.AppendJSON(nil)); err == nil {
		secondary[at].ProfileData = metadata.FirstLevel.Merge(secondary[at].ProfileData, d)
	}
}

// common changes what belongs to the user as a whole.
func (a *applier) common() {
	u, p := &a.u, &a.p
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
		u.LastPasswordReset = derived.Stamp(a.t, u.LastPasswordReset)
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
	if _, odd := a.u.Extra.Get(at.String()); odd && !was {
		a.Report(rule.MetadataNoObject, at.pointer(), "the user's "+at.String()+" is not an object; how an update merges into it is not documented")
		if a.Reads(rule.MetadataNoObject, "kept") {
			return
		}
		was = true
		a.u.Extra = attrs.NonEmpty(a.u.Extra.Without(at.String()))
	}
	mode := metadata.FirstLevel
	if a.Reads(rule.NestedNull, "stripped") {
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

// unknown changes members that the schema does not know, as far as that is known.
func (a *applier) unknown() {
	change := map[string]any{}
	for name, v := range a.p.Extra.All() {
		if _, known := find(name); known || slices.Contains(readOnly, name) {
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

// effect adds an effect.
func (a *applier) effect(kind user.EffectKind, id rule.ID) {
	a.list = append(a.list, user.Effect{Kind: kind, Rule: id})
}

// effects lists what else happens.
func (a *applier) effects(before *user.Profile) {
	p, t := &a.p, a.t
	if p.VerifyEmail.Or(false) {
		a.effect(user.VerificationEmail, rule.VerificationEmail)
	}
	if address, ok := p.Email.Get(); ok && t.Connection.Kind == user.PasswordlessEmail && (t.Secondary || address != before.Email.Or("")) {
		a.effect(user.ChangeEmail, rule.ChangeEmailMessage)
	}
	if t.Connection.Kind == user.CustomDatabase && !t.Migrated {
		a.scripts()
	}
	number, ok := p.PhoneNumber.Get()
	if ok && p.VerifyPhoneNumber.Or(false) && t.Connection.Kind == user.PasswordlessSMS && (t.Secondary || number != before.PhoneNumber.Or("")) {
		a.effect(user.VerificationText, rule.VerificationText)
	}
	if _, ok := p.Password.Get(); !ok {
		return
	}
	a.effect(user.SessionsExpire, rule.PasswordSessions)
	if a.u.Blocked.Or(false) {
		a.Report(rule.BlockLifted, attrBlocked.pointer(), "whether a new password removes an administrator's block is disputed; send blocked in a later update")
		if a.Reads(rule.BlockLifted, "lifted") {
			a.u.Blocked = user.Set(false)
		}
	}
}

// scripts lists the scripts of a custom database that run.
func (a *applier) scripts() {
	p := &a.p
	for _, x := range [...]struct {
		sent   bool
		script user.EffectKind
	}{
		{!p.Email.IsZero() || !p.EmailVerified.IsZero(), user.ChangeEmailScript},
		{!p.Password.IsZero(), user.ChangePasswordScript},
		{!p.PhoneNumber.IsZero() || !p.PhoneVerified.IsZero(), user.ChangePhoneScript},
		{!p.Username.IsZero(), user.ChangeUsernameScript},
	} {
		if !x.sent {
			continue
		}
		for _, script := range derived.Scripts(x.script, a.t.Connection.ImportMode) {
			a.effect(script, rule.ChangeScripts)
		}
	}
}

// sizes warns of a profile that is large afterwards.
func (a *applier) sizes() {
	n := a.u.UserMetadata.Size() + a.u.AppMetadata.Size() + a.u.Extra.Size()
	if n <= limit.Profile { // else that is enough to know
		n = len(a.u.AppendJSON(nil))
	}
	if n > limit.Profile {
		a.Report(rule.ProfileSize, "", "the profile would have more than "+limit.Size(limit.Profile))
	}
	if n > limit.Indexed {
		a.Report(rule.SearchSize, "", "the profile would have more than "+limit.Size(limit.Indexed))
	}
}

// losses warns of objects in metadata that lose members.
func (a *applier) losses(changes []metadata.Change) {
	lost := map[string]bool{}
	for _, c := range changes {
		path, ok := metadata.ParsePointer(c.Pointer)
		if !ok || c.Kind != metadata.Removed || len(path) < 3 {
			continue
		}
		at, known := find(path[0])
		if pointer := metadata.Pointer(path[:2]...); known && at.isMetadata() && !lost[pointer] && !a.FullOf(rule.ReplacedObject) {
			lost[pointer] = true
			a.Report(rule.ReplacedObject, pointer, "this object is replaced whole and loses members; to keep them, translate the change with metadata.FirstLevel.FromDeep")
		}
	}
}
