package lifecycle

import (
	"slices"
	"strconv"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Row is one user in the file of a bulk import. The zero Row is {}, which is refused.
// A copy shares MFAFactors, a slice.
//
// Source: Auth0 docs, Bulk User Import Database Schema and Examples.
type Row struct {
	Email              user.Field[string]
	EmailVerified      user.Field[bool]
	UserID             user.Field[string] // without the provider before it
	Username           user.Field[string]
	GivenName          user.Field[string]
	FamilyName         user.Field[string]
	Name               user.Field[string]
	Nickname           user.Field[string]
	Picture            user.Field[string]
	Blocked            user.Field[bool]
	PhoneNumber        user.Field[string]
	PhoneVerified      user.Field[bool]
	PasswordHash       user.Field[user.Secret]
	CustomPasswordHash metadata.Object
	AppMetadata        metadata.Object
	UserMetadata       metadata.Object
	MFAFactors         []metadata.Object // nil: absent

	// Extra has every other member, as in [Creation]; also an mfa_factors that is not
	// a list of objects.
	Extra metadata.Object
}

// attributes returns the table of r, in the order of the schema.
func (r *Row) attributes() [17]attrs.Attr {
	return [...]attrs.Attr{
		{Name: "email", Field: &r.Email},
		{Name: "email_verified", Field: &r.EmailVerified},
		{Name: "user_id", Field: &r.UserID},
		{Name: "username", Field: &r.Username},
		{Name: "given_name", Field: &r.GivenName},
		{Name: "family_name", Field: &r.FamilyName},
		{Name: "name", Field: &r.Name},
		{Name: "nickname", Field: &r.Nickname},
		{Name: "picture", Field: &r.Picture},
		{Name: "blocked", Field: &r.Blocked},
		{Name: "phone_number", Field: &r.PhoneNumber},
		{Name: "phone_verified", Field: &r.PhoneVerified},
		{Name: "password_hash", Field: &r.PasswordHash},
		{Name: "custom_password_hash", Field: attrs.Object{At: &r.CustomPasswordHash}},
		{Name: "app_metadata", Field: attrs.Object{At: &r.AppMetadata}},
		{Name: "user_metadata", Field: attrs.Object{At: &r.UserMetadata}},
		{Name: "mfa_factors", Field: attrs.List{At: &r.MFAFactors}},
	}
}

// ParseRow returns the row whose JSON text is given, as [ParseCreation] does.
func ParseRow(text []byte) (Row, error) {
	v, err := attrs.ParseObject(text)
	if err != nil {
		return Row{}, err
	}
	var r Row
	r.decode(v)
	return r, nil
}

// decode sets r, the zero Row, to the row that the object v is.
func (r *Row) decode(v metadata.Value) {
	table := r.attributes()
	r.Extra = attrs.Decode(table[:], v)
}

// ParseRows returns the rows in the file of a bulk import, a list. It copies the text.
// The error is a [rule.Violations] with [rule.ImportSize] where the file is too large;
// else a [metadata.Errors] about the text, with each row that is not an object.
//
// Source: Auth0 docs, Bulk User Imports.
func ParseRows(text []byte) ([]Row, error) {
	if len(text) > limit.ImportFile {
		_, message, _ := rule.AnswerTo(rule.EndpointImport, rule.ImportSize)
		return nil, refusal(rule.ImportSize, "", message)
	}
	var v metadata.Value
	if err := v.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	if v.Kind() != metadata.KindArray {
		return nil, metadata.Errors{{Fault: user.ErrMistyped}}
	}
	if list, ok := attrs.ReadObjects(v, (*Row).decode); ok {
		return list, nil
	}
	var faults judge.Faults
	n := 0
	for e := range v.Elements() {
		if e.Kind() != metadata.KindObject {
			faults.Add(user.ErrMistyped, strconv.Itoa(n))
		}
		if n++; faults.Full() {
			break
		}
	}
	return nil, faults.Err()
}

// Equal reports whether r and q have equal members, as their texts do.
func (r Row) Equal(q Row) bool {
	a, b := r.attributes(), q.attributes()
	return attrs.Equal(a[:], r.Extra, b[:], q.Extra)
}

// AppendJSON appends the JSON text of r to dst.
func (r Row) AppendJSON(dst []byte) []byte {
	table := r.attributes()
	return attrs.Append(dst, table[:], r.Extra)
}

// MarshalJSON returns the JSON text of r.
func (r Row) MarshalJSON() ([]byte, error) { return r.AppendJSON(nil), nil }

// UnmarshalJSON sets r to the row in text, as [ParseRow] does.
func (r *Row) UnmarshalJSON(text []byte) error {
	return attrs.Unmarshal(r, text, ParseRow)
}

// placed returns r with the members of Extra in their fields, as the text of r reads: a
// list with an absent factor, which is written as null, is in Extra.
func (r Row) placed() Row {
	table := r.attributes()
	r.Extra = attrs.Place(table[:], r.Extra)
	if slices.ContainsFunc(r.MFAFactors, metadata.Object.IsZero) {
		list := attrs.List{At: &r.MFAFactors}
		r.Extra = attrs.SetMembers(r.Extra, map[string]any{"mfa_factors": attrs.ValueOf(list)})
		r.MFAFactors = nil
	}
	return r
}
