package lifecycle

import (
	"strings"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Exchange returns the user u after a custom token exchange whose Action sets u by its
// connection, with the attributes of c. The connection and the password of c are not
// used. replace is true if the Action's updateBehavior is replace, and false if it is
// none. If the user does not exist yet, use [Creation.Create].
//
// The rules, in order:
//
//  1. An attribute that a creation could not have is refused.
//  2. email, email_verified, phone_number, phone_verified and username cannot be
//     updated: one that c has and that differs from that of u is refused.
//  3. Without replace u stays as it is.
//  4. With it, the profile attributes that c has replace those of u. All others stay.
//  5. updated_at becomes t.Now, if it is set.
//  6. A large profile is a warning, as in [Login].
//
// u does not change. The result shares immutable parts with it. The error is a
// [rule.Violations], or a [metadata.Errors] if the result is nested too deep.
//
// Source: Auth0 docs, Actions Triggers, custom-token-exchange, API object. That 2
// holds without replace too, and 4 in part, is inferred.
func Exchange(u user.Profile, c Creation, replace bool, t user.Target) (user.Outcome, error) {
	u, c = derived.Placed(u), c.placed()
	o := begin(&t)
	o.judgeKind()
	table := c.attributes()
	o.members(table[:], c.Extra)
	o.matches(&c, &u)
	if err := o.Verdict().Err(); err != nil {
		return user.Outcome{}, err
	}
	p := u.Clone()
	if replace {
		replaceWith(&p, c.Name, c.Nickname, c.GivenName, c.FamilyName, c.Picture)
		p.UpdatedAt = derived.Stamp(&t, p.UpdatedAt)
	}
	derived.WarnSize(&o.Judge, &u, &p)
	return o.outcome(u, p, nil, nil)
}

// replaceWith sets the profile attributes of p to those that are present.
func replaceWith(p *user.Profile, name, nickname, givenName, familyName, picture user.Field[string]) {
	setPresent(&p.Name, name)
	setPresent(&p.Nickname, nickname)
	setPresent(&p.GivenName, givenName)
	setPresent(&p.FamilyName, familyName)
	setPresent(&p.Picture, picture)
}

func setPresent(f *user.Field[string], to user.Field[string]) {
	if !to.IsZero() {
		*f = to
	}
}

// matches refuses identifiers, email_verified and phone_verified that differ from those
// of u.
func (o *operation) matches(c *Creation, u *user.Profile) {
	text := func(name string, given, own user.Field[string]) {
		if s, ok := given.Get(); ok && !strings.EqualFold(s, own.Or("")) {
			o.differs(name)
		}
	}
	flag := func(name string, given, own user.Field[bool]) {
		if b, ok := given.Get(); ok && b != own.Or(false) {
			o.differs(name)
		}
	}
	text("email", c.Email, u.Email)
	text("phone_number", c.PhoneNumber, u.PhoneNumber)
	text("username", c.Username, u.Username)
	flag("email_verified", c.EmailVerified, u.EmailVerified)
	flag("phone_verified", c.PhoneVerified, u.PhoneVerified)
}

func (o *operation) differs(name string) {
	o.Report(rule.ExchangeMatch, metadata.Pointer(name), "a token exchange cannot update "+name+" of a user who exists; send the user's own, or leave it out")
}
