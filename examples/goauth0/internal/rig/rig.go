// Package rig is a tenant for the tests of the examples: it has users of every kind that
// they need, and keeps the requests.
package rig

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Ids of the users.
const (
	Ann   = "auth0|ann"        // of the database, with nested metadata
	Gus   = "google-oauth2|42" // of Google
	Old   = "auth0|7"          // with attributes of other types than the schema states
	Saml  = "auth0|8"          // with a number in email_verified
	users = `
{"user_id":"auth0|ann","email":"ann@example.com","email_verified":true,"name":"Ann Lee","nickname":"ann","identities":[{"connection":"members","provider":"auth0","user_id":"ann","isSocial":false}],"user_metadata":{"account":9007199254740993,"color":"red","address":{"home":"h","work":"w"}},"app_metadata":{"plan":"gold"},"created_at":"2026-01-01T00:00:00.000Z","logins_count":3}
{"user_id":"google-oauth2|42","email":"gus@example.com","email_verified":true,"name":"Gus Fox","given_name":"Gus","identities":[{"connection":"google-oauth2","provider":"google-oauth2","user_id":"42","isSocial":true}],"user_metadata":{"language":"es"},"locale":"es"}
{"user_id":"auth0|7","email":"old@example.com","email_verified":true,"identities":[{"connection":"members","provider":"auth0","user_id":7,"isSocial":false}],"multifactor":[{"provider":"guardian"}]}
{"user_id":"auth0|8","email":"saml@example.com","email_verified":1,"identities":[{"connection":"members","provider":"auth0","user_id":"8","isSocial":false}]}
`
)

// Connections are those of the users, by name. A program reads all of the tenant from the
// API.
var Connections = map[string]user.Connection{
	"members":       {Name: "members", Strategy: "auth0", Kind: user.Database},
	"google-oauth2": {Name: "google-oauth2", Strategy: "google-oauth2", Kind: user.Social, RootAttributes: user.OnFirstLogin},
}

// TargetOf returns the target for a user of a connection.
func TargetOf(connection string) user.Target {
	return user.Target{Connection: Connections[connection], Sources: rule.Current}
}

// Tenant is a tenant that keeps the requests.
type Tenant struct {
	*fake.Tenant
	mu       sync.Mutex
	requests []Request
}

// Request is a request that the tenant got.
type Request struct{ Method, Path, Query, Authorization, Body string }

// New returns a tenant with users, Connections, and 100 other connections, so that a list
// of all takes two pages.
func New(t testing.TB) *Tenant {
	t.Helper()
	o := fake.Options{Connections: slices.Collect(maps.Values(Connections)), Sources: rule.Current}
	for i := range 100 {
		o.Connections = append(o.Connections, user.Connection{Name: fmt.Sprintf("con-%d", i), Strategy: "samlp", Kind: user.Enterprise})
	}
	tenant := fake.New(o)
	require.NoError(t, tenant.Seed(strings.NewReader(users)))
	return &Tenant{Tenant: tenant}
}

// Start returns a new tenant and the URL of its server, which ends with the test.
func Start(t testing.TB) (*Tenant, string) {
	t.Helper()
	tenant := New(t)
	srv := httptest.NewServer(tenant)
	t.Cleanup(srv.Close)
	return tenant, srv.URL
}

// ServeHTTP keeps a request and answers it.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	t.mu.Lock()
	t.requests = append(t.requests, Request{
		r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("Authorization"), string(bytes.TrimSpace(body)),
	})
	t.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	t.Tenant.ServeHTTP(w, r)
}

// Requests returns the requests with that method since the last call, and forgets all.
func (t *Tenant) Requests(method string) (list []Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range t.requests {
		if r.Method == method {
			list = append(list, r)
		}
	}
	t.requests = nil
	return list
}

// Updates returns the bodies of the updates since the last call, and forgets all requests.
func (t *Tenant) Updates() (bodies []string) {
	for _, r := range t.Requests(http.MethodPatch) {
		bodies = append(bodies, r.Body)
	}
	return bodies
}

// User returns a user as the tenant has it.
func (t *Tenant) User(tb testing.TB, id string) user.Profile {
	tb.Helper()
	w := httptest.NewRecorder()
	t.Tenant.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v2/users/"+url.PathEscape(id), nil))
	require.Equal(tb, http.StatusOK, w.Code, id)
	u, err := user.Parse(w.Body.Bytes())
	require.NoError(tb, err)
	return u
}

// RoundTrip is a transport.
type RoundTrip func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f RoundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Answer returns a response.
func Answer(status int, text string) *http.Response {
	w := httptest.NewRecorder()
	w.WriteHeader(status)
	_, _ = w.WriteString(text)
	return w.Result()
}
