package user

import "slices"

// The rules. To find out whether one is broken:
//
//	errors.Is(c.Validate(at).Err(), user.RuleConnection)
const (
	// A creation, and a row of a bulk import.
	RuleType               RuleID = "user.type"
	RuleNull               RuleID = "user.null"
	RuleUnknownMember      RuleID = "user.unknown-member"
	RuleConnection         RuleID = "user.connection-required"
	RuleLength             RuleID = "user.length"
	RuleEmailFormat        RuleID = "user.email-format"
	RulePhoneFormat        RuleID = "user.phone-format"
	RulePictureFormat      RuleID = "user.picture-format"
	RuleIDFormat           RuleID = "user.id-format"
	RuleMetadataName       RuleID = "user.metadata-name"
	RuleNestedMetadataName RuleID = "user.nested-metadata-name"
	RuleReservedName       RuleID = "user.reserved-name"
	RuleMetadataSize       RuleID = "user.metadata-size"
	RulePasswordBytes      RuleID = "user.password-bytes"
	RulePasswordCharacters RuleID = "user.password-characters"
	RuleCreationConnection RuleID = "user.creation-connection"
	RuleDisabled           RuleID = "user.disabled-connection"
	RuleNoConnection       RuleID = "user.inexistent-connection"
	RuleUserExists         RuleID = "user.exists"
	RuleIdentifier         RuleID = "user.identifier-required"
	RuleEmail              RuleID = "user.email-connection"
	RuleUsername           RuleID = "user.username-connection"
	RulePassword           RuleID = "user.password-connection"
	RulePhone              RuleID = "user.phone-connection"
	RulePhoneDatabase      RuleID = "user.phone-database"
	RulePhoneLength        RuleID = "user.phone-length"
	RuleNameLength         RuleID = "user.name-length"
	RuleOtherConnection    RuleID = "user.other-connection"
	RuleNoUsername         RuleID = "user.username-missing"
	RuleNoPassword         RuleID = "user.password-missing"
	RuleEmptyID            RuleID = "user.empty-id"
	RulePrefixedID         RuleID = "user.prefixed-id"
	RuleProvider           RuleID = "user.unknown-provider"
	RuleNoEmail            RuleID = "user.no-email"
	RulePictureLetters     RuleID = "user.picture-letters"
	RuleVerificationEmail  RuleID = "user.verification-email"
	RulePasswordlessEmail  RuleID = "user.passwordless-verification"
	RuleScripts            RuleID = "user.database-scripts"
	RuleNewNull            RuleID = "user.null-in-new-metadata"
	RuleNestedNull         RuleID = "user.nested-null"
	RuleAuthorization      RuleID = "user.authorization-in-user-metadata"
	RuleNumber             RuleID = "user.number-precision"
	RuleLargeMetadata      RuleID = "user.large-metadata"

	// Sign-up.
	RuleSignUpFields RuleID = "user.sign-up-fields"
	RuleSignUpName   RuleID = "user.sign-up-name"
	RuleSignUpText   RuleID = "user.sign-up-text"
	RuleSignUpLength RuleID = "user.sign-up-length"

	// A login.
	RuleNoUser            RuleID = "user.login-creates-none"
	RuleOtherAccount      RuleID = "user.other-account"
	RuleUnknownKind       RuleID = "user.unknown-kind"
	RuleNeverAsked        RuleID = "user.database-not-asked"
	RuleSecondaryLogin    RuleID = "user.secondary-login"
	RuleSyncScope         RuleID = "user.sync-scope"
	RuleFollowsProvider   RuleID = "user.verified-follows"
	RuleForced            RuleID = "user.verified-forced"
	RuleRemoved           RuleID = "user.removed-at-login"
	RuleDerived           RuleID = "user.derived-at-login"
	RuleNotStored         RuleID = "user.not-stored"
	RuleKept              RuleID = "user.kept-by-auth0"
	RuleLoginMetadata     RuleID = "user.login-metadata"
	RuleFormerMetadata    RuleID = "user.former-metadata"
	RuleMigrationMetadata RuleID = "user.migration-metadata"

	// A custom token exchange.
	RuleExchangeMatch RuleID = "user.exchange-match"

	// A bulk import.
	RuleImportSize       RuleID = "user.import-size"
	RuleImportConnection RuleID = "user.import-connection"
	RuleImportEmail      RuleID = "user.import-email"
	RuleImportPasswords  RuleID = "user.import-passwords"
	RuleImportExists     RuleID = "user.import-exists"
	RuleImportLeft       RuleID = "user.import-leaves"
	RuleImportReplaces   RuleID = "user.import-replaces-metadata"
	RuleImportVerified   RuleID = "user.import-resets-verified"
	RuleImportPassword   RuleID = "user.import-changes-password"

	RuleMore RuleID = "user.more"
)

// Where the facts come from.
const (
	createSchema    = "Auth0 Management API, CreateUserRequestContent"
	createResponses = "Auth0 Management API, POST /api/v2/users, responses"
	createCard      = "Workflow card Create User"
	metadataOf      = "Auth0 docs, Manage Users, Metadata, Metadata Fields and Data"
	profileOf       = "Auth0 docs, User Profile Structure"
	signUpOf        = "Auth0 docs, Custom Signup"
	customDB        = "Auth0 docs, Update Users using a Custom Database"
	migrationOf     = "Auth0 docs, Configure Automatic Migration from Your Database"
	syncEnum        = "Auth0 Management API, ConnectionSetUserRootAttributesEnum"
	importSchema    = "Auth0 docs, Bulk User Import Database Schema and Examples"
	importOf        = "Auth0 docs, Bulk User Imports"
)

// refuses are the readings of a refusal that sources dispute.
func refuses(strictly, leniently string) []Reading {
	return []Reading{{strict, "refused: " + strictly}, {lenient, "accepted with a warning: " + leniently}}
}

// catalogue lists every rule, in the order in which violations are reported. It
// is never changed.
var catalogue = []Rule{
	{
		ID: RuleType, Severity: Error, Evidence: Documented,
		Statement: "Each attribute of a creation or an import has the type of the schema.",
		Source:    createSchema + "; " + importSchema,
	},
	{
		ID: RuleNull, Severity: Error, Evidence: Documented,
		Statement: "No attribute of a creation or an import can be null.",
		Source:    createSchema + "; " + importSchema,
	},
	{
		ID: RuleUnknownMember, Severity: Error, Evidence: Documented,
		Statement: "A creation or an import has no members that the schema does not know.",
		Source:    createSchema + "; " + importSchema,
	},
	{
		ID: RuleConnection, Severity: Error, Evidence: Documented,
		Statement: "A creation names its connection.",
		Source:    createSchema,
	},
	{
		ID: RuleLength, Severity: Error, Evidence: Documented,
		Statement: "Text has at least one character; given_name and family_name have at most 150, name and nickname 300, username 128, user_id 255 and as few as none.",
		Source:    createSchema,
	},
	{
		ID: RuleEmailFormat, Severity: Error, Evidence: Documented,
		Statement: "email is an address: a local part of at most 64 bytes without quotes, a domain of two labels or more, 254 bytes in all.",
		Source:    createSchema + "; " + profileOf,
	},
	{
		ID: RulePhoneFormat, Severity: Error, Evidence: Documented,
		Statement: "phone_number is a plus sign and 1 to 15 digits.",
		Source:    createSchema,
	},
	{
		ID: RulePictureFormat, Severity: Error, Evidence: Documented,
		Statement: "picture is an absolute http, https or ftp URI.",
		Source:    createSchema,
	},
	{
		ID: RuleIDFormat, Severity: Error, Evidence: Documented,
		Statement: "user_id has no white space.",
		Source:    createSchema,
	},
	{
		ID: RuleMetadataName, Severity: Error, Evidence: Documented,
		Statement: "A name in metadata has no dot and no dollar sign.",
		Source:    metadataOf,
	},
	{
		ID: RuleNestedMetadataName, Severity: Error, Evidence: Inferred,
		Statement: "The same holds for names deeper down in metadata.",
		Source:    metadataOf,
		Readings:  refuses("the restriction is read to hold at every level", "the documentation speaks of field names without saying which level"),
	},
	{
		ID: RuleReservedName, Severity: Error, Evidence: Documented,
		Statement: "Eighteen names cannot be used at the first level of app_metadata.",
		Source:    metadataOf + "; " + importSchema,
	},
	{
		ID: RuleMetadataSize, Severity: Error, Evidence: Documented,
		Statement: "Metadata has at most 16 MB.",
		Source:    signUpOf,
	},
	{
		ID: RulePasswordBytes, Severity: Error, Evidence: Disputed,
		Statement: "password has at most 72 bytes.",
		Source:    profileOf + "; " + createSchema,
		Readings:  refuses("the profile's page limits it", "the API's schema does not"),
	},
	{
		ID: RulePasswordCharacters, Severity: Error, Evidence: Disputed,
		Statement: "password has printable ASCII characters only; the space is one of them.",
		Source:    profileOf + " (without the space); recorded creations and updates (47 with a space, 2023 to 2025); " + createSchema,
		Readings:  refuses("the profile's page limits it", "the API's schema does not"),
	},
	{
		ID: RuleCreationConnection, Severity: Error, Evidence: Documented,
		Statement: "Users are created on database and passwordless connections; those of social and enterprise connections come by logging in.",
		Source:    createResponses,
	},
	{
		ID: RuleDisabled, Severity: Error, Evidence: Documented,
		Statement: "No user is created in a disabled connection.",
		Source:    createResponses,
	},
	{
		ID: RuleNoConnection, Severity: Error, Evidence: Documented,
		Statement: "No user is created in a connection that does not exist.",
		Source:    createResponses,
	},
	{
		ID: RuleUserExists, Severity: Error, Evidence: Documented,
		Statement: "No user is created whose identifier another one of the connection has.",
		Source:    createResponses + "; answers of the API",
	},
	{
		ID: RuleIdentifier, Severity: Error, Evidence: Documented,
		Statement: "A database user has an e-mail, a username or a phone number, a passwordless e-mail user an e-mail, an SMS user a phone number.",
		Source:    createCard + "; Auth0 docs, Flexible Identifiers",
	},
	{
		ID: RuleEmail, Severity: Error, Evidence: Documented,
		Statement: "email cannot be given on a passwordless SMS connection.",
		Source:    createCard,
	},
	{
		ID: RuleUsername, Severity: Error, Evidence: Documented,
		Statement: "username can be given on a database connection that requires one.",
		Source:    createResponses + "; " + createSchema,
	},
	{
		ID: RulePassword, Severity: Error, Evidence: Documented,
		Statement: "password can be given on a database connection.",
		Source:    createSchema,
	},
	{
		ID: RulePhone, Severity: Error, Evidence: Documented,
		Statement: "phone_number and phone_verified cannot be given on a passwordless e-mail connection.",
		Source:    createCard,
	},
	{
		ID: RulePhoneDatabase, Severity: Error, Evidence: Disputed,
		Statement: "phone_number and phone_verified cannot be given on a database connection; they are for SMS users.",
		Source:    createCard + "; User Object in Rules; Auth0 docs, Flexible Identifiers",
		Readings:  refuses("two documents say that they are for SMS users only", "a database connection with flexible identifiers has them too"),
	},
	{
		ID: RulePhoneLength, Severity: Warning, Evidence: Disputed,
		Statement: "phone_number has 12 characters, plus sign included, says the workflow card; the API's pattern takes 2 to 16.",
		Source:    createCard + "; " + createSchema,
	},
	{
		ID: RuleNameLength, Severity: Warning, Evidence: Disputed,
		Statement: "name has at most 150 characters, says the profile's page; the API's schema takes 300.",
		Source:    profileOf + "; " + createSchema,
	},
	{
		ID: RuleOtherConnection, Severity: Warning, Evidence: Inferred,
		Statement: "The connection that a creation names is the one that it is judged by.",
		Source:    createSchema,
	},
	{
		ID: RuleNoUsername, Severity: Warning, Evidence: Inferred,
		Statement: "A connection that requires a username is not known to take a user without one.",
		Source:    createSchema + " (silent on it)",
	},
	{
		ID: RuleNoPassword, Severity: Warning, Evidence: Inferred,
		Statement: "A database connection is not known to take a user without a password.",
		Source:    "Auth0 Management API, POST /api/v2/users, description (it depends on the connection); auth0/auth0-cli, users create",
	},
	{
		ID: RuleEmptyID, Severity: Warning, Evidence: Inferred,
		Statement: "An empty user_id is allowed; it is taken for none, so that one is generated.",
		Source:    createSchema + " (silent on what it does)",
	},
	{
		ID: RulePrefixedID, Severity: Warning, Evidence: Inferred,
		Statement: "user_id is given without the provider before it, which is put there; what comes of one that has it already is not documented.",
		Source:    "recorded creations (silent on it)",
		Readings: []Reading{
			{"prefixed", "it is prefixed again"},
			{"kept", "the prefix that it has is the one that it gets"},
		},
	},
	{
		ID: RuleProvider, Severity: Warning, Evidence: Inferred,
		Statement: "The provider before a user_id follows from the connection's strategy; where neither that nor its kind is known, a guess is made.",
		Source:    "recorded creations; " + createSchema,
	},
	{
		ID: RuleNoEmail, Severity: Warning, Evidence: Inferred,
		Statement: "What name, nickname, picture and phone_verified a user without an e-mail gets is not documented; none is shown.",
		Source:    "recorded creations (all with an e-mail)",
	},
	{
		ID: RulePictureLetters, Severity: Warning, Evidence: Disputed,
		Statement: "The letters in the derived picture of a user whose name has several words are not certain.",
		Source:    "recorded creations (none with several words); Auth0 docs, Change User Pictures",
		Readings: []Reading{
			{"first-two", "the first two letters of the name, as where it has one word"},
			{"initials", "the initials of the first and the last word, as the page on pictures speaks of initials"},
		},
	},
	{
		ID: RuleVerificationEmail, Severity: Warning, Evidence: Documented,
		Statement: "A creation sends a verification e-mail unless email_verified is true or verify_email false; verify_email decides where it is given.",
		Source:    createSchema + "; " + createCard,
	},
	{
		ID: RulePasswordlessEmail, Severity: Warning, Evidence: Disputed,
		Statement: "Whether verify_email false keeps a passwordless e-mail connection from sending is disputed.",
		Source:    createSchema + "; auth0/node-auth0 issue 225",
		Readings: []Reading{
			{"not-sent", "no e-mail is sent, as the schema says"},
			{"sent", "one is sent all the same, as was seen in 2017"},
		},
	},
	{
		ID: RuleScripts, Severity: Warning, Evidence: Documented,
		Statement: "A creation in a custom database runs its Get User script and, unless users move to Auth0, its Create script; a login of a user who has not moved its Login script.",
		Source:    migrationOf + "; Auth0 docs, Custom Database Action Script Templates",
	},
	{
		ID: RuleNewNull, Severity: Warning, Evidence: Inferred,
		Statement: "What a null at the first level of metadata does where there was none before is not documented.",
		Source:    "Auth0 docs, Manage User Metadata (for an update it removes)",
		Readings: []Reading{
			{"left-out", "the member is left out"},
			{"stored", "it is stored as null"},
		},
	},
	{
		ID: RuleNestedNull, Severity: Warning, Evidence: Inferred,
		Statement: "What a null below the first level of metadata does is not documented; it is taken to be stored.",
		Source:    "Auth0 docs, Manage User Metadata (silent on it)",
	},
	{
		ID: RuleAuthorization, Severity: Warning, Evidence: Documented,
		Statement: "Roles, groups, permissions, department and job codes belong in app_metadata: the user can change user_metadata.",
		Source:    "User Object in Rules, Metadata",
	},
	{
		ID: RuleNumber, Severity: Warning, Evidence: Inferred,
		Statement: "A number that JavaScript does not hold exactly may come back rounded, or not at all.",
		Source:    "ECMAScript, Number type; Auth0 Actions and Rules run JavaScript",
	},
	{
		ID: RuleLargeMetadata, Severity: Warning, Evidence: Documented,
		Statement: "Metadata of more than 10 KB costs latency, and the profile with it is over the limit that may be enforced.",
		Source:    "User Object in Rules, Metadata; " + metadataOf,
	},
	{
		ID: RuleSignUpFields, Severity: Error, Evidence: Documented,
		Statement: "A sign-up has at most ten fields in user_metadata.",
		Source:    metadataOf,
	},
	{
		ID: RuleSignUpName, Severity: Error, Evidence: Documented,
		Statement: "The name of a field in a sign-up's user_metadata has fewer than 100 characters.",
		Source:    signUpOf,
	},
	{
		ID: RuleSignUpText, Severity: Error, Evidence: Documented,
		Statement: "The values in a sign-up's user_metadata are texts.",
		Source:    metadataOf,
	},
	{
		ID: RuleSignUpLength, Severity: Error, Evidence: Disputed,
		Statement: "A text in a sign-up's user_metadata has fewer than 500 characters.",
		Source:    metadataOf + "; " + signUpOf,
		Readings:  refuses("one page wants fewer than 500", "another allows 500; more than that is refused by both"),
	},
	{
		ID: RuleNoUser, Severity: Error, Evidence: Documented,
		Statement: "A login creates no user in the Auth0 store, nor where root attributes are never set on login.",
		Source:    syncEnum,
	},
	{
		ID: RuleOtherAccount, Severity: Warning, Evidence: Inferred,
		Statement: "A login whose user_id is that of no identity of the profile is taken for one of the main identity.",
		Source:    "Auth0 Management API, UserIdentitySchema",
	},
	{
		ID: RuleUnknownKind, Severity: Warning, Evidence: Inferred,
		Statement: "What a login refreshes depends on the kind of connection; one that is not known is taken for an identity provider outside.",
		Source:    "Auth0 docs, Normalized User Profiles",
	},
	{
		ID: RuleNeverAsked, Severity: Warning, Evidence: Documented,
		Statement: "Nobody outside is asked when a user of the Auth0 store logs in: changes in the database that the user moved from never arrive.",
		Source:    customDB,
	},
	{
		ID: RuleSecondaryLogin, Severity: Warning, Evidence: Inferred,
		Statement: "A login with a linked identity refreshes that identity's profileData, not the root attributes.",
		Source:    "Auth0 docs, User Account Linking; User Object in Rules, Identities",
	},
	{
		ID: RuleSyncScope, Severity: Warning, Evidence: Disputed,
		Statement: "Whether attributes other than the five follow each login while the five do not is disputed.",
		Source:    syncEnum + "; Auth0 docs, Configure Inbound SCIM",
		Readings: []Reading{
			{"the-five", "the setting is about name, given_name, family_name, nickname and picture; the others follow"},
			{"all-attributes", "the setting is about all root attributes; none follows"},
		},
	},
	{
		ID: RuleFollowsProvider, Severity: Warning, Evidence: Documented,
		Statement: "email_verified follows the identity provider, false where that does not say: what was set by an update is lost.",
		Source:    "Auth0 docs, Verified Email Usage; Auth0 docs, Verify Emails",
	},
	{
		ID: RuleForced, Severity: Warning, Evidence: Documented,
		Statement: "A setting of an ADFS or Azure AD connection can force email_verified at each login, unless root attributes are not synced.",
		Source:    "Auth0 docs, Email Verification for Azure AD and ADFS",
		Readings: []Reading{
			{"follows", "the setting is taken to be off"},
			{"verified", "it is set to true"},
			{"unverified", "it is set to false"},
		},
	},
	{
		ID: RuleRemoved, Severity: Warning, Evidence: Inferred,
		Statement: "An attribute that followed the identity provider and that a login no longer has goes; email, username and phone number stay.",
		Source:    "Auth0 docs, Normalized User Profiles; " + customDB + " (silent on it)",
		Readings: []Reading{
			{"removed", "it goes, unless it is an identifier: the profile is what the provider says now"},
			{"kept", "it stays as it was cached"},
		},
	},
	{
		ID: RuleDerived, Severity: Warning, Evidence: Inferred,
		Statement: "name, nickname and picture that a first login does not have are derived from the e-mail, as at a creation, and derived anew at later logins.",
		Source:    "recorded creations",
		Readings: []Reading{
			{"derived", "they are derived"},
			{"absent", "they are absent"},
		},
	},
	{
		ID: RuleNotStored, Severity: Warning, Evidence: Documented,
		Statement: "A root attribute on the connection's list of those that are not stored is left out of the profile.",
		Source:    "Auth0 docs, Add User Attributes to DenyList",
	},
	{
		ID: RuleKept, Severity: Warning, Evidence: Inferred,
		Statement: "What Auth0 keeps itself, such as identities and blocked, does not follow a login.",
		Source:    profileOf,
	},
	{
		ID: RuleLoginMetadata, Severity: Warning, Evidence: Observed,
		Statement: "Metadata that a login returns replaces the metadata there, as seen with custom social connections; of databases nothing is documented.",
		Source:    "Auth0 community topic 119726; Auth0 docs, Login Script (silent on it)",
		Readings: []Reading{
			{"replaced", "the whole object is replaced"},
			{"merged", "it is merged at the first level"},
		},
	},
	{
		ID: RuleFormerMetadata, Severity: Warning, Evidence: Inferred,
		Statement: "Login scripts return app_metadata, formerly metadata; what becomes of the former is not documented, and it is taken for an attribute of that name.",
		Source:    "auth0/docs issue 9142; Auth0 docs, Login Script (silent on it)",
	},
	{
		ID: RuleMigrationMetadata, Severity: Warning, Evidence: Documented,
		Statement: "Metadata that comes with the login that moves a user to Auth0 is lost where that login is interrupted.",
		Source:    "Auth0 support, Persist Metadata in Actions after Lazy Migration",
	},
	{
		ID: RuleExchangeMatch, Severity: Error, Evidence: Documented,
		Statement: "A custom token exchange cannot update email, email_verified, phone_number, phone_verified and username of a user who exists; what it has must match.",
		Source:    "Auth0 docs, Actions Triggers, custom-token-exchange, API object",
	},
	{
		ID: RuleImportSize, Severity: Error, Evidence: Documented,
		Statement: "The file of a bulk import has at most 512,000 bytes.",
		Source:    importOf + "; Auth0 Management API, POST /api/v2/jobs/users-imports, responses",
	},
	{
		ID: RuleImportConnection, Severity: Error, Evidence: Documented,
		Statement: "Users are imported to the Auth0 store, or to a custom database whose users move there.",
		Source:    "Auth0 Management API, POST /api/v2/jobs/users-imports",
	},
	{
		ID: RuleImportEmail, Severity: Error, Evidence: Documented,
		Statement: "An imported user has an e-mail.",
		Source:    importSchema,
	},
	{
		ID: RuleImportPasswords, Severity: Error, Evidence: Documented,
		Statement: "password_hash and custom_password_hash exclude each other.",
		Source:    importSchema,
	},
	{
		ID: RuleImportExists, Severity: Error, Evidence: Documented,
		Statement: "Without upsert, a user with the same e-mail, user_id, phone number or username is not imported.",
		Source:    importOf,
	},
	{
		ID: RuleImportLeft, Severity: Warning, Evidence: Documented,
		Statement: "An upsert leaves blocked, email, username, user_id, phone number, password_hash and enrolled factors as they are.",
		Source:    importSchema,
	},
	{
		ID: RuleImportReplaces, Severity: Warning, Evidence: Documented,
		Statement: "An upsert does not merge metadata: each object that it has replaces the one there.",
		Source:    importOf,
	},
	{
		ID: RuleImportVerified, Severity: Warning, Evidence: Disputed,
		Statement: "email_verified becomes false where an e-mail is added or updated and it is not given; whether an upsert, which matches on the e-mail, updates it is not clear.",
		Source:    "Auth0 Management API, POST /api/v2/jobs/users-imports; " + importSchema,
		Readings: []Reading{
			{"reset", "it becomes false"},
			{"kept", "it stays, since the e-mail is the same"},
		},
	},
	{
		ID: RuleImportPassword, Severity: Warning, Evidence: Documented,
		Statement: "custom_password_hash replaces the password of a user only where that user never logged in with the first one that was imported.",
		Source:    importSchema,
	},
	{
		ID: RuleMore, Severity: Warning, Evidence: Inferred,
		Statement: "A list ends after a thousand entries, or a mebibyte of pointers; its last entry says so.",
		Source:    "metameld, so that a hostile payload cannot exhaust memory",
	},
}

// Rules returns the catalogue: every rule of this package, in the order in which
// violations are reported.
func Rules() []Rule {
	list := slices.Clone(catalogue)
	for i := range list {
		list[i].Readings = slices.Clone(list[i].Readings)
	}
	return list
}

// ruleOf returns the rule of that id; the zero Rule where there is none.
func ruleOf(id RuleID) Rule {
	if i := place(id); i >= 0 {
		return catalogue[i]
	}
	return Rule{}
}

func place(id RuleID) int {
	return slices.IndexFunc(catalogue, func(r Rule) bool { return r.ID == id })
}
