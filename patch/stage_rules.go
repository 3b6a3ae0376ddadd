package patch

import "github.com/metameld/metameld/user"

// The rules of a [Stage].
const (
	RuleActionMethod      RuleID = "patch.action-method"
	RuleActionUndefined   RuleID = "patch.action-undefined"
	RuleActionValue       RuleID = "patch.action-value"
	RuleActionName        RuleID = "patch.action-name"
	RuleActionObject      RuleID = "patch.action-object"
	RuleActionSize        RuleID = "patch.action-size"
	RuleActionNull        RuleID = "patch.action-null"
	RuleActionRoot        RuleID = "patch.action-root"
	RuleDirectUpdate      RuleID = "patch.direct-update"
	RuleDirectOverwritten RuleID = "patch.direct-overwritten"
	RuleDenied            RuleID = "patch.denied"
	RuleDeniedWrite       RuleID = "patch.denied-write"
	RuleNotRegistered     RuleID = "patch.not-registered"
	RuleNotPersisted      RuleID = "patch.not-persisted"
	RulePrimaryOnce       RuleID = "patch.primary-user-once"
	RulePrimaryLength     RuleID = "patch.primary-user-length"
	RulePrimaryIdentity   RuleID = "patch.primary-user-identity"
	RulePrimaryDiscards   RuleID = "patch.primary-user-discards"
	RulePrimaryEarlier    RuleID = "patch.primary-user-earlier"
	RulePrimaryEventUser  RuleID = "patch.primary-user-event"
)

// Where the facts come from.
const (
	actionsReference = "Auth0 docs, Actions Triggers, event and API objects"
	actionsLimits    = "Auth0 docs, Actions Limitations"
	actionsMetadata  = "Auth0 docs, Manage User Metadata with the post-login Action Trigger"
	topicLifecycle   = "Auth0 community topic 84051"
	topicTransient   = "Auth0 community topic 152115"
)

// The readings of the rules below that a Stage asks for.
const (
	seen        = "seen"
	merged      = "merged"
	dropped     = "dropped"
	newPrimary  = "new-primary"
	thousandths = "kilobytes"
)

// stageCatalogue lists the rules of a Stage. It is never changed.
var stageCatalogue = []Rule{
	{
		ID: RuleActionMethod, Severity: user.Error, Evidence: user.Documented,
		Statement: "A trigger has the methods that its reference lists: setters of metadata in post-login, pre-user-registration and custom-token-exchange; redirects in post-login and password-reset-post-challenge; a new primary user in post-login; deny in these four and in credentials-exchange.",
		Source:    actionsReference,
	},
	{
		ID: RuleActionUndefined, Severity: user.Error, Evidence: user.Disputed,
		Statement: "Metadata cannot be set to undefined.",
		Source:    topicTransient + "; Auth0 community topic 187710",
		Readings:  refuses("one report has the update fail", "another has Auth0 send nothing for the member, so that what was staged for it is dropped"),
	},
	{
		ID: RuleActionValue, Severity: user.Error, Evidence: user.Inferred,
		Statement: "A number beyond the range of JavaScript is infinite there and becomes null, which would remove; and no value is deeper than a body can be.",
		Source:    "ECMAScript, JSON.stringify; Auth0 Actions run JavaScript",
	},
	{
		ID: RuleActionName, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "A member named __proto__ may get lost on the way through JavaScript.",
		Source:    "ECMAScript, Object.prototype.__proto__; Auth0 Actions run JavaScript",
	},
	{
		ID: RuleActionObject, Severity: user.Error, Evidence: user.Documented,
		Statement: "The setters work only with metadata that is an object.",
		Source:    actionsReference + " (post-login)",
	},
	{
		ID: RuleActionSize, Severity: user.Error, Evidence: user.Documented,
		Statement: "A session writes at most 32 kB of user_metadata and 32 kB of app_metadata.",
		Source:    actionsLimits,
		Readings: []user.Reading{
			{Name: "kibibytes", Statement: "32 times 1,024 bytes of JSON text; from 32,000 on a warning"},
			{Name: thousandths, Statement: "32,000 bytes of JSON text"},
		},
	},
	{
		ID: RuleActionNull, Severity: user.Warning, Evidence: user.Observed,
		Statement: "Setting null always writes, also where there is nothing to remove.",
		Source:    "Auth0 support, Setting a Null Value to an Attribute Causes the Management API to Execute",
	},
	{
		ID: RuleActionRoot, Severity: user.Warning, Evidence: user.Disputed,
		Statement: "Whether app_metadata lies over the root of event.user is disputed; it matters where it has the name of an attribute.",
		Source:    metadataOf + "; " + actionsReference,
		Readings: []user.Reading{
			{Name: "listed", Statement: "event.user has the attributes that the reference lists, and no more"},
			{Name: merged, Statement: "the members of app_metadata lie over the root, as in Rules"},
		},
	},
	{
		ID: RuleDirectUpdate, Severity: user.Warning, Evidence: user.Disputed,
		Statement: "Whether the next Action of the trigger sees what an earlier one updated through the Management API is disputed.",
		Source:    topicLifecycle + " (it was seen); " + actionsReference + " (only the setters are said to show)",
		Readings: []user.Reading{
			{Name: seen, Statement: "event.user of the next Action shows it"},
			{Name: "unseen", Statement: "event.user of the trigger does not show it, before a redirect or the next trigger reads the user anew"},
		},
	},
	{
		ID: RuleDirectOverwritten, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "What was staged before a direct update is written after it, over the same member.",
		Source:    actionsMetadata + " (one update at the end of the trigger)",
	},
	{
		ID: RuleDenied, Severity: user.Warning, Evidence: user.Documented,
		Statement: "After the Action that denies access no further one runs; what it and those before it staged is written.",
		Source:    actionsReference,
	},
	{
		ID: RuleDeniedWrite, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "A denied registration creates no user and writes nothing; whether a denied token exchange writes is not documented.",
		Source:    actionsReference + " (silent on it)",
		Readings: []user.Reading{
			{Name: "kept", Statement: "a denied token exchange writes, as a denied login does"},
			{Name: dropped, Statement: "it does not"},
		},
	},
	{
		ID: RuleNotRegistered, Severity: user.Error, Evidence: user.Inferred,
		Statement: "Before registration there is no user that the Management API could update.",
		Source:    actionsReference + " (pre-user-registration has no user_id)",
	},
	{
		ID: RuleNotPersisted, Severity: user.Warning, Evidence: user.Documented,
		Statement: "Metadata that is set before the registration of a passwordless user is not stored.",
		Source:    "Auth0 docs, Actions Triggers, Pre-user Registration",
	},
	{
		ID: RulePrimaryOnce, Severity: user.Error, Evidence: user.Documented,
		Statement: "The primary user can be changed once in a transaction.",
		Source:    actionsLimits,
	},
	{
		ID: RulePrimaryLength, Severity: user.Error, Evidence: user.Documented,
		Statement: "The id of the new primary user has at most 128 characters, and one at least.",
		Source:    actionsLimits,
	},
	{
		ID: RulePrimaryIdentity, Severity: user.Warning, Evidence: user.Documented,
		Statement: "The identity that logged in must be among the secondary identities of the new primary user, or the login fails.",
		Source:    actionsReference + " (post-login)",
	},
	{
		ID: RulePrimaryDiscards, Severity: user.Warning, Evidence: user.Documented,
		Statement: "user_metadata that is set in the Action that changes the primary user is lost.",
		Source:    actionsLimits,
	},
	{
		ID: RulePrimaryEarlier, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "Whose metadata becomes what was staged before the primary user changed, in earlier Actions or as app_metadata, is not documented.",
		Source:    actionsLimits + " (silent on it)",
		Readings: []user.Reading{
			{Name: "former", Statement: "that of the user who logged in"},
			{Name: newPrimary, Statement: "that of the new primary user"},
		},
	},
	{
		ID: RulePrimaryEventUser, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "What event.user shows once the primary user has changed is not documented; it is taken to stay the user who logged in.",
		Source:    actionsLimits + " (silent on it); User Object in Rules (there it stays)",
	},
}
