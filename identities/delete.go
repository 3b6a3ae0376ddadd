package identities

import (
	"slices"

	"github.com/metameld/metameld/user"
)

// Deleted is the outcome of deleting a user.
type Deleted struct {
	Identities []user.Identity // that are gone, the main one first
	Warnings   user.Violations
}

// Delete returns what goes when the user u is deleted: every identity that is
// linked to it goes too, with a warning for each. Unlink what should stay before.
// u is not changed, and shares nothing that can change with the result.
//
// Source: Okta Workflows, Auth0 connector, Link Account.
func Delete(u user.Profile) Deleted {
	d := Deleted{Identities: slices.Clone(u.Identities)}
	for i := range u.Identities {
		if i > 0 && i <= mostFaults {
			d.Warnings = append(d.Warnings, violation(RuleDeletesLinked, identityPointer(i), "this linked account is deleted too"))
		}
	}
	return d
}
