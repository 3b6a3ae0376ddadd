package lifecycle

import (
	"slices"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// ParseLogin returns the result of an identity provider or of a Login script as
// [user.Parse] does. Its user_id is the provider's own: a number is taken for its
// digits, and stays a number in the identity.
func ParseLogin(text []byte) (user.Profile, error) {
	o, err := metadata.Parse(text)
	if err != nil {
		return user.Profile{}, err
	}
	id, _ := o.Get("user_id")
	if id.Kind() != metadata.KindNumber {
		return user.FromObject(o)
	}
	p, err := user.FromObject(o.Without("user_id"))
	if err != nil {
		return p, err
	}
	p.UserID = user.FieldOf[user.ID](id)
	return p, nil
}

// Login returns the user after a login. login is the result of the identity provider
// or of the custom database's Login script, cached the profile before; the zero
// Profile as cached is a user who never logged in and was not created.
//
// The rules, in order:
//
//  1. A first login creates the user, with the identity of the connection, the
//     attributes of the login and those that Auth0 derives from them. It creates none
//     in the Auth0 store, nor where root attributes are never set on login.
//  2. A user of the Auth0 store, also one who moved there from a custom database,
//     keeps every attribute: the login has no source outside. A passwordless login
//     can only verify the e-mail or phone number.
//  3. Otherwise the profile attributes follow each login, stay as the first login set
//     them, or are never set by one, as the connection's RootAttributes says.
//  4. email_verified follows each login, and is false where the login lacks it.
//  5. Every other root attribute of the login passes through. An attribute that
//     followed and that the login lacks is removed; a name, nickname or picture that
//     was derived is derived anew, and email, username and phone number stay.
//  6. Attributes that the connection does not store are left out, at the root only.
//  7. user_id, identities, blocked, timestamps and enrolled factors do not follow. A
//     null counts as absent.
//  8. user_metadata and app_metadata of the login replace those of the user, which
//     stay where the login lacks them. Names that a payload cannot have are accepted.
//     A member metadata, which Login scripts once used for app_metadata, passes through
//     under its own name.
//  9. A login with a linked identity changes that identity's profileData and no root
//     attribute.
//  10. last_login and updated_at become t.Now, where it is set. last_login,
//     logins_count and last_ip of the login replace those of the user; logins are not
//     counted here.
//  11. With the import mode on, this login moves a custom database's user to the Auth0
//     store, which keeps e-mail and username in lower case: the effect
//     [user.Migrated].
//
// The arguments do not change, and the result shares only immutable parts with them.
// The error is a [rule.Violations] where rule 1 creates no user, or a
// [metadata.Errors] where a profile was built of parts that are mistyped or nested too
// deep.
//
// Sources: ConnectionSetUserRootAttributesEnum (1, 3); Update Users using a Custom
// Database (2, 3, 11); Verified Email Usage (4); Normalized User Profiles (5; that
// attributes are removed is inferred); Add User Attributes to DenyList (6); community
// topic 119726 (8, for social connections; for databases nothing is documented); User
// Object in Rules (9, 10). Rules 7, 8 and 10, in part, are inferred.
func Login(cached, login user.Profile, t user.Target) (user.Outcome, error) {
	l, err := newLogin(cached, login, &t)
	if err != nil {
		return user.Outcome{}, err
	}
	passwordless := t.Connection.Kind == user.PasswordlessEmail || t.Connection.Kind == user.PasswordlessSMS
	if l.first && (derived.InStore(&t) || !passwordless && t.Connection.RootAttributes == user.NeverOnLogin) {
		return user.Outcome{}, refusal(rule.LoginCreatesNone, "a login does not create this user; create the user first")
	}
	at := none
	switch {
	case l.first:
		at = 0
	case derived.InStore(&t):
		l.ignore()
	case passwordless:
		l.verifyContact()
	default:
		at = l.identity()
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
	l.statistics()
	return outcome(*l.was.Profile, *l.now.Profile, effects, l.Verdict().Warnings)
}

// none is the index of the identity that logs in where the login refreshes none.
const none = -1

// login is one login: the profile before and after it, and the profile that came in.
type login struct {
	operation
	was, in, now view
	first        bool           // the login creates the user
	follows      bool           // the profile attributes follow
	frozen       bool           // no root attribute follows
	extra        map[string]any // the changes of Extra, by name; nil removes
}

func newLogin(cached, in user.Profile, t *user.Target) (*login, error) {
	l := &login{operation: begin(t), first: cached.Equal(user.Profile{}), extra: map[string]any{}}
	l.follows = l.first || derived.Syncs(&t.Connection)
	l.frozen = !l.follows && l.Reads(rule.SyncScope, "all-attributes")
	var err error
	if l.was, err = viewOf(cached, user.Parse); err != nil {
		return nil, err
	}
	if l.in, err = viewOf(in, ParseLogin); err != nil {
		return nil, err
	}
	now := l.was.Clone()
	l.now = view{&now, attributesOf(&now)}
	return l, nil
}

// denied reports whether the connection does not store the attribute.
func (l *login) denied(name string) bool {
	return slices.Contains(l.target.Connection.NonPersistent, name)
}

// ignore applies rule 2 to a user of the Auth0 store: it warns of the attributes of
// the login, which are not used.
func (l *login) ignore() {
	for a, v := range l.in.members() {
		if a.role == keptByAuth0 || a.role == keptSilently || v.IsNull() || l.was.get(a).Equal(v) {
			continue
		}
		l.Report(rule.DatabaseNotAsked, a.pointer(), "the Auth0 store keeps this user, so a login cannot set this attribute; use an update")
	}
}

// verifyContact applies rule 2 to a passwordless login.
func (l *login) verifyContact() {
	for _, name := range []string{"email_verified", "phone_verified"} {
		a := l.in.find(name)
		v := l.in.get(a)
		switch {
		case v.IsZero() || v.IsNull() || l.was.get(a).Equal(v):
		case l.denied(name):
			l.notStored(a)
		default:
			l.set(a, v)
		}
	}
}

// database runs the scripts of a custom database, and applies rule 11 where the login
// is one of the identity at index 0.
func (l *login) database(at int) []user.Effect {
	on := &l.target.Connection
	if on.Kind != user.CustomDatabase || l.target.Migrated {
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
