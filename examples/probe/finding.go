package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// status is what a probe came to.
type status string

const (
	fits        status = "fits"        // the answer is what the readings predict
	contradicts status = "contradicts" // the answer is what no reading predicts
	unclear     status = "undecided"   // no answer that tells
	notRun      status = "not run"     // the connection is of another kind
	untellable  status = "no exchange" // no exchange of this program tells
)

// finding is what one probe found. It holds no domain, address, id or secret, so that it
// can be shown to anybody; message is for the person who runs the program.
type finding struct {
	Rule       rule.ID  `json:"rule"`
	Status     status   `json:"status"`
	Readings   []string `json:"readings,omitempty"`   // that predict the answer
	Connection string   `json:"connection,omitempty"` // its kind
	Date       string   `json:"date,omitempty"`       // of the question; a run that was interrupted may have asked it
	Sent       string   `json:"sent,omitempty"`
	Answered   string   `json:"answered,omitempty"`
	Reason     string   `json:"reason,omitempty"`

	message string // of the tenant, with placeholders
}

// judge compares what the tenant answered with what the library predicts. The error is an
// undecided.
func (a *attempt) judge(x exchange, got answer, before, after user.Profile) error {
	a.f.Answered = fmt.Sprint(got.status)
	if got.status >= 300 {
		a.f.message = a.s.general(messageOf(got.text))
	}
	seen := outcome{refused: got.status >= 300}
	if !seen.refused {
		seen.watched = see(after, a.p.watch)
	}
	if a.p.answer != "" {
		status, _, _ := rule.AnswerTo(a.p.answer, a.p.rule)
		err := a.trust(x, got, seen, before, after)
		if err == nil {
			a.settle(got.status == status, nil)
		}
		return err
	}
	predicted, err := predictions(x, a.p.rule, a.target(), a.p.watch)
	if err != nil {
		return err
	}
	a.f.Answered += a.describe(seen)
	shows := a.p.watch != nil && (!strings.HasPrefix(x.path, identitiesPath) || strings.HasPrefix(a.p.watch[0], "/identities"))
	if own, ok := answeredUser(x, got.text); ok && shows && !seen.refused && !equalAll(see(own, a.p.watch), seen.watched) {
		a.f.Answered += "; the answer itself" + a.describe(outcome{watched: see(own, a.p.watch)})
	}
	if err := a.trust(x, got, seen, before, after); err != nil {
		return err
	}
	names := fitting(a.p.rule, predicted, seen)
	switch {
	case names == nil && seen.refused && a.refusable(x):
		return undecided("another rule may refuse it, whose reading is not known")
	case (names == nil || len(names) > 1 && len(names) == len(predicted)) && a.foreign(seen.watched):
		return errForeign
	}
	a.settle(names != nil, slices.DeleteFunc(names, func(name string) bool { return name == "" }))
	return nil
}

// refusable reports whether the library refuses x where it reads sources strictly.
func (a *attempt) refusable(x exchange) bool {
	t := a.target()
	t.Sources = rule.Strict
	list, err := predictions(x, a.p.rule, t, nil)
	return err != nil || slices.ContainsFunc(list, func(o outcome) bool { return o.refused })
}

const errForeign undecided = "the user has a value that the probe did not send: an Action or a Hook of the tenant may have set it"

// foreign reports whether the probe did not send all that is in the watched values.
func (a *attempt) foreign(watched []metadata.Value) bool {
	for i, v := range watched {
		if !v.IsZero() && !strings.HasSuffix(a.p.watch[i], present) && !a.sent(v) {
			return true
		}
	}
	return false
}

// expects returns an error if the user does not have what the probe sent before it asks.
// Further members are no error: the prediction has them too.
func (a *attempt) expects(before user.Profile) error {
	members := []string{a.base(""), a.p.creation}
	for _, x := range a.p.setup {
		if x.path == userPath {
			members = append(members, x.body[1:len(x.body)-1])
		}
	}
	text, err := a.s.object(members...)
	if err != nil {
		return err
	}
	sent, err := metadata.Parse(text)
	if err != nil {
		return err
	}
	has, err := before.Object()
	if err != nil {
		return err
	}
	for _, pointer := range a.p.watch {
		if root := rootOf(pointer); !holds(has.At(root), sent.At(root)) {
			return undecided("the user does not have what the probe sent in " + root + ": an Action or a Hook of the tenant may have changed it")
		}
	}
	return nil
}

// rootOf returns the pointer to the attribute that a pointer leads into.
func rootOf(pointer string) string {
	name, _, _ := strings.Cut(pointer[1:], "/")
	return "/" + name
}

// holds reports whether v has every member of sent that has a value.
func holds(v, sent metadata.Value) bool {
	members, ok := sent.Object()
	if !ok {
		return sent.IsZero() || sent.IsNull() || v.Equal(sent)
	}
	for name, want := range members.All() {
		o, _ := v.Object()
		got, _ := o.Get(name)
		if !holds(got, want) {
			return false
		}
	}
	return true
}

func (a *attempt) settle(fit bool, readings []string) {
	a.f.Status = contradicts
	if fit {
		a.f.Status, a.f.Readings = fits, readings
	}
	if len(readings) == 1 {
		a.f.Reason = a.p.doubtful[readings[0]]
	}
}

// trust returns an error if the answer must not be taken for the tenant's decision.
func (a *attempt) trust(x exchange, got answer, seen outcome, before, after user.Profile) error {
	switch {
	case got.status >= 300 && !slices.Contains(decisions(a.p), got.status):
		return undecided(fmt.Sprintf("the answer %d decides nothing", got.status))
	case seen.refused && got.repeated:
		return undecided("the first answer was lost, and the repetition was refused")
	case seen.refused:
		if why := otherReason(a.p, x, messageOf(got.text)); why != "" {
			return undecided(why)
		}
		if !equalAll(see(before, a.p.watch), see(after, a.p.watch)) && x.path != usersPath {
			return undecided("the request was refused, yet the user changed")
		}
		return nil
	}
	if !agrees(x, got.text, after, a.p.watch) {
		return undecided("the answer and the user who is read after it differ")
	}
	return nil
}

// decisions are the statuses of refusals that decide something. Where a probe is about the
// status of a refusal, others decide that it is another one.
func decisions(p probe) []int {
	if p.answer != "" {
		return []int{400, 404, 409, 422}
	}
	return []int{400, 409}
}

func equalAll(a, b []metadata.Value) bool { return slices.EqualFunc(a, b, metadata.Value.Equal) }

// answeredUser returns what the answer to x shows of the user, and reports whether it shows
// anything. The answer to an import is a job.
func answeredUser(x exchange, text []byte) (user.Profile, bool) {
	if strings.HasPrefix(x.path, importsPath) {
		return user.Profile{}, false
	}
	if strings.HasPrefix(x.path, identitiesPath) {
		text = slices.Concat([]byte(`{"identities":`), text, []byte("}"))
	}
	p, err := user.Parse(text)
	return p, err == nil
}

// agrees reports whether the answer to x shows the same as the user who was read after it.
// Of identities only the ids count: sources disagree whether the answer to a link shows
// profileData that a read does not, and the read decides.
func agrees(x exchange, text []byte, after user.Profile, watch []string) bool {
	p, ok := answeredUser(x, text)
	switch {
	case strings.HasPrefix(x.path, importsPath):
		return true
	case strings.HasPrefix(x.path, identitiesPath):
		return ok && slices.EqualFunc(p.Identities, after.Identities, func(i, j user.Identity) bool {
			return i.Provider.Equal(j.Provider) && i.UserID.Equal(j.UserID)
		})
	}
	return ok && equalAll(see(p, watch), see(after, watch))
}

// What a refusal says if its reason is not the rule. Only the first clause counts.
var (
	passwordPolicy = regexp.MustCompile(`Password\w*Error|(?i)policy|too (weak|common|similar|simple)|been used|dictionary|strength`)
	failingScript  = regexp.MustCompile(`(?i)\bscript\b`)
	existing       = regexp.MustCompile(`(?i)\bexists?\b|\btaken\b|\bin use\b`)
)

// otherReason returns why a refusal says nothing about the rule, or "".
func otherReason(p probe, x exchange, message string) string {
	endpoint := map[string]rule.Endpoint{usersPath: rule.EndpointCreate, userPath: rule.EndpointUpdate, identitiesPath: rule.EndpointLink}[x.path]
	clause, _, _ := strings.Cut(message, ";")
	switch {
	case passwordPolicy.MatchString(clause):
		return "the tenant's password policy refused the password"
	case failingScript.MatchString(clause):
		return "a script of the database refused it, or does not exist"
	case p.answer == "" && existing.MatchString(clause):
		return "it was refused because something exists, or does not"
	}
	if r, ok := rule.Match(endpoint, 400, message); ok && r.ID != p.rule && !strings.HasPrefix(message, "Payload validation error") {
		return "it was refused for another reason: " + string(r.ID)
	}
	return ""
}

// messageOf returns the message of a refusal.
func messageOf(text []byte) string {
	var r struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(text, &r)
	return r.Message
}

// describe returns the watched values. A value is shown only if the probe sent all that is in
// it: an Action or the tenant could add anything.
func (a *attempt) describe(seen outcome) string {
	if seen.refused {
		return ""
	}
	var b strings.Builder
	for i, v := range seen.watched {
		text := "another value"
		switch {
		case v.IsZero():
			text = "absent"
		case strings.HasSuffix(a.p.watch[i], present):
			text = "present"
		case a.sent(v):
			text = a.s.general(v.String())
		}
		b.WriteString(", " + a.p.watch[i] + " " + strings.Trim(text, `"`))
	}
	return b.String()
}

// sent reports whether v has no text, number or name but those in the requests of the probe.
func (a *attempt) sent(v metadata.Value) bool {
	switch v.Kind() {
	case metadata.KindString:
		s, _ := v.Str()
		return a.sentText(s)
	case metadata.KindNumber:
		number := regexp.MustCompile(`[:\[,]` + regexp.QuoteMeta(v.String()) + `[,}\]]`)
		return slices.ContainsFunc(a.p.bodies(), number.MatchString)
	case metadata.KindArray:
		for e := range v.Elements() {
			if !a.sent(e) {
				return false
			}
		}
	case metadata.KindObject:
		for name, e := range v.Members() {
			if !a.sentText(name) || !a.sent(e) {
				return false
			}
		}
	}
	return true
}

// sentText reports whether s is a text in the requests of the probe, or a value of the
// session.
func (a *attempt) sentText(s string) bool {
	s = strings.TrimPrefix(a.s.general(s), provider)
	if _, ok := a.s[strings.Trim(s, "<>")]; ok && placeholder.MatchString(s) {
		return true
	}
	return slices.ContainsFunc(a.p.bodies(), func(body string) bool { return strings.Contains(body, `"`+s+`"`) })
}

// kindOf returns what a result says about a connection.
func kindOf(c user.Connection) string {
	kind := string(c.Kind)
	if c.ImportMode {
		kind += ", import mode"
	}
	if c.RequiresUsername.Or(false) {
		kind += ", requires_username"
	}
	for _, x := range []struct {
		name string
		a    *user.Attribute
	}{{"email", c.Attributes.Email}, {"phone_number", c.Attributes.PhoneNumber}, {"username", c.Attributes.Username}} {
		if x.a != nil {
			kind += ", declares " + x.name
		}
	}
	return kind
}

// row is what all probes of one rule found.
type row struct {
	Rule     rule.ID   `json:"rule"`
	Status   status    `json:"status"`
	Readings []string  `json:"readings,omitempty"` // that fit every answer
	Strict   *bool     `json:"strict,omitempty"`   // agrees with rule.Strict
	Current  *bool     `json:"current,omitempty"`  // agrees with rule.Current
	Evidence string    `json:"evidence,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Probes   []finding `json:"probes,omitempty"`
}

// rowOf sums up the findings of a rule.
func rowOf(id rule.ID, findings []finding) row {
	all := namesOf(id)
	left, tried, fit, failed := slices.Clone(all), 0, 0, false
	r := row{Rule: id, Probes: findings}
	for _, f := range findings {
		if r.Reason == "" {
			r.Reason = f.Reason
		}
		if f.Status == notRun {
			continue
		}
		tried++
		switch f.Status {
		case contradicts:
			failed = true
		case fits:
			fit++
			left = slices.DeleteFunc(left, func(name string) bool { return name != "" && !slices.Contains(f.Readings, name) })
		}
	}
	plain := all[0] == ""
	switch {
	case failed || len(left) == 0:
		r.Status, r.Reason = contradicts, ""
		return r
	case tried == 0:
		r.Status = notRun
		return r
	case fit < tried && (plain || len(left) == len(all)):
		r.Status = unclear
		return r
	case !plain && len(left) == len(all):
		r.Status, r.Reason = notRun, "on this connection, with the readings of other rules found above, every reading predicts the same"
		return r
	}
	r.Status, r.Evidence = fits, string(rule.Observed)
	if plain {
		return r
	}
	r.Readings = left
	agrees := func(s rule.Sources) *bool {
		is := slices.Contains(left, rule.Policies(nil).Reading(s, id))
		return &is
	}
	r.Strict, r.Current = agrees(rule.Strict), agrees(rule.Current)
	return r
}

// rows sums up the findings, in the order of the catalogue, with the rules that no
// exchange tells.
func rows(findings []finding) (list []row) {
	byRule := map[rule.ID][]finding{}
	for _, f := range findings {
		byRule[f.Rule] = append(byRule[f.Rule], f)
	}
	for _, r := range rule.All() {
		if byRule[r.ID] != nil {
			list = append(list, rowOf(r.ID, byRule[r.ID]))
		} else if why := untold[r.ID]; why != "" {
			list = append(list, row{Rule: r.ID, Status: untellable, Reason: why})
		}
	}
	return list
}

// policiesOf returns the readings that were seen. Of readings that predict the same answer
// to every probe, it is the first one.
func policiesOf(list []row) rule.Policies {
	p := rule.Policies{}
	for _, r := range list {
		doubtful := slices.ContainsFunc(r.Probes, func(f finding) bool { return f.Status == fits && f.Reason != "" })
		missing := slices.ContainsFunc(r.Probes, func(f finding) bool { return f.Status != fits })
		if r.Status == fits && len(r.Readings) > 0 && !doubtful && (len(r.Readings) == 1 || !missing) {
			p[r.Rule] = r.Readings[0]
		}
	}
	return p
}
