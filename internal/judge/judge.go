// Package judge collects violations and faults: lists of bounded length, severities
// by the reading that holds, the order of the catalogue.
package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// refused is the reading that turns a warning into a violation.
const refused = "refused"

// entry is the part of a rule of the catalogue that a Judge needs.
type entry struct {
	place    int
	severity rule.Severity
	evidence rule.Evidence
	current  string            // of a refusal that sources current accepts: who refuses, who accepts
	lenient  string            // the same of sources lenient
	accepted map[string]string // the message of a warning in place of the refusal, by reading
}

// newEntry returns the entry of r, the rule at that place.
func newEntry(place int, r rule.Rule) entry {
	e := entry{place: place, severity: r.Severity, evidence: r.Evidence}
	if r.Severity != rule.SeverityError || len(r.Readings) == 0 {
		return e
	}
	refuses := r.Readings[0]
	for _, x := range r.Readings[1:] {
		sides := func(s rule.Sources) string {
			return fmt.Sprintf("; %s (%s) refuses it, %s (%s) accepts it: to follow the latter, set Sources to %s", refuses.Source, refuses.Date, x.Source, x.Date, s)
		}
		if x.Current {
			e.current = sides(rule.Current)
		}
		if text, ok := strings.CutPrefix(x.Statement, "accepted with a warning: "); ok {
			if e.accepted == nil {
				e.accepted = map[string]string{}
			}
			e.accepted[x.Name] = fmt.Sprintf("accepted: %s (%s, %s); refused with Sources set to strict", text, x.Source, x.Date)
			e.lenient = sides(rule.Lenient)
		}
	}
	return e
}

// catalogue maps the id of a rule to its entry. It is never changed.
var catalogue = func() map[rule.ID]entry {
	m := map[rule.ID]entry{}
	for i, r := range rule.All() {
		m[r.ID] = newEntry(i, r)
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

// Judge collects the violations and warnings of one payload. Its zero value reads
// sources strictly.
type Judge struct {
	sources  rule.Sources
	policies rule.Policies
	errors   list
	warnings list
}

// New returns a Judge for the sources and policies.
func New(s rule.Sources, p rule.Policies) Judge { return Judge{sources: s, policies: p} }

// Reading returns the name of the reading that holds for the rule.
func (j *Judge) Reading(id rule.ID) string { return j.policies.Reading(j.sources, id) }

// Reads reports whether the reading of that name holds for the rule.
func (j *Judge) Reads(id rule.ID, reading string) bool { return j.Reading(id) == reading }

// Refuses reports whether [Judge.Report] of the rule adds a violation. Otherwise it adds
// a warning.
func (j *Judge) Refuses(id rule.ID) bool {
	e, reading := catalogue[id], j.Reading(id)
	if e.severity == rule.SeverityError {
		return e.accepted[reading] == ""
	}
	return reading == refused
}

// Report adds a violation of the rule. The reading that holds decides whether it is a
// violation or a warning. A refusal that another setting accepts names the sources on
// both sides; a warning in place of a refusal has the words of its reading.
func (j *Judge) Report(id rule.ID, pointer, message string) {
	hint := catalogue[id].current
	if hint == "" {
		hint = catalogue[id].lenient
	}
	j.report(id, pointer, message, hint)
}

// ReportLenient is Report for a refusal that only [rule.Lenient] accepts, though the
// rule has a reading under [rule.Current] that accepts others.
func (j *Judge) ReportLenient(id rule.ID, pointer, message string) {
	j.report(id, pointer, message, catalogue[id].lenient)
}

func (j *Judge) report(id rule.ID, pointer, message, hint string) {
	if accepted := catalogue[id].accepted[j.Reading(id)]; accepted != "" {
		message = accepted
	} else {
		message += hint
	}
	if j.Refuses(id) {
		j.Refuse(id, pointer, message)
	} else {
		j.Warn(id, pointer, message)
	}
}

// ReportPath is Report at the place that the path leads to, a name for each level. If
// the list that Report adds to is full, it does not make the pointer, which can be as
// long as the metadata is deep. It reports false if both lists are full.
func (j *Judge) ReportPath(id rule.ID, message string, path ...string) bool {
	if !j.FullOf(id) {
		j.Report(id, metadata.Pointer(path...), message)
	}
	return !j.Full()
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

// FullOf reports whether the list is full that Report of the rule adds to.
func (j *Judge) FullOf(id rule.ID) bool {
	if j.Refuses(id) {
		return j.errors.full
	}
	return j.warnings.full
}

// Valid reports whether no violation was added.
func (j *Judge) Valid() bool { return len(j.errors.entries) == 0 }

// Verdict returns the violations and warnings in the order of the catalogue.
func (j *Judge) Verdict() rule.Verdict {
	return rule.Verdict{Violations: InOrder(j.errors.entries), Warnings: InOrder(j.warnings.entries)}
}

// Unsorted returns the violations and warnings in the order in which they were added.
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
	bound
}

func (l *list) add(v rule.Violation) {
	if l.full {
		return
	}
	if !l.takes(len(l.entries), v.Pointer) {
		more := Violation(rule.More, "", "more violations follow that are not listed")
		more.Severity = v.Severity
		v = more
	}
	l.entries = append(l.entries, v)
}

// bound limits a list of faults: metadata can have as many of them as names, each with a
// pointer as long as it is deep. Its zero value is that of an empty list.
type bound struct {
	full     bool
	pointers int // bytes
}

// takes reports whether a list of n entries can have one more, at pointer. The first
// entry that does not fit makes the list full.
func (b *bound) takes(n int, pointer string) bool {
	b.pointers += len(pointer)
	b.full = b.full || n >= limit.Entries || b.pointers > limit.Pointers
	return !b.full
}
