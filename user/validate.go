package user

import (
	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/metadata"
)

// Validate judges c as a body for POST /api/v2/users. It lists everything:
// violations and warnings come in the order of [Rules], those of one rule in the
// order of the schema, unknown members last. Of more than a thousand the last says
// so.
//
//  1. Every attribute has the type of the schema, none is null, no member is
//     unknown, connection is there.
//  2. Each text has its length and form, each metadata object the names and size
//     that it can have.
//  3. The connection is enabled, and of a kind that users can be created on.
//  4. The kind decides which attributes can be given, and which must be.
//
// What it cannot know it does not judge: whether the connection exists, an e-mail
// is taken, a password is strong enough. [Answered] recognises the API's answers.
//
// Sources: Auth0 Management API, CreateUserRequestContent (1, 2) and responses (3);
// the workflow card Create User (4).
func (c Creation) Validate(at Circumstances) Verdict {
	c = c.normal()
	j := judge{at: &at}
	j.members(created, c.field, c.Extra)
	if c.Connection.IsZero() {
		j.report(RuleConnection, "", "connection is required")
	}
	j.creation(&c)
	return j.sorted()
}

// members judges each member of a payload by itself.
func (j *judge) members(names []string, field func(string) any, extra metadata.Object) {
	for _, name := range names {
		pointer := metadata.Pointer(name)
		f := field(name)
		if v, ok := extra.Get(name); ok && !present(f) { // metadata that is no object
			j.mistyped(name, v.IsNull())
			continue
		}
		switch f := f.(type) {
		case *Param[string]:
			if f.IsMistyped() {
				j.mistyped(name, f.IsNull())
			} else if s, ok := f.Get(); ok {
				check.Text(name, s, func(f check.Finding, message string) {
					if id := findings[f]; id != "" {
						j.report(id, pointer, message)
					}
				})
			}
		case *Param[bool]:
			if f.IsMistyped() {
				j.mistyped(name, f.IsNull())
			}
		case *metadata.Object:
			check.Metadata(*f, name, j.found)
			for member, v := range f.All() {
				if v.IsNull() && !j.warnings.Full {
					j.report(RuleNewNull, metadata.Pointer(name, member), "nobody documents what a null does in metadata that is new")
				}
			}
		}
	}
	for name := range extra.All() {
		if field(name) == nil {
			j.report(RuleUnknownMember, metadata.Pointer(name), "the API's schema does not know this member")
		}
	}
}

func (j *judge) mistyped(name string, null bool) {
	if null {
		j.report(RuleNull, metadata.Pointer(name), name+" cannot be null")
	} else {
		j.report(RuleType, metadata.Pointer(name), name+" has the wrong type")
	}
}

// findings are the rules that a finding is about; none is about the characters of a
// username.
var findings = [check.Findings]RuleID{
	check.Name: RuleMetadataName, check.NestedName: RuleNestedMetadataName, check.ReservedName: RuleReservedName,
	check.Authorization: RuleAuthorization, check.Number: RuleNumber, check.NestedNull: RuleNestedNull,
	check.TooLarge: RuleMetadataSize, check.Large: RuleLargeMetadata, check.Depth: RuleType,
	check.Length: RuleLength, check.Encoding: RuleType, check.EmailFormat: RuleEmailFormat, check.PhoneFormat: RulePhoneFormat,
	check.PhoneLength: RulePhoneLength, check.PictureFormat: RulePictureFormat, check.IDFormat: RuleIDFormat, check.NameLength: RuleNameLength,
	check.PasswordBytes: RulePasswordBytes, check.PasswordCharacters: RulePasswordCharacters,
}

// found reports a finding in metadata. It reports false where both lists are full.
func (j *judge) found(f check.Finding, path ...string) bool {
	id := findings[f]
	if b := j.bound(ruleOf(id).Severity); !b.Full {
		j.report(id, metadata.Pointer(path...), f.Message())
	}
	return !j.violations.Full || !j.warnings.Full
}

// creation judges what the connection makes of c.
func (j *judge) creation(c *Creation) {
	on := &j.at.Connection
	if name, ok := c.Connection.Get(); ok && on.Name != "" && name != on.Name {
		j.report(RuleOtherConnection, "/connection", "this is not the connection that the creation is judged by")
	}
	if on.Disabled {
		j.report(RuleDisabled, "/connection", messageOf(RuleDisabled))
	}
	database := on.Kind == Database || on.Kind == CustomDatabase
	has := func(name string) bool { return present(c.field(name)) }
	switch on.Kind {
	case Social, Enterprise:
		j.report(RuleCreationConnection, "/connection", messageOf(RuleCreationConnection))
		return
	case Database, CustomDatabase:
		if !has("email") && !has("username") && !has("phone_number") {
			j.report(RuleIdentifier, "", "a database user has an e-mail, a username or a phone number")
		}
		for _, name := range []string{"phone_number", "phone_verified"} {
			if has(name) {
				j.report(RulePhoneDatabase, metadata.Pointer(name), name+" is for SMS users; flexible identifiers disagree")
			}
		}
		if !has("password") {
			j.report(RuleNoPassword, "", "a database connection is not known to take a user without a password")
		}
		if on.RequiresUsername.Or(false) && !has("username") {
			j.report(RuleNoUsername, "", "the connection requires a username")
		}
	case KindUnknown:
		if has("phone_number") && (has("email") || has("username") || has("password")) {
			j.report(RulePhoneDatabase, "/phone_number", "an SMS user has a phone number only; flexible identifiers disagree")
		}
	case PasswordlessEmail:
		if !has("email") {
			j.report(RuleIdentifier, "", "a passwordless e-mail user has an e-mail")
		}
		for _, name := range []string{"phone_number", "phone_verified"} {
			if has(name) {
				j.report(RulePhone, metadata.Pointer(name), name+" cannot be given on this kind of connection")
			}
		}
	case PasswordlessSMS:
		if !has("phone_number") {
			j.report(RuleIdentifier, "", "an SMS user has a phone number")
		}
		if has("email") {
			j.report(RuleEmail, "/email", "email cannot be given on this kind of connection")
		}
	}
	if has("username") && (!on.RequiresUsername.Or(true) || on.Kind != KindUnknown && !database) {
		j.report(RuleUsername, "/username", messageOf(RuleUsername))
	}
	if has("password") && on.Kind != KindUnknown && !database {
		j.report(RulePassword, "/password", "password can only be given on a database connection")
	}
}
