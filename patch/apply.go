package patch

import (
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Outcome is what a payload does to a user.
type Outcome struct {
	Profile  user.Profile      // as the API would answer it
	Changes  []metadata.Change // from the profile before, member by member
	Effects  []user.Effect     // what else happens, in the order of [Rules]
	Warnings user.Violations   // of the verdict, and of steps that nobody documents; in the order of [Rules]
}

// Apply returns what p does to the user u, who is updated through the target. The
// error is that of the verdict, where p is refused, or where the target reads that
// a step which only the user shows is refused ([RuleFirstUsername],
// [RuleMergedSize]): user.Violations. It is a [metadata.Errors] where u was put
// together of parts that are too deep.
//
// The rules, in order:
//
//  1. A payload that [Payload.Validate] refuses changes nothing.
//  2. A root attribute that is set gets the value, one that is null goes, one that
//     is absent stays. Sending what is there already is no change.
//  3. In the Auth0 store email and username are kept in lower case.
//  4. Both metadata are merged at the first level; see [metadata.FirstLevel].
//     user_metadata that is empty then reads {} if it was there before, and is
//     absent if it was not; app_metadata that is empty is absent. Metadata that is
//     stored as something that is no object is replaced, with a warning.
//  5. password is not shown; the primary identity's sets last_password_reset where
//     the target has a time. connection, client_id, verify_email and
//     verify_phone_number are not shown either.
//  6. updated_at is the target's time, where it has one.
//  7. user_id, identities and created_at never change, except that what is updated
//     of a secondary identity shows in its profileData.
//
// u is not changed. The result shares with it what cannot change.
//
// Sources: the endpoint's description; 28 recorded updates (2, 4, 5, 6, 7);
// User Profile Structure (3). Rule 4 for metadata that loses its last member by a
// null, and the exception of rule 7, are inferred.
func (p Payload) Apply(u user.Profile, t Target) (Outcome, error) {
	verdict := p.Validate(t)
	if err := verdict.Err(); err != nil {
		return Outcome{}, err
	}
	a := applied(&u, p, &t)
	a.Profile = a.Profile.Clone()
	var err error
	if a.Changes, err = user.Changes(u, a.Profile); err != nil {
		return Outcome{}, err
	}
	a.look()
	if a.refusals != nil {
		return Outcome{}, inOrder(a.refusals)
	}
	a.Warnings = inOrder(append(verdict.Warnings, a.Warnings...))
	slices.SortStableFunc(a.Effects, func(x, y user.Effect) int { return place(x.Rule) - place(y.Rule) })
	return a.Outcome, nil
}

// inOrder sorts a list as the rules are ordered. Of two that are cut off it says so
// once.
func inOrder(list user.Violations) user.Violations {
	slices.SortStableFunc(list, func(x, y Violation) int { return place(x.Rule) - place(y.Rule) })
	if n := len(list); n > 1 && list[n-2].Rule == RuleMore {
		list = list[:n-1]
	}
	return list
}

// look warns of what shows only in the profile after and the changes that led
// there.
func (a *applier) look() {
	n := size(&a.Profile)
	if n > check.LargeBytes {
		a.warn(RuleProfileSize, "", "the profile then has more than 10 KB")
	}
	if n > check.IndexedBytes {
		a.warn(RuleSearchSize, "", "the profile then has more than 1 MB")
	}
	lost := map[string]bool{}
	for _, c := range a.Changes {
		path, ok := metadata.ParsePointer(c.Pointer)
		if !ok || c.Kind != metadata.Removed || len(path) < 3 {
			continue
		}
		at, known := attributeOf(path[0])
		if pointer := metadata.Pointer(path[:2]...); known && at.isMetadata() && !lost[pointer] && !a.bound.Full {
			lost[pointer] = true
			a.warn(RuleReplacedObject, pointer, "this object is replaced whole and loses members")
		}
	}
}

// size returns how many bytes the text of u has, about; of a large one, at least.
func size(u *user.Profile) int {
	if n := u.UserMetadata.Size() + u.AppMetadata.Size() + u.Extra.Size(); n > check.LargeBytes {
		return n
	}
	return len(u.AppendJSON(nil))
}

type applier struct {
	Outcome
	p        Payload
	t        *Target
	bound    check.Bound // of its own warnings
	refusals user.Violations
}

// applied returns what a payload that is valid does to u, but for what shows only in
// the changes. The profile shares its identities with u where they are the same.
func applied(u *user.Profile, p Payload, t *Target) applier {
	a := applier{p: p.normal(), t: t, Outcome: Outcome{Profile: *u}}
	if t.Secondary {
		a.Profile = u.Clone() // its identities change
		a.identity()
	} else {
		a.root()
	}
	a.rest()
	a.effects(*u)
	return a
}

// warn notes a step that rests on a reading, which may be that it is refused.
func (a *applier) warn(id RuleID, pointer, message string) {
	v := violationOf(id, pointer, message)
	if a.t.reading(id) == refused {
		v.Severity = user.Error
		a.refusals = append(a.refusals, v)
		return
	}
	add(&a.bound, &a.Warnings, v)
}

// text gives an attribute what the payload says of it.
func text(attribute *Field[string], says Field[string]) {
	switch {
	case says.IsZero() || says.IsMistyped():
	case says.IsNull():
		*attribute = Field[string]{}
	default:
		*attribute = says
	}
}

func flag(attribute *Field[bool], says Param[bool]) {
	if b, ok := says.Get(); ok {
		*attribute = user.Set(b)
	}
}

// root changes the attributes that belong to the primary identity.
func (a *applier) root() {
	u, p := &a.Profile, &a.p
	before, had := u.Email, u.Username
	text(&u.Email, a.t.folded(p.Email))
	flag(&u.EmailVerified, p.EmailVerified)
	text(&u.PhoneNumber, p.PhoneNumber)
	flag(&u.PhoneVerified, p.PhoneVerified)
	text(&u.Username, a.t.folded(p.Username))
	if _, ok := p.Username.Get(); ok && had.IsZero() {
		a.warn(RuleFirstUsername, username.pointer(), "an answer of 2017 refuses a username of a user who has none")
	}
	if _, ok := p.Email.Get(); ok && p.EmailVerified.IsZero() && !u.Email.Equal(before) {
		reading := a.t.reading(RuleEmailKeepsVerified)
		if reading == "reset" {
			u.EmailVerified = user.Set(false)
		}
		a.warn(RuleEmailKeepsVerified, email.pointer(), "whether a new email resets email_verified is not documented; send both")
	}
}

// folded returns an e-mail or username as the connection stores it.
func (t *Target) folded(f Field[string]) Field[string] {
	s, ok := f.Get()
	kind := t.Connection.Kind
	if !ok || kind != user.Database && (kind != user.CustomDatabase || !t.Migrated) {
		return f
	}
	return user.Set(strings.ToLower(s))
}

// identity changes the attributes of a secondary identity.
func (a *applier) identity() {
	u, p := &a.Profile, &a.p
	var touched []attribute
	for x := range attributes {
		if x.isOfIdentity() && p.present(x) {
			touched = append(touched, x)
		}
	}
	if touched == nil {
		return
	}
	on := p.Connection.Or("")
	secondary := u.Identities[min(1, len(u.Identities)):]
	at := slices.IndexFunc(secondary, func(id user.Identity) bool { return id.Connection.Or("") == on })
	if at < 0 {
		a.warn(RuleSecondaryEffect, connection.pointer(), "no secondary identity of this user has the connection, so nothing is shown")
		return
	}
	for _, x := range touched {
		a.warn(RuleSecondaryEffect, x.pointer(), "where an update of a secondary identity shows is not documented")
	}
	change, err := Payload{ // a password is shown nowhere
		Email: a.t.folded(p.Email), EmailVerified: p.EmailVerified, PhoneNumber: p.PhoneNumber,
		PhoneVerified: p.PhoneVerified, Username: a.t.folded(p.Username),
	}.object()
	if err != nil || change.Len() == 0 { // texts and flags are not deep; {} would wipe
		return
	}
	if a.t.reading(RuleSecondaryEffect) == "profile-data" {
		secondary[at].ProfileData = metadata.FirstLevel.Merge(secondary[at].ProfileData, metadata.DeltaOf(change))
	}
}

// rest changes what belongs to the user as a whole.
func (a *applier) rest() {
	u, p := &a.Profile, &a.p
	flag(&u.Blocked, p.Blocked)
	text(&u.GivenName, p.GivenName)
	text(&u.FamilyName, p.FamilyName)
	text(&u.Name, p.Name)
	text(&u.Nickname, p.Nickname)
	text(&u.Picture, p.Picture)
	a.metadata(userMetadata, &u.UserMetadata)
	a.metadata(appMetadata, &u.AppMetadata)
	a.unknown()
	if t := a.t.Now; !t.IsZero() {
		u.UpdatedAt = user.Set(user.TimestampOf(t))
		if _, ok := p.Password.Get(); ok && !a.t.Secondary {
			u.LastPasswordReset = u.UpdatedAt
		}
	}
}

// metadata merges what the payload says of a metadata object.
func (a *applier) metadata(at attribute, o *metadata.Object) {
	d := *a.p.delta(at)
	if v, _ := a.p.Extra.Get(at.String()); v.IsNull() {
		d = metadata.Wipe() // accepted leniently: null wipes
	}
	if d.IsZero() {
		return
	}
	was := !o.IsZero()
	if _, ok := a.Profile.Extra.Get(at.String()); ok && !was {
		a.warn(RuleMetadataNoObject, at.pointer(), "the user's "+at.String()+" is no object; what a merge makes of it is not documented")
		if a.t.reading(RuleMetadataNoObject) == "kept" {
			return
		}
		was = true
		a.setExtra(map[string]any{at.String(): nil})
	}
	mode := metadata.FirstLevel
	if a.t.reading(RuleNestedNull) == "stripped" {
		mode = metadata.Knobs{Nulls: metadata.NullsStripped}.Mode()
	}
	after := mode.Merge(*o, d)
	if after.Size() > check.MostBytes {
		a.warn(RuleMergedSize, at.pointer(), at.String()+" then has more than 16 MB; what the API answers is not documented")
	}
	shown := false // though empty
	switch {
	case after.Len() > 0:
	case d.IsWipe():
		shown = was && a.t.reading(RuleWipe) == bothEmpty
	case o.Len() > 0:
		a.warn(RuleLastMember, at.pointer(), "what "+at.String()+" reads once its last member is removed is not documented")
		shown = a.t.reading(RuleLastMember) == "empty"
	}
	if after.Len() == 0 && (at == appMetadata || !was) && !shown {
		after = metadata.Object{}
	}
	*o = after
}

// unknown does what is known of members that the schema does not know.
func (a *applier) unknown() {
	change := map[string]any{}
	for name, v := range a.p.Extra.All() {
		if _, known := attributeOf(name); known || slices.Contains(readOnly, name) {
			continue
		}
		switch {
		case v.IsNull():
			change[name] = nil
		case a.t.reading(RuleUnknown) == "stored":
			change[name] = v
		}
	}
	a.setExtra(change)
}

// setExtra sets attributes that have no field; nil removes one.
func (a *applier) setExtra(change map[string]any) {
	if a.Profile.Extra = metadata.FirstLevel.Merge(a.Profile.Extra, deltaOf(change)); a.Profile.Extra.Len() == 0 {
		a.Profile.Extra = metadata.Object{}
	}
}

// effects lists what else happens.
func (a *applier) effects(before user.Profile) {
	p := &a.p
	note := func(kind user.EffectKind, id RuleID) {
		a.Effects = append(a.Effects, user.Effect{Kind: kind, Rule: id})
	}
	if p.VerifyEmail.Or(false) {
		note(user.VerificationEmail, RuleVerificationEmail)
	}
	t := a.t
	if address, ok := p.Email.Get(); ok && t.Connection.Kind == user.PasswordlessEmail && (t.Secondary || address != before.Email.Or("")) {
		note(user.ChangeEmail, RuleChangeEmail)
	}
	if t.Connection.Kind == user.CustomDatabase && !t.Migrated {
		for _, x := range []struct {
			is bool
			op user.Operation
		}{
			{p.present(email) || p.present(emailVerified), user.OnEmailChange}, {p.present(password), user.OnPasswordChange},
			{p.present(phoneNumber) || p.present(phoneVerified), user.OnPhoneChange}, {p.present(username), user.OnUsernameChange},
		} {
			if x.is {
				for _, script := range user.Cached.Scripts(x.op, t.Connection.ImportMode) {
					note(script, RuleScripts)
				}
			}
		}
	}
	number, changes := p.PhoneNumber.Get()
	if changes && p.VerifyPhoneNumber.Or(false) && (t.Secondary || number != before.PhoneNumber.Or("")) && t.Connection.Kind == user.PasswordlessSMS {
		note(user.VerificationText, RuleVerificationText)
	}
	if _, ok := p.Password.Get(); ok {
		note(user.SessionsExpire, RulePasswordSessions)
		if a.Profile.Blocked.Or(false) {
			a.warn(RuleBlockLifted, blocked.pointer(), "whether a new password lifts an administrator's block is disputed")
			if t.reading(RuleBlockLifted) == "lifted" {
				a.Profile.Blocked = user.Set(false)
			}
		}
	}
}
