package user

import (
	"github.com/metameld/metameld/metadata"
)

// Creation is the body of POST /api/v2/users. Nothing in it can be null, and
// connection is required. The zero Creation is {}, which the API refuses. A
// Creation is immutable but for its fields, and copies share nothing that can
// change.
//
// Source: Auth0 Management API, CreateUserRequestContent.
type Creation struct {
	Email         Param[string]
	PhoneNumber   Param[string]
	UserMetadata  metadata.Object
	Blocked       Param[bool]
	EmailVerified Param[bool]
	PhoneVerified Param[bool]
	AppMetadata   metadata.Object
	GivenName     Param[string]
	FamilyName    Param[string]
	Name          Param[string]
	Nickname      Param[string]
	Picture       Param[string]
	UserID        Param[string] // without the provider before it
	Connection    Param[string]
	Password      Param[string]
	VerifyEmail   Param[bool]
	Username      Param[string]

	// Extra has the members that have no place above: unknown ones, and
	// user_metadata and app_metadata that are not objects. It is written where
	// the field of that name is absent.
	Extra metadata.Object
}

// created are the names of the members, in the order of the schema.
var created = []string{
	"email", "phone_number", "user_metadata", "blocked", "email_verified", "phone_verified", "app_metadata", "given_name",
	"family_name", "name", "nickname", "picture", "user_id", "connection", "password", "verify_email", "username",
}

// field returns a pointer to the field of that name, nil where there is none.
func (c *Creation) field(name string) any {
	switch name {
	case "email":
		return &c.Email
	case "phone_number":
		return &c.PhoneNumber
	case "user_metadata":
		return &c.UserMetadata
	case "blocked":
		return &c.Blocked
	case "email_verified":
		return &c.EmailVerified
	case "phone_verified":
		return &c.PhoneVerified
	case "app_metadata":
		return &c.AppMetadata
	case "given_name":
		return &c.GivenName
	case "family_name":
		return &c.FamilyName
	case "name":
		return &c.Name
	case "nickname":
		return &c.Nickname
	case "picture":
		return &c.Picture
	case "user_id":
		return &c.UserID
	case "connection":
		return &c.Connection
	case "password":
		return &c.Password
	case "verify_email":
		return &c.VerifyEmail
	case "username":
		return &c.Username
	}
	return nil
}

// ParseCreation returns the creation whose JSON text is given. It copies the text.
//
// The error is a [metadata.Errors] and is about the text only: that it is not
// JSON, not an object, or has a name twice, each listed. Nulls, unknown members
// and whatever else the API would refuse are no error here: the creation keeps
// them as they are, and [Creation.Validate] lists them.
func ParseCreation(text []byte) (Creation, error) {
	o, err := metadata.Parse(text)
	if err != nil {
		return Creation{}, err
	}
	var c Creation
	c.Extra = take(o, c.field)
	return c, nil
}

// Equal reports whether c and d have equal members.
func (c Creation) Equal(d Creation) bool {
	for _, name := range created {
		var same bool
		switch f := c.field(name).(type) {
		case *Param[string]:
			same = f.Equal(*d.field(name).(*Param[string]))
		case *Param[bool]:
			same = f.Equal(*d.field(name).(*Param[bool]))
		case *metadata.Object:
			same = f.Equal(*d.field(name).(*metadata.Object))
		}
		if !same {
			return false
		}
	}
	return c.Extra.Equal(d.Extra)
}

// AppendJSON appends the JSON text of c, the body to send, to dst.
func (c Creation) AppendJSON(dst []byte) []byte {
	return appendMembers(dst, created, c.field, c.Extra)
}

// MarshalJSON returns the JSON text of c, the body to send.
func (c Creation) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil), nil }

// UnmarshalJSON sets c to the creation in text, as [ParseCreation] does.
func (c *Creation) UnmarshalJSON(text []byte) error {
	d, err := ParseCreation(text)
	if err != nil {
		return err
	}
	*c = d
	return nil
}

// normal returns c with the known members of Extra in their fields, where those
// are absent: that is how c is written.
func (c Creation) normal() Creation {
	for name, v := range c.Extra.All() {
		if f := c.field(name); f != nil && !present(f) {
			if o, err := (metadata.Object{}).With(v, name); err == nil {
				take(o, c.field)
			}
		}
	}
	return c
}
