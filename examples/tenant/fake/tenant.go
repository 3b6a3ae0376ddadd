// Package fake serves an Auth0 Management API from memory, for tests and for development
// on one machine. It mounts in one line:
//
//	srv := httptest.NewServer(fake.New(fake.Options{}))
//
// To do this, call that:
//
//   - make a tenant: [New]; it is an [http.Handler];
//   - add users: [Tenant.Seed]; write them all: [Tenant.Export].
//
// The library judges and applies every request: an update with patch.Payload.Apply, a
// creation with lifecycle.Creation.Create, a link with package identities. A refusal has
// the API's status and form:
//
//	{"statusCode": 400, "error": "Bad Request", "message": "...", "errorCode": "..."}
//
// # Routes
//
//	POST   /oauth/token                                        accepts anything
//
//	GET    /api/v2/users                                       page, per_page, include_totals, fields, include_fields, q, sort
//	POST   /api/v2/users
//	GET    /api/v2/users-by-email                              email, fields, include_fields
//	GET    /api/v2/users/{id}                                  fields, include_fields
//	PATCH  /api/v2/users/{id}
//	DELETE /api/v2/users/{id}                                  204, also where there is no such user
//	POST   /api/v2/users/{id}/identities
//	DELETE /api/v2/users/{id}/identities/{provider}/{user_id}
//
//	GET, POST, DELETE  /api/v2/users/{id}/roles                page, per_page, include_totals
//	GET, POST, DELETE  /api/v2/users/{id}/permissions          page, per_page, include_totals
//	GET, DELETE        /api/v2/user-blocks/{id}                nobody is ever blocked
//	GET, DELETE        /api/v2/user-blocks                     identifier
//
//	GET, POST          /api/v2/roles                           page, per_page, include_totals, name_filter
//	GET, PATCH, DELETE /api/v2/roles/{id}
//	GET, POST, DELETE  /api/v2/roles/{id}/permissions          page, per_page, include_totals
//	GET, POST          /api/v2/roles/{id}/users                page, per_page, include_totals, from, take
//	POST               /api/v2/resource-servers
//	DELETE             /api/v2/resource-servers/{id}           204, also where there is no such resource server
//
//	GET    /api/v2/connections                                 page, per_page, include_totals, from, take, name, strategy, fields, include_fields
//	GET    /api/v2/connections/{id}                            fields, include_fields
//	POST   /api/v2/jobs/users-imports                          multipart/form-data
//	GET    /api/v2/jobs/{id}
//	GET    /api/v2/jobs/{id}/errors
//
//	GET    /tenant/export                                      every user, one JSON line each; not part of the API
//
// Any other request is answered 404. sort is a field and 1 or -1, as in created_at:-1.
//
// # Searches
//
// q has the documented syntax: AND, OR, NOT and parentheses; words and phrases, as in
// name:ann, name:"Ann Lee" and email:("a@example.com" OR b*); stars in words; ranges, as in
// logins_count:[1 TO 5} and last_login:[* TO 2017-12-31]; _exists_. The fields are the
// attributes of the normalized profile, email.domain, identities.connection, provider,
// user_id, isSocial and profileData.*, user_metadata.* and app_metadata.*. A text has to
// match as a whole. The case counts, except for email, name, nickname, given_name and
// family_name.
//
// A term without a field, as in ann or "Ann Lee", matches words of these five. The
// documentation tells only that it does not match user_metadata. AND binds more tightly than
// OR, of which it tells nothing.
//
// A query that the documentation leaves open is answered 400: two terms without an operator,
// the operators of Lucene that the documentation does not name, stars and ranges for
// user_metadata, and organization_id.
//
// # Headers
//
// Headers have more than the API's answer. They contain no value of a request:
//
//	Metameld-Rule     the rule of a refusal
//	Metameld-Words    "own" if the API's message for a refusal is not known
//	Metameld-Warning  a warning about an accepted request; one header for each
//	Metameld-Effect   an effect, such as a verification e-mail; one header for each
//
// # What it does not do
//
//   - It checks no tokens and no scopes, and has no rate limit.
//   - It keeps no passwords and does not judge their strength: a new password only
//     changes last_password_reset.
//   - It sends no mail, runs no scripts, and nobody can log in.
//   - It accepts a connection_id without looking it up.
//   - A user of a custom database with import mode counts as moved to Auth0.
//   - Bodies are JSON; the API accepts forms too.
//   - A search finds a change at once; in the API this can take a while. An import, though,
//     is done when its job is read, or a second later.
//   - The ids of connections depend on their names only.
//   - Errors of an import have secrets masked.
package fake

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"time"

	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// DefaultConnection is the connection of a tenant that declares none.
const DefaultConnection = "Username-Password-Authentication"

// Options configures a tenant. The zero Options has the database that every new tenant
// of Auth0 has.
type Options struct {
	Connections []user.Connection // none: DefaultConnection

	// Sources and Policies choose how sources that disagree are read, as in
	// [user.Target].
	Sources  rule.Sources
	Policies map[rule.ID]string

	Log     *slog.Logger     // one record for each request; nil: none
	Now     func() time.Time // nil: time.Now
	NewID   func() string    // the part of a user_id after the bar; nil: random
	MaxBody int64            // the maximum size of a body in bytes; 0: 32 MiB
}

// Tenant is an http.Handler, safe for concurrent use. Updates of one user are applied one
// after the other, and a read never sees a part of one. Make a Tenant with [New]: the
// zero Tenant is invalid.
type Tenant struct {
	http.Handler
	options     Options
	connections map[string]user.Connection
	declared    []declared // the same, each once
	store       *store
	access      *access
	jobs        jobs
}

// New returns a tenant without users.
func New(o Options) *Tenant {
	if len(o.Connections) == 0 {
		o.Connections = []user.Connection{{Name: DefaultConnection, Strategy: "auth0", Kind: user.Database}}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = newID
	}
	if o.MaxBody == 0 {
		o.MaxBody = 32 << 20
	}
	t := &Tenant{options: o, connections: map[string]user.Connection{}}
	for _, c := range o.Connections {
		t.connections[c.Name] = c
	}
	for _, c := range o.Connections {
		if _, ok := t.connectionByID(declare(c).id); !ok {
			t.declared = append(t.declared, declare(t.connections[c.Name]))
		}
	}
	t.store = newStore(t.identifies)
	t.access = newAccess()
	mux := http.NewServeMux()
	for pattern, do := range t.routes() {
		mux.HandleFunc(pattern, serve(do))
	}
	t.Handler = http.MaxBytesHandler(t.logged(t.settled(unclean(mux))), o.MaxBody)
	return t
}

func (t *Tenant) routes() map[string]action {
	return map[string]action{
		"POST /oauth/token":                  t.token,
		"GET /api/v2/users":                  t.list,
		"POST /api/v2/users":                 t.create,
		"GET /api/v2/users-by-email":         t.listByEmail,
		"GET /api/v2/users/{id}":             t.get,
		"PATCH /api/v2/users/{id}":           t.update,
		"DELETE /api/v2/users/{id}":          t.delete,
		"POST /api/v2/users/{id}/identities": t.link,
		"DELETE /api/v2/users/{id}/identities/{provider}/{identityID}": t.unlink,

		"GET /api/v2/connections":      t.listConnections,
		"GET /api/v2/connections/{id}": t.getConnection,

		"GET /api/v2/users/{id}/roles":          t.listUserRoles,
		"POST /api/v2/users/{id}/roles":         t.addUserRoles,
		"DELETE /api/v2/users/{id}/roles":       t.removeUserRoles,
		"GET /api/v2/users/{id}/permissions":    t.listUserPermissions,
		"POST /api/v2/users/{id}/permissions":   t.addUserPermissions,
		"DELETE /api/v2/users/{id}/permissions": t.removeUserPermissions,
		"GET /api/v2/user-blocks":               t.listBlocks,
		"GET /api/v2/user-blocks/{id}":          t.listBlocks,
		"DELETE /api/v2/user-blocks":            t.unblock,
		"DELETE /api/v2/user-blocks/{id}":       t.unblock,

		"GET /api/v2/roles":                     t.listRoles,
		"POST /api/v2/roles":                    t.createRole,
		"GET /api/v2/roles/{id}":                t.getRole,
		"PATCH /api/v2/roles/{id}":              t.updateRole,
		"DELETE /api/v2/roles/{id}":             t.deleteRole,
		"GET /api/v2/roles/{id}/permissions":    t.listRolePermissions,
		"POST /api/v2/roles/{id}/permissions":   t.addRolePermissions,
		"DELETE /api/v2/roles/{id}/permissions": t.removeRolePermissions,
		"GET /api/v2/roles/{id}/users":          t.listRoleUsers,
		"POST /api/v2/roles/{id}/users":         t.addRoleUsers,
		"POST /api/v2/resource-servers":         t.createServer,
		"DELETE /api/v2/resource-servers/{id}":  t.deleteServer,
		"POST /api/v2/jobs/users-imports":       t.importUsers,
		"GET /api/v2/jobs/{id}":                 t.getJob,
		"GET /api/v2/jobs/{id}/errors":          t.listJobErrors,

		"GET /tenant/export": t.export,
		"/":                  unknown,
	}
}

// newID returns an id of the form that Auth0 gives users of a database.
func newID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// identifies reports whether e-mails, usernames and phone numbers are unique in the
// connection. In connections to other identity providers they need not be.
func (t *Tenant) identifies(connection string) bool {
	switch t.connections[connection].Kind {
	case user.Database, user.CustomDatabase, user.PasswordlessEmail, user.PasswordlessSMS:
		return true
	}
	return false
}
