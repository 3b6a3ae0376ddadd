package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// connected is a connection of the tenant.
type connected struct {
	user.Connection
	id string // for imports; "" if it is not known
}

// runner runs probes, one request at a time.
type runner struct {
	c           *client
	j           *journal
	g           *guard
	connections []connected
	trials      map[string]trial // by the name of the connection
	tag         string           // of this run; random
	users       int              // created
	most        int              // users that may be created
	reserve     int              // requests that are kept for finish
	settles     time.Duration    // see settles
	policies    rule.Policies    // as read so far
}

// undecided is an error of one probe: nothing is claimed.
type undecided string

func (u undecided) Error() string { return string(u) }

// Requests and users of a probe. They bound a run.
func (p probe) bounds() (requests, users int) {
	users = 1
	if p.second != "" {
		users = 2
	}
	requests = users*6 + len(p.setup) + 6
	if p.ask.isImport() {
		requests += polls
	}
	return requests, users
}

// usual returns the number of requests that p sends if none is repeated.
func (p probe) usual() int {
	_, users := p.bounds()
	return users*4 + len(p.setup) + 4
}

// fits returns the connections on which p runs: the first one that meets its need, and
// another database for a second user.
func (r *runner) fits(p probe) (c, other connected, ok bool) {
	for _, c := range r.connections {
		if !p.needs.met(c.Connection) {
			continue
		}
		if p.needs != anotherDatabase {
			return c, c, true
		}
		for _, other := range r.connections {
			if other.Name != c.Name && aDatabase.met(other.Connection) {
				return c, other, true
			}
		}
	}
	return connected{}, connected{}, false
}

// run runs the probe and deletes what it created. The error ends the run.
func (r *runner) run(ctx context.Context, p probe) (finding, error) {
	f := finding{Rule: p.rule, Sent: p.ask.String(), Status: notRun}
	c, other, ok := r.fits(p)
	if !ok {
		f.Reason = "needs " + needs[p.needs]
		return f, nil
	}
	f.Connection, f.Date = kindOf(c.Connection), r.c.now().UTC().Format(time.DateOnly)
	if p.ask.isImport() && c.id == "" {
		f.Reason = "needs the id of the connection, which GET /api/v2/connections answers"
		return f, nil
	}
	if f.Reason = r.trials[c.Name].unstable(p); f.Reason != "" {
		f.Status = unclear
		return f, nil
	}
	s := newSession(fmt.Sprintf("%s-%d", r.tag, r.users), c.Name, other.Name)
	x := &attempt{runner: r, p: p, s: s, on: c, other: other, f: &f}
	err := x.run(ctx)
	var no undecided
	switch {
	case errors.Is(err, errUnreachable):
		f.Status, f.Reason, err = unclear, errUnreachable.Error(), nil
	case errors.Is(err, errNoImports):
		f.Reason, err = errNoImports.Error(), nil
	case errors.As(err, &no):
		f.Status, f.Reason, err = unclear, string(no), nil
	}
	if err == nil {
		err = r.clean(ctx, false)
	}
	return f, err
}

// attempt is one run of a probe.
type attempt struct {
	*runner
	p         probe
	s         session
	on, other connected
	f         *finding
}

func (a *attempt) run(ctx context.Context) error {
	if a.p.ask.path != usersPath {
		if _, err := a.mustCreate(ctx, a.base(""), a.p.creation); err != nil {
			return err
		}
	}
	if a.p.second != "" {
		if _, err := a.mustCreate(ctx, a.base("2"), a.p.second); err != nil {
			return err
		}
	}
	for _, x := range a.p.setup {
		answer, err := a.send(ctx, x)
		if err != nil {
			return err
		}
		if answer.status >= 300 {
			return undecided(fmt.Sprintf("a request without what the rule is about was answered %d too", answer.status))
		}
	}
	if a.p.ask.path == usersPath {
		return a.creation(ctx)
	}
	return a.change(ctx)
}

// base returns the members of a creation; which is "" or "2".
func (a *attempt) base(which string) string {
	c, name := a.on.Connection, "<connection>"
	if which != "" {
		c, name = a.other.Connection, "<connection2>"
	}
	base := `"connection":"` + name + `","user_id":"<id` + which + `>","email":"<email` + which + `>","password":"<password>","email_verified":false,"verify_email":false`
	if requiresUsername(c) {
		base += `,"username":"<username` + which + `>"`
	}
	return base
}

// target returns the target of requests on the connection.
func (a *attempt) target() user.Target {
	return user.Target{Connection: a.on.Connection, Migrated: a.on.Kind == user.CustomDatabase && a.on.ImportMode, Sources: rule.Lenient, Policies: a.policies}
}

// creation asks with a creation.
func (a *attempt) creation(ctx context.Context) error {
	body, err := a.s.object(a.base(""), a.p.ask.body)
	if err != nil {
		return err
	}
	got, err := a.create(ctx, body)
	if err != nil {
		return err
	}
	x := exchange{path: a.p.ask.path, body: body}
	if got.status >= 300 {
		return a.judge(x, got, user.Profile{}, user.Profile{})
	}
	p, err := user.Parse(got.text)
	if err != nil || !a.j.owns(idOf(p)) {
		return undecided("the answer to the creation is about another user")
	}
	after, ok, err := a.get(ctx, idOf(p))
	if err != nil {
		return err
	}
	if !ok {
		return undecided("the user that was created cannot be read")
	}
	return a.judge(x, got, user.Profile{}, after)
}

// change asks with a request about the first user.
func (a *attempt) change(ctx context.Context) error {
	if a.trials[a.on.Name].changes {
		if err := a.c.sleep(ctx, a.settles); err != nil {
			return err
		}
	}
	before, err := a.mustGet(ctx, "user")
	if err != nil {
		return err
	}
	if err := a.expects(before); err != nil {
		return err
	}
	x := exchange{path: a.p.ask.path, body: a.s.body(a.p.ask.body), before: before, other: a.other.Connection}
	if x.path == identitiesPath && a.p.second != "" && a.p.answer == "" {
		if x.second, err = a.mustGet(ctx, "user2"); err != nil {
			return err
		}
	} else {
		x.second = before
	}
	if id, ok := strings.CutPrefix(x.path, identitiesPath+"/auth0/"); ok {
		x.provider, x.identity = "auth0", user.ID(a.s.fill(id, func(s string) string { return s }))
	}
	got, err := a.send(ctx, a.p.ask)
	switch {
	case err != nil:
		return err
	case a.p.ask.isImport() && notOffered(got.status):
		return errNoImports
	}
	after, err := a.mustGet(ctx, "user")
	if err != nil {
		return err
	}
	return a.judge(x, got, before, after)
}

// send sends a step about the first user.
func (a *attempt) send(ctx context.Context, x step) (answer, error) {
	if x.isImport() {
		return a.load(ctx, x)
	}
	var body []byte
	if x.body != "" {
		body = a.s.body(x.body)
	}
	valid := isList
	if x.path == userPath {
		valid = isUser(a.s["user"])
	}
	return a.c.do(ctx, x.method, a.s.path(x.path), jsonKind, body, valid)
}

// isList reports whether text is a JSON array.
func isList(text []byte) bool {
	var list []json.RawMessage
	return json.Unmarshal(text, &list) == nil && list != nil
}

const jsonKind = "application/json"
