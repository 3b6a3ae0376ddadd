package patch

import (
	"errors"
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Response is the body of the API's answer to a payload that it refuses. In the zero
// Response nothing is known.
type Response struct {
	StatusCode int    `json:"statusCode"`
	Error      string `json:"error"`
	Message    string `json:"message"`
	ErrorCode  string `json:"errorCode,omitempty"` // empty if it is not known
}

// Response returns the API's answer to p, in the API's words. It reports false if p
// is accepted, or if no answer is known to the first violation in the order of the
// catalogue. Which of several violations the API reports is not documented.
// [rule.Match] finds the rule for an answer.
//
// Sources: those of [rule.AnswerTo].
func (p Payload) Response(t user.Target) (Response, bool) {
	derived.Resolve(&t.Connection)
	list := p.Validate(t).Violations
	if len(list) == 0 || errors.Is(list, rule.ConnectionKind) {
		return Response{}, false
	}
	first := list[0]
	status, message, code := rule.AnswerTo(rule.EndpointUpdate, first.Rule)
	ok := status != 0
	var sent []string // the attributes that the rule refuses
	for _, v := range list {
		if path, _ := metadata.ParsePointer(v.Pointer); v.Rule == first.Rule && len(path) > 0 {
			sent = append(sent, path[0])
		}
	}
	names, name := strings.Join(slices.Sorted(slices.Values(sent)), ", "), t.Connection.Name
	switch first.Rule {
	case rule.ExclusiveAttributes:
		p = p.normal()
		for _, pair := range exclusive {
			if p.has(pair[0]) && p.has(pair[1]) {
				message = fill(message, pair[0].String(), pair[1].String())
				break
			}
		}
	case rule.SyncedAttributes:
		ok = ok && name != "" && t.Connection.Kind != user.CustomDatabase
		message = fill(message, names, name)
	case rule.NullProfileAttribute:
		ok = ok && name != ""
		message = fill(message, names, name)
	case rule.SecondaryAttributes:
		message = fill(message, names)
	case rule.EmailVerification:
		ok = ok && t.Connection.Kind == user.Enterprise
	case rule.ReadOnly:
		message = fill(message, strings.Join(sent, ","))
	case rule.Scope:
		if first.Pointer != "" { // another message, which is known for a user's own token
			ok = isOwn(t.Scopes)
			message, code = "You cannot update the following fields: "+strings.Join(sent, ", "), ""
		}
	case rule.Length, rule.EmailFormat, rule.CustomDatabase, rule.SyncedRemoval: // the message depends on more than p
		ok = false
	}
	if !ok {
		return Response{}, false
	}
	text := "Bad Request"
	if status == 403 {
		text = "Forbidden"
	}
	return Response{status, text, message, code}, true
}

// fill replaces each * of a message by the next name.
func fill(message string, names ...string) string {
	for _, name := range names {
		message = strings.Replace(message, "*", name, 1)
	}
	return message
}
