package rule

import (
	"strings"

	"github.com/metameld/metameld/internal/limit"
)

// The rules on attributes. Those whose ids begin with value hold for creations, imports
// and updates, the others for updates only.
const (
	// Types, lengths and forms.
	Type               ID = "value.type"
	Null               ID = "patch.null"
	PasswordNull       ID = "patch.password-null"
	Length             ID = "value.length"
	EmailFormat        ID = "value.email-format"
	PhoneFormat        ID = "value.phone-format"
	PhoneLength        ID = "value.phone-length" // the length on the workflow card
	PictureFormat      ID = "value.picture-format"
	UsernameCharacters ID = "value.username-characters"
	UsernameLength     ID = "value.username-length" // the length that the connection sets
	PasswordBytes      ID = "value.password-bytes"
	PasswordCharacters ID = "value.password-characters"
	NameLength         ID = "value.name-length" // the length on the page User Profile Structure

	// Attributes that an update can or cannot contain.
	NothingToUpdate     ID = "patch.nothing-to-update"
	ReadOnly            ID = "patch.read-only"
	UnknownAttribute    ID = "patch.unknown-attribute"
	ExclusiveAttributes ID = "patch.exclusive-attributes" // pairs such as password and email
	PhoneTogether       ID = "patch.phone-together"       // phone_number with email, username or password
	ClientID            ID = "patch.client-id"
	VerifyPhoneNumber   ID = "patch.verify-phone-number"
	Unreachable         ID = "patch.unreachable" // a change that no payload can make or undo

	// Effects of an update.
	EmailKeepsVerified ID = "patch.email-keeps-verified"
	VerificationEmail  ID = "patch.verification-email"
	VerificationText   ID = "patch.verification-text"
	DerivedName        ID = "patch.derived-name"         // a name that is the former email
	KeepsVerified      ID = "patch.keeps-verified"       // a flag that stays after its address or number changes
	OnlyIdentifier     ID = "patch.only-identifier"      // the removal of the only one
	PasswordSessions   ID = "patch.password-sessions"    // a new password ends sessions
	SessionsExpire     ID = "patch.sessions-expire"      // other changes that end sessions
	BlockLifted        ID = "patch.block-lifted"         // a new password removes a block
	BruteForceBlock    ID = "patch.brute-force-block"    // blocked false does not remove one
	ChangeEmailMessage ID = "patch.change-email-message" // the message to the new address

	// Inputs of the workflow card.
	BlankText     ID = "patch.blank-text"  // what clears a text attribute
	BlankInput    ID = "patch.blank-input" // an input that cannot clear anything
	RequiredInput ID = "patch.required-input"
)

// attributeRules are the rules on attributes.
var attributeRules = []Rule{
	{ID: Type, Severity: SeverityError, Evidence: Documented,
		Statement: "Each attribute of a creation, an import or an update must have the type that the schema gives it.",
		Source:    updateSchema + "; " + createSchema + "; " + importSchema},
	{ID: Null, Severity: SeverityError, Evidence: Documented,
		Statement: "In an update, null removes a text attribute. connection, client_id and boolean attributes cannot be null.",
		Source:    updateSchema},
	{ID: PasswordNull, Severity: SeverityWarning, Evidence: Documented,
		Statement: "In an update, null removes the password. Support for users without a password is a setting of the connection (authentication_methods.password.api_behavior).",
		Source:    updateSchema + "; " + updateEndpoint + "; " + passwordPolicyPage,
		Readings: []Reading{
			reading("accepted", because{"accepted with a warning: the connection supports users without a password", passwordPolicyPage}),
			reading(refused, because{"refused: the connection requires a password", passwordPolicyPage}),
		}},
	{ID: Length, Severity: SeverityError, Evidence: Documented,
		Statement: say("A text attribute must have at least 1 character and at most %d (given_name, family_name), %d (name, nickname) or %d (username). user_id, which an update cannot set, may be empty and must have at most %d.", limit.GivenName, limit.Name, limit.Username, limit.UserID),
		Source:    updateSchema + "; " + createSchema},
	{ID: EmailFormat, Severity: SeverityError, Evidence: Documented,
		Statement: say("email must be an address of at most %d bytes: an unquoted local part of at most %d bytes, and a domain of at least two labels, the last of at least 2 characters. Invisible characters, such as a zero-width space, are refused.", limit.Email, limit.EmailLocal),
		Source:    updateSchema + "; " + createSchema + "; " + profilePage + "; auth0/node-auth0 issue 291 (an answer of the API)"},
	{ID: PhoneFormat, Severity: SeverityError, Evidence: Documented,
		Statement: say("phone_number must be a plus sign followed by 1 to %d digits.", limit.PhoneDigits),
		Source:    updateSchema + "; " + createSchema},
	{ID: PhoneLength, Severity: SeverityWarning, Evidence: Disputed,
		Statement: say("On the workflow card, phone_number must have %d characters, including the plus sign. The API's pattern allows 2 to %d, so this rule judges only inputs of the card; for payloads see value.phone-format.", limit.CardPhone, 1+limit.PhoneDigits),
		Source:    updateCard + "; " + updateSchema},
	{ID: PictureFormat, Severity: SeverityError, Evidence: Documented,
		Statement: "picture must be an absolute http, https or ftp URI.",
		Source:    updateSchema + "; " + createSchema},
	{ID: NothingToUpdate, Severity: SeverityError, Evidence: Disputed,
		Statement: "A payload must have at least one attribute that can be updated.",
		Source:    "auth0/node-auth0 issue 478; " + updateEndpoint,
		Readings: current(strict, refuses(
			because{"the endpoint's description lists fifteen such attributes", updateEndpoint},
			because{"according to an answer of 2020, client_id or verify_phone_number alone is enough; an error message of the API mentions removing attributes that the schema does not list", "auth0/node-auth0 issue 478"},
		))},
	{ID: ReadOnly, Severity: SeverityError, Evidence: Disputed,
		Statement: say("Auth0 manages some attributes, which an update cannot set: %s.", strings.Join(limit.Managed, ", ")),
		Source:    "auth0/auth0-java issues 46 and 58; " + updateSchema,
		Readings: current(lenient, refuses(
			because{"answers of 2017 refuse such members by name", "auth0/auth0-java issues 46 and 58"},
			because{"the current schema allows additional members; their effect is not documented", updateSchema},
		))},
	{ID: UnknownAttribute, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "An update may contain attributes that the schema does not list. Their effect is not documented.",
		Source:    updateSchema + "; " + updateResponses,
		Readings: []Reading{
			reading("ignored", because{"the attribute is not stored", updateSchema}),
			reading("stored", because{"the attribute is stored as a root attribute", updateResponses}),
		}},
	{ID: ExclusiveAttributes, Severity: SeverityError, Evidence: Documented,
		Statement: "password cannot be updated together with email, email_verified or username. username cannot be updated together with email or email_verified.",
		Source:    updateResponses},
	{ID: UsernameCharacters, Severity: SeverityError, Evidence: Documented,
		Statement: "On a database connection, and on a custom one with import mode on, username must contain only ASCII letters, digits and @ ^ $ . ! ` - # + ' ~ _. It must not be an e-mail address unless the connection allows that. Elsewhere it is not validated.",
		Source:    usernamePage + "; " + attributesPage + "; Auth0 community topic 93745 (import mode)",
		Readings: current(strict, refuses(
			because{"the page on usernames lists the characters", usernamePage},
			because{"the API's schemas have no pattern for username", userSchemas},
		))},
	{ID: UsernameLength, Severity: SeverityError, Evidence: Documented,
		Statement: say("username must have the length that the connection sets. The default is 1 to %d characters; a username that is longer is accepted with a warning unless the connection declares a length. Auth0 does not validate the usernames of a custom database; a length that such a connection declares is a warning.", limit.DefaultUsername),
		Source:    usernamePage + "; " + attributesPage + "; recorded creations and updates (8 longer than the default)"},
	{ID: PhoneTogether, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "Updating phone_number or phone_verified together with email, username or password is not documented. No source forbids it.",
		Source:    updateResponses + " (does not cover it)",
		Readings:  accepts(because{"the API lists the pairs that it refuses, and these are not among them", updateResponses})},
	{ID: EmailKeepsVerified, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "It is not documented whether an update of email resets email_verified. Send both.",
		Source:    "Auth0 docs, Bulk User Imports (an import resets it)",
		Readings: []Reading{
			reading("kept", because{"email_verified stays", "no source for updates"}),
			reading("reset", because{"email_verified becomes false", importPage}),
		}},
	{ID: VerificationEmail, Severity: SeverityWarning, Evidence: Documented,
		Statement: "In an update, verify_email true sends a verification e-mail, even if email_verified is true. Without verify_email, an update sends none. A user without an e-mail address gets none.",
		Source:    updateSchema},
	{ID: VerificationText, Severity: SeverityWarning, Evidence: Documented,
		Statement: "verify_phone_number true sends a text message if the update changes the phone number of an SMS user.",
		Source:    updateSchema},
	{ID: PasswordSessions, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A new password sets last_password_reset and ends the user's sessions. That a password which is removed ends them too is inferred: it changes.",
		Source:    "Auth0 docs, Change Users' Passwords; recorded exchanges"},
	{ID: SessionsExpire, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "If an update changes email, email_verified, phone_number or username, the user's sessions end. Sources disagree on exceptions for users of a database, custom or not.",
		Source:    sessionsPage + "; " + migrationsPage + "; Auth0 community topic 190134; Auth0 community topic 188478",
		Readings: current("changes", []Reading{
			reading("changes", because{"since 2025-08-19, the sessions of a database user do not end if email and email_verified are sent unchanged, or if email_verified becomes true", migrationsPage}),
			reading("sent", because{"as before 2025-08-19, email and email_verified end the sessions whenever they are sent, changed or not", sessionsPage + " (the attributes that are passed)"}),
			reading("email-kept", because{"as under changes, and a new email of a database user ends no session either", "Auth0 community topic 188478"}),
		})},
	{ID: DerivedName, Severity: SeverityWarning, Evidence: Observed,
		Statement: "An update of email does not change name, not even if name is the former e-mail address, as Auth0 sets it in a creation.",
		Source:    "auth0-extensions/auth0-delegated-administration-extension issue 195"},
	{ID: KeepsVerified, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "It is not documented what becomes of phone_verified if an update changes or removes phone_number, or of email_verified if it removes email. The flag is taken to stay.",
		Source:    updateEndpoint + " (does not cover it)"},
	{ID: OnlyIdentifier, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "The only identifier of a passwordless user is email or, for SMS, phone_number. The API's answer to its removal is not documented; it is probably a refusal.",
		Source:    createCard + " (the connection requires the identifier)"},
	{ID: PasswordBytes, Severity: SeverityError, Evidence: Disputed,
		Statement: say("password must have at most %d bytes.", limit.PasswordBytes),
		Source:    profilePage + "; " + updateSchema + "; " + createSchema,
		Readings: current(lenient, refuses(
			because{"the page User Profile Structure states this limit", profilePage},
			because{say("only the first %d bytes count", limit.PasswordBytes), passwordPolicyPage},
		))},
	{ID: PasswordCharacters, Severity: SeverityError, Evidence: Disputed,
		Statement: "password must contain only printable ASCII characters. Spaces are allowed.",
		Source:    profilePage + " (without the space); recorded creations and updates (47 with a space, 2023 to 2025); " + updateSchema + "; " + createSchema,
		Readings: current(lenient, refuses(
			because{"the page User Profile Structure allows no other characters", profilePage},
			because{"the API's schemas allow every character", userSchemas},
		))},
	{ID: NameLength, Severity: SeverityWarning, Evidence: Disputed,
		Statement: say("User Profile Structure limits name to %d characters. The API's schemas allow %d.", limit.ProfileName, limit.Name),
		Source:    profilePage + "; " + updateSchema + "; " + createSchema},
	{ID: ClientID, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "client_id has no effect without email or phone_number. One sentence of the API reference mentions email only.",
		Source:    updateSchema + "; " + updateEndpoint},
	{ID: VerifyPhoneNumber, Severity: SeverityWarning, Evidence: Documented,
		Statement: "verify_phone_number has an effect only if the update changes the phone number of an SMS user. For a database user with a phone number it is not documented.",
		Source:    updateSchema},
	{ID: BlockLifted, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "A new password that is set through the Management API removes an administrator's block; a staff answer disagrees. To keep the block, send blocked in a later update.",
		Source:    blockPage + "; Auth0 community topic 88241",
		Readings: current("lifted", []Reading{
			reading("lifted", because{"the block is removed", blockPage}),
			reading("stays", because{"the block stays: only an administrator removes it", "Auth0 community topic 88241"}),
		})},
	{ID: BruteForceBlock, Severity: SeverityWarning, Evidence: Documented,
		Statement: "blocked false does not remove a block caused by too many wrong passwords.",
		Source:    updateEndpoint},
	{ID: ChangeEmailMessage, Severity: SeverityWarning, Evidence: Documented,
		Statement: "If an update changes the email of a passwordless e-mail user, Auth0 sends the passwordless e-mail template to the new address, with the operation change_email.",
		Source:    "Auth0 docs, Passwordless Connections, Email OTP"},
	{ID: BlankText, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "With \"Pass Empty Values\" on, a blank text input of the workflow card clears the attribute. That the card sends null for it is inferred: the API removes an attribute that is null and refuses most texts that are empty.",
		Source:    updateCard + "; " + updateSchema,
		Readings: []Reading{
			reading("null", because{"the card sends null", updateSchema}),
			reading("empty-text", because{"the card sends the empty text, as the input has it", updateCard}),
		}},
	{ID: BlankInput, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "On the workflow card, a blank True/False, Client ID or Password input cannot remove a value. It is left out of the payload.",
		Source:    updateCard + "; " + updateSchema},
	{ID: RequiredInput, Severity: SeverityWarning, Evidence: Documented,
		Statement: "The workflow card requires ID. With a blank ID it updates no user.",
		Source:    updateCard},
	{ID: Unreachable, Severity: SeverityError, Evidence: Documented,
		Statement: "A change is refused if no payload can make or undo it: the attribute is managed by Auth0 or cannot be removed, or the API refuses the value.",
		Source:    updateEndpoint + "; " + updateSchema},
}
