package derived

import (
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Scripts returns the scripts of a custom database that run, in order, for the
// operation that the script is written for, while the user has not moved to the Auth0
// store: the Get User script before each change, and the script itself unless, with
// the import mode on, the Auth0 store takes its place. The Login script runs after the
// Create script, and with the import mode on after the Get User script. For another
// effect there are none.
//
// Sources: Create Script; Change Email Script; Get User Script; Verify Script;
// Configure Automatic Migration from Your Database; that a change of username has a
// script is inferred.
func Scripts(script user.EffectKind, importMode bool) []user.EffectKind {
	const get = user.GetUserScript
	switch script {
	case user.VerifyScript, user.DeleteScript, user.GetUserScript:
		return []user.EffectKind{script}
	case user.LoginScript:
		if importMode {
			return []user.EffectKind{get, script}
		}
		return []user.EffectKind{script}
	case user.CreateScript, user.ChangePasswordScript:
		switch {
		case importMode: // the user or the password is then in the Auth0 store
			return []user.EffectKind{get}
		case script == user.CreateScript: // the login checks that the user was created
			return []user.EffectKind{get, script, user.LoginScript}
		}
		return []user.EffectKind{get, script}
	case user.ChangeEmailScript, user.ChangeUsernameScript:
		return []user.EffectKind{get, script}
	case user.ChangePhoneScript:
		return []user.EffectKind{get, get, script}
	}
	return nil
}

// PasswordReset returns last_password_reset, which was f, after a new password. It
// reports that sources disagree if a script of the database keeps the password.
func PasswordReset(j *judge.Judge, t *user.Target, f user.Field[user.Timestamp]) user.Field[user.Timestamp] {
	if c := &t.Connection; c.Kind == user.CustomDatabase && !t.Migrated && !c.ImportMode {
		j.ReportReading(rule.DatabasePasswordReset, "/last_password_reset", "Let the Change Password script return last_password_reset")
		if !j.Reads(rule.DatabasePasswordReset, "set") {
			return f
		}
	}
	return Stamp(t, f)
}
