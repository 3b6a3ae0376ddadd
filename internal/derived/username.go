package derived

import (
	"strconv"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

const username = "/username"

// JudgeUsername judges the form and the length of a username on the connection.
// inStore reports whether Auth0's own store keeps the users of a custom database: else
// nothing is validated, and a length that the connection declares is a warning. What the
// connection declares is otherwise refused under every setting. Where the kind is
// unknown, a refusal is a warning.
func JudgeUsername(j *judge.Judge, c *user.Connection, inStore bool, s string) {
	if !mayBeDatabase(c) {
		return
	}
	var unknown user.Attribute
	a, _ := Attribute(c, "username")
	if a == nil {
		a = &unknown
	}
	validated := c.Kind != user.CustomDatabase || inStore
	if validated {
		usernameForm(j, c, a, s)
	}
	usernameLength(j, a, validated, s)
}

func usernameForm(j *judge.Judge, c *user.Connection, a *user.Attribute, s string) {
	report := func(declared bool, message string) {
		switch {
		case declared:
			j.Refuse(rule.UsernameCharacters, username, message)
		case c.Kind == user.KindUnknown:
			j.Warn(rule.UsernameCharacters, username, "a database connection would refuse this: "+message)
		default:
			j.Report(rule.UsernameCharacters, username, message)
		}
	}
	switch allowed, known := a.AllowEmail.Get(); {
	case check.IsEmail(s):
		if !allowed {
			report(known, "username is an e-mail address; use email, or a username of another form")
		}
		return
	case !check.IsUsername(s):
		report(false, "username contains characters other than ASCII letters, digits and @ ^ $ . ! ` - # + ' ~ _")
	}
	if allowed, known := a.AllowNumber.Get(); known && !allowed && check.IsPhone(s) {
		report(true, "username is a phone number, which the connection does not allow; use phone_number")
	}
}

func usernameLength(j *judge.Judge, a *user.Attribute, validated bool, s string) {
	n := int64(utf8.RuneCountInString(s))
	least, most := a.MinLength.Or(0), a.MaxLength.Or(limit.Username)
	has := func() string { return "username has " + strconv.FormatInt(n, 10) + " characters; " }
	switch {
	case n == 0 || n > limit.Username: // the schema refuses it
	case !validated && (n < least || n > most):
		j.WarnAs(rule.Disputed, rule.UsernameLength, username, has()+"the connection declares "+strconv.FormatInt(max(least, 1), 10)+" to "+strconv.FormatInt(most, 10)+", but a page states that Auth0 does not validate the usernames of a custom database")
	case !validated:
	case n < least || n > most:
		j.Refuse(rule.UsernameLength, username, has()+"the connection allows "+strconv.FormatInt(max(least, 1), 10)+" to "+strconv.FormatInt(most, 10))
	case n > limit.DefaultUsername && a.MaxLength.IsZero():
		j.Warn(rule.UsernameLength, username, has()+"by default a connection allows "+strconv.Itoa(limit.DefaultUsername)+"; check its setting")
	}
}
