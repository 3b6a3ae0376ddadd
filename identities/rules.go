package identities

import (
	"slices"
	"strconv"

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
	RuleLinkedSecondary user.RuleID = "identities.linked-secondary"
	RuleDeletesLinked   user.RuleID = "identities.deletes-linked"

	RuleRequest              user.RuleID = "identities.request"
	RuleProvider             user.RuleID = "identities.unknown-provider"
	RuleToken                user.RuleID = "identities.token"
	RuleTokenAudience        user.RuleID = "identities.token-audience"
	RuleTokenNoSubject       user.RuleID = "identities.token-no-subject"
	RuleTokenSubject         user.RuleID = "identities.token-subject"
	RuleTokenAlgorithm       user.RuleID = "identities.token-algorithm"
	RuleTokenIssuer          user.RuleID = "identities.token-issuer"
	RuleTokenParty           user.RuleID = "identities.token-party"
	RuleNotConfigured        user.RuleID = "identities.not-configured"
	RuleInexistentConnection user.RuleID = "identities.inexistent-needs-connection"
	RuleInexistent           user.RuleID = "identities.inexistent"
	RuleUnable               user.RuleID = "identities.unable"
	RuleNotFound             user.RuleID = "identities.not-found"
	RuleScope                user.RuleID = "identities.scope"
	RuleSubject              user.RuleID = "identities.subject"
)

const (
	linkRequest     = "Auth0 Management API, LinkUserIdentityRequestContent"
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
	{
		ID: RuleLinkedSecondary, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "What becomes of identities that are linked to the secondary already is not documented; they are taken to come along.",
		Source:    "Auth0 docs, User Account Linking (silent on it)",
	},
	{
		ID: RuleDeletesLinked, Severity: user.Warning, Evidence: user.Documented,
		Statement: "Deleting a user deletes the accounts that are linked to it.",
		Source:    "Okta Workflows, Auth0 connector, Link Account",
	},
	{
		ID: RuleRequest, Severity: user.Error, Evidence: user.Documented,
		Statement: "A request to link has either link_with, or provider and user_id with an optional connection_id, and nothing else.",
		Source:    linkRequest,
	},
	{
		ID: RuleProvider, Severity: user.Error, Evidence: user.Documented,
		Statement: "provider is one of those that the API's schema lists.",
		Source:    linkRequest,
	},
	{
		ID: RuleToken, Severity: user.Error, Evidence: user.Documented,
		Statement: "link_with is a JSON Web Token.",
		Source:    linkResponses,
	},
	{
		ID: RuleTokenAudience, Severity: user.Error, Evidence: user.Documented,
		Statement: "The token has an aud claim: a text, or a list of texts.",
		Source:    linkResponses,
	},
	{
		ID: RuleTokenNoSubject, Severity: user.Error, Evidence: user.Documented,
		Statement: "The token has a sub claim.",
		Source:    linkResponses,
	},
	{
		ID: RuleTokenSubject, Severity: user.Error, Evidence: user.Documented,
		Statement: "The token's sub claim is the id of a user.",
		Source:    linkResponses,
	},
	{
		ID: RuleTokenAlgorithm, Severity: user.Error, Evidence: user.Documented,
		Statement: "The token is signed with RS256.",
		Source:    linkResponses,
	},
	{
		ID: RuleTokenIssuer, Severity: user.Error, Evidence: user.Documented,
		Statement: "The token has the issuer of the calling user's token.",
		Source:    linkResponses,
	},
	{
		ID: RuleTokenParty, Severity: user.Error, Evidence: user.Documented,
		Statement: "The token's aud claim has the azp claim of the caller's token.",
		Source:    linkResponses,
	},
	{
		ID: RuleNotConfigured, Severity: user.Error, Evidence: user.Documented,
		Statement: "The provider or connection of the identity is configured in the tenant.",
		Source:    linkResponses,
	},
	{
		ID: RuleInexistentConnection, Severity: user.Error, Evidence: user.Documented,
		Statement: "An identity that does not exist cannot be linked without a connection.",
		Source:    linkResponses,
	},
	{
		ID: RuleInexistent, Severity: user.Error, Evidence: user.Documented,
		Statement: "An identity that does not exist cannot be linked.",
		Source:    linkResponses,
	},
	{
		ID: RuleUnable, Severity: user.Error, Evidence: user.Documented,
		Statement: "The secondary account can be linked; for what reasons it cannot is not said.",
		Source:    linkResponses,
	},
	{
		ID: RuleNotFound, Severity: user.Error, Evidence: user.Documented,
		Statement: "The secondary account exists.",
		Source:    linkResponses,
	},
	{
		ID: RuleScope, Severity: user.Error, Evidence: user.Documented,
		Statement: "A token that links has the scope update:users or update:current_user_identities.",
		Source:    linkResponses,
	},
	{
		ID: RuleSubject, Severity: user.Error, Evidence: user.Documented,
		Statement: "A user's own token links to that user only.",
		Source:    linkResponses,
	},
}

// Rules returns the rules of this package.
func Rules() []user.Rule { return slices.Clone(catalogue) }

// identityPointer returns the pointer of an identity of a profile.
func identityPointer(at int) string { return "/identities/" + strconv.Itoa(at) }

func violation(id user.RuleID, pointer, message string) user.Violation {
	r := catalogue[slices.IndexFunc(catalogue, func(r user.Rule) bool { return r.ID == id })]
	return user.Violation{Rule: id, Pointer: pointer, Severity: r.Severity, Evidence: r.Evidence, Message: message}
}
