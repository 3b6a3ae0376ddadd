package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Without -create-users nothing is sent, and what would be done is said. With another name
// than that of the tenant, nothing is sent either.
func TestNothingIsSent(t *testing.T) {
	for _, name := range []string{"", "dev-xyz", "dev-abc.eu.auth0.com", "true"} {
		b := newBench(t, fake.Options{})
		args := []string{"-domain", "dev-abc.eu.auth0.com", "-connection", fake.DefaultConnection, "-journal", b.journal}
		if name != "" {
			args = append(args, "-create-users", name)
		}
		b.start(args...)
		assert.Equal(t, exitFailed, b.exit)
		assert.Empty(t, b.sent)
		assert.NoFileExists(t, b.journal)
		assert.Contains(t, b.stderr, "Actions and Hooks")
		assert.Contains(t, b.stderr, "nothing was sent")
	}
}

func TestNameOf(t *testing.T) {
	for host, want := range map[string]string{
		"dev-abc.eu.auth0.com": "dev-abc", "dev-abc.auth0.com": "dev-abc", "login.example.com": "login.example.com",
		"127.0.0.1:8080": "127.0.0.1:8080", "auth0.com.example.com": "auth0.com.example.com",
	} {
		assert.Equal(t, want, nameOf(host))
	}
}

// What is announced comes before the first request, also that for a token.
func TestAnnouncedBefore(t *testing.T) {
	b := newBench(t, fake.Options{})
	b.env = map[string]string{"METAMELD_CLIENT_ID": "the-client-id", "METAMELD_CLIENT_SECRET": "the-client-secret"}
	writeJournal(t, b.journal, entry{Create: []string{"auth0|metameld-probe-1", "auth0|metameld-probe-2"}})
	var said string
	p := program{
		getenv: func(name string) string { return b.env[name] }, stdout: writer(func(string) {}), stderr: writer(func(s string) { said += s }),
		now: time.Now, sleep: b.sleeps, sync: b.sync,
	}
	b.trip = func(r *http.Request) (*http.Response, error) {
		assert.Contains(t, said, "at most 6 users, at most two at a time")
		assert.Contains(t, said, "deletes at most 2 users that an earlier run left")
		assert.Contains(t, said, "requests, those for tokens included, one at a time, with bodies of at most 110000 bytes")
		assert.Contains(t, said, "log streams")
		return b.direct(r)
	}
	p.http = b.client
	require.Equal(t, exitKnown, p.main(t.Context(), b.flags("-rule", string(rule.NestedNull))), said)
	assert.Contains(t, b.sent, "POST /api/v2/users")

	b.start("-domain", "dev-abc.eu.auth0.com", "-clean", "-journal", b.journal)
	assert.NotContains(t, b.stderr, "at most") // there is no journal
	writeJournal(t, b.journal, entry{Create: []string{"auth0|metameld-probe-1"}})
	said, b.sent = "", nil
	b.trip = func(r *http.Request) (*http.Response, error) {
		assert.Contains(t, said, "deletes at most 1 users, with at most 28 requests")
		return b.direct(r)
	}
	require.Equal(t, exitKnown, p.main(t.Context(), []string{"-domain", "dev-abc.eu.auth0.com", "-clean", "-journal", b.journal}), said)
	assert.NotEmpty(t, b.sent)
}

type writer func(string)

func (w writer) Write(text []byte) (int, error) { w(string(text)); return len(text), nil }

// Before a user is created, every id that a reading could produce is in the journal, on
// the disk.
func TestJournalFirst(t *testing.T) {
	for _, reading := range namesOf(rule.PrefixedID) {
		b := newBench(t, fake.Options{Policies: rule.Policies{rule.PrefixedID: reading}})
		var synced string
		b.sync = func(f *os.File) error {
			text, err := os.ReadFile(f.Name())
			synced = string(text)
			return err
		}
		n := 0
		b.trip = func(r *http.Request) (*http.Response, error) {
			sent := body(r)
			resp, err := b.direct(r)
			if r.Method != http.MethodPost || r.URL.Path != usersPath {
				return resp, err
			}
			n++
			id, _ := metadata.MustParse(sent).At("/user_id").Str()
			assert.Contains(t, synced, `"`+inJSON(provider+id)+`"`)
			if resp.StatusCode == http.StatusCreated {
				id := field(t, resp, "user_id")
				assert.Contains(t, synced, `"`+inJSON(id)+`"`, "the id that the tenant made")
			}
			return resp, err
		}
		b.start(b.flags()...)
		assert.Greater(t, n, 30)
		b.nothingLeft()
	}
}

// field reads a member of an answer, which stays readable.
func field(t *testing.T, resp *http.Response, name string) string {
	t.Helper()
	text := answered(t, resp)
	s, _ := metadata.MustParse(text).At("/" + name).Str()
	return s
}

// If the journal cannot be written, nothing is created.
func TestJournalFails(t *testing.T) {
	b := newBench(t, fake.Options{})
	n := 0
	b.sync = func(*os.File) error {
		if n++; n > 1 {
			return errors.New("no space")
		}
		return nil
	}
	b.start(b.flags()...)
	assert.Equal(t, exitFailed, b.exit)
	assert.Contains(t, b.stderr, "journal")
	assert.NotContains(t, b.sent, "POST /api/v2/users")
	assert.Empty(t, b.users())
}

// Only ids in the journal are deleted, after a GET shows whose they are. Users are never
// searched for.
func TestDeletes(t *testing.T) {
	b := newBench(t, fake.Options{})
	var last string
	deleted := 0
	b.trip = func(r *http.Request) (*http.Response, error) {
		now := r.URL.EscapedPath()
		if r.Method == http.MethodDelete && !strings.Contains(now, "/identities/") {
			deleted++
			assert.Equal(t, "GET "+now, last)
			assert.Contains(t, now, prefix)
		}
		if r.URL.Path == usersPath && r.Method == http.MethodGet {
			assert.Equal(t, countQuery, r.URL.RawQuery)
		}
		last = r.Method + " " + now
		return b.direct(r)
	}
	b.start(b.flags()...)
	assert.Greater(t, deleted, 30)
	b.nothingLeft()
}

// A user who is in the journal but not one of this program's stays.
func TestForeignUserStays(t *testing.T) {
	for _, foreign := range []string{
		`{"user_id":"auth0|1","email":"ann@example.com","identities":[{"connection":"` + fake.DefaultConnection + `","provider":"auth0","user_id":"1","isSocial":false}]}`,
		`{"user_id":"auth0|metameld-probe-1","email":"ann@corp.example","identities":[{"connection":"` + fake.DefaultConnection + `","provider":"auth0","user_id":"metameld-probe-1","isSocial":false}]}`,
		`{"user_id":"auth0|metameld-probe-1","identities":[{"connection":"` + fake.DefaultConnection + `","provider":"auth0","user_id":"metameld-probe-1","isSocial":false},{"connection":"own-store","provider":"auth0","user_id":"1","isSocial":false}]}`,
		`{"user_id":"auth0|metameld-probe-1","email":"metameld-probe-1@example.com","identities":[{"connection":"` + fake.DefaultConnection + `","provider":"auth0","user_id":"metameld-probe-1","isSocial":false},{"connection":"own-store","provider":"auth0","user_id":"jane","isSocial":false}]}`,
		`{"user_id":"auth0|64fa","email":"metameld-probe-docs@example.com","identities":[{"connection":"` + fake.DefaultConnection + `","provider":"auth0","user_id":"64fa","isSocial":false}]}`,
		`{"user_id":"auth0|64fa","email":"metameld-probe-1@example.com","identities":[{"connection":"` + fake.DefaultConnection + `","provider":"auth0","user_id":"metameld-probe-1","isSocial":false}]}`,
	} {
		b := newBench(t, fake.Options{})
		require.NoError(t, b.tenant.Seed(strings.NewReader(foreign)))
		id, _ := metadata.MustParse(foreign).At("/user_id").Str()
		writeJournal(t, b.journal, entry{Create: []string{id}})
		b.start("-domain", "dev-abc.eu.auth0.com", "-clean", "-journal", b.journal)
		assert.Equal(t, exitFailed, b.exit)
		assert.Contains(t, b.stderr, "not deleted")
		assert.NotEmpty(t, b.users())
		assert.FileExists(t, b.journal)
		for _, x := range b.sent {
			assert.True(t, strings.HasPrefix(x, "GET "), x)
		}
	}
}

func writeJournal(t *testing.T, name string, entries ...entry) {
	t.Helper()
	var b strings.Builder
	for _, e := range append([]entry{{Journal: magic, Host: "dev-abc.eu.auth0.com"}}, entries...) {
		text, err := json.Marshal(e)
		require.NoError(t, err)
		b.Write(append(text, '\n'))
	}
	require.NoError(t, os.WriteFile(name, []byte(b.String()), 0o600))
}

// A journal of another tenant or region, or a file that is none, is refused and not
// changed. A last line that is not complete is dropped: it was never acted on.
func TestJournals(t *testing.T) {
	header := func(host string) string {
		return `{"journal":"metameld-probe journal 1","host":"` + host + `"}` + "\n"
	}
	for text, want := range map[string]string{
		header("dev-xyz.eu.auth0.com"): "another tenant",
		header("dev-abc.us.auth0.com") + `{"create":["auth0|metameld-probe-1"]}` + "\n": "another tenant",
		"not a journal\n":                     "not a journal",
		"a note":                              "not a journal",
		`{"user":"precious","data":1}` + "\n": "not a journal",
		`{"tenant":"dev-abc"}` + "\n":         "not a journal",
		`{}` + "\n":                           "not a journal",
		"\n":                                  "not a journal",
		strings.TrimSpace(header("dev-abc.eu.auth0.com")):                                 "not a journal",
		strings.Replace(header("dev-abc.eu.auth0.com"), "journal 1", "journal 2", 1):      "not a journal",
		strings.Replace(header("dev-abc.eu.auth0.com"), "{", `{"user":"precious",`, 1):    "not a journal",
		strings.TrimSpace(header("dev-abc.eu.auth0.com")) + ` {"user":"precious"}` + "\n": "not a journal",
	} {
		for _, clean := range []bool{false, true} {
			b := newBench(t, fake.Options{})
			require.NoError(t, os.WriteFile(b.journal, []byte(text), 0o600))
			args := b.flags()
			if clean {
				args = []string{"-domain", "dev-abc.eu.auth0.com", "-clean", "-journal", b.journal}
			}
			b.start(args...)
			assert.Equal(t, exitFailed, b.exit, text)
			assert.Contains(t, b.stderr, want, text)
			assert.Empty(t, b.sent, text)
			after, err := os.ReadFile(b.journal)
			require.NoError(t, err, text)
			assert.Equal(t, text, string(after))
		}
	}
	b := newBench(t, fake.Options{})
	require.NoError(t, os.WriteFile(b.journal, []byte(header("dev-abc.eu.auth0.com")+`{"create":["auth0|metame`), 0o600))
	b.start(b.flags("-rule", string(rule.NestedNull))...)
	assert.Equal(t, exitKnown, b.exit, b.stderr)
	b.nothingLeft()
}

// An id that a custom database chose is deleted if the user has the address that the
// program sent.
func TestChosenID(t *testing.T) {
	for email, deleted := range map[string]bool{"metameld-probe-1@example.com": true, "metameld-probe-1-new@example.com": true, "metameld-probe-12@example.com": false, "metameld-probe-docs@example.com": false} {
		b := newBench(t, fake.Options{})
		require.NoError(t, b.tenant.Seed(strings.NewReader(`{"user_id":"auth0|64fa","email":"`+email+`","identities":[{"connection":"own-store","provider":"auth0","user_id":"64fa","isSocial":false}]}`)))
		writeJournal(t, b.journal, entry{Create: []string{"auth0|metameld-probe-1"}}, entry{Chosen: &chosen{"auth0|64fa", "metameld-probe-1"}})
		b.start("-domain", "dev-abc.eu.auth0.com", "-clean", "-journal", b.journal)
		assert.Equal(t, deleted, b.exit == exitKnown, "%s: %s", email, b.stderr)
		assert.Equal(t, deleted, b.users() == "", email)
	}
}

// Two programs do not use a journal at the same time: the second one sends nothing. The lock
// ends with the process that has it, also if that is killed.
func TestLock(t *testing.T) {
	if name := os.Getenv("METAMELD_TEST_LOCK"); name != "" { // the process that is killed
		_, err := openJournal(name, "dev-abc.eu.auth0.com", (*os.File).Sync)
		fmt.Println(err)
		time.Sleep(time.Minute)
	}
	b := newBench(t, fake.Options{})
	writeJournal(t, b.journal, entry{Create: []string{"auth0|metameld-probe-1"}})
	other := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLock$")
	other.Env = append(os.Environ(), "METAMELD_TEST_LOCK="+b.journal)
	out, err := other.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, other.Start())
	said := make([]byte, 6)
	_, err = io.ReadFull(out, said)
	require.NoError(t, err)
	require.Equal(t, "<nil>\n", string(said))
	for _, args := range [][]string{b.flags(), {"-domain", "dev-abc.eu.auth0.com", "-clean", "-journal", b.journal}} {
		b.start(args...)
		assert.Equal(t, exitFailed, b.exit)
		assert.Contains(t, b.stderr, errInUse.Error())
		assert.Empty(t, b.sent)
		assert.FileExists(t, b.journal)
	}
	require.NoError(t, other.Process.Kill())
	_ = other.Wait()
	b.start(b.flags("-rule", string(rule.NestedNull))...)
	if _, err := os.Stat(b.journal + ".lock"); err == nil { // a system whose locks are files
		assert.Contains(t, b.stderr, "remove "+b.journal+".lock")
		return
	}
	assert.Equal(t, exitKnown, b.exit, b.stderr)
	b.nothingLeft()
}

// Of many runs one at a time has the journal, and never one that another run has removed.
func TestLockOfRemovedJournal(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	var had, have atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				j, err := openJournal(name, "dev-abc.eu.auth0.com", func(*os.File) error { return nil })
				if err != nil {
					assert.ErrorIs(t, err, errInUse)
					continue
				}
				had.Add(1)
				assert.EqualValues(t, 1, have.Add(1))
				for range 10 {
					runtime.Gosched()
					assert.True(t, named(j.file))
				}
				have.Add(-1)
				assert.NoError(t, j.close(true))
			}
		})
	}
	all.Wait()
	assert.Positive(t, had.Load())
	assert.NoFileExists(t, name)
}

// What a failed write leaves in the journal is removed, so that the lines after it count.
func TestShortWrite(t *testing.T) {
	for i := 4; ; i++ {
		at, missing := i/2, i%2*5 // bytes of the line
		b := newBench(t, fake.Options{})
		n := 0
		b.sync = func(f *os.File) error {
			if n++; n != at {
				return nil
			}
			info, err := f.Stat()
			require.NoError(t, err)
			return errors.Join(f.Truncate(info.Size()-int64(missing)), errors.New("no space"))
		}
		b.start(b.flags("-rule", string(rule.NestedNull), "-rule", string(rule.PrimaryProfileData), "-rule", string(rule.LastMember))...)
		if n < at {
			require.Greater(t, at, 8)
			return
		}
		assert.Empty(t, b.users(), at)
		if _, err := os.Stat(b.journal); err == nil {
			b.cleanAtOnce(strings.Contains(b.stderr, errLate.Error()), fmt.Sprint(at))
		}
		b.nothingLeft()
	}
}

// -clean deletes what the other lines name if a line is bad, and keeps the journal. A run
// refuses it.
func TestBadLine(t *testing.T) {
	for _, bad := range []string{"x", `{"create":["auth0|met{"gone":"a"}`, `{"user":"precious"}`, `{} {}`, ``} {
		b := newBench(t, fake.Options{})
		require.NoError(t, b.tenant.Seed(strings.NewReader(`{"user_id":"auth0|metameld-probe-1","email":"metameld-probe-1@example.com","identities":[{"connection":"`+fake.DefaultConnection+`","provider":"auth0","user_id":"metameld-probe-1","isSocial":false}]}`)))
		writeJournal(t, b.journal)
		f, err := os.OpenFile(b.journal, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString(bad + "\n" + `{"create":["auth0|metameld-probe-1"]}` + "\n")
		require.NoError(t, errors.Join(err, f.Close()))
		b.start(b.flags()...)
		assert.Equal(t, exitFailed, b.exit, bad)
		assert.Contains(t, b.stderr, "-clean", bad)
		assert.Empty(t, b.sent, bad)
		b.start("-domain", "dev-abc.eu.auth0.com", "-clean", "-journal", b.journal)
		assert.Equal(t, exitFailed, b.exit, bad)
		assert.Contains(t, b.stderr, "cannot be read", bad)
		assert.Empty(t, b.users(), bad)
		assert.FileExists(t, b.journal, bad)
	}
}

// If the disk is full, users are deleted all the same.
func TestFullDisk(t *testing.T) {
	b := newBench(t, fake.Options{})
	posts := 0
	b.trip = func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost && r.URL.Path == usersPath {
			posts++
		}
		return b.direct(r)
	}
	b.sync = func(*os.File) error {
		if posts >= 3 {
			return errors.New("no space")
		}
		return nil
	}
	b.start(b.flags("-rule", string(rule.PrimaryProfileData), "-rule", string(rule.AlreadyLinked))...)
	assert.Equal(t, exitFailed, b.exit)
	assert.Contains(t, b.stderr, "journal cannot be written")
	assert.GreaterOrEqual(t, posts, 3)
	assert.Empty(t, b.users())
}

// The policies are not written over the journal.
func TestPoliciesOverJournal(t *testing.T) {
	b := newBench(t, fake.Options{})
	writeJournal(t, b.journal, entry{Create: []string{"auth0|metameld-probe-1"}})
	before, err := os.ReadFile(b.journal)
	require.NoError(t, err)
	b.start(b.flags("-policies", filepath.Dir(b.journal)+"/./"+filepath.Base(b.journal))...)
	assert.Equal(t, exitFailed, b.exit)
	assert.Contains(t, b.stderr, "the same file")
	assert.Empty(t, b.sent)
	after, err := os.ReadFile(b.journal)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
}

// -clean without a journal sends nothing, and makes none.
func TestCleanWithoutJournal(t *testing.T) {
	b := newBench(t, fake.Options{})
	b.start("-domain", "dev-abc.eu.auth0.com", "-clean", "-journal", b.journal)
	assert.Equal(t, exitFailed, b.exit)
	assert.Empty(t, b.sent)
	assert.NoFileExists(t, b.journal)
}

// The journal is readable by its owner only, and holds no secret and no address.
func TestJournalIsPrivate(t *testing.T) {
	b := newBench(t, fake.Options{})
	seen := ""
	b.sync = func(f *os.File) error {
		info, err := f.Stat()
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		text, err := os.ReadFile(f.Name())
		seen = string(text)
		return err
	}
	b.start(b.flags()...)
	assert.NotContains(t, seen, "@")
	assert.NotContains(t, seen, b.env["METAMELD_TOKEN"])
	assert.Contains(t, seen, prefix)
}

// A tenant with more than 1,000 users is refused, and one that does not say how many it
// has, unless a flag allows it.
func TestLargeTenant(t *testing.T) {
	for total, allowed := range map[string]bool{`1000`: true, `1001`: false, `"many"`: false, `null`: false} {
		for _, flag := range []bool{false, true} {
			b := newBench(t, fake.Options{})
			b.trip = func(r *http.Request) (*http.Response, error) {
				if r.URL.RawQuery == countQuery {
					return reply(r, 200, `{"start":0,"limit":1,"users":[],"total":`+total+`}`), nil
				}
				return b.direct(r)
			}
			more := []string{"-rule", string(rule.NestedNull)}
			if flag {
				more = append(more, "-large-tenant")
			}
			b.start(b.flags(more...)...)
			assert.Equal(t, flag || allowed, b.exit == exitKnown, "%s %v: %s", total, flag, b.stderr)
			if !flag && !allowed {
				assert.NotContains(t, b.sent, "POST /api/v2/users")
			}
		}
	}
}

// A custom database needs a flag, and other connections are refused.
func TestConnections(t *testing.T) {
	connections := append(embedded(), user.Connection{Name: "off", Strategy: "auth0", Kind: user.Database, Disabled: true},
		user.Connection{Name: "sms", Strategy: "sms", Kind: user.PasswordlessSMS}, user.Connection{Name: "google-oauth2", Strategy: "google-oauth2", Kind: user.Social})
	for _, x := range []struct{ name, want string }{
		{"own-store", "-run-scripts"}, {"own-store-import", "-run-scripts"}, {"sms", "no database connection with the name"},
		{"google-oauth2", "no database connection with the name"}, {"none", "no database connection with the name"},
	} {
		b := newBench(t, fake.Options{Connections: connections})
		b.start("-domain", "dev-abc.eu.auth0.com", "-create-users", "dev-abc", "-journal", b.journal, "-connection", x.name)
		assert.Equal(t, exitFailed, b.exit)
		assert.Contains(t, b.stderr, x.want)
		assert.NotContains(t, b.sent, "POST /api/v2/users")
	}
	for text, want := range map[string]string{
		`[{"name":"sms","kind":"passwordless-sms"}]`:                                       "no database",
		`[{"name":"a","kind":"database","disabled":true}]`:                                 "disabled",
		`[{"name":"a","kind":"custom-database"}]`:                                          "-run-scripts",
		`[{"name":"a","kind":"database"},{"name":"b","kind":"database","disabbled":true}]`: "connection 2 in the file of -connections: unknown member: /disabbled",
		`[{"name":"a","kind":"secret"}]`:                                                   "connection 1 in the file of -connections: ",
		`[{"name":7,"kind":"database"}]`:                                                   "connection 1 in the file of -connections: ",
		`[{"kind":"database"}]`:                                                            "it has no name",
		`[{"name":"a"}]`:                                                                   "it has no kind",
		`[7]`:                                                                              "connection 1 in the file of -connections: ",
		`[{"name":"a","kind":"database"},{"name":"a","kind":"database"}]`:                  "another one",
		`{"name":"a","kind":"database"}`:                                                   "not a JSON list such as [",
		`[]`:                                                                               "not a JSON list such as [",
		`a`:                                                                                "not a JSON list such as [",
	} {
		file := filepath.Join(t.TempDir(), "connections.json")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		b := newBench(t, fake.Options{})
		b.start("-domain", "dev-abc.eu.auth0.com", "-create-users", "dev-abc", "-journal", b.journal, "-connections", file)
		assert.Equal(t, exitFailed, b.exit)
		assert.Contains(t, b.stderr, want)
		assert.NotContains(t, b.stderr, "secret")
		assert.Empty(t, b.sent)
	}
	b := newBench(t, fake.Options{})
	b.start("-domain", "dev-abc.eu.auth0.com", "-create-users", "dev-abc", "-journal", b.journal, "-connections", b.journal)
	assert.Equal(t, exitFailed, b.exit)
	assert.Contains(t, b.stderr, "the file of -connections cannot be read")
}

// An emulator without GET /api/v2/connections can be described.
func TestDeclaredConnections(t *testing.T) {
	b := newBench(t, fake.Options{})
	b.trip = func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == connectionsPath {
			return reply(r, 404, `{"statusCode":404,"message":"no such route"}`), nil
		}
		return b.direct(r)
	}
	file := filepath.Join(t.TempDir(), "connections.json")
	require.NoError(t, os.WriteFile(file, []byte(`[{"name":"`+fake.DefaultConnection+`","kind":"database"}]`), 0o600))
	b.start("-url", "http://127.0.0.1:8080", "-create-users", "127.0.0.1:8080", "-journal", b.journal, "-connections", file, "-json")
	assert.Equal(t, exitKnown, b.exit, b.stderr)
	assert.Equal(t, notRun, b.find(rule.ImportResetsVerified).Status)
	assert.Equal(t, []string{"stored"}, b.find(rule.NestedNull).Readings)
	b.nothingLeft()

	// With the id of the connection, imports are asked.
	require.NoError(t, os.WriteFile(file, []byte(`[{"name":"`+fake.DefaultConnection+`","kind":"database","id":"`+b.idOfConnection()+`"}]`), 0o600))
	b.start("-url", "http://127.0.0.1:8080", "-create-users", "127.0.0.1:8080", "-journal", b.journal, "-connections", file, "-json")
	assert.Equal(t, exitKnown, b.exit, b.stderr)
	assert.Equal(t, fits, b.find(rule.ImportResetsVerified).Status)
	b.nothingLeft()
}

// idOfConnection returns the id of the first connection.
func (b *bench) idOfConnection() string {
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, "http://127.0.0.1:8080"+connectionsPath+"?name="+fake.DefaultConnection, nil)
	require.NoError(b.t, err)
	r.Header.Set("Authorization", "Bearer a-token")
	resp, err := b.direct(r)
	require.NoError(b.t, err)
	list, ok := connectionsIn([]byte(answered(b.t, resp)))
	require.True(b.t, ok)
	id, _ := metadata.MustParse(string(list[0])).At("/id").Str()
	return id
}

// No request can send a message: addresses are under example.com, phone numbers are
// reserved for fiction, and each flag that sends a message is false. No request logs in,
// signs up or starts a passwordless flow.
func TestQuiet(t *testing.T) {
	b := newBench(t, fake.Options{})
	seen := map[string]int{}
	b.trip = func(r *http.Request) (*http.Response, error) {
		text := body(r)
		assert.LessOrEqual(t, len(text), 110_000)
		path := r.URL.Path
		assert.True(t, strings.HasPrefix(path, "/api/v2/users") || path == connectionsPath || strings.HasPrefix(path, "/api/v2/jobs"), path)
		switch {
		case path == importsPath:
			assert.Regexp(t, `name="send_completion_email"\r\n\r\nfalse\r\n`, text)
			seen["import"]++
		case text != "":
			o := metadata.MustParse(text)
			if email, ok := o.At("/email").Str(); ok {
				assert.Regexp(t, `^metameld-probe-[0-9a-z-]+@example\.com$`, email)
				assert.Equal(t, "false", o.At("/verify_email").String())
				seen["email"]++
			}
			if phone, ok := o.At("/phone_number").Str(); ok {
				assert.Regexp(t, `^\+1[2-9]\d\d55501\d\d$`, phone)
				assert.Equal(t, "false", o.At("/verify_phone_number").String())
				seen["phone"]++
			}
			assert.NotContains(t, text, `"verify_email":true`)
		}
		resp, err := b.direct(r)
		for _, effect := range resp.Header.Values("Metameld-Effect") {
			assert.NotContains(t, []string{"verification-email", "verification-text", "change-email-message"}, effect)
		}
		return resp, err
	}
	b.start(b.flags()...)
	require.Equal(t, exitKnown, b.exit, b.stderr)
	for _, what := range []string{"import", "email", "phone"} {
		assert.Positive(t, seen[what], what)
	}
}

// The guard refuses what the probes must not send.
func TestGuard(t *testing.T) {
	own := provider + prefix + "1"
	g := &guard{owns: func(id string) bool { return id == own || id == own+" a" }}
	at := usersPath + "/auth0%7C" + prefix + "1"
	fine := `"user_id":"metameld-probe-1","verify_email":false`
	for _, x := range []struct {
		method, path, body string
		ok                 bool
	}{
		{"POST", usersPath, `{` + fine + `}`, true},
		{"POST", usersPath, `{` + fine + `,"email":"metameld-probe-1@example.com"}`, true},
		{"POST", usersPath, `{` + fine + `,"email":"metameld-probe-1@example.org"}`, false},
		{"POST", usersPath, `{` + fine + `,"email":"ann@example.com"}`, false},
		{"POST", usersPath, `{` + fine + `,"phone_number":"+12025550100"}`, false},
		{"POST", usersPath, `{"user_id":"metameld-probe-2","verify_email":false}`, false},
		{"POST", usersPath, `{"user_id":"1","verify_email":false}`, false},
		{"POST", usersPath, `{"user_id":"metameld-probe-1"}`, false},
		{"POST", usersPath, `{"user_id":"metameld-probe-1","verify_email":true}`, false},
		{"POST", usersPath, `{"user_id":"metameld-probe-1","verify_email":"false"}`, false},
		{"POST", usersPath, `[]`, false},
		{"GET", at, ``, true},
		{"GET", at + "?fields=email", ``, false},
		{"GET", usersPath + "/auth0%7C1", ``, false},
		{"GET", usersPath + "?q=email:a", ``, false},
		{"GET", usersPath, ``, false},
		{"GET", usersPath + "?" + countQuery, ``, true},
		{"GET", connectionsPath + "?name=a", ``, true},
		{"PATCH", at, `{"blocked":true}`, true},
		{"PATCH", at, `{"verify_email":true}`, false},
		{"PATCH", at, `{"email":"metameld-probe-1@example.com"}`, false},
		{"PATCH", at, `{"email":"metameld-probe-1@example.com","verify_email":false}`, true},
		{"PATCH", at, `{"email":null,"verify_email":false}`, false},
		{"PATCH", at, `{"phone_number":"+12025550100","verify_phone_number":false}`, true},
		{"PATCH", at, `{"phone_number":"+12025550200","verify_phone_number":false}`, false},
		{"PATCH", at, `{"phone_number":"+12025550100","verify_phone_number":true}`, false},
		{"PATCH", usersPath + "/auth0%7C1", `{"blocked":true}`, false},
		{"DELETE", at, ``, false}, // no GET has confirmed it
		{"DELETE", usersPath, ``, false},
		{"DELETE", at + "/identities/auth0/metameld-probe-2", ``, true},
		{"DELETE", at + "/identities/auth0/auth0%7Cmetameld-probe-2", ``, true},
		{"DELETE", at + "/identities/auth0/1", ``, false},
		{"DELETE", at + "/identities/google-oauth2/1", ``, false},
		{"POST", at + "/identities", `{"provider":"auth0","user_id":"metameld-probe-2"}`, true},
		{"POST", at + "/identities", `{"provider":"auth0","user_id":"2"}`, false},
		{"POST", at + "/identities", `{"link_with":"a"}`, false},
		{"POST", at + "/roles", `{}`, false},
		{"POST", importsPath, `{}`, false},
		{"GET", jobsPath + "/job_1", ``, true},
		{"GET", jobsPath + "/job_1/errors", ``, false},
		{"POST", jobsPath + "/verification-email", `{}`, false},
		{"POST", "/dbconnections/signup", `{}`, false},
		{"POST", "/dbconnections/change_password", `{}`, false},
		{"POST", "/passwordless/start", `{}`, false},
		{"POST", "/api/v2/tickets/password-change", `{}`, false},
		{"GET", "/authorize", ``, false},
	} {
		err := g.check(x.method, x.path, jsonKind, []byte(x.body))
		assert.Equal(t, x.ok, err == nil, "%s %s %s: %v", x.method, x.path, x.body, err)
	}
	g.confirmed = own
	assert.NoError(t, g.check("DELETE", at, "", nil))
	g.confirmed = provider + prefix + "2"
	assert.Error(t, g.check("DELETE", at, "", nil))
	assert.Error(t, g.check("PATCH", at, jsonKind, []byte(`{"user_metadata":{"a":"`+strings.Repeat("x", largestBody)+`"}}`)))
}

// The guard takes an import of one user of the program, without an e-mail at its end.
func TestGuardOfImports(t *testing.T) {
	g := &guard{owns: func(id string) bool { return id == provider+prefix+"1" }}
	const row = `{"email":"metameld-probe-1@example.com","user_id":"metameld-probe-1"}`
	for _, x := range []struct {
		completion, users string
		ok                bool
	}{
		{"false", "[" + row + "]", true},
		{"true", "[" + row + "]", false},
		{"", "[" + row + "]", false},
		{"false", "[" + row + "," + row + "]", false},
		{"false", "[]", false},
		{"false", row, false},
		{"false", "[" + strings.Replace(row, `"metameld-probe-1"`, `"metameld-probe-2"`, 1) + "]", false},
		{"false", "[" + strings.Replace(row, "metameld-probe-1@", "ann@", 1) + "]", false},
		{"false", "[" + strings.Replace(row, "example.com", "example.org", 1) + "]", false},
	} {
		var form strings.Builder
		w := multipart.NewWriter(&form)
		require.NoError(t, errors.Join(w.WriteField("send_completion_email", x.completion), w.WriteField("users", x.users), w.Close()))
		err := g.check("POST", importsPath, w.FormDataContentType(), []byte(form.String()))
		assert.Equal(t, x.ok, err == nil, "%s %s: %v", x.completion, x.users, err)
	}
}

// Plain http is for this machine only, and nothing follows a redirect.
func TestAddresses(t *testing.T) {
	for _, x := range []struct {
		domain, url string
		ok          bool
	}{
		{"dev-abc.eu.auth0.com", "", true}, {"", "https://emulator.example", true}, {"", "http://127.0.0.1:8080", true},
		{"", "http://[::1]:8080/", true}, {"", "http://localhost:8080", true},
		{"", "http://emulator.example", false}, {"", "http://10.0.0.1", false}, {"", "http://localhost.example", false},
		{"", "http://127.0.0.1.example", false}, {"", "ftp://127.0.0.1", false}, {"", "https://a:b@emulator.example", false},
		{"", "127.0.0.1:8080", false}, {"", "https://emulator.example/api", false}, {"", "https://emulator.example?a=b", false},
		{"dev-abc.eu.auth0.com/api", "", false}, {"http://dev-abc.eu.auth0.com", "", false}, {"a@b", "", false}, {"", "http://", false},
	} {
		_, err := baseOf(x.domain, x.url)
		assert.Equal(t, x.ok, err == nil, "%s%s: %v", x.domain, x.url, err)
	}
	assert.NoError(t, loopback(&net.TCPAddr{IP: net.ParseIP("127.0.0.1")}))
	assert.NoError(t, loopback(&net.TCPAddr{IP: net.ParseIP("::1")}))
	assert.Error(t, loopback(&net.TCPAddr{IP: net.ParseIP("10.0.0.1")}))
	assert.Error(t, loopback(&net.UnixAddr{}))

	n := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { n++ }))
	defer elsewhere.Close()
	redirects := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer redirects.Close()
	resp, err := newHTTP(true).Post(redirects.URL, jsonKind, strings.NewReader("{}"))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusTemporaryRedirect, resp.StatusCode)
	assert.Zero(t, n)
}

// A token is needed, and is taken from the environment or a file only: no flag has one.
func TestCredentials(t *testing.T) {
	b := newBench(t, fake.Options{})
	b.env = nil
	b.start(b.flags()...)
	assert.Equal(t, exitFailed, b.exit)
	assert.Contains(t, b.stderr, "METAMELD_TOKEN")
	assert.Empty(t, b.sent)

	b.env = map[string]string{"METAMELD_TOKEN": "from-the-environment"}
	check := func(want string) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) {
			if r.URL.Path != tokenPath {
				assert.Equal(t, "Bearer "+want, r.Header.Get("Authorization"))
			}
			return b.direct(r)
		}
	}
	one := []string{"-rule", string(rule.NestedNull)}
	b.trip = check("from-the-environment")
	b.start(b.flags(one...)...)
	assert.Equal(t, exitKnown, b.exit, b.stderr)

	file := filepath.Join(t.TempDir(), "credentials.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"token":"from-the-file"}`), 0o600))
	b.trip = check("from-the-file")
	b.start(b.flags("-credentials", file, one[0], one[1])...)
	assert.Equal(t, exitKnown, b.exit, b.stderr)

	require.NoError(t, os.WriteFile(file, []byte(`{"client_id":"the-id","client_secret":"the-secret"}`), 0o600))
	b.trip = check("this-tenant-accepts-anything")
	b.sent = nil
	b.start(b.flags("-credentials", file, one[0], one[1])...)
	assert.Equal(t, exitKnown, b.exit, b.stderr)
	assert.Equal(t, "POST "+tokenPath, b.sent[0])

	require.NoError(t, os.WriteFile(file, []byte(`the-secret`), 0o600))
	b.start(b.flags("-credentials", file)...)
	assert.Equal(t, exitFailed, b.exit)
	assert.NotContains(t, b.stderr, "the-secret")
}

// Secrets are in no output and not in the journal, even if the tenant repeats them. A
// result to share holds no domain, name, address or id.
func TestSecrets(t *testing.T) {
	for _, form := range []string{"-json", "-json=false"} {
		b := newBench(t, fake.Options{})
		file := filepath.Join(t.TempDir(), "credentials.json")
		require.NoError(t, os.WriteFile(file, []byte(`{"client_id":"the-client-id","client_secret":"the \"client\" secret"}`), 0o600))
		passwords := map[string]bool{}
		journal := ""
		b.sync = func(f *os.File) error {
			text, err := os.ReadFile(f.Name())
			if !strings.HasPrefix(string(text), journal) {
				journal += "\n"
			} else {
				journal = ""
			}
			journal += string(text)
			return err
		}
		b.trip = func(r *http.Request) (*http.Response, error) {
			text := body(r)
			password := ""
			if o, err := metadata.Parse([]byte(text)); err == nil {
				if password, _ = o.At("/password").Str(); password != "" {
					passwords[password] = true
				}
			}
			resp, err := b.direct(r)
			if resp.StatusCode == 400 {
				message := fmt.Sprintf("%s; %s; the \"client\" secret; %s; %s", r.Header.Get("Authorization"), password, text, r.URL.Host)
				return reply(r, 400, `{"statusCode":400,"error":"Bad Request","message":"`+inJSON(message)+`"}`), nil
			}
			return resp, err
		}
		b.start(b.flags("-credentials", file, form)...)
		require.NotEmpty(t, passwords)
		for _, text := range []string{b.stdout, b.stderr, journal} {
			assert.NotContains(t, text, "this-tenant-accepts-anything")
			assert.NotContains(t, text, `client" secret`)
			assert.NotContains(t, text, `client\" secret`)
			for p := range passwords {
				assert.NotContains(t, text, p)
			}
		}
		if form == "-json" {
			require.NotEmpty(t, b.stdout)
			for _, secret := range []string{"dev-abc", "auth0.com", "@", prefix, fake.DefaultConnection, "own-store", "the-client-id", "Bearer"} {
				assert.NotContains(t, b.stdout, secret)
			}
		}
	}
}

// A tenant that answers something else than expected does not get it into the result.
func TestSharedResultOfAnOddTenant(t *testing.T) {
	for _, odd := range []string{`"ann@corp.example"`, `471147`, `{"ann@corp.example":1}`, `["ann@corp.example"]`, `"<connection> ann@corp.example"`} {
		b := newBench(t, fake.Options{})
		b.trip = func(r *http.Request) (*http.Response, error) {
			resp, err := b.direct(r)
			text := answered(t, resp)
			if r.Method != http.MethodGet && r.Method != http.MethodPatch || resp.StatusCode != 200 || !strings.Contains(text, `"b":3`) {
				return resp, err
			}
			return reply(r, 200, strings.Replace(text, `"b":3`, `"b":`+odd, 1)), nil
		}
		b.start(b.flags("-rule", string(rule.ReplacedObject))...)
		assert.Equal(t, exitFailed, b.exit, odd)
		assert.Equal(t, errForeign.Error(), b.find(rule.ReplacedObject).Reason, odd)
		assert.NotContains(t, b.stdout, "corp.example", odd)
		assert.NotContains(t, b.stdout, "471147", odd)
		assert.Contains(t, b.stdout, "another value", odd)
	}
}

// What an Action or the tenant adds anywhere is not in the result to share: with other data,
// the result is the same.
func TestSharedResultOfActions(t *testing.T) {
	run := func(secret string, number int) string {
		b := newBench(t, fake.Options{})
		b.trip = func(r *http.Request) (*http.Response, error) {
			resp, err := b.direct(r)
			if resp.StatusCode >= 400 && resp.StatusCode != 404 {
				return reply(r, resp.StatusCode, fmt.Sprintf(`{"statusCode":%d,"error":%q,"message":%q}`, resp.StatusCode, secret, secret)), nil
			}
			text := answered(t, resp)
			if o, bad := metadata.Parse([]byte(text)); bad == nil && !o.At("/user_id").IsZero() {
				for _, name := range []string{"user_metadata", "app_metadata"} {
					o = with(o, secret, name, secret+"_name")
					o = with(o, []any{number, secret}, name, "list")
				}
				for _, name := range []string{"nickname", "name", "picture", "metameld_probe", secret} {
					o = with(o, secret, name)
				}
				text = string(o.AppendJSON(nil))
			}
			text = strings.ReplaceAll(text, `"provider":"auth0"`, fmt.Sprintf(`"provider":"auth0","access_token":%q`, secret))
			text = strings.ReplaceAll(text, `"profileData":{`, fmt.Sprintf(`"profileData":{"crm":%q,`, secret))
			return reply(r, resp.StatusCode, text), err
		}
		b.start(b.flags()...)
		require.NotEmpty(t, b.stdout)
		assert.Contains(t, b.stdout, "another value")
		for _, s := range []string{secret, fmt.Sprint(number)} {
			assert.NotContains(t, b.stdout, s)
		}
		return b.stdout
	}
	assert.Equal(t, run("crm-4711", 471147), run("Ann Corp", 20000001))
}

// Values built from what the probe sent are in the result. The answer to a link has only
// identities, and is shown only where these differ from those of the user.
func TestSharedResult(t *testing.T) {
	b := newBench(t, fake.Options{})
	b.start(b.flags()...)
	assert.NotContains(t, b.stdout, "another value")
	assert.NotContains(t, b.stdout, "the answer itself")
}

// The rate limit is kept to: an answer without requests left, and a 429, make the program
// wait as long as they ask for.
func TestRateLimit(t *testing.T) {
	b := newBench(t, fake.Options{})
	limited := func(r *http.Request, headers ...string) *http.Response {
		resp := reply(r, 429, `{"statusCode":429,"error":"Too Many Requests","message":"Global limit has been reached","errorCode":"too_many_requests"}`)
		for i := 0; i < len(headers); i += 2 {
			resp.Header.Set(headers[i], headers[i+1])
		}
		return resp
	}
	in := func(d time.Duration) string { return fmt.Sprint(b.clock.Add(d).Unix()) }
	n := 0
	b.trip = func(r *http.Request) (*http.Response, error) {
		switch n++; n {
		case 3:
			resp, err := b.direct(r)
			resp.Header.Set("X-RateLimit-Remaining", "0")
			resp.Header.Set("X-RateLimit-Reset", in(17*time.Second))
			return resp, err
		case 10:
			return limited(r, "X-RateLimit-Reset", in(20*time.Second)), nil
		case 15:
			return limited(r, "Retry-After", "3"), nil
		case 20, 21, 22:
			return reply(r, 429, ``), nil
		case 26:
			return limited(r, "Retry-After", "600"), nil
		case 28:
			return limited(r, "Retry-After", b.clock.Add(90*time.Second).UTC().Format(http.TimeFormat)), nil
		case 30: // the tenant's clock is an hour fast
			return limited(r, "X-RateLimit-Reset", in(time.Hour+30*time.Second), "Date", b.clock.Add(time.Hour).UTC().Format(http.TimeFormat)), nil
		}
		return b.direct(r)
	}
	b.start("-domain", "dev-abc.eu.auth0.com", "-create-users", "dev-abc", "-connection", fake.DefaultConnection, "-journal", b.journal,
		"-rule", string(rule.NestedNull), "-rule", string(rule.LastMember), "-rule", string(rule.MetadataWipe), "-rule", string(rule.ReadOnly), "-rule", string(rule.Null))
	assert.Equal(t, exitKnown, b.exit, b.stderr)
	var waits []time.Duration
	for _, d := range b.slept {
		waits = append(waits, d.Round(time.Second))
	}
	assert.Equal(t, []time.Duration{10 * time.Second, 8 * time.Second, 21 * time.Second, 3 * time.Second, time.Second, 2 * time.Second, 4 * time.Second, 10 * time.Minute, 90 * time.Second, 31 * time.Second}, waits)
	b.nothingLeft()
}

// A tenant that asks to wait too long gets no further request, whatever it answered. The
// next run goes on.
func TestLongWait(t *testing.T) {
	rules := []string{"-rule", string(rule.NestedNull), "-rule", string(rule.LastMember)}
	whole := newBench(t, fake.Options{})
	whole.start(whole.flags(rules...)...)
	for i, header := range [][2]string{{"Retry-After", "700"}, {"X-RateLimit-Reset", "+86400"}, {"X-RateLimit-Reset", "9223372036854775807"}} {
		for at := 1; at < len(whole.sent); at++ {
			b := newBench(t, fake.Options{})
			n := 0
			b.trip = func(r *http.Request) (*http.Response, error) {
				if n++; n != at {
					return b.direct(r)
				}
				resp, err := b.direct(r)
				if (at+i)%2 == 0 {
					resp = reply(r, 429, ``)
				}
				value := header[1]
				if value == "+86400" {
					value = fmt.Sprint(b.clock.Unix() + 86400)
				}
				resp.Header.Set("X-RateLimit-Remaining", "0")
				resp.Header.Set(header[0], value)
				return resp, err
			}
			b.start(b.flags(rules...)...)
			require.Equal(t, exitFailed, b.exit, "%d", at)
			require.Len(t, b.sent, at)
			assert.Contains(t, b.stderr, "allows no request before")
			assert.False(t, b.result.Complete)
			b.clock = b.clock.Add(24 * time.Hour)
			b.start(b.flags(rules...)...)
			assert.Equal(t, exitKnown, b.exit, "%d: %s", at, b.stderr)
			b.nothingLeft()
		}
	}
}

// Requests for tokens are counted, and wait as long as the tenant asks for.
func TestTokensAreCounted(t *testing.T) {
	b := newBench(t, fake.Options{})
	b.env = map[string]string{"METAMELD_CLIENT_ID": "the-client-id", "METAMELD_CLIENT_SECRET": "the-client-secret"}
	n := 0
	b.trip = func(r *http.Request) (*http.Response, error) {
		if n++; n == 1 {
			resp := reply(r, 429, ``)
			resp.Header.Set("Retry-After", "77")
			return resp, nil
		}
		return b.direct(r)
	}
	b.start(b.flags("-rule", string(rule.NestedNull))...)
	assert.Equal(t, exitKnown, b.exit, b.stderr)
	assert.Equal(t, 77*time.Second, b.slept[0])
	assert.Equal(t, []string{"POST " + tokenPath, "POST " + tokenPath}, b.sent[:2])

	// A token that never lasts: the numbers end the run.
	b = newBench(t, fake.Options{})
	b.env = map[string]string{"METAMELD_CLIENT_ID": "the-client-id", "METAMELD_CLIENT_SECRET": "the-client-secret"}
	token := false
	b.trip = func(r *http.Request) (*http.Response, error) {
		if token = !token; token {
			return b.direct(r)
		}
		return reply(r, 401, `{"statusCode":401,"error":"Unauthorized","message":"no"}`), nil
	}
	b.start(b.flags()...)
	assert.Equal(t, exitFailed, b.exit)
	assert.Contains(t, b.stderr, errToken.Error())
	assert.Less(t, len(b.sent), 10)
}

// At whatever request the program is interrupted, it deletes what it created. The next run
// asks only for what is missing.
func TestInterrupted(t *testing.T) {
	rules := []string{"-rule", string(rule.PrefixedID), "-rule", string(rule.PrimaryProfileData), "-rule", string(rule.ImportResetsVerified)}
	whole := newBench(t, fake.Options{})
	whole.start(whole.flags(rules...)...)
	require.Equal(t, exitKnown, whole.exit, whole.stderr)
	require.Greater(t, len(whole.sent), 20)
	for at := 1; at < len(whole.sent); at++ {
		for _, carriedOut := range []bool{false, true} {
			b := newBench(t, fake.Options{})
			ctx, cancel := context.WithCancel(t.Context())
			b.ctx = ctx
			n := 0
			b.trip = func(r *http.Request) (*http.Response, error) {
				if n++; n != at {
					return b.direct(r)
				}
				if carriedOut {
					_, _ = b.direct(r)
				}
				cancel()
				return nil, ctx.Err()
			}
			b.start(b.flags(rules...)...)
			assert.Empty(t, b.users(), at)
			if b.exit != exitKnown { // else the interruption came in the last deletion
				assert.Equal(t, exitFailed, b.exit, b.stderr)
				// An id whose creation was not answered is looked for six times: at the
				// beginning and the end, after the trial and after each probe.
				before, lookups := len(b.sent), 6*len(b.ids())
				b.ctx, b.clock = t.Context(), b.clock.Add(importEnds)
				b.start(b.flags(rules...)...)
				assert.Equal(t, exitKnown, b.exit, b.stderr)
				assert.LessOrEqual(t, len(b.sent)-before, len(whole.sent)+lookups)
				assert.Equal(t, whole.result.Policies, b.result.Policies)
			}
			b.nothingLeft()
		}
	}
}

// What an interrupted run found is asked again if it is more than an hour old, or if the
// connection, one of its options or the catalogue is another one.
func TestResume(t *testing.T) {
	index := slices.IndexFunc(probes, func(p probe) bool { return p.rule == rule.NestedNull })
	for name, change := range map[string]func(*found){
		"":                          func(*found) {},
		"another connection":        func(f *found) { f.On[0] = "with-usernames" },
		"another second connection": func(f *found) { f.On[1] = "with-usernames" },
		"another option":            func(f *found) { f.Connection = "database, requires_username" },
		"another catalogue":         func(f *found) { f.Catalogue = "0" },
		"an hour ago":               func(f *found) { f.At = f.At.Add(-time.Minute) },
		"not decided":               func(f *found) { f.Status = unclear },
	} {
		b := newBench(t, fake.Options{})
		f := found{
			finding{Rule: rule.NestedNull, Status: fits, Readings: []string{"stripped"}, Connection: "database", Date: "2026-01-31", Sent: probes[index].ask.String()},
			[2]string{fake.DefaultConnection, fake.DefaultConnection}, b.clock.Add(-59 * time.Minute), catalogue(),
		}
		change(&f)
		writeJournal(t, b.journal, entry{Finding: &f})
		b.start(b.flags("-rule", string(rule.NestedNull))...)
		assert.Equal(t, exitKnown, b.exit, b.stderr)
		want, date := "stripped", f.Date
		if name != "" {
			want, date = "stored", b.clock.UTC().Format(time.DateOnly)
		}
		assert.Equal(t, []string{want}, b.find(rule.NestedNull).Readings, name)
		assert.Equal(t, date, b.find(rule.NestedNull).Probes[0].Date, name)
		assert.Equal(t, name != "", slices.Contains(b.sent, "POST /api/v2/users"), name)
		b.nothingLeft()
	}
}

// A run in which no connection allows a probe is no success.
func TestNoProbeRan(t *testing.T) {
	b := newBench(t, fake.Options{})
	args := []string{"-domain", "dev-abc.eu.auth0.com", "-create-users", "dev-abc", "-journal", b.journal, "-json", "-connection", fake.DefaultConnection}
	b.start(append(args, "-rule", string(rule.UsernameRequired))...)
	assert.Equal(t, exitFailed, b.exit)
	assert.Equal(t, exitFailed, b.result.Exit)
	assert.Contains(t, b.stderr, "no probe ran")
	assert.Equal(t, notRun, b.find(rule.UsernameRequired).Status)
	b.nothingLeft()
}

// At whatever request the program is killed, -clean deletes what it left, and so does the
// next run.
func TestKilled(t *testing.T) {
	rules := []string{"-rule", string(rule.PrefixedID), "-rule", string(rule.PrimaryProfileData)}
	left := 0
	for at := 1; ; at++ {
		for _, next := range []string{"clean", "run"} {
			b := newBench(t, fake.Options{})
			n := 0
			b.trip = func(r *http.Request) (*http.Response, error) {
				resp, err := b.direct(r)
				if n++; n == at {
					panic("killed")
				}
				return resp, err
			}
			killed := func() (killed bool) {
				defer func() { killed = recover() != nil }()
				b.start(b.flags(rules...)...)
				return
			}()
			if !killed {
				require.Greater(t, at, 20)
				assert.Positive(t, left)
				return
			}
			left += len(b.users())
			b.trip = b.direct
			late := b.sent[len(b.sent)-1] == "POST /api/v2/users" // its answer was not seen
			if next == "clean" {
				b.cleanAtOnce(late, fmt.Sprint(at))
			} else {
				b.start(b.flags(rules...)...)
				assert.Equal(t, late, b.exit != exitKnown, "%d: %s", at, b.stderr)
				assert.Equal(t, late, strings.Contains(b.stderr, errLate.Error()), "%d: %s", at, b.stderr)
			}
			b.nothingLeft()
		}
	}
}

// A refusal by the password policy of the tenant is not decided.
func TestPasswordPolicy(t *testing.T) {
	for _, message := range []string{
		"PasswordStrengthError: Password is too weak", "PasswordDictionaryError: Password is too common", "PasswordHistoryError: Password has previously been used",
		"PasswordNoUserInfoError: Password contains user information", "The password does not meet the policy of the connection",
	} {
		b := newBench(t, fake.Options{Sources: rule.Current})
		b.trip = func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPatch && strings.Contains(body(r), `"password":"`) {
				return reply(r, 400, `{"statusCode":400,"error":"Bad Request","message":"`+message+`"}`), nil
			}
			return b.direct(r)
		}
		b.start(b.flags("-rule", string(rule.BlockLifted), "-rule", string(rule.PasswordBytes), "-rule", string(rule.MigratedCredentials))...)
		assert.Equal(t, exitFailed, b.exit)
		assert.Equal(t, unclear, b.find(rule.BlockLifted).Status)
		assert.Contains(t, b.find(rule.BlockLifted).Reason, "password policy")
		assert.Equal(t, unclear, b.find(rule.PasswordBytes).Status)
		assert.Equal(t, unclear, b.find(rule.MigratedCredentials).Status)
		assert.Empty(t, b.result.Policies)
		b.nothingLeft()
	}
}

// A token that is refused, or that lacks a scope, ends the run.
func TestRefusedToken(t *testing.T) {
	for status, want := range map[int]string{401: "refuses the token", 403: "scope"} {
		b := newBench(t, fake.Options{})
		b.trip = func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return reply(r, status, fmt.Sprintf(`{"statusCode":%d,"error":"No","message":"no"}`, status)), nil
			}
			return b.direct(r)
		}
		b.start(b.flags()...)
		assert.Equal(t, exitFailed, b.exit)
		assert.Contains(t, b.stderr, want)
		assert.Empty(t, b.users())
	}
}

// A token that expires is renewed, if there are client credentials.
func TestExpiredToken(t *testing.T) {
	b := newBench(t, fake.Options{})
	b.env = map[string]string{"METAMELD_CLIENT_ID": "the-client-id", "METAMELD_CLIENT_SECRET": "the-client-secret"}
	n := 0
	b.trip = func(r *http.Request) (*http.Response, error) {
		if n++; n == 20 && r.URL.Path != tokenPath {
			return reply(r, 401, `{"statusCode":401,"error":"Unauthorized","message":"Expired token received for JSON Web Token validation"}`), nil
		}
		return b.direct(r)
	}
	b.start(b.flags()...)
	assert.Equal(t, exitKnown, b.exit, b.stderr)
	tokens := 0
	for _, x := range b.sent {
		if x == "POST "+tokenPath {
			tokens++
		}
	}
	assert.Equal(t, 2, tokens)
}
