package user

// Effect is something that happens besides the change of the profile.
type Effect struct {
	Kind EffectKind `json:"kind"`
	Rule RuleID     `json:"rule"`
}

// EffectKind is a kind of effect.
type EffectKind string

// The effects.
const (
	VerificationEmail EffectKind = "verification-email"
	VerificationText  EffectKind = "verification-text"
	SessionsExpire    EffectKind = "sessions-expire"

	// The passwordless template with the operation change_email.
	ChangeEmail EffectKind = "change-email-message"

	// Scripts of a custom database. Its Get User script runs before each change
	// script.
	LoginScript          EffectKind = "login-script"
	GetUserScript        EffectKind = "get-user-script"
	CreateScript         EffectKind = "create-script"
	VerifyScript         EffectKind = "verify-script"
	DeleteScript         EffectKind = "delete-script"
	ChangeEmailScript    EffectKind = "change-email-script"
	ChangePasswordScript EffectKind = "change-password-script"
	ChangePhoneScript    EffectKind = "change-phone-script"
	ChangeUsernameScript EffectKind = "change-username-script"
)
