package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/internal/recordings"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// replay is a server that answers what a probe asks with a recorded exchange, and shows the
// recorded user before and after it. What was not recorded, a tenant in memory answers:
// creations, the requests before the question, and deletions.
type replay struct {
	t             *testing.T
	tenant        *fake.Tenant
	p             probe
	x             recordings.Exchange
	renamed       map[string]string // JSON texts in recorded metadata, by those that the probe sends
	created       []metadata.Object // creations, of which the first one is the trial
	changes       int               // requests that change the first user
	asked, gone   bool
	before, after string
}

func (p *replay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.URL.Path == usersPath {
		p.created = append(p.created, metadata.MustParse(body(r)))
	}
	first := ""
	if len(p.created) > 1 {
		first, _ = p.created[1].At("/user_id").Str()
	}
	path, ofFirst := strings.CutPrefix(r.URL.Path, usersPath+"/"+provider+first)
	switch {
	case first == "" || !ofFirst || p.gone || path != "" && path[0] != '/':
	case r.Method == http.MethodDelete && path == "":
		p.gone = true
	case r.Method == http.MethodGet && p.asked:
		p.reply(w, http.StatusOK, p.after)
		return
	case r.Method == http.MethodGet:
		p.reply(w, http.StatusOK, p.before)
		return
	case p.changes < len(p.p.setup):
		p.changes++
	default:
		p.asked = true
		p.reply(w, p.x.Status, string(p.x.Response))
		return
	}
	p.tenant.ServeHTTP(w, r)
}

// reply writes a recorded document about the users of the probe.
func (p *replay) reply(w http.ResponseWriter, status int, text string) {
	if o, err := metadata.Parse([]byte(text)); err == nil {
		for _, name := range []string{"user_metadata", "app_metadata"} {
			if v, ok := o.Get(name); ok {
				o = with(o, metadata.MustValue(p.rename(v)), name)
			}
		}
		text = string(o.AppendJSON(nil))
	}
	var names []string
	for i, recorded := range []string{string(p.x.Before), string(p.x.BeforeSecondary)} {
		if i++; recorded == "" || i >= len(p.created) {
			continue
		}
		o := metadata.MustParse(recorded)
		for _, name := range []string{"email", "user_id"} {
			a, _ := o.At("/" + name).Str()
			b, _ := p.created[i].At("/" + name).Str()
			names = append(names, strings.TrimPrefix(a, provider), b)
		}
	}
	w.Header().Set("Content-Type", jsonKind)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(strings.NewReplacer(names...).Replace(text)))
}

// rename returns recorded metadata with the names and values that the probe sends.
func (p *replay) rename(v metadata.Value) string {
	if to, ok := p.renamed[v.String()]; ok {
		return to
	}
	if v.Kind() != metadata.KindObject {
		return v.String()
	}
	var members []string
	for name, w := range v.Members() {
		name = `"` + inJSON(name) + `"`
		if to, ok := p.renamed[name]; ok {
			name = to
		}
		members = append(members, name+":"+p.rename(w))
	}
	return "{" + strings.Join(members, ",") + "}"
}

// align reports whether recorded metadata have the form of those that a probe sends, and
// what must be renamed: values, and names of one letter. They may have further members.
func align(sent, recorded metadata.Value, renamed map[string]string) bool {
	switch sent.Kind() {
	case metadata.KindNull:
		return recorded.IsNull()
	case metadata.KindObject:
		o, ok := recorded.Object()
		if s, _ := sent.Object(); !ok || s.Len() == 0 {
			return ok && o.Len() == 0
		}
		used := map[string]bool{}
		for name, v := range sent.Members() {
			found := false
			for other, w := range o.All() {
				if used[other] || len(name) > 1 && name != other || strings.ContainsAny(other, ".$") || !align(v, w, renamed) {
					continue
				}
				used[other], found = true, true
				renamed[`"`+inJSON(other)+`"`] = `"` + name + `"`
				break
			}
			if !found {
				return false
			}
		}
		return true
	}
	if recorded.IsZero() || recorded.IsNull() || recorded.Kind() == metadata.KindObject || strings.Contains(sent.String(), " x>") {
		return false
	}
	renamed[recorded.String()] = sent.String()
	return true
}

// aValue matches a placeholder for a value of no special form.
var aValue = regexp.MustCompile(`^<[a-z0-9-]+>$`)

// likeAttribute reports whether a recorded attribute has the form of the one that a probe sends.
func likeAttribute(name string, sent, recorded metadata.Value) bool {
	s, isText := sent.Str()
	r, ok := recorded.Str()
	switch {
	case !isText || !ok:
		return sent.Equal(recorded)
	case name == "password":
		s := string(newSession("1", "", "").body(s))
		form := func(s string) [3]bool {
			return [3]bool{strings.Contains(s, " "), regexp.MustCompile(`[^ -~]`).MatchString(s), len(s) > 72}
		}
		return form(s) == form(r)
	case strings.HasPrefix(s, provider) && !strings.HasPrefix(r, provider), s == "<id>": // no recorded request is about the user in its path
		return false
	}
	return s == r || aValue.MatchString(strings.TrimPrefix(s, provider)) && regexp.MustCompile(`^[\w.@|+ -]+$`).MatchString(r)
}

// matching returns the server that replays x to p, if x has the method, the path and the form
// of the body that p sends. The recorded body may have further members that p does not watch.
func matching(t *testing.T, p probe, x recordings.Exchange) (*replay, bool) {
	identity, isUnlink := strings.CutPrefix(p.ask.path, identitiesPath+"/auth0/")
	kind := map[string]string{userPath: "update", identitiesPath: "link"}[p.ask.path]
	if isUnlink {
		kind = "unlink"
	}
	if x.Kind != kind {
		return nil, false
	}
	s := &replay{t: t, p: p, x: x, renamed: map[string]string{}, before: string(x.Before), after: string(x.NextGet)}
	if s.after == "" {
		s.after = string(x.Response)
	}
	before := metadata.MustParse(s.before)
	if kind != "update" { // the answer has identities only
		linked := slices.ContainsFunc(p.setup, func(x step) bool { return x.path == identitiesPath })
		if linked == before.At("/identities/1").IsZero() || x.Response[0] != '[' || p.watch == nil || rootOf(p.watch[0]) != "/identities" {
			return nil, false
		}
		s.after = string(with(before, metadata.MustValue(string(x.Response)), "identities").AppendJSON(nil))
	}
	if isUnlink {
		_, id := x.Unlinked(t)
		second, _ := before.At("/identities/1/user_id").Str()
		email, _ := before.At("/identities/1/profileData/email").Str()
		s.x.BeforeSecondary = fmt.Appendf(nil, `{"user_id":%q,"email":%q}`, second, email)
		return s, strings.TrimPrefix(identity, provider) == "<id2>" && strings.HasPrefix(id, provider) == strings.HasPrefix(identity, provider)
	}
	return s, s.fits(before)
}

// fits reports whether the recorded body has the form of the one that the probe sends, and the
// recorded user has what the probe sends before.
func (p *replay) fits(before metadata.Object) bool {
	for name, v := range metadata.MustParse("{" + p.p.creation + "}").All() {
		if isMetadata(name) && !align(v, before.At("/"+name), p.renamed) {
			return false
		}
	}
	sent, request := metadata.MustParse(p.p.ask.body), metadata.MustParse(string(p.x.Request))
	if sent.Len() == 0 && request.Len() > 0 {
		return false
	}
	for name, v := range sent.All() {
		recorded, ok := request.Get(name)
		if !ok || isMetadata(name) && !align(v, recorded, p.renamed) || !isMetadata(name) && !likeAttribute(name, v, recorded) {
			return false
		}
	}
	for name := range request.All() {
		if _, ok := sent.Get(name); !ok && slices.ContainsFunc(p.p.watch, func(pointer string) bool { return rootOf(pointer) == "/"+name }) {
			return false
		}
	}
	return true
}

func isMetadata(name string) bool { return strings.HasSuffix(name, "_metadata") }

// Recorded exchanges, replayed to the probe over HTTP, give the readings that they show. The
// page lists their rules.
func TestReplay(t *testing.T) {
	list := recordings.Load(t)
	found := map[rule.ID]map[string]int{}
	for _, p := range probes {
		for _, x := range list {
			s, ok := matching(t, p, x)
			if !ok {
				continue
			}
			f := s.run()
			assert.NotEqual(t, contradicts, f.Status, "%s: %v", x.ID, f)
			if f.Status != fits || len(f.Readings) > 0 && len(f.Readings) == len(namesOf(p.rule)) {
				continue // the recorded user lacks what the probe needs, or the readings predict the same
			}
			if found[p.rule] == nil {
				found[p.rule] = map[string]int{}
			}
			found[p.rule][strings.Join(f.Readings, " or ")]++
		}
	}
	assert.Equal(t, map[rule.ID]map[string]int{
		rule.SecondaryConnection: {"secondary": 3},
		rule.MetadataWipe:        {"app-metadata-absent": 1},
		rule.PrimaryProfileData:  {"shown": 4},
		rule.LinkPrefixedID:      {"": 4},
		rule.NothingUnlinked:     {"": 3},
	}, found)

	// With another answer the same exchange shows another reading.
	wipe := probes[slices.IndexFunc(probes, func(p probe) bool { return p.rule == rule.MetadataWipe })]
	for _, x := range list {
		if s, ok := matching(t, wipe, x); ok {
			s.after = string(with(metadata.MustParse(s.after), map[string]any{}, "app_metadata").AppendJSON(nil))
			s.x.Response = []byte(s.after)
			assert.Equal(t, []string{"both-empty"}, s.run().Readings)
		}
	}
	text, err := os.ReadFile("../../docs/probe.md")
	require.NoError(t, err)
	_, after, _ := strings.Cut(string(text), "replays recorded exchanges")
	listed, _, _ := strings.Cut(after, "No recorded exchange")
	for _, id := range asked() {
		assert.Equal(t, found[id] != nil, strings.Contains(listed, "`"+string(id)+"`"), id)
	}
}

// run runs the probe against the server and returns what it found.
func (p *replay) run() finding {
	p.tenant = fake.New(fake.Options{Sources: rule.Lenient, Connections: embedded()[:1]})
	server := httptest.NewServer(p)
	defer server.Close()
	base, err := url.Parse(server.URL)
	require.NoError(p.t, err)
	b := newBench(p.t, fake.Options{})
	j, err := openJournal(b.journal, base.Host, b.sync)
	require.NoError(p.t, err)
	g := &guard{owns: j.owns}
	r := &runner{
		c: &client{base: base, http: newHTTP(true), guard: g.check, sleep: b.sleeps, now: time.Now, left: 100},
		j: j, g: g, tag: "1", most: 3, trials: map[string]trial{}, policies: rule.Policies{}, connections: []connected{{embedded()[0], "con_1"}},
	}
	list, err := r.all(p.t.Context(), []probe{p.p}, func(int, rule.ID) {})
	require.NoError(p.t, err)
	require.NoError(p.t, j.close(true))
	var users bytes.Buffer
	require.NoError(p.t, p.tenant.Export(&users))
	assert.Empty(p.t, users.String())
	return list[0]
}
