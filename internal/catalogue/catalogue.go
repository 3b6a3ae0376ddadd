// Package catalogue puts the rules of all packages together.
package catalogue

import (
	"slices"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// Unreachable is the rule of package metadata, which knows no rules: a diff that a
// mode cannot say.
const Unreachable user.RuleID = "metadata.unreachable"

// Rules returns every rule of the library.
func Rules() []user.Rule {
	return slices.Concat(patch.Rules(), user.Rules(), identities.Rules(), []user.Rule{{
		ID: Unreachable, Severity: user.Error, Evidence: user.Documented,
		Statement: "What a mode cannot store, such as a null where null removes, cannot be reached by a diff in it.",
		Source:    "RFC 7396; Auth0 docs, Manage User Metadata",
	}})
}
