package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// bench runs the program against a handler, without a network and without waiting.
type bench struct {
	t       *testing.T
	tenant  *fake.Tenant
	trip    func(*http.Request) (*http.Response, error) // between the program and the tenant
	env     map[string]string
	journal string
	clock   time.Time
	slept   []time.Duration
	sent    []string     // method and path
	open    atomic.Int32 // requests
	ctx     context.Context
	sync    func(*os.File) error

	exit           int
	stdout, stderr string
	result         result // of -json
}

func newBench(t *testing.T, o fake.Options) *bench {
	if o.Connections == nil {
		o.Connections = embedded()
	}
	b := &bench{
		t: t, tenant: fake.New(o), env: map[string]string{"METAMELD_TOKEN": "the-token-of-the-test"},
		journal: filepath.Join(t.TempDir(), "journal"), clock: time.Now().Truncate(time.Second), ctx: t.Context(), sync: func(*os.File) error { return nil },
	}
	b.trip = b.direct
	return b
}

func (b *bench) client(*url.URL) *http.Client { return &http.Client{Transport: b} }

// RoundTrip is that of the program's http.Client.
func (b *bench) RoundTrip(r *http.Request) (*http.Response, error) {
	assert.EqualValues(b.t, 1, b.open.Add(1), "more than one request at a time")
	defer b.open.Add(-1)
	b.sent = append(b.sent, r.Method+" "+r.URL.RequestURI())
	return b.trip(r)
}

// direct hands a request to the tenant.
func (b *bench) direct(r *http.Request) (*http.Response, error) { return serve(b.tenant, r), nil }

func serve(h http.Handler, r *http.Request) *http.Response {
	in := httptest.NewRequest(r.Method, r.URL.RequestURI(), r.Body).WithContext(r.Context())
	in.Header = r.Header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, in)
	return w.Result()
}

// reply is an answer that does not come from the tenant.
func reply(r *http.Request, status int, text string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: r}
}

// answered reads the body of an answer, which stays readable.
func answered(t *testing.T, resp *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	resp.Body = io.NopCloser(bytes.NewReader(text))
	return string(text)
}

// sleeps lets the time pass.
func (b *bench) sleeps(ctx context.Context, d time.Duration) error {
	b.slept = append(b.slept, d)
	b.clock = b.clock.Add(d)
	return ctx.Err()
}

// start runs the program with the flags.
func (b *bench) start(args ...string) {
	b.t.Helper()
	var stdout, stderr bytes.Buffer
	p := program{
		getenv: func(name string) string { return b.env[name] }, stdout: &stdout, stderr: &stderr,
		now: func() time.Time { return b.clock }, sleep: b.sleeps, sync: b.sync,
		http: b.client,
	}
	b.exit = p.main(b.ctx, args)
	b.stdout, b.stderr, b.result = stdout.String(), stderr.String(), result{}
	if slices.Contains(args, "-json") && !slices.Contains(args, "-json=false") && b.stdout != "" {
		require.NoError(b.t, json.Unmarshal(stdout.Bytes(), &b.result), b.stdout)
	}
}

// flags are those of a run that asks everything.
func (b *bench) flags(more ...string) []string {
	flags := []string{"-domain", "dev-abc.eu.auth0.com", "-create-users", "dev-abc", "-run-scripts", "-json", "-journal", b.journal}
	for _, c := range embedded() {
		flags = append(flags, "-connection", c.Name)
	}
	return append(flags, more...)
}

// users returns the users of the tenant.
func (b *bench) users() string {
	b.t.Helper()
	var w bytes.Buffer
	require.NoError(b.t, b.tenant.Export(&w))
	return w.String()
}

// cleanAtOnce checks that -clean deletes every user at once. If the end of a creation was
// not seen (late), the journal and the exit status say that one may yet appear.
func (b *bench) cleanAtOnce(late bool, why string) {
	b.t.Helper()
	b.start("-domain", "dev-abc.eu.auth0.com", "-clean", "-journal", b.journal)
	assert.Equal(b.t, late, b.exit != exitKnown, "%s: %s", why, b.stderr)
	assert.Equal(b.t, late, strings.Contains(b.stderr, errLate.Error()), "%s: %s", why, b.stderr)
	assert.Empty(b.t, b.users(), why)
}

// nothingLeft checks that the tenant has no users and the journal is gone. If the end of a
// creation or of an import was not seen, that is so after two hours and -clean.
func (b *bench) nothingLeft() {
	b.t.Helper()
	if strings.Contains(b.stderr, errLate.Error()) {
		assert.NotEqual(b.t, exitKnown, b.exit)
		assert.FileExists(b.t, b.journal)
		b.clock = b.clock.Add(importEnds)
		b.start("-domain", "dev-abc.eu.auth0.com", "-clean", "-journal", b.journal)
		assert.Equal(b.t, exitKnown, b.exit, b.stderr)
	}
	assert.Empty(b.t, b.users())
	assert.NoFileExists(b.t, b.journal)
}

// find returns the row of a rule.
func (b *bench) find(id rule.ID) row {
	b.t.Helper()
	at := slices.IndexFunc(b.result.Rules, func(r row) bool { return r.Rule == id })
	require.GreaterOrEqual(b.t, at, 0, "%s: %s", id, b.stderr)
	return b.result.Rules[at]
}

// alike are the readings that predict the same answer to every exchange: they differ in
// the words of a warning only.
var alike = map[rule.ID][]string{
	rule.ProfileAllowance: {"uncapped", "lenient"},
}

// expected returns the readings that a run finds where the tenant plays name.
func expected(id rule.ID, name string) []string {
	if slices.Contains(alike[id], name) {
		return alike[id]
	}
	return []string{name}
}

var settings = []rule.Sources{rule.Strict, rule.Current, rule.Lenient}

// Under each setting every rule that the probes ask about has exactly the reading of the
// setting, and nothing contradicts the catalogue.
func TestSettings(t *testing.T) {
	for _, s := range settings {
		t.Run(s.String(), func(t *testing.T) {
			b := newBench(t, fake.Options{Sources: s})
			file := filepath.Join(t.TempDir(), "policies.json")
			b.start(b.flags("-policies", file)...)
			require.Equal(t, exitKnown, b.exit, b.stderr)
			b.nothingLeft()
			n := 0
			for _, r := range b.result.Rules {
				names := namesOf(r.Rule)
				if names[0] == "" {
					assert.Equal(t, fits, r.Status, "%s: %v", r.Rule, r)
					continue
				}
				if r.Status == untellable || s == rule.Strict && r.Rule == rule.DatabasePasswordReset && r.Status == notRun {
					continue // strict refuses the request itself
				}
				n++
				assert.Equal(t, fits, r.Status, "%s: %v", r.Rule, r)
				assert.Equal(t, expected(r.Rule, rule.Policies(nil).Reading(s, r.Rule)), r.Readings, r.Rule)
				if s != rule.Lenient && assert.NotNil(t, r.Strict, r.Rule) {
					assert.True(t, s == rule.Strict && *r.Strict || s == rule.Current && *r.Current, r.Rule)
				}
			}
			assert.GreaterOrEqual(t, n, 29)
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			p, err := rule.ParsePolicies(text)
			require.NoError(t, err)
			assert.Equal(t, b.result.Policies, p)
			assert.GreaterOrEqual(t, len(p), 28)
		})
	}
}

// Each reading of each rule that the probes ask about is noticed, under one setting, or
// under each if METAMELD_LONG=1.
func TestMutations(t *testing.T) {
	n := 0
	for _, id := range asked() {
		for _, name := range namesOf(id) {
			if name == "" {
				continue
			}
			under := settings
			if n++; !long.Enabled() {
				under = settings[n%3 : n%3+1]
			}
			for _, s := range under {
				policies := rule.Policies{id: name}
				if id == rule.DatabasePasswordReset {
					policies[rule.CustomDatabase] = "lenient" // otherwise the request is refused
				}
				b := newBench(t, fake.Options{Sources: s, Policies: policies})
				b.start(b.flags("-rule", string(id))...)
				r := b.find(id)
				assert.Equal(t, fits, r.Status, "%s %s %s: %v", s, id, name, r)
				assert.Equal(t, expected(id, name), r.Readings, "%s %s", s, id)
				if r.Reason == "" {
					assert.Equal(t, rule.Policies{id: r.Readings[0]}, b.result.Policies)
				} else { // doubtful
					assert.Equal(t, "set", name)
					assert.Empty(t, b.result.Policies)
				}
				b.nothingLeft()
			}
		}
	}
	assert.GreaterOrEqual(t, n, 57)
}

// Where only a part of the probes of a rule ran, readings that another part would tell
// apart are named, and not claimed.
func TestPartlyTold(t *testing.T) {
	store := user.Connection{Name: "store", Strategy: "auth0", Kind: user.CustomDatabase}
	b := newBench(t, fake.Options{Sources: rule.Current, Connections: []user.Connection{store}})
	b.start("-domain", "dev-abc.eu.auth0.com", "-create-users", "dev-abc", "-journal", b.journal, "-json", "-run-scripts", "-connection", "store")
	assert.Equal(t, exitKnown, b.exit, b.stderr)
	assert.Equal(t, []string{"scripts", "lenient"}, b.find(rule.CustomDatabase).Readings)
	assert.NotContains(t, b.result.Policies, rule.CustomDatabase)
	assert.Equal(t, notRun, b.find(rule.NestedNull).Status)
	b.nothingLeft()
}

// asked returns the rules of the probes.
func asked() (ids []rule.ID) {
	for _, p := range probes {
		if !slices.Contains(ids, p.rule) {
			ids = append(ids, p.rule)
		}
	}
	return ids
}

// Each rule with readings has a probe, or a reason why it has none, but not both.
func TestNoneIsForgotten(t *testing.T) {
	ids := asked()
	n := 0
	for _, r := range rule.All() {
		_, excused := untold[r.ID]
		if r.Readings == nil {
			assert.False(t, excused, "%s has no readings", r.ID)
			continue
		}
		n++
		assert.NotEqual(t, slices.Contains(ids, r.ID), excused, r.ID)
	}
	assert.Positive(t, n)
	for id := range untold {
		_, ok := rule.Find(id)
		assert.True(t, ok, id)
	}
	for _, p := range probes {
		_, ok := rule.Find(p.rule)
		assert.True(t, ok, p.rule)
		assert.NotEmpty(t, needs[p.needs], p.rule)
		for name := range p.doubtful {
			assert.Contains(t, namesOf(p.rule), name)
		}
	}
}

// No two probes are the same, so that a resumed run knows them apart.
func TestProbesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range probes {
		key := string(p.rule) + p.ask.String()
		assert.False(t, seen[key], key)
		seen[key] = true
	}
}

// The bare command runs against a tenant in memory, over the network of this machine.
func TestBare(t *testing.T) {
	var stdout, stderr bytes.Buffer
	p := program{
		getenv: func(string) string { return "" }, stdout: &stdout, stderr: &stderr, now: time.Now, sync: (*os.File).Sync,
		sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		http:  func(base *url.URL) *http.Client { return newHTTP(base.Scheme == "http") },
	}
	require.Equal(t, exitKnown, p.main(t.Context(), nil), stderr.String())
	for _, want := range []string{"Known\n", "patch.nested-null", "stored", "strict agrees, current agrees", "it needs a login", "Not told"} {
		assert.Contains(t, stdout.String(), want)
	}
	assert.NotContains(t, stdout.String(), "Contradicts")
	assert.Contains(t, stderr.String(), "in memory")
}

// A run stays within the numbers that it announces.
func TestBounds(t *testing.T) {
	b := newBench(t, fake.Options{})
	b.start(b.flags()...)
	var users, requests, bytes, usual int
	_, err := fmt.Sscanf(line(b.stderr, "at most", "users"), "  - creates at most %d users", &users)
	require.NoError(t, err)
	_, err = fmt.Sscanf(line(b.stderr, "at most", "requests"), "  - sends at most %d requests, those for tokens included, one at a time, with bodies of at most %d bytes;", &requests, &bytes)
	require.NoError(t, err)
	_, err = fmt.Sscanf(strings.TrimSpace(line(b.stderr, "usually")), "connections allow every probe, it usually sends about %d;", &usual)
	require.NoError(t, err)
	created := 0
	for _, x := range b.sent {
		if x == "POST /api/v2/users" {
			created++
		}
	}
	assert.LessOrEqual(t, created, users)
	assert.LessOrEqual(t, len(b.sent), requests)
	assert.Equal(t, largestBody, bytes)
	assert.InEpsilon(t, usual, len(b.sent), 0.2)
}

// line returns the line of text that has all words.
func line(text string, words ...string) string {
	for line := range strings.Lines(text) {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
			return line
		}
	}
	return ""
}

// body reads the body of a request, which stays readable.
func body(r *http.Request) string {
	if r.Body == nil {
		return ""
	}
	text, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(text))
	return string(text)
}

// A probe of which a reading predicts a refusal first sends a request that every reading
// accepts. A creation needs none: those of the other probes show that it is accepted.
func TestControls(t *testing.T) {
	s := newSession("1", "database", "other")
	profile := func(which string) user.Profile {
		id := s["id"+which]
		return user.Profile{
			UserID: user.Set(user.ID(provider + id)), Email: user.Set(s["email"+which]), Username: user.Set("a"),
			Identities: []user.Identity{{Provider: user.Set("auth0"), UserID: user.Set(user.ID(id)), Connection: user.Set("database")}},
		}
	}
	n := 0
	for _, p := range probes {
		names := namesOf(p.rule)
		if names[0] == "" || p.ask.path == usersPath {
			continue
		}
		c := embedded()[slices.IndexFunc(embedded(), p.needs.met)]
		c.Name = "database"
		at := user.Target{Connection: c, Migrated: c.ImportMode, Sources: rule.Lenient}
		x := exchange{path: p.ask.path, body: s.body(p.ask.body), before: profile(""), second: profile("2")}
		predicted, err := predictions(x, p.rule, at, nil)
		require.NoError(t, err, p.rule)
		if slices.ContainsFunc(predicted, func(o outcome) bool { return o.refused }) {
			n++
			assert.NotEmpty(t, p.setup, p.rule)
		}
		for _, control := range p.setup {
			if control.path != userPath {
				continue
			}
			for _, sources := range settings {
				at.Sources = sources
				x := exchange{path: control.path, body: s.body(control.body), before: profile("")}
				predicted, err := predictions(x, p.rule, at, nil)
				require.NoError(t, err, p.rule)
				for i, o := range predicted {
					assert.False(t, o.refused, "%s %s %s: %s", p.rule, sources, names[i], control)
				}
			}
		}
	}
	assert.Greater(t, n, 15)
}
