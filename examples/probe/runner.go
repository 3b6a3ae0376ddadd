package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/metameld/metameld/metadata"
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

// errNoImports ends a probe that needs an import.
var errNoImports = errors.New("the tenant offers no imports")

// errUsers stops the run.
var errUsers = errors.New("the number of users that was announced is used up")

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

const polls = 30

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
	if err != nil {
		return f, err
	}
	if err := r.clean(ctx, false); err != nil {
		return f, err
	}
	return f, nil
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

// create creates a user, whose possible ids are in the journal before.
func (a *attempt) create(ctx context.Context, body []byte) (answer, error) {
	if a.users++; a.users > a.most {
		return answer{}, errUsers
	}
	ids := created(body, a.target())
	if err := a.j.begins(ids, a.c.now(), creationEnds); err != nil {
		return answer{}, err
	}
	got, err := a.c.do(ctx, http.MethodPost, usersPath, jsonKind, body, hasUserID)
	if err != nil {
		return answer{}, err
	}
	written := a.j.write(entry{Answered: ids})
	if got.repeated && got.status == http.StatusConflict { // the first request created it
		for _, id := range ids {
			if p, ok, err := a.get(ctx, id); err != nil {
				return answer{}, err
			} else if ok {
				return answer{status: http.StatusCreated, text: p.AppendJSON(nil), repeated: true}, written
			}
		}
	}
	if got.status >= 300 {
		return got, written
	}
	p, err := user.Parse(got.text)
	if err == nil && !slices.Contains(ids, idOf(p)) {
		err = a.stranger(ctx, p, body, ids)
	}
	return got, errors.Join(err, written)
}

// stranger handles a creation whose answer shows another id than those in the journal. On a
// custom database it is the one that a script chose. Otherwise the error ends the run,
// unless the user exists: then the answer was not about the creation.
func (a *attempt) stranger(ctx context.Context, p user.Profile, body []byte, ids []string) error {
	o, err := metadata.Parse(body)
	if err != nil {
		return err
	}
	sent, _ := o.At("/user_id").Str()
	e := entry{Chosen: &chosen{idOf(p), sent}}
	if email, _ := o.At("/email").Str(); a.isCustom(o) && p.Email.Or("") == email {
		a.j.apply(e) // the user is deleted even if the journal cannot be written
		return a.j.write(e)
	}
	for _, id := range ids {
		if _, ok, err := a.get(ctx, id); err != nil || ok {
			return err
		}
	}
	return errID(idOf(p))
}

// isCustom reports whether a creation is on a custom database.
func (a *attempt) isCustom(creation metadata.Object) bool {
	name, _ := creation.At("/connection").Str()
	return slices.ContainsFunc(a.connections, func(c connected) bool { return c.Name == name && c.Kind == user.CustomDatabase })
}

// errID is the id that a tenant gave to a user instead of the one that was sent.
type errID string

func (e errID) Error() string {
	return fmt.Sprintf("the tenant created a user with another id than the one that was sent: delete the user %q yourself", string(e))
}

// mustCreate returns the user whom the answer shows.
func (a *attempt) mustCreate(ctx context.Context, base, further string) (user.Profile, error) {
	body, err := a.s.object(base, further)
	if err != nil {
		return user.Profile{}, err
	}
	got, err := a.create(ctx, body)
	switch {
	case err != nil:
		return user.Profile{}, err
	case got.status == http.StatusForbidden:
		return user.Profile{}, errScope
	case got.status >= 300:
		a.f.message = a.s.general(messageOf(got.text))
		return user.Profile{}, undecided(fmt.Sprintf("a user could not be created: %d", got.status))
	}
	return user.Parse(got.text)
}

var errScope = errors.New("the token lacks a scope (403): it needs create:users, read:users, update:users, delete:users and read:connections")

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

// load sends a row as the file of an import, and waits for the job.
func (a *attempt) load(ctx context.Context, x step) (answer, error) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, part := range [][2]string{{"connection_id", a.on.id}, {"upsert", strconv.FormatBool(x.path == upsertPath)}, {"send_completion_email", "false"}} {
		if err := w.WriteField(part[0], part[1]); err != nil {
			return answer{}, err
		}
	}
	file, err := w.CreateFormFile("users", "users.json")
	if err != nil {
		return answer{}, err
	}
	if _, err := fmt.Fprintf(file, "[%s]", a.s.body(x.body)); err != nil {
		return answer{}, err
	}
	if err := w.Close(); err != nil {
		return answer{}, err
	}
	id := a.s["user"]
	if err := a.j.begins([]string{id}, a.c.now(), importEnds); err != nil {
		return answer{}, err
	}
	got, err := a.c.do(ctx, http.MethodPost, importsPath, w.FormDataContentType(), form.Bytes(), isJob(""))
	repeated := got.repeated
	if err == nil && got.status < 300 {
		got, err = a.job(ctx, jobOf(got.text).ID)
	}
	if err != nil || repeated { // an import may not have ended
		got.repeated = repeated
		return got, err
	}
	return got, a.j.write(entry{Answered: []string{id}})
}

// job waits for a job. A row that it refuses is answered 400.
func (a *attempt) job(ctx context.Context, id string) (answer, error) {
	for range polls {
		got, err := a.c.do(ctx, http.MethodGet, jobsPath+"/"+url.PathEscape(id), "", nil, isJob(id))
		if err != nil {
			return answer{}, err
		}
		j := jobOf(got.text)
		switch {
		case got.status >= 300:
			return answer{}, undecided(fmt.Sprintf("the import job cannot be read: %d", got.status))
		case j.Status == "completed" && j.Summary.Total == 1 && j.Summary.Failed == 1:
			return answer{status: http.StatusBadRequest, text: []byte(`{"message":"the row was not imported"}`)}, nil
		case j.Status == "completed" && j.Summary.Total == 1 && j.Summary.Updated+j.Summary.Inserted == 1:
			return answer{status: http.StatusOK}, nil
		case j.Status == "completed" || j.Status == "failed":
			return answer{status: http.StatusUnprocessableEntity, text: []byte(`{}`)}, nil
		}
		if err := a.c.sleep(ctx, 4*time.Second); err != nil {
			return answer{}, err
		}
	}
	return answer{}, undecided("the import job did not end in time")
}

// importJob is a job as the API answers it.
type importJob struct {
	ID, Status string
	Summary    struct{ Failed, Updated, Inserted, Total int }
}

func jobOf(text []byte) (j importJob) {
	_ = json.Unmarshal(text, &j) // isJob has judged it
	return j
}

// isJob returns a function that reports whether text is the job with the id, or any job.
func isJob(id string) func([]byte) bool {
	return func(text []byte) bool {
		var j importJob
		return json.Unmarshal(text, &j) == nil && j.ID != "" && (id == "" || j.ID == id) && !strings.ContainsAny(j.ID, "/?")
	}
}

// get reads a user.
func (r *runner) get(ctx context.Context, id string) (user.Profile, bool, error) {
	got, err := r.c.do(ctx, http.MethodGet, usersPath+"/"+url.PathEscape(id), "", nil, isUser(id))
	switch {
	case err != nil:
		return user.Profile{}, false, err
	case got.status == http.StatusNotFound:
		return user.Profile{}, false, nil
	case got.status == http.StatusForbidden:
		return user.Profile{}, false, errScope
	case got.status >= 300:
		return user.Profile{}, false, undecided(fmt.Sprintf("a user cannot be read: %d", got.status))
	}
	p, err := user.Parse(got.text)
	return p, err == nil, err
}

func (a *attempt) mustGet(ctx context.Context, name string) (user.Profile, error) {
	p, ok, err := a.get(ctx, a.s[name])
	if err == nil && !ok {
		err = undecided("a user that was created cannot be read")
	}
	return p, err
}

// isUser returns a function that reports whether text is the user with the id.
func isUser(id string) func([]byte) bool {
	return func(text []byte) bool {
		p, err := user.Parse(text)
		return err == nil && idOf(p) == id
	}
}

// isList reports whether text is a JSON array.
func isList(text []byte) bool {
	var list []json.RawMessage
	return json.Unmarshal(text, &list) == nil && list != nil
}

func hasUserID(text []byte) bool {
	p, err := user.Parse(text)
	return err == nil && idOf(p) != ""
}

func idOf(p user.Profile) string { return string(p.UserID.Or("")) }

const jsonKind = "application/json"

// ours reports whether a profile is that of a user that this program created: its id has
// the prefix, or is one that a custom database chose for the e-mail address, and so have its
// e-mail address and each of its identities.
func (r *runner) ours(p user.Profile) bool {
	email := p.Email.Or("")
	if email != "" && (!strings.HasPrefix(email, prefix) || !strings.HasSuffix(email, emailDomain)) {
		return false
	}
	mine := func(id string) bool {
		if strings.HasPrefix(strings.TrimPrefix(strings.TrimPrefix(id, provider), provider), prefix) {
			return true
		}
		return r.j.chosen[id] != ""
	}
	if sent, ok := r.j.chosen[idOf(p)]; ok && !slices.Contains([]string{sent + emailDomain, sent + "-new" + emailDomain}, email) {
		return false
	}
	return mine(idOf(p)) && !slices.ContainsFunc(p.Identities, func(i user.Identity) bool {
		return i.Provider.Or("") != "auth0" || !mine(provider+string(i.UserID.Or("")))
	})
}

// clean deletes the users in the journal. An id without a user stays in the journal until
// the last time: the answer to a creation may have been lost, and the user may yet appear.
func (r *runner) clean(ctx context.Context, last bool) error {
	var failed error
	for _, id := range slices.Clone(r.j.ids) {
		err := r.delete(ctx, id, last)
		if ends(err) {
			return err
		}
		failed = cmp.Or(failed, err)
	}
	return failed
}

// ends reports whether no request after err can succeed.
func ends(err error) bool {
	var wait errWait
	return errors.Is(err, context.Canceled) || errors.Is(err, errBudget) || errors.Is(err, errToken) || errors.Is(err, errCredentials) || errors.As(err, &wait)
}

var errLate = errors.New("a creation or an import whose end was not seen may yet create a user")

// delete deletes a user whom a GET shows to be one of this program's.
func (r *runner) delete(ctx context.Context, id string, last bool) error {
	for n := range 3 {
		p, ok, err := r.get(ctx, id)
		if err != nil {
			return err
		}
		if !ok {
			if n == 0 && !last {
				return nil // the last time comes
			}
			if r.j.mayReturn(id, r.c.now()) {
				if !last {
					return nil
				}
				return errLate
			}
			return r.j.write(entry{Gone: id})
		}
		if !r.ours(p) {
			return errors.New("a user in the journal does not have the prefix of this program: it was not deleted")
		}
		r.g.confirmed = id
		got, err := r.c.do(ctx, http.MethodDelete, usersPath+"/"+url.PathEscape(id), "", nil, nil)
		r.g.confirmed = ""
		if err == nil && got.status == http.StatusForbidden {
			err = errScope
		}
		if err != nil {
			return err
		}
	}
	return errors.New("a user that was deleted is still there")
}
