package user

import (
	"slices"

	"github.com/metameld/metameld/internal/check"
)

// judge collects what there is to say of one payload or login.
type judge struct {
	at      *Circumstances
	verdict Verdict

	violations, warnings check.Bound // of the verdict's lists
}

// report notes that the rule is broken at pointer. The reading that holds decides
// whether that is a violation or a warning.
func (j *judge) report(id RuleID, pointer, message string) {
	v := ruleOf(id).violation(pointer, message)
	if v.Severity == Error && j.at.reading(id) == lenient {
		v.Severity = Warning
	}
	j.add(v)
}

// refuse notes a violation that no reading turns into a warning.
func (j *judge) refuse(id RuleID, pointer, message string) {
	j.add(ruleOf(id).violation(pointer, message))
}

func (j *judge) add(v Violation) {
	b, list := j.bound(v.Severity), &j.verdict.Warnings
	if v.Severity == Error {
		list = &j.verdict.Violations
	}
	switch {
	case b.Full:
		return
	case !b.Takes(len(*list), v.Pointer):
		more := ruleOf(RuleMore).violation("", "there is more, which is not listed")
		more.Severity = v.Severity
		v = more
	}
	*list = append(*list, v)
}

// bound returns the bound of the list that has what is of that severity.
func (j *judge) bound(s Severity) *check.Bound {
	if s == Error {
		return &j.violations
	}
	return &j.warnings
}

// sorted returns the verdict in the order of the catalogue.
func (j *judge) sorted() Verdict {
	order := func(a, b Violation) int { return place(a.Rule) - place(b.Rule) }
	slices.SortStableFunc(j.verdict.Violations, order)
	slices.SortStableFunc(j.verdict.Warnings, order)
	return j.verdict
}
