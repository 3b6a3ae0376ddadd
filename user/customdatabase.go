package user

// State is where a user of a custom database is.
type State string

// The states. A creation or a login moves a user from Outside to Cached, or, with
// the import mode on, to Migrated; a login then moves one from Cached to Migrated
// too. Nothing moves one back.
const (
	Outside  State = "outside"  // only the database has the user; GET finds none
	Cached   State = "cached"   // Auth0 has a copy, as the database last said it
	Migrated State = "migrated" // Auth0 has the user
)

// DatabaseUser is a user of a custom database: where it is, and who holds what. The
// zero DatabaseUser is Outside, of a database that has no attributes of it. Its
// methods change nothing that is given; what they return shares with it, and with
// each other, what cannot change.
//
// The rules, in order:
//
//  1. The database is the source of truth. What GET shows is a copy of it, cached
//     before the profile reaches an application.
//  2. A change in the database shows at the next login, not before; see
//     [DatabaseUser.Changed] and [DatabaseUser.Login].
//  3. A creation runs the Get User script and is refused where that finds the user.
//     The Create script then writes the user to the database; with the import mode
//     on the user is Auth0's at once. See [DatabaseUser.Created].
//  4. A login runs the Login script; what that returns refreshes the copy, as
//     [Refresh] says.
//  5. Through the Management API user_metadata, app_metadata and blocked can be
//     updated; they stay with Auth0 and no script runs.
//  6. Where an e-mail, password, phone number or username is changed through Auth0
//     all the same, the change script writes it to the database; see
//     [State.Scripts].
//  7. With the import mode on, the first login, or a change of password, moves the
//     user to Auth0. From then on no script runs, the database is never asked
//     again, and its changes never arrive.
//  8. Of a user who moved, email and email_verified can be updated too.
//
// Sources: Update Users using a Custom Database (1, 2, 4, 5, 7, 8); Change Email
// Script, Get User Script (3, 6); Configure Automatic Migration from Your Database
// (3, 7).
type DatabaseUser struct {
	State    State   // "" counts as Outside
	Database Profile // what the Login and Get User scripts return
	Profile  Profile // what GET shows; the zero Profile while Outside
}

// shown reports whether GET finds the user.
func (u DatabaseUser) shown() bool { return u.State == Cached || u.State == Migrated }

// Changed returns u once it was changed directly in the database. What GET shows
// stays as it is.
func (u DatabaseUser) Changed(database Profile) DatabaseUser {
	u = u.clone()
	u.Database = database.Clone()
	return u
}

// clone returns a copy of u whose identities are its own.
func (u DatabaseUser) clone() DatabaseUser {
	u.Database, u.Profile = u.Database.Clone(), u.Profile.Clone()
	return u
}

// Created returns u once c created it through the Management API or a sign-up, as
// [New] does, and what came of it. at is of the custom database; id is as in New.
// Which attributes the Create script writes is the tenant's choice: they are taken to
// be the identifiers. The error is that of New, or a [Violation] of
// [RuleUserExists] where Auth0 or the database has the user.
func (u DatabaseUser) Created(c Creation, id string, at Circumstances) (DatabaseUser, Created, error) {
	u = u.clone()
	at.Connection.Kind = CustomDatabase
	if u.shown() || !u.Database.Equal(Profile{}) {
		return u, Created{}, ruleOf(RuleUserExists).violation("", messageOf(RuleUserExists))
	}
	made, err := New(c, id, at)
	if err != nil {
		return u, made, err
	}
	u.Profile, u.State = made.Profile.Clone(), Migrated
	if p := &made.Profile; !at.Connection.ImportMode {
		u.State = Cached
		u.Database = Profile{Email: p.Email, EmailVerified: p.EmailVerified, Username: p.Username, PhoneNumber: p.PhoneNumber, PhoneVerified: p.PhoneVerified}
		if own, ok := p.Identities[0].UserID.Get(); ok {
			u.Database.UserID = Set(ID(own))
		}
	}
	return u, made, nil
}

// Login returns u once it logged in, and what came of it. at is of the custom
// database; its Migrated is not read, since u knows.
func (u DatabaseUser) Login(at Circumstances) (DatabaseUser, Refreshed, error) {
	u = u.clone()
	at.Connection.Kind = CustomDatabase
	at.Migrated = u.State == Migrated
	login := u.Database
	if at.Migrated {
		login = Profile{} // nobody is asked
	}
	r, err := Refresh(u.Profile, login, at)
	if err != nil {
		return u, r, err
	}
	u.Profile, u.State = r.Profile.Clone(), Cached
	if r.Migrated {
		u.State = Migrated
	}
	return u, r, nil
}

// PasswordChanged returns u once a change of its password was confirmed. With the
// import mode on that moves the user to Auth0, with what the Get User script
// returns.
func (u DatabaseUser) PasswordChanged(at Circumstances) (DatabaseUser, error) {
	u = u.clone()
	before := u.Profile
	if at.Connection.ImportMode && u.State != Migrated {
		var err error
		if u, _, err = u.Login(at); err != nil {
			return u, err
		}
		u.Profile.LoginsCount, u.Profile.LastLogin, u.Profile.LastIP = before.LoginsCount, before.LastLogin, before.LastIP
	}
	if u.shown() {
		u.Profile.LastPasswordReset = at.stamp(u.Profile.LastPasswordReset)
		u.Profile.UpdatedAt = at.stamp(u.Profile.UpdatedAt)
	}
	return u, nil
}

// Updated returns u once an update through the Management API made p of what GET
// shows. Until the user moves, the change scripts write an e-mail, username and
// phone number to the database too, and whether they are verified.
func (u DatabaseUser) Updated(p Profile) DatabaseUser {
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

// write sets f to now, where that is another than was.
func write[T comparable](f *Field[T], was, now Field[T]) {
	if !was.Equal(now) {
		*f = now
	}
}
