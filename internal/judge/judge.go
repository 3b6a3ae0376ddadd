// Package judge collects violations and faults: lists of bounded length, severities
// by the reading that holds, the order of the catalogue.
package judge

import (
	"slices"

	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/user/rule"
)

// The readings that change a severity.
const (
	lenient = "lenient" // of a refusal: a warning
	refused = "refused" // of a warning: a refusal
)

// entry is what the catalogue says of a rule.
type entry struct {
	place    int
	severity rule.Severity
	evidence rule.Evidence
}

// catalogue maps the id of a rule to its entry. It is never changed.
var catalogue = func() map[rule.ID]entry {
	m := map[rule.ID]entry{}
	for i, r := range rule.All() {
		m[r.ID] = entry{i, r.Severity, r.Evidence}
	}
	return m
}()

// Compare orders rules as the catalogue does.
func Compare(a, b rule.ID) int { return catalogue[a].place - catalogue[b].place }

// Violation returns the violation of the rule at a JSON Pointer, with the rule's
// severity and evidence.
func Violation(id rule.ID, pointer, message string) rule.Violation {
	e := catalogue[id]
	return rule.Violation{Rule: id, Pointer: pointer, Severity: e.severity, Evidence: e.evidence, Message: message}
}

// Judge collects what there is to report of one payload. Its zero value reads
// sources strictly.
type Judge struct {
	sources  rule.Sources
	policies rule.Policies
	errors   list
	warnings list
}

// New returns a Judge that reads sources so.
func New(s rule.Sources, p rule.Policies) Judge { return Judge{sources: s, policies: p} }

// Reading returns the name of the reading that holds for the rule.
func (j *Judge) Reading(id rule.ID) string { return j.policies.Reading(j.sources, id) }

// Reads reports whether the reading of that name holds for the rule.
func (j *Judge) Reads(id rule.ID, reading string) bool { return j.Reading(id) == reading }

// Report adds a violation of the rule. The reading that holds decides whether it is
// a violation or a warning.
func (j *Judge) Report(id rule.ID, pointer, message string) {
	v := Violation(id, pointer, message)
	switch reading := j.Reading(id); {
	case v.Severity == rule.SeverityError && reading == lenient:
		v.Severity = rule.SeverityWarning
	case v.Severity == rule.SeverityWarning && reading == refused:
		v.Severity = rule.SeverityError
	}
	j.Add(v)
}

// Refuse adds a violation of the rule, whatever reading holds.
func (j *Judge) Refuse(id rule.ID, pointer, message string) {
	j.as(rule.SeverityError, id, pointer, message)
}

// Warn adds a warning of the rule, whatever reading holds.
func (j *Judge) Warn(id rule.ID, pointer, message string) {
	j.as(rule.SeverityWarning, id, pointer, message)
}

func (j *Judge) as(s rule.Severity, id rule.ID, pointer, message string) {
	v := Violation(id, pointer, message)
	v.Severity = s
	j.Add(v)
}

// Add adds v to the violations or the warnings, by its severity.
func (j *Judge) Add(v rule.Violation) {
	if v.Severity == rule.SeverityError {
		j.errors.add(v)
	} else {
		j.warnings.add(v)
	}
}

// Full reports whether both lists are full.
func (j *Judge) Full() bool { return j.errors.full && j.warnings.full }

// FullOf reports whether the list is full that the rule's own severity leads to.
func (j *Judge) FullOf(id rule.ID) bool {
	if catalogue[id].severity == rule.SeverityError {
		return j.errors.full
	}
	return j.warnings.full
}

// Valid reports whether no violation was added.
func (j *Judge) Valid() bool { return len(j.errors.entries) == 0 }

// Verdict returns what was added, in the order of the catalogue.
func (j *Judge) Verdict() rule.Verdict {
	return rule.Verdict{Violations: InOrder(j.errors.entries), Warnings: InOrder(j.warnings.entries)}
}

// Unsorted returns what was added, in the order in which it was.
func (j *Judge) Unsorted() rule.Verdict {
	return rule.Verdict{Violations: j.errors.entries, Warnings: j.warnings.entries}
}

// InOrder sorts a list as the catalogue is ordered, in place, and keeps one
// [rule.More].
func InOrder(vs rule.Violations) rule.Violations {
	slices.SortStableFunc(vs, func(a, b rule.Violation) int { return Compare(a.Rule, b.Rule) })
	if n := len(vs); n > 1 && vs[n-2].Rule == rule.More {
		vs = vs[:n-1]
	}
	return vs
}

// list is a list of violations of one severity.
type list struct {
	entries rule.Violations
	Bound
}

func (l *list) add(v rule.Violation) {
	if l.full {
		return
	}
	if !l.Takes(len(l.entries), v.Pointer) {
		more := Violation(rule.More, "", "more violations follow that are not listed")
		more.Severity = v.Severity
		v = more
	}
	l.entries = append(l.entries, v)
}

// Bound keeps a list from growing without end: metadata can have as many faults as
// names, each with a pointer as long as it is deep. Its zero value is an empty list's.
type Bound struct {
	full     bool
	pointers int // bytes
}

// Takes reports whether a list of n entries takes one more, about pointer. The first
// entry that it does not take makes it full.
func (b *Bound) Takes(n int, pointer string) bool {
	b.pointers += len(pointer)
	b.full = b.full || n >= limit.Entries || b.pointers > limit.Pointers
	return !b.full
}
