package actions

import (
	"strconv"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// stage stages the member that a setter sets.
func (r *run) stage(s Step, o object) {
	current := r.reads.current()
	if o.isOdd(current, &r.extra) {
		r.Report(rule.ActionObject, r.pointer(s, ""), o.String()+" of this user is not an object; replace it by a direct update first")
	}
	switch {
	case !utf8.ValidString(s.name):
		r.Report(rule.Type, r.pointer(s, "/0"), "the name is not valid UTF-8")
		return
	case s.err != nil:
		r.Report(rule.Type, r.pointer(s, "/1"), "the value cannot be written as JSON")
		return
	case s.value.IsZero():
		r.Report(rule.ActionUndefined, r.pointer(s, ""), "the value is undefined; use null to remove a member")
	case !jsonscan.Fits([]byte(s.value.String()), metadata.MaxLevels-2):
		r.Report(rule.ActionValue, r.pointer(s, "/1"), "the value is nested deeper than the "+strconv.Itoa(metadata.MaxLevels)+" levels that a body can have")
		return
	default:
		r.javascript(s)
	}
	if o == appMetadata && r.reads.shows(current.Extra, s.name, &r.extra) {
		r.collision(s.name)
	}
	r.staged.add(stagedMember{memberKey{o, s.name}, s.value, r.at})
}

// javascript judges whether JavaScript can represent the name and value of a setter.
func (r *run) javascript(s Step) {
	const proto = "__proto__"
	if s.name == proto {
		r.Report(rule.ActionName, r.pointer(s, "/0"), protoMessage)
	}
	if isInfinite(s.value.String()) {
		r.Report(rule.ActionValue, r.pointer(s, "/1"), infiniteMessage)
	}
	for v := range jsonscan.Walk(s.value.String(), "steps", strconv.Itoa(r.at), s.String(), "1") {
		if v.Name == proto && !r.ReportPath(rule.ActionName, protoMessage, v.Path()...) ||
			isInfinite(v.Text) && !r.ReportPath(rule.ActionValue, infiniteMessage, v.Path()...) {
			return
		}
	}
}

const (
	protoMessage    = "JavaScript may lose a member of this name; choose another"
	infiniteMessage = "JavaScript reads this number as infinite and writes null, which removes; use a smaller number or a string"
)

// isInfinite reports whether the JSON text is a number beyond the range of JavaScript.
func isInfinite(text string) bool {
	if !(jsonscan.Inner{Text: text}).IsNumber() {
		return false
	}
	_, err := strconv.ParseFloat(text, 64)
	return err != nil
}
