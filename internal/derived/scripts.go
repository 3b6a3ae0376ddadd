package derived

import "github.com/metameld/metameld/user"

// Scripts returns the scripts of a custom database that run, in order, for the
// operation that the script is written for, while the user has not moved to the Auth0
// store: the Get User script before each change, and the script itself unless, with
// the import mode on, the Auth0 store takes its place. For another effect there are
// none.
//
// Sources: Change Email Script; Get User Script; Verify Script; Configure Automatic
// Migration from Your Database; that a change of username has a script is inferred.
func Scripts(script user.EffectKind, importMode bool) []user.EffectKind {
	const get = user.GetUserScript
	switch script {
	case user.LoginScript, user.VerifyScript, user.DeleteScript, user.GetUserScript:
		return []user.EffectKind{script}
	case user.CreateScript, user.ChangePasswordScript:
		if importMode { // the user or the password is then in the Auth0 store
			return []user.EffectKind{get}
		}
		return []user.EffectKind{get, script}
	case user.ChangeEmailScript, user.ChangeUsernameScript:
		return []user.EffectKind{get, script}
	case user.ChangePhoneScript:
		return []user.EffectKind{get, get, script}
	}
	return nil
}
