package user

import (
	"log/slog"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// Outcome is the result of an operation on a profile. The zero Outcome has no profile
// and no changes.
type Outcome struct {
	Before   Profile         // the profile that the operation began with; empty for a new user
	Profile  Profile         // the profile afterwards, as the API answers it
	Effects  []Effect        // consequences besides the changes
	Warnings rule.Violations // steps that may be unintended, or that no source documents
}

// Changes lists the differences between Before and Profile, member by member; see
// [Changes]. Each call compares them anew.
func (o Outcome) Changes() []metadata.Change { return Changes(o.Before, o.Profile) }

// LogValue returns o as groups. Tokens are masked, and changes have no values. A
// slog.JSONHandler does not call it for an Outcome inside a slice, a map or a struct:
// there it writes what json.Marshal does, the tokens of Profile included.
func (o Outcome) LogValue() slog.Value {
	var changes []string
	for _, c := range o.Changes() {
		changes = append(changes, c.String())
	}
	return slog.GroupValue(
		slog.Any("profile", o.Profile), slog.Any("changes", changes), slog.Any("effects", o.Effects), slog.Any("warnings", o.Warnings),
	)
}

// Effect is a consequence of an operation besides the changes of the profile, and the
// rule that states it.
type Effect struct {
	Kind    EffectKind `json:"kind"`
	Rule    rule.ID    `json:"rule"`
	Pointer string     `json:"pointer,omitempty"` // of the attribute that causes the effect
}

// EffectKind is a kind of effect.
type EffectKind string

// The effects.
const (
	VerificationEmail EffectKind = "verification-email"
	VerificationText  EffectKind = "verification-text"
	SessionsExpire    EffectKind = "sessions-expire" // the user must log in again
	Migrated          EffectKind = "migrated"        // the user moves to the Auth0 store

	// The passwordless template with the operation change_email.
	ChangeEmail EffectKind = "change-email-message"

	// The scripts of a custom database.
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
