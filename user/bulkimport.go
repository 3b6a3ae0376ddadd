package user

import (
	"strconv"
	"strings"

	"github.com/metameld/metameld/metadata"
)

// Import is one user in the file of a bulk import. The zero Import is {}, which is
// refused. It is immutable but for its fields, and copies share nothing that can
// change.
//
// Source: Auth0 docs, Bulk User Import Database Schema and Examples.
type Import struct {
	Email              Param[string]
	EmailVerified      Param[bool]
	UserID             Param[string] // without the provider before it
	Username           Param[string]
	GivenName          Param[string]
	FamilyName         Param[string]
	Name               Param[string]
	Nickname           Param[string]
	Picture            Param[string]
	Blocked            Param[bool]
	PhoneNumber        Param[string]
	PhoneVerified      Param[bool]
	PasswordHash       Param[string]
	CustomPasswordHash metadata.Object
	AppMetadata        metadata.Object
	UserMetadata       metadata.Object
	MFAFactors         metadata.Value // a list of objects

	// Extra has the members that have no place above, as in [Creation].
	Extra metadata.Object
}

// imported are the names of the members, in the order of the schema.
var imported = []string{
	"email", "email_verified", "user_id", "username", "given_name", "family_name", "name", "nickname", "picture", "blocked",
	"phone_number", "phone_verified", "password_hash", "custom_password_hash", "app_metadata", "user_metadata", "mfa_factors",
}

// field returns a pointer to the field of that name, nil where there is none.
func (i *Import) field(name string) any {
	switch name {
	case "email":
		return &i.Email
	case "email_verified":
		return &i.EmailVerified
	case "user_id":
		return &i.UserID
	case "username":
		return &i.Username
	case "given_name":
		return &i.GivenName
	case "family_name":
		return &i.FamilyName
	case "name":
		return &i.Name
	case "nickname":
		return &i.Nickname
	case "picture":
		return &i.Picture
	case "blocked":
		return &i.Blocked
	case "phone_number":
		return &i.PhoneNumber
	case "phone_verified":
		return &i.PhoneVerified
	case "password_hash":
		return &i.PasswordHash
	case "custom_password_hash":
		return &i.CustomPasswordHash
	case "app_metadata":
		return &i.AppMetadata
	case "user_metadata":
		return &i.UserMetadata
	case "mfa_factors":
		return &i.MFAFactors
	}
	return nil
}

// ParseImport returns the import whose JSON text is given, as [ParseCreation] does.
func ParseImport(text []byte) (Import, error) {
	o, err := metadata.Parse(text)
	if err != nil {
		return Import{}, err
	}
	var i Import
	i.Extra = take(o, i.field)
	return i, nil
}

// mostImportBytes is the size of the largest file of a bulk import, 500 KB.
const mostImportBytes = 512_000

// ParseImports returns the users in the file of a bulk import, a list. It copies the
// text. The error is a [metadata.Errors] about the text, each row that is no object
// listed, or a [Violation] of [RuleImportSize] where the file is too large.
//
// Source: Auth0 docs, Bulk User Imports.
func ParseImports(text []byte) ([]Import, error) {
	if len(text) > mostImportBytes {
		return nil, ruleOf(RuleImportSize).violation("", messageOf(RuleImportSize))
	}
	var v metadata.Value
	if err := v.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	if v.Kind() != metadata.KindArray {
		return nil, metadata.Errors{{Fault: ErrMistyped}}
	}
	var d decoder
	list := []Import{}
	for e := range v.Elements() {
		o, ok := e.Object()
		if !ok {
			d.fault(ErrMistyped, strconv.Itoa(len(list)))
		}
		var i Import
		i.Extra = take(o, i.field)
		list = append(list, i)
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	return list, nil
}

// AppendJSON appends the JSON text of i to dst.
func (i Import) AppendJSON(dst []byte) []byte {
	return appendMembers(dst, imported, i.field, i.Extra)
}

// MarshalJSON returns the JSON text of i.
func (i Import) MarshalJSON() ([]byte, error) { return i.AppendJSON(nil), nil }

// UnmarshalJSON sets i to the import in text, as [ParseImport] does.
func (i *Import) UnmarshalJSON(text []byte) error {
	n, err := ParseImport(text)
	if err != nil {
		return err
	}
	*i = n
	return nil
}

// Validate judges i as a row of a bulk import, as [Creation.Validate] does a
// creation: types, forms, metadata; email is required, unknown members are refused,
// and the connection is the Auth0 store or a custom database with the import mode
// on.
//
// Sources: Bulk User Import Database Schema and Examples; Auth0 Management API,
// POST /api/v2/jobs/users-imports.
func (i Import) Validate(at Circumstances) Verdict {
	j := judge{at: &at}
	j.members(imported, i.field, i.Extra)
	if !i.MFAFactors.IsZero() && i.MFAFactors.Kind() != metadata.KindArray {
		j.mistyped("mfa_factors", i.MFAFactors.IsNull())
	}
	if _, has := i.Extra.Get("email"); i.Email.IsZero() && !has {
		j.report(RuleImportEmail, "", "email is required")
	}
	if !i.PasswordHash.IsZero() && !i.CustomPasswordHash.IsZero() {
		j.report(RuleImportPasswords, "/custom_password_hash", "password_hash and custom_password_hash exclude each other")
	}
	switch on := at.Connection; {
	case on.Kind == KindUnknown, on.Kind == Database, on.Kind == CustomDatabase && on.ImportMode:
	default:
		j.report(RuleImportConnection, "", "users are imported to the Auth0 store, or to a custom database with the import mode on")
	}
	return j.sorted()
}

// Imported is the outcome of an import.
type Imported struct {
	Profile  Profile
	Changes  []metadata.Change
	Warnings Violations
}

// Into returns what the import makes of existing, the user of the connection with
// whom i shares the e-mail or another identifier; the zero Profile is none. id is
// the part of the user_id that Auth0 generates where i has none.
//
// The rules, in order:
//
//  1. What [Import.Validate] refuses is not imported.
//  2. A user who does not exist is made, as [New] does, and no e-mail is said to be
//     sent.
//  3. Without upsert a user with the same e-mail, user_id, phone number or username
//     is refused. With it, the one with the same e-mail is changed.
//  4. An upsert sets name, given_name, family_name, nickname, picture and
//     email_verified where it has them. It leaves blocked, email, username, user_id,
//     phone_number, phone_verified, password_hash and mfa_factors as they are.
//  5. user_metadata and app_metadata replace those there: nothing is merged.
//  6. email_verified becomes false where it is not given.
//  7. updated_at becomes at.Now, where that is given.
//
// Nothing given is changed. The error is [Violations], or a [metadata.Errors] where
// existing was put together of parts that are too deep.
//
// Sources: Bulk User Imports (3, 5); Bulk User Import Database Schema and Examples
// (4); Auth0 Management API, POST /api/v2/jobs/users-imports (6).
func (i Import) Into(existing Profile, upsert bool, id string, at Circumstances) (Imported, error) {
	verdict := i.Validate(at)
	if err := verdict.Err(); err != nil {
		return Imported{}, err
	}
	j := judge{at: &at}
	var p Profile
	if existing.Equal(Profile{}) {
		p = i.made(&j, id)
	} else {
		if !upsert || !strings.EqualFold(existing.Email.Or(""), i.Email.Or("")) {
			j.report(RuleImportExists, i.shared(existing), "a user with this identifier exists already")
			return Imported{}, j.verdict.Violations
		}
		p = i.upserted(&j, existing)
	}
	before, err := existing.Object()
	if err != nil {
		return Imported{}, err
	}
	after, err := p.Object()
	if err != nil {
		return Imported{}, err
	}
	return Imported{p, metadata.Changes(before, after), append(verdict.Warnings, j.sorted().Warnings...)}, nil
}

// made returns the user that i is where there was none.
func (i Import) made(j *judge, id string) Profile {
	c := Creation{
		Email: i.Email, PhoneNumber: i.PhoneNumber, UserMetadata: i.UserMetadata, Blocked: i.Blocked, EmailVerified: i.EmailVerified,
		PhoneVerified: i.PhoneVerified, AppMetadata: i.AppMetadata, GivenName: i.GivenName, FamilyName: i.FamilyName, Name: i.Name,
		Nickname: i.Nickname, Picture: i.Picture, UserID: i.UserID, Username: i.Username,
	}
	if name := j.at.Connection.Name; name != "" {
		c.Connection = Value(name)
	}
	stored := *j.at
	stored.Connection.Kind = Database
	own := judge{at: &stored}
	p := own.made(&c, id)
	j.verdict.Warnings = append(j.verdict.Warnings, own.verdict.Warnings...)
	return p
}

// shared returns the pointer of the identifier that i shares with p.
func (i Import) shared(p Profile) string {
	same := func(a Param[string], b Field[string]) bool {
		s, ok := a.Get()
		return ok && strings.EqualFold(s, b.Or(""))
	}
	switch {
	case same(i.Email, p.Email):
		return "/email"
	case same(i.Username, p.Username):
		return "/username"
	case same(i.PhoneNumber, p.PhoneNumber):
		return "/phone_number"
	case !i.UserID.IsZero() && len(p.Identities) > 0 && same(i.UserID, p.Identities[0].UserID):
		return "/user_id"
	}
	return ""
}

// upserted returns p as an upsert leaves it.
func (i Import) upserted(j *judge, p Profile) Profile {
	p = p.Clone()
	for _, x := range []struct {
		says Param[string]
		f    *Field[string]
	}{{i.GivenName, &p.GivenName}, {i.FamilyName, &p.FamilyName}, {i.Name, &p.Name}, {i.Nickname, &p.Nickname}, {i.Picture, &p.Picture}} {
		if !x.says.IsZero() {
			*x.f = x.says.field
		}
	}
	switch was, known := p.EmailVerified.Get(); {
	case !i.EmailVerified.IsZero():
		p.EmailVerified = i.EmailVerified.field
	case was || !known:
		j.report(RuleImportVerified, "/email_verified", "whether an upsert without email_verified resets it is not clear")
		if j.at.reading(RuleImportVerified) == "reset" {
			p.EmailVerified = Set(false)
		}
	}
	for _, name := range []string{"user_id", "username", "blocked", "phone_number", "phone_verified", "password_hash", "mfa_factors"} {
		if present(i.field(name)) {
			j.report(RuleImportLeft, metadata.Pointer(name), name+" of a user who exists is left as it is")
		}
	}
	if !i.CustomPasswordHash.IsZero() {
		j.report(RuleImportPassword, "/custom_password_hash", "the password changes only where the user never logged in with the first one imported")
	}
	i.replace(j, "user_metadata", i.UserMetadata, &p.UserMetadata, &p)
	i.replace(j, "app_metadata", i.AppMetadata, &p.AppMetadata, &p)
	if p.AppMetadata.Len() == 0 {
		p.AppMetadata = metadata.Object{}
	}
	p.UpdatedAt = j.at.stamp(p.UpdatedAt)
	return p
}

// replace puts one metadata object in the place of the one there.
func (i Import) replace(j *judge, name string, says metadata.Object, o *metadata.Object, p *Profile) {
	if says.IsZero() {
		return
	}
	if o.Len() > 0 {
		j.report(RuleImportReplaces, metadata.Pointer(name), "this replaces "+name+"; nothing is merged")
	}
	*o = j.seeded(says)
	if p.Extra = p.Extra.Select(func(n string, _ metadata.Value) bool { return n != name }); p.Extra.Len() == 0 {
		p.Extra = metadata.Object{}
	}
}
