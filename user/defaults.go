package user

import (
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/derived"
)

// withDefaults returns p with what Auth0 derives where it is absent: name is the
// e-mail, nickname its local part, picture the gravatar of the e-mail that falls
// back to the first two letters of name, or to its initials where they are wanted.
// Attributes of the names given are left as they are. Without an e-mail nothing is
// derived.
//
// Source: recorded creations (name 92 of 92, picture 74 of 75; nickname since 2019).
func (p Profile) withDefaults(initials bool, without []string) Profile {
	email, ok := p.Email.Get()
	if !ok || email == "" {
		return p
	}
	if p.Name.IsZero() && !slices.Contains(without, "name") {
		p.Name = Set(email)
	}
	if p.Nickname.IsZero() && !slices.Contains(without, "nickname") {
		p.Nickname = Set(derived.Nickname(email))
	}
	if p.Picture.IsZero() && !slices.Contains(without, "picture") {
		name := p.Name.Or(email)
		if words := strings.Fields(name); initials { // there are several
			name = derived.FirstOf(words[0], 1) + derived.FirstOf(words[len(words)-1], 1)
		}
		p.Picture = Set(derived.Picture(email, name))
	}
	return p
}
