package patch

import "github.com/metameld/metameld/metadata"

// attribute is a member that the API's schema of the payload knows.
type attribute uint8

// The attributes in the order of the schema.
const (
	blocked attribute = iota
	emailVerified
	email
	phoneNumber
	phoneVerified
	userMetadata
	appMetadata
	givenName
	familyName
	name
	nickname
	picture
	verifyEmail
	verifyPhoneNumber
	password
	connection
	clientID
	username

	attributes // how many there are
)

var attributeNames = [attributes]string{
	"blocked", "email_verified", "email", "phone_number", "phone_verified", "user_metadata", "app_metadata",
	"given_name", "family_name", "name", "nickname", "picture", "verify_email", "verify_phone_number",
	"password", "connection", "client_id", "username",
}

func (a attribute) String() string { return attributeNames[a] }

func (a attribute) pointer() string { return "/" + attributeNames[a] }

func attributeOf(name string) (attribute, bool) {
	for a := range attributes {
		if attributeNames[a] == name {
			return a, true
		}
	}
	return 0, false
}

func (a attribute) isMetadata() bool { return a == userMetadata || a == appMetadata }

// isOneOfTheFive reports whether a is one of the root attributes that follow the
// identity provider.
func (a attribute) isOneOfTheFive() bool { return givenName <= a && a <= picture }

// isUpdatable reports whether a is one of the fifteen attributes that the API
// lists as updatable.
func (a attribute) isUpdatable() bool {
	return a != verifyPhoneNumber && a != connection && a != clientID
}

// field returns a pointer to the field of a, which is no metadata.
func (p *Payload) field(a attribute) any {
	switch a {
	case blocked:
		return &p.Blocked
	case emailVerified:
		return &p.EmailVerified
	case email:
		return &p.Email
	case phoneNumber:
		return &p.PhoneNumber
	case phoneVerified:
		return &p.PhoneVerified
	case givenName:
		return &p.GivenName
	case familyName:
		return &p.FamilyName
	case name:
		return &p.Name
	case nickname:
		return &p.Nickname
	case picture:
		return &p.Picture
	case verifyEmail:
		return &p.VerifyEmail
	case verifyPhoneNumber:
		return &p.VerifyPhoneNumber
	case password:
		return &p.Password
	case connection:
		return &p.Connection
	case clientID:
		return &p.ClientID
	case username:
		return &p.Username
	}
	return nil
}

func (p *Payload) delta(a attribute) *metadata.Delta {
	if a == userMetadata {
		return &p.UserMetadata
	}
	return &p.AppMetadata
}

// member is what a rule asks of one attribute.
type member struct {
	present  bool
	null     bool
	mistyped bool // includes null where the attribute cannot be null
	text     string
}

// present reports whether p has a member for a, in its field.
func (p *Payload) present(a attribute) bool { return p.member(a).present }

// member returns what p says of a in its field.
func (p *Payload) member(a attribute) member {
	switch f := p.field(a).(type) {
	case *Field[string]:
		return member{!f.IsZero(), f.IsNull(), f.IsMistyped(), f.Or("")}
	case *Param[string]:
		return member{!f.IsZero(), f.IsNull(), f.IsMistyped(), f.Or("")}
	case *Param[bool]:
		return member{!f.IsZero(), f.IsNull(), f.IsMistyped(), ""}
	}
	return member{present: !p.delta(a).IsZero()}
}

// value returns what p says of a, which is no metadata, as a JSON value.
func (p *Payload) value(a attribute) metadata.Value {
	switch f := p.field(a).(type) {
	case *Field[string]:
		return f.Value()
	case *Param[string]:
		return f.Value()
	case *Param[bool]:
		return f.Value()
	}
	return metadata.Value{}
}
