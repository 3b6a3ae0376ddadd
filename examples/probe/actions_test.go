package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/internal/recordings"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// registrations are what an Action for new users can change.
var registrations = map[string]string{
	"adds metadata":     `{"user_metadata":{"crm_secret":"crm-4711"},"app_metadata":{"crm_number":4711}}`,
	"replaces metadata": `{"user_metadata":{"a":"crm-4711"},"app_metadata":{"a":4711}}`,
	"wipes metadata":    `{"user_metadata":{},"app_metadata":{}}`,
	"blocks":            `{"blocked":true}`,
	"unblocks":          `{"blocked":false}`,
	"verifies":          `{"email_verified":true}`,
	"unverifies":        `{"email_verified":false}`,
	"names":             `{"nickname":"Ann Corp","name":"Ann Corp","given_name":"Ann Corp"}`,
}

// times are when an Action changes a new user: before the user is stored, before the
// creation is answered, though the answer does not show it, or a little later.
var times = []string{"before", "at once", "soon"}

// action is a tenant with an Action.
type action struct {
	*bench
	change, when string
	due          []func()
	n            int
	at           time.Time
}

func (a *action) trip(r *http.Request) (*http.Response, error) {
	if a.n++; len(a.due) > 0 && (a.n >= 3 || a.clock.Sub(a.at) > time.Second) {
		for _, run := range a.due {
			run()
		}
		a.due = nil
	}
	if r.Method != http.MethodPost || r.URL.Path != usersPath {
		return a.direct(r)
	}
	if a.when == "before" {
		return rewrite("POST", usersPath, func(o metadata.Object) metadata.Object {
			for name, v := range metadata.MustParse(a.change).All() {
				o = a.set(o, name, v)
			}
			return o
		})(r, a.direct)
	}
	connection, _ := metadata.MustParse(body(r)).At("/connection").Str()
	resp, err := a.direct(r)
	if err != nil || resp.StatusCode != http.StatusCreated {
		return resp, err
	}
	path, auth := usersPath+"/"+url.PathEscape(field(a.t, resp, "user_id")), r.Header.Get("Authorization")
	run := func() {
		text := string(with(metadata.MustParse(a.change), connection, "connection").AppendJSON(nil))
		patch, err := http.NewRequestWithContext(a.ctx, http.MethodPatch, "https://dev-abc.eu.auth0.com"+path, strings.NewReader(text))
		require.NoError(a.t, err)
		patch.Header.Set("Authorization", auth)
		patch.Header.Set("Content-Type", jsonKind)
		_, _ = a.direct(patch) // refused if the user is deleted, or on some custom databases
	}
	if a.when == "soon" {
		a.due, a.n, a.at = append(a.due, run), 0, a.clock
	} else {
		run()
	}
	return resp, nil
}

// set sets an attribute as an Action does, metadata at the first level.
func (a *action) set(o metadata.Object, name string, v metadata.Value) metadata.Object {
	if members, ok := v.Object(); ok && members.Len() > 0 {
		for name2, v := range members.All() {
			o = with(o, v, name, name2)
		}
		return o
	}
	return with(o, v, name)
}

func newAction(t *testing.T, change, when string, o fake.Options) *action {
	a := &action{change: registrations[change], when: when}
	o.Now = func() time.Time { // as in a tenant, no two changes have the same time
		a.clock = a.clock.Add(time.Millisecond)
		return a.clock
	}
	a.bench = newBench(t, o)
	a.bench.trip = a.trip
	return a
}

// Whatever an Action does to new users, no reading is claimed that the tenant does not play,
// nothing contradicts the catalogue, and the result to share has nothing of the tenant's.
func TestActions(t *testing.T) {
	n := 0
	for change := range registrations {
		n++
		for i, when := range times {
			if i != n%len(times) && !long.Enabled() {
				continue
			}
			s := settings[i]
			a := newAction(t, change, when, fake.Options{Sources: s})
			a.start(a.flags()...)
			why := fmt.Sprint(change, ", ", when)
			assert.NotEqual(t, exitContradicts, a.exit, why)
			a.check(s, why)
			assert.Greater(t, len(a.result.Policies), 12, "%s: %s", why, a.stderr)
			for _, secret := range []string{"crm", "4711", "Ann Corp"} {
				assert.NotContains(t, a.stdout, secret, why)
			}
			if change == "adds metadata" { // with another member, the last one that the probe sent is not the last one
				assert.Equal(t, unclear, a.find(rule.LastMember).Status, why)
			}
			a.nothingLeft()
		}
	}
}

// An Action does not hide a mistake of an emulator behind an answer that is as stated. The
// Action runs at one time, or at each if METAMELD_LONG=1.
func TestActionsHideNothing(t *testing.T) {
	n := 0
	for name, x := range emulators {
		for change := range registrations {
			at := times
			if n++; !long.Enabled() {
				at = times[n%3 : n%3+1]
			}
			for _, when := range at {
				a := newAction(t, change, when, fake.Options{})
				a.bench.trip = func(r *http.Request) (*http.Response, error) { return x.hop(r, a.trip) }
				a.start(a.flags("-rule", string(x.rule))...)
				why := fmt.Sprint(name, ", ", change, ", ", when)
				assert.NotEqual(t, fits, a.find(x.rule).Status, why)
				assert.NotEqual(t, notRun, a.find(x.rule).Status, why)
				assert.NotEqual(t, exitKnown, a.exit, why)
			}
		}
	}
}

// An Action that refuses every new user decides nothing.
func TestActionRefuses(t *testing.T) {
	for _, p := range probes {
		b := newBench(t, fake.Options{})
		b.trip = func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost && r.URL.Path == usersPath {
				return reply(r, 400, `{"statusCode":400,"error":"Bad Request","message":"Registration is closed."}`), nil
			}
			return b.direct(r)
		}
		b.start(b.flags("-rule", string(p.rule))...)
		assert.Equal(t, exitFailed, b.exit, p.rule)
		assert.Equal(t, unclear, b.find(p.rule).Status, p.rule)
		assert.Contains(t, b.find(p.rule).Reason, "could not be created", p.rule)
		b.nothingLeft()
	}
}

// An emulator whose answers to creations show only the id is no tenant with Actions.
func TestShortAnswers(t *testing.T) {
	b := newBench(t, fake.Options{})
	b.trip = func(r *http.Request) (*http.Response, error) {
		resp, err := b.direct(r)
		if r.Method == http.MethodPost && r.URL.Path == usersPath && resp.StatusCode == http.StatusCreated {
			return reply(r, 201, `{"user_id":"`+field(t, resp, "user_id")+`"}`), nil
		}
		return resp, err
	}
	b.start(b.flags("-rule", string(rule.NestedNull))...)
	assert.Equal(t, exitKnown, b.exit, b.stderr)
	assert.Equal(t, []time.Duration{settles}, b.slept) // in the trial
	b.nothingLeft()
}

// The recorded answers to creations show the users that were read after them, so that a
// difference is the work of an Action or a Hook.
func TestRecordedCreationsStay(t *testing.T) {
	n := 0
	for _, x := range recordings.Of(t, "create") {
		if x.NextGet == nil {
			continue
		}
		answer, err := user.Parse(x.Response)
		require.NoError(t, err)
		later, err := user.Parse(x.NextGet)
		require.NoError(t, err)
		n++
		var show trial
		require.NoError(t, show.compare(answer, later))
		assert.False(t, show.changes, x.ID)
	}
	assert.Equal(t, 25, n)
}
