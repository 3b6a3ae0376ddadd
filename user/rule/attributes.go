package rule

import "github.com/metameld/metameld/internal/limit"

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
	PhoneLength        ID = "value.phone-length" // the length on the workflow cards
	PictureFormat      ID = "value.picture-format"
	UsernameCharacters ID = "patch.username-characters"
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
	PasswordSessions   ID = "patch.password-sessions"    // a new password ends sessions
	BlockLifted        ID = "patch.block-lifted"         // a new password may remove a block
	BruteForceBlock    ID = "patch.brute-force-block"    // blocked false does not remove one
	ChangeEmailMessage ID = "patch.change-email-message" // the message to the new address

	// Inputs of the workflow card.
	BlankInput    ID = "patch.blank-input"
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
	{ID: PasswordNull, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "The schema allows null for password. Its effect is not documented.",
		Source:    updateSchema + " (does not cover it)",
		Readings:  accepts("the schema allows it")},
	{ID: Length, Severity: SeverityError, Evidence: Documented,
		Statement: say("A text attribute must have at least 1 character and at most %d (given_name, family_name), %d (name, nickname) or %d (username). user_id, which an update cannot set, may be empty and must have at most %d.", limit.GivenName, limit.Name, limit.Username, limit.UserID),
		Source:    updateSchema + "; " + createSchema},
	{ID: EmailFormat, Severity: SeverityError, Evidence: Documented,
		Statement: say("email must be an address of at most %d bytes: an unquoted local part of at most %d bytes, and a domain of at least two labels.", limit.Email, limit.EmailLocal),
		Source:    updateSchema + "; " + createSchema + "; " + profilePage},
	{ID: PhoneFormat, Severity: SeverityError, Evidence: Documented,
		Statement: say("phone_number must be a plus sign followed by 1 to %d digits.", limit.PhoneDigits),
		Source:    updateSchema + "; " + createSchema},
	{ID: PhoneLength, Severity: SeverityWarning, Evidence: Disputed,
		Statement: say("The workflow cards require %d characters in phone_number, including the plus sign. The API's pattern allows 2 to %d.", limit.CardPhone, 1+limit.PhoneDigits),
		Source:    updateCard + "; " + createCard + "; " + updateSchema + "; " + createSchema},
	{ID: PictureFormat, Severity: SeverityError, Evidence: Documented,
		Statement: "picture must be an absolute http, https or ftp URI.",
		Source:    updateSchema + "; " + createSchema},
	{ID: NothingToUpdate, Severity: SeverityError, Evidence: Disputed,
		Statement: "A payload must have at least one attribute that can be updated.",
		Source:    "auth0/node-auth0 issue 478; " + updateEndpoint,
		Readings:  refuses("the endpoint's description lists fifteen such attributes", "according to an answer of 2020, client_id or verify_phone_number alone is enough; an error message of the API mentions removing attributes that the schema does not list")},
	{ID: ReadOnly, Severity: SeverityError, Evidence: Disputed,
		Statement: "An update cannot set user_id, identities, timestamps, login statistics or enrolled factors. They are read-only: managed by Auth0.",
		Source:    "auth0/auth0-java issues 46 and 58; " + updateSchema,
		Readings:  refuses("answers of 2017 refuse such members by name", "the current schema allows additional members; their effect is not documented")},
	{ID: UnknownAttribute, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "An update may contain attributes that the schema does not list. Their effect is not documented.",
		Source:    updateSchema + "; " + updateResponses,
		Readings: []Reading{
			{"ignored", "the attribute is not stored"},
			{"stored", "the attribute is stored as a root attribute"},
		}},
	{ID: ExclusiveAttributes, Severity: SeverityError, Evidence: Documented,
		Statement: "password cannot be updated together with email, email_verified or username. username cannot be updated together with email or email_verified.",
		Source:    updateResponses},
	{ID: UsernameCharacters, Severity: SeverityWarning, Evidence: Observed,
		Statement: "username can contain ASCII letters, digits and some punctuation characters. The accepted punctuation has changed over time, so only white space, control characters and characters outside ASCII are reported.",
		Source:    "Auth0 community topic 2761 (an answer of the API, in part)"},
	{ID: PhoneTogether, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "Updating phone_number or phone_verified together with email, username or password is not documented. No source forbids it.",
		Source:    updateResponses + " (does not cover it)",
		Readings:  accepts("the API lists the pairs that it refuses, and these are not among them")},
	{ID: EmailKeepsVerified, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "It is not documented whether an update of email resets email_verified. Send both.",
		Source:    "Auth0 docs, Bulk User Imports (an import resets it)",
		Readings: []Reading{
			{"kept", "email_verified stays"},
			{"reset", "email_verified becomes false"},
		}},
	{ID: VerificationEmail, Severity: SeverityWarning, Evidence: Documented,
		Statement: "In an update, verify_email true sends a verification e-mail, even if email_verified is true. Without verify_email, an update sends none.",
		Source:    updateSchema},
	{ID: VerificationText, Severity: SeverityWarning, Evidence: Documented,
		Statement: "verify_phone_number true sends a text message if the update changes the phone number of an SMS user.",
		Source:    updateSchema},
	{ID: PasswordSessions, Severity: SeverityWarning, Evidence: Documented,
		Statement: "A new password sets last_password_reset and ends the user's sessions.",
		Source:    "Auth0 docs, Change Users' Passwords; recorded exchanges"},
	{ID: PasswordBytes, Severity: SeverityError, Evidence: Disputed,
		Statement: say("password must have at most %d bytes.", limit.PasswordBytes),
		Source:    profilePage + "; " + updateSchema + "; " + createSchema,
		Readings:  refuses("the page User Profile Structure states this limit", "the API's schemas state no limit")},
	{ID: PasswordCharacters, Severity: SeverityError, Evidence: Disputed,
		Statement: "password must contain only printable ASCII characters. Spaces are allowed.",
		Source:    profilePage + " (without the space); recorded creations and updates (47 with a space, 2023 to 2025); " + updateSchema + "; " + createSchema,
		Readings:  refuses("the page User Profile Structure allows no other characters", "the API's schemas allow every character")},
	{ID: NameLength, Severity: SeverityWarning, Evidence: Disputed,
		Statement: say("User Profile Structure limits name to %d characters. The API's schemas allow %d.", limit.ProfileName, limit.Name),
		Source:    profilePage + "; " + updateSchema + "; " + createSchema},
	{ID: ClientID, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "client_id has no effect without email or phone_number. One sentence of the API reference mentions email only.",
		Source:    updateSchema + "; " + updateEndpoint},
	{ID: VerifyPhoneNumber, Severity: SeverityWarning, Evidence: Documented,
		Statement: "verify_phone_number has an effect only if the update changes the phone number of an SMS user.",
		Source:    updateSchema},
	{ID: BlockLifted, Severity: SeverityWarning, Evidence: Disputed,
		Statement: "Sources disagree on whether a new password removes an administrator's block. Send blocked in a later update.",
		Source:    "Auth0 docs, Block and Unblock Users; Auth0 community topic 88241",
		Readings:  []Reading{{"stays", "the block stays"}, {"lifted", "the block is removed"}}},
	{ID: BruteForceBlock, Severity: SeverityWarning, Evidence: Documented,
		Statement: "blocked false does not remove a block caused by too many wrong passwords.",
		Source:    updateEndpoint},
	{ID: ChangeEmailMessage, Severity: SeverityWarning, Evidence: Documented,
		Statement: "If an update changes the email of a passwordless e-mail user, Auth0 sends the passwordless e-mail template to the new address, with the operation change_email.",
		Source:    "Auth0 docs, Passwordless Connections, Email OTP"},
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
