package rule

import (
	"strings"

	"github.com/metameld/metameld/internal/limit"
)

// Endpoint is an operation of the Management API with known error messages.
type Endpoint string

// The endpoints.
const (
	EndpointUpdate Endpoint = "update"  // PATCH /api/v2/users/{id}
	EndpointCreate Endpoint = "create"  // POST /api/v2/users
	EndpointLink   Endpoint = "link"    // POST /api/v2/users/{id}/identities
	EndpointUnlink Endpoint = "unlink"  // DELETE /api/v2/users/{id}/identities/{provider}/{user_id}
	EndpointImport Endpoint = "import"  // POST /api/v2/jobs/users-imports
	EndpointSignUp Endpoint = "sign-up" // POST /dbconnections/signup
)

// answer is what an endpoint answers to a request that breaks a rule.
type answer struct {
	endpoint Endpoint
	id       ID
	status   int    // 0 where the answer has none, as in the errors of an import job
	message  string // in the API's words; * stands for names that depend on the request
	code     string // errorCode; "" if it is not known
}

// AnswerTo returns what the endpoint answers to a request that breaks the rule: the
// HTTP status, the message in the API's words, in which * stands for names that depend
// on the request, and the errorCode, "" if it is not known. An entry in the errors of
// an import job has no status: it is 0. Where no answer is known the message is "".
func AnswerTo(e Endpoint, id ID) (status int, message, code string) {
	for _, a := range answers {
		if a.endpoint == e && a.id == id {
			return a.status, a.message, a.code
		}
	}
	return 0, "", ""
}

// Match returns the rule that an answer of the endpoint is about, given the status (any
// for an entry in the errors of an import job) and the message, with or without its full
// stop:
//
//	if r, ok := rule.Match(rule.EndpointUpdate, status, message); ok && r.ID == rule.SyncedAttributes {
//
// It reports false if the answer is not known.
func Match(e Endpoint, status int, message string) (Rule, bool) {
	for _, a := range answers {
		if a.endpoint == e && (a.status == status || a.status == 0) && matches(a.message, message) {
			if a.id == ReadOnly && !namesManaged(message) {
				return Find(UnknownAttribute)
			}
			return Find(a.id)
		}
	}
	return Rule{}, false
}

// namesManaged reports whether one of the properties that the message does not allow is
// managed by Auth0. The * of [AnswerTo] counts as one.
func namesManaged(message string) bool {
	_, names, _ := strings.Cut(message, "not allowed: ")
	names, _, _ = strings.Cut(names, " (")
	names, _, _ = strings.Cut(names, "'")
	for name := range strings.SplitSeq(names, ",") {
		if name = strings.TrimSpace(name); name == "*" || limit.IsManaged(name) {
			return true
		}
	}
	return false
}

// matches reports whether s is pattern, in which each * stands for one character or
// more, apart from a full stop at the end.
func matches(pattern, s string) bool {
	parts := strings.Split(strings.TrimSuffix(pattern, "."), "*")
	s, ok := strings.CutPrefix(strings.TrimSuffix(s, "."), parts[0])
	for i, part := range parts[1:] {
		if !ok {
			return false
		}
		at := 0
		if len(s) > 0 {
			at = strings.Index(s[1:], part)
			if i == len(parts)-2 {
				at = strings.LastIndex(s[1:], part)
			}
		}
		if ok = at >= 0 && len(s) > 0; ok {
			s = s[1+at+len(part):]
			if part == "" { // the last * takes the rest
				s = ""
			}
		}
	}
	return ok && s == ""
}

// insufficientScope is the answer of every endpoint to a token without the scope. A comma
// or a semicolon follows the first words.
const insufficientScope = "Insufficient scope* expected*"

// answers lists the known answers of each endpoint. It is never changed.
//
// Sources: Auth0 Management API, the responses of each endpoint; answers with a code
// were observed (auth0/terraform-provider-auth0 issue 400, rfcx/arbimon issue 1397,
// Auth0 community topic 28230), as were "The user already exists." and the messages
// without a full stop: auth0/auth0-java issues 46 and 58, auth0/node-auth0 issues 127,
// 291 and 478, auth0/auth0.js issue 960, auth0/nextjs-auth0 issue 89, openwhyd/openwhyd
// pull request 794, auth0-extensions/auth0-user-import-export-extension issue 32,
// auth0/lock issue 2321 (sign-up); Auth0 support, Change Email Script Template.
var answers = []answer{
	{EndpointUpdate, ExclusiveAttributes, 400, "Cannot update * and * simultaneously.", ""},
	{EndpointUpdate, SyncedAttributes, 400, "The following user attributes cannot be updated: *. The connection (*) must either be a database connection (using the Auth0 store), a passwordless connection (email or sms) or has disabled 'Sync user profile attributes at each login'. For more information, see https://auth0.com/docs/dashboard/guides/connections/configure-connection-sync", "operation_not_supported"},
	{EndpointUpdate, SyncedAttributes, 400, "The following user attributes cannot be updated: *. The connection must either be a database connection (using the Auth0 store), a passwordless connection (email or sms) or has disabled 'Sync user profile attributes at each login'.", ""},
	{EndpointUpdate, SyncedRemoval, 400, "The following user attributes cannot be removed: *. The connection (*) should have disabled 'Sync user profile attributes at each login' (see *) or defined these attributes in 'options.non_persistent_attrs' array (see *).", ""},
	{EndpointUpdate, SecondaryAttributes, 400, "The following user attributes cannot be updated: *. The specified connection belongs to a secondary identity.", ""},
	{EndpointUpdate, NullProfileAttribute, 400, "The following user attributes cannot be removed: *. The connection (*) must either be a custom database connection with import mode disabled, a social or enterprise connection.", ""},
	{EndpointUpdate, EmailConnection, 400, "Cannot update email for non-database user.", ""},
	{EndpointUpdate, EmailVerification, 400, "Email verification is not supported for enterprise users", "operation_not_supported"},
	{EndpointUpdate, DisabledConnection, 400, "Cannot change email or password for users in a disabled connection.", ""},
	{EndpointUpdate, EmailConnection, 400, "Cannot update email for this user", ""},
	{EndpointUpdate, Scope, 403, "Insufficient scope; expected any of: update:users,update:users_app_metadata,update:current_user_metadata.", ""},
	{EndpointUpdate, Scope, 403, "Insufficient scope, expected any of: update:users,update:users_app_metadata,update:current_user_metadata", "insufficient_scope"},
	{EndpointUpdate, Scope, 403, insufficientScope, "insufficient_scope"},
	{EndpointUpdate, Scope, 403, "You cannot update the following fields: *", ""},
	{EndpointUpdate, ReadOnly, 400, `Payload validation error: 'Additional properties not allowed: * (consider storing them in app_metadata or user_metadata. See "Users Metadata" in https://auth0.com/docs/api/v2/changes for more details)'.`, ""},
	{EndpointUpdate, ReadOnly, 400, "Payload validation error: 'Additional properties not allowed: *", ""},
	{EndpointUpdate, NothingToUpdate, 400, "Payload validation error: 'None of the valid schemas were met'.", ""},
	{EndpointUpdate, NothingToUpdate, 400, "Payload validation error: 'None of the valid schemas were met'. Inner errors: [*", ""},
	{EndpointUpdate, Length, 400, "Payload validation error: 'String is too short (* chars), minimum *' on property *", ""},
	{EndpointUpdate, Length, 400, "Payload validation error: 'String is too long (* chars), maximum *' on property *", ""},
	{EndpointUpdate, EmailFormat, 400, "Payload validation error: 'Object didn't pass validation for format email*' on property email*", ""},
	{EndpointUpdate, EmailFormat, 400, "Payload validation error: 'Object didn't pass validation for format email*' on property email", ""},
	{EndpointUpdate, CustomDatabase, 400, "The change_* script does not exist", ""},
	{EndpointUpdate, CustomDatabase, 400, "change_* script does not exist", ""},

	{EndpointCreate, CreationConnection, 400, "Connection does not support user creation through the API. It must either be a database or passwordless connection.", ""},
	{EndpointCreate, CreationUsername, 400, "Cannot set username for connection without requires_username.", ""},
	{EndpointCreate, NonexistentConnection, 400, "Connection does not exist.", ""},
	{EndpointCreate, CreationDisabled, 400, "Connection is disabled.", ""},
	{EndpointCreate, UserExists, 409, "User already exists.", ""},
	{EndpointCreate, UserExists, 409, "The user already exists.", ""},

	{EndpointCreate, CreationScope, 403, insufficientScope, "insufficient_scope"},
	{EndpointCreate, UnknownMember, 400, "Payload validation error: 'Additional properties not allowed: *", ""},
	{EndpointCreate, Length, 400, "Payload validation error: 'String is too short (* chars), minimum *' on property *", ""},
	{EndpointCreate, Length, 400, "Payload validation error: 'String is too long (* chars), maximum *' on property *", ""},
	{EndpointCreate, EmailFormat, 400, "Payload validation error: 'Object didn't pass validation for format email*' on property email*", ""},
	{EndpointCreate, EmailFormat, 400, "Payload validation error: 'Object didn't pass validation for format email*' on property email", ""},

	{EndpointSignUp, UserExists, 400, "The user already exists.", "user_exists"},
	{EndpointSignUp, UserExists, 400, "The user already exists (*).", "user_exists"},

	{EndpointImport, ImportExists, 0, "The user already exist and upsert parameter is false", ""},
	{EndpointImport, CreationScope, 403, insufficientScope, "insufficient_scope"},
	{EndpointImport, ImportSize, 413, "Payload content length greater than maximum allowed: 512000.", ""},

	{EndpointLink, LinkNotConfigured, 400, "The provider/connection is not configured.", ""},
	{EndpointLink, SameIdentity, 400, "Main identity and the new one are the same.", ""},
	{EndpointLink, LinkToken, 400, "Invalid token (link_with).", ""},
	{EndpointLink, LinkTokenAudience, 400, "JWT (link_with) contains an invalid aud claim.", ""},
	{EndpointLink, LinkTokenNoSubject, 400, "JWT (link_with) must contains sub claim.", ""},
	{EndpointLink, LinkTokenSubject, 400, "JWT (link_with) contains an invalid sub claim.", ""},
	{EndpointLink, LinkTokenAlgorithm, 400, "JWT (link_with) must have an alg of RS256.", ""},
	{EndpointLink, LinkTokenIssuer, 400, "JWT (link_with) must have the same issuer as the calling user.", ""},
	{EndpointLink, LinkTokenParty, 400, "JWT (link_with) must have an aud claim that matches that of the calling token's azp.", ""},
	{EndpointLink, NonexistentNeedsConnection, 400, "Linking to an inexistent identity requires a connection.", ""},
	{EndpointLink, NonexistentIdentity, 400, "Linking to an inexistent identity is not allowed.", ""},
	{EndpointLink, UnableToLink, 400, "Unable to link with the secondary account.", ""},
	{EndpointLink, AccountNotFound, 400, "Provided secondary account not found.", ""},
	{EndpointLink, AlreadyLinked, 409, "Specified identity already exists.", ""},
	{EndpointLink, LinkScope, 403, "Insufficient scope; expected: update:users, update:current_user_identities.", ""},
	{EndpointLink, LinkScope, 403, insufficientScope, "insufficient_scope"},
	{EndpointLink, LinkSubject, 403, "User to be acted on does not match subject in bearer token.", ""},

	{EndpointUnlink, MainIdentity, 400, "Main identity cannot be removed.", ""},
	{EndpointUnlink, LinkScope, 403, insufficientScope, "insufficient_scope"},
}
