package lifecycle

import (
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Create returns the user that c creates. id is the part of the user_id that Auth0
// generates if c has no user_id; without either the profile has none.
//
// The rules, in order:
//
//  1. A creation that [Creation.Validate] refuses creates nothing, and neither does one
//     whose profile would be larger than the allowance ([rule.ProfileAllowance]), of
//     which Validate sees only the metadata.
//  2. Attributes are as c has them. The Auth0 store keeps email and username in lower
//     case.
//  3. user_id is the provider, a bar and the id. The one identity has the id without
//     the provider, the provider, the connection, and isSocial false.
//  4. Where they are absent, email_verified is false, name is the e-mail (even with a
//     username), nickname its local part, picture the gravatar of the e-mail that
//     falls back to two letters of name. The name of an SMS user is the phone number.
//  5. user_metadata {} reads {}; app_metadata {} is absent. Attributes that c lacks
//     are absent, blocked too.
//  6. connection, password and verify_email are not in the profile. There is no
//     last_password_reset.
//  7. created_at and updated_at are t.Now, if it is set.
//  8. A verification e-mail is sent unless email_verified is true or verify_email
//     false; verify_email decides if both are set.
//  9. In a custom database the Get User script runs, then the Create and Login scripts
//     unless users move to Auth0.
//
// The changes start from the empty profile. The profile shares the text of metadata
// with c, which is immutable. The error is that of the verdict, or of the size of the
// profile, a [rule.Violations].
//
// Sources: recorded creations (2 to 7; nickname since 2019, before it took a given
// name); User Profile Structure (2, lower case); Auth0 Management API,
// CreateUserRequestContent (8); User Account Linking (4, SMS users); Create Script,
// Configure Automatic Migration from Your Database (9).
func (c Creation) Create(id string, t user.Target) (user.Outcome, error) {
	verdict := c.Validate(t)
	if err := verdict.Err(); err != nil {
		return user.Outcome{}, err
	}
	c = c.placed()
	o := begin(&t)
	p := o.create(&c, id)
	effects := o.creationEffects(&c)
	return o.write(user.Profile{}, p, effects, verdict.Warnings)
}

// write returns the outcome of an API call that turns the profile before into after. It
// judges the size of the profile.
func (o *operation) write(before, after user.Profile, effects []user.Effect, warnings rule.Violations) (user.Outcome, error) {
	derived.JudgeSize(&o.Judge, &before, &after)
	if err := o.Verdict().Err(); err != nil {
		return user.Outcome{}, err
	}
	warnings = slices.DeleteFunc(warnings, func(w rule.Violation) bool { return isOfMetadata(w.Rule) })
	return o.outcome(before, after, effects, warnings)
}

// isOfMetadata reports whether a rule judges the size of metadata in place of that of a
// profile that is not known.
func isOfMetadata(id rule.ID) bool { return id == rule.ProfileAllowance || id == rule.LargeMetadata }

// outcome returns the outcome of an operation that turns the profile before into
// after. The warnings are added to those of o. The error is a [metadata.Errors] if after
// is nested too deep.
func (o *operation) outcome(before, after user.Profile, effects []user.Effect, warnings rule.Violations) (user.Outcome, error) {
	if n := derived.Size(&after); n > 2*metadata.MaxLevels { // each level has two bytes at least
		if _, err := metadata.Parse(after.AppendJSON(make([]byte, 0, n))); err != nil {
			return user.Outcome{}, err
		}
	}
	warnings = judge.InOrder(append(warnings, o.Verdict().Warnings...))
	return user.Outcome{Before: before.Clone(), Profile: after, Effects: effects, Warnings: warnings}, nil
}

// operation is one operation on one user. It collects violations and warnings.
type operation struct {
	judge.Judge
	target   *user.Target
	needs    []string // members that are required
	imports  bool     // the operation is an import
	unstated bool     // its schema states no lengths
	known    bool     // the profile, which decides on the size of metadata, is known
}

// begin begins an operation. It sets the kind of connection that t leaves empty.
func begin(t *user.Target) operation {
	derived.Resolve(&t.Connection)
	return operation{Judge: judge.New(t.Sources, t.Policies), target: t}
}

// judgeKind judges the kind of the target's connection.
func (o *operation) judgeKind() { derived.JudgeKind(&o.Judge, &o.target.Connection) }

// refusal returns the error for one violation.
func refusal(id rule.ID, pointer, message string) error {
	return rule.Violations{judge.Violation(id, pointer, message)}
}

// create returns the user that c creates.
func (o *operation) create(c *Creation, id string) user.Profile {
	p := user.Profile{
		Email: c.Email, EmailVerified: c.EmailVerified, Username: c.Username, PhoneNumber: c.PhoneNumber, PhoneVerified: c.PhoneVerified,
		Name: c.Name, Nickname: c.Nickname, GivenName: c.GivenName, FamilyName: c.FamilyName, Picture: c.Picture,
		Blocked: c.Blocked, UserMetadata: o.newMetadata(c.UserMetadata), AppMetadata: attrs.NonEmpty(o.newMetadata(c.AppMetadata)),
	}
	stored := *o.target
	stored.Migrated = stored.Connection.ImportMode // with the import mode on, users are created in the Auth0 store
	p.Email, p.Username = derived.Fold(&stored, p.Email), derived.Fold(&stored, p.Username)
	o.identify(&p, c, id)
	if p.Email.IsZero() {
		message := "no source shows which attributes are derived for a user without an e-mail; send name, nickname and picture"
		if !p.PhoneNumber.IsZero() && o.isSMS(&p) {
			message = "no source shows which attributes other than name are derived for an SMS user; send nickname and picture"
		}
		o.Report(rule.NoEmail, "", message)
	} else if p.EmailVerified.IsZero() {
		p.EmailVerified = user.Set(false)
	}
	p = o.derive(p, nil)
	p.CreatedAt = derived.Stamp(o.target, p.CreatedAt)
	p.UpdatedAt = p.CreatedAt
	return p
}

// newMetadata returns the metadata of a user who had none. The reading decides whether a
// null at its first level is stored or left out.
func (o *operation) newMetadata(m metadata.Object) metadata.Object {
	if o.Reads(rule.NullInNewMetadata, "stored") {
		return m
	}
	return m.Select(func(_ string, v metadata.Value) bool { return !v.IsNull() })
}

// identify gives p its user_id and its identity.
func (o *operation) identify(p *user.Profile, c *Creation, id string) {
	provider := o.provider(c)
	switch given, ok := c.UserID.Get(); {
	case ok && given == "":
		o.Report(rule.EmptyID, "/user_id", "an empty user_id is taken for none; leave it out")
	case ok:
		id = o.bare(given, provider)
	}
	i := user.Identity{Connection: c.Connection, Provider: user.Set(provider), IsSocial: user.Set(false)}
	if id != "" {
		i.UserID = user.Set(user.ID(id))
		p.UserID = user.Set(user.ID(provider + "|" + id))
	}
	p.Identities = []user.Identity{i}
}

// provider returns the provider of the user that c creates. If the connection is not
// known, it guesses the provider from the attributes.
func (o *operation) provider(c *Creation) string {
	if provider := derived.Provider(&o.target.Connection); provider != "" {
		return provider
	}
	switch {
	case !c.Password.IsZero(), !c.Username.IsZero(): // on database connections only
		return "auth0"
	case !c.Email.IsZero():
		o.Report(rule.UnknownProvider, "/user_id", "the connection is taken for a database and could be a passwordless one; describe it in the target")
		return "auth0"
	}
	o.Report(rule.UnknownProvider, "/user_id", "the kind of the connection is guessed; describe it in the target")
	if c.PhoneNumber.IsZero() {
		return "auth0"
	}
	return "sms"
}

// bare returns the user_id of the identity for a user_id that may have the provider
// before it.
func (o *operation) bare(id, provider string) string {
	rest, has := strings.CutPrefix(id, provider+"|")
	switch {
	case !has:
		return id
	case o.imports:
		o.Report(rule.ImportPrefixedID, "/user_id", "an import adds the provider before user_id again; send it without the provider")
		return id
	}
	o.Report(rule.PrefixedID, "/user_id", "user_id has the provider before it, which Auth0 adds; send it without the provider")
	if o.Reads(rule.PrefixedID, "kept") {
		return rest
	}
	return id
}

// derive returns p with the attributes that Auth0 derives if they are absent, except
// those whose names are in without.
func (o *operation) derive(p user.Profile, without []string) user.Profile {
	email := p.Email.Or("")
	if number, ok := p.PhoneNumber.Get(); ok && email == "" && p.Name.IsZero() && !slices.Contains(without, "name") && o.isSMS(&p) {
		o.Report(rule.PhoneName, "/name", "the name of an SMS user is the phone number; send name to set another")
		p.Name = user.Set(number)
	}
	if p.Picture.IsZero() && email != "" && len(strings.Fields(p.Name.Or(""))) > 1 {
		o.Report(rule.PictureLetters, "/picture", "the letters in the picture of a name of several words were seen on a few users only; send picture")
	}
	own := p.Picture
	p = derived.Attributes(p, without)
	if picture, ok := p.Picture.Get(); ok && o.imports && own.IsZero() {
		p.Picture = user.Set(derived.Imported(picture))
	}
	return p
}

// isSMS reports whether p is a user of an SMS connection.
func (o *operation) isSMS(p *user.Profile) bool {
	if len(p.Identities) > 0 {
		return p.Identities[0].Provider.Or("") == "sms"
	}
	return derived.Provider(&o.target.Connection) == "sms"
}

// creationEffects lists the effects of a creation.
func (o *operation) creationEffects(c *Creation) (list []user.Effect) {
	on := &o.target.Connection
	if on.Kind == user.CustomDatabase {
		list = scriptEffects(Outside, user.CreateScript, on.ImportMode)
	}
	if c.Email.IsZero() {
		return list
	}
	send := c.VerifyEmail.Or(!c.EmailVerified.Or(false))
	if !send && !c.VerifyEmail.Or(true) && on.Kind == user.PasswordlessEmail {
		o.Report(rule.PasswordlessVerification, "/verify_email", "sources disagree whether verify_email false stops the e-mail on this connection; set email_verified true as well")
		send = o.Reads(rule.PasswordlessVerification, "sent")
	}
	if send {
		list = append(list, user.Effect{Kind: user.VerificationEmail, Rule: rule.CreationVerificationEmail})
	}
	return list
}
