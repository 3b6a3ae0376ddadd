package lifecycle

import (
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/internal/mask"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// follow applies the rules 3 to 8.
func (l *login) follow() {
	if l.target.Connection.Kind == user.KindUnknown {
		l.Report(rule.UnknownKind, "", "the kind of connection decides which attributes follow a login; set it in the target")
	}
	var kept, secret []string
	for a, v := range l.in.members() {
		switch {
		case a.role == keptByAuth0:
			kept = append(kept, a.pointer())
		case a.role == passes && mask.Masks(a.name) && !v.IsNull() && !l.denied(a.name):
			secret = append(secret, a.pointer())
		}
		if !v.IsNull() {
			l.attribute(a, l.was.get(a), v)
		}
	}
	l.warnAll(rule.KeptByAuth0, kept, "Auth0 keeps this itself; leave it out of the login")
	l.warnAll(rule.LoginSecret, secret, "this secret becomes a root attribute, which everyone who reads the profile sees; leave it out of the login")
	for a, was := range l.was.members() {
		if v := l.in.get(a); v.IsZero() || v.IsNull() {
			l.attribute(a, was, metadata.Value{})
		}
	}
	l.notStored()
	l.warnAll(rule.SyncScope, l.unsynced, "sources disagree whether this follows a login while the profile attributes do not; choose a reading")
	l.warnAll(rule.RemovedAtLogin, l.missing, "missing in the login, and taken to stay; no source documents it, so include it in every login")
	if !l.frozen && !l.emailStays {
		l.verifyEmail()
	}
	l.metadata("user_metadata", &l.was.UserMetadata, &l.in.UserMetadata, &l.now.UserMetadata)
	l.metadata("app_metadata", &l.was.AppMetadata, &l.in.AppMetadata, &l.now.AppMetadata)
	l.now.Extra = attrs.SetMembers(l.now.Extra, l.extra)
}

// warnAll warns of several attributes for one reason. A list of warnings has no more than
// a limited number.
func (l *login) warnAll(id rule.ID, pointers []string, message string) {
	l.WarnAll(judge.Violation(id, "", "").Evidence, id, pointers[:min(len(pointers), limit.Entries+1)], message)
}

// attribute applies the rules 3, 5 and 6 to one attribute, whose value in the login is
// absent where the login lacks it.
func (l *login) attribute(a attribute, was, in metadata.Value) {
	lacks := in.IsZero()
	switch {
	case a.role >= keptByAuth0, a.role == profileAttribute && !l.follows, lacks && (a.role == verifiedEmail || was.IsNull()):
	case l.denied(a.name):
		if !lacks || !l.frozen {
			l.unstored = append(l.unstored, a.pointer())
		}
		if !l.frozen && !was.IsNull() {
			l.set(a, metadata.Value{})
		}
	case a.name == "email" && !l.frozen && l.keepsEmail(was, in):
		l.emailStays = true
	case a.role == verifiedEmail && l.emailStays: // it belongs to the e-mail, which comes first
	case !was.Equal(in):
		if !l.follows && a.role != profileAttribute {
			l.unsynced = append(l.unsynced, a.pointer())
		}
		switch {
		case l.frozen:
		case !lacks, a.role != identifier && l.Reads(rule.RemovedAtLogin, "removed"):
			l.set(a, in)
		default:
			l.missing = append(l.missing, a.pointer())
		}
	}
}

// keepsEmail reports whether the cached e-mail stays though the database has another.
func (l *login) keepsEmail(was, in metadata.Value) bool {
	cached, ok := was.Str()
	returned, too := in.Str()
	if !l.fromScript() || !ok || !too || strings.EqualFold(cached, returned) {
		return false
	}
	l.ReportReading(rule.DatabaseEmail, "/email", "Update the user as well")
	return l.Reads(rule.DatabaseEmail, "stays")
}

// notStored warns of the attributes that the connection does not store.
func (l *login) notStored() {
	l.warnAll(rule.NotStored, l.unstored, "not stored by the connection; to store it, take it off the connection's non_persistent_attrs")
}

// set sets an attribute to v, the value in the login, or removes it if v is absent.
func (l *login) set(a attribute, v metadata.Value) {
	switch f := l.now.find(a.name).field.(type) {
	case *user.Field[bool]:
		*f = user.Field[bool]{}
		if !v.IsZero() {
			*f = *l.in.find(a.name).field.(*user.Field[bool]) // as it is written
		}
	case *user.Field[string]:
		f.Assign(v)
	default:
		if l.extra[a.name] = v; v.IsZero() {
			l.extra[a.name] = nil
		}
	}
}

// verifyEmail applies rule 4.
func (l *login) verifyEmail() {
	f := &l.now.EmailVerified
	if l.denied("email_verified") {
		*f = user.Field[bool]{}
		return
	}
	in := l.in.EmailVerified
	verified, ok := truth(in)
	if !ok {
		if l.now.Email.IsZero() || l.now.Email.IsNull() {
			return
		}
		*f = user.Set(false)
	}
	if on := &l.target.Connection; (on.Strategy == "adfs" || on.Strategy == "waad") && derived.Syncs(on) {
		l.Report(rule.VerifiedForced, "/email_verified", "a setting of the connection can force email_verified; choose the reading that it has")
		if forced := l.Reading(rule.VerifiedForced); forced != "follows" {
			verified = forced == "verified"
			*f = user.Set(verified)
		}
	}
	was := l.was.EmailVerified
	switch b, ok := truth(was); {
	case ok && b == verified && (was.IsMistyped() || in.IsMistyped()): // as received
	case ok && b == verified:
		*f = was // as it is written
	case !was.IsZero():
		l.Report(rule.VerifiedFollows, "/email_verified", "email_verified follows each login, and is false where the login lacks it; set it at the identity provider")
	}
}

// truth returns whether f, a flag, counts as true, and reports whether f has a value. A
// value of another type counts as in JavaScript, apart from the text "false".
func truth(f user.Field[bool]) (is, ok bool) {
	if !f.IsMistyped() {
		return f.Get()
	}
	v := f.Value()
	if s, ok := v.Str(); ok {
		return s != "" && !strings.EqualFold(s, "false"), true
	}
	n, number := v.Int64()
	return !number || n != 0, true
}

// metadata applies rule 8 to the metadata object of that name.
func (l *login) metadata(name string, was, in, now *metadata.Object) {
	pointer := metadata.Pointer(name)
	if in.IsZero() {
		if v, ok := l.in.Extra.Get(name); ok && !v.IsNull() {
			if name == "user_metadata" {
				l.Report(rule.LoginMetadata, pointer, "user_metadata of the login is not an object and is stored as received, so that every Action fails the login; return an object")
			} else {
				l.WarnAs(rule.Inferred, rule.LoginMetadata, pointer, name+" of the login is not an object and is stored as received; whether Actions then fail, as they do for user_metadata, is not documented; return an object")
			}
			*now = metadata.Object{}
			l.extra[name] = v
		}
		return
	}
	for member, v := range in.All() {
		if v.IsNull() {
			l.ReportPath(rule.NullInNewMetadata, "the effect of a null in the metadata of a login is not documented; leave the member out", name, member)
		}
	}
	if was.Equal(*in) {
		return
	}
	check.Metadata(*in, name, rule.CreationNestedNull, func(id rule.ID, message string, path ...string) bool {
		if id == rule.ReservedName {
			id, message = rule.LoginReservedName, "this name is reserved in app_metadata, and no source describes a login that returns it; return another name"
		}
		if id == rule.LargeMetadata {
			return true // the size of the profile is judged
		}
		isWarning := judge.Violation(id, "", "").Severity == rule.SeverityWarning // a login is not refused for its metadata
		return !isWarning || l.ReportPath(id, message, path...)
	})
	*now = l.newMetadata(*in)
	if !l.first {
		l.Report(rule.LoginMetadata, pointer, "metadata of a login is taken to replace that of the user, which is not documented for every kind of connection; return the whole object")
		if l.Reads(rule.LoginMetadata, "merged") {
			*now = metadata.FirstLevel.Merge(*was, attrs.DeltaOf(*in))
		}
	}
	if name == "app_metadata" {
		*now = attrs.NonEmpty(*now)
	}
	if _, ok := l.was.Extra.Get(name); ok { // metadata that was not an object
		l.extra[name] = nil
	}
}

// derive applies the last sentence of rule 5, and reports the attributes that are
// removed in the end.
func (l *login) derive() {
	if l.follows && l.Reads(rule.DerivedAtLogin, "derived") {
		given := *l.now.Profile
		*l.now.Profile = l.operation.derive(given, l.underived())
		var pointers []string
		for _, x := range []struct {
			name            string
			given, was, now user.Field[string]
		}{
			{"name", given.Name, l.was.Name, l.now.Name},
			{"nickname", given.Nickname, l.was.Nickname, l.now.Nickname},
			{"picture", given.Picture, l.was.Picture, l.now.Picture},
		} {
			if !x.given.Equal(x.now) && !x.was.Equal(x.now) {
				pointers = append(pointers, metadata.Pointer(x.name))
			}
		}
		l.warnAll(rule.DerivedAtLogin, pointers, "derived, since the login lacks this; include it in every login")
	}
	var removed []string
	for a := range l.was.members() {
		if a.role < keptByAuth0 && !l.denied(a.name) && l.now.get(a).IsZero() {
			removed = append(removed, a.pointer())
		}
	}
	l.warnAll(rule.RemovedAtLogin, removed, "missing in the login, and taken to be removed; no source documents it, so include it in every login")
}

// underived returns the names of the attributes that are not derived where they are
// absent: those that are not stored, and those that were not derived before.
func (l *login) underived() []string {
	names := slices.Clone(l.target.Connection.NonPersistent)
	email := l.was.Email.Or("")
	for name, wasDerived := range map[string]bool{
		"name":     l.was.Name.Equal(user.Set(email)),
		"nickname": l.was.Nickname.Equal(user.Set(derived.Nickname(email))),
		"picture":  derived.IsPicture(l.was.Picture.Or("")),
	} {
		if !wasDerived && !l.first {
			names = append(names, name)
		}
	}
	return names
}
