package identities

import (
	"slices"

	"github.com/metameld/metameld/user"
)

// The rules. To find out which one an error is about:
//
//	errors.Is(err, identities.RuleMainIdentity)
const (
	RuleNoIdentity      user.RuleID = "identities.no-identity"
	RuleSameIdentity    user.RuleID = "identities.same-identity"
	RuleAlreadyLinked   user.RuleID = "identities.already-linked"
	RuleMetadataDropped user.RuleID = "identities.metadata-dropped"
	RuleMainIdentity    user.RuleID = "identities.main-identity"
	RuleNothingUnlinked user.RuleID = "identities.nothing-unlinked"
	RuleDetachedProfile user.RuleID = "identities.detached-profile"
)

const (
	linkResponses   = "Auth0 Management API, POST /api/v2/users/{id}/identities, responses"
	unlinkResponses = "Auth0 Management API, DELETE /api/v2/users/{id}/identities/{provider}/{user_id}, responses"
)

// catalogue lists every rule. It is never changed.
var catalogue = []user.Rule{
	{
		ID: RuleNoIdentity, Severity: user.Error, Evidence: user.Inferred,
		Statement: "Only a profile that shows its identities can be linked.",
		Source:    "Auth0 Management API, UserResponseSchema",
	},
	{
		ID: RuleSameIdentity, Severity: user.Error, Evidence: user.Documented,
		Statement: "A user cannot be linked to itself.",
		Source:    linkResponses,
	},
	{
		ID: RuleAlreadyLinked, Severity: user.Error, Evidence: user.Documented,
		Statement: "An identity that is linked already cannot be linked again.",
		Source:    linkResponses,
	},
	{
		ID: RuleMetadataDropped, Severity: user.Warning, Evidence: user.Documented,
		Statement: "The metadata of the secondary is lost when it is linked.",
		Source:    "Auth0 docs, User Account Linking",
	},
	{
		ID: RuleMainIdentity, Severity: user.Error, Evidence: user.Documented,
		Statement: "The main identity of a user cannot be removed.",
		Source:    unlinkResponses,
	},
	{
		ID: RuleNothingUnlinked, Severity: user.Warning, Evidence: user.Observed,
		Statement: "An unlink whose user_id is not that of a linked identity, such as one with its prefix, is answered 200 and changes nothing.",
		Source:    "recorded exchanges",
	},
	{
		ID: RuleDetachedProfile, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "A detached user shows the attributes of its profileData and no metadata.",
		Source:    "Auth0 docs, Unlink User Accounts (no metadata); the attributes are inferred",
	},
}

// Rules returns the rules of this package.
func Rules() []user.Rule { return slices.Clone(catalogue) }

func violation(id user.RuleID, pointer, message string) user.Violation {
	r := catalogue[slices.IndexFunc(catalogue, func(r user.Rule) bool { return r.ID == id })]
	return user.Violation{Rule: id, Pointer: pointer, Severity: r.Severity, Evidence: r.Evidence, Message: message}
}
