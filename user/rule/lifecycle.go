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
	CreationScope             ID = "user.scope" // of the token that creates or imports users
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
	PhoneName                 ID = "user.phone-name"      // the name of an SMS user
	PictureLetters            ID = "user.picture-letters" // in the picture that Auth0 derives
	CreationVerificationEmail ID = "user.verification-email"
	PasswordlessVerification  ID = "user.passwordless-verification"
	DatabaseScripts           ID = "user.database-scripts"
	NullInNewMetadata         ID = "user.null-in-new-metadata"
	CreationNestedNull        ID = "user.nested-null"

	// Sign-ups.
	SignUpRequired   ID = "user.sign-up-required" // connection and password
	SignUpConnection ID = "user.sign-up-connection"
	SignUpMember     ID = "user.sign-up-member" // a member that the reference does not list
	SignUpFields     ID = "user.sign-up-fields" // the number of members of user_metadata
	SignUpName       ID = "user.sign-up-name"   // the length of a name in user_metadata
	SignUpText       ID = "user.sign-up-text"   // a value in user_metadata that is not a string
	SignUpLength     ID = "user.sign-up-length" // the length of a value in user_metadata
	UnstatedLength   ID = "user.unstated-length"

	// Stored users.
	MistypedAttribute ID = "user.mistyped-attribute"

	// Logins.
	LoginCreatesNone  ID = "user.login-creates-none"
	LoginID           ID = "user.login-id"           // a Login script that returns no user_id
	OtherAccount      ID = "user.other-account"      // the user_id of no identity
	ConnectionPrefix  ID = "user.connection-prefix"  // the name of the connection in user_id
	UnknownKind       ID = "user.unknown-kind"       // of connection
	DatabaseNotAsked  ID = "user.database-not-asked" // a user of the Auth0 store
	DatabaseEmail     ID = "user.database-email"     // an e-mail that was changed in the custom database
	SecondaryLogin    ID = "user.secondary-login"
	SyncScope         ID = "user.sync-scope" // the attributes that the sync setting covers
	VerifiedFollows   ID = "user.verified-follows"
	VerifiedForced    ID = "user.verified-forced"
	RemovedAtLogin    ID = "user.removed-at-login"
	DerivedAtLogin    ID = "user.derived-at-login"
	NotStored         ID = "user.not-stored"    // non_persistent_attrs
	KeptByAuth0       ID = "user.kept-by-auth0" // attributes that are managed by Auth0
	LoginMetadata     ID = "user.login-metadata"
	LoginReservedName ID = "user.login-reserved-name" // in app_metadata of a login
	LoginSecret       ID = "user.login-secret"        // a password or token among the attributes of a login
	FormerMetadata    ID = "user.former-metadata"     // app_metadata under its former name
	MigrationMetadata ID = "user.migration-metadata"  // metadata of the login that migrates the user
	UserMigrates      ID = "user.migrates"

	// Changes of password in a custom database.
	DatabasePasswordReset ID = "user.database-password-reset" // last_password_reset

	// Custom token exchanges.
	ExchangeMatch ID = "user.exchange-match" // identifiers that differ from the stored ones

	// Bulk imports.
	ImportSize             ID = "user.import-size"
	ImportConnection       ID = "user.import-connection"
	ImportEmail            ID = "user.import-email"
	ImportPasswords        ID = "user.import-passwords"   // two hashes for one user
	ImportHash             ID = "user.import-hash"        // custom_password_hash
	ImportFactors          ID = "user.import-factors"     // mfa_factors
	ImportPrefixedID       ID = "user.import-prefixed-id" // a user_id that has the provider prefix
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
		Statement: "In a creation, an import or a sign-up, no attribute can be null.",
		Source:    createSchema + "; " + importSchema + "; " + signUpReference},
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
		Statement: "Users cannot be created on a disabled connection, nor sign up on one.",
		Source:    createResponses},
	{ID: NonexistentConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "Users cannot be created on a connection that does not exist.",
		Source:    createResponses},
	{ID: UserExists, Severity: SeverityError, Evidence: Documented,
		Statement: "A user cannot be created if another user of the connection has the same identifier.",
		Source:    createResponses + "; answers of the API"},
	{ID: CreationScope, Severity: SeverityError, Evidence: Documented,
		Statement: "The token of a caller who creates or imports users must have the scope create:users.",
		Source:    createResponses + "; Auth0 Management API, POST /api/v2/jobs/users-imports, responses"},
	{ID: IdentifierRequired, Severity: SeverityError, Evidence: Documented,
		Statement: "A database user must have email, username or phone_number. A passwordless e-mail user must have email, and an SMS user phone_number. A sign-up without any of them gets a warning: the connection decides which it requires.",
		Source:    createCard + "; " + identifiersPage + "; " + signUpReference + " (each is optional)"},
	{ID: CreationEmail, Severity: SeverityError, Evidence: Documented,
		Statement: "A creation cannot set email on a passwordless SMS connection. It is not documented whether a database connection takes it that declares its attributes without email: that is a warning.",
		Source:    createCard + "; " + attributesPage + " (does not cover undeclared attributes)"},
	{ID: CreationUsername, Severity: SeverityError, Evidence: Documented,
		Statement: "A creation or a sign-up can set username only on a database connection that requires usernames or declares the attribute username.",
		Source:    createResponses + "; " + createSchema + "; " + signUpReference + "; " + attributesPage},
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
	{ID: PasswordMissing, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A database connection accepts a new user without a password only if it supports users without a password (authentication_methods.password.api_behavior).",
		Source:    passwordPolicyPage + "; Auth0 Management API, POST /api/v2/users, description (it depends on the connection); auth0/auth0-cli, users create"},
	{ID: EmptyID, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "user_id may be empty. It is then taken to be absent, so that Auth0 generates an id.",
		Source:    createSchema + " (does not cover the effect)"},
	{ID: PrefixedID, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "In a creation or a login, user_id is sent without the provider prefix, which Auth0 adds. If it has the prefix already, the result is not documented.",
		Source:    "recorded creations (does not cover it)",
		Readings: []Reading{
			reading("prefixed", because{"the prefix is added again", importPage}),
			reading("kept", because{"the prefix is not added again", "no source"}),
		}},
	{ID: UnknownProvider, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "The provider prefix of user_id depends on the strategy of the connection. If neither the strategy nor the kind is known, the prefix is guessed.",
		Source:    "recorded creations; " + createSchema},
	{ID: NoEmail, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "For a user without an e-mail, the values that Auth0 derives for name, nickname, picture and phone_verified are not documented, apart from the name of an SMS user. The result contains none of them.",
		Source:    "recorded creations (all with an e-mail)"},
	{ID: PhoneName, Severity: SeverityWarning, Evidence: Observed,
		Statement: "An SMS user without a name gets the phone number as name.",
		Source:    "Auth0 docs, User Account Linking (example)"},
	{ID: PictureLetters, Severity: SeverityWarning, Evidence: Observed,
		Statement: "The derived picture shows the first two letters of a name of one word, and the first letters of the first two words of a longer name. For an e-mail address it shows the first two characters of the local part, without those that are neither letters nor digits.",
		Source:    "recorded creations (names of one word, e-mail addresses); five public users whose gravatar hashes were checked (several words)"},
	{ID: CreationVerificationEmail, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A creation sends a verification e-mail unless email_verified is true or verify_email is false. If verify_email is present, it decides.",
		Source:    createSchema + "; " + createCard},
	{ID: PasswordlessVerification, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "Sources disagree on whether verify_email false stops the verification e-mail on a passwordless e-mail connection.",
		Source:    createSchema + "; auth0/node-auth0 issue 225",
		Readings: []Reading{
			reading("not-sent", because{"no e-mail is sent, according to the schema", createSchema}),
			reading("sent", because{"the e-mail is sent anyway, as observed in 2017", "auth0/node-auth0 issue 225"}),
		}},
	{ID: DatabaseScripts, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A creation in a custom database runs the Get User script and, with import mode off, the Create and Login scripts. A login of a user who has not been migrated runs the Login script, with import mode on after the Get User script.",
		Source:    migrationPage + "; Auth0 docs, Create Script; Auth0 docs, Get User Script"},
	{ID: NullInNewMetadata, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "In the metadata of a creation, an import or a login, the effect of a null at the first level is not documented.",
		Source:    "Auth0 docs, Manage User Metadata (in an update it removes the member)",
		Readings: []Reading{
			reading("left-out", because{"the member is left out", manageMetadataPage}),
			reading("stored", because{"the null is stored", "no source"}),
		}},
	{ID: CreationNestedNull, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "In the metadata of a creation, an import or a login, the effect of a null below the first level is not documented. It is taken to be stored.",
		Source:    "Auth0 docs, Manage User Metadata (does not cover it)"},
	{ID: SignUpRequired, Severity: SeverityError, Evidence: Documented,
		Statement: "A sign-up must contain connection and password.",
		Source:    signUpReference},
	{ID: SignUpConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "Users can sign up only on a database connection.",
		Source:    signUpReference},
	{ID: SignUpMember, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "The effect of members that the reference of sign-ups does not list is not documented.",
		Source:    signUpReference + " (does not cover it)"},
	{ID: SignUpFields, Severity: SeverityError, Evidence: Documented,
		Statement: say("The user_metadata of a sign-up must have at most %d members.", limit.SignUpFields),
		Source:    metadataPage},
	{ID: SignUpName, Severity: SeverityError, Evidence: Disputed,
		Statement: say("In the user_metadata of a sign-up, a name must have fewer than %d characters.", limit.SignUpName),
		Source:    signUpPage + "; " + signUpReference,
		Readings: current(lenient, refuses(
			because{say("a guide requires fewer than %d", limit.SignUpName), signUpPage},
			because{say("the reference allows %d; both refuse more", limit.SignUpName), signUpReference},
		))},
	{ID: SignUpText, Severity: SeverityError, Evidence: Documented,
		Statement: "In the user_metadata of a sign-up, every value must be a string.",
		Source:    metadataPage},
	{ID: SignUpLength, Severity: SeverityError, Evidence: Disputed,
		Statement: say("In the user_metadata of a sign-up, a string must have fewer than %d characters.", limit.SignUpText),
		Source:    signUpPage + "; " + signUpReference,
		Readings: current(lenient, refuses(
			because{say("a guide requires fewer than %d", limit.SignUpText), signUpPage},
			because{say("the reference allows %d; both refuse more", limit.SignUpText), signUpReference},
		))},
	{ID: UnstatedLength, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "The schemas of imports and sign-ups state no lengths of attributes. Those of a creation are taken to be the limits.",
		Source:    importSchema + " (no lengths); " + signUpReference + " (no lengths); " + createSchema},
	{ID: MistypedAttribute, Severity: SeverityWarning, Evidence: Observed,
		Statement: "A root attribute of a stored user, of a login or in profileData may have another type than the schema states, such as a text for email_verified. It is kept as received.",
		Source:    "auth0/go-auth0 issue 570; auth0/auth0-python issue 789; public exports of users"},
	{ID: LoginCreatesNone, Severity: SeverityError, Evidence: Documented,
		Statement: "A login cannot create a user in the Auth0 store, or on a connection that never sets root attributes on login.",
		Source:    syncEnum},
	{ID: LoginID, Severity: SeverityError, Evidence: Documented,
		Statement: "A Login script must return user_id, or id in its place.",
		Source:    "Auth0 docs, Custom Database Action Script Best Practices; Auth0 docs, Login Script"},
	{ID: OtherAccount, Severity: SeverityWarning, Evidence: Observed,
		Statement: "If no identity of the profile has the user_id of the login, another user logs in. The outcome is that of a first login.",
		Source:    "Auth0 community topic 121381"},
	{ID: ConnectionPrefix, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "On enterprise connections and on custom social connections (oauth1, oauth2), user_id is the strategy, the name of the connection and the id of the provider, and the user_id of the identity has the name before the id. This was seen on ad, oauth2 and samlp connections; an article shows it for okta; on waad connections both forms were seen; the other strategies are taken to follow.",
		Source:    "Auth0 community topics 186267, 182837, 149495 and 189783; public test fixtures of ad, samlp and oauth2 users",
		Readings: []Reading{
			reading("prefixed", because{"the name of the connection is part of user_id", "Auth0 community topics 186267, 182837, 149495 and 189783"}),
			reading("bare", because{"the name of the connection is not part of user_id, as seen on some waad connections", "public waad users"}),
		}},
	{ID: UnknownKind, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "The kind of connection decides which attributes a login refreshes. A connection of unknown kind is taken to be an external identity provider.",
		Source:    "Auth0 docs, Normalized User Profiles"},
	{ID: DatabaseNotAsked, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A login of a user in the Auth0 store queries no external source. For a migrated user, later changes in the custom database never reach Auth0.",
		Source:    databasePage},
	{ID: DatabaseEmail, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "Sources disagree on whether a login shows an e-mail that was changed in the custom database itself.",
		Source:    databasePage + "; " + changeEmailPage,
		Readings: current("stays", []Reading{
			reading("moved", because{"each login refreshes the cached profile from the database", databasePage}),
			reading("stays", because{"Auth0 does not detect the change: email and email_verified stay until the user is updated too", changeEmailPage}),
		})},
	{ID: SecondaryLogin, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "A login with a linked identity refreshes the profileData of that identity, not the root attributes.",
		Source:    "Auth0 docs, User Account Linking; User Object in Rules, Identities"},
	{ID: SyncScope, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "If a connection does not sync the profile attributes at each login, sources disagree on whether it syncs the other root attributes.",
		Source:    syncEnum + "; Auth0 docs, Configure Inbound SCIM",
		Readings: []Reading{
			reading("the-five", because{"the setting covers only the profile attributes; the others follow each login", syncEnum}),
			reading("all-attributes", because{"the setting covers all root attributes; none of them follows a login", "Auth0 docs, Configure Inbound SCIM"}),
		}},
	{ID: VerifiedFollows, Severity: SeverityWarning, Evidence: Documented,
		Statement: "email_verified follows the identity provider at each login and becomes false if the provider omits it. A value set by an update is lost.",
		Source:    "Auth0 docs, Verified Email Usage; Auth0 docs, Verify Emails"},
	{ID: VerifiedForced, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A setting of ADFS and Azure AD connections can force email_verified to a value at each login, if the connection syncs root attributes.",
		Source:    "Auth0 docs, Email Verification for Azure AD and ADFS",
		Readings: []Reading{
			reading("follows", because{"the setting is taken to be off", verifiedPage}),
			reading("verified", because{"the setting forces true", verifiedPage}),
			reading("unverified", because{"the setting forces false", verifiedPage}),
		}},
	{ID: RemovedAtLogin, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "If a login lacks an attribute that followed the identity provider, the attribute is removed. email, username and phone_number stay.",
		Source:    "Auth0 docs, Normalized User Profiles; " + databasePage + " (does not cover it)",
		Readings: []Reading{
			reading("removed", because{"the attribute is removed unless it is an identifier, since the profile mirrors the provider", "Auth0 docs, Normalized User Profiles"}),
			reading("kept", because{"the cached value stays", "no source"}),
		}},
	{ID: DerivedAtLogin, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "If a first login lacks name, nickname or picture, Auth0 derives them from the e-mail, as in a creation. Later logins derive them again.",
		Source:    "recorded creations",
		Readings: []Reading{
			reading("derived", because{"the attributes are derived", "recorded creations"}),
			reading("absent", because{"the attributes are absent", "no source"}),
		}},
	{ID: NotStored, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A root attribute in the connection's list non_persistent_attrs is not stored in the profile.",
		Source:    "Auth0 docs, Add User Attributes to DenyList"},
	{ID: KeptByAuth0, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "A login does not change attributes that are managed by Auth0, such as identities, blocked and enrolled factors.",
		Source:    profilePage + "; public exports of users"},
	{ID: LoginMetadata, Severity: SeverityWarning, Evidence: Observed,
		Statement: "Metadata in the result of a login replaces the stored metadata, as observed on custom social connections. For databases the effect is not documented. Metadata that is not an object is stored too, as observed with a SAML mapping of user_metadata; every Action then fails the login. Whether app_metadata has that effect is not documented.",
		Source:    "Auth0 community topic 119726; Auth0 community topic 107050; Auth0 docs, Login Script (does not cover it)",
		Readings: []Reading{
			reading("replaced", because{"the whole object is replaced", "Auth0 community topic 119726"}),
			reading("merged", because{"the objects are merged at the first level", "no source"}),
		}},
	{ID: LoginReservedName, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "The effect of a reserved name in app_metadata of a login is not documented. The member is taken to be stored.",
		Source:    metadataPage + " (does not cover it)"},
	{ID: LoginSecret, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "A login should not return a password, a hash or another secret. It is taken to be stored as a root attribute, which everyone who reads the profile sees. access_token and refresh_token of a custom database are stored in the identity.",
		Source:    "Auth0 docs, Custom Database Action Script Best Practices; Auth0 docs, Login Script (does not cover it)"},
	{ID: FormerMetadata, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "Login scripts return app_metadata, which was formerly named metadata. The effect of the old name is not documented; it is taken to be a root attribute.",
		Source:    "auth0/docs issue 9142; Auth0 docs, Login Script (does not cover it)"},
	{ID: MigrationMetadata, Severity: SeverityWarning, Evidence: Documented,
		Statement: "Metadata that is returned by the login that migrates a user is lost if this login is interrupted.",
		Source:    "Auth0 support, Persist Metadata in Actions after Lazy Migration"},
	{ID: UserMigrates, Severity: SeverityWarning, Evidence: Documented,
		Statement: "With import mode on, a login migrates a user from the custom database to the Auth0 store.",
		Source:    migrationPage},
	{ID: DatabasePasswordReset, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "Sources disagree on whether a new password sets last_password_reset of a user in a custom database.",
		Source:    "recorded updates (Auth0 store only); " + changePasswordPage,
		Readings: current("script", []Reading{
			reading("set", because{"the change of password sets it, as in the Auth0 store", "recorded updates (Auth0 store only)"}),
			reading("script", because{"it stays unless the Change Password script returns it", changePasswordPage}),
		})},
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
	{ID: ImportHash, Severity: SeverityError, Evidence: Documented,
		Statement: "custom_password_hash must have a supported algorithm and a hash with value and encoding; the encoding may be absent where it is utf8. A salt must have a value, and argon2, ldap and pbkdf2 take none. hmac needs digest and key, scrypt needs keylen. Unknown members are refused.",
		Source:    importSchema},
	{ID: ImportFactors, Severity: SeverityError, Evidence: Documented,
		Statement: say("mfa_factors must have 1 to %d factors. Each has exactly one of totp, with an unpadded Base32 secret in upper case, phone and email, each with a value.", limit.Factors),
		Source:    importSchema},
	{ID: ImportPrefixedID, Severity: SeverityWarning, Evidence: Documented,
		Statement: "An import adds the provider prefix to user_id, also if it has the prefix already.",
		Source:    importPage},
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
			reading("reset", because{"email_verified becomes false", "Auth0 Management API, POST /api/v2/jobs/users-imports"}),
			reading("kept", because{"email_verified stays, since the e-mail is the same", importSchema}),
		}},
	{ID: ImportChangesPassword, Severity: SeverityWarning, Evidence: Documented,
		Statement: "custom_password_hash replaces a user's password only if the user never logged in with the password that was imported first.",
		Source:    importSchema},
}
