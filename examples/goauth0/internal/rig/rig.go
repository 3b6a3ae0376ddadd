// Package rig is a tenant for the tests of the examples: it has users of every kind that
// they need, and keeps the requests.
package rig

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
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

// Connections are those of the tenant, by name. A program reads them from the API.
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

// New returns a tenant with users and connections.
func New(t testing.TB) *Tenant {
	t.Helper()
	var o fake.Options
	for _, c := range Connections {
		o.Connections = append(o.Connections, c)
	}
	o.Sources = rule.Current
	tenant := fake.New(o)
	require.NoError(t, tenant.Seed(strings.NewReader(users)))
	return &Tenant{Tenant: tenant}
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
	if r.URL.Path == "/api/v2/connections" {
		listConnections(w, r.URL.Query())
		return
	}
	t.Tenant.ServeHTTP(w, r)
}

// listConnections answers 102 connections in two pages: a list, or an object if the query
// has take.
func listConnections(w http.ResponseWriter, q url.Values) {
	texts, next := []string{
		`{"name":"members","strategy":"auth0","options":{"import_mode":false}}`,
		`{"name":"google-oauth2","strategy":"google-oauth2","options":{"set_user_root_attributes":"on_first_login"}}`,
	}, ""
	if q.Get("page") == "0" || q.Has("take") && !q.Has("from") {
		texts, next = nil, `"next":"100",`
		for i := range 100 {
			texts = append(texts, fmt.Sprintf(`{"name":"con-%d","strategy":"samlp"}`, i))
		}
	}
	list := "[" + strings.Join(texts, ",") + "]"
	if q.Has("take") {
		list = "{" + next + `"connections":` + list + "}"
	}
	_, _ = io.WriteString(w, list)
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

// User returns a user as the tenant has it.
func (t *Tenant) User(tb testing.TB, id string) user.Profile {
	tb.Helper()
	var out bytes.Buffer
	require.NoError(tb, t.Export(&out))
	for line := range bytes.Lines(out.Bytes()) {
		u, err := user.Parse(line)
		require.NoError(tb, err)
		if u.UserID.Or("") == user.ID(id) {
			return u
		}
	}
	require.Fail(tb, "no such user", id)
	return user.Profile{}
}
