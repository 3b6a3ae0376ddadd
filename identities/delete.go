package identities

import (
	"slices"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Deleted is the result of deleting a user. The zero Deleted has no identities.
type Deleted struct {
	Identities []user.Identity // the deleted ones, the primary first
	Warnings   rule.Violations
}

// Delete returns the identities that are deleted with the user u. Every identity that
// is linked to u is deleted too, with a warning for each: unlink those to keep first.
// The result shares only immutable parts with u.
//
// Source: Okta Workflows, Auth0 connector, Link Account.
func Delete(u user.Profile) Deleted {
	u = derived.Placed(u)
	var j judge.Judge
	for i := range u.Identities {
		if i > 0 {
			j.Report(rule.DeletesLinked, identityPointer(i), "this linked account is deleted too; unlink it before to keep it")
		}
	}
	return Deleted{Identities: slices.Clone(u.Identities), Warnings: j.Verdict().Warnings}
}
