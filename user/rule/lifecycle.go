package rule

import "github.com/metameld/metameld/internal/limit"

// The rules on creations, sign-ups, logins, token exchanges and bulk imports.
const (
	// Creations, and the users in a bulk import.
	CreationNull              ID = "user.null"
	UnknownMember             ID = "user.unknown-member"
	ConnectionRequired        ID = "user.connection-required" // the creation lacks connection
	IDFormat                  ID = "user.id-format"
	CreationConnection        ID = "user.creation-connection"
	CreationDisabled          ID = "user.disabled-connection"
	NonexistentConnection     ID = "user.inexistent-connection"
	UserExists                ID = "user.exists"
	IdentifierRequired        ID = "user.identifier-required"
	CreationEmail             ID = "user.email-connection"
	CreationUsername          ID = "user.username-connection"
	CreationPassword          ID = "user.password-connection"
	CreationPhone             ID = "user.phone-connection"
	CreationOtherConnection   ID = "user.other-connection" // the creation and the target name different connections
	UsernameMissing           ID = "user.username-missing"
	PasswordMissing           ID = "user.password-missing"
	EmptyID                   ID = "user.empty-id"
	PrefixedID                ID = "user.prefixed-id"      // a user_id that has the provider prefix
	UnknownProvider           ID = "user.unknown-provider" // a provider prefix that is guessed
	NoEmail                   ID = "user.no-email"
	PictureLetters            ID = "user.picture-letters" // in the picture that Auth0 derives
	CreationVerificationEmail ID = "user.verification-email"
	PasswordlessVerification  ID = "user.passwordless-verification"
	DatabaseScripts           ID = "user.database-scripts"
	NullInNewMetadata         ID = "user.null-in-new-metadata"
	CreationNestedNull        ID = "user.nested-null"

	// The user_metadata of a sign-up.
	SignUpFields ID = "user.sign-up-fields" // the number of members
	SignUpName   ID = "user.sign-up-name"   // the length of a name
	SignUpText   ID = "user.sign-up-text"   // a value that is not a string
	SignUpLength ID = "user.sign-up-length" // the length of a value

	// Logins.
	LoginCreatesNone  ID = "user.login-creates-none"
	OtherAccount      ID = "user.other-account"      // the user_id of no identity
	UnknownKind       ID = "user.unknown-kind"       // of connection
	DatabaseNotAsked  ID = "user.database-not-asked" // a user of the Auth0 store
	SecondaryLogin    ID = "user.secondary-login"
	SyncScope         ID = "user.sync-scope" // the attributes that the sync setting covers
	VerifiedFollows   ID = "user.verified-follows"
	VerifiedForced    ID = "user.verified-forced"
	RemovedAtLogin    ID = "user.removed-at-login"
	DerivedAtLogin    ID = "user.derived-at-login"
	NotStored         ID = "user.not-stored"    // non_persistent_attrs
	KeptByAuth0       ID = "user.kept-by-auth0" // attributes that are managed by Auth0
	LoginMetadata     ID = "user.login-metadata"
	FormerMetadata    ID = "user.former-metadata"    // app_metadata under its former name
	MigrationMetadata ID = "user.migration-metadata" // metadata of the login that migrates the user
	UserMigrates      ID = "user.migrates"

	// Custom token exchanges.
	ExchangeMatch ID = "user.exchange-match" // identifiers that differ from the stored ones

	// Bulk imports.
	ImportSize             ID = "user.import-size"
	ImportConnection       ID = "user.import-connection"
	ImportEmail            ID = "user.import-email"
	ImportPasswords        ID = "user.import-passwords" // two hashes for one user
	ImportExists           ID = "user.import-exists"
	ImportLeaves           ID = "user.import-leaves" // attributes that an upsert does not change
	ImportReplacesMetadata ID = "user.import-replaces-metadata"
	ImportResetsVerified   ID = "user.import-resets-verified"
	ImportChangesPassword  ID = "user.import-changes-password"
)

// lifecycleRules are the rules on creations, sign-ups, logins, token exchanges and bulk
// imports.
var lifecycleRules = []Rule{
	{ID: CreationNull, Severity: SeverityError, Evidence: Documented,
		Statement: "In a creation or an import, no attribute can be null.",
		Source:    createSchema + "; " + importSchema},
	{ID: UnknownMember, Severity: SeverityError, Evidence: Documented,
		Statement: "A creation or an import cannot contain members that the schema does not list.",
		Source:    createSchema + "; " + importSchema},
	{ID: ConnectionRequired, Severity: SeverityError, Evidence: Documented,
		Statement: "A creation must contain connection.",
		Source:    createSchema},
	{ID: IDFormat, Severity: SeverityError, Evidence: Documented,
		Statement: "In a creation or an import, user_id must not contain white space.",
		Source:    createSchema},
	{ID: CreationConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "Users can be created only on database and passwordless connections. A login creates the users of social and enterprise connections.",
		Source:    createResponses},
	{ID: CreationDisabled, Severity: SeverityError, Evidence: Documented,
		Statement: "Users cannot be created on a disabled connection.",
		Source:    createResponses},
	{ID: NonexistentConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "Users cannot be created on a connection that does not exist.",
		Source:    createResponses},
	{ID: UserExists, Severity: SeverityError, Evidence: Documented,
		Statement: "A user cannot be created if another user of the connection has the same identifier.",
		Source:    createResponses + "; answers of the API"},
	{ID: IdentifierRequired, Severity: SeverityError, Evidence: Documented,
		Statement: "A database user must have email, username or phone_number. A passwordless e-mail user must have email, and an SMS user phone_number.",
		Source:    createCard + "; Auth0 docs, Flexible Identifiers"},
	{ID: CreationEmail, Severity: SeverityError, Evidence: Documented,
		Statement: "A creation cannot set email on a passwordless SMS connection.",
		Source:    createCard},
	{ID: CreationUsername, Severity: SeverityError, Evidence: Documented,
		Statement: "A creation can set username only on a database connection that requires usernames.",
		Source:    createResponses + "; " + createSchema},
	{ID: CreationPassword, Severity: SeverityError, Evidence: Documented,
		Statement: "A creation can set password only on a database connection.",
		Source:    createSchema},
	{ID: CreationPhone, Severity: SeverityError, Evidence: Documented,
		Statement: "A creation cannot set phone_number or phone_verified on a passwordless e-mail connection.",
		Source:    createCard},
	{ID: CreationOtherConnection, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "If a creation names another connection than the target, the verdict applies to the target's connection.",
		Source:    createSchema},
	{ID: UsernameMissing, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "It is not documented whether a connection that requires usernames accepts a new user without one.",
		Source:    createSchema + " (does not cover it)"},
	{ID: PasswordMissing, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "It is not known whether a database connection accepts a new user without a password.",
		Source:    "Auth0 Management API, POST /api/v2/users, description (it depends on the connection); auth0/auth0-cli, users create"},
	{ID: EmptyID, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "user_id may be empty. It is then taken to be absent, so that Auth0 generates an id.",
		Source:    createSchema + " (does not cover the effect)"},
	{ID: PrefixedID, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "user_id is sent without the provider prefix, which Auth0 adds. If it has the prefix already, the result is not documented.",
		Source:    "recorded creations (does not cover it)",
		Readings: []Reading{
			{"prefixed", "the prefix is added again"},
			{"kept", "the prefix is not added again"},
		}},
	{ID: UnknownProvider, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "The provider prefix of user_id depends on the strategy of the connection. If neither the strategy nor the kind is known, the prefix is guessed.",
		Source:    "recorded creations; " + createSchema},
	{ID: NoEmail, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "For a user without an e-mail, the values that Auth0 derives for name, nickname, picture and phone_verified are not documented. The result contains none of them.",
		Source:    "recorded creations (all with an e-mail)"},
	{ID: PictureLetters, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "For a name of several words, sources disagree on the letters in the derived picture.",
		Source:    "recorded creations (none with several words); Auth0 docs, Change User Pictures",
		Readings: []Reading{
			{"first-two", "the first two letters of the name, as for a name of one word"},
			{"initials", "the initials of the first and the last word, since the page on pictures mentions initials"},
		}},
	{ID: CreationVerificationEmail, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A creation sends a verification e-mail unless email_verified is true or verify_email is false. If verify_email is present, it decides.",
		Source:    createSchema + "; " + createCard},
	{ID: PasswordlessVerification, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "Sources disagree on whether verify_email false stops the verification e-mail on a passwordless e-mail connection.",
		Source:    createSchema + "; auth0/node-auth0 issue 225",
		Readings: []Reading{
			{"not-sent", "no e-mail is sent, according to the schema"},
			{"sent", "the e-mail is sent anyway, as observed in 2017"},
		}},
	{ID: DatabaseScripts, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A creation in a custom database runs the Get User script and, with import mode off, the Create script. A login of a user who has not been migrated runs the Login script.",
		Source:    migrationPage + "; Auth0 docs, Custom Database Action Script Templates"},
	{ID: NullInNewMetadata, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "In the metadata of a creation, an import or a login, the effect of a null at the first level is not documented.",
		Source:    "Auth0 docs, Manage User Metadata (in an update it removes the member)",
		Readings: []Reading{
			{"left-out", "the member is left out"},
			{"stored", "the null is stored"},
		}},
	{ID: CreationNestedNull, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "In the metadata of a creation, an import or a login, the effect of a null below the first level is not documented. It is taken to be stored.",
		Source:    "Auth0 docs, Manage User Metadata (does not cover it)"},
	{ID: SignUpFields, Severity: SeverityError, Evidence: Documented,
		Statement: say("The user_metadata of a sign-up must have at most %d members.", limit.SignUpFields),
		Source:    metadataPage},
	{ID: SignUpName, Severity: SeverityError, Evidence: Documented,
		Statement: say("In the user_metadata of a sign-up, a name must have fewer than %d characters.", limit.SignUpName),
		Source:    signUpPage},
	{ID: SignUpText, Severity: SeverityError, Evidence: Documented,
		Statement: "In the user_metadata of a sign-up, every value must be a string.",
		Source:    metadataPage},
	{ID: SignUpLength, Severity: SeverityError, Evidence: Disputed,
		Statement: say("In the user_metadata of a sign-up, a string must have fewer than %d characters.", limit.SignUpText),
		Source:    metadataPage + "; " + signUpPage,
		Readings:  refuses(say("one page requires fewer than %d", limit.SignUpText), say("another page allows %d; both refuse more", limit.SignUpText))},
	{ID: LoginCreatesNone, Severity: SeverityError, Evidence: Documented,
		Statement: "A login cannot create a user in the Auth0 store, or on a connection that never sets root attributes on login.",
		Source:    syncEnum},
	{ID: OtherAccount, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "If no identity of the profile has the user_id of the login, the login is taken to be a login with the primary identity.",
		Source:    "Auth0 Management API, UserIdentitySchema"},
	{ID: UnknownKind, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "The kind of connection decides which attributes a login refreshes. A connection of unknown kind is taken to be an external identity provider.",
		Source:    "Auth0 docs, Normalized User Profiles"},
	{ID: DatabaseNotAsked, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A login of a user in the Auth0 store queries no external source. For a migrated user, later changes in the custom database never reach Auth0.",
		Source:    databasePage},
	{ID: SecondaryLogin, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "A login with a linked identity refreshes the profileData of that identity, not the root attributes.",
		Source:    "Auth0 docs, User Account Linking; User Object in Rules, Identities"},
	{ID: SyncScope, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "If a connection does not sync the profile attributes at each login, sources disagree on whether it syncs the other root attributes.",
		Source:    syncEnum + "; Auth0 docs, Configure Inbound SCIM",
		Readings: []Reading{
			{"the-five", "the setting covers only the profile attributes; the others follow each login"},
			{"all-attributes", "the setting covers all root attributes; none of them follows a login"},
		}},
	{ID: VerifiedFollows, Severity: SeverityWarning, Evidence: Documented,
		Statement: "email_verified follows the identity provider at each login and becomes false if the provider omits it. A value set by an update is lost.",
		Source:    "Auth0 docs, Verified Email Usage; Auth0 docs, Verify Emails"},
	{ID: VerifiedForced, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A setting of ADFS and Azure AD connections can force email_verified to a value at each login, if the connection syncs root attributes.",
		Source:    "Auth0 docs, Email Verification for Azure AD and ADFS",
		Readings: []Reading{
			{"follows", "the setting is taken to be off"},
			{"verified", "the setting forces true"},
			{"unverified", "the setting forces false"},
		}},
	{ID: RemovedAtLogin, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "If a login lacks an attribute that followed the identity provider, the attribute is removed. email, username and phone_number stay.",
		Source:    "Auth0 docs, Normalized User Profiles; " + databasePage + " (does not cover it)",
		Readings: []Reading{
			{"removed", "the attribute is removed unless it is an identifier, since the profile mirrors the provider"},
			{"kept", "the cached value stays"},
		}},
	{ID: DerivedAtLogin, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "If a first login lacks name, nickname or picture, Auth0 derives them from the e-mail, as in a creation. Later logins derive them again.",
		Source:    "recorded creations",
		Readings: []Reading{
			{"derived", "the attributes are derived"},
			{"absent", "the attributes are absent"},
		}},
	{ID: NotStored, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A root attribute in the connection's list non_persistent_attrs is not stored in the profile.",
		Source:    "Auth0 docs, Add User Attributes to DenyList"},
	{ID: KeptByAuth0, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "A login does not change attributes that are managed by Auth0, such as identities and blocked.",
		Source:    profilePage},
	{ID: LoginMetadata, Severity: SeverityWarning, Evidence: Observed,
		Statement: "Metadata in the result of a login replaces the stored metadata, as observed on custom social connections. For databases the effect is not documented.",
		Source:    "Auth0 community topic 119726; Auth0 docs, Login Script (does not cover it)",
		Readings: []Reading{
			{"replaced", "the whole object is replaced"},
			{"merged", "the objects are merged at the first level"},
		}},
	{ID: FormerMetadata, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "Login scripts return app_metadata, which was formerly named metadata. The effect of the old name is not documented; it is taken to be a root attribute.",
		Source:    "auth0/docs issue 9142; Auth0 docs, Login Script (does not cover it)"},
	{ID: MigrationMetadata, Severity: SeverityWarning, Evidence: Documented,
		Statement: "Metadata that is returned by the login that migrates a user is lost if this login is interrupted.",
		Source:    "Auth0 support, Persist Metadata in Actions after Lazy Migration"},
	{ID: UserMigrates, Severity: SeverityWarning, Evidence: Documented,
		Statement: "With import mode on, a login migrates a user from the custom database to the Auth0 store.",
		Source:    migrationPage},
	{ID: ExchangeMatch, Severity: SeverityError, Evidence: Documented,
		Statement: "For an existing user, a custom token exchange cannot change email, email_verified, phone_number, phone_verified or username. Values that it sends must match the stored ones.",
		Source:    "Auth0 docs, Actions Triggers, custom-token-exchange, API object"},
	{ID: ImportSize, Severity: SeverityError, Evidence: Documented,
		Statement: say("The file of a bulk import must have at most %s bytes.", limit.Count(limit.ImportFile)),
		Source:    importPage + "; Auth0 Management API, POST /api/v2/jobs/users-imports, responses"},
	{ID: ImportConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "Users can be imported only into the Auth0 store, or into a custom database with import mode on.",
		Source:    "Auth0 Management API, POST /api/v2/jobs/users-imports"},
	{ID: ImportEmail, Severity: SeverityError, Evidence: Documented,
		Statement: "An imported user must have email.",
		Source:    importSchema},
	{ID: ImportPasswords, Severity: SeverityError, Evidence: Documented,
		Statement: "An imported user cannot have both password_hash and custom_password_hash.",
		Source:    importSchema},
	{ID: ImportExists, Severity: SeverityError, Evidence: Documented,
		Statement: "Without upsert, a user is not imported if an existing user has the same email, user_id, phone_number or username.",
		Source:    importPage},
	{ID: ImportLeaves, Severity: SeverityWarning, Evidence: Documented,
		Statement: "An upsert does not change blocked, email, username, user_id, phone_number, password_hash and enrolled factors.",
		Source:    importSchema},
	{ID: ImportReplacesMetadata, Severity: SeverityWarning, Evidence: Documented,
		Statement: "An upsert does not merge metadata. Each metadata object that it contains replaces the stored object.",
		Source:    importPage},
	{ID: ImportResetsVerified, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "If an import adds or updates an e-mail without email_verified, email_verified becomes false. An upsert matches users by e-mail; sources disagree on whether this counts as an update of the e-mail.",
		Source:    "Auth0 Management API, POST /api/v2/jobs/users-imports; " + importSchema,
		Readings: []Reading{
			{"reset", "email_verified becomes false"},
			{"kept", "email_verified stays, since the e-mail is the same"},
		}},
	{ID: ImportChangesPassword, Severity: SeverityWarning, Evidence: Documented,
		Statement: "custom_password_hash replaces a user's password only if the user never logged in with the password that was imported first.",
		Source:    importSchema},
}
