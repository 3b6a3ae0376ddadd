package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// hop is what stands between the program and the tenant.
type hop func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error)

// faults are what can go wrong on the way, before the tenant has the request or after.
var faults = map[string]hop{
	"429": func(r *http.Request, _ func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		return reply(r, 429, `{"statusCode":429,"error":"Too Many Requests","message":"Global limit has been reached"}`), nil
	},
	"500 before": func(r *http.Request, _ func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		return reply(r, 500, `{"statusCode":500,"error":"Internal Server Error","message":"An internal error occurred"}`), nil
	},
	"503 after": func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		_, _ = next(r)
		return reply(r, 503, `<html>`), nil
	},
	"reset before": func(*http.Request, func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		return nil, syscall.ECONNRESET
	},
	"reset after": func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		_, _ = next(r)
		return nil, syscall.ECONNRESET
	},
	"truncated": func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		resp, err := next(r)
		text, _ := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(text[:len(text)/2]), broken{io.ErrUnexpectedEOF}))
		return resp, err
	},
	"truncated in silence": func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		resp, err := next(r)
		text, _ := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(bytes.NewReader(text[:len(text)/2]))
		return resp, err
	},
	"slow": func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		resp, err := next(r)
		resp.Body = io.NopCloser(broken{context.DeadlineExceeded}) // as after oneRequest
		return resp, err
	},
	"wrong JSON": func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		_, _ = next(r)
		return reply(r, 200, `{"ok":true}`), nil
	},
	"not JSON": func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		_, _ = next(r)
		return reply(r, 200, `<html><body>Sign in to the network</body></html>`), nil
	},
	"another user": func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		_, _ = next(r)
		return reply(r, 200, `{"user_id":"auth0|1","email":"ann@example.com","identities":[]}`), nil
	},
	"a refusal by something else": func(r *http.Request, _ func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		return reply(r, 400, `<html>400 Bad Request</html>`), nil
	},
	"a page that is not found": func(r *http.Request, _ func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		return reply(r, 404, `<html>404</html>`), nil
	},
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// check checks that nothing was claimed but what the tenant plays.
func (b *bench) check(s rule.Sources, why string) {
	b.t.Helper()
	for _, r := range b.result.Rules {
		assert.NotEqual(b.t, contradicts, r.Status, "%s: %s: %v", why, r.Rule, r)
		if r.Status == fits && r.Readings != nil {
			name := rule.Policies(nil).Reading(s, r.Rule)
			assert.Subset(b.t, r.Readings, expected(r.Rule, name), "%s: %s", why, r.Rule)
			if seen, ok := b.result.Policies[r.Rule]; ok {
				assert.Contains(b.t, expected(r.Rule, name), seen, "%s: %s", why, r.Rule)
			}
		}
		if r.Status == unclear {
			assert.NotEmpty(b.t, r.Reason, "%s: %s", why, r.Rule)
		}
	}
}

// With any fault now and then, no reading is claimed that the tenant does not play, and no
// user is left behind.
func TestFaults(t *testing.T) {
	names := make([]string, 0, len(faults))
	for name := range faults {
		names = append(names, name)
	}
	slices.Sort(names)
	seeds := uint64(1)
	if long.Enabled() {
		seeds = 12
	}
	for i, name := range append(names, "all") {
		for seed := range seeds {
			random := rand.New(rand.NewPCG(seed, 7))
			s := settings[(uint64(i)+seed)%2]
			b := newBench(t, fake.Options{Sources: s})
			n := 0
			b.trip = func(r *http.Request) (*http.Response, error) {
				if random.IntN(8) > 0 {
					return b.direct(r)
				}
				n++
				fault := name
				if name == "all" {
					fault = names[random.IntN(len(names))]
				}
				return faults[fault](r, b.direct)
			}
			b.start(b.flags()...)
			assert.Positive(t, n)
			assert.Greater(t, len(b.result.Policies), 15, "%s: %s", name, b.stderr)
			b.check(s, name)
			if strings.Contains(b.stderr, "another id than") { // as if the tenant chose the id, which ends the run
				assert.Contains(t, []string{"another user", "all"}, name)
				assert.Equal(t, exitFailed, b.exit, name)
				assert.Empty(t, b.users(), name)
				b.trip, b.clock = b.direct, b.clock.Add(importEnds) // what was lost has ended
				b.start(b.flags()...)                               // the next run goes on
				assert.Equal(t, exitKnown, b.exit, "%s: %s", name, b.stderr)
				b.check(s, name)
			}
			b.nothingLeft()
		}
	}
}

// With a fault that stays, for one method, nothing is claimed that needs it, and a run
// without the fault deletes what was left.
func TestLastingFaults(t *testing.T) {
	for name, fault := range faults {
		for _, method := range []string{"POST", "PATCH", "GET", "DELETE"} {
			b := newBench(t, fake.Options{})
			on := true
			b.trip = func(r *http.Request) (*http.Response, error) {
				if on && r.Method == method && (method != "GET" || strings.HasPrefix(r.URL.Path, usersPath+"/")) {
					return fault(r, b.direct)
				}
				return b.direct(r)
			}
			b.start(b.flags("-rule", string(rule.NestedNull), "-rule", string(rule.NullInNewMetadata), "-rule", string(rule.PrefixedID))...)
			why := name + ", " + method
			b.check(rule.Strict, why)
			if b.exit == exitKnown { // the users show that they were deleted
				assert.Equal(t, "DELETE", method, why)
			} else {
				assert.Equal(t, exitFailed, b.exit, why)
			}
			on = false
			if len(b.ids()) > 0 {
				b.cleanAtOnce(method == "POST", why)
			}
			assert.Empty(t, b.users(), why)
		}
	}
}

// With any fault during -clean, at one request or at a third of them, no user is left of whom
// the journal does not know, no other user is deleted, and -clean without the fault ends it.
func TestFaultsInClean(t *testing.T) {
	const jane = `{"user_id":"auth0|jane","email":"jane@example.com","identities":[{"connection":"` + fake.DefaultConnection + `","provider":"auth0","user_id":"jane","isSocial":false}]}`
	clean := []string{"-domain", "dev-abc.eu.auth0.com", "-clean", "-journal"}
	for name, fault := range faults {
		for at := range 10 {
			b := newBench(t, fake.Options{})
			seed, ids := jane+"\n", []string{}
			for _, id := range []string{prefix + "1", prefix + "2", prefix + "3"} {
				ids = append(ids, provider+id)
				seed += strings.ReplaceAll(jane, "jane", id) + "\n"
			}
			require.NoError(t, b.tenant.Seed(strings.NewReader(seed)))
			writeJournal(t, b.journal, entry{Create: ids})
			random := rand.New(rand.NewPCG(uint64(at), 7))
			n := 0
			b.trip = func(r *http.Request) (*http.Response, error) {
				if n++; n == at || at == 0 && random.IntN(3) == 0 {
					return fault(r, b.direct)
				}
				return b.direct(r)
			}
			b.start(append(clean, b.journal)...)
			why := fmt.Sprint(name, ", ", at)
			if b.exit != exitKnown {
				require.FileExists(t, b.journal, why)
				for _, id := range ids {
					assert.True(t, !strings.Contains(b.users(), id) || slices.Contains(b.ids(), id), why)
				}
				b.trip = b.direct
				b.start(append(clean, b.journal)...)
			}
			assert.Equal(t, exitKnown, b.exit, "%s: %s", why, b.stderr)
			assert.NoFileExists(t, b.journal, why)
			assert.Contains(t, b.users(), "auth0|jane", why)
			assert.NotContains(t, b.users(), prefix, why)
		}
	}
}

// ids returns the ids in the journal.
func (b *bench) ids() []string {
	j, err := openJournal(b.journal, "dev-abc.eu.auth0.com", b.sync)
	require.NoError(b.t, err)
	defer func() { _ = j.close(false) }()
	return j.ids
}

// What must not be taken for a decision of the tenant is not decided, and the reason is
// said.
func TestNotDecided(t *testing.T) {
	refusal := `{"statusCode":400,"error":"Bad Request","message":"No."}`
	asks := func(r *http.Request, what string) bool {
		return r.Method != http.MethodGet && strings.Contains(body(r), what)
	}
	for name, x := range map[string]struct {
		rule rule.ID
		hop  hop
		want string
	}{
		"the answer to a link is lost": {rule.PrimaryProfileData, once("/identities", faults["reset after"]), "lost"},
		"the request without what the rule is about is refused": {rule.NameLength, func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			if asks(r, `{"family_name":"Probe"}`) {
				return reply(r, 400, refusal), nil
			}
			return next(r)
		}, "without what the rule is about"},
		"a refusal that is carried out": {rule.NameLength, func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			asked := asks(r, `{"name":"`)
			resp, err := next(r)
			if asked {
				return reply(r, 400, refusal), nil
			}
			return resp, err
		}, "yet the user changed"},
		"an answer that is not carried out": {rule.NestedNull, func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			asked := asks(r, `{"user_metadata":`)
			resp, err := next(r)
			if asked {
				text, _ := io.ReadAll(resp.Body)
				return reply(r, 200, strings.Replace(string(text), `"b":null,`, ``, 1)), nil
			}
			return resp, err
		}, "differ"},
		"another rule refuses it": {rule.DatabasePasswordReset, func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			return next(r)
		}, "another rule may refuse it"},
		"a phone number that somebody has": {rule.PhoneDatabase, func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			if asks(r, `"phone_number"`) {
				return reply(r, 400, `{"statusCode":400,"error":"Bad Request","message":"The specified phone number is already in use."}`), nil
			}
			return next(r)
		}, "exists"},
		"a script that is missing": {rule.CustomDatabase, func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			if asks(r, `"connection":"own-store"`) && r.Method == http.MethodPatch {
				return reply(r, 400, `{"statusCode":400,"error":"Bad Request","message":"The change_email script does not exist"}`), nil
			}
			return next(r)
		}, "script"},
		"a disabled connection": {rule.BlockLifted, func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			if asks(r, `"password":"`) && r.Method == http.MethodPatch {
				return reply(r, 400, `{"statusCode":400,"error":"Bad Request","message":"Cannot change email or password for users in a disabled connection."}`), nil
			}
			return next(r)
		}, "patch.disabled-connection"},
	} {
		b := newBench(t, fake.Options{})
		b.trip = func(r *http.Request) (*http.Response, error) { return x.hop(r, b.direct) }
		b.start(b.flags("-rule", string(x.rule))...)
		assert.Equal(t, exitFailed, b.exit, name)
		assert.Equal(t, unclear, b.find(x.rule).Status, name)
		assert.Contains(t, b.find(x.rule).Reason, x.want, name)
		assert.Empty(t, b.result.Policies, name)
		assert.Equal(t, x.want == "differ", strings.Contains(b.stdout, "the answer itself"), name)
		b.nothingLeft()
	}
}

// once returns a hop with a fault for the first request whose path ends so.
func once(suffix string, fault hop) hop {
	done := false
	return func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		if done || r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, suffix) {
			return next(r)
		}
		done = true
		return fault(r, next)
	}
}

// A creation whose answer is lost is found by its id.
func TestLostCreation(t *testing.T) {
	for _, id := range []rule.ID{rule.NestedNull, rule.PrefixedID} {
		b := newBench(t, fake.Options{})
		lose := once("/users", faults["reset after"])
		b.trip = func(r *http.Request) (*http.Response, error) { return lose(r, b.direct) }
		b.start(b.flags("-rule", string(id))...)
		assert.Equal(t, exitKnown, b.exit, b.stderr)
		assert.Equal(t, fits, b.find(id).Status)
		b.nothingLeft()
	}
}

// A tenant that chooses the ids is left after the first creation, and the id is said.
func TestOtherID(t *testing.T) {
	for _, only := range []bool{false, true} {
		b := newBench(t, fake.Options{})
		n := 0
		b.trip = func(r *http.Request) (*http.Response, error) {
			if r.Method != http.MethodPost || r.URL.Path != usersPath {
				return b.direct(r)
			}
			n++
			answer := with(metadata.MustParse(body(r)), "auth0|64fa", "user_id").Without("password")
			if only {
				answer = metadata.MustParse(`{"user_id":"auth0|64fa"}`)
			}
			return reply(r, 201, string(answer.AppendJSON(nil))), nil
		}
		b.sync = func(*os.File) error {
			if n > 0 && only {
				return errors.New("no space")
			}
			return nil
		}
		b.start(b.flags()...)
		assert.Equal(t, exitFailed, b.exit)
		assert.Equal(t, 1, n)
		assert.Contains(t, b.stderr, `"auth0|64fa"`)
	}
}

// On a custom database a script can choose the id: the user is deleted.
func TestScriptChoosesID(t *testing.T) {
	b := newBench(t, fake.Options{})
	n := 0
	b.trip = func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost && r.URL.Path == usersPath {
			n++
			text := with(metadata.MustParse(body(r)), fmt.Sprintf("64fa%d", n), "user_id").AppendJSON(nil)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
		}
		return b.direct(r)
	}
	b.start(b.flags("-rule", string(rule.CustomDatabase))...)
	assert.Equal(t, exitFailed, b.exit)
	assert.Equal(t, unclear, b.find(rule.CustomDatabase).Status)
	assert.Greater(t, n, 1)
	b.nothingLeft()
}

// A token that cannot delete users leaves one.
func TestCannotDelete(t *testing.T) {
	for _, status := range []int{403, 400, 500} {
		b := newBench(t, fake.Options{})
		posts := 0
		b.trip = func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				posts++
			}
			if r.Method == http.MethodDelete {
				return reply(r, status, fmt.Sprintf(`{"statusCode":%d,"error":"No","message":"Insufficient scope, expected any of: delete:users"}`, status)), nil
			}
			return b.direct(r)
		}
		b.start(b.flags("-rule", string(rule.LinkPrefixedID))...)
		assert.Equal(t, exitFailed, b.exit)
		assert.Equal(t, status == 403, strings.Contains(b.stderr, "lacks a scope"), b.stderr)
		assert.Equal(t, 1, posts)
		assert.Len(t, b.ids(), 1)
	}
}

// A creation that arrives late, after a read has not found the user, leaves none behind.
func TestLateCreation(t *testing.T) {
	b := newBench(t, fake.Options{})
	var late *http.Request
	posts := 0
	b.trip = func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			if posts++; posts == 1 {
				late = r.Clone(context.Background())
				late.Body = io.NopCloser(strings.NewReader(body(r)))
			}
			if posts <= attempts {
				return nil, syscall.ECONNRESET
			}
		}
		if late != nil && r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, usersPath+"/") {
			resp, err := b.direct(r)
			_, _ = b.direct(late)
			late = nil
			return resp, err
		}
		return b.direct(r)
	}
	b.start(b.flags("-rule", string(rule.NestedNull), "-rule", string(rule.LastMember))...)
	assert.Equal(t, exitFailed, b.exit)
	assert.Nil(t, late)
	b.nothingLeft()
}

// A user whom reads do not find at first is looked for again at the end, and deleted.
func TestUnseenUser(t *testing.T) {
	b := newBench(t, fake.Options{})
	reads := 0
	b.trip = func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, usersPath+"/") && strings.HasSuffix(r.URL.Path, "-1") { // not in the trial
			if reads++; reads <= 2 {
				return reply(r, 404, `{"statusCode":404,"error":"Not Found","message":"The user does not exist."}`), nil
			}
		}
		return b.direct(r)
	}
	b.start(b.flags("-rule", string(rule.NestedNull))...)
	assert.Equal(t, exitFailed, b.exit)
	assert.Equal(t, unclear, b.find(rule.NestedNull).Status)
	b.nothingLeft()
}

// A read that is behind a deletion does not end the run.
func TestReadBehind(t *testing.T) {
	b := newBench(t, fake.Options{})
	old := map[string]string{} // users who were deleted and are shown once more
	b.trip = func(r *http.Request) (*http.Response, error) {
		path := r.URL.Path
		if text := old[path]; text != "" && r.Method == http.MethodGet {
			delete(old, path)
			return reply(r, 200, text), nil
		}
		if r.Method == http.MethodDelete && !strings.Contains(path, "/identities/") {
			get, _ := http.NewRequestWithContext(r.Context(), http.MethodGet, r.URL.String(), nil)
			get.Header = r.Header
			if resp, err := b.direct(get); err == nil && resp.StatusCode == 200 {
				old[path] = answered(t, resp)
			}
		}
		return b.direct(r)
	}
	b.start(b.flags("-rule", string(rule.NestedNull))...)
	assert.Equal(t, exitKnown, b.exit, b.stderr)
	assert.Equal(t, []time.Duration{settles, 2 * time.Second, 2 * time.Second}, b.slept)
	b.nothingLeft()
}

// A creation that is carried out after Ctrl-C is waited for, and one that is carried out
// after the program ended stays in the journal until -clean finds it.
func TestSlowCreation(t *testing.T) {
	for _, takes := range []time.Duration{6 * time.Second, 5 * time.Minute} {
		for _, killed := range []bool{false, true} {
			b := newBench(t, fake.Options{})
			ctx, cancel := context.WithCancel(t.Context())
			b.ctx = ctx
			var late *http.Request
			var at time.Time
			deliver := func() {
				if late != nil && !b.clock.Before(at) {
					_, _ = b.direct(late)
					late = nil
				}
			}
			b.trip = func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodPost {
					late, at = r.Clone(context.Background()), b.clock.Add(takes)
					late.Body = io.NopCloser(strings.NewReader(body(r)))
					cancel()
					if killed {
						panic("killed")
					}
					return nil, ctx.Err()
				}
				deliver()
				return b.direct(r)
			}
			func() {
				defer func() { _ = recover() }()
				b.start(b.flags("-rule", string(rule.NestedNull))...)
			}()
			b.ctx = t.Context()
			clean := []string{"-domain", "dev-abc.eu.auth0.com", "-clean", "-journal", b.journal}
			if killed {
				b.start(clean...)
			}
			assert.Equal(t, exitFailed, b.exit)
			assert.Contains(t, b.stderr, "run the program again with -clean after ")
			require.FileExists(t, b.journal)
			b.clock = b.clock.Add(10 * time.Minute)
			deliver()
			b.start(clean...)
			assert.Equal(t, exitKnown, b.exit, b.stderr)
			assert.Nil(t, late)
			b.nothingLeft()
		}
	}
}

// An import that runs late, after its user was deleted, creates the user again. -clean
// finds that user, and does not forget it before the import must have ended.
func TestLateImport(t *testing.T) {
	for name, lose := range map[string]bool{"the answer is lost": true, "the job does not end": false} {
		b := newBench(t, fake.Options{})
		var late *http.Request
		b.trip = func(r *http.Request) (*http.Response, error) {
			switch {
			case r.Method == http.MethodPost && r.URL.Path == importsPath:
				late = r.Clone(context.Background())
				late.Body = io.NopCloser(strings.NewReader(body(r)))
				if lose {
					return nil, syscall.ECONNRESET
				}
				return reply(r, 202, `{"id":"job_1","status":"pending"}`), nil
			case r.URL.Path == jobsPath+"/job_1":
				return reply(r, 200, `{"id":"job_1","status":"pending"}`), nil
			}
			return b.direct(r)
		}
		b.start(b.flags("-rule", string(rule.ImportReplacesMetadata))...)
		assert.Equal(t, exitFailed, b.exit, name)
		assert.Contains(t, b.stderr, "with -clean after", name)
		assert.Empty(t, b.users(), name)

		resp, err := b.direct(late)
		require.NoError(t, err)
		job, _ := metadata.MustParse(answered(t, resp)).At("/id").Str()
		get, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://dev-abc.eu.auth0.com"+jobsPath+"/"+job, nil)
		require.NoError(t, err)
		_, _ = b.direct(get) // the job ends
		require.NotEmpty(t, b.users(), name)

		clean := []string{"-domain", "dev-abc.eu.auth0.com", "-clean", "-journal", b.journal}
		b.start(clean...)
		assert.Equal(t, exitFailed, b.exit, name)
		assert.Empty(t, b.users(), name)
		b.nothingLeft()
	}
}

// The journal says that an import begins before it is sent.
func TestImportInJournal(t *testing.T) {
	b := newBench(t, fake.Options{})
	synced := ""
	b.sync = func(f *os.File) error {
		text, err := os.ReadFile(f.Name())
		synced = string(text)
		return err
	}
	n := 0
	b.trip = func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == importsPath {
			n++
			lines := strings.Split(strings.TrimSpace(synced), "\n")
			assert.Contains(t, lines[len(lines)-1], `{"create":["auth0|metameld-probe-`)
		}
		return b.direct(r)
	}
	b.start(b.flags()...)
	assert.Equal(t, 4, n)
	b.nothingLeft()
}

// No more requests are sent, and no more users are created, than the numbers allow.
func TestNumbersAreLimits(t *testing.T) {
	b := newBench(t, fake.Options{})
	j, err := openJournal(b.journal, "dev-abc.eu.auth0.com", b.sync)
	require.NoError(t, err)
	defer func() { _ = j.close(true) }()
	g := &guard{owns: j.owns}
	base, err := baseOf("dev-abc.eu.auth0.com", "")
	require.NoError(t, err)
	r := &runner{
		c: &client{base: base, http: b.client(nil), guard: g.check, sleep: b.sleeps, now: func() time.Time { return b.clock }, left: 3},
		j: j, g: g, tag: "1", most: 1, connections: []connected{{embedded()[0], "con_1"}},
	}
	at := slices.IndexFunc(probes, func(p probe) bool { return p.rule == rule.PrimaryProfileData }) // two users
	_, err = r.run(t.Context(), probes[at])
	assert.ErrorIs(t, err, errUsers)
	assert.Len(t, b.sent, 1)
	r.most = 10
	_, err = r.run(t.Context(), probes[at])
	assert.ErrorIs(t, err, errBudget)
	assert.Len(t, b.sent, 3)
	r.reserve = 20
	require.NoError(t, r.finish(t.Context()))

	// The last deletions have what is left.
	b.sent, r.c.left, r.reserve, r.c.ready = nil, 3, 4, time.Time{}
	require.NoError(t, j.begins([]string{provider + prefix + "2"}, b.clock, 0))
	b.trip = func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNRESET }
	assert.ErrorIs(t, r.finish(t.Context()), errBudget)
	assert.Len(t, b.sent, 7)
	b.trip, r.c.ready = b.direct, time.Time{}

	// Requests for tokens count.
	b.sent, r.c.left, r.c.grant, r.c.secrets = nil, 1, []byte(`{}`), &masked{}
	_, err = r.c.do(t.Context(), http.MethodGet, connectionsPath, "", nil, nil)
	assert.ErrorIs(t, err, errBudget)
	assert.Equal(t, []string{"POST " + tokenPath}, b.sent)
	assert.Empty(t, b.users())
}

// A tenant that is away for a while is waited for.
func TestAway(t *testing.T) {
	b := newBench(t, fake.Options{})
	n := 0
	b.trip = func(r *http.Request) (*http.Response, error) {
		if n++; n > 40 && n < 45 {
			return nil, errors.New("connection refused")
		}
		return b.direct(r)
	}
	b.start(b.flags()...)
	assert.Equal(t, exitKnown, b.exit, b.stderr)
	assert.Equal(t, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}, b.slept[1:5])
	b.nothingLeft()
}

// Whatever a tenant answers, the program does not panic, and claims nothing.
func TestOddAnswers(t *testing.T) {
	for _, text := range []string{
		``, `null`, `[]`, `{}`, `[null]`, `[[]]`, `{"user_id":7}`, `{"user_id":null}`, `{"connections":[7],"users":[],"total":-1}`, `{"total":1e400,"users":[]}`,
		`{"id":"a/../b","status":"completed"}`, strings.Repeat("[", 100_000), `"` + strings.Repeat("x", 2<<20) + `"`, "\xff", `{"statusCode":"400","message":7}`,
	} {
		statuses := []int{200, 400, 404}
		if long.Enabled() {
			statuses = []int{200, 201, 204, 302, 400, 403, 404, 409, 413, 418}
		}
		for _, status := range statuses {
			b := newBench(t, fake.Options{})
			n := 0
			b.trip = func(r *http.Request) (*http.Response, error) {
				if n++; n < 8 {
					return b.direct(r)
				}
				return reply(r, status, text), nil
			}
			b.start(b.flags("-rule", string(rule.NestedNull), "-rule", string(rule.ImportResetsVerified))...)
			assert.NotEqual(t, exitContradicts, b.exit)
			for _, r := range b.result.Rules {
				assert.NotEqual(t, fits, r.Status, "%d %.20s", status, text)
			}
		}
	}
}

// The same over the network: a proxy that resets connections and cuts bodies.
func TestProxy(t *testing.T) {
	tenant := newBench(t, fake.Options{})
	server := httptest.NewServer(tenant.tenant)
	defer server.Close()
	behind, err := url.Parse(server.URL)
	require.NoError(t, err)
	forward := httputil.NewSingleHostReverseProxy(behind)
	var n atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) % 7 {
		case 2: // no answer
			panic(http.ErrAbortHandler)
		case 4: // carried out, and the body is cut
			in := httptest.NewRecorder()
			forward.ServeHTTP(in, r)
			w.Header().Set("Content-Length", "5000")
			w.WriteHeader(in.Code)
			_, _ = w.Write(in.Body.Bytes()[:in.Body.Len()/2])
			panic(http.ErrAbortHandler)
		}
		forward.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	proxy.Config.ErrorLog = nil
	b := tenant
	address, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	var stdout, stderr bytes.Buffer
	p := program{
		getenv: func(string) string { return "" }, stdout: &stdout, stderr: &stderr, now: time.Now, sleep: b.sleeps, sync: b.sync,
		http: func(*url.URL) *http.Client { return newHTTP(true) },
	}
	args := []string{"-url", proxy.URL, "-create-users", address.Host, "-journal", b.journal, "-connection", fake.DefaultConnection}
	for _, x := range probes {
		if !x.ask.isImport() {
			args = append(args, "-rule", string(x.rule))
		}
	}
	exit := p.main(t.Context(), args)
	assert.NotEqual(t, exitContradicts, exit, stdout.String())
	assert.Greater(t, strings.Count(stdout.String(), "strict agrees"), 10, stderr.String())
	assert.NotContains(t, stdout.String(), "strict differs")
	b.nothingLeft()
}

// standIn serves the tenant with one fault of an emulator.
type standIn struct {
	rule rule.ID // that the probe must report
	hop  hop
}

// rewrite changes the body of some requests.
func rewrite(method, path string, change func(o metadata.Object) metadata.Object) hop {
	return func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		if o, err := metadata.Parse([]byte(body(r))); err == nil && r.Method == method && strings.HasPrefix(r.URL.Path, path) {
			text := change(o).AppendJSON(nil)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
		}
		return next(r)
	}
}

// with sets a member.
func with(o metadata.Object, v any, path ...string) metadata.Object {
	o, err := o.With(v, path...)
	if err != nil {
		panic(err)
	}
	return o
}

// emulators are ten mistakes that an emulator of the API could have.
var emulators = map[string]standIn{
	"merges metadata at every level": {rule.ReplacedObject, func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		sent, err := metadata.Parse([]byte(body(r)))
		if err != nil || r.Method != http.MethodPatch || sent.At("/user_metadata").IsZero() {
			return next(r)
		}
		get, _ := http.NewRequestWithContext(r.Context(), http.MethodGet, r.URL.String(), nil)
		resp, err := next(get)
		if err != nil {
			return nil, err
		}
		text, _ := io.ReadAll(resp.Body)
		stored, _ := metadata.MustParse(string(text)).At("/user_metadata").Object()
		d, ok := sent.At("/user_metadata").Object()
		if !ok {
			return next(r)
		}
		delta, err := metadata.ParseDelta(d.AppendJSON(nil))
		if err != nil {
			return nil, err
		}
		merged := with(sent, metadata.Deep.Merge(stored, delta), "user_metadata").AppendJSON(nil)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(merged)), int64(len(merged))
		return next(r)
	}},
	"keeps a name that becomes too long": {rule.NameLength, rewrite("PATCH", usersPath, func(o metadata.Object) metadata.Object {
		if s, _ := o.At("/name").Str(); len(s) > 150 {
			return with(o.Without("name"), "a", "family_name")
		}
		return o
	})},
	"takes null for a boolean": {rule.Null, rewrite("PATCH", usersPath, func(o metadata.Object) metadata.Object {
		if o.At("/blocked").IsNull() {
			return with(o, false, "blocked")
		}
		return o
	})},
	"takes a password with an e-mail flag": {rule.ExclusiveAttributes, rewrite("PATCH", usersPath, func(o metadata.Object) metadata.Object {
		if !o.At("/password").IsZero() {
			return o.Without("email_verified")
		}
		return o
	})},
	"takes a dot in a name of metadata": {rule.MetadataName, rewrite("PATCH", usersPath, func(o metadata.Object) metadata.Object {
		if v, ok := o.Get("user_metadata", "a.b"); ok {
			return with(with(o, map[string]any{}, "user_metadata"), v, "user_metadata", "a")
		}
		return o
	})},
	"takes {}": {rule.NothingToUpdate, rewrite("PATCH", usersPath, func(o metadata.Object) metadata.Object {
		if o.Len() == 0 {
			return with(o, "Probe", "family_name")
		}
		return o
	})},
	"stores members that it does not know": {rule.UnknownMember, rewrite("POST", usersPath, func(o metadata.Object) metadata.Object {
		return o.Without("metameld_probe")
	})},
	"renames the user with the e-mail": {rule.DerivedName, rewrite("PATCH", usersPath, func(o metadata.Object) metadata.Object {
		if v := o.At("/email"); !v.IsZero() {
			return with(o, v, "name")
		}
		return o
	})},
	"links an account twice": {rule.AlreadyLinked, func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		resp, err := next(r)
		if err == nil && resp.StatusCode == 409 && strings.HasSuffix(r.URL.Path, "/identities") {
			get, _ := http.NewRequestWithContext(r.Context(), http.MethodGet, strings.TrimSuffix(r.URL.String(), "/identities"), nil)
			if resp, err = next(get); err != nil {
				return nil, err
			}
			text, _ := io.ReadAll(resp.Body)
			return reply(r, 201, metadata.MustParse(string(text)).At("/identities").String()), nil
		}
		return resp, err
	}},
	"answers a duplicate with 400": {rule.UserExists, func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		resp, err := next(r)
		if err == nil && resp.StatusCode == 409 && r.URL.Path == usersPath {
			return reply(r, 400, `{"statusCode":400,"error":"Bad Request","message":"The user already exists."}`), nil
		}
		return resp, err
	}},
}

// The probe reports each mistake by the name of its rule, and no other.
func TestEmulators(t *testing.T) {
	require.Len(t, emulators, 10)
	for name, x := range emulators {
		b := newBench(t, fake.Options{})
		b.trip = func(r *http.Request) (*http.Response, error) { return x.hop(r, b.direct) }
		b.start(b.flags()...)
		assert.Equal(t, exitContradicts, b.exit, "%s: %s", name, b.stderr)
		for _, r := range b.result.Rules {
			assert.Equal(t, r.Rule == x.rule, r.Status == contradicts, "%s: %s: %v", name, r.Rule, r)
		}
		b.nothingLeft()
	}
}

// An emulator that offers no imports says so with the status, in any form. That decides
// nothing, is not asked for again, and leaves nothing to wait for.
func TestNoImports(t *testing.T) {
	for _, status := range []int{404, 405, 501} {
		for _, text := range []string{"<html>", `{"statusCode":` + fmt.Sprint(status) + `,"error":"No","message":"no such route"}`} {
			b := newBench(t, fake.Options{})
			posts := 0
			b.trip = func(r *http.Request) (*http.Response, error) {
				if r.URL.Path == importsPath {
					posts++
					return reply(r, status, text), nil
				}
				return b.direct(r)
			}
			b.start(b.flags("-rule", string(rule.ImportResetsVerified), "-rule", string(rule.NestedNull))...)
			assert.Equal(t, exitKnown, b.exit, b.stderr)
			assert.Equal(t, 1, posts)
			assert.LessOrEqual(t, len(b.slept), 2) // before the last deletions, and for the trial
			assert.Equal(t, notRun, b.find(rule.ImportResetsVerified).Status)
			assert.Contains(t, b.find(rule.ImportResetsVerified).Reason, "offers no imports")
			assert.Equal(t, fits, b.find(rule.NestedNull).Status)
			b.nothingLeft()
		}
	}
}
