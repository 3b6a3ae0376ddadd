// Package judge collects violations and faults: lists of bounded length, severities
// by the reading that holds, the order of the catalogue.
package judge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// refused is the reading that turns a warning into a violation.
const refused = "refused"

// entry is the part of a rule of the catalogue that a Judge needs.
type entry struct {
	id       rule.ID
	place    int
	severity rule.Severity
	evidence rule.Evidence
	strict   string            // the reading that refuses what another setting accepts
	refuses  source            // its source
	current  map[string]source // those that accept it under sources current, by pointer; "" holds for the others
	lenient  source            // the one that accepts it under sources lenient
	accepted map[string]string // the message of a warning in place of the refusal, by reading
}

// newEntry returns the entry of r, the rule at that place.
func newEntry(place int, r rule.Rule) entry {
	e := entry{id: r.ID, place: place, severity: r.Severity, evidence: r.Evidence}
	if r.Severity != rule.SeverityError || len(r.Readings) == 0 {
		return e
	}
	e.strict, e.refuses = r.Readings[0].Name, source{r.Readings[0].Source, r.Readings[0].Date}
	for _, x := range r.Readings[1:] {
		if x.Current {
			e.current = sources(x)
		}
		if text, ok := strings.CutPrefix(x.Statement, "accepted with a warning: "); ok {
			if e.accepted == nil {
				e.accepted = map[string]string{}
			}
			e.lenient = source{x.Source, x.Date}
			e.accepted[x.Name] = e.lenient.accepts(text)
		}
	}
	return e
}

// source is a source, and when it was last known to hold.
type source struct{ name, date string }

func (s source) String() string { return s.name + " (" + s.date + ")" }

// acceptance begins the message of a warning in place of a refusal.
const acceptance = "accepted: "

// accepts returns the beginning of the message of a warning in place of a refusal.
func (s source) accepts(text string) string {
	return acceptance + text + " (" + s.name + ", " + s.date + "); refused with "
}

// sources returns the source of a reading by pointer. One in a list such as "A (email)
// [2026]; B (name, nickname) [2025]" is cited at its attributes only.
func sources(x rule.Reading) map[string]source {
	whole := source{x.Source, x.Date}
	m := map[string]source{"": whole}
	for item := range strings.SplitSeq(x.Source, "; ") {
		name, rest, _ := strings.Cut(item, " (")
		attributes, date, ok := strings.Cut(rest, ") [")
		if !ok {
			return map[string]source{"": whole}
		}
		for a := range strings.SplitSeq(attributes, ", ") {
			m[metadata.Pointer(a)] = source{name, strings.TrimSuffix(date, "]")}
		}
	}
	return m
}

// isRefusal reports whether a report of the rule is a violation under the reading of
// that name.
func (e *entry) isRefusal(reading string) bool {
	if e.severity == rule.SeverityError {
		return e.accepted[reading] == ""
	}
	return reading == refused
}

// currentAt returns the source that accepts a refusal at pointer under sources current;
// the zero source if none does.
func (e *entry) currentAt(pointer string) source {
	if s, ok := e.current[pointer]; ok {
		return s
	}
	return e.current[""]
}

// catalogue maps the id of a rule to its entry. It is never changed.
var catalogue = func() map[rule.ID]*entry {
	m := map[rule.ID]*entry{}
	for i, r := range rule.All() {
		e := newEntry(i, r)
		m[r.ID] = &e
	}
	return m
}()

// find returns the entry of the rule; an empty one if the catalogue does not list it.
func find(id rule.ID) *entry {
	if e := catalogue[id]; e != nil {
		return e
	}
	return &entry{id: id}
}

// Compare orders rules as the catalogue does.
func Compare(a, b rule.ID) int {
	jsonscan.Compared()
	return find(a).place - find(b).place
}

// Violation returns the violation of the rule at a JSON Pointer, with the rule's
// severity and evidence.
func Violation(id rule.ID, pointer, message string) rule.Violation {
	e := find(id)
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
	return find(id).isRefusal(j.Reading(id))
}

// Report adds a violation of the rule. The reading that holds decides whether it is a
// violation or a warning. A refusal that another setting accepts names the sources on
// both sides; a warning in place of a refusal has the words of its reading.
func (j *Judge) Report(id rule.ID, pointer, message string) {
	e, reading := find(id), j.Reading(id)
	message = j.message(e, reading, rule.Current, pointer, message)
	if e.isRefusal(reading) {
		j.RefuseAs(e.evidence, id, pointer, message)
	} else {
		j.WarnAs(e.evidence, id, pointer, message)
	}
}

// ReportAll is Report of a rule that is an error, at several attributes for one fault. The
// message, which is their names and rest, is at the first of the pointers; short ones at
// the others refer to it.
// accepts is the setting that a refusal may name: Lenient if the reading under Current
// does not accept this case.
func (j *Judge) ReportAll(id rule.ID, accepts rule.Sources, pointers []string, rest string) {
	if len(pointers) == 0 {
		return
	}
	e, reading := find(id), j.Reading(id)
	message := j.message(e, reading, accepts, pointers[0], namesOf(pointers)+rest)
	if !e.isRefusal(reading) {
		j.WarnAll(e.evidence, id, pointers, message)
		return
	}
	for i, p := range pointers {
		if i > 0 {
			message = refer("violation", pointers[0])
		}
		j.RefuseAs(e.evidence, id, p, message)
	}
}

// AcceptAll warns of several attributes in place of a refusal that sources current
// accepts, as ReportAll does. The message cites the source that accepts it.
func (j *Judge) AcceptAll(id rule.ID, pointers []string, message string) {
	if len(pointers) > 0 {
		e := find(id)
		j.WarnAll(e.evidence, id, pointers, e.currentAt(pointers[0]).accepts(message)+j.refusing(e, rule.Current))
	}
}

// WarnAll adds warnings of several attributes, as ReportAll does, with the evidence of
// this case.
func (j *Judge) WarnAll(e rule.Evidence, id rule.ID, pointers []string, message string) {
	if len(pointers) > 1 {
		rest, accepted := strings.CutPrefix(message, acceptance)
		if message = namesOf(pointers) + ": " + rest; accepted {
			message = acceptance + message
		}
	}
	for i, p := range pointers {
		if i > 0 {
			message = refer("warning", pointers[0])
		}
		j.WarnAs(e, id, p, message)
	}
}

// refer returns a message that refers to the one at another attribute.
func refer(one, pointer string) string {
	return "see the " + one + " at " + pointer + ", which names this attribute too"
}

// namesOf returns the names of the attributes at pointers, sorted as in the API's
// messages.
func namesOf(pointers []string) string {
	names := make([]string, len(pointers))
	for i, p := range pointers {
		names[i] = strings.TrimPrefix(p, "/")
	}
	slices.Sort(names)
	size := 0
	for i, name := range names {
		if size += len(name); size > longNames && len(names) > i+1 {
			return strings.Join(names[:i+1], ", ") + " and " + strconv.Itoa(len(names)-i-1) + " others"
		}
	}
	return strings.Join(names, ", ")
}

// longNames is the number of bytes of names after which a message counts the rest.
const longNames = 500

// message returns the message of Report.
func (j *Judge) message(e *entry, reading string, accepts rule.Sources, pointer, message string) string {
	if accepted := e.accepted[reading]; accepted != "" {
		return accepted + j.refusing(e, accepts)
	}
	return message + j.hint(e, accepts, pointer)
}

// byPolicy reports whether a policy selects the reading of the rule, so that Sources do
// not matter.
func (j *Judge) byPolicy(id rule.ID) bool {
	return j.policies[id] != "" && j.policies[id] == j.Reading(id)
}

// refusing names the settings that refuse an accepted step. accepts is as in ReportAll.
func (j *Judge) refusing(e *entry, accepts rule.Sources) string {
	switch {
	case j.byPolicy(e.id):
		return "the policy for " + string(e.id) + " set to " + e.strict
	case accepts == rule.Lenient || e.current == nil:
		return "Sources set to strict or current"
	}
	return "Sources set to strict"
}

// hint names the sources on both sides of a refusal at pointer, and the setting that
// accepts it: accepts, or Lenient if no source is known for Current.
func (j *Judge) hint(e *entry, accepts rule.Sources, pointer string) string {
	by := e.currentAt(pointer)
	if accepts == rule.Lenient || by == (source{}) {
		accepts, by = rule.Lenient, e.lenient
	}
	if by == (source{}) {
		return ""
	}
	setting := "Sources to " + accepts.String()
	if j.byPolicy(e.id) {
		setting = "the policy for " + string(e.id) + " to " + rule.Policies(nil).Reading(accepts, e.id)
	}
	return fmt.Sprintf("; %s refuses it, %s accepts it: to follow the latter, set %s", e.refuses, by, setting)
}

// ReportReading warns of a step on which the readings of the rule differ: it states the
// reading that holds and the other one, each with its source, and the setting that
// selects it.
func (j *Judge) ReportReading(id rule.ID, pointer, advice string) {
	r, _ := rule.Find(id)
	holds, other := "", ""
	for _, x := range r.Readings {
		switch text := x.Statement + " (" + x.Source + ", " + x.Date + ")"; {
		case x.Name == j.Reading(id):
			holds = text
		case j.byPolicy(id):
			other += "; with the policy set to " + x.Name + ", " + text
		case x.Current:
			other += "; with Sources set to current, " + text
		default:
			other += "; with Sources set to strict, " + text
		}
	}
	j.Report(id, pointer, holds+other+". "+advice)
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
	j.RefuseAs(find(id).evidence, id, pointer, message)
}

// Warn adds a warning of the rule, whatever reading holds.
func (j *Judge) Warn(id rule.ID, pointer, message string) {
	j.WarnAs(find(id).evidence, id, pointer, message)
}

// RefuseAs is Refuse with the evidence of this case.
func (j *Judge) RefuseAs(e rule.Evidence, id rule.ID, pointer, message string) {
	j.Add(rule.Violation{Rule: id, Pointer: pointer, Severity: rule.SeverityError, Evidence: e, Message: message})
}

// WarnAs is Warn with the evidence of this case.
func (j *Judge) WarnAs(e rule.Evidence, id rule.ID, pointer, message string) {
	j.Add(rule.Violation{Rule: id, Pointer: pointer, Severity: rule.SeverityWarning, Evidence: e, Message: message})
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

// Verdict returns the violations and warnings in the order of the catalogue. It leaves
// out a warning in place of a refusal at a pointer that is refused for another reason.
func (j *Judge) Verdict() rule.Verdict {
	return rule.Verdict{Violations: InOrder(j.errors.entries), Warnings: InOrder(j.withoutRefused())}
}

// Unsorted returns what Verdict does in the order in which it was added.
func (j *Judge) Unsorted() rule.Verdict {
	return rule.Verdict{Violations: j.errors.entries, Warnings: j.withoutRefused()}
}

// withoutRefused returns the warnings that Verdict lists. If the warning that others
// refer to is left out, the first of these gets its message.
func (j *Judge) withoutRefused() rule.Violations {
	if j.Valid() {
		return j.warnings.entries
	}
	refused := make(map[string]bool, len(j.errors.entries))
	for _, v := range j.errors.entries {
		refused[v.Pointer] = true
	}
	type group struct {
		rule    rule.ID
		message string // that refers to the warning of the group
	}
	groups := map[group]*rule.Violation{} // the full warning; without severity once it is listed
	var list rule.Violations
	for _, w := range j.warnings.entries {
		g := group{w.Rule, w.Message}
		full, refers := groups[g]
		if strings.HasPrefix(w.Message, acceptance) {
			first := w
			groups[group{w.Rule, refer("warning", w.Pointer)}] = &first
			full, refers = &first, true
		}
		if refers && refused[w.Pointer] {
			continue
		}
		if refers {
			if full.Severity != "" {
				w.Message = full.Message
				full.Pointer, full.Severity = w.Pointer, ""
			} else {
				w.Message = refer("warning", full.Pointer)
			}
		}
		list = append(list, w)
	}
	return list
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
	if l.entries == nil {
		l.entries = make(rule.Violations, 0, 2)
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
