package lifecycle

import (
	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Creation is the body of POST /api/v2/users. No member can be null, and connection
// is required. The zero Creation is {}, which the API refuses. Copies are
// independent.
//
// Source: Auth0 Management API, CreateUserRequestContent.
type Creation struct {
	Email         user.Field[string]
	PhoneNumber   user.Field[string]
	UserMetadata  metadata.Object
	Blocked       user.Field[bool]
	EmailVerified user.Field[bool]
	PhoneVerified user.Field[bool]
	AppMetadata   metadata.Object
	GivenName     user.Field[string]
	FamilyName    user.Field[string]
	Name          user.Field[string]
	Nickname      user.Field[string]
	Picture       user.Field[string]
	UserID        user.Field[string] // without the provider before it
	Connection    user.Field[string]
	Password      user.Field[user.Secret]
	VerifyEmail   user.Field[bool]
	Username      user.Field[string]

	// Extra has every other member: unknown ones, and metadata that is not an
	// object. A member of Extra whose field is set is not written.
	Extra metadata.Object
}

// attributes returns the table of c, in the order of the schema.
func (c *Creation) attributes() [17]attrs.Attr {
	return [...]attrs.Attr{
		{Name: "email", Field: &c.Email},
		{Name: "phone_number", Field: &c.PhoneNumber},
		{Name: "user_metadata", Field: attrs.Object{At: &c.UserMetadata}},
		{Name: "blocked", Field: &c.Blocked},
		{Name: "email_verified", Field: &c.EmailVerified},
		{Name: "phone_verified", Field: &c.PhoneVerified},
		{Name: "app_metadata", Field: attrs.Object{At: &c.AppMetadata}},
		{Name: "given_name", Field: &c.GivenName},
		{Name: "family_name", Field: &c.FamilyName},
		{Name: "name", Field: &c.Name},
		{Name: "nickname", Field: &c.Nickname},
		{Name: "picture", Field: &c.Picture},
		{Name: "user_id", Field: &c.UserID},
		{Name: "connection", Field: &c.Connection},
		{Name: "password", Field: &c.Password},
		{Name: "verify_email", Field: &c.VerifyEmail},
		{Name: "username", Field: &c.Username},
	}
}

// ParseCreation returns the creation whose JSON text is given. It copies the text.
//
// The error is a [metadata.Errors] and is about the text only: it is not JSON, not an
// object, or has a name twice. Nulls, unknown members and other members that the API
// refuses are not errors: the creation keeps them as they are, and
// [Creation.Validate] lists them.
func ParseCreation(text []byte) (Creation, error) {
	v, err := attrs.ParseObject(text)
	if err != nil {
		return Creation{}, err
	}
	var c Creation
	table := c.attributes()
	c.Extra = attrs.Decode(table[:], v)
	return c, nil
}

// Equal reports whether c and d have equal members, as their texts do.
func (c Creation) Equal(d Creation) bool {
	a, b := c.attributes(), d.attributes()
	return attrs.Equal(a[:], c.Extra, b[:], d.Extra)
}

// AppendJSON appends the JSON text of c, the body to send, to dst.
func (c Creation) AppendJSON(dst []byte) []byte {
	table := c.attributes()
	return attrs.Append(dst, table[:], c.Extra)
}

// MarshalJSON returns the JSON text of c, the body to send.
func (c Creation) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil), nil }

// UnmarshalJSON sets c to the creation in text, as [ParseCreation] does.
func (c *Creation) UnmarshalJSON(text []byte) error {
	return attrs.Unmarshal(c, text, ParseCreation)
}

// placed returns c with the members of Extra in their fields, as the text of c reads.
func (c Creation) placed() Creation {
	table := c.attributes()
	c.Extra = attrs.Place(table[:], c.Extra)
	return c
}
