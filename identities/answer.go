package identities

import (
	"strings"

	"github.com/metameld/metameld/user"
)

// said is a rule whose violation the API answers with a message of its own.
type said struct {
	rule    user.RuleID
	status  int
	message string
}

// answers are the API's messages, word for word.
//
// Source: Auth0 Management API, POST /api/v2/users/{id}/identities and
// DELETE /api/v2/users/{id}/identities/{provider}/{user_id}, responses.
var answers = []said{
	{RuleNotConfigured, 400, "The provider/connection is not configured."},
	{RuleSameIdentity, 400, "Main identity and the new one are the same."},
	{RuleToken, 400, "Invalid token (link_with)."},
	{RuleTokenAudience, 400, "JWT (link_with) contains an invalid aud claim."},
	{RuleTokenNoSubject, 400, "JWT (link_with) must contains sub claim."},
	{RuleTokenSubject, 400, "JWT (link_with) contains an invalid sub claim."},
	{RuleTokenAlgorithm, 400, "JWT (link_with) must have an alg of RS256."},
	{RuleTokenIssuer, 400, "JWT (link_with) must have the same issuer as the calling user."},
	{RuleTokenParty, 400, "JWT (link_with) must have an aud claim that matches that of the calling token's azp."},
	{RuleInexistentConnection, 400, "Linking to an inexistent identity requires a connection."},
	{RuleInexistent, 400, "Linking to an inexistent identity is not allowed."},
	{RuleUnable, 400, "Unable to link with the secondary account."},
	{RuleNotFound, 400, "Provided secondary account not found."},
	{RuleAlreadyLinked, 409, "Specified identity already exists."},
	{RuleScope, 403, "Insufficient scope; expected: update:users, update:current_user_identities."},
	{RuleSubject, 403, "User to be acted on does not match subject in bearer token."},
	{RuleMainIdentity, 400, "Main identity cannot be removed."},
}

// messageOf returns the API's message for the rule; empty where none is known.
func messageOf(id user.RuleID) string {
	for _, a := range answers {
		if a.rule == id {
			return a.message
		}
	}
	return ""
}

// Answered returns the rule that an answer of the API is about, given its status
// and its message, with or without the full stop:
//
//	if v, ok := identities.Answered(status, message); ok && v.Rule == identities.RuleAlreadyLinked {
//
// It reports false where the message is not among those of the API's documents.
func Answered(status int, message string) (user.Violation, bool) {
	message = strings.TrimSuffix(message, ".")
	for _, a := range answers {
		if a.status == status && strings.TrimSuffix(a.message, ".") == message {
			return violation(a.rule, "", a.message), true
		}
	}
	return user.Violation{}, false
}

// Status returns the status that the API answers to a violation of the rule; 0
// where that is not known.
func Status(id user.RuleID) int {
	for _, a := range answers {
		if a.rule == id {
			return a.status
		}
	}
	return 0
}
