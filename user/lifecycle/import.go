package lifecycle

import (
	"strings"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Validate judges r as a row of a bulk import, as [Creation.Validate] does a
// creation: types, forms and metadata; email is required, unknown members are refused,
// custom_password_hash and mfa_factors follow the schema, and the connection is the
// Auth0 store or a custom database with the import mode on. The schema has no lengths,
// so a text that a creation could not have is a warning. [Row.Import] judges the size
// of the profile, of which Validate sees only the metadata.
//
// Sources: Bulk User Import Database Schema and Examples; Auth0 Management API,
// POST /api/v2/jobs/users-imports.
func (r Row) Validate(t user.Target) rule.Verdict { return r.validate(t, false) }

// validate is Validate. If known, the size of the profile is judged elsewhere.
func (r Row) validate(t user.Target, known bool) rule.Verdict {
	r = r.placed()
	o := begin(&t)
	o.judgeKind()
	o.unstated, o.known, o.needs = true, known, []string{"email"}
	table := r.attributes()
	o.members(table[:], r.Extra)
	o.required(table[:], "phone_number", "username")
	o.undeclaredEmail(!r.Email.IsZero())
	if derived.Undeclared(&t.Connection, "phone_number") {
		o.undeclaredPhone(phone(r.PhoneNumber, r.PhoneVerified))
	}
	o.passwordHash(r.CustomPasswordHash)
	o.factors(r.MFAFactors)
	if r.Email.IsZero() {
		o.Report(rule.ImportEmail, "", "email is required")
	}
	if !r.PasswordHash.IsZero() && !r.CustomPasswordHash.IsZero() {
		o.Report(rule.ImportPasswords, "/custom_password_hash", "password_hash and custom_password_hash exclude each other; leave one out")
	}
	if t.Connection.Kind == user.KindUnknown {
		o.notJudged(table[:], "username", "phone_number", "phone_verified")
	}
	switch on := t.Connection; {
	case on.Kind == user.KindUnknown, on.Kind == user.Database, on.Kind == user.CustomDatabase && on.ImportMode:
	default:
		o.Report(rule.ImportConnection, "", "users are imported to the Auth0 store, or to a custom database with the import mode on; choose such a connection")
	}
	return o.Verdict()
}

// Import returns the user after an import of r. existing is the user of the
// connection who shares the e-mail or another identifier with r; the zero Profile is
// none. id is the part of the user_id that Auth0 generates if r has no user_id.
//
// The rules, in order:
//
//  1. A row that [Row.Validate] refuses is not imported. Its size is judged by the
//     profile: a row that makes a profile larger than the allowance is refused, an
//     upsert that makes one smaller is not ([rule.ProfileAllowance]).
//  2. A user who does not exist is created as in [Creation.Create], in the Auth0 store
//     and without a verification e-mail. The provider is added before user_id even if
//     user_id has it already. A picture that is derived is on another host.
//  3. Without upsert, a user with the same e-mail, user_id, phone number or username
//     is refused. With it, the user with the same e-mail is changed.
//  4. An upsert sets the profile attributes and email_verified, if r has them. It
//     leaves blocked, email, username, user_id, phone_number, phone_verified,
//     password_hash and mfa_factors as they are.
//  5. user_metadata and app_metadata of r replace those of the user: nothing is
//     merged.
//  6. email_verified becomes false if r lacks it.
//  7. updated_at becomes t.Now, if it is set.
//
// Neither r nor existing changes. The error is a [rule.Violations], or a
// [metadata.Errors] if the result is nested too deep.
//
// Sources: Bulk User Imports (2, 3, 5); recorded imports (the picture in 2); Bulk User
// Import Database Schema and Examples (4); Auth0 Management API,
// POST /api/v2/jobs/users-imports (6).
func (r Row) Import(existing user.Profile, upsert bool, id string, t user.Target) (user.Outcome, error) {
	existing, r = derived.Placed(existing), r.placed()
	isNew := existing.Equal(user.Profile{})
	verdict := r.validate(t, !isNew)
	if err := verdict.Err(); err != nil {
		return user.Outcome{}, err
	}
	var o operation
	var p user.Profile
	switch {
	case isNew:
		t.Connection.Kind = user.Database
		o = begin(&t)
		o.imports = true
		p = o.create(r.creation(t.Connection.Name), id)
	case upsert && strings.EqualFold(existing.Email.Or(""), r.Email.Or("")):
		o = begin(&t)
		p = o.upsert(&r, existing)
	default:
		pointer := r.shared(&existing)
		message := "a user with this " + strings.TrimPrefix(pointer, "/") + " exists; import with upsert to change that user"
		if pointer != "/email" {
			message = "a user with this identifier and another e-mail exists; an upsert finds users by e-mail only, so change this row"
		}
		return user.Outcome{}, rule.Violations{judge.Violation(rule.ImportExists, pointer, message)}
	}
	return o.write(existing, p, nil, verdict.Warnings)
}

// creation returns the creation of a user who does not exist.
func (r *Row) creation(connection string) *Creation {
	c := Creation{
		Email: r.Email, PhoneNumber: r.PhoneNumber, UserMetadata: r.UserMetadata, Blocked: r.Blocked, EmailVerified: r.EmailVerified,
		PhoneVerified: r.PhoneVerified, AppMetadata: r.AppMetadata, GivenName: r.GivenName, FamilyName: r.FamilyName, Name: r.Name,
		Nickname: r.Nickname, Picture: r.Picture, UserID: r.UserID, Username: r.Username,
	}
	if connection != "" {
		c.Connection = user.Set(connection)
	}
	return &c
}

// shared returns the pointer of the identifier that r and p share, "" if they share
// none.
func (r *Row) shared(p *user.Profile) string {
	same := func(a user.Field[string], b string) bool {
		s, ok := a.Get()
		return ok && strings.EqualFold(s, b)
	}
	switch {
	case same(r.Email, p.Email.Or("")):
		return "/email"
	case same(r.Username, p.Username.Or("")):
		return "/username"
	case same(r.PhoneNumber, p.PhoneNumber.Or("")):
		return "/phone_number"
	case len(p.Identities) > 0 && same(r.UserID, string(p.Identities[0].UserID.Or(""))):
		return "/user_id"
	}
	return ""
}

// upsert returns p after an upsert with r.
func (o *operation) upsert(r *Row, p user.Profile) user.Profile {
	p = p.Clone()
	replaceWith(&p, r.Name, r.Nickname, r.GivenName, r.FamilyName, r.Picture)
	switch was, known := p.EmailVerified.Get(); {
	case !r.EmailVerified.IsZero():
		p.EmailVerified = r.EmailVerified
	case was || !known:
		o.Report(rule.ImportResetsVerified, "/email_verified", "sources disagree whether an upsert without email_verified resets it; send it")
		if o.Reads(rule.ImportResetsVerified, "reset") {
			p.EmailVerified = user.Set(false)
		}
	}
	o.leaves(r)
	if !r.CustomPasswordHash.IsZero() {
		o.Report(rule.ImportChangesPassword, "/custom_password_hash", "the password changes only if the user never logged in with the first one imported; use an update to change it")
	}
	o.replaceMetadata("user_metadata", r.UserMetadata, &p.UserMetadata, &p)
	o.replaceMetadata("app_metadata", r.AppMetadata, &p.AppMetadata, &p)
	p.AppMetadata = attrs.NonEmpty(p.AppMetadata)
	p.UpdatedAt = derived.Stamp(o.target, p.UpdatedAt)
	return p
}

// leaves warns of the attributes of r that an upsert does not change.
func (o *operation) leaves(r *Row) {
	table := r.attributes()
	for _, name := range []string{"user_id", "username", "blocked", "phone_number", "phone_verified", "password_hash", "mfa_factors"} {
		if !attrs.Find(table[:], name).IsZero() {
			advice := "use an update to change it"
			switch name {
			case "user_id", "mfa_factors":
				advice = "no update changes it either, so leave it out"
			case "password_hash":
				advice = "use an update with password"
			}
			o.Report(rule.ImportLeaves, metadata.Pointer(name), "an upsert leaves "+name+" as it is; "+advice)
		}
	}
}

// replaceMetadata replaces the metadata object m of p, if the row has one.
func (o *operation) replaceMetadata(name string, with metadata.Object, m *metadata.Object, p *user.Profile) {
	if with.IsZero() {
		return
	}
	if m.Len() > 0 {
		o.Report(rule.ImportReplacesMetadata, metadata.Pointer(name), "this replaces "+name+", nothing is merged; send the whole object")
	}
	*m = o.newMetadata(with)
	p.Extra = attrs.NonEmpty(p.Extra.Without(name))
}
