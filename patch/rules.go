package patch

import (
	"slices"

	"github.com/metameld/metameld/user"
)

// RuleID names a rule for good; see [user.RuleID].
type RuleID = user.RuleID

// Rule is one rule of the catalogue; see [user.Rule].
type Rule = user.Rule

// Violation says that a rule is broken; see [user.Violation].
type Violation = user.Violation

// The rules. To find out whether one is broken:
//
//	errors.Is(p.Validate(target).Err(), patch.RuleExclusive)
const (
	RuleType               RuleID = "patch.type"
	RuleNull               RuleID = "patch.null"
	RuleMetadataNull       RuleID = "patch.metadata-null"
	RulePasswordNull       RuleID = "patch.password-null"
	RuleLength             RuleID = "patch.length"
	RuleEmailFormat        RuleID = "patch.email-format"
	RulePhoneFormat        RuleID = "patch.phone-format"
	RulePhoneLength        RuleID = "patch.phone-length"
	RulePictureFormat      RuleID = "patch.picture-format"
	RuleNothingToUpdate    RuleID = "patch.nothing-to-update"
	RuleReadOnly           RuleID = "patch.read-only"
	RuleUnknown            RuleID = "patch.unknown-attribute"
	RuleMetadataName       RuleID = "patch.metadata-name"
	RuleNestedMetadataName RuleID = "patch.nested-metadata-name"
	RuleReservedName       RuleID = "patch.reserved-name"
	RuleExclusive          RuleID = "patch.exclusive-attributes"
	RuleCustomDatabase     RuleID = "patch.custom-database"
	RuleMigrated           RuleID = "patch.migrated-attributes"
	RuleMigratedLogin      RuleID = "patch.migrated-credentials"
	RuleSynced             RuleID = "patch.synced-attributes"
	RuleNullOfTheFive      RuleID = "patch.null-of-the-five"
	RuleEmailConnection    RuleID = "patch.email-connection"
	RuleEmailVerification  RuleID = "patch.email-verification"
	RuleVerifiedFollows    RuleID = "patch.email-verified-follows"
	RuleUsername           RuleID = "patch.username-connection"
	RuleUsernameRequired   RuleID = "patch.username-required"
	RuleUsernameCharacters RuleID = "patch.username-characters"
	RuleFirstUsername      RuleID = "patch.first-username"
	RulePassword           RuleID = "patch.password-connection"
	RulePhone              RuleID = "patch.phone-connection"
	RulePhoneDatabase      RuleID = "patch.phone-database"
	RulePhoneTogether      RuleID = "patch.phone-together"
	RuleScope              RuleID = "patch.scope"
	RuleLastMember         RuleID = "patch.last-member"
	RuleMetadataNoObject   RuleID = "patch.metadata-no-object"
	RuleUnreachable        RuleID = "patch.unreachable"
	RuleMore               RuleID = "patch.more"
	RuleBlankInput         RuleID = "patch.blank-input"
	RuleRequiredInput      RuleID = "patch.required-input"
	RulePasswordBytes      RuleID = "patch.password-bytes"
	RulePasswordCharacters RuleID = "patch.password-characters"
	RuleNameLength         RuleID = "patch.name-length"
	RuleClientID           RuleID = "patch.client-id"
	RuleVerifyPhone        RuleID = "patch.verify-phone-number"
	RuleSyncedRemoval      RuleID = "patch.synced-removal"
	RuleAuthorization      RuleID = "patch.authorization-in-user-metadata"
	RuleNumber             RuleID = "patch.number-precision"
	RuleMetadataSize       RuleID = "patch.metadata-size"
	RuleMergedSize         RuleID = "patch.merged-metadata-size"
	RuleLargeMetadata      RuleID = "patch.large-metadata"
	RuleProfileSize        RuleID = "patch.profile-size"
	RuleSearchSize         RuleID = "patch.search-size"
	RuleReplacedObject     RuleID = "patch.replaced-object"
	RuleBlockLifted        RuleID = "patch.block-lifted"
	RuleBruteForce         RuleID = "patch.brute-force-block"
	RuleScripts            RuleID = "patch.change-scripts"
	RuleChangeEmail        RuleID = "patch.change-email-message"
	RuleDisabled           RuleID = "patch.disabled-connection"
	RuleSecondary          RuleID = "patch.secondary-connection"
	RuleSecondaryFive      RuleID = "patch.secondary-attributes"
	RuleOtherConnection    RuleID = "patch.other-connection"
	RuleSecondaryEffect    RuleID = "patch.secondary-effect"
	RuleWipe               RuleID = "patch.metadata-wipe"
	RuleNestedNull         RuleID = "patch.nested-null"
	RuleEmailKeepsVerified RuleID = "patch.email-keeps-verified"
	RuleVerificationEmail  RuleID = "patch.verification-email"
	RuleVerificationText   RuleID = "patch.verification-text"
	RulePasswordSessions   RuleID = "patch.password-sessions"
)

// The readings that several rules share, or that are asked for.
const (
	strict        = "strict"
	lenient       = "lenient"
	refused       = "refused"
	everyIdentity = "every"
	bothEmpty     = "both-empty"
)

// Where the facts come from.
const (
	schema     = "Auth0 Management API, UpdateUserRequestContent"
	responses  = "Auth0 Management API, PATCH /api/v2/users/{id}, responses"
	endpoint   = "Auth0 Management API, PATCH /api/v2/users/{id}, description"
	metadataOf = "Auth0 docs, Manage Users, Metadata, Metadata Fields and Data"
	customDB   = "Auth0 docs, Update Users using a Custom Database"
	profileOf  = "Auth0 docs, User Profile Structure"
)

// refuses are the readings of a refusal that sources dispute.
func refuses(strictly, leniently string) []user.Reading {
	return []user.Reading{{Name: strict, Statement: "refused: " + strictly}, {Name: lenient, Statement: "accepted with a warning: " + leniently}}
}

// accepts are the readings of a step that nobody documents.
func accepts(because string) []user.Reading {
	return []user.Reading{{Name: "accepted", Statement: "accepted with a warning: " + because}, {Name: refused, Statement: "refused, until somebody knows"}}
}

// catalogue lists every rule, in the order in which violations are reported. It
// is never changed.
var catalogue = append([]Rule{
	{
		ID: RuleType, Severity: user.Error, Evidence: user.Documented,
		Statement: "Each attribute has the type of the schema.",
		Source:    schema,
	},
	{
		ID: RuleNull, Severity: user.Error, Evidence: user.Documented,
		Statement: "Only text attributes can be null, which removes them; true-or-false attributes, connection and client_id cannot.",
		Source:    schema,
	},
	{
		ID: RuleMetadataNull, Severity: user.Error, Evidence: user.Disputed,
		Statement: "user_metadata and app_metadata cannot be null as a whole.",
		Source:    schema + "; auth0/ruby-auth0 issue 191",
		Readings:  refuses("the schema wants an object", "an older answer says that null empties the object"),
	},
	{
		ID: RulePasswordNull, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "password can be null in the schema; what that does is not documented.",
		Source:    schema + " (silent on it)",
		Readings:  accepts("the schema has it"),
	},
	{
		ID: RuleLength, Severity: user.Error, Evidence: user.Documented,
		Statement: "Text has at least one character; given_name and family_name have at most 150, name and nickname 300, username 128.",
		Source:    schema,
	},
	{
		ID: RuleEmailFormat, Severity: user.Error, Evidence: user.Documented,
		Statement: "email is an address: a local part of at most 64 bytes without quotes, a domain of two labels or more, 254 bytes in all.",
		Source:    schema + "; " + profileOf,
	},
	{
		ID: RulePhoneFormat, Severity: user.Error, Evidence: user.Documented,
		Statement: "phone_number is a plus sign and 1 to 15 digits.",
		Source:    schema,
	},
	{
		ID: RulePhoneLength, Severity: user.Warning, Evidence: user.Disputed,
		Statement: "phone_number has 12 characters, plus sign included, says the workflow card; the API's pattern takes 2 to 16.",
		Source:    "Workflow card Update User; " + schema,
	},
	{
		ID: RulePictureFormat, Severity: user.Error, Evidence: user.Documented,
		Statement: "picture is an absolute http, https or ftp URI.",
		Source:    schema,
	},
	{
		ID: RuleNothingToUpdate, Severity: user.Error, Evidence: user.Disputed,
		Statement: "A payload has at least one attribute that can be updated.",
		Source:    "auth0/node-auth0 issue 478; " + endpoint,
		Readings:  refuses("the description lists fifteen attributes", "an answer of 2020 also took client_id or verify_phone_number by itself, and the API has words for removing attributes that the schema does not know"),
	},
	{
		ID: RuleReadOnly, Severity: user.Error, Evidence: user.Disputed,
		Statement: "What Auth0 keeps itself (user_id, identities, timestamps, login statistics, enrolled factors) cannot be updated.",
		Source:    "auth0/auth0-java issues 46 and 58; " + schema,
		Readings:  refuses("answers of 2017 refuse such members by name", "today's schema allows additional members; what they do is not said"),
	},
	{
		ID: RuleUnknown, Severity: user.Warning, Evidence: user.Disputed,
		Statement: "An attribute that the schema does not know is not known to have an effect.",
		Source:    schema + "; " + responses,
		Readings: []user.Reading{
			{Name: "ignored", Statement: "it is not stored"},
			{Name: "stored", Statement: "it is stored as a root attribute"},
		},
	},
	{
		ID: RuleMetadataName, Severity: user.Error, Evidence: user.Documented,
		Statement: "A name in metadata has no dot and no dollar sign.",
		Source:    metadataOf,
	},
	{
		ID: RuleNestedMetadataName, Severity: user.Error, Evidence: user.Inferred,
		Statement: "The same holds for names deeper down in metadata.",
		Source:    metadataOf,
		Readings:  refuses("the restriction is read to hold at every level", "the documentation speaks of field names without saying which level"),
	},
	{
		ID: RuleReservedName, Severity: user.Error, Evidence: user.Documented,
		Statement: "Eighteen names cannot be used at the first level of app_metadata.",
		Source:    metadataOf,
	},
	{
		ID: RuleExclusive, Severity: user.Error, Evidence: user.Documented,
		Statement: "password cannot be updated together with email, email_verified or username, nor username with email or email_verified.",
		Source:    responses,
	},
	{
		ID: RuleCustomDatabase, Severity: user.Error, Evidence: user.Disputed,
		Statement: "Of a custom database's user only user_metadata, app_metadata and blocked can be updated; the rest is changed in the database.",
		Source:    customDB + "; Auth0 docs, Change Email Script; " + responses,
		Readings:  refuses("the page on custom databases allows three attributes", "change scripts exist for email, password and phone, and the five can be set once they do not follow the database"),
	},
	{
		ID: RuleMigrated, Severity: user.Error, Evidence: user.Disputed,
		Statement: "Of a user who moved from a custom database to Auth0, email and email_verified can be updated too, the five cannot.",
		Source:    customDB + "; Auth0 docs, Update Root Attributes",
		Readings:  refuses("the page on custom databases excludes nickname, picture and the like", "a later page lists the five as updatable"),
	},
	{
		ID: RuleMigratedLogin, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "Nobody documents whether username, password and phone of a user who moved from a custom database can be updated.",
		Source:    "Auth0 docs, Update Root Attributes (Auth0 is the identity provider then)",
		Readings:  accepts("Auth0 keeps them then, as it does for its own users"),
	},
	{
		ID: RuleSynced, Severity: user.Error, Evidence: user.Documented,
		Statement: "The five cannot be updated while they follow the identity provider at each login.",
		Source:    responses + "; rfcx/arbimon issue 1397",
	},
	{
		ID: RuleNullOfTheFive, Severity: user.Error, Evidence: user.Disputed,
		Statement: "The five cannot be removed on a database or passwordless connection, nor on a custom database that imports its users.",
		Source:    responses + "; " + endpoint,
		Readings:  refuses("the API's own error says so", "the endpoint's description says that null removes any of them"),
	},
	{
		ID: RuleEmailConnection, Severity: user.Error, Evidence: user.Documented,
		Statement: "email can be updated on database and passwordless email connections.",
		Source:    responses,
	},
	{
		ID: RuleEmailVerification, Severity: user.Error, Evidence: user.Documented,
		Statement: "email_verified cannot be updated on enterprise and passwordless SMS connections.",
		Source:    endpoint,
	},
	{
		ID: RuleVerifiedFollows, Severity: user.Warning, Evidence: user.Documented,
		Statement: "email_verified of a social user may be overwritten by the identity provider.",
		Source:    "Auth0 docs, Verify Emails",
	},
	{
		ID: RuleUsername, Severity: user.Error, Evidence: user.Documented,
		Statement: "username can be updated on a database connection that requires one.",
		Source:    schema,
	},
	{
		ID: RuleUsernameRequired, Severity: user.Error, Evidence: user.Inferred,
		Statement: "username cannot be removed on a connection that requires one.",
		Source:    "Auth0 docs, Flexible Identifiers (what a connection requires holds for updates)",
		Readings:  refuses("an update leaves what the connection requires", "the schema has null for username, and no answer of the API is known"),
	},
	{
		ID: RuleUsernameCharacters, Severity: user.Warning, Evidence: user.Observed,
		Statement: "username has ASCII letters, digits and some punctuation; which, changed over time, so only other characters are listed.",
		Source:    "Auth0 community topic 2761 (an answer of the API, in part)",
	},
	{
		ID: RuleFirstUsername, Severity: user.Warning, Evidence: user.Observed,
		Statement: "An answer of 2017 refuses a username of a user who has none; it may not hold any more.",
		Source:    "auth0/wordpress issue 343",
		Readings:  accepts("the answer is old, and usernames are no longer what they were"),
	},
	{
		ID: RulePassword, Severity: user.Error, Evidence: user.Documented,
		Statement: "password can be updated on database connections.",
		Source:    schema,
	},
	{
		ID: RulePhone, Severity: user.Error, Evidence: user.Inferred,
		Statement: "phone_number and phone_verified cannot be updated on social, enterprise and passwordless e-mail connections.",
		Source:    "Workflow card Update User; User Object in Rules (they are for SMS users)",
	},
	{
		ID: RulePhoneDatabase, Severity: user.Error, Evidence: user.Disputed,
		Statement: "phone_number and phone_verified cannot be updated on a database connection; they are for SMS users.",
		Source:    "Workflow card Update User; User Object in Rules; Auth0 docs, Flexible Identifiers",
		Readings:  refuses("two documents say that they are for SMS users only", "a database connection with flexible identifiers has them too"),
	},
	{
		ID: RulePhoneTogether, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "Whether phone_number and phone_verified can be updated together with email, username or password is not documented; no source forbids it.",
		Source:    responses + " (silent on it)",
		Readings:  accepts("the API lists the pairs that it refuses, and this is none of them"),
	},
	{
		ID: RuleDisabled, Severity: user.Error, Evidence: user.Documented,
		Statement: "email and password cannot be changed in a disabled connection.",
		Source:    responses,
	},
	{
		ID: RuleSecondary, Severity: user.Error, Evidence: user.Documented,
		Statement: "email, email_verified, phone_number, phone_verified, username and password of a secondary identity need connection.",
		Source:    endpoint + "; Auth0 docs, GDPR, Right to Access, Correct, and Erase Data; recorded updates without it",
		Readings: []user.Reading{
			{Name: "secondary", Statement: "those of the primary identity do not"},
			{Name: everyIdentity, Statement: "those of every identity do, and email and phone_number need client_id too, as an older page has it"},
		},
	},
	{
		ID: RuleSecondaryFive, Severity: user.Error, Evidence: user.Documented,
		Statement: "The five cannot be updated on a secondary identity.",
		Source:    responses,
	},
	{
		ID: RuleOtherConnection, Severity: user.Warning, Evidence: user.Documented,
		Statement: "connection names the connection to update; where the target describes another, the verdict is about that other.",
		Source:    schema,
	},
	{
		ID: RuleSecondaryEffect, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "Where an update of a secondary identity shows is not documented.",
		Source:    endpoint + " (silent on it)",
		Readings: []user.Reading{
			{Name: "profile-data", Statement: "in the identity's profileData"},
			{Name: "nowhere", Statement: "not in the profile"},
		},
	},
	{
		ID: RuleScope, Severity: user.Error, Evidence: user.Documented,
		Statement: "update:users lets a token update every attribute, update:users_app_metadata app_metadata, update:current_user_metadata user_metadata.",
		Source:    responses + "; Auth0 docs, Metadata; auth0/auth0.js issue 960",
	},
	{
		ID: RuleWipe, Severity: user.Warning, Evidence: user.Documented,
		Statement: "{} for a metadata object removes everything in it.",
		Source:    "Auth0 docs, Manage User Metadata; recorded exchanges; auth0/docs issue 8130; auth0/node-auth0 issue 522",
		Readings: []user.Reading{
			{Name: "app-metadata-absent", Statement: "user_metadata then reads {}, app_metadata is absent, as recorded"},
			{Name: bothEmpty, Statement: "app_metadata reads {} too, as reported in 2020"},
		},
	},
	{
		ID: RuleNestedNull, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "What a null below the first level of metadata does is not documented.",
		Source:    "Auth0 docs, Manage User Metadata (silent on it)",
		Readings: []user.Reading{
			{Name: "stored", Statement: "it is stored as it is, as the replacement of whole values implies"},
			{Name: "stripped", Statement: "a member that is null is left out; an element stays"},
		},
	},
	{
		ID: RuleLastMember, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "What metadata reads whose last member is removed by a null is not documented; it is taken to read as after a wipe.",
		Source:    "Auth0 docs, Manage User Metadata (silent on it); recorded wipes",
		Readings: []user.Reading{
			{Name: "wiped", Statement: "user_metadata reads {}, app_metadata is absent, as after a wipe"},
			{Name: "empty", Statement: "both read {}"},
		},
	},
	{
		ID: RuleMetadataNoObject, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "What a merge makes of metadata that is stored as something that is no object is not documented.",
		Source:    endpoint + " (silent on it)",
		Readings: []user.Reading{
			{Name: "replaced", Statement: "the payload's object takes its place"},
			{Name: "kept", Statement: "it stays as it is"},
		},
	},
	{
		ID: RuleEmailKeepsVerified, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "Whether a new email resets email_verified is not documented for an update; send both.",
		Source:    "Auth0 docs, Bulk User Imports (for an import it does)",
		Readings: []user.Reading{
			{Name: "kept", Statement: "email_verified stays"},
			{Name: "reset", Statement: "email_verified becomes false"},
		},
	},
	{
		ID: RuleVerificationEmail, Severity: user.Warning, Evidence: user.Documented,
		Statement: "verify_email true sends a verification e-mail, whatever email_verified says; without it an update sends none.",
		Source:    schema,
	},
	{
		ID: RuleVerificationText, Severity: user.Warning, Evidence: user.Documented,
		Statement: "verify_phone_number true sends a text when the phone number of an SMS user changes.",
		Source:    schema,
	},
	{
		ID: RulePasswordSessions, Severity: user.Warning, Evidence: user.Documented,
		Statement: "A new password sets last_password_reset and ends the user's sessions.",
		Source:    "Auth0 docs, Change Users' Passwords; recorded exchanges",
	},
	{
		ID: RulePasswordBytes, Severity: user.Error, Evidence: user.Disputed,
		Statement: "password has at most 72 bytes.",
		Source:    profileOf + "; " + schema,
		Readings:  refuses("the profile's page limits it", "the API's schema does not"),
	},
	{
		ID: RulePasswordCharacters, Severity: user.Error, Evidence: user.Disputed,
		Statement: "password has printable ASCII characters only; the space is one of them.",
		Source:    profileOf + " (without the space); recorded creations and updates (47 with a space, 2023 to 2025); " + schema,
		Readings:  refuses("the profile's page limits it", "the API's schema does not"),
	},
	{
		ID: RuleNameLength, Severity: user.Warning, Evidence: user.Disputed,
		Statement: "name has at most 150 characters, says the profile's page; the API's schema takes 300.",
		Source:    profileOf + "; " + schema,
	},
	{
		ID: RuleClientID, Severity: user.Warning, Evidence: user.Disputed,
		Statement: "client_id says nothing without email or phone_number; one sentence of the API's says email only.",
		Source:    schema + "; " + endpoint,
	},
	{
		ID: RuleVerifyPhone, Severity: user.Warning, Evidence: user.Documented,
		Statement: "verify_phone_number says nothing but where the phone number of an SMS user changes.",
		Source:    schema,
	},
	{
		ID: RuleSyncedRemoval, Severity: user.Error, Evidence: user.Documented,
		Statement: "An attribute cannot be removed while it follows the identity provider at each login, unless it is among the attributes that are not stored.",
		Source:    responses,
	},
	{
		ID: RuleAuthorization, Severity: user.Warning, Evidence: user.Documented,
		Statement: "Roles, groups, permissions, department and job codes belong in app_metadata: the user can change user_metadata.",
		Source:    "User Object in Rules, Metadata",
	},
	{
		ID: RuleNumber, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "A number that JavaScript does not hold exactly may come back rounded, or not at all.",
		Source:    "ECMAScript, Number type; Auth0 Actions and Rules run JavaScript",
	},
	{
		ID: RuleMetadataSize, Severity: user.Error, Evidence: user.Documented,
		Statement: "Metadata has at most 16 MB.",
		Source:    "Auth0 docs, Custom Signup",
	},
	{
		ID: RuleMergedSize, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "Metadata that an update makes grow over 16 MB is over the documented limit; what the API answers is not documented.",
		Source:    "Auth0 docs, Custom Signup (silent on updates)",
		Readings:  accepts("the limit is stated for one object that is sent"),
	},
	{
		ID: RuleLargeMetadata, Severity: user.Warning, Evidence: user.Documented,
		Statement: "Metadata of more than 10 KB costs latency, and the profile with it is over the limit that may be enforced.",
		Source:    "User Object in Rules, Metadata; " + metadataOf,
	},
	{
		ID: RuleProfileSize, Severity: user.Warning, Evidence: user.Documented,
		Statement: "A profile of more than 10 KB is over the limit that may be enforced.",
		Source:    metadataOf,
	},
	{
		ID: RuleSearchSize, Severity: user.Warning, Evidence: user.Documented,
		Statement: "Of a profile of more than 1 MB large values are left out of the search index, and of lists.",
		Source:    metadataOf,
	},
	{
		ID: RuleReplacedObject, Severity: user.Warning, Evidence: user.Documented,
		Statement: "An object inside metadata is replaced whole: members of the old one that the new one has not are lost.",
		Source:    "Auth0 docs, Manage User Metadata",
	},
	{
		ID: RuleBlockLifted, Severity: user.Warning, Evidence: user.Disputed,
		Statement: "Whether a new password lifts an administrator's block is disputed; send blocked in a later update.",
		Source:    "Auth0 docs, Block and Unblock Users; Auth0 community topic 88241",
		Readings:  []user.Reading{{Name: "stays", Statement: "the block stays"}, {Name: "lifted", Statement: "the block is lifted"}},
	},
	{
		ID: RuleBruteForce, Severity: user.Warning, Evidence: user.Documented,
		Statement: "blocked false does not lift a block that too many wrong passwords caused.",
		Source:    endpoint,
	},
	{
		ID: RuleScripts, Severity: user.Warning, Evidence: user.Documented,
		Statement: "An update of a custom database's user runs its Get User script and the change script of what is updated.",
		Source:    "Auth0 docs, Change Email Script; Auth0 docs, Get User Script",
	},
	{
		ID: RuleChangeEmail, Severity: user.Warning, Evidence: user.Documented,
		Statement: "A new e-mail of a passwordless e-mail user is sent the passwordless template, with the operation change_email.",
		Source:    "Auth0 docs, Passwordless Connections, Email OTP",
	},
	{
		ID: RuleBlankInput, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "A blank True/False, Client ID or Password on the workflow card cannot clear anything and is left out.",
		Source:    "Workflow card Update User; " + schema,
	},
	{
		ID: RuleRequiredInput, Severity: user.Warning, Evidence: user.Documented,
		Statement: "ID is required on the workflow card: with a blank one it updates nobody.",
		Source:    "Workflow card Update User",
	},
	{
		ID: RuleUnreachable, Severity: user.Error, Evidence: user.Documented,
		Statement: "A difference that no payload can bring about, or undo, is refused: of what Auth0 keeps itself, of what cannot be removed, of what the API would not take.",
		Source:    endpoint + "; " + schema,
	},
	{
		ID: RuleMore, Severity: user.Warning, Evidence: user.Inferred,
		Statement: "A list ends after a thousand entries, or a mebibyte of pointers; its last entry says so. Apply counts its own warnings by themselves.",
		Source:    "metameld, so that a hostile payload cannot exhaust memory",
	},
}, stageCatalogue...)

// Rules returns the catalogue: every rule that Validate and Apply know, in the
// order in which they report.
func Rules() []Rule {
	list := slices.Clone(catalogue)
	for i := range list {
		list[i].Readings = slices.Clone(list[i].Readings)
	}
	return list
}

// rule returns the rule of that id; the zero Rule where there is none.
func rule(id RuleID) Rule {
	if i := place(id); i >= 0 {
		return catalogue[i]
	}
	return Rule{}
}

func hasReading(id RuleID, name string) bool {
	return slices.ContainsFunc(rule(id).Readings, func(r user.Reading) bool { return r.Name == name })
}

// place returns where the catalogue has the rule of that id; -1 where it has not.
func place(id RuleID) int {
	return slices.IndexFunc(catalogue, func(r Rule) bool { return r.ID == id })
}

// violationOf returns the violation of the rule at pointer.
func violationOf(id RuleID, pointer, message string) Violation {
	r := rule(id)
	return Violation{Rule: id, Pointer: pointer, Severity: r.Severity, Evidence: r.Evidence, Message: message}
}
