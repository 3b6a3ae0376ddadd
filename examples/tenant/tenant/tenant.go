// Package tenant is an Auth0 Management API in memory, for tests and for
// development on one machine. It mounts in one line:
//
//	srv := httptest.NewServer(tenant.New(tenant.Options{}))
//
// Every verdict is the library's: what an update does is [patch.Payload.Apply],
// what a creation yields is [user.New], and linking is package identities. A
// refusal has the API's status and shape:
//
//	{"statusCode": 400, "error": "Bad Request", "message": "...", "errorCode": "..."}
//
// # Routes
//
//	POST   /oauth/token                                        accepts anything
//	GET    /api/v2/users                                       page, per_page, include_totals, fields, include_fields, q
//	POST   /api/v2/users
//	GET    /api/v2/users-by-email                              email, fields, include_fields
//	GET    /api/v2/users/{id}                                  fields, include_fields
//	PATCH  /api/v2/users/{id}
//	DELETE /api/v2/users/{id}                                  204, also where there is no such user
//	POST   /api/v2/users/{id}/identities
//	DELETE /api/v2/users/{id}/identities/{provider}/{user_id}
//	GET    /tenant/export                                      every user, one JSON line each; not of the API
//
// Anything else is answered 404. q takes terms such as email:"ann@example.com" or
// email:ann*, joined by AND, about user_id, email, username, phone_number, name,
// nickname, given_name, family_name and identities.connection. Other searches, sort
// and connection, which the API would take, are answered 400.
//
// # Headers
//
// What the library knows beyond the API's answer is in headers. They hold no value
// of a request:
//
//	Metameld-Rule     the rule that a refusal is about
//	Metameld-Words    "own" where the API's own words for a refusal are not known
//	Metameld-Warning  a rule that warns of an accepted request; one header each
//	Metameld-Effect   what else would happen, such as a verification e-mail; one header each
//
// # What it does not do
//
// It asks for no token, and judges no scopes. It keeps no passwords: a new one only
// shows in last_password_reset. It does not judge how strong one is. It sends no
// mail and runs no scripts. Nobody can log in. A connection_id is accepted without
// looking it up. A user of a custom database with import mode counts as moved to
// Auth0. Bodies are JSON; the API takes forms too. There is no rate limit. A search
// finds at once what was written; that of the API may take a while.
package tenant

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"time"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// DefaultConnection is the connection of a tenant that declares none.
const DefaultConnection = "Username-Password-Authentication"

// Options says what kind of tenant it is. The zero Options is one with the database
// that every new tenant of Auth0 has.
type Options struct {
	Connections []user.Connection // none: DefaultConnection

	// Lenient and Policies choose how contradictory sources are read, as in
	// [patch.Target].
	Lenient  bool
	Policies map[patch.RuleID]string

	Log     *slog.Logger     // one record a request; nil: none
	Now     func() time.Time // nil: time.Now
	NewID   func() string    // the part of a user_id after the bar; nil: random
	MaxBody int64            // bytes of a request's body; 0: 32 MiB
}

// Tenant is an http.Handler, safe for concurrent use. Updates of one user happen
// one after the other, and each is read whole or not at all.
type Tenant struct {
	http.Handler
	options     Options
	connections map[string]user.Connection
	store       *store
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
	t.store = newStore(t.identifies)
	mux := http.NewServeMux()
	for pattern, do := range map[string]action{
		"POST /oauth/token":                  t.token,
		"GET /api/v2/users":                  t.list,
		"POST /api/v2/users":                 t.create,
		"GET /api/v2/users-by-email":         t.listByEmail,
		"GET /api/v2/users/{id}":             t.get,
		"PATCH /api/v2/users/{id}":           t.update,
		"DELETE /api/v2/users/{id}":          t.delete,
		"POST /api/v2/users/{id}/identities": t.link,
		"DELETE /api/v2/users/{id}/identities/{provider}/{identityID}": t.unlink,
		"GET /tenant/export": t.export,
		"/":                  unknown,
	} {
		mux.HandleFunc(pattern, serve(do))
	}
	t.Handler = http.MaxBytesHandler(t.logged(unclean(mux)), o.MaxBody)
	return t
}

// newID returns an id of the form that Auth0 gives users of a database.
func newID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// identifies reports whether e-mails, usernames and phone numbers are unique in the
// connection. Of connections whose users are somebody else's that is not known.
func (t *Tenant) identifies(connection string) bool {
	switch t.connections[connection].Kind {
	case user.Database, user.CustomDatabase, user.PasswordlessEmail, user.PasswordlessSMS:
		return true
	}
	return false
}
