package lifecycle

import (
	"slices"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// ParseLogin returns the result of an identity provider or of a Login script as
// [user.Parse] does. Its user_id is the provider's own: a number is taken for its
// digits, and stays a number in the identity.
func ParseLogin(text []byte) (user.Profile, error) {
	p, err := user.Parse(text)
	if id := p.UserID.Value(); err == nil && id.Kind() == metadata.KindNumber {
		p.UserID = user.FieldOf[user.ID](id)
	}
	return p, err
}

// Login returns the user after a login. login is the result of the identity provider
// or of the custom database's Login script. cached is the profile before; the zero
// Profile is a user who never logged in and was not created. A login of a blocked user
// counts too: it moves last_login.
//
// The rules, in order:
//
//  1. A first login creates the user, with the identity of the connection, the
//     attributes of the login and those that Auth0 derives from them. It creates no
//     user in the Auth0 store, or if RootAttributes is NeverOnLogin. On enterprise and
//     custom social connections user_id contains the name of the connection. If the
//     login lacks user_id, id takes its place; a custom database must return one of
//     them. A user_id that no identity has, with or without the name of the
//     connection, is the first login of another user.
//  2. A user of the Auth0 store keeps every attribute; so does a user who moved there
//     from a custom database. A passwordless login can only verify the e-mail or phone
//     number.
//  3. Otherwise RootAttributes decides about the profile attributes: they follow each
//     login, they stay as the first login set them, or no login sets them.
//  4. email_verified follows each login, and is false if the login lacks it. A value
//     of another type is kept as received; it counts as true unless it is "", "false"
//     or 0. It stays with an e-mail that stays ([rule.DatabaseEmail]).
//  5. Every other root attribute follows the login. If the login lacks it, a name,
//     nickname or picture that was derived is derived again; email, username and phone
//     number stay; any other attribute is removed.
//  6. Attributes that the connection does not store are left out, at the root only.
//  7. user_id, identities, blocked, timestamps and enrolled factors do not follow. A
//     null counts as absent. access_token and refresh_token of a custom database are
//     stored in the identity; another secret is an attribute, with a warning.
//  8. user_metadata and app_metadata of the login replace those of the user, even if
//     they are not objects. If the login lacks them, they stay. Names that a payload
//     cannot have are accepted. A member metadata, which Login scripts once used for
//     app_metadata, is stored under its own name.
//  9. A login with a linked identity changes that identity's profileData and no root
//     attribute.
//  10. last_login and updated_at become t.Now, if it is set. last_login, logins_count
//     and last_ip of the login replace those of the user; Login does not count logins.
//  11. With the import mode on, the login moves a custom database's user to the Auth0
//     store, which keeps e-mail and username in lower case: the effect
//     [user.Migrated].
//  12. A large profile is a warning under every setting, even one for which an update
//     is refused ([rule.ProfileAllowance]): a login is no call that an application can
//     change, and no source states that it fails.
//
// The arguments do not change, and the result shares only immutable parts with them.
// The error is a [rule.Violations] if rule 1 creates no user or finds no user_id,
// or a [metadata.Errors] if the result is nested too deep.
//
// Sources: ConnectionSetUserRootAttributesEnum (1, 3); community topics 186267, 182837,
// 149495 and 189783 (1, names of connections); Custom Database Action Script Best
// Practices (1, 7); community topic 121381 (1, another user); Update Users using a
// Custom Database (2, 3, 11); Verified Email Usage (4); Normalized User Profiles (5;
// that attributes are removed is inferred); Add User Attributes to DenyList (6);
// community topics 119726 and 107050 (8, for social and SAML connections; for databases
// nothing is documented); User Object in Rules (9, 10); User Profile Attribute Schema
// (blocked users). Rules 4, 7, 8 and 10, in part, are inferred.
func Login(cached, login user.Profile, t user.Target) (user.Outcome, error) {
	l, err := newLogin(cached, login, &t)
	if err != nil {
		return user.Outcome{}, err
	}
	passwordless := t.Connection.Kind == user.PasswordlessEmail || t.Connection.Kind == user.PasswordlessSMS
	createsNone := derived.InStore(&t) || !passwordless && t.Connection.RootAttributes == user.NeverOnLogin
	found := l.identity()
	at := none
	switch {
	case l.fromScript() && l.in.UserID.Or("") == "":
		return user.Outcome{}, refusal(rule.LoginID, "/user_id", "the Login script must return user_id, or id in its place")
	case l.first && createsNone:
		return user.Outcome{}, refusal(rule.LoginCreatesNone, "", "a login does not create this user; create the user first")
	case l.first:
		at = 0
	case found == none && createsNone:
		return user.Outcome{}, refusal(rule.LoginCreatesNone, "/user_id", "no identity of the profile has this user_id, and a login does not create another user; check the profile")
	case found == none:
		return l.another(login)
	case derived.InStore(&t):
		l.ignore()
	case passwordless:
		l.verifyContact()
	default:
		at = found
		l.secondary(at)
	}
	if at == 0 {
		l.follow()
	}
	effects := l.database(at)
	if at == 0 {
		l.derive()
	}
	if l.first {
		l.createIdentity()
	} else if err := l.refreshIdentity(at); err != nil {
		return user.Outcome{}, err
	}
	l.storeTokens(at)
	l.statistics()
	l.mistyped()
	derived.WarnSize(&l.Judge, l.was.Profile, l.now.Profile)
	return l.outcome(*l.was.Profile, *l.now.Profile, effects, nil)
}

// none is the index of the identity that logs in if the login refreshes none.
const none = -1

// login is one login: the profile before it, the profile from the identity provider or
// script, and the profile after it.
type login struct {
	operation
	was, in, now view
	first        bool           // the login creates the user
	follows      bool           // the profile attributes follow
	frozen       bool           // no root attribute follows
	emailStays   bool           // with email_verified, though the database has another e-mail
	missing      []string       // the pointers of attributes that stay though the login lacks them
	unsynced     []string       // those of attributes that the sync may not cover
	unstored     []string       // those of attributes that the connection does not store
	extra        map[string]any // the changes of Extra, by name; nil removes

	accessToken, refreshToken user.Field[user.Secret] // of a custom database
}

func newLogin(cached, in user.Profile, t *user.Target) (*login, error) {
	l := &login{operation: begin(t), first: cached.Equal(user.Profile{}), extra: map[string]any{}}
	l.judgeKind()
	if err := l.Verdict().Err(); err != nil {
		return nil, err
	}
	l.follows = l.first || derived.Syncs(&t.Connection)
	l.frozen = !l.follows && l.Reads(rule.SyncScope, "all-attributes")
	var err error
	if l.was, err = viewOf(derived.Placed(cached), user.Parse); err != nil {
		return nil, err
	}
	if l.in, err = viewOf(in, ParseLogin); err != nil {
		return nil, err
	}
	l.takeID()
	if l.fromScript() {
		l.accessToken, l.refreshToken = l.token("access_token"), l.token("refresh_token")
	}
	now := l.was.Clone()
	l.now = newView(&now)
	return l, nil
}

// takeID takes id for a user_id that the login lacks. It is then no attribute, unless
// the user has one of that name.
func (l *login) takeID() {
	v, _ := l.in.Extra.Get("id")
	id := user.FieldOf[user.ID](v)
	if l.in.UserID.Or("") != "" || id.Or("") == "" {
		return
	}
	l.in.UserID = id
	if _, has := l.was.Extra.Get("id"); !has {
		l.in.Extra = attrs.NonEmpty(l.in.Extra.Without("id"))
	}
}

// fromScript reports whether the login is the result of a Login script.
func (l *login) fromScript() bool {
	return l.target.Connection.Kind == user.CustomDatabase && !l.target.Migrated
}

// token takes a token out of the attributes of the login.
func (l *login) token(name string) user.Field[user.Secret] {
	v, ok := l.in.Extra.Get(name)
	if !ok || v.IsNull() {
		return user.Field[user.Secret]{}
	}
	l.in.Extra = attrs.NonEmpty(l.in.Extra.Without(name))
	return user.FieldOf[user.Secret](v)
}

// another returns the outcome of a login of another user than the cached one.
func (l *login) another(in user.Profile) (user.Outcome, error) {
	out, err := Login(user.Profile{}, in, *l.target)
	if err != nil {
		return out, err
	}
	w := judge.Violation(rule.OtherAccount, "/user_id", "no identity of the cached profile has this user_id, so another user logs in and the cached profile is somebody else's; check the profile and the connection")
	out.Warnings = judge.InOrder(append(out.Warnings, w))
	return out, nil
}

// mistyped warns of attributes of the wrong type, before the login and in it.
func (l *login) mistyped() {
	warned := map[string]bool{}
	warn := func(name, message string) {
		if !warned[name] {
			warned[name] = true
			l.Report(rule.MistypedAttribute, metadata.Pointer(name), message)
		}
	}
	derived.Mistyped(l.in.Profile, func(name, want string) {
		warn(name, name+" of the login is not "+want+"; it is not converted, and applications may not expect that")
	})
	derived.Mistyped(l.was.Profile, func(name, want string) {
		warn(name, "the stored "+name+" is not "+want+"; it is kept as received unless the login sets it")
	})
}

// denied reports whether the connection does not store the attribute.
func (l *login) denied(name string) bool {
	return slices.Contains(l.target.Connection.NonPersistent, name)
}

// ignore applies rule 2 to a user of the Auth0 store: it warns of the attributes of
// the login, which are not used.
func (l *login) ignore() {
	var ignored []string
	for a, v := range l.in.members() {
		if a.role == keptByAuth0 || a.role == keptSilently || v.IsNull() || l.was.get(a).Equal(v) {
			continue
		}
		ignored = append(ignored, a.pointer())
	}
	l.warnAll(rule.DatabaseNotAsked, ignored, "the Auth0 store keeps this user, so a login cannot set this; use an update")
}

// verifyContact applies rule 2 to a passwordless login.
func (l *login) verifyContact() {
	for _, name := range []string{"email_verified", "phone_verified"} {
		a := l.in.find(name)
		v := l.in.get(a)
		switch {
		case v.IsZero() || v.IsNull() || l.was.get(a).Equal(v):
		case l.denied(name):
			l.unstored = append(l.unstored, a.pointer())
		default:
			l.set(a, v)
		}
	}
	l.notStored()
}

// database runs the scripts of a custom database, and applies rule 11 if the login
// is one of the identity at index 0.
func (l *login) database(at int) []user.Effect {
	on := &l.target.Connection
	if !l.fromScript() {
		return nil
	}
	if v, ok := l.in.Extra.Get("metadata"); ok && !v.IsNull() {
		l.Report(rule.FormerMetadata, "/metadata", "metadata is taken for an attribute of that name; return app_metadata")
	}
	effects := scriptEffects(Cached, user.LoginScript, on.ImportMode)
	if !on.ImportMode || at != 0 {
		return effects
	}
	moved := user.Target{Connection: *on, Migrated: true}
	l.now.Email, l.now.Username = derived.Fold(&moved, l.now.Email), derived.Fold(&moved, l.now.Username)
	for _, name := range []string{"user_metadata", "app_metadata"} {
		if !l.in.get(l.in.find(name)).IsZero() {
			l.Report(rule.MigrationMetadata, metadata.Pointer(name), "this metadata is lost if the login that moves the user is interrupted; store it by an update as well")
		}
	}
	return append(effects, user.Effect{Kind: user.Migrated, Rule: rule.UserMigrates})
}
