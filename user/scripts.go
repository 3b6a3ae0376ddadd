package user

// Operation is something that is done with a user of a custom database.
type Operation string

// The operations.
const (
	OnLogin          Operation = "login"
	OnCreation       Operation = "create"
	OnVerification   Operation = "verify-email"
	OnEmailChange    Operation = "change-email"
	OnPasswordChange Operation = "change-password"
	OnPhoneChange    Operation = "change-phone"
	OnUsernameChange Operation = "change-username"
	OnMetadataUpdate Operation = "update-metadata" // and of blocked
	OnDeletion       Operation = "delete"
)

// Scripts returns the scripts that run for the operation, in order, with the import
// mode on or off. For a user who moved none runs. The Verify script changes the
// database only: email_verified of what GET shows follows at the next login.
//
// Sources: Change Email Script; Get User Script; Verify Script; Configure Automatic
// Migration from Your Database; that a change of username has a script is inferred.
func (s State) Scripts(o Operation, importMode bool) []EffectKind {
	if s == Migrated {
		return nil
	}
	switch o {
	case OnLogin:
		return []EffectKind{LoginScript}
	case OnCreation:
		if importMode {
			return []EffectKind{GetUserScript}
		}
		return []EffectKind{GetUserScript, CreateScript}
	case OnVerification:
		return []EffectKind{VerifyScript}
	case OnEmailChange:
		return []EffectKind{GetUserScript, ChangeEmailScript}
	case OnPasswordChange:
		if importMode {
			return []EffectKind{GetUserScript} // the new password is Auth0's
		}
		return []EffectKind{GetUserScript, ChangePasswordScript}
	case OnPhoneChange:
		return []EffectKind{GetUserScript, GetUserScript, ChangePhoneScript}
	case OnUsernameChange:
		return []EffectKind{GetUserScript, ChangeUsernameScript}
	case OnDeletion:
		return []EffectKind{DeleteScript}
	}
	return nil
}

// scripts returns the scripts that run as effects.
func scripts(s State, o Operation, importMode bool) (list []Effect) {
	for _, kind := range s.Scripts(o, importMode) {
		list = append(list, Effect{kind, RuleScripts})
	}
	return list
}
