package user

import "github.com/metameld/metameld/internal/check"

// answers are the API's messages, word for word.
//
// Sources: Auth0 Management API, POST /api/v2/users and POST
// /api/v2/jobs/users-imports, responses; "The user already exists." was seen in
// answers of the API.
var answers = check.Answers{
	{Rule: string(RuleCreationConnection), Status: 400, Message: "Connection does not support user creation through the API. It must either be a database or passwordless connection."},
	{Rule: string(RuleUsername), Status: 400, Message: "Cannot set username for connection without requires_username."},
	{Rule: string(RuleNoConnection), Status: 400, Message: "Connection does not exist."},
	{Rule: string(RuleDisabled), Status: 400, Message: "Connection is disabled."},
	{Rule: string(RuleUserExists), Status: 409, Message: "User already exists."},
	{Rule: string(RuleUserExists), Status: 409, Message: "The user already exists."},
	{Rule: string(RuleImportSize), Status: 413, Message: "Payload content length greater than maximum allowed: 512000."},
}

func messageOf(id RuleID) string { return answers.To(string(id)).Message }

// Answered returns the rule that an answer of the API to a creation or a bulk import
// is about, given its status and its message, with or without the full stop. It
// reports false where the message is not known.
func Answered(status int, message string) (Violation, bool) {
	a, ok := answers.Match(status, message)
	if !ok {
		return Violation{}, false
	}
	return ruleOf(RuleID(a.Rule)).violation("", a.Message), true
}

// Status returns the status that the API answers where the rule is broken; 0 where
// that is not known.
func Status(id RuleID) int { return answers.To(string(id)).Status }
