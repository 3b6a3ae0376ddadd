package derived

import (
	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/user"
)

// Placed returns u as [user.Parse] reads its text: members of Extra that have a field
// are in it.
func Placed(u user.Profile) user.Profile {
	return attrs.Placed(u, u.Extra, user.FromValue)
}
