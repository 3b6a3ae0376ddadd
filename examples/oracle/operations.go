package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/patch/card"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// operation is what the oracle does for one op.
type operation struct {
	name  string
	takes string // the members that a line may have beside op
	do    func(*answer, request) error
}

// operations lists all of them. It is never changed.
var operations = []operation{
	{"merge", "mode base patch", (*answer).merge},
	{"diff", "mode from to", (*answer).diff},
	{"lower", "mode base patch", (*answer).lower},
	{"compose", "mode first then", (*answer).compose},
	{"merge3", "base ours theirs", (*answer).merge3},
	{"roundtrip", "user", (*answer).roundtrip},
	{"validate", "payload user target", (*answer).validate},
	{"apply", "user payload target", (*answer).apply},
	{"payload-diff", "from to", (*answer).payloadDiff},
	{"plan", "from to payload target", (*answer).plan},
	{"inverse", "user payload target", (*answer).inverse},
	{"form", "form pass_empty_values target policies", (*answer).form},
	{"output", "user", (*answer).output},
	{"create", "payload target id", (*answer).create},
	{"login", "cached login target", (*answer).login},
	{"rules-object", "user", (*answer).rulesObject},
	{"link", "primary secondary merge_metadata target", (*answer).link},
	{"unlink", "user provider user_id", (*answer).unlink},
	{"stage", "trigger user steps target policies", (*answer).stage},
	{"connection", "connection", (*answer).connection},
	{"sign-up", "payload target", (*answer).signUp},
	{"import", "user row upsert id target", (*answer).importRow},
	{"link-request", "request scopes", (*answer).linkRequest},
	{"answered", "endpoint status message", (*answer).answered},
	{"rules", "", (*answer).rules},
}

// find returns the operation of that name.
func find(name string) (operation, error) {
	for _, op := range operations {
		if op.name == name {
			return op, nil
		}
	}
	return operation{}, &problem{Kind: "input", Pointer: "/op", Message: "no such operation"}
}

// operate does the operation of the request.
func (a *answer) operate(req request) error {
	name, err := req.text("op")
	if err != nil {
		return err
	}
	op, err := find(name)
	if err != nil {
		return err
	}
	a.Ignored = req.ignored(op)
	return op.do(a, req)
}

func (a *answer) merge(req request) error {
	m, err := req.mode("mode")
	base, err2 := optional(req, "base", metadata.Parse)
	d, err3 := optional(req, "patch", metadata.ParseDelta)
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	a.Result = m.Merge(base, d)
	return nil
}

func (a *answer) diff(req request) error {
	m, err := req.mode("mode")
	from, err2 := optional(req, "from", metadata.Parse)
	to, err3 := optional(req, "to", metadata.Parse)
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	a.Patch, err = m.Diff(from, to)
	return unreachable(rule.MetadataUnreachable, err)
}

// unreachable turns the error of a diff into an answer.
func unreachable(id rule.ID, err error) error {
	if err == nil {
		return nil
	}
	missed := metadata.Unreachable(err)
	if missed == nil {
		return refused(err)
	}
	members := "members"
	if len(missed) == 1 {
		members = "member"
	}
	p := &problem{
		Kind: "refused", Rule: id, Pointer: missed[0],
		Message: fmt.Sprintf("%d %s cannot be reached: %.2000s", len(missed), members, strings.Join(missed, ", ")),
	}
	var because rule.Violations
	if errors.As(err, &because) {
		p.Message += "; " + because.Error()
	}
	return p
}

func (a *answer) lower(req request) error {
	m, err := metadata.FirstLevel, error(nil)
	if _, ok := req["mode"]; ok {
		m, err = req.mode("mode")
	}
	base, err2 := optional(req, "base", metadata.Parse)
	d, err3 := optional(req, "patch", metadata.ParseDelta)
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	a.Patch, err = m.FromDeep(base, d)
	return unreachable(rule.MetadataUnreachable, err)
}

func (a *answer) compose(req request) error {
	m, err := req.mode("mode")
	first, err2 := optional(req, "first", metadata.ParseDelta)
	then, err3 := optional(req, "then", metadata.ParseDelta)
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	a.Patches = m.Compose(first, then)
	return nil
}

func (a *answer) merge3(req request) error {
	base, err := optional(req, "base", metadata.Parse)
	ours, err2 := optional(req, "ours", metadata.Parse)
	theirs, err3 := optional(req, "theirs", metadata.Parse)
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	a.Result, a.Conflicts = metadata.Merge3(base, ours, theirs)
	return nil
}

func (a *answer) roundtrip(req request) error {
	u, err := argument(req, "user", user.Parse)
	a.User = &u
	return err
}

func (a *answer) validate(req request) error {
	p, err := argument(req, "payload", patch.Parse)
	t, err2 := optional(req, "target", decoded[user.Target])
	u, err3 := optional(req, "user", user.Parse)
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	v := p.Validate(t)
	if req.has("user") { // what depends on the user is judged, too
		out, err := p.Apply(u, t)
		if err != nil {
			return a.unapplied(v, err)
		}
		v = rule.Verdict{Warnings: out.Warnings}
	}
	a.verdict(v)
	return nil
}

// unapplied answers for a payload that Apply refuses; v is the verdict without the user.
func (a *answer) unapplied(v rule.Verdict, err error) error {
	if errors.As(err, &v.Violations) {
		a.verdict(v)
		return nil
	}
	return input("user", err)
}

func (a *answer) verdict(v rule.Verdict) {
	valid := v.Valid()
	a.Valid, a.Violations, a.Warnings = &valid, v.Violations, v.Warnings
}

func (a *answer) apply(req request) error {
	u, err := argument(req, "user", user.Parse)
	p, err2 := argument(req, "payload", patch.Parse)
	t, err3 := optional(req, "target", decoded[user.Target])
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	out, err := p.Apply(u, t)
	if err != nil {
		return a.unapplied(p.Validate(t), err)
	}
	a.verdict(rule.Verdict{})
	a.outcome(out)
	return nil
}

func (a *answer) payloadDiff(req request) error {
	from, err := argument(req, "from", user.Parse)
	to, err2 := argument(req, "to", user.Parse)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	d, err := patch.Diff(from, to)
	err = a.reached(d, err)
	var p *problem
	if errors.As(err, &p) && p.Rule == rule.Unreachable {
		p.Message += "; leave out of the goal what no update sets, and use plan with a target if the connection is known (in Go: Payload.Sendable, PlanTo)"
	}
	return err
}

func (a *answer) plan(req request) error {
	from, err := argument(req, "from", user.Parse)
	t, err2 := optional(req, "target", decoded[user.Target])
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	if req.has("to") {
		to, err := argument(req, "to", user.Parse)
		if err != nil {
			return err
		}
		a.Payloads, err = patch.PlanTo(from, to, t)
		return unplanned(err)
	}
	goal, err := argument(req, "payload", patch.Parse)
	if err != nil {
		return err
	}
	a.Payloads, err = patch.Plan(from, goal, t)
	return unplanned(err)
}

// unplanned turns the error of a plan into an answer.
func unplanned(err error) error {
	var v rule.Violation
	if errors.As(err, &v) {
		return refused(err)
	}
	return unreachable(rule.Unreachable, err)
}

func (a *answer) inverse(req request) error {
	u, err := argument(req, "user", user.Parse)
	p, err2 := argument(req, "payload", patch.Parse)
	t, err3 := optional(req, "target", decoded[user.Target])
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	q, err := p.Inverse(u, t)
	return a.reached(q, err)
}

// reached answers with a payload, and with the error that lists what it cannot reach.
func (a *answer) reached(p patch.Payload, err error) error {
	if err == nil || !p.IsZero() {
		a.Payload = &p
	}
	return unreachable(rule.Unreachable, err)
}

func (a *answer) form(req request) error {
	pass, err := req.boolean("pass_empty_values")
	if err != nil {
		return err
	}
	f, err := argument(req, "form", decoded[card.Form])
	t, err2 := optional(req, "target", decoded[user.Target])
	policies, err3 := req.policies("policies")
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	empties := metadata.SkipEmpty
	if pass {
		empties = metadata.PassEmpty
	}
	p, warnings := f.Payload(empties, joined(t.Policies, policies))
	a.Payload, a.Warnings = &p, warnings
	return nil
}

func (a *answer) output(req request) error {
	u, err := argument(req, "user", user.Parse)
	if err != nil {
		return err
	}
	if a.Output, err = card.Output(u); err != nil {
		return input("user", err)
	}
	return nil
}

func (a *answer) create(req request) error {
	c, err := argument(req, "payload", lifecycle.ParseCreation)
	t, err2 := optional(req, "target", decoded[user.Target])
	var id string
	var err3 error
	if req.has("id") {
		id, err3 = req.identifier("id")
	}
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	out, err := c.Create(id, t)
	if err != nil {
		return a.unapplied(c.Validate(t), err)
	}
	a.verdict(rule.Verdict{Warnings: out.Warnings})
	a.Profile, a.Effects = &out.Profile, out.Effects
	return nil
}

func (a *answer) signUp(req request) error {
	c, err := argument(req, "payload", lifecycle.ParseCreation)
	t, err2 := optional(req, "target", decoded[user.Target])
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	a.verdict(lifecycle.SignUp(c, t))
	return nil
}

func (a *answer) importRow(req request) error {
	r, err := argument(req, "row", lifecycle.ParseRow)
	existing, err2 := optional(req, "user", user.Parse)
	t, err3 := optional(req, "target", decoded[user.Target])
	var upsert bool
	var id string
	var err4, err5 error
	if req.has("upsert") {
		upsert, err4 = req.boolean("upsert")
	}
	if req.has("id") {
		id, err5 = req.identifier("id")
	}
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		return err
	}
	out, err := r.Import(existing, upsert, id, t)
	if err != nil {
		v := r.Validate(t)
		v.Violations = nil
		return a.unapplied(v, err)
	}
	a.verdict(rule.Verdict{})
	a.outcome(out)
	return nil
}

func (a *answer) login(req request) error {
	login, err := argument(req, "login", lifecycle.ParseLogin)
	cached, err2 := optional(req, "cached", user.Parse)
	t, err3 := argument(req, "target", decoded[user.Target])
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	out, err := lifecycle.Login(cached, login, t)
	if err != nil {
		return refused(err)
	}
	a.outcome(out)
	return nil
}

// outcome answers with the outcome of an operation.
func (a *answer) outcome(out user.Outcome) {
	a.Profile, a.Effects, a.Warnings = &out.Profile, out.Effects, out.Warnings
	for _, c := range out.Changes() {
		a.Changes = append(a.Changes, change{c.Pointer, c.Kind})
	}
}

func (a *answer) rulesObject(req request) error {
	u, err := argument(req, "user", user.Parse)
	if err != nil {
		return err
	}
	r, err := lifecycle.RulesObject(u)
	if err != nil {
		return refused(err)
	}
	a.User, a.Shadowed = r.User, r.Shadowed
	return nil
}

func (a *answer) link(req request) error {
	primary, err := argument(req, "primary", user.Parse)
	secondary, err2 := argument(req, "secondary", user.Parse)
	var mode metadata.Mode
	var err3 error
	if req.has("merge_metadata") {
		mode, err3 = req.mode("merge_metadata")
	}
	t, err4 := optional(req, "target", decoded[user.Target])
	if err := errors.Join(err, err2, err3, err4); err != nil {
		return err
	}
	var l user.Outcome
	if req.has("merge_metadata") {
		l, err = identities.LinkMerging(primary, secondary, mode, t)
	} else {
		l, err = identities.Link(primary, secondary, t)
	}
	if err != nil {
		return refused(err)
	}
	a.Profile, a.Identities, a.Warnings = &l.Profile, l.Profile.Identities, l.Warnings
	return nil
}

func (a *answer) unlink(req request) error {
	u, err := argument(req, "user", user.Parse)
	provider, err2 := req.text("provider")
	id, err3 := req.identifier("user_id")
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	out, err := identities.Unlink(u, provider, user.ID(id))
	if err != nil {
		return refused(err)
	}
	a.Profile, a.Warnings = &out.Profile, out.Warnings
	if !out.Detached.Equal(user.Profile{}) {
		a.Detached = &out.Detached
	}
	return nil
}

// widest is the maximum size of all event.users in one answer, in bytes.
const widest = 64 << 20

func (a *answer) stage(req request) error {
	name, err := req.text("trigger")
	u, err2 := argument(req, "user", user.Parse)
	steps, err3 := argument(req, "steps", actions.ParseSteps)
	t, err4 := optional(req, "target", decoded[user.Target])
	policies, err5 := req.policies("policies")
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		return err
	}
	t.Policies = joined(t.Policies, policies)
	s := actions.Stage{Trigger: actions.Trigger(name), User: u, Target: t}
	if !slices.Contains(actions.Triggers(), s.Trigger) {
		return input("trigger", fmt.Errorf("no such trigger; allowed: %v", actions.Triggers()))
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
	a.Payloads, a.Warnings, a.Profile = out.Writes.Payloads(), out.Warnings, &out.Profile
	for _, w := range out.Writes {
		a.Writes = append(a.Writes, write{w.To, w.Direct, w.Payload})
	}
	return nil
}

// joined returns the readings that both choose; where both choose, over wins.
func joined(base, over rule.Policies) rule.Policies {
	all := maps.Clone(base)
	if all == nil {
		return over
	}
	maps.Copy(all, over)
	return all
}

func (a *answer) linkRequest(req request) error {
	var c identities.Caller
	scopes, err := optional(req, "scopes", func(text []byte) (user.Target, error) {
		return decoded[user.Target](slices.Concat([]byte(`{"scopes":`), text, []byte("}")))
	})
	if err != nil {
		return within("scopes", err)
	}
	c.Scopes = scopes.Scopes
	var broken rule.Violations
	r, err := argument(req, "request", func(text []byte) (r identities.Request, err error) {
		if r, err = identities.ParseRequest(text); errors.As(err, &broken) {
			err = nil
		}
		return r, err
	})
	if err != nil {
		return err
	}
	v := rule.Verdict{Violations: broken}
	if v.Valid() {
		v = r.Validate(c)
	}
	a.verdict(v)
	return nil
}

// endpoints are those whose answers the oracle takes.
var endpoints = []string{"update", "create", "link", "unlink", "import", "sign-up"}

func (a *answer) answered(req request) error {
	endpoint, err := req.text("endpoint")
	status, err2 := req.number("status")
	message, err3 := req.text("message")
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	if !slices.Contains(endpoints, endpoint) {
		return input("endpoint", fmt.Errorf("no such endpoint; allowed: %s", strings.Join(endpoints, ", ")))
	}
	if r, ok := rule.Match(rule.Endpoint(endpoint), status, message); ok {
		a.Rule = r.ID
	}
	return nil
}

func (a *answer) connection(req request) error {
	c, err := argument(req, "connection", func(text []byte) (c user.Connection, err error) {
		c, a.Warnings, err = user.ParseConnection(text)
		return c, err
	})
	a.Connection = &c
	return err
}

func (a *answer) rules(request) error {
	a.Rules = rule.All()
	return nil
}

// refused turns an error of the library into an answer.
func refused(err error) error {
	var v rule.Violation
	if errors.As(err, &v) {
		return &problem{Kind: "refused", Rule: v.Rule, Pointer: v.Pointer, Message: v.Message}
	}
	return &problem{Kind: "refused", Message: err.Error()}
}
