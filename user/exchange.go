package user

import (
	"strings"

	"github.com/metameld/metameld/metadata"
)

// Exchange returns the user u once an Action of a custom token exchange set it by
// its connection, with the attributes of c, whose connection and password do not
// count. replace is the Action's updateBehavior: replace, or none. A user who does
// not exist yet is created as [New] says.
//
// The rules, in order:
//
//  1. An attribute that a creation could not have is refused.
//  2. email, email_verified, phone_number, phone_verified and username cannot be
//     updated: one that is given and is not that of u is refused.
//  3. Without replace u stays as it is.
//  4. With it, name, nickname, given_name, family_name and picture that are given
//     replace those of u. All else stays.
//  5. updated_at becomes at.Now, where that is given.
//
// u is not changed, and the result shares with it what cannot change. The error is
// [Violations], or a [metadata.Errors] where u was put together of parts that are
// too deep.
//
// Source: Auth0 docs, Actions Triggers, custom-token-exchange, API object. That 2
// holds without replace too, and 4 in part, is inferred.
func Exchange(u Profile, c Creation, replace bool, at Circumstances) (Refreshed, error) {
	c = c.normal()
	j := judge{at: &at}
	j.members(created, c.field, c.Extra)
	j.matches(&c, &u)
	verdict := j.sorted()
	if err := verdict.Err(); err != nil {
		return Refreshed{}, err
	}
	before, err := u.Object()
	if err != nil {
		return Refreshed{}, err
	}
	out := Refreshed{Profile: u.Clone(), Migrated: at.Migrated, Warnings: verdict.Warnings}
	if !replace {
		return out, nil
	}
	p := &out.Profile
	for _, x := range []struct {
		says Param[string]
		f    *Field[string]
	}{{c.Name, &p.Name}, {c.Nickname, &p.Nickname}, {c.GivenName, &p.GivenName}, {c.FamilyName, &p.FamilyName}, {c.Picture, &p.Picture}} {
		if !x.says.IsZero() {
			*x.f = x.says.field
		}
	}
	p.UpdatedAt = at.stamp(p.UpdatedAt)
	after, err := p.Object()
	if err != nil {
		return Refreshed{}, err
	}
	out.Changes = metadata.Changes(before, after)
	return out, nil
}

// matches refuses identifiers, and whether they are verified, that are not those of
// u.
func (j *judge) matches(c *Creation, u *Profile) {
	for _, x := range []struct {
		name string
		says Param[string]
		is   Field[string]
	}{{"email", c.Email, u.Email}, {"phone_number", c.PhoneNumber, u.PhoneNumber}, {"username", c.Username, u.Username}} {
		if s, ok := x.says.Get(); ok && !strings.EqualFold(s, x.is.Or("")) {
			j.report(RuleExchangeMatch, metadata.Pointer(x.name), x.name+" of a user who exists cannot be updated")
		}
	}
	for _, x := range []struct {
		name string
		says Param[bool]
		is   Field[bool]
	}{{"email_verified", c.EmailVerified, u.EmailVerified}, {"phone_verified", c.PhoneVerified, u.PhoneVerified}} {
		if b, ok := x.says.Get(); ok && b != x.is.Or(false) {
			j.report(RuleExchangeMatch, metadata.Pointer(x.name), x.name+" of a user who exists cannot be updated")
		}
	}
}
