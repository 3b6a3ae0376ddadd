package user

import (
	"slices"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/metadata"
)

// Profile is the normalized user profile as the Management API answers it. The
// zero Profile has no attribute.
//
// A copy of a Profile shares Identities, a slice; everything else is immutable.
//
// Sources: Auth0 Management API, UserResponseSchema; "User Object in Rules"
// (permissions); the workflow card "Update User", outputs.
type Profile struct {
	UserID                  Field[ID]
	Email                   Field[string]
	EmailVerified           Field[bool]
	Username                Field[string]
	PhoneNumber             Field[string]
	PhoneVerified           Field[bool]
	Name                    Field[string]
	Nickname                Field[string]
	GivenName               Field[string]
	FamilyName              Field[string]
	Picture                 Field[string]
	Blocked                 Field[bool]     // by an administrator; the opposite of SCIM's active
	Identities              []Identity      // nil: absent
	UserMetadata            metadata.Object // the user can change it
	AppMetadata             metadata.Object // the user cannot change it
	Multifactor             metadata.Value  // factors: texts or objects; sources disagree whether enrolled or used in a login
	MultifactorLastModified Field[Timestamp]
	LastIP                  Field[string]
	LastLogin               Field[Timestamp]
	LoginsCount             Field[int64]
	LastPasswordReset       Field[Timestamp]
	CreatedAt               Field[Timestamp]
	UpdatedAt               Field[Timestamp]
	Permissions             metadata.Value // in Rules only

	// Extra has every other member: further attributes from the identity provider,
	// metadata that is not an object, and identities that are not a list of objects.
	// A member of Extra whose field is set is not written. One whose field is absent is
	// written, and operations take it for the field.
	Extra metadata.Object
}

// attributes returns the table of p.
func (p *Profile) attributes() [24]attrs.Attr {
	return [...]attrs.Attr{
		{Name: "user_id", Field: &p.UserID},
		{Name: "email", Field: &p.Email},
		{Name: "email_verified", Field: &p.EmailVerified},
		{Name: "username", Field: &p.Username},
		{Name: "phone_number", Field: &p.PhoneNumber},
		{Name: "phone_verified", Field: &p.PhoneVerified},
		{Name: "name", Field: &p.Name},
		{Name: "nickname", Field: &p.Nickname},
		{Name: "given_name", Field: &p.GivenName},
		{Name: "family_name", Field: &p.FamilyName},
		{Name: "picture", Field: &p.Picture},
		{Name: "blocked", Field: &p.Blocked},
		{Name: "identities", Field: identityList{At: &p.Identities}},
		{Name: "user_metadata", Field: attrs.Object{At: &p.UserMetadata}},
		{Name: "app_metadata", Field: attrs.Object{At: &p.AppMetadata}},
		{Name: "multifactor", Field: attrs.Value{At: &p.Multifactor}},
		{Name: "multifactor_last_modified", Field: &p.MultifactorLastModified},
		{Name: "last_ip", Field: &p.LastIP},
		{Name: "last_login", Field: &p.LastLogin},
		{Name: "logins_count", Field: &p.LoginsCount},
		{Name: "last_password_reset", Field: &p.LastPasswordReset},
		{Name: "created_at", Field: &p.CreatedAt},
		{Name: "updated_at", Field: &p.UpdatedAt},
		{Name: "permissions", Field: attrs.Value{At: &p.Permissions}},
	}
}

// Parse returns the profile whose JSON text is given. It copies the text, and each
// attribute keeps the whole copy in memory. To keep a part alone, use strings.Clone or
// [metadata.Object.Clone].
//
// Parse reads every JSON object, since identity providers and older exports store
// attributes of other types than the API's schema states. An attribute is written as
// it was read until its field is set:
//
//   - email_verified and phone_verified may be "true" or "false"; see
//     [rule.MistypedAttribute].
//   - The user_id of an identity may be a number.
//   - multifactor and permissions may have any type, and every attribute may be null.
//   - user_metadata, app_metadata and profileData that are not objects, and identities
//     that are not a list of objects, stay in Extra.
//   - Any other attribute of the wrong type makes its field mistyped; see
//     [Field.IsMistyped]. Operations warn about it ([rule.MistypedAttribute]).
//
// The error is a [metadata.Errors] with the faults of the text.
//
// Sources: auth0/go-auth0 issue 570 and auth0/auth0-python issue 789 (email_verified
// as another text, from SAML mappings); public exports (timestamps).
func Parse(text []byte) (Profile, error) {
	v, err := attrs.ParseObject(text)
	if err != nil {
		return Profile{}, err
	}
	return FromValue(v)
}

// FromValue returns the object v as a profile, as [Parse] does. The profile shares text
// with v. The error is a [metadata.Errors] with [metadata.ErrNotObject].
func FromValue(v metadata.Value) (p Profile, err error) {
	if v.Kind() != metadata.KindObject {
		return p, metadata.Errors{{Fault: metadata.ErrNotObject}}
	}
	var room [16]string // on the stack
	extra := room[:0]
	for name, v := range v.Members() {
		if !p.assign(name, v) {
			extra = append(extra, name)
		}
	}
	p.Extra = attrs.Select(v, extra)
	return p, nil
}

// assign sets the attribute of that name to v. It reports false if there is none, or if
// it cannot hold v. It takes less time than to look the name up in the table.
func (p *Profile) assign(name string, v metadata.Value) bool {
	switch name {
	case "user_id":
		return assignID(&p.UserID, v)
	case "email":
		return p.Email.Assign(v)
	case "email_verified":
		return assignFlag(&p.EmailVerified, v)
	case "username":
		return p.Username.Assign(v)
	case "phone_number":
		return p.PhoneNumber.Assign(v)
	case "phone_verified":
		return assignFlag(&p.PhoneVerified, v)
	case "name":
		return p.Name.Assign(v)
	case "nickname":
		return p.Nickname.Assign(v)
	case "given_name":
		return p.GivenName.Assign(v)
	case "family_name":
		return p.FamilyName.Assign(v)
	case "picture":
		return p.Picture.Assign(v)
	case "blocked":
		return p.Blocked.Assign(v)
	case "identities":
		return identityList{&p.Identities}.Assign(v)
	case "user_metadata":
		return attrs.Object{At: &p.UserMetadata}.Assign(v)
	case "app_metadata":
		return attrs.Object{At: &p.AppMetadata}.Assign(v)
	case "multifactor":
		return attrs.Value{At: &p.Multifactor}.Assign(v)
	case "multifactor_last_modified":
		return p.MultifactorLastModified.Assign(v)
	case "last_ip":
		return p.LastIP.Assign(v)
	case "last_login":
		return p.LastLogin.Assign(v)
	case "logins_count":
		return p.LoginsCount.Assign(v)
	case "last_password_reset":
		return p.LastPasswordReset.Assign(v)
	case "created_at":
		return p.CreatedAt.Assign(v)
	case "updated_at":
		return p.UpdatedAt.Assign(v)
	case "permissions":
		return attrs.Value{At: &p.Permissions}.Assign(v)
	}
	return false
}

// assignID sets f to v. Only the user_id of an identity may be a number.
func assignID(f *Field[ID], v metadata.Value) bool {
	if f.Assign(v); v.Kind() == metadata.KindNumber {
		f.value, f.state = "", stateMistyped
	}
	return true
}

// assignFlag sets f to v. It takes the texts "true" and "false" for true and false; f is
// written as it was read.
func assignFlag(f *Field[bool], v metadata.Value) bool {
	f.Assign(v)
	if s, _ := v.Str(); s == "true" || s == "false" {
		f.value, f.state = s == "true", stateSet
	}
	return true
}

// Clone returns a copy of p that shares only immutable parts with p.
func (p Profile) Clone() Profile {
	p.Identities = slices.Clone(p.Identities)
	return p
}

// Equal reports whether p and q have equal attributes, as their texts do; absent, null
// and empty differ.
func (p Profile) Equal(q Profile) bool {
	p, q = attrs.Placed(p, p.Extra, FromValue), attrs.Placed(q, q.Extra, FromValue)
	a, b := p.attributes(), q.attributes()
	return attrs.Equal(a[:], p.Extra, b[:], q.Extra)
}

// Object returns p as a JSON object. The error is a [metadata.Errors] with
// [metadata.ErrDepth] if p was built from parts that are nested too deep.
func (p Profile) Object() (metadata.Object, error) {
	return metadata.Parse(p.AppendJSON(nil))
}

// AppendJSON appends the JSON text of p to dst.
func (p Profile) AppendJSON(dst []byte) []byte {
	const rest = 1024 // bytes of the other attributes of most profiles
	dst = slices.Grow(dst, p.UserMetadata.Size()+p.AppMetadata.Size()+p.Extra.Size()+rest)
	table := p.attributes()
	return attrs.Append(dst, table[:], p.Extra)
}

// MarshalJSON returns the JSON text of p.
func (p Profile) MarshalJSON() ([]byte, error) { return p.AppendJSON(nil), nil }

// UnmarshalJSON sets p to the profile in text, as [Parse] does.
func (p *Profile) UnmarshalJSON(text []byte) error {
	return attrs.Unmarshal(p, text, Parse)
}

// Faults that this package reports besides those of package metadata.
const (
	ErrMistyped      metadata.Fault = "value of the wrong type"
	ErrUnknownMember metadata.Fault = "unknown member"
	ErrUnknownValue  metadata.Fault = "unknown value"
	ErrTooLong       metadata.Fault = "longer than the API allows" // a list or a text
)
