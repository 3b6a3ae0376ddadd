package rule

// The rules on updates that depend on the connection or on the identity. Those whose
// ids begin with value hold for creations and imports too.
const (
	// What is known of the connection.
	ConnectionKind    ID = "value.connection-kind"    // a kind that does not exist or contradicts the strategy
	UnknownStrategy   ID = "value.unknown-strategy"   // one that implies no kind
	NotJudged         ID = "value.not-judged"         // attributes that depend on a kind that is unknown
	RequiredAttribute ID = "value.required-attribute" // profile_required

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
	{ID: ConnectionKind, Severity: SeverityError, Evidence: Documented,
		Statement: "The kind of connection in a target must be one of the kinds of this library, and must not contradict the strategy: no rule would apply to a misspelt kind. Import mode on a connection that is not a custom database is a warning.",
		Source:    strategyEnum},
	{ID: UnknownStrategy, Severity: SeverityWarning, Evidence: Documented,
		Statement: "The kind of connection follows from the strategy. A strategy that this library does not list implies no kind; set the kind as well. A value of set_user_root_attributes that it does not list counts as on_each_login.",
		Source:    strategyEnum},
	{ID: NotJudged, Severity: SeverityWarning, Evidence: Documented,
		Statement: "The kind of connection decides which root attributes a creation or an update can set. If the kind is unknown, these attributes are not judged by it.",
		Source:    updateResponses + "; " + createResponses},
	{ID: RequiredAttribute, Severity: SeverityError, Evidence: Documented,
		Statement: "If a connection requires email, phone_number or username on the user profile (profile_required), a creation or an import must contain it, and an update cannot remove it. If the connection requires it at sign-up (signup.status), a sign-up must contain it.",
		Source:    attributesPage},
	{ID: CustomDatabase, Severity: SeverityError, Evidence: Disputed,
		Statement: "For a user of a custom database who has not been migrated, an update can change only user_metadata, app_metadata and blocked. Other attributes can be changed only in the database. With import mode off, email, phone_number and username can be changed if the connection declares the attribute: its change script runs.",
		Source:    databasePage + "; " + changeEmailPage + "; " + changePasswordPage + "; " + topicChangePhone + "; " + rootPage + "; " + updateResponses + "; " + attributesPage,
		Readings: current("scripts", between(refuses(
			because{"the page on custom databases allows only these three attributes", databasePage},
			because{"the API's error messages refuse no attribute because the user is in a custom database", updateResponses},
		), "scripts", because{"with import mode off, the profile attributes can be set while the connection does not sync them, and the change scripts apply a new email, phone number or password, with a warning; username stays refused",
			dated(changeEmailPage + " (email, email_verified); " + changePasswordPage + " (password); " + topicChangePhone + " (phone_number, phone_verified); " + rootPage + " (name, nickname, given_name, family_name, picture)")}))},
	{ID: MigratedAttributes, Severity: SeverityError, Evidence: Disputed,
		Statement: "For a user who was migrated from a custom database to the Auth0 store, an update can change email and email_verified in addition to user_metadata, app_metadata and blocked. It cannot change the profile attributes.",
		Source:    databasePage + "; " + successorPage,
		Readings: current("lenient", []Reading{
			reading(strict, because{"refused: the page on custom databases excludes attributes such as nickname and picture", databasePage}),
			reading("lenient", because{"accepted: the successor of that page lists the profile attributes as updatable", successorPage}),
		})},
	{ID: MigratedCredentials, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "It is not documented whether an update can change username, password, phone_number and phone_verified of a migrated user.",
		Source:    "Auth0 docs, Update Root Attributes (Auth0 is then the identity provider)",
		Readings:  accepts(because{"Auth0 manages them for a migrated user, as for other users of the Auth0 store", rootPage})},
	{ID: SyncedAttributes, Severity: SeverityError, Evidence: Documented,
		Statement: "The profile attributes cannot be updated while the connection syncs them from the identity provider at each login.",
		Source:    updateResponses + "; rfcx/arbimon issue 1397"},
	{ID: NullProfileAttribute, Severity: SeverityError, Evidence: Disputed,
		Statement: "The profile attributes cannot be removed on a database connection, on a passwordless connection, or on a custom database with import mode on.",
		Source:    updateResponses + "; " + updateEndpoint,
		Readings: current(lenient, refuses(
			because{"an error message of the API excludes these connections", updateResponses},
			because{"according to the endpoint's description, null removes any profile attribute", updateEndpoint},
		))},
	{ID: EmailConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "email can be updated only on database and passwordless e-mail connections. It is not documented whether a database connection takes it that declares its attributes without email: that is a warning.",
		Source:    updateResponses + "; " + attributesPage + " (does not cover undeclared attributes)"},
	{ID: EmailVerification, Severity: SeverityError, Evidence: Documented,
		Statement: "email_verified cannot be updated on enterprise and passwordless SMS connections. An answer of the API says that e-mail verification is not supported for enterprise users, so verify_email is a warning there, and on SMS connections.",
		Source:    updateEndpoint + "; " + updateResponses},
	{ID: EmailVerifiedFollows, Severity: SeverityWarning, Evidence: Documented,
		Statement: "On a social connection, the identity provider may overwrite email_verified.",
		Source:    "Auth0 docs, Verify Emails"},
	{ID: UsernameConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "username can be updated only on a database connection that requires usernames or declares the attribute username.",
		Source:    updateSchema + "; " + attributesPage},
	{ID: UsernameRequired, Severity: SeverityError, Evidence: Inferred,
		Statement: "username cannot be removed on a connection that requires usernames.",
		Source:    "Auth0 docs, Flexible Identifiers (the requirements of a connection also apply to updates)",
		Readings: current(strict, refuses(
			because{"an update must keep the attributes that the connection requires", identifiersPage},
			because{"the schema allows null for username, and no answer of the API is known", updateSchema},
		))},
	{ID: FirstUsername, Severity: SeverityWarning, Evidence: Observed,
		Statement: "In 2017 the API refused to set a username for a user who had none. This may no longer hold.",
		Source:    "auth0/wordpress issue 343",
		Readings:  accepts(because{"the answer is old, and usernames have changed since", "auth0/wordpress issue 343"})},
	{ID: PasswordConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "password can be updated only on database connections.",
		Source:    updateSchema},
	{ID: PhoneConnection, Severity: SeverityError, Evidence: Inferred,
		Statement: "phone_number and phone_verified cannot be updated on social, enterprise and passwordless e-mail connections.",
		Source:    updateCard + "; User Object in Rules (they are for SMS users)"},
	{ID: PhoneDatabase, Severity: SeverityError, Evidence: Disputed,
		Statement: "A creation cannot set phone_number or phone_verified on a database connection, and an update cannot change them there, nor for a user who was migrated to the Auth0 store: they are for SMS users. A connection that declares its attributes decides by them: it takes both if it declares phone_number, and neither if it does not.",
		Source:    updateCard + "; " + createCard + "; User Object in Rules; " + identifiersPage + "; " + attributesPage,
		Readings: current(lenient, refuses(
			because{"two documents restrict them to SMS users", updateCard + " and " + createCard},
			because{"a database connection with flexible identifiers allows them too", identifiersPage},
		))},
	{ID: DisabledConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "email and password cannot be updated on a disabled connection.",
		Source:    updateResponses},
	{ID: SecondaryConnection, Severity: SeverityError, Evidence: Documented,
		Statement: "To update email, email_verified, phone_number, phone_verified, username or password of a secondary identity, the payload must contain connection.",
		Source:    updateEndpoint + "; Auth0 docs, GDPR, Right to Access, Correct, and Erase Data; recorded updates without it",
		Readings: []Reading{
			reading("secondary", because{"the primary identity does not need connection", updateEndpoint}),
			reading("every", because{"according to an older page, every identity needs connection, and email and phone_number also need client_id", "Auth0 docs, GDPR, Right to Access, Correct, and Erase Data"}),
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
			reading("profile-data", because{"in the profileData of the identity", "no source"}),
			reading("nowhere", because{"nowhere", "no source"}),
		}},
	{ID: Scope, Severity: SeverityError, Evidence: Documented,
		Statement: "The scope update:users allows updates of every attribute, update:users_app_metadata of app_metadata, and update:current_user_metadata of user_metadata. With the last one alone, an update cannot contain connection or client_id either. A guide lists create:current_user_metadata too; the API's schema does not.",
		Source:    updateResponses + "; Auth0 docs, Metadata; auth0/auth0.js issues 194 and 960"},
	{ID: SyncedRemoval, Severity: SeverityError, Evidence: Documented,
		Statement: "An attribute that the connection syncs from the identity provider at each login cannot be removed. Attributes in the connection's list non_persistent_attrs can.",
		Source:    updateResponses},
	{ID: ChangeScripts, Severity: SeverityWarning, Evidence: Documented,
		Statement: "An update of a user in a custom database runs the database's Get User script and the change script of the updated attribute.",
		Source:    "Auth0 docs, Change Email Script; Auth0 docs, Get User Script"},
}
