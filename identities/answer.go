package identities

import (
	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/user"
)

// answers are the API's messages, word for word.
//
// Source: Auth0 Management API, POST /api/v2/users/{id}/identities and
// DELETE /api/v2/users/{id}/identities/{provider}/{user_id}, responses.
var answers = check.Answers{
	{Rule: string(RuleNotConfigured), Status: 400, Message: "The provider/connection is not configured."},
	{Rule: string(RuleSameIdentity), Status: 400, Message: "Main identity and the new one are the same."},
	{Rule: string(RuleToken), Status: 400, Message: "Invalid token (link_with)."},
	{Rule: string(RuleTokenAudience), Status: 400, Message: "JWT (link_with) contains an invalid aud claim."},
	{Rule: string(RuleTokenNoSubject), Status: 400, Message: "JWT (link_with) must contains sub claim."},
	{Rule: string(RuleTokenSubject), Status: 400, Message: "JWT (link_with) contains an invalid sub claim."},
	{Rule: string(RuleTokenAlgorithm), Status: 400, Message: "JWT (link_with) must have an alg of RS256."},
	{Rule: string(RuleTokenIssuer), Status: 400, Message: "JWT (link_with) must have the same issuer as the calling user."},
	{Rule: string(RuleTokenParty), Status: 400, Message: "JWT (link_with) must have an aud claim that matches that of the calling token's azp."},
	{Rule: string(RuleInexistentConnection), Status: 400, Message: "Linking to an inexistent identity requires a connection."},
	{Rule: string(RuleInexistent), Status: 400, Message: "Linking to an inexistent identity is not allowed."},
	{Rule: string(RuleUnable), Status: 400, Message: "Unable to link with the secondary account."},
	{Rule: string(RuleNotFound), Status: 400, Message: "Provided secondary account not found."},
	{Rule: string(RuleAlreadyLinked), Status: 409, Message: "Specified identity already exists."},
	{Rule: string(RuleScope), Status: 403, Message: "Insufficient scope; expected: update:users, update:current_user_identities."},
	{Rule: string(RuleSubject), Status: 403, Message: "User to be acted on does not match subject in bearer token."},
	{Rule: string(RuleMainIdentity), Status: 400, Message: "Main identity cannot be removed."},
}

// messageOf returns the API's message for the rule; empty where none is known.
func messageOf(id user.RuleID) string { return answers.To(string(id)).Message }

// Answered returns the rule that an answer of the API is about, given its status
// and its message, with or without the full stop:
//
//	if v, ok := identities.Answered(status, message); ok && v.Rule == identities.RuleAlreadyLinked {
//
// It reports false where the message is not among those of the API's documents.
func Answered(status int, message string) (user.Violation, bool) {
	a, ok := answers.Match(status, message)
	if !ok {
		return user.Violation{}, false
	}
	return violation(user.RuleID(a.Rule), "", a.Message), true
}

// Status returns the status that the API answers to a violation of the rule; 0
// where that is not known.
func Status(id user.RuleID) int { return answers.To(string(id)).Status }
