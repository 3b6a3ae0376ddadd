package rule

import "strings"

// Violation reports that a rule is broken, and where. It never contains the offending
// value, which may be a password. Message tells what is wrong and, for some rules, what
// to do instead. [Find] returns the rule, with its source.
type Violation struct {
	Rule     ID       `json:"rule"`
	Pointer  string   `json:"pointer"` // JSON Pointer (RFC 6901) into the value that was judged
	Severity Severity `json:"severity"`
	Evidence Evidence `json:"evidence"`
	Message  string   `json:"message"` // for people; the wording may change
}

// Error returns the message, the rule and the pointer.
func (v Violation) Error() string {
	s := v.Message + " [" + string(v.Rule) + "]"
	if v.Pointer != "" {
		s += " at " + v.Pointer
	}
	return s
}

// Is reports whether target is the id of the rule.
func (v Violation) Is(target error) bool {
	id, ok := target.(ID)
	return ok && id == v.Rule
}

// Violations lists violations in the order of the catalogue. As an error it lets
// errors.Is find each [ID] and errors.As each [Violation].
type Violations []Violation

// Error returns the violations, one per line.
func (vs Violations) Error() string {
	lines := make([]string, len(vs))
	for i, v := range vs {
		lines[i] = v.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each violation.
func (vs Violations) Unwrap() []error {
	out := make([]error, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}

// Verdict is the judgement of a payload. The zero Verdict is valid.
type Verdict struct {
	Violations Violations // the reasons why the API refuses the payload
	Warnings   Violations // steps that the API accepts but that may be unintended
}

// Valid reports whether there are no violations. It does not promise that the API
// accepts the payload: see the Validate method that returned the verdict.
func (v Verdict) Valid() bool { return len(v.Violations) == 0 }

// Err returns the violations as an error, or nil if there are none.
func (v Verdict) Err() error {
	if v.Valid() {
		return nil
	}
	return v.Violations
}
