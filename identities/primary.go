package identities

import (
	"github.com/metameld/metameld/user"
)

// Primary returns the main identity of u: the first, which gives u its user_id and
// root attributes. It reports false where u shows none. Prefer its user_id to that
// of u, which is opaque.
//
// Sources: Auth0 docs, User Account Linking; User Object in Rules, Identities.
func Primary(u user.Profile) (user.Identity, bool) {
	if len(u.Identities) == 0 {
		return user.Identity{}, false
	}
	return u.Identities[0], true
}
