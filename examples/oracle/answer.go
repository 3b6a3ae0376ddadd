package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/internal/catalogue"
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// answer is one line of output. Members that say nothing are left out.
type answer struct {
	Line  int      `json:"line"`
	OK    bool     `json:"ok"`
	Error *problem `json:"error,omitempty"`

	Result    metadata.Object  `json:"result,omitzero"`
	Patch     metadata.Delta   `json:"patch,omitzero"`
	Patches   []metadata.Delta `json:"patches,omitempty"`
	Conflicts []string         `json:"conflicts,omitempty"`
	User      any              `json:"user,omitempty"`
	Shadowed  []string         `json:"shadowed,omitempty"`

	Valid      *bool             `json:"valid,omitempty"`
	Violations user.Violations   `json:"violations,omitempty"`
	Warnings   user.Violations   `json:"warnings,omitempty"`
	Profile    *user.Profile     `json:"profile,omitempty"`
	Payload    *patch.Payload    `json:"payload,omitempty"`
	Payloads   []patch.Payload   `json:"payloads,omitempty"`
	EventUsers []metadata.Object `json:"event_users,omitempty"`
	Output     metadata.Object   `json:"output,omitzero"`
	Changes    []change          `json:"changes,omitempty"`
	Effects    []user.Effect     `json:"effects,omitempty"`
	Identities []user.Identity   `json:"identities,omitempty"`
	Detached   *user.Profile     `json:"detached,omitempty"`
	Rules      []user.Rule       `json:"rules,omitempty"`

	Ignored []string `json:"ignored,omitempty"` // members of the line that no operation takes
}

// encode returns the line to write.
func (a *answer) encode() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a); err != nil {
		b.Reset()
		a.fail(&problem{Kind: "refused", Message: "the answer cannot be written: it would have more than 10000 levels"})
		if err := enc.Encode(a); err != nil {
			panic(err) // a problem is texts
		}
	}
	return b.Bytes()
}

// problem says why a line has no other answer: its input, or a refusal of the
// library.
type problem struct {
	Kind    string      `json:"kind"` // input, refused
	Pointer string      `json:"pointer,omitempty"`
	Rule    user.RuleID `json:"rule,omitempty"`
	Message string      `json:"message"`
}

func (p *problem) Error() string { return p.Message }

type change struct {
	Pointer string              `json:"pointer"`
	Kind    metadata.ChangeKind `json:"kind"`
}

func (a *answer) fail(p *problem) { *a = answer{Line: a.Line, Error: p} }

// to answers one line.
func (a *answer) to(line []byte) {
	defer func() {
		if r := recover(); r != nil { // one line must not cost the others theirs
			a.fail(&problem{Kind: "internal", Message: fmt.Sprint("panic: ", r)})
		}
	}()
	req, err := read(line)
	if err == nil {
		a.OK = true
		a.Ignored = req.ignored()
		err = a.operate(req)
	}
	var p *problem
	switch {
	case errors.As(err, &p):
		part := *a
		a.fail(p)
		if p.Kind == "refused" { // beside it, what can be reached
			a.Patch, a.Payload, a.Payloads = part.Patch, part.Payload, part.Payloads
		}
	case err != nil:
		a.fail(&problem{Kind: "input", Message: err.Error()})
	}
}

// operations are those that the oracle answers; the others it knows of only.
var operations = map[string]func(*answer, request) error{
	"merge":        (*answer).merge,
	"diff":         (*answer).diff,
	"lower":        (*answer).lower,
	"compose":      (*answer).compose,
	"merge3":       (*answer).merge3,
	"roundtrip":    (*answer).roundtrip,
	"validate":     (*answer).validate,
	"apply":        (*answer).apply,
	"payload-diff": (*answer).payloadDiff,
	"plan":         (*answer).plan,
	"inverse":      (*answer).inverse,
	"form":         (*answer).form,
	"output":       (*answer).output,
	"create":       (*answer).create,
	"login":        (*answer).login,
	"rules-object": (*answer).rulesObject,
	"link":         (*answer).link,
	"unlink":       (*answer).unlink,
	"stage":        (*answer).stage,
	"rules":        (*answer).rules,
}

func (a *answer) operate(req request) error {
	op, err := req.text("op")
	if err != nil {
		return err
	}
	if f := operations[op]; f != nil {
		return f(a, req)
	}
	return &problem{Kind: "input", Pointer: "/op", Message: "no such operation"}
}

func (a *answer) merge(req request) error {
	m, err := req.mode("mode")
	base, err2 := req.object("base")
	d, err3 := req.delta("patch")
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	a.Result = m.Merge(base, d)
	return nil
}

func (a *answer) diff(req request) error {
	m, err := req.mode("mode")
	from, err2 := req.object("from")
	to, err3 := req.object("to")
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	a.Patch, err = m.Diff(from, to)
	return unreachable(catalogue.Unreachable, err)
}

// unreachable turns the error of a diff into an answer.
func unreachable(id user.RuleID, err error) error {
	if err != nil {
		missed := metadata.Unreachable(err)
		return &problem{
			Kind: "refused", Rule: id, Pointer: missed[0],
			Message: fmt.Sprintf("%d members cannot be reached: %.2000s", len(missed), strings.Join(missed, ", ")),
		}
	}
	return nil
}

func (a *answer) lower(req request) error {
	m, err := metadata.FirstLevel, error(nil)
	if _, ok := req["mode"]; ok {
		m, err = req.mode("mode")
	}
	base, err2 := req.object("base")
	d, err3 := req.delta("patch")
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	a.Patch, err = m.Lower(base, d)
	return unreachable(catalogue.Unreachable, err)
}

func (a *answer) compose(req request) error {
	m, err := req.mode("mode")
	first, err2 := req.delta("first")
	then, err3 := req.delta("then")
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	a.Patches = m.Compose(first, then)
	return nil
}

func (a *answer) merge3(req request) error {
	base, err := req.object("base")
	ours, err2 := req.object("ours")
	theirs, err3 := req.object("theirs")
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	a.Result, a.Conflicts = metadata.Merge3(base, ours, theirs)
	return nil
}

func (a *answer) roundtrip(req request) error {
	u, err := req.profile("user")
	a.User = &u
	return err
}

func (a *answer) validate(req request) error {
	p, err := req.payload("payload")
	t, err2 := req.target("target")
	var u user.Profile
	var err3 error
	if req.has("user") {
		u, err3 = req.profile("user")
	}
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	v := p.Validate(t)
	if req.has("user") && v.Valid() { // then there is more to warn of
		out, err := p.Apply(u, t)
		if err != nil {
			return a.unapplied(v, err)
		}
		v.Warnings = out.Warnings
	}
	a.verdict(v)
	return nil
}

// unapplied answers for a payload that is valid but for this user.
func (a *answer) unapplied(v user.Verdict, err error) error {
	if errors.As(err, &v.Violations) {
		a.verdict(v)
		return nil
	}
	return input("user", err)
}

func (a *answer) verdict(v user.Verdict) {
	valid := v.Valid()
	a.Valid, a.Violations, a.Warnings = &valid, v.Violations, v.Warnings
}

func (a *answer) apply(req request) error {
	u, err := req.profile("user")
	p, err2 := req.payload("payload")
	t, err3 := req.target("target")
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	v := p.Validate(t)
	if !v.Valid() {
		a.verdict(v)
		return nil
	}
	out, err := p.Apply(u, t)
	if err != nil {
		return a.unapplied(v, err)
	}
	a.verdict(user.Verdict{Warnings: out.Warnings})
	a.Profile, a.Effects = &out.Profile, out.Effects
	for _, c := range out.Changes {
		a.Changes = append(a.Changes, change{c.Pointer, c.Kind})
	}
	return nil
}

func (a *answer) payloadDiff(req request) error {
	from, err := req.profile("from")
	to, err2 := req.profile("to")
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	p, err := patch.Diff(from, to)
	return a.reached(p, err)
}

func (a *answer) plan(req request) error {
	from, err := req.profile("from")
	t, err2 := req.target("target")
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	if req.has("to") {
		to, err := req.profile("to")
		if err != nil {
			return err
		}
		a.Payloads, err = patch.PlanTo(from, to, t)
		return unplanned(err)
	}
	goal, err := req.payload("payload")
	if err != nil {
		return err
	}
	a.Payloads, err = patch.Plan(from, goal, t)
	return unplanned(err)
}

// unplanned turns the error of a plan into an answer.
func unplanned(err error) error {
	var v user.Violation
	if errors.As(err, &v) {
		return refused(err)
	}
	return unreachable(patch.RuleUnreachable, err)
}

func (a *answer) inverse(req request) error {
	u, err := req.profile("user")
	p, err2 := req.payload("payload")
	t, err3 := req.target("target")
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	q, err := p.Inverse(u, t)
	return a.reached(q, err)
}

// reached answers with a payload, of what can be reached.
func (a *answer) reached(p patch.Payload, err error) error {
	if err == nil || !p.IsZero() {
		a.Payload = &p
	}
	return unreachable(patch.RuleUnreachable, err)
}

func (a *answer) form(req request) error {
	pass, err := req.boolean("pass_empty_values")
	if err != nil {
		return err
	}
	if !req.has("form") {
		return missing("form")
	}
	var f patch.Form
	if err := f.UnmarshalJSON(req["form"]); err != nil {
		return input("form", err)
	}
	empties := patch.SkipEmpty
	if pass {
		empties = patch.PassEmpty
	}
	p, warnings := f.Payload(empties)
	a.Payload, a.Warnings = &p, warnings
	return nil
}

func (a *answer) output(req request) error {
	u, err := req.profile("user")
	if err != nil {
		return err
	}
	if a.Output, err = patch.Output(u); err != nil {
		return input("user", err)
	}
	return nil
}

func (a *answer) create(req request) error {
	if !req.has("payload") {
		return missing("payload")
	}
	c, err := user.ParseCreation(req["payload"])
	if err != nil {
		err = input("payload", err)
	}
	t, err2 := req.target("target")
	var id string
	var err3 error
	if req.has("id") {
		id, err3 = req.identifier("id")
	}
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	if v := c.Validate(t.Circumstances()); !v.Valid() {
		a.verdict(v)
		return nil
	}
	out, err := user.New(c, id, t.Circumstances())
	if err != nil {
		return refused(err)
	}
	a.verdict(user.Verdict{Warnings: out.Warnings})
	a.Profile, a.Effects = &out.Profile, out.Effects
	return nil
}

func (a *answer) login(req request) error {
	if !req.has("login") {
		return missing("login")
	}
	login, err := user.ParseLogin(req["login"])
	if err != nil {
		err = input("login", err)
	}
	var cached user.Profile
	var err2 error
	if req.has("cached") {
		cached, err2 = req.profile("cached")
	}
	t, err3 := req.target("target")
	if !req.has("target") {
		err3 = missing("target")
	}
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	out, err := user.Refresh(cached, login, t.Circumstances())
	if err != nil {
		return refused(err)
	}
	a.Profile, a.Warnings = &out.Profile, out.Warnings
	for _, c := range out.Changes {
		a.Changes = append(a.Changes, change{c.Pointer, c.Kind})
	}
	return nil
}

func (a *answer) rulesObject(req request) error {
	u, err := req.profile("user")
	if err != nil {
		return err
	}
	r, err := user.RulesObject(u)
	if err != nil {
		return refused(err)
	}
	a.User, a.Shadowed = r.User, r.Shadowed
	return nil
}

func (a *answer) link(req request) error {
	primary, err := req.profile("primary")
	secondary, err2 := req.profile("secondary")
	var mode metadata.Mode
	var err3 error
	if req.has("merge_metadata") {
		mode, err3 = req.mode("merge_metadata")
	}
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	var l identities.Linked
	if req.has("merge_metadata") {
		l, err = identities.LinkMerging(primary, secondary, mode)
	} else {
		l, err = identities.Link(primary, secondary)
	}
	if err != nil {
		return refused(err)
	}
	a.Profile, a.Identities, a.Warnings = &l.Profile, l.Profile.Identities, l.Warnings
	return nil
}

func (a *answer) unlink(req request) error {
	u, err := req.profile("user")
	provider, err2 := req.text("provider")
	id, err3 := req.identifier("user_id")
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	out, err := identities.Unlink(u, provider, id)
	if err != nil {
		return refused(err)
	}
	a.Profile, a.Warnings = &out.Profile, out.Warnings
	if !out.Detached.Equal(user.Profile{}) {
		a.Detached = &out.Detached
	}
	return nil
}

// widest is how many bytes the event.users of one answer may have together.
const widest = 64 << 20

func (a *answer) stage(req request) error {
	name, err := req.text("trigger")
	u, err2 := req.profile("user")
	steps, err3 := req.steps("steps")
	policies, err4 := req.policies("policies")
	if err := errors.Join(err, err2, err3, err4); err != nil {
		return err
	}
	s := patch.Stage{Trigger: patch.Trigger(name), User: u, Target: patch.Target{Policies: policies}}
	if !slices.Contains(patch.Triggers(), s.Trigger) {
		return input("trigger", errors.New("no such trigger"))
	}
	out, err := s.Run(steps...)
	if err != nil {
		var es metadata.Errors
		if errors.As(err, &es) {
			return input("user", err)
		}
		return refused(err)
	}
	size := 0
	for e := range out.EventUsers() {
		if size += e.Size(); size > widest {
			return &problem{Kind: "refused", Pointer: "/steps", Message: fmt.Sprintf("the users that the Actions read have more than %d bytes together", widest)}
		}
		a.EventUsers = append(a.EventUsers, e)
	}
	a.Payloads, a.Warnings, a.Profile = out.Payloads(), out.Warnings, &out.Profile
	return nil
}

func (a *answer) rules(request) error {
	a.Rules = catalogue.Rules()
	return nil
}

// refused turns an error of the library into an answer.
func refused(err error) error {
	var v user.Violation
	if errors.As(err, &v) {
		return &problem{Kind: "refused", Rule: v.Rule, Pointer: v.Pointer, Message: v.Message}
	}
	return &problem{Kind: "refused", Message: err.Error()}
}

// request is the arguments of one line, unread.
type request map[string][]byte

func read(line []byte) (request, error) {
	parts, ok := jsonscan.Split(line)
	if !ok {
		faults := jsonscan.Faults(line, jsonscan.MaxDepth+1)
		if len(faults) == 0 {
			return nil, &problem{Kind: "input", Message: "the line is not a JSON object"}
		}
		f := faults[0]
		return nil, &problem{Kind: "input", Pointer: f.Pointer, Message: f.Kind.String()}
	}
	req := make(request, len(parts))
	for _, p := range parts {
		req[p.Name] = p.Text
	}
	return req, nil
}

// arguments are the members that some operation takes.
var arguments = []string{
	"op", "mode", "base", "patch", "from", "to", "first", "then", "ours", "theirs", "user", "payload", "target", "form",
	"pass_empty_values", "id", "cached", "login", "primary", "secondary", "merge_metadata", "provider", "user_id",
	"trigger", "steps", "policies",
}

// ignored returns the names of the members that no operation takes: a caller who
// misspelt one should see it.
func (req request) ignored() (names []string) {
	for name := range req {
		if !slices.Contains(arguments, name) && len(names) < 100 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (req request) has(name string) bool { return req[name] != nil }

// input is the answer for an argument that cannot be read.
func input(name string, err error) error {
	p := &problem{Kind: "input", Pointer: metadata.Pointer(name), Message: err.Error()}
	var es metadata.Errors
	if errors.As(err, &es) {
		p.Pointer += es[0].Pointer
		p.Message = string(es[0].Fault)
		if len(es) > 1 {
			p.Message += fmt.Sprintf(" (and %d more)", len(es)-1)
		}
	}
	return p
}

func missing(name string) error {
	return &problem{Kind: "input", Pointer: metadata.Pointer(name), Message: "this argument is needed"}
}

func (req request) text(name string) (string, error) {
	if !req.has(name) {
		return "", missing(name)
	}
	var v metadata.Value
	if err := v.UnmarshalJSON(req[name]); err != nil {
		return "", input(name, err)
	}
	s, ok := v.Str()
	if !ok {
		return "", input(name, errors.New("not a text"))
	}
	return s, nil
}

func (req request) boolean(name string) (bool, error) {
	if !req.has(name) {
		return false, missing(name)
	}
	var v metadata.Value
	if err := v.UnmarshalJSON(req[name]); err != nil {
		return false, input(name, err)
	}
	b, ok := v.Bool()
	if !ok {
		return false, input(name, errors.New("neither true nor false"))
	}
	return b, nil
}

// identifier reads a text or a number.
func (req request) identifier(name string) (string, error) {
	if req.has(name) {
		var v metadata.Value
		if err := v.UnmarshalJSON(req[name]); err != nil {
			return "", input(name, err)
		}
		if n, ok := v.Int64(); ok {
			return strconv.FormatInt(n, 10), nil
		}
		if n, ok := v.Number(); ok {
			return n.String(), nil
		}
	}
	return req.text(name)
}

func (req request) mode(name string) (metadata.Mode, error) {
	if text := req[name]; len(text) > 0 && text[0] == '{' {
		return req.knobs(name)
	}
	s, err := req.text(name)
	if err != nil {
		return 0, err
	}
	m, ok := metadata.ParseMode(s)
	if !ok {
		return 0, input(name, errors.New("no such mode"))
	}
	return m, nil
}

// knobs reads a mode that is put together: an object with the members depth
// (first-level, all, none), wins (delta, base), nulls (stored, stripped), empty
// (wipes, nothing) and lists (replace, append, union), each with a default, the
// first.
func (req request) knobs(name string) (metadata.Mode, error) {
	o, err := metadata.Parse(req[name])
	if err != nil {
		return 0, input(name, err)
	}
	turned := metadata.FirstLevel.String()
	for knob, v := range o.All() {
		choice, _ := v.Str()
		turn := "+" + knob + "=" + choice
		if _, ok := metadata.ParseMode(metadata.FirstLevel.String() + turn); !ok || strings.Contains(knob+choice, "+") {
			return 0, &problem{Kind: "input", Pointer: metadata.Pointer(name, knob), Message: "no such knob, or it has no such choice"}
		}
		turned += turn
	}
	m, _ := metadata.ParseMode(turned)
	return m, nil
}

// object reads a metadata object, which may be absent.
func (req request) object(name string) (metadata.Object, error) {
	if !req.has(name) {
		return metadata.Object{}, nil
	}
	o, err := metadata.Parse(req[name])
	if err != nil {
		return o, input(name, err)
	}
	return o, nil
}

// delta reads a patch of a metadata object, which may be absent.
func (req request) delta(name string) (metadata.Delta, error) {
	if !req.has(name) {
		return metadata.Delta{}, nil
	}
	d, err := metadata.ParseDelta(req[name])
	if err != nil {
		return d, input(name, err)
	}
	return d, nil
}

func (req request) profile(name string) (user.Profile, error) {
	if !req.has(name) {
		return user.Profile{}, missing(name)
	}
	p, err := user.Parse(req[name])
	if err != nil {
		return p, input(name, err)
	}
	return p, nil
}

func (req request) payload(name string) (patch.Payload, error) {
	if !req.has(name) {
		return patch.Payload{}, missing(name)
	}
	p, err := patch.Parse(req[name])
	if err != nil {
		return p, input(name, err)
	}
	return p, nil
}

func (req request) steps(name string) ([]patch.Step, error) {
	if !req.has(name) {
		return nil, missing(name)
	}
	steps, err := patch.ParseSteps(req[name])
	if err != nil {
		return nil, input(name, err)
	}
	return steps, nil
}

// policies reads the readings of single rules, which may be absent.
func (req request) policies(name string) (map[user.RuleID]string, error) {
	if !req.has(name) {
		return nil, nil
	}
	var t patch.Target
	if err := t.UnmarshalJSON(slices.Concat([]byte(`{"policies":`), req[name], []byte("}"))); err != nil {
		p := input(name, err)
		if q, ok := p.(*problem); ok { // the pointer has the name already
			q.Pointer = strings.TrimPrefix(q.Pointer, metadata.Pointer(name))
		}
		return nil, p
	}
	return t.Policies, nil
}

// target reads what is known of the user and the caller, which may be absent.
func (req request) target(name string) (t patch.Target, err error) {
	if !req.has(name) {
		return t, nil
	}
	if err := t.UnmarshalJSON(req[name]); err != nil {
		return t, input(name, err)
	}
	return t, nil
}
