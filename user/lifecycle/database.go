package lifecycle

import (
	"log/slog"
	"slices"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// State is where a user of a custom database is stored.
type State string

// The states. A creation or a login moves a user from Outside to Cached, or, with the
// import mode on, to Migrated; a login then moves one from Cached to Migrated too.
// There is no way back.
const (
	Outside  State = "outside"  // in the database only; GET finds no user
	Cached   State = "cached"   // in the database, with a copy in Auth0
	Migrated State = "migrated" // in the Auth0 store
)

// Scripts returns the scripts that run, in order, for the operation that the script
// is written for, such as [user.ChangeEmailScript] for a change of e-mail, with the
// import mode on or off:
//
//  1. The Get User script runs before a creation and before each change, twice before
//     a change of phone number.
//  2. The Login script runs after the Create script, to check that the user is there.
//  3. With the import mode on, a creation and a change of password run the Get User
//     script only, since Auth0 stores the result, and a login runs the Get User script
//     before the Login script.
//  4. No script runs for a user who moved to the Auth0 store, nor for an update of
//     metadata or blocked.
//
// The Verify script changes the database only: email_verified in the profile follows
// at the next login.
//
// Sources: Create Script; Change Email Script; Get User Script; Verify Script;
// Configure Automatic Migration from Your Database. That a change of username has a
// script is inferred.
func (s State) Scripts(script user.EffectKind, importMode bool) []user.EffectKind {
	if s == Migrated {
		return nil
	}
	return derived.Scripts(script, importMode)
}

// scriptEffects returns the scripts that run as effects.
func scriptEffects(s State, script user.EffectKind, importMode bool) (list []user.Effect) {
	for _, kind := range s.Scripts(script, importMode) {
		list = append(list, user.Effect{Kind: kind, Rule: rule.DatabaseScripts})
	}
	return list
}

// DatabaseUser is a user of a custom database, in the database and in Auth0. The zero
// DatabaseUser is Outside, with no attributes in the database. Methods return a
// changed copy; neither the receiver nor an argument changes, and a copy shares only
// immutable parts with them.
//
// The rules, in order:
//
//  1. Auth0 takes the user from the database. GET shows a copy of it, which is cached
//     before the profile reaches an application.
//  2. A change in the database shows at the next login, not before; see
//     [DatabaseUser.Change] and [DatabaseUser.Login]. Sources disagree on a change of
//     e-mail ([rule.DatabaseEmail]).
//  3. A creation runs the Get User script and is refused if that finds the user.
//     The Create script then writes the user to the database, and the Login script
//     checks that; with the import mode on, Auth0 stores the user at once. See
//     [DatabaseUser.Create].
//  4. A login runs the Login script; its result refreshes the copy, as in [Login].
//  5. The Management API can update user_metadata, app_metadata and blocked; Auth0
//     stores them and no script runs.
//  6. Where an e-mail, password, phone number or username is changed through Auth0 all
//     the same, the change script writes it to the database; see [State.Scripts] and
//     [DatabaseUser.Update].
//  7. With the import mode on, the first login, or a change of password, moves the
//     user to the Auth0 store. From then on no script runs, and changes in the
//     database never reach Auth0.
//  8. For a user who moved, email and email_verified can be updated too.
//
// Sources: Update Users using a Custom Database (1, 2, 4, 5, 7, 8); Change Email
// Script, Get User Script (3, 6); Configure Automatic Migration from Your Database
// (3, 7).
type DatabaseUser struct {
	State    State        // "" counts as Outside
	Database user.Profile // as the Login and Get User scripts return it
	Profile  user.Profile // as GET shows it; the zero Profile while Outside
}

// LogValue returns u as groups, with the tokens of identities masked.
func (u DatabaseUser) LogValue() slog.Value {
	return slog.GroupValue(slog.String("state", string(u.State)), slog.Any("database", u.Database), slog.Any("profile", u.Profile))
}

// isShown reports whether GET finds the user.
func (u DatabaseUser) isShown() bool { return u.State == Cached || u.State == Migrated }

// clone returns a copy of u that shares no identities with u.
func (u DatabaseUser) clone() DatabaseUser {
	u.Database, u.Profile = u.Database.Clone(), u.Profile.Clone()
	return u
}

// Change returns u after a change in the database itself. The profile stays.
func (u DatabaseUser) Change(database user.Profile) DatabaseUser {
	u = u.clone()
	u.Database = database.Clone()
	return u
}

// Create returns u after a creation through the Management API or a sign-up, and its
// outcome; id is as in [Creation.Create]. The target's connection is taken to be a
// custom database. Which attributes the Create script writes is up to the tenant: here
// it writes the identifiers, and whether they are verified. The error is that of
// [Creation.Create], or a [rule.UserExists] if Auth0 or the database has the user.
func (u DatabaseUser) Create(c Creation, id string, t user.Target) (DatabaseUser, user.Outcome, error) {
	u = u.clone()
	if err := toCustomDatabase(&t); err != nil {
		return u, user.Outcome{}, err
	}
	if u.isShown() || !u.Database.Equal(user.Profile{}) {
		return u, user.Outcome{}, refusal(rule.UserExists, "", answer(rule.UserExists))
	}
	out, err := c.Create(id, t)
	if err != nil {
		return u, out, err
	}
	u.Profile, u.State = out.Profile.Clone(), Migrated
	if !t.Connection.ImportMode {
		u.State = Cached
		u.Database = created(&out.Profile)
	}
	return u, out, nil
}

// toCustomDatabase makes the connection of t a custom database. The error is for a kind
// that does not exist, or that contradicts the strategy.
func toCustomDatabase(t *user.Target) error {
	o := begin(t)
	o.judgeKind()
	t.Connection.Kind = user.CustomDatabase
	return o.Verdict().Err()
}

// created returns the user that the Create script writes.
func created(p *user.Profile) user.Profile {
	return user.Profile{
		UserID: p.Identities[0].UserID,
		Email:  p.Email, EmailVerified: p.EmailVerified, Username: p.Username, PhoneNumber: p.PhoneNumber, PhoneVerified: p.PhoneVerified,
	}
}

// Login returns u after a login, and its outcome, as [Login] does. The target's
// connection is taken to be a custom database; its Migrated is not used, since u has
// a state.
func (u DatabaseUser) Login(t user.Target) (DatabaseUser, user.Outcome, error) {
	u = u.clone()
	if err := toCustomDatabase(&t); err != nil {
		return u, user.Outcome{}, err
	}
	t.Migrated = u.State == Migrated
	login := u.Database
	if t.Migrated {
		login = user.Profile{} // the Login script does not run
	}
	out, err := Login(u.Profile, login, t)
	if err != nil {
		return u, out, err
	}
	u.Profile, u.State = out.Profile.Clone(), Cached
	if t.Migrated || slices.ContainsFunc(out.Effects, func(e user.Effect) bool { return e.Kind == user.Migrated }) {
		u.State = Migrated
	}
	return u, out, nil
}

// ChangePassword returns u after a change of password that the user confirmed, and its
// outcome. With the import mode on it moves the user to the Auth0 store, with the
// attributes that the Get User script returns; logins_count, last_login and last_ip
// stay. Otherwise the Change Password script writes the password to the database, and
// sources disagree on last_password_reset ([rule.DatabasePasswordReset]). The error is
// that of [Login].
func (u DatabaseUser) ChangePassword(t user.Target) (DatabaseUser, user.Outcome, error) {
	u = u.clone()
	u.Profile = derived.Placed(u.Profile)
	before := u.Profile
	if err := toCustomDatabase(&t); err != nil {
		return u, user.Outcome{}, err
	}
	o := begin(&t)
	out := user.Outcome{Effects: scriptEffects(u.State, user.ChangePasswordScript, t.Connection.ImportMode)}
	byScript := u.State != Migrated && !t.Connection.ImportMode
	if !byScript && u.State != Migrated {
		var login user.Outcome
		var err error
		if u, login, err = u.Login(t); err != nil {
			return u, user.Outcome{}, err
		}
		u.Profile.LoginsCount, u.Profile.LastLogin, u.Profile.LastIP = before.LoginsCount, before.LastLogin, before.LastIP
		out.Effects = append(out.Effects, user.Effect{Kind: user.Migrated, Rule: rule.UserMigrates})
		out.Warnings = slices.DeleteFunc(login.Warnings, isOfSize) // of the profile before the change
	}
	if u.isShown() {
		t.Migrated = u.State == Migrated
		u.Profile.LastPasswordReset = derived.PasswordReset(&o.Judge, &t, u.Profile.LastPasswordReset)
		u.Profile.UpdatedAt = derived.Stamp(&t, u.Profile.UpdatedAt)
	}
	derived.WarnSize(&o.Judge, &before, &u.Profile)
	out.Before = before.Clone()
	out.Profile, out.Warnings = u.Profile.Clone(), judge.InOrder(append(out.Warnings, o.Verdict().Warnings...))
	return u, out, nil
}

// isOfSize reports whether a warning is about the size of the profile.
func isOfSize(w rule.Violation) bool {
	return w.Rule == rule.ProfileSize || w.Rule == rule.SearchSize || w.Rule == rule.ProfileAllowance
}

// Update returns u after an update through the Management API whose outcome has the
// profile p. Until the user moves, the change scripts write e-mail, username and phone
// number to the database too, and whether they are verified.
func (u DatabaseUser) Update(p user.Profile) DatabaseUser {
	u = u.clone()
	if u.State == Cached {
		write(&u.Database.Email, u.Profile.Email, p.Email)
		write(&u.Database.EmailVerified, u.Profile.EmailVerified, p.EmailVerified)
		write(&u.Database.Username, u.Profile.Username, p.Username)
		write(&u.Database.PhoneNumber, u.Profile.PhoneNumber, p.PhoneNumber)
		write(&u.Database.PhoneVerified, u.Profile.PhoneVerified, p.PhoneVerified)
	}
	u.Profile = p.Clone()
	return u
}

// write sets f to the new value, if it differs from the old one.
func write[T string | bool](f *user.Field[T], was, now user.Field[T]) {
	if !was.Equal(now) {
		*f = now
	}
}
