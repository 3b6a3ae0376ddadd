package rule

// The rules on updates that depend on the connection or on the identity. PhoneDatabase
// holds for creations too.
const (
	// Custom databases.
	CustomDatabase      ID = "patch.custom-database"
	MigratedAttributes  ID = "patch.migrated-attributes"  // email and the profile attributes of a migrated user
	MigratedCredentials ID = "patch.migrated-credentials" // username, password and phone_number of a migrated user
	ChangeScripts       ID = "patch.change-scripts"

	// Attributes that follow the identity provider.
	SyncedAttributes     ID = "patch.synced-attributes"
	SyncedRemoval        ID = "patch.synced-removal"
	NullProfileAttribute ID = "patch.null-of-the-five" // name, nickname, given_name, family_name and picture
	EmailVerifiedFollows ID = "patch.email-verified-follows"

	// Attributes that depend on the kind of connection.
	EmailConnection    ID = "patch.email-connection"
	EmailVerification  ID = "patch.email-verification" // email_verified, not the verification e-mail
	UsernameConnection ID = "patch.username-connection"
	UsernameRequired   ID = "patch.username-required"
	FirstUsername      ID = "patch.first-username" // a username for a user who has none
	PasswordConnection ID = "patch.password-connection"
	PhoneConnection    ID = "patch.phone-connection"
	PhoneDatabase      ID = "value.phone-database"
	DisabledConnection ID = "patch.disabled-connection"

	// Secondary identities.
	SecondaryConnection ID = "patch.secondary-connection" // the payload lacks connection
	SecondaryAttributes ID = "patch.secondary-attributes" // the profile attributes
	SecondaryEffect     ID = "patch.secondary-effect"
	OtherConnection     ID = "patch.other-connection" // the payload and the target name different connections

	// The token of the caller.
	Scope ID = "patch.scope"
)

// connectionRules are the rules that depend on the connection or on the identity.
var connectionRules = []Rule{
	{ID: CustomDatabase, Severity: SeverityError, Evidence: Disputed,
		Statement: "For a user of a custom database who has not been migrated, an update can change only user_metadata, app_metadata and blocked. Other attributes can be changed only in the database.",
		Source:    databasePage + "; Auth0 docs, Change Email Script; " + updateResponses,
		Readings:  refuses("the page on custom databases allows only these three attributes", "change scripts exist for email, password and phone number, and the profile attributes can be set if they do not follow the database")},
	{ID: MigratedAttributes, Severity: SeverityError, Evidence: Disputed,
		Statement: "For a user who was migrated from a custom database to the Auth0 store, an update can change email and email_verified in addition to user_metadata, app_metadata and blocked. It cannot change the profile attributes.",
		Source:    databasePage + "; Auth0 docs, Update Root Attributes",
		Readings:  refuses("the page on custom databases excludes attributes such as nickname and picture", "a later page lists the profile attributes as updatable")},
	{ID: MigratedCredentials, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "It is not documented whether an update can change username, password, phone_number and phone_verified of a migrated user.",
		Source:    "Auth0 docs, Update Root Attributes (Auth0 is then the identity provider)",
		Readings:  accepts("Auth0 manages them for a migrated user, as for other users of the Auth0 store")},
	{ID: SyncedAttributes, Severity: SeverityError, Evidence: Documented,
		Statement: "The profile attributes cannot be updated while the connection syncs them from the identity provider at each login.",
		Source:    updateResponses + "; rfcx/arbimon issue 1397"},
	{ID: NullProfileAttribute, Severity: SeverityError, Evidence: Disputed,
		Statement: "The profile attributes cannot be removed on a database connection, on a passwordless connection, or on a custom database with import mode on.",
		Source:    updateResponses + "; " + updateEndpoint,
		Readings:  refuses("an error message of the API excludes these connections", "according to the endpoint's description, null removes any profile attribute")},
	{ID: EmailConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "email can be updated only on database and passwordless e-mail connections.",
		Source:    updateResponses},
	{ID: EmailVerification, Severity: SeverityError, Evidence: Documented,
		Statement: "email_verified cannot be updated on enterprise and passwordless SMS connections.",
		Source:    updateEndpoint},
	{ID: EmailVerifiedFollows, Severity: SeverityWarning, Evidence: Documented,
		Statement: "On a social connection, the identity provider may overwrite email_verified.",
		Source:    "Auth0 docs, Verify Emails"},
	{ID: UsernameConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "username can be updated only on a database connection that requires usernames.",
		Source:    updateSchema},
	{ID: UsernameRequired, Severity: SeverityError, Evidence: Inferred,
		Statement: "username cannot be removed on a connection that requires usernames.",
		Source:    "Auth0 docs, Flexible Identifiers (the requirements of a connection also apply to updates)",
		Readings:  refuses("an update must keep the attributes that the connection requires", "the schema allows null for username, and no answer of the API is known")},
	{ID: FirstUsername, Severity: SeverityWarning, Evidence: Observed,
		Statement: "In 2017 the API refused to set a username for a user who had none. This may no longer hold.",
		Source:    "auth0/wordpress issue 343",
		Readings:  accepts("the answer is old, and usernames have changed since")},
	{ID: PasswordConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "password can be updated only on database connections.",
		Source:    updateSchema},
	{ID: PhoneConnection, Severity: SeverityError, Evidence: Inferred,
		Statement: "phone_number and phone_verified cannot be updated on social, enterprise and passwordless e-mail connections.",
		Source:    updateCard + "; User Object in Rules (they are for SMS users)"},
	{ID: PhoneDatabase, Severity: SeverityError, Evidence: Disputed,
		Statement: "A creation cannot set phone_number or phone_verified on a database connection, and an update cannot change them there. They are for SMS users.",
		Source:    updateCard + "; " + createCard + "; User Object in Rules; Auth0 docs, Flexible Identifiers",
		Readings:  refuses("two documents restrict them to SMS users", "a database connection with flexible identifiers allows them too")},
	{ID: DisabledConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "email and password cannot be updated on a disabled connection.",
		Source:    updateResponses},
	{ID: SecondaryConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "To update email, email_verified, phone_number, phone_verified, username or password of a secondary identity, the payload must contain connection.",
		Source:    updateEndpoint + "; Auth0 docs, GDPR, Right to Access, Correct, and Erase Data; recorded updates without it",
		Readings: []Reading{
			{"secondary", "the primary identity does not need connection"},
			{"every", "according to an older page, every identity needs connection, and email and phone_number also need client_id"},
		}},
	{ID: SecondaryAttributes, Severity: SeverityError, Evidence: Documented,
		Statement: "The profile attributes cannot be updated on a secondary identity.",
		Source:    updateResponses},
	{ID: OtherConnection, Severity: SeverityWarning, Evidence: Documented,
		Statement: "connection names the connection to update. If the target describes another connection, the verdict applies to the target's connection.",
		Source:    updateSchema},
	{ID: SecondaryEffect, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "It is not documented where the profile shows an update of a secondary identity.",
		Source:    updateEndpoint + " (does not cover it)",
		Readings: []Reading{
			{"profile-data", "in the profileData of the identity"},
			{"nowhere", "nowhere"},
		}},
	{ID: Scope, Severity: SeverityError, Evidence: Documented,
		Statement: "The scope update:users allows updates of every attribute, update:users_app_metadata of app_metadata, and update:current_user_metadata of user_metadata.",
		Source:    updateResponses + "; Auth0 docs, Metadata; auth0/auth0.js issue 960"},
	{ID: SyncedRemoval, Severity: SeverityError, Evidence: Documented,
		Statement: "An attribute that the connection syncs from the identity provider at each login cannot be removed. Attributes in the connection's list non_persistent_attrs can.",
		Source:    updateResponses},
	{ID: ChangeScripts, Severity: SeverityWarning, Evidence: Documented,
		Statement: "An update of a user in a custom database runs the database's Get User script and the change script of the updated attribute.",
		Source:    "Auth0 docs, Change Email Script; Auth0 docs, Get User Script"},
}
