package rule

import "github.com/metameld/metameld/internal/limit"

// The rules on Actions.
const (
	// Setters of metadata.
	ActionMethod    ID = "patch.action-method"    // a method that the trigger lacks
	ActionUndefined ID = "patch.action-undefined" // metadata set to undefined
	ActionValue     ID = "patch.action-value"     // a value that JavaScript cannot pass on
	ActionName      ID = "patch.action-name"      // __proto__
	ActionObject    ID = "patch.action-object"    // stored metadata that is not an object
	ActionSize      ID = "patch.action-size"
	ActionNull      ID = "patch.action-null"
	ActionRoot      ID = "patch.action-root" // app_metadata at the root of event.user

	ActionUserMetadata ID = "patch.action-user-metadata" // stored user_metadata that is not an object
	ActionAttributes   ID = "patch.action-attributes"    // attributes of the identity provider in event.user

	// Updates through the Management API.
	DirectUpdate      ID = "patch.direct-update"
	DirectOverwritten ID = "patch.direct-overwritten"

	RegistrationUpdate ID = "patch.registration-update" // an update in post-user-registration

	// Access that is denied, and registration.
	Denied        ID = "patch.denied"
	DeniedWrite   ID = "patch.denied-write"
	NotRegistered ID = "patch.not-registered" // an update before the user exists
	NotPersisted  ID = "patch.not-persisted"  // metadata of a passwordless registration

	// A change of the primary user.
	PrimaryUserOnce     ID = "patch.primary-user-once"
	PrimaryUserLength   ID = "patch.primary-user-length"
	PrimaryUserIdentity ID = "patch.primary-user-identity" // the identity that logged in
	PrimaryUserDiscards ID = "patch.primary-user-discards" // user_metadata of the same Action
	PrimaryUserEarlier  ID = "patch.primary-user-earlier"  // metadata that was staged before
	PrimaryUserEvent    ID = "patch.primary-user-event"    // event.user after the change
)

// actionRules are the rules on Actions.
var actionRules = []Rule{
	{ID: ActionMethod, Severity: SeverityError, Evidence: Documented,
		Statement: "A trigger has only the methods that its reference lists. Metadata can be set in post-login, pre-user-registration and custom-token-exchange. Redirects are possible in post-login and password-reset-post-challenge. The primary user can be changed in post-login. Access can be denied in these four triggers and in credentials-exchange.",
		Source:    actionsReference},
	{ID: ActionUndefined, Severity: SeverityError, Evidence: Disputed,
		Statement: "Metadata cannot be set to undefined.",
		Source:    topicTransient + "; Auth0 community topic 187710",
		Readings: current(strict, refuses(
			because{"in one report the update fails", "Auth0 community topic 187710"},
			because{"in another report Auth0 sends nothing for the member, and drops the value staged for it before", topicTransient},
		))},
	{ID: ActionValue, Severity: SeverityError, Evidence: Inferred,
		Statement: "A number must be in the range of JavaScript. A larger number becomes infinite, which JSON.stringify writes as null, and the null would remove the member. A value must not be nested deeper than a request body can be.",
		Source:    "ECMAScript, JSON.stringify; Auth0 Actions run JavaScript"},
	{ID: ActionName, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "A member named __proto__ may be lost in JavaScript.",
		Source:    "ECMAScript, Object.prototype.__proto__; Auth0 Actions run JavaScript"},
	{ID: ActionObject, Severity: SeverityError, Evidence: Documented,
		Statement: "The setters work only if the stored metadata is an object.",
		Source:    actionsReference + " (post-login)"},
	{ID: ActionUserMetadata, Severity: SeverityError, Evidence: Observed,
		Statement: "If the stored user_metadata is not an object, every Action fails, and the login with it. A SAML mapping can store such a text. For app_metadata this is not documented, so that is a warning.",
		Source:    "Auth0 community topic 107050",
		Readings: refuses(
			because{"each enabled Action made the login fail", "Auth0 community topic 107050"},
			because{"the reference limits only the setters to metadata that is an object; the login may still fail", actionsReference},
		)},
	{ID: ActionSize, Severity: SeverityError, Evidence: Documented,
		Statement: say("In one session, Actions can write at most %[1]d kB of user_metadata and %[1]d kB of app_metadata.", limit.ActionKilobytes/1000),
		Source:    actionsLimits,
		Readings: []Reading{
			reading("kibibytes", because{say("%d times 1,024 bytes of JSON text, with a warning above %s bytes", limit.ActionKibibytes/1024, limit.Count(limit.ActionKilobytes)), actionsLimits}),
			reading("kilobytes", because{say("%s bytes of JSON text", limit.Count(limit.ActionKilobytes)), actionsLimits}),
		}},
	{ID: ActionNull, Severity: SeverityWarning, Evidence: Observed,
		Statement: "Setting a member to null always causes a write, even if there is nothing to remove.",
		Source:    "Auth0 support, Setting a Null Value to an Attribute Causes the Management API to Execute"},
	{ID: ActionRoot, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "Sources disagree on whether event.user has the members of app_metadata at its root. This matters if a member has the name of an attribute.",
		Source:    metadataPage + "; " + actionsReference,
		Readings: []Reading{
			reading("listed", because{"event.user does not have them there", actionsReference}),
			reading("merged", because{"members of app_metadata appear at the root and hide attributes of the same name, as in Rules", metadataPage}),
		}},
	{ID: ActionAttributes, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "Sources disagree on whether event.user in post-login has attributes of the identity provider at its root, such as idp_tenant_domain, upn and groups. Members that Auth0 keeps itself are there only if the reference lists them.",
		Source:    "Auth0 docs, Connect Apps to Google Workspace; Auth0 docs, Customize SAML Assertions; Auth0 community topic 122965; " + actionsReference,
		Readings: current("shown", []Reading{
			reading("shown", because{"event.user has them", "Auth0 docs, Customize SAML Assertions; Auth0 community topic 122965"}),
			reading("listed", because{"event.user has only the attributes that the reference lists", actionsReference}),
		})},
	{ID: DirectUpdate, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "An Action can update the user through the Management API. Sources disagree on whether the next Action of the trigger sees this update.",
		Source:    topicLifecycle + " (observed); " + actionsReference + " (mentions only the setters)",
		Readings: []Reading{
			reading("seen", because{"event.user of the next Action shows the update", topicLifecycle}),
			reading("unseen", because{"event.user shows the update only after a redirect, or in the next trigger", actionsReference}),
		}},
	{ID: DirectOverwritten, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "A value that was staged before a direct update is written after it and overwrites the same member.",
		Source:    actionsMetadata + " (one update at the end of the trigger)"},
	{ID: RegistrationUpdate, Severity: SeverityWarning, Evidence: Documented,
		Statement: "Updates of the user in post-user-registration are discouraged. Set metadata in post-login.",
		Source:    "Auth0 support, Using the Management API in Actions"},
	{ID: Denied, Severity: SeverityWarning, Evidence: Documented,
		Statement: "If an Action denies access, no further Action runs. Metadata that was staged by it and by earlier Actions is written.",
		Source:    actionsReference},
	{ID: DeniedWrite, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "A denied registration creates no user and writes nothing. It is not documented whether a denied token exchange writes metadata.",
		Source:    actionsReference + " (does not cover it)",
		Readings: []Reading{
			reading("kept", because{"a denied token exchange writes metadata, as a denied login does", actionsReference}),
			reading("dropped", because{"a denied token exchange writes nothing", "no source"}),
		}},
	{ID: NotRegistered, Severity: SeverityError, Evidence: Inferred,
		Statement: "Before registration the user does not exist, so the Management API cannot update it.",
		Source:    actionsReference + " (pre-user-registration has no user_id)"},
	{ID: NotPersisted, Severity: SeverityWarning, Evidence: Documented,
		Statement: "Metadata that is set before the registration of a passwordless user is not stored.",
		Source:    "Auth0 docs, Actions Triggers, Pre-user Registration"},
	{ID: PrimaryUserOnce, Severity: SeverityError, Evidence: Documented,
		Statement: "The primary user can be changed only once in a transaction.",
		Source:    actionsLimits},
	{ID: PrimaryUserLength, Severity: SeverityError, Evidence: Documented,
		Statement: say("The id of the new primary user must have 1 to %d characters.", limit.PrimaryUser),
		Source:    actionsLimits},
	{ID: PrimaryUserIdentity, Severity: SeverityWarning, Evidence: Documented,
		Statement: "The identity that logged in must be a secondary identity of the new primary user. Otherwise the login fails.",
		Source:    actionsReference + " (post-login)"},
	{ID: PrimaryUserDiscards, Severity: SeverityWarning, Evidence: Documented,
		Statement: "user_metadata that is set in the Action that changes the primary user is lost.",
		Source:    actionsLimits},
	{ID: PrimaryUserEarlier, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "Metadata may be staged before the primary user changes, in earlier Actions or as app_metadata. It is not documented which user it is written to.",
		Source:    actionsLimits + " (does not cover it)",
		Readings: []Reading{
			reading("former", because{"the user who logged in", "no source"}),
			reading("new-primary", because{"the new primary user", "no source"}),
		}},
	{ID: PrimaryUserEvent, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "The content of event.user after a change of the primary user is not documented. It is taken to describe the user who logged in.",
		Source:    actionsLimits + " (does not cover it); User Object in Rules (the object stays the same)"},
}
