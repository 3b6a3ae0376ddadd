package patch

import (
	"slices"
	"strings"

	"github.com/metameld/metameld/user"
)

// Response is the body of the API's answer to a payload that it refuses.
type Response struct {
	StatusCode int    `json:"statusCode"`
	Error      string `json:"error"`
	Message    string `json:"message"`
	ErrorCode  string `json:"errorCode,omitempty"` // empty where it is not known
}

// Response returns what the API would answer to p, in its own words. It reports
// false where p is accepted, or where the answer to the first thing that is wrong
// with it, in the order of [Rules], is not known: then it is not made up. Which of
// several things the API would name is not documented.
//
// Sources: Auth0 Management API, PATCH /api/v2/users/{id}, responses; observed
// answers, which have a code and whose words hold where the two differ
// (auth0/terraform-provider-auth0 issue 400, rfcx/arbimon issue 1397, Auth0
// community topic 28230).
func (p Payload) Response(t Target) (Response, bool) {
	list := p.Validate(t).Violations
	if len(list) == 0 {
		return Response{}, false
	}
	v := list[0]
	var all []string // the attributes that the same rule refuses, as the API lists them
	for _, x := range list {
		if x.Rule == v.Rule {
			all = append(all, strings.TrimPrefix(x.Pointer, "/"))
		}
	}
	slices.Sort(all)
	names := strings.Join(all, ", ")
	bad := func(message, code string) (Response, bool) {
		return Response{400, "Bad Request", message, code}, true
	}
	switch v.Rule {
	case RuleExclusive:
		p = p.normal()
		for _, pair := range exclusive {
			if p.present(pair[0]) && p.present(pair[1]) {
				return bad("Cannot update "+pair[0].String()+" and "+pair[1].String()+" simultaneously.", "")
			}
		}
	case RuleSynced:
		if t.Connection.Name != "" && t.Connection.Kind != user.CustomDatabase {
			return bad("The following user attributes cannot be updated: "+names+". The connection ("+t.Connection.Name+
				") must either be a database connection (using the Auth0 store), a passwordless connection (email or sms) or has disabled 'Sync user profile attributes at each login'."+
				" For more information, see https://auth0.com/docs/dashboard/guides/connections/configure-connection-sync", "operation_not_supported")
		}
	case RuleSecondaryFive:
		return bad("The following user attributes cannot be updated: "+names+". The specified connection belongs to a secondary identity.", "")
	case RuleNullOfTheFive:
		if t.Connection.Name != "" {
			return bad("The following user attributes cannot be removed: "+names+". The connection ("+t.Connection.Name+
				") must either be a custom database connection with import mode disabled, a social or enterprise connection.", "")
		}
	case RuleEmailConnection:
		return bad("Cannot update email for non-database user.", "")
	case RuleEmailVerification:
		if t.Connection.Kind == user.Enterprise {
			return bad("Email verification is not supported for enterprise users", "operation_not_supported")
		}
	case RuleDisabled:
		return bad("Cannot change email or password for users in a disabled connection.", "")
	case RuleScope:
		if v.Pointer == "" {
			return Response{403, "Forbidden", "Insufficient scope; expected any of: update:users,update:users_app_metadata,update:current_user_metadata.", ""}, true
		}
	}
	return Response{}, false
}
