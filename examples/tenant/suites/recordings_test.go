package suites

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// routes are the recorded requests that are replayed, by method and path, and how many
// there are. Other requests of a recording are left out.
var routes = []struct {
	name    string
	pattern *regexp.Regexp
	count   int
}{
	{"users, users-by-email and identities", regexp.MustCompile(`^\w+ (users|users-by-email|users/[^/]+|users/[^/]+/identities.*)(\?|$)`), 105},
	{"roles of users", regexp.MustCompile(`^\w+ users/[^/]+/roles(\?|$)`), 4},
	{"permissions of users", regexp.MustCompile(`^\w+ users/[^/]+/permissions(\?|$)`), 4},
	{"blocks", regexp.MustCompile(`^\w+ user-blocks`), 4},
	{"roles, their permissions and users", regexp.MustCompile(`^\w+ roles`), 36},
	{"resource servers", regexp.MustCompile(`^(POST|DELETE) resource-servers`), 43},
	{"reads of connections", regexp.MustCompile(`^GET connections(/con_\w+)?(\?|$)`), 64},
	{"imports", regexp.MustCompile(`^\w+ jobs/(users-imports|job_\w+|job_\w+/errors)(\?|$)`), 5},
}

// exchange is a recorded request and its answer.
type exchange struct {
	*cassette.Interaction
	path  string // below /api/v2/
	query string
	body  any // of the answer; nil: none
}

// Each recorded request about users, roles, permissions, blocks and imports is answered as
// Auth0 answered it: with the same status and, in JSON, the same members and values. By
// their kind only are compared:
//
//   - timestamps, which have the form that Auth0 gives them;
//   - ids of roles, resource servers, connections and jobs, and the checkpoint of a list:
//     they have the form of the recorded one, and are the same wherever that is the same.
//     Ids of users are equal: the test chooses them.
//
// Of the options of a connection only those are compared that both answers have, and
// members that the tenant does not have, such as display_name, are not compared. Headers
// are not compared.
//
// Before a recording, the tenant has the connections that the recording shows or creates,
// since the tenant creates none. It has no users: each recording creates or imports those that it reads.
func TestRecordings(t *testing.T) {
	passed, others := map[string]int{}, map[string]int{} // passed has both settings
	for name, list := range recordings(t) {
		for _, x := range list {
			if routeOf(x) == "" {
				others[productOf(x)]++
			}
		}
		if !slices.ContainsFunc(list, func(x exchange) bool { return routeOf(x) != "" }) {
			continue
		}
		for _, sources := range []rule.Sources{rule.Strict, rule.Current} {
			t.Run(sources.String()+"/"+name, func(t *testing.T) {
				r := newReplay(t, sources, list)
				for _, x := range list {
					if route := routeOf(x); route != "" && r.replay(x) {
						passed[route]++
					}
				}
			})
		}
	}
	for _, route := range routes {
		failed := 2*route.count - passed[route.name]
		assert.Zero(t, failed, "exchanges of %s", route.name)
		tally{route.count - failed, failed, 0}.log(t, "recorded exchanges, strict and current: "+route.name, nil)
	}
	var n tally
	for _, count := range others {
		n.out += count
	}
	n.log(t, "recorded exchanges: others", others)
}

// productOf returns the beginning of the path of an exchange that is not replayed.
func productOf(x exchange) string {
	path := strings.Split(x.path, "/")
	if len(path) > 2 && (path[0] == "users" || path[0] == "connections") {
		return path[0] + "/{id}/" + path[2]
	}
	if x.Request.Method != http.MethodGet && path[0] == "connections" || path[0] == "resource-servers" || path[0] == "jobs" {
		return x.Request.Method + " " + path[0]
	}
	return path[0]
}

// recordings returns the exchanges of each recording.
func recordings(t *testing.T) map[string][]exchange {
	t.Helper()
	root := filepath.Join(moduleDir(t), "test", "data", "recordings")
	files := map[string][]exchange{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name, isYAML := strings.CutSuffix(path, ".yaml")
		if err != nil || !isYAML {
			return err
		}
		recorded, err := cassette.Load(name)
		if err != nil {
			return err
		}
		var list []exchange
		for _, i := range recorded.Interactions {
			_, path, isAPI := strings.Cut(i.Request.URL, "/api/v2/")
			if !isAPI {
				continue
			}
			x := exchange{Interaction: i}
			x.path, x.query, _ = strings.Cut(path, "?")
			if i.Response.Body != "" && json.Unmarshal([]byte(i.Response.Body), &x.body) != nil {
				x.body = i.Response.Body
			}
			list = append(list, x)
		}
		files[strings.TrimPrefix(name, root+string(filepath.Separator))] = list
		return nil
	}))
	return files
}

func routeOf(x exchange) string {
	if strings.Contains(x.Response.Body, `"verification_email"`) { // a job of another type
		return ""
	}
	for _, route := range routes {
		if route.pattern.MatchString(x.Request.Method + " " + x.path + "?" + x.query) {
			return route.name
		}
	}
	return ""
}

// replay replays a recording.
type replay struct {
	*testing.T
	srv   *httptest.Server
	ids   []string          // of users, as they are created and imported
	bound map[string]string // what the tenant has for what was recorded
}

func newReplay(t *testing.T, sources rule.Sources, list []exchange) *replay {
	r := &replay{T: t, bound: map[string]string{}}
	connections, gone := map[string]user.Connection{}, map[string]bool{}
	for _, x := range list {
		if id, ok := strings.CutPrefix(x.path, "connections/"); ok && x.Response.Code == http.StatusNotFound {
			gone[id] = true
		}
	}
	names := map[string]string{} // of connections, by the recorded id
	for _, x := range list {
		x.gather(t, connections, names, gone, &r.ids)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	r.srv = httptest.NewServer(fake.New(fake.Options{
		Sources: sources, Connections: slices.Collect(maps.Values(connections)), Now: func() time.Time { return now },
		NewID: func() string {
			if len(r.ids) == 0 { // of a user whom the recording does not show
				return "0123456789abcdef01234567"
			}
			id := r.ids[0]
			r.ids = r.ids[1:]
			return id
		},
	}))
	t.Cleanup(r.srv.Close)
	r.bindConnections(list, names)
	return r
}

// bindConnections finds the ids of connections that are read by id.
func (r *replay) bindConnections(list []exchange, names map[string]string) {
	for _, x := range list {
		id, ok := strings.CutPrefix(x.path, "connections/")
		name := names[id]
		if !ok || name == "" || x.Request.Method != http.MethodGet {
			continue
		}
		resp, err := http.Get(r.srv.URL + "/api/v2/connections?name=" + url.QueryEscape(name))
		require.NoError(r, err)
		var found []struct{ ID string }
		require.NoError(r, json.NewDecoder(resp.Body).Decode(&found))
		require.NoError(r, resp.Body.Close())
		require.Len(r, found, 1)
		r.bound[id] = found[0].ID
	}
}

// gather adds what x tells of the state before its recording: the connections, except
// those that are gone when they are read, and the ids of users in the order in which they
// are created. A connection counts as it is after its last update.
func (x exchange) gather(t *testing.T, connections map[string]user.Connection, names map[string]string, gone map[string]bool, ids *[]string) {
	t.Helper()
	switch body := x.body.(type) {
	case map[string]any:
		list, _ := body["connections"].([]any)
		if strings.HasPrefix(x.path, "connections") && x.Request.Method != http.MethodGet && body["strategy"] != nil {
			list = append(list, body)
		}
		for _, c := range list {
			c := c.(map[string]any)
			id, _ := c["id"].(string)
			if gone[id] || names[id] != "" && c["name"] == nil {
				continue
			}
			if c["name"] == nil { // a list of ids
				c = map[string]any{"name": id, "strategy": "auth0"}
			}
			text, err := json.Marshal(c)
			require.NoError(t, err)
			one, _, err := user.ParseConnection(text)
			require.NoError(t, err)
			connections[one.Name], names[id] = one, one.Name
		}
		gatherUser(body, connections, ids)
	case []any:
		for _, e := range body {
			if u, ok := e.(map[string]any); ok {
				gatherUser(u, connections, ids)
			}
		}
	}
}

func gatherUser(u map[string]any, connections map[string]user.Connection, ids *[]string) {
	identities, _ := u["identities"].([]any)
	if len(identities) == 0 || u["created_at"] == nil {
		return
	}
	first := identities[0].(map[string]any)
	if id := first["user_id"].(string); !slices.Contains(*ids, id) {
		*ids = append(*ids, id)
	}
	if name := first["connection"].(string); connections[name].Name == "" {
		connections[name] = user.Connection{Name: name, Strategy: "auth0", Kind: user.Database}
	}
}

// replay makes the request of x again, and reports whether the answer is the same.
func (r *replay) replay(x exchange) bool {
	r.Helper()
	title := x.Request.Method + " " + x.path
	req, err := http.NewRequestWithContext(r.Context(), x.Request.Method, r.srv.URL+"/api/v2/"+r.now(x.path+"?"+x.query), strings.NewReader(r.now(x.Request.Body)))
	require.NoError(r, err)
	req.Header.Set("Content-Type", x.Request.Headers.Get("Content-Type"))
	resp, err := http.DefaultClient.Do(req)
	require.NoError(r, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(r, err)
	require.Equal(r, x.Response.Code, resp.StatusCode, "%s: %s", title, text)
	var got any
	if len(text) > 0 {
		require.NoError(r, json.Unmarshal(text, &got), title)
	}
	differences := r.compare("", x.body, got)
	for _, difference := range differences {
		r.Errorf("%s: %s\n%s\nwas\n%s", title, difference, text, x.Response.Body)
	}
	return len(differences) == 0
}

// now returns a recorded text with what the tenant has for what was recorded.
func (r *replay) now(text string) string {
	for was, is := range r.bound {
		text = strings.ReplaceAll(text, was, is)
	}
	return text
}

var (
	timestamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	times     = []string{"created_at", "updated_at", "last_password_reset"}
	generated = map[string]*regexp.Regexp{
		"id":            regexp.MustCompile(`^((rol|con|job)_[0-9A-Za-z]{16}|[0-9a-f]{24})$`),
		"connection_id": regexp.MustCompile(`^con_[0-9A-Za-z]{16}$`),
		"next":          regexp.MustCompile(`^[0-9A-Za-z+/=-]+$`),
	}
)

// leftOut are the members of a connection that are not compared.
var leftOut = []string{"enabled_clients", "show_as_button", "display_name", "provisioning_ticket_url", "authentication", "connected_accounts"}

// compare returns the differences between two values of the member name.
func (r *replay) compare(name string, was, is any) (differences []string) {
	if before, ok := was.(string); ok {
		return r.compareTexts(name, before, is)
	}
	switch was := was.(type) {
	case map[string]any:
		is, ok := is.(map[string]any)
		if !ok {
			return []string{name + " is no object"}
		}
		for _, member := range slices.Sorted(maps.Keys(was)) {
			after, has := is[member]
			switch {
			case member == "options":
				differences = append(differences, r.compare(member, common(was[member], after), common(after, was[member]))...)
			case slices.Contains(leftOut, member):
			case !has:
				differences = append(differences, member+" is missing")
			default:
				differences = append(differences, r.compare(member, was[member], after)...)
			}
		}
		for member := range is {
			if _, has := was[member]; !has {
				differences = append(differences, member+" is new")
			}
		}
	case []any:
		is, ok := is.([]any)
		if !ok || len(is) != len(was) {
			return []string{name + " has another length"}
		}
		for i := range was {
			differences = append(differences, r.compare(name, was[i], is[i])...)
		}
	default:
		if was != is {
			return []string{fmt.Sprintf("%s is %v, and was %v", name, is, was)}
		}
	}
	return differences
}

// common returns what was without members that is lacks, at every level.
func common(was, is any) any {
	before, isObject := was.(map[string]any)
	now, wasObject := is.(map[string]any)
	if !isObject || !wasObject {
		return was
	}
	both := map[string]any{}
	for name, v := range before {
		if after, ok := now[name]; ok {
			both[name] = common(v, after)
		}
	}
	return both
}

func (r *replay) compareTexts(name, was string, is any) []string {
	now, _ := is.(string)
	form := generated[name]
	switch {
	case slices.Contains(times, name) && timestamp.MatchString(was) && timestamp.MatchString(now):
	case form != nil && form.MatchString(was) && form.MatchString(now) && prefix(was) == prefix(now):
		if before := r.bound[was]; before != "" && before != now {
			return []string{name + " is another one than before"}
		}
		r.bound[was] = now
	case was != now:
		return []string{fmt.Sprintf("%s is %v, and was %s", name, is, was)}
	}
	return nil
}

// prefix returns the part of an id that tells what it is of, such as rol.
func prefix(id string) string {
	if before, _, ok := strings.Cut(id, "_"); ok {
		return before
	}
	return ""
}
