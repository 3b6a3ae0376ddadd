package user

import (
	"slices"
)

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
