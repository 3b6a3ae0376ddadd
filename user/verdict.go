package user

import "strings"

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
