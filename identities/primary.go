package identities

import (
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/user"
)

// Primary returns the first identity of u, which gives u its user_id and root
// attributes, and reports whether u has one. Prefer the user_id of the identity to
// that of u, which is opaque.
//
// Sources: Auth0 docs, User Account Linking; User Object in Rules, Identities.
func Primary(u user.Profile) (user.Identity, bool) {
	u = derived.Placed(u)
	if len(u.Identities) == 0 {
		return user.Identity{}, false
	}
	return u.Identities[0], true
}
