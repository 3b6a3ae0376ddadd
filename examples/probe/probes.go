package main

import (
	"net/http"
	"strings"

	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// The paths of requests, with placeholders; see [session.fill].
const (
	usersPath      = "/api/v2/users"
	userPath       = "/api/v2/users/<user>"
	identitiesPath = "/api/v2/users/<user>/identities"

	// The body is the one row of the file.
	importsPath = "/api/v2/jobs/users-imports"
	upsertPath  = importsPath + " upsert=true"
	insertPath  = importsPath + " upsert=false"
)

// step is a request. The body is JSON with placeholders.
type step struct{ method, path, body string }

// isImport reports whether x starts an import job.
func (x step) isImport() bool { return strings.HasPrefix(x.path, importsPath) }

// String returns the request as a result shows it.
func (x step) String() string {
	if x.path == usersPath {
		return x.method + " " + x.path + " {..., " + x.body + "}"
	}
	return strings.TrimSpace(x.method + " " + x.path + " " + x.body)
}

func create(body string) step { return step{http.MethodPost, usersPath, body} }
func update(body string) step { return step{http.MethodPatch, userPath, body} }
func link(body string) step   { return step{http.MethodPost, identitiesPath, body} }
func upsert(row string) step  { return step{http.MethodPost, upsertPath, row} }
func insert(row string) step  { return step{http.MethodPost, insertPath, row} }
func unlink(identity string) step {
	return step{http.MethodDelete, identitiesPath + "/auth0/" + identity, ""}
}

// second links the second user.
var second = link(`{"provider":"auth0","user_id":"<id2>"}`)

// need is what a probe needs of the connection.
type need int

const (
	aDatabase           need = iota // the Auth0 store
	noAttributes                    // and no flexible identifiers
	aUsername                       // users can have a username
	aRequiredUsername               // requires_username
	anOptionalUsername              // users can have one, and need none
	aPhoneNumber                    // users can have a phone number
	anotherDatabase                 // a second connection
	aCustomDatabase                 // import mode off
	aCustomWithUsername             // and users can have a username
	aMigratingDatabase              // a custom database with import mode on
)

// needs states each need for people.
var needs = map[need]string{
	aDatabase:           "a database connection",
	noAttributes:        "a database connection without flexible identifiers",
	aUsername:           "a database connection with usernames",
	aRequiredUsername:   "a database connection with requires_username",
	anOptionalUsername:  "a database connection with optional usernames (flexible identifiers)",
	aPhoneNumber:        "a database connection with phone numbers (flexible identifiers)",
	anotherDatabase:     "two database connections",
	aCustomDatabase:     "a custom database with import mode off, and -run-scripts",
	aCustomWithUsername: "a custom database with import mode off and usernames, and -run-scripts",
	aMigratingDatabase:  "a custom database with import mode on, and -run-scripts",
}

// met reports whether a connection meets the need.
func (n need) met(c user.Connection) bool {
	declares := c.Attributes != user.Attributes{}
	username := c.RequiresUsername.Or(false) || c.Attributes.Username != nil
	if phone := c.Attributes.PhoneNumber; c.Disabled || declares && c.Attributes.Email == nil || phone != nil && phone.ProfileRequired.Or(false) {
		return false
	}
	switch n {
	case aCustomDatabase:
		return c.Kind == user.CustomDatabase && !c.ImportMode
	case aCustomWithUsername:
		return c.Kind == user.CustomDatabase && !c.ImportMode && username
	case aMigratingDatabase:
		return c.Kind == user.CustomDatabase && c.ImportMode
	case noAttributes:
		return c.Kind == user.Database && !declares
	case aUsername:
		return c.Kind == user.Database && username
	case aRequiredUsername:
		return c.Kind == user.Database && !declares && c.RequiresUsername.Or(false)
	case anOptionalUsername:
		return c.Kind == user.Database && c.Attributes.Username != nil && !requiresUsername(c)
	case aPhoneNumber:
		return c.Kind == user.Database && c.Attributes.PhoneNumber != nil
	}
	return c.Kind == user.Database
}

// requiresUsername reports whether a creation needs a username.
func requiresUsername(c user.Connection) bool {
	a := c.Attributes.Username
	return c.RequiresUsername.Or(false) || a != nil && a.ProfileRequired.Or(false)
}

// probe is the smallest exchange that tells the readings of a rule apart, or that shows
// whether a rule without readings holds. What is predicted, the library says.
type probe struct {
	rule     rule.ID
	needs    need
	creation string // further members of the creation of the first user
	second   string // of the second user; "" if there is none
	setup    []step // must be accepted, whatever holds
	ask      step
	watch    []string // pointers into the profile afterwards

	// The answer is predicted by rule.AnswerTo for the endpoint, since the library cannot
	// know what else is in the tenant.
	answer rule.Endpoint

	// A reading that the exchange fits without showing it, and why.
	doubtful map[string]string
}

// bodies returns what p sends, with placeholders, besides the members of every creation.
func (p probe) bodies() []string {
	list := []string{"{" + p.creation + "}", "{" + p.second + "}", p.ask.body}
	for _, x := range p.setup {
		list = append(list, x.body)
	}
	return list
}

// probes lists every probe, in the order in which they run.
var probes = []probe{
	// Rules with readings, on every database of the Auth0 store.
	{rule: rule.SecondaryConnection, ask: update(`{"email_verified":true}`), watch: []string{"/email_verified"},
		setup: []step{update(`{"connection":"<connection>","email_verified":false}`)}},
	{rule: rule.NothingToUpdate, ask: update(`{}`), setup: harmless},
	{rule: rule.NothingToUpdate, ask: update(`{"verify_phone_number":false}`), setup: harmless},
	{rule: rule.PasswordNull, ask: update(`{"connection":"<connection>","password":null}`), setup: password("<new-password>")},
	{rule: rule.PasswordBytes, ask: update(`{"connection":"<connection>","password":"<password-73>"}`), setup: password("<password-72>")},
	{rule: rule.PasswordCharacters, ask: update(`{"connection":"<connection>","password":"<new-password>é"}`), setup: password("<new-password>e")},
	{rule: rule.PasswordCharacters, ask: update(`{"connection":"<connection>","password":"<new-password> e"}`), setup: password("<new-password>e")},
	{rule: rule.BlockLifted, ask: update(`{"connection":"<connection>","password":"<new-password>"}`), setup: []step{update(`{"blocked":true}`)}, watch: []string{"/blocked"}},
	{rule: rule.ReadOnly, ask: update(`{"nickname":"probe","logins_count":7}`), setup: harmless, watch: []string{"/nickname"}},
	{rule: rule.UnknownAttribute, ask: update(`{"nickname":"probe","metameld_probe":"a"}`), setup: harmless, watch: []string{"/nickname", "/metameld_probe"}},
	{rule: rule.EmailKeepsVerified, ask: update(`{"connection":"<connection>","email":"<new-email>","verify_email":false}`),
		setup: []step{update(`{"connection":"<connection>","email_verified":true}`)}, watch: []string{"/email", "/email_verified"}},
	{rule: rule.NullProfileAttribute, creation: `"nickname":"probe"`, ask: update(`{"nickname":null}`), setup: harmless, watch: []string{"/nickname"}},
	{rule: rule.NullProfileAttribute, creation: `"given_name":"Probe"`, ask: update(`{"given_name":null}`), setup: harmless, watch: []string{"/given_name"}},
	{rule: rule.PhoneDatabase, needs: noAttributes, ask: update(`{"connection":"<connection>","phone_number":"<phone>","verify_phone_number":false}`), setup: harmless, watch: []string{"/phone_number"}},
	{rule: rule.NestedMetadataName, ask: update(`{"user_metadata":{"a":{"b.c":1}}}`), setup: stores(`{"a":{"b":1}}`), watch: []string{"/user_metadata"}},
	{rule: rule.NestedMetadataName, ask: update(`{"user_metadata":{"a":{"b$c":1}}}`), setup: stores(`{"a":{"b":1}}`), watch: []string{"/user_metadata"}},
	{rule: rule.MetadataNull, creation: `"user_metadata":{"a":1}`, ask: update(`{"user_metadata":null}`), setup: harmless, watch: []string{"/user_metadata"}},
	{rule: rule.MetadataWipe, creation: `"app_metadata":{"a":1}`, ask: update(`{"app_metadata":{}}`), watch: []string{"/app_metadata"}},
	{rule: rule.NestedNull, ask: update(`{"user_metadata":{"a":{"b":null,"c":1}}}`), watch: []string{"/user_metadata"}},
	{rule: rule.LastMember, creation: `"app_metadata":{"a":1}`, ask: update(`{"app_metadata":{"a":null}}`), watch: []string{"/app_metadata"}},
	{rule: rule.ProfileAllowance, ask: update(`{"user_metadata":{"a":"<103000 x>"}}`), setup: stores(`{"a":"<9000 x>"}`), watch: []string{"/user_metadata/a"}},
	{rule: rule.NullInNewMetadata, ask: create(`"user_metadata":{"a":null,"b":1}`), watch: []string{"/user_metadata"}},
	{rule: rule.PrefixedID, ask: create(`"user_id":"auth0|<id>"`), watch: []string{"/user_id"}},
	{rule: rule.ImportResetsVerified, ask: upsert(`{"email":"<email>","user_id":"<id>"}`),
		setup: []step{update(`{"connection":"<connection>","email_verified":true}`)}, watch: []string{"/email_verified"}},
	{rule: rule.PrimaryProfileData, second: also, ask: second, watch: []string{"/identities/0/profileData" + present, "/identities/1/user_id"}},

	// Rules with readings that need more of the connection.
	{rule: rule.UsernameCharacters, needs: aUsername, ask: update(`{"connection":"<connection>","username":"<new-username>*"}`), setup: username, watch: []string{"/username"}},
	{rule: rule.UsernameRequired, needs: aRequiredUsername, ask: update(`{"connection":"<connection>","username":null}`), setup: username, watch: []string{"/username"}},
	{rule: rule.FirstUsername, needs: anOptionalUsername, ask: update(`{"connection":"<connection>","username":"<new-username>"}`), setup: harmless, watch: []string{"/username"}},
	{rule: rule.PhoneTogether, needs: aPhoneNumber, ask: update(`{"connection":"<connection>","email":"<new-email>","verify_email":false,"phone_number":"<phone>","verify_phone_number":false}`),
		setup: []step{update(`{"connection":"<connection>","phone_number":"<phone2>","verify_phone_number":false}`)}, watch: []string{"/email", "/phone_number"}},
	{rule: rule.SecondaryEffect, needs: anotherDatabase, second: also, ask: update(`{"connection":"<connection2>","email_verified":true}`), setup: []step{second},
		watch: []string{"/email_verified", "/identities/1/profileData/email_verified"}},

	// Rules with readings on a custom database. Scripts run.
	{rule: rule.CustomDatabase, needs: aCustomDatabase, ask: update(`{"connection":"<connection>","email_verified":true}`), setup: []step{update(`{"user_metadata":{"a":1}}`)}},
	{rule: rule.CustomDatabase, needs: aCustomWithUsername, ask: update(`{"connection":"<connection>","username":"<new-username>"}`), setup: []step{update(`{"user_metadata":{"a":1}}`)}},
	{rule: rule.DatabasePasswordReset, needs: aCustomDatabase, ask: update(`{"connection":"<connection>","password":"<new-password>"}`), watch: []string{"/last_password_reset" + present},
		doubtful: map[string]string{"set": "the Change Password script may return it"}},
	{rule: rule.MigratedAttributes, needs: aMigratingDatabase, ask: update(`{"nickname":"probe"}`), setup: []step{update(`{"user_metadata":{"a":1}}`)}, watch: []string{"/nickname"}},
	{rule: rule.MigratedCredentials, needs: aMigratingDatabase, ask: update(`{"connection":"<connection>","password":"<new-password>"}`), setup: []step{update(`{"user_metadata":{"a":1}}`)}},

	// Rules without readings.
	{rule: rule.ReplacedObject, creation: `"user_metadata":{"a":{"b":1,"c":2}}`, ask: update(`{"user_metadata":{"a":{"b":3}}}`), watch: []string{"/user_metadata"}},
	{rule: rule.Null, ask: update(`{"blocked":null}`), setup: harmless, watch: []string{"/blocked"}},
	{rule: rule.Type, ask: update(`{"blocked":"yes"}`), setup: harmless, watch: []string{"/blocked"}},
	{rule: rule.Length, ask: update(`{"nickname":""}`), setup: harmless, watch: []string{"/nickname"}},
	{rule: rule.NameLength, ask: update(`{"name":"<200 x>"}`), setup: harmless, watch: []string{"/name"}},
	{rule: rule.PictureFormat, ask: update(`{"picture":"a picture"}`), setup: []step{update(`{"picture":"https://example.com/a.png"}`)}, watch: []string{"/picture"}},
	{rule: rule.ExclusiveAttributes, ask: update(`{"connection":"<connection>","password":"<new-password>","email_verified":true}`), setup: password("<new-password>")},
	{rule: rule.MetadataName, ask: update(`{"user_metadata":{"a.b":1}}`), setup: stores(`{"a":1}`), watch: []string{"/user_metadata"}},
	{rule: rule.ReservedName, ask: update(`{"app_metadata":{"clientID":"a"}}`), setup: []step{update(`{"app_metadata":{"a":1}}`)}, watch: []string{"/app_metadata"}},
	{rule: rule.LargeMetadata, ask: update(`{"user_metadata":{"a":"<20000 x>"}}`), setup: stores(`{"a":"<9000 x>"}`), watch: []string{"/user_metadata/a"}},
	{rule: rule.DerivedName, ask: update(`{"connection":"<connection>","email":"<new-email>","verify_email":false}`), watch: []string{"/email", "/name"}},
	{rule: rule.CreationNull, ask: create(`"nickname":null`), watch: []string{"/nickname"}},
	{rule: rule.UnknownMember, ask: create(`"metameld_probe":"a"`), watch: []string{"/metameld_probe"}},
	{rule: rule.IDFormat, ask: create(`"user_id":"<id> a"`)},
	{rule: rule.CreationNestedNull, ask: create(`"user_metadata":{"a":{"b":null}}`), watch: []string{"/user_metadata"}},
	{rule: rule.UserExists, second: also, ask: create(`"email":"<email2>"`), answer: rule.EndpointCreate},
	{rule: rule.ImportExists, ask: insert(`{"email":"<email>","user_id":"<id>","nickname":"probe"}`), watch: []string{"/nickname"}},
	{rule: rule.ImportReplacesMetadata, creation: `"user_metadata":{"a":1}`, ask: upsert(`{"email":"<email>","user_id":"<id>","user_metadata":{"b":1}}`), watch: []string{"/user_metadata"}},
	{rule: rule.ImportLeaves, ask: upsert(`{"email":"<email>","user_id":"<id>","email_verified":true,"nickname":"probe","blocked":true}`), watch: []string{"/nickname", "/blocked"}},
	{rule: rule.SameIdentity, ask: link(`{"provider":"auth0","user_id":"<id>"}`), watch: []string{"/identities/1"}},
	{rule: rule.NonexistentIdentity, ask: link(`{"provider":"auth0","user_id":"<id>-none"}`), answer: rule.EndpointLink},
	{rule: rule.AlreadyLinked, second: also, ask: second, setup: []step{second}, answer: rule.EndpointLink},
	{rule: rule.LinkPrefixedID, second: also, ask: link(`{"provider":"auth0","user_id":"auth0|<id2>"}`), watch: []string{"/identities/1/user_id"}},
	{rule: rule.MetadataDropped, creation: `"user_metadata":{"a":1}`, second: `"user_metadata":{"b":1}`, ask: second, watch: []string{"/user_metadata"}},
	{rule: rule.MainIdentity, ask: unlink("<id>"), watch: []string{"/identities/0/user_id"}},
	{rule: rule.NothingUnlinked, second: also, ask: unlink("auth0|<id2>"), setup: []step{second}, watch: []string{"/identities/1/user_id"}},
}

// also is the creation of a second user without further members.
const also = `"family_name":"Probe"`

// harmless is an update that every reading accepts.
var harmless = []step{update(`{"family_name":"Probe"}`)}

// username is a change of username that every reading accepts.
var username = []step{update(`{"connection":"<connection>","username":"<new-username>"}`)}

// password is a change of password that every reading accepts.
func password(text string) []step {
	return []step{update(`{"connection":"<connection>","password":"` + text + `"}`)}
}

// stores is an update of user_metadata that every reading accepts.
func stores(object string) []step { return []step{update(`{"user_metadata":` + object + `}`)} }

// untold lists the rules with readings that no exchange of this program tells, and why.
var untold = map[rule.ID]string{
	rule.SessionsExpire:           needsLogin,
	rule.PasswordlessVerification: "it would send an e-mail",
	rule.BlankText:                "only a run of the workflow card in Okta Workflows shows what it sends",
	rule.MetadataNoObject:         "the Management API cannot store metadata that is not an object; a SAML mapping can",
	rule.MergedMetadataSize:       "it needs more than 16 MB in one user; bodies here have at most 110 KB",
	rule.SignUpName:               "it needs a sign-up",
	rule.SignUpLength:             "it needs a sign-up",
	rule.ConnectionPrefix:         needsProvider,
	rule.DatabaseEmail:            needsLogin,
	rule.SyncScope:                needsProvider,
	rule.VerifiedForced:           needsProvider,
	rule.RemovedAtLogin:           needsProvider,
	rule.DerivedAtLogin:           needsProvider,
	rule.LoginMetadata:            needsProvider,
	rule.ActionUndefined:          needsAction,
	rule.ActionUserMetadata:       needsAction,
	rule.ActionSize:               needsAction,
	rule.ActionRoot:               needsAction,
	rule.ActionAttributes:         needsAction,
	rule.DirectUpdate:             needsAction,
	rule.DeniedWrite:              needsAction,
	rule.PrimaryUserEarlier:       needsAction,
}

const (
	needsLogin    = "it needs a login"
	needsProvider = "it needs a login at an identity provider"
	needsAction   = "it needs an Action and a login"
)
