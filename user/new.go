package user

import (
	"strings"

	"github.com/metameld/metameld/metadata"
)

// Created is the outcome of a creation.
type Created struct {
	Profile  Profile    // as the API answers it
	Effects  []Effect   // what else happens
	Warnings Violations // of the verdict, and of what nobody documents
}

// New returns the user that c creates. id is the part of the user_id that Auth0
// generates where c gives none; without either the profile has no user_id.
//
// The rules, in order:
//
//  1. A creation that [Creation.Validate] refuses creates nothing.
//  2. Attributes are as given. In the Auth0 store email and username are kept in
//     lower case.
//  3. user_id is the provider, a bar and the id. The one identity has the id bare,
//     the provider, the connection, and isSocial false.
//  4. Where it is absent, email_verified is false, name is the e-mail (even with a
//     username), nickname its local part, picture the gravatar of the e-mail that
//     falls back to two letters of name.
//  5. user_metadata {} reads {}; app_metadata {} is absent. What is not given is
//     absent, blocked too.
//  6. connection, password and verify_email are never shown. There is no
//     last_password_reset.
//  7. created_at and updated_at are at.Now, where that is given.
//  8. A verification e-mail is sent unless email_verified is true or verify_email
//     false; verify_email decides where it is given.
//  9. In a custom database the Get User script runs, then the Create script, unless
//     users move to Auth0.
//
// The result shares the text of metadata with c. The error is that of the verdict.
//
// Sources: recorded creations (2 to 7; nickname since 2019, before it took a given
// name); User Profile Structure (2, lower case); the API's schema (8); Configure
// Automatic Migration from Your Database (9).
func New(c Creation, id string, at Circumstances) (Created, error) {
	verdict := c.Validate(at)
	if err := verdict.Err(); err != nil {
		return Created{}, err
	}
	c = c.normal()
	j := judge{at: &at}
	out := Created{Profile: j.made(&c, id), Effects: j.effects(&c)}
	out.Warnings = append(verdict.Warnings, j.sorted().Warnings...)
	return out, nil
}

// made returns the user that c creates.
func (j *judge) made(c *Creation, id string) Profile {
	p := Profile{
		Email: c.Email.field, EmailVerified: c.EmailVerified.field, Username: c.Username.field,
		PhoneNumber: c.PhoneNumber.field, PhoneVerified: c.PhoneVerified.field,
		Name: c.Name.field, Nickname: c.Nickname.field, GivenName: c.GivenName.field, FamilyName: c.FamilyName.field, Picture: c.Picture.field,
		Blocked: c.Blocked.field, UserMetadata: j.seeded(c.UserMetadata), AppMetadata: j.seeded(c.AppMetadata),
	}
	if p.AppMetadata.Len() == 0 {
		p.AppMetadata = metadata.Object{}
	}
	if on := &j.at.Connection; on.Kind == Database || on.Kind == CustomDatabase && on.ImportMode {
		p.Email, p.Username = folded(p.Email), folded(p.Username)
	}
	j.identity(&p, c, id)
	if p.Email.IsZero() {
		j.report(RuleNoEmail, "", "what is derived for a user without an e-mail is not documented")
	} else if p.EmailVerified.IsZero() {
		p.EmailVerified = Set(false)
	}
	p = j.derived(p, nil)
	p.CreatedAt = j.at.stamp(p.CreatedAt)
	p.UpdatedAt = p.CreatedAt
	return p
}

// seeded returns metadata that was not there before: nulls at its first level are
// read as the policy says.
func (j *judge) seeded(o metadata.Object) metadata.Object {
	if j.at.reading(RuleNewNull) == "stored" {
		return o
	}
	return o.Select(func(_ string, v metadata.Value) bool { return !v.IsNull() })
}

func folded(f Field[string]) Field[string] {
	if s, ok := f.Get(); ok {
		return Set(strings.ToLower(s))
	}
	return f
}

// stamp returns the moment, or f where it is not given.
func (at *Circumstances) stamp(f Field[Timestamp]) Field[Timestamp] {
	if at.Now.IsZero() {
		return f
	}
	return Set(TimestampOf(at.Now))
}

// identity gives p its user_id and its identity.
func (j *judge) identity(p *Profile, c *Creation, id string) {
	provider := j.at.Connection.provider()
	if provider == "" {
		switch {
		case present(&c.Password) || present(&c.Username): // of databases only
			provider = "auth0"
		case present(&c.Email):
			provider = "auth0"
			j.report(RuleProvider, "/user_id", "the connection is taken for a database; it could be a passwordless one")
		default:
			provider = "sms"
			if !present(&c.PhoneNumber) {
				provider = "auth0"
			}
			j.report(RuleProvider, "/user_id", "what kind of connection it is is guessed")
		}
	}
	given, ok := c.UserID.Get()
	switch {
	case ok && given == "":
		j.report(RuleEmptyID, "/user_id", "an empty user_id is taken for none")
	case ok:
		id = j.bare(given, provider)
	}
	entry := Identity{Connection: c.Connection.field, Provider: Set(provider), IsSocial: Set(false)}
	if id != "" {
		entry.UserID = Set(id)
		p.UserID = Set(ID(provider + "|" + id))
	}
	p.Identities = []Identity{entry}
}

// bare returns an id that was given, as it stands in the identity.
func (j *judge) bare(id, provider string) string {
	rest, has := strings.CutPrefix(id, provider+"|")
	if !has {
		return id
	}
	j.report(RulePrefixedID, "/user_id", "user_id has the provider before it already")
	if j.at.reading(RulePrefixedID) == "kept" {
		return rest
	}
	return id
}

// derived returns p with what Auth0 derives where it is absent, but for the names
// that are not stored.
func (j *judge) derived(p Profile, without []string) Profile {
	var initials bool
	if p.Picture.IsZero() && len(strings.Fields(p.Name.Or(""))) > 1 && p.Email.Or("") != "" {
		j.report(RulePictureLetters, "/picture", "the name has several words, so the letters in the picture are not certain")
		initials = j.at.reading(RulePictureLetters) == "initials"
	}
	return p.withDefaults(initials, without)
}

// effects lists what else happens.
func (j *judge) effects(c *Creation) (list []Effect) {
	on := &j.at.Connection
	if on.Kind == CustomDatabase {
		list = scripts(Outside, OnCreation, on.ImportMode)
	}
	if c.Email.IsZero() {
		return list
	}
	send := c.VerifyEmail.Or(!c.EmailVerified.Or(false))
	if !send && !c.VerifyEmail.Or(true) && on.Kind == PasswordlessEmail {
		j.report(RulePasswordlessEmail, "/verify_email", "whether verify_email false keeps this connection from sending is disputed")
		send = j.at.reading(RulePasswordlessEmail) == "sent"
	}
	if send {
		list = append(list, Effect{VerificationEmail, RuleVerificationEmail})
	}
	return list
}
