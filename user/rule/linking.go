package rule

// The rules on linking and unlinking.
const (
	// Linking.
	NoIdentity      ID = "identities.no-identity" // a profile that lacks its identities
	SameIdentity    ID = "identities.same-identity"
	AlreadyLinked   ID = "identities.already-linked"
	MetadataDropped ID = "identities.metadata-dropped"
	LinkedSecondary ID = "identities.linked-secondary" // a secondary account with linked identities
	DeletesLinked   ID = "identities.deletes-linked"

	PrimaryProfileData ID = "identities.primary-profile-data" // of the primary's own identity

	// Unlinking.
	MainIdentity    ID = "identities.main-identity"    // the primary identity, in the API's words
	NothingUnlinked ID = "identities.nothing-unlinked" // an unlink that changes nothing
	DetachedProfile ID = "identities.detached-profile" // the profile after an unlink

	// The request to link.
	LinkRequest        ID = "identities.request"
	LinkProvider       ID = "identities.unknown-provider"
	LinkPrefixedID     ID = "identities.prefixed-id" // a user_id with the provider before it
	LinkToken          ID = "identities.token"       // link_with is not a token
	LinkTokenAudience  ID = "identities.token-audience"
	LinkTokenNoSubject ID = "identities.token-no-subject"
	LinkTokenSubject   ID = "identities.token-subject"
	LinkTokenAlgorithm ID = "identities.token-algorithm"
	LinkTokenIssuer    ID = "identities.token-issuer"
	LinkTokenParty     ID = "identities.token-party" // aud and the azp of the caller

	// Refusals that depend on the tenant or on the caller.
	LinkNotConfigured          ID = "identities.not-configured"
	NonexistentNeedsConnection ID = "identities.inexistent-needs-connection"
	NonexistentIdentity        ID = "identities.inexistent"
	UnableToLink               ID = "identities.unable"
	AccountNotFound            ID = "identities.not-found"
	LinkScope                  ID = "identities.scope"
	LinkSubject                ID = "identities.subject"
)

// linkingRules are the rules on linking and unlinking.
var linkingRules = []Rule{
	{ID: NoIdentity, Severity: SeverityError, Evidence: Inferred,
		Statement: "A profile can be linked only if it contains its identities.",
		Source:    "Auth0 Management API, UserResponseSchema"},
	{ID: SameIdentity, Severity: SeverityError, Evidence: Documented,
		Statement: "A user cannot be linked to itself.",
		Source:    linkResponses},
	{ID: AlreadyLinked, Severity: SeverityError, Evidence: Documented,
		Statement: "An identity that is already linked cannot be linked again.",
		Source:    linkResponses},
	{ID: MetadataDropped, Severity: SeverityWarning, Evidence: Documented,
		Statement: "Linking discards the metadata of the secondary account.",
		Source:    "Auth0 docs, User Account Linking"},
	{ID: MainIdentity, Severity: SeverityError, Evidence: Documented,
		Statement: "The primary identity of a user cannot be unlinked.",
		Source:    unlinkResponses},
	{ID: NothingUnlinked, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "If the user_id in an unlink is not the user_id of a linked identity, the API answers 200 and changes nothing. Three recorded unlinks with the provider before the user_id show this. A page of the docs allows the name of the connection and a bar before the user_id. The user_id of an enterprise identity may contain a bar itself.",
		Source:    "recorded exchanges; Auth0 docs, Unlink User Accounts"},
	{ID: DetachedProfile, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "After an unlink, the detached user has the attributes of its profileData and no metadata.",
		Source:    "Auth0 docs, Unlink User Accounts (no metadata); the attributes are inferred"},
	{ID: LinkedSecondary, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "If the secondary account has linked identities of its own, the effect on them is not documented. They are taken to be linked to the primary account too.",
		Source:    "Auth0 docs, User Account Linking (does not cover it)"},
	{ID: PrimaryProfileData, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "Sources disagree on whether the primary's own identity has profileData after a link.",
		Source:    "recorded exchanges (answers to links); auth0/node-auth0 issue 781; auth0/auth0.net pull request 131",
		Readings: []Reading{
			reading("shown", because{"it has profileData, as the answers to four recorded links do", "recorded exchanges"}),
			reading("hidden", because{"a link adds no profileData to it, as two later reads show", "auth0/node-auth0 issue 781; auth0/auth0.net pull request 131"}),
		}},
	{ID: DeletesLinked, Severity: SeverityWarning, Evidence: Documented,
		Statement: "Deleting a user also deletes the accounts that are linked to it.",
		Source:    "Okta Workflows, Auth0 connector, Link Account"},
	{ID: LinkRequest, Severity: SeverityError, Evidence: Documented,
		Statement: "A request to link must contain either link_with, or provider and user_id with an optional connection_id, and no other members.",
		Source:    linkRequest},
	{ID: LinkProvider, Severity: SeverityError, Evidence: Documented,
		Statement: "provider must be one of the values that the API's schema lists.",
		Source:    linkRequest},
	{ID: LinkPrefixedID, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "Sources disagree on whether a request to link may have the provider and a bar before the user_id.",
		Source:    "recorded exchanges (accepted, last in 2023); auth0/node-auth0 issue 897 (user not found)"},
	{ID: LinkToken, Severity: SeverityError, Evidence: Documented,
		Statement: "link_with must be a JSON Web Token.",
		Source:    linkResponses},
	{ID: LinkTokenAudience, Severity: SeverityError, Evidence: Documented,
		Statement: "The token in link_with must have an aud claim that is a string or a list of strings.",
		Source:    linkResponses},
	{ID: LinkTokenNoSubject, Severity: SeverityError, Evidence: Documented,
		Statement: "The token in link_with must have a sub claim.",
		Source:    linkResponses},
	{ID: LinkTokenSubject, Severity: SeverityError, Evidence: Documented,
		Statement: "The sub claim of the token in link_with must be the id of a user.",
		Source:    linkResponses},
	{ID: LinkTokenAlgorithm, Severity: SeverityError, Evidence: Documented,
		Statement: "The token in link_with must be signed with RS256.",
		Source:    linkResponses},
	{ID: LinkTokenIssuer, Severity: SeverityError, Evidence: Documented,
		Statement: "The token in link_with must have the same issuer as the token of the calling user.",
		Source:    linkResponses},
	{ID: LinkTokenParty, Severity: SeverityError, Evidence: Documented,
		Statement: "The aud claim of the token in link_with must contain the azp claim of the caller's token.",
		Source:    linkResponses},
	{ID: LinkNotConfigured, Severity: SeverityError, Evidence: Documented,
		Statement: "The provider or connection of the identity must be configured in the tenant.",
		Source:    linkResponses},
	{ID: NonexistentNeedsConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "An identity that does not exist cannot be linked without a connection.",
		Source:    linkResponses},
	{ID: NonexistentIdentity, Severity: SeverityError, Evidence: Documented,
		Statement: "An identity that does not exist cannot be linked.",
		Source:    linkResponses},
	{ID: UnableToLink, Severity: SeverityError, Evidence: Documented,
		Statement: "The API may be unable to link the secondary account. The reasons are not documented.",
		Source:    linkResponses},
	{ID: AccountNotFound, Severity: SeverityError, Evidence: Documented,
		Statement: "The secondary account must exist.",
		Source:    linkResponses},
	{ID: LinkScope, Severity: SeverityError, Evidence: Documented,
		Statement: "To link or unlink, the token of the caller must have the scope update:users or update:current_user_identities.",
		Source:    linkResponses + "; " + unlinkResponses},
	{ID: LinkSubject, Severity: SeverityError, Evidence: Documented,
		Statement: "A user's own token can link accounts only to that user.",
		Source:    linkResponses},
}
