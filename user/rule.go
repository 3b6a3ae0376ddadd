package user

import (
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Evidence is how sure a rule is.
type Evidence string

// The grades of evidence, the surest first.
const (
	Documented Evidence = "documented" // Auth0's documentation says it
	Observed   Evidence = "observed"   // seen in a real response or report
	Inferred   Evidence = "inferred"   // follows from the others
	Disputed   Evidence = "disputed"   // sources contradict each other
)

// Severity is what a rule means for a payload that breaks it.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // it is refused
	Warning Severity = "warning" // it is accepted, and somebody should look
)

// RuleID names a rule for good. It is an error, so that errors.Is finds it in
// every error that a violation of the rule is part of.
type RuleID string

// Error returns the id.
func (id RuleID) Error() string { return string(id) }

// Rule is one rule as data.
type Rule struct {
	ID        RuleID    `json:"id"`
	Statement string    `json:"statement"`
	Severity  Severity  `json:"severity"`
	Evidence  Evidence  `json:"evidence"`
	Source    string    `json:"source"`
	Readings  []Reading `json:"readings,omitempty"` // the first is the default
}

// has reports whether r has the reading of that name.
func (r Rule) has(reading string) bool {
	return slices.ContainsFunc(r.Readings, func(x Reading) bool { return x.Name == reading })
}

// violation returns the violation of r at pointer.
func (r Rule) violation(pointer, message string) Violation {
	return Violation{Rule: r.ID, Pointer: pointer, Severity: r.Severity, Evidence: r.Evidence, Message: message}
}

// Reading is one way to read sources that contradict each other or are silent.
type Reading struct {
	Name      string `json:"name"`
	Statement string `json:"statement"`
}

// Violation says that a rule is broken, or that something deserves a look, and
// where. It holds no value of the payload, which may be a password.
type Violation struct {
	Rule     RuleID   `json:"rule"`
	Pointer  string   `json:"pointer"` // RFC 6901, into the payload
	Severity Severity `json:"severity"`
	Evidence Evidence `json:"evidence"`
	Message  string   `json:"message"`
}

// Error describes the violation.
func (v Violation) Error() string {
	s := v.Message + " [" + string(v.Rule) + "]"
	if v.Pointer != "" {
		s += " at " + v.Pointer
	}
	return s
}

// Is reports whether target is the id of the rule.
func (v Violation) Is(target error) bool {
	id, ok := target.(RuleID)
	return ok && id == v.Rule
}

// Violations is every violation, in a fixed order. As an error it lets errors.Is
// find each rule and errors.As each [Violation].
type Violations []Violation

// Error describes each violation on a line of its own.
func (vs Violations) Error() string {
	lines := make([]string, len(vs))
	for i, v := range vs {
		lines[i] = v.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the violations one by one.
func (vs Violations) Unwrap() []error {
	out := make([]error, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}

// Verdict is the judgement of a payload.
type Verdict struct {
	Violations Violations // why it is refused
	Warnings   Violations // what deserves a look
}

// Valid reports whether the payload is accepted.
func (v Verdict) Valid() bool { return len(v.Violations) == 0 }

// Err returns the violations as an error, or nil where there are none. errors.Is
// finds each rule in it, errors.As each [Violation].
func (v Verdict) Err() error {
	if v.Valid() {
		return nil
	}
	return v.Violations
}

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
