package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// largeTenant is the number of users above which a tenant is refused without a flag: it is
// hardly one for development.
const largeTenant = 1000

// bounds returns how many requests and users the probes need at most. left is the number of
// users that an earlier run may have left.
func bounds(list []probe, connections, left int) (requests, users int) {
	for _, p := range list {
		n, u := p.bounds()
		requests += n
		users += u
	}
	users += connections // see try
	requests += 10 * connections
	return requests*2 + 50 + 4*left + reserve(users+left), users
}

// reserve returns the number of requests that are kept for the last deletions.
func reserve(users int) int { return 20 + 8*users }

// prepare reads the connections, counts the users, and deletes what an earlier run left.
func (r *runner) prepare(ctx context.Context, o options, list []probe) error {
	requests, users := bounds(list, o.count(), len(r.j.ids))
	r.reserve = reserve(users + len(r.j.ids))
	r.c.left, r.most = requests-r.reserve, users
	if err := r.connect(ctx, o); err != nil {
		return err
	}
	if !o.large {
		if err := r.count(ctx); err != nil {
			return err
		}
	}
	return r.clean(ctx, false)
}

// describe reads the file of -connections, which has what [user.Connection] has as JSON; id, for
// imports, is optional.
func (o *options) describe() error {
	if o.declared == "" {
		return nil
	}
	text, err := os.ReadFile(o.declared)
	if err != nil {
		return errors.New("the file of -connections cannot be read")
	}
	var list []json.RawMessage
	if json.Unmarshal(text, &list) != nil || len(list) == 0 {
		return errors.New(`the file of -connections is not a JSON list such as [{"name":"Username-Password-Authentication","kind":"database"}]`)
	}
	for i, text := range list {
		var c connected
		members, err := metadata.Parse(text)
		if err == nil {
			c.id, _ = members.At("/id").Str()
			err = json.Unmarshal(members.Without("id").AppendJSON(nil), &c.Connection)
		}
		switch {
		case err != nil:
		case c.Name == "":
			err = errors.New("it has no name")
		case c.Kind == user.KindUnknown:
			err = errors.New("it has no kind: database or custom-database")
		case slices.Contains(o.connections, c.Name) || slices.ContainsFunc(o.described, func(d connected) bool { return d.Name == c.Name }):
			err = errors.New("its name is that of another one")
		}
		if err != nil {
			return fmt.Errorf("connection %d in the file of -connections: %w", i+1, err)
		}
		o.described = append(o.described, c)
	}
	return nil
}

// connect reads the connections that the flags name.
func (r *runner) connect(ctx context.Context, o options) error {
	r.connections = slices.Clone(o.described)
	for _, name := range o.connections {
		c, err := r.connection(ctx, name)
		if err != nil {
			return err
		}
		r.connections = append(r.connections, c)
	}
	for _, c := range r.connections {
		switch kind := c.Kind; {
		case kind != user.Database && kind != user.CustomDatabase:
			return errors.New("a connection is no database: users are created on databases only")
		case kind == user.CustomDatabase && !o.scripts:
			return errors.New("a connection is a custom database, whose scripts write to a store of your own: add -run-scripts")
		case c.Disabled:
			return errors.New("a connection is disabled")
		}
	}
	return nil
}

// connection reads the connection with that name.
func (r *runner) connection(ctx context.Context, name string) (connected, error) {
	query := url.Values{"name": {name}, "strategy": {"auth0"}, "include_fields": {"true"}, "fields": {"id,name,strategy,options"}}
	got, err := r.c.do(ctx, http.MethodGet, connectionsPath+"?"+query.Encode(), "", nil, func(text []byte) bool {
		_, ok := connectionsIn(text)
		return ok
	})
	switch {
	case err != nil:
		return connected{}, err
	case got.status == http.StatusForbidden:
		return connected{}, errScope
	case got.status >= 300:
		return connected{}, fmt.Errorf("the connection cannot be read (%d); -connections can describe it", got.status)
	}
	list, _ := connectionsIn(got.text)
	for _, text := range list {
		c, _, err := user.ParseConnection(text)
		if err == nil && c.Name == name {
			o, err := metadata.Parse(text)
			id, _ := o.At("/id").Str()
			return connected{c, id}, err
		}
	}
	return connected{}, errors.New("the tenant has no database connection with the name that -connection gives")
}

// connectionsIn returns the connections in an answer, which is a list or a page of one.
func connectionsIn(text []byte) (list []json.RawMessage, ok bool) {
	if isList(text) {
		return list, json.Unmarshal(text, &list) == nil
	}
	var page struct{ Connections []json.RawMessage }
	err := json.Unmarshal(text, &page)
	return page.Connections, err == nil && page.Connections != nil
}

// count refuses a tenant with many users.
func (r *runner) count(ctx context.Context) error {
	got, err := r.c.do(ctx, http.MethodGet, usersPath+"?"+countQuery, "", nil, isUsers)
	if err != nil {
		return err
	}
	if got.status == http.StatusForbidden {
		return errScope
	}
	var page struct {
		Total *int `json:"total"`
	}
	if got.status >= 300 || json.Unmarshal(got.text, &page) != nil || page.Total == nil {
		return errors.New("the tenant does not say how many users it has: if it is one for development, add -large-tenant")
	}
	if *page.Total > largeTenant {
		return errors.New("the tenant has more than 1,000 users: if it is one for development all the same, add -large-tenant")
	}
	return nil
}

// isUsers reports whether text is a list of users, or a page of one.
func isUsers(text []byte) bool {
	var page struct{ Users []json.RawMessage }
	return isList(text) || json.Unmarshal(text, &page) == nil && page.Users != nil
}

// runnable returns how many of the probes have a connection.
func (r *runner) runnable(list []probe) (n int) {
	for _, p := range list {
		if _, _, ok := r.fits(p); ok {
			n++
		}
	}
	return n
}

// fresh is how long a run that continues an interrupted one relies on its findings.
const fresh = time.Hour

// known returns what an interrupted run found: for the same catalogue, on the same connections
// with the same options, and not long ago.
func (r *runner) known(p probe, c, other connected) (finding, bool) {
	at := slices.IndexFunc(r.j.findings, func(f found) bool {
		return f.Rule == p.rule && f.Sent == p.ask.String() && f.On == [2]string{c.Name, other.Name} && f.Connection == kindOf(c.Connection) &&
			f.Catalogue == catalogue() && r.c.now().Sub(f.At) < fresh && (f.Status == fits || f.Status == contradicts)
	})
	if at < 0 {
		return finding{}, false
	}
	return r.j.findings[at].finding, true
}

// all runs the probes, except those whose findings are known. It calls say before each one
// that has a connection.
func (r *runner) all(ctx context.Context, list []probe, say func(n int, id rule.ID)) (findings []finding, err error) {
	n := 0
	for _, p := range list {
		c, other, ok := r.fits(p)
		if ok {
			n++
			say(n, p.rule)
		}
		if f, ok := r.known(p, c, other); ok {
			findings = append(findings, f)
			continue
		}
		if _, tried := r.trials[c.Name]; ok && !tried {
			if r.trials[c.Name], err = r.try(ctx, c); err != nil {
				return findings, err
			}
		}
		r.policies = policiesOf(rows(findings))
		f, err := r.run(ctx, p)
		if err != nil {
			return findings, err
		}
		findings = append(findings, f)
		if err := r.j.write(entry{Finding: &found{f, [2]string{c.Name, other.Name}, r.c.now(), catalogue()}}); err != nil {
			return findings, err
		}
	}
	return findings, nil
}

// settles is how long Actions and Hooks are given that run after a creation is answered.
const settles = 10 * time.Second

// trial is what the creation of a user on a connection showed.
type trial struct {
	refused bool
	altered []string // metadata that are not as they were sent
	changes bool     // what the answer shows changed after it
}

// try creates a user and deletes it: before more users are created, the token must be able
// to delete them. The user shows what Actions and Hooks do to new users. One that is refused
// is left to the probes to report.
func (r *runner) try(ctx context.Context, c connected) (t trial, err error) {
	x := &attempt{runner: r, s: newSession(fmt.Sprintf("%s-%d", r.tag, r.users), c.Name, ""), on: c, f: &finding{}}
	answer, err := x.mustCreate(ctx, x.base(""), `"user_metadata":{"a":1},"app_metadata":{"a":1}`)
	var no undecided
	switch {
	case errors.As(err, &no):
		t.refused = true
	case err != nil:
		return t, err
	default:
		if err := r.c.sleep(ctx, r.settles); err != nil {
			return t, err
		}
		later, ok, err := r.get(ctx, x.s["user"])
		if ok && idOf(answer) == idOf(later) { // otherwise the answer was not about the creation
			err = t.compare(answer, later)
		}
		if err != nil && !errors.As(err, &no) {
			return t, err
		}
	}
	return t, r.clean(ctx, false)
}

// compare compares the user of a trial with what the answer to the creation shows, and the
// metadata with those that were sent.
func (t *trial) compare(answer, later user.Profile) error {
	shown, err := answer.Object()
	if err != nil {
		return err
	}
	has, err := later.Object()
	if err != nil {
		return err
	}
	for name, v := range shown.All() {
		now, _ := has.Get(name)
		t.changes = t.changes || !now.Equal(v)
	}
	for _, pointer := range []string{"/user_metadata", "/app_metadata"} {
		if has.At(pointer).String() != `{"a":1}` {
			t.altered = append(t.altered, pointer)
		}
	}
	return nil
}

// unstable returns why a probe tells nothing on a connection, or "".
func (t trial) unstable(p probe) string {
	if p.ask.path != usersPath {
		return ""
	}
	if t.refused {
		return "a user could not be created without what the rule is about"
	}
	for _, pointer := range p.watch {
		if root := rootOf(pointer); slices.Contains(t.altered, root) {
			return "an Action or a Hook of the tenant changes " + root + " of new users"
		}
	}
	return ""
}

// finish deletes the users that are in the journal, also if ctx is done. The error says what
// to do about those that may be left.
func (r *runner) finish(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*longestWait)
	defer cancel()
	r.c.left, r.reserve = r.c.left+r.reserve, 0
	wait := 2 * time.Second
	if r.c.lost { // what was sent may still arrive
		wait = 30 * time.Second
	}
	var err error
	for range 3 {
		if len(r.j.ids) == 0 {
			return nil
		}
		if err = r.c.sleep(ctx, wait); err != nil {
			break
		}
		if err = r.clean(ctx, true); err == nil || ends(err) {
			break
		}
	}
	switch at := r.j.last(); {
	case err == nil:
		return nil
	case at.After(r.c.now()):
		return errors.Join(err, fmt.Errorf("users may be left: run the program again with -clean after %s", at.UTC().Format(time.RFC3339)))
	}
	return errors.Join(err, errors.New("users may be left: run the program again with -clean"))
}

// embedded are the connections of the tenant in memory: one for each need.
func embedded() []user.Connection {
	yes := user.Set(true)
	flexible := user.Attributes{Email: &user.Attribute{Identifier: yes}, PhoneNumber: &user.Attribute{Identifier: yes}, Username: &user.Attribute{Identifier: yes}}
	return []user.Connection{
		{Name: fake.DefaultConnection, Strategy: "auth0", Kind: user.Database},
		{Name: "with-usernames", Strategy: "auth0", Kind: user.Database, RequiresUsername: yes},
		{Name: "flexible", Strategy: "auth0", Kind: user.Database, Attributes: flexible},
		{Name: "own-store", Strategy: "auth0", Kind: user.CustomDatabase, RequiresUsername: yes},
		{Name: "own-store-import", Strategy: "auth0", Kind: user.CustomDatabase, ImportMode: true},
	}
}

// embed starts a tenant in memory and points the flags at it.
func (p *program) embed(o *options) (stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "metameld-probe")
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: fake.New(fake.Options{Connections: embedded()}), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	o.url, o.createUsers = "http://"+listener.Addr().String(), listener.Addr().String()
	o.scripts, o.journal = true, dir+"/journal"
	o.connections = nil
	for _, c := range embedded() {
		o.connections = append(o.connections, c.Name)
	}
	return func() { _, _ = server.Close(), os.RemoveAll(dir) }, nil
}
