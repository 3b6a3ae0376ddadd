package fake_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/user"
)

// db is the connection of most users here.
const db = fake.DefaultConnection

var connections = []user.Connection{
	{Name: db, Strategy: "auth0", Kind: user.Database},
	{Name: "other", Strategy: "auth0", Kind: user.Database},
	{Name: "named", Strategy: "auth0", Kind: user.Database, RequiresUsername: user.Set(true)},
	{Name: "off", Strategy: "auth0", Kind: user.Database, Disabled: true},
	{Name: "google-oauth2", Strategy: "google-oauth2", Kind: user.Social},
	{Name: "sms", Strategy: "sms", Kind: user.PasswordlessSMS},
}

// rig is a tenant behind HTTP with a fixed clock and consecutive ids.
type rig struct {
	testing.TB
	*fake.Tenant
	*httptest.Server
}

func start(t testing.TB, o fake.Options) *rig {
	t.Helper()
	if o.Connections == nil {
		o.Connections = connections
	}
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	}
	if o.NewID == nil {
		var last atomic.Int64
		o.NewID = func() string { return fmt.Sprintf("%024d", last.Add(1)) }
	}
	tt := fake.New(o)
	srv := httptest.NewServer(tt)
	t.Cleanup(srv.Close)
	return &rig{t, tt, srv}
}

// answer is the answer to a request.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request to a path below /api/v2, or to one that starts with a slash.
func (r *rig) do(method, path, body string) answer {
	r.Helper()
	if !strings.HasPrefix(path, "/") {
		path = "/api/v2/" + path
	}
	req, err := http.NewRequest(method, r.URL+path, strings.NewReader(body))
	require.NoError(r, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(r, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(r, err)
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// create creates a user and returns the id.
func (r *rig) create(body string) string {
	r.Helper()
	a := r.do("POST", "users", body)
	require.Equal(r, http.StatusCreated, a.status, a.body)
	var u struct {
		ID string `json:"user_id"`
	}
	require.NoError(r, json.Unmarshal([]byte(a.body), &u))
	return u.ID
}

// ann creates a user of the database.
func (r *rig) ann(metadata string) string {
	r.Helper()
	return r.create(`{"connection":"` + db + `","email":"ann@example.com","password":"p","user_metadata":` + metadata + `}`)
}

const annID = "auth0|000000000000000000000001"

// A tenant mounts in one line.
func Example() {
	srv := httptest.NewServer(fake.New(fake.Options{}))
	defer srv.Close()
	resp, err := http.Get(srv.URL + "/api/v2/users/auth0%7Cnobody")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	fmt.Println(string(text))
	// Output:
	// {"statusCode":404,"error":"Not Found","message":"The user does not exist.","errorCode":"inexistent_user"}
}

// twenty is the text of twenty unknown members.
var twenty = func() string {
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, `"x%d":1,`, i)
	}
	return strings.TrimSuffix(b.String(), ",")
}()

// refusal is a request that is refused, and the answer.
type refusal struct {
	reason, method, path, body string
	status                     int
	code, rule                 string
	message                    string // the API's, or part of the tenant's own
	own                        bool   // the message is the tenant's own
}

func (c refusal) check(t *testing.T, r *rig) {
	a := r.do(c.method, c.path, c.body)
	assert.Equal(t, c.status, a.status, a.body)
	var body map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.body), &body), a.body)
	assert.EqualValues(t, c.status, body["statusCode"])
	assert.Equal(t, http.StatusText(c.status), body["error"])
	if code, has := body["errorCode"]; c.code == "" {
		assert.False(t, has, "errorCode is %v", code)
	} else {
		assert.Equal(t, c.code, code)
	}
	assert.Equal(t, c.rule, a.header.Get("Metameld-Rule"))
	if c.own {
		assert.Equal(t, "own", a.header.Get("Metameld-Words"))
		assert.Contains(t, body["message"], c.message)
	} else {
		assert.Empty(t, a.header.Get("Metameld-Words"))
		assert.Equal(t, c.message, body["message"])
	}
	assert.Equal(t, "application/json; charset=utf-8", a.header.Get("Content-Type"))
}

// A refusal has the API's status and form, and a header that marks messages of the
// tenant's own.
func TestRefusals(t *testing.T) {
	r := start(t, fake.Options{MaxBody: 4000})
	require.NoError(t, r.Seed(strings.NewReader(`{"user_id":"google-oauth2|7","email":"bob@example.com","identities":[{"provider":"google-oauth2","user_id":"7","connection":"google-oauth2","isSocial":true}]}`)))
	r.ann(`{"color":"red"}`)
	r.create(`{"connection":"other","email":"cleo@example.com","password":"p"}`)
	r.create(`{"connection":"` + db + `","email":"taken@example.com","password":"p"}`)
	ann, bob := "users/auth0%7C000000000000000000000001", "users/google-oauth2%7C7"
	for _, c := range []refusal{
		{"unknown route", "GET", "clients", "", 404, "", "", "no such route", true},
		{"unknown method", "PUT", ann, "{}", 404, "", "", "no such route", true},
		{"path that is not clean", "GET", "/api/v2//users", "", 404, "", "", "no such route", true},
		{"get of nobody", "GET", "users/auth0%7Cnobody", "", 404, "inexistent_user", "", "The user does not exist.", false},
		{"update of nobody", "PATCH", "users/auth0%7Cnobody", `{"name":"n"}`, 404, "inexistent_user", "", "The user does not exist.", false},
		{"link to nobody", "POST", "users/auth0%7Cnobody/identities", `{"provider":"auth0","user_id":"000000000000000000000001"}`, 404, "inexistent_user", "", "The user does not exist.", false},
		{"unlink of nobody", "DELETE", "users/auth0%7Cnobody/identities/auth0/1", "", 404, "inexistent_user", "", "The user does not exist.", false},
		{"body too large", "PATCH", ann, `{"name":"` + strings.Repeat("n", 4000) + `"}`, 413, "", "", "Payload content length greater than maximum allowed: 4000", true},
		{"no JSON", "PATCH", ann, `{"name":`, 400, "", "", "", true},
		{"no object", "PATCH", ann, `[]`, 400, "", "", "", true},
		{"name twice", "POST", "users", `{"email":"a@example.com","email":"b@example.com"}`, 400, "", "", "/email", true},

		{"forbidden pair", "PATCH", ann, `{"email":"new@example.com","password":"p"}`, 400, "", "patch.exclusive-attributes", "Cannot update password and email simultaneously.", false},
		{"empty payload", "PATCH", ann, `{}`, 400, "", "patch.nothing-to-update", "Payload validation error: 'None of the valid schemas were met'.", false},
		{"null metadata", "PATCH", ann, `{"user_metadata":null}`, 400, "", "patch.metadata-null", "", true},
		{"e-mail that is taken", "PATCH", ann, `{"email":"Taken@example.com"}`, 400, "auth0_idp_error", "", "The specified new email already exists", false},
		{"connection that is not declared", "PATCH", ann, `{"connection":"nowhere","email":"new@example.com"}`, 400, "", "", "Connection does not exist.", false},
		{"connection of others", "PATCH", ann, `{"connection":"other","email":"new@example.com"}`, 400, "", "", "no identity of this connection", true},
		{"synced attribute", "PATCH", bob, `{"name":"n","picture":"https://example.com/p.png"}`, 400, "operation_not_supported", "patch.synced-attributes", "The following user attributes cannot be updated: name, picture. The connection (google-oauth2) must either be a database connection (using the Auth0 store), a passwordless connection (email or sms) or has disabled 'Sync user profile attributes at each login'. For more information, see https://auth0.com/docs/dashboard/guides/connections/configure-connection-sync", false},
		{"e-mail of a social user", "PATCH", bob, `{"email":"new@example.com"}`, 400, "", "patch.email-connection", "Cannot update email for non-database user.", false},

		{"user who exists", "POST", "users", `{"connection":"` + db + `","email":"ANN@example.com","password":"p"}`, 409, "auth0_idp_error", "", "The user already exists.", false},
		{"id that exists", "POST", "users", `{"connection":"` + db + `","email":"new@example.com","password":"p","user_id":"000000000000000000000001"}`, 409, "auth0_idp_error", "", "The user already exists.", false},
		{"unknown connection", "POST", "users", `{"connection":"nowhere","email":"new@example.com"}`, 400, "", "", "Connection does not exist.", false},
		{"no connection", "POST", "users", `{"email":"new@example.com"}`, 400, "", "user.connection-required", "", true},
		{"many faults", "POST", "users", `{"connection":"` + db + `",` + twenty + `}`, 400, "", "user.unknown-member", "; and 11 more", true},
		{"null in a creation", "POST", "users", `{"connection":"` + db + `","email":"new@example.com","password":"p","name":null}`, 400, "", "user.null", "", true},
		{"disabled connection", "POST", "users", `{"connection":"off","email":"new@example.com","password":"p"}`, 400, "", "user.disabled-connection", "Connection is disabled.", false},
		{"social creation", "POST", "users", `{"connection":"google-oauth2","email":"new@example.com"}`, 400, "", "user.creation-connection", "Connection does not support user creation through the API. It must either be a database or passwordless connection.", false},

		{"link to itself", "POST", ann + "/identities", `{"provider":"auth0","user_id":"000000000000000000000001"}`, 400, "", "identities.same-identity", "Main identity and the new one are the same.", false},
		{"link of nobody", "POST", ann + "/identities", `{"provider":"auth0","user_id":"nobody"}`, 400, "", "identities.inexistent", "Linking to an inexistent identity is not allowed.", false},
		{"link with both forms", "POST", ann + "/identities", `{"link_with":"a.b.c","user_id":"1"}`, 400, "", "identities.request", "", true},
		{"link with no token", "POST", ann + "/identities", `{"link_with":"secret"}`, 400, "", "identities.token", "Invalid token (link_with).", false},
		{"unlink of the main identity", "DELETE", ann + "/identities/auth0/000000000000000000000001", "", 400, "", "identities.main-identity", "Main identity cannot be removed.", false},

		{"page that is no number", "GET", "users?page=x", "", 400, "", "", "on property page", true},
		{"too many a page", "GET", "users?per_page=101", "", 400, "", "", "Query validation error: 'Value 101 is greater than maximum 100' on property per_page.", true},
		{"page too far", "GET", "users?page=10&per_page=100", "", 400, "invalid_paging", "", "You can only page through the first 1000 records. See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation", false},
		{"neither true nor false", "GET", "users?include_totals=maybe", "", 400, "", "", "on property include_totals", true},
		{"unknown parameter", "GET", "users?pages=1", "", 400, "", "", "Additional properties not allowed: pages", true},
		{"order by metadata", "GET", "users?sort=user_metadata.color:1", "", 400, "", "", "This tenant sorts by", true},
		{"parameter that is not implemented", "GET", "users?connection=other", "", 400, "", "", "does not know the parameter connection", true},
		{"search that is not understood", "GET", "users?q=ann+bob", "", 400, "invalid_query_string", "", "This tenant does not understand the query", true},
		{"the first unknown parameter by name", "GET", "users?y=1&x=1", "", 400, "", "", "Additional properties not allowed: x", true},
		{"query that is not well formed", "GET", "users?page=0;per_page=1", "", 400, "", "", "The query is not well formed.", true},
		{"search for no e-mail", "GET", "users-by-email", "", 400, "", "", "Missing required property: email", true},
	} {
		t.Run(c.reason, func(t *testing.T) { c.check(t, r) })
	}
	assert.JSONEq(t, `{"color":"red"}`, field(t, r.do("GET", ann, "").body, "user_metadata"), "a refusal changed the user")
}

// field returns the JSON of a member of an object.
func field(t testing.TB, text, name string) string {
	t.Helper()
	var o map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(text), &o), text)
	return string(o[name])
}

func TestWrongMediaType(t *testing.T) {
	r := start(t, fake.Options{})
	resp, err := http.Post(r.URL+"/api/v2/users", "application/x-www-form-urlencoded", strings.NewReader(`{}`))
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	assert.Equal(t, http.StatusUnsupportedMediaType, resp.StatusCode)
}

func TestToken(t *testing.T) {
	r := start(t, fake.Options{})
	a := r.do("POST", "/oauth/token", "anything at all")
	assert.Equal(t, 200, a.status)
	assert.JSONEq(t, `{"access_token":"this-tenant-accepts-anything","token_type":"Bearer","expires_in":86400}`, a.body)
}
