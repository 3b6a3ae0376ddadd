package patch

import (
	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// attribute is a member that the API's schema of the payload knows.
type attribute uint8

// The attributes in the order of the schema.
const (
	attrBlocked attribute = iota
	attrEmailVerified
	attrEmail
	attrPhoneNumber
	attrPhoneVerified
	attrUserMetadata
	attrAppMetadata
	attrGivenName
	attrFamilyName
	attrName
	attrNickname
	attrPicture
	attrVerifyEmail
	attrVerifyPhoneNumber
	attrPassword
	attrConnection
	attrClientID
	attrUsername

	attributes // the number of attributes
)

// fields returns the table of p.
func (p *Payload) fields() [attributes]attrs.Attr {
	return [...]attrs.Attr{
		attrBlocked:           {Name: "blocked", Field: &p.Blocked},
		attrEmailVerified:     {Name: "email_verified", Field: &p.EmailVerified},
		attrEmail:             {Name: "email", Field: &p.Email},
		attrPhoneNumber:       {Name: "phone_number", Field: &p.PhoneNumber},
		attrPhoneVerified:     {Name: "phone_verified", Field: &p.PhoneVerified},
		attrUserMetadata:      {Name: "user_metadata", Field: attrs.Delta{At: &p.UserMetadata}},
		attrAppMetadata:       {Name: "app_metadata", Field: attrs.Delta{At: &p.AppMetadata}},
		attrGivenName:         {Name: "given_name", Field: &p.GivenName},
		attrFamilyName:        {Name: "family_name", Field: &p.FamilyName},
		attrName:              {Name: "name", Field: &p.Name},
		attrNickname:          {Name: "nickname", Field: &p.Nickname},
		attrPicture:           {Name: "picture", Field: &p.Picture},
		attrVerifyEmail:       {Name: "verify_email", Field: &p.VerifyEmail},
		attrVerifyPhoneNumber: {Name: "verify_phone_number", Field: &p.VerifyPhoneNumber},
		attrPassword:          {Name: "password", Field: &p.Password},
		attrConnection:        {Name: "connection", Field: &p.Connection},
		attrClientID:          {Name: "client_id", Field: &p.ClientID},
		attrUsername:          {Name: "username", Field: &p.Username},
	}
}

// names are the names in the table of a Payload. It is never changed.
var names = func() (list [attributes]string) {
	for a, f := range new(Payload).fields() {
		list[a] = f.Name
	}
	return list
}()

// String returns the name of a.
func (a attribute) String() string { return names[a] }

func (a attribute) pointer() string { return "/" + names[a] }

// find returns the attribute of that name; it reports false if there is none.
func find(name string) (attribute, bool) {
	for a := range attributes {
		if names[a] == name {
			return a, true
		}
	}
	return 0, false
}

func (a attribute) isMetadata() bool { return a == attrUserMetadata || a == attrAppMetadata }

// isProfile reports whether a is one of the profile attributes, which can follow the
// identity provider.
func (a attribute) isProfile() bool { return attrGivenName <= a && a <= attrPicture }

func (a attribute) isPhone() bool { return a == attrPhoneNumber || a == attrPhoneVerified }

// isUpdatable reports whether a is one of the fifteen attributes that the API lists
// as updatable.
func (a attribute) isUpdatable() bool {
	return a != attrVerifyPhoneNumber && a != attrConnection && a != attrClientID
}

// isNullable reports whether a can be null, which removes it.
func (a attribute) isNullable() bool {
	switch a {
	case attrEmail, attrPhoneNumber, attrGivenName, attrFamilyName, attrName, attrNickname, attrPicture, attrPassword, attrUsername:
		return true
	}
	return false
}

// typeName returns the type that a has in the schema.
func (a attribute) typeName() string {
	switch {
	case a.isMetadata():
		return "an object"
	case a.isNullable(), a == attrConnection, a == attrClientID:
		return "a string"
	}
	return "true or false"
}

// isOfIdentity reports whether a belongs to one identity and not to the user as a
// whole.
func (a attribute) isOfIdentity() bool {
	switch a {
	case attrEmail, attrEmailVerified, attrPhoneNumber, attrPhoneVerified, attrUsername, attrPassword:
		return true
	}
	return false
}

// isOfConnection reports whether the connection decides if a can be updated.
func (a attribute) isOfConnection() bool { return a.isProfile() || a.isOfIdentity() }

// delta returns the delta of a, which is metadata.
func (p *Payload) delta(a attribute) *metadata.Delta {
	if a == attrUserMetadata {
		return &p.UserMetadata
	}
	return &p.AppMetadata
}

// has reports whether p has a.
func (p *Payload) has(a attribute) bool {
	return p.members()[a].present
}

// unset removes a from p.
func (p *Payload) unset(a attribute) { p.assign(names[a], metadata.Value{}) }

// assign sets the attribute of that name to v. It reports false if there is none, or if
// it cannot hold v.
func (p *Payload) assign(name string, v metadata.Value) bool {
	switch name {
	case "blocked":
		return p.Blocked.Assign(v)
	case "email_verified":
		return p.EmailVerified.Assign(v)
	case "email":
		return p.Email.Assign(v)
	case "phone_number":
		return p.PhoneNumber.Assign(v)
	case "phone_verified":
		return p.PhoneVerified.Assign(v)
	case "user_metadata":
		return attrs.Delta{At: &p.UserMetadata}.Assign(v)
	case "app_metadata":
		return attrs.Delta{At: &p.AppMetadata}.Assign(v)
	case "given_name":
		return p.GivenName.Assign(v)
	case "family_name":
		return p.FamilyName.Assign(v)
	case "name":
		return p.Name.Assign(v)
	case "nickname":
		return p.Nickname.Assign(v)
	case "picture":
		return p.Picture.Assign(v)
	case "verify_email":
		return p.VerifyEmail.Assign(v)
	case "verify_phone_number":
		return p.VerifyPhoneNumber.Assign(v)
	case "password":
		return p.Password.Assign(v)
	case "connection":
		return p.Connection.Assign(v)
	case "client_id":
		return p.ClientID.Assign(v)
	case "username":
		return p.Username.Assign(v)
	}
	return false
}

// member is the state of one attribute in a payload.
type member struct {
	present  bool
	null     bool
	mistyped bool
	text     string // of a text attribute
}

// members returns the state of each attribute of p.
func (p *Payload) members() (m [attributes]member) {
	p.setMembers(&m)
	return m
}

// setMembers sets m to the state of each attribute of p. It copies less than members.
func (p *Payload) setMembers(m *[attributes]member) {
	m[attrBlocked] = stateOf(&p.Blocked)
	m[attrEmailVerified] = stateOf(&p.EmailVerified)
	m[attrEmail] = textOf(&p.Email)
	m[attrPhoneNumber] = textOf(&p.PhoneNumber)
	m[attrPhoneVerified] = stateOf(&p.PhoneVerified)
	m[attrUserMetadata] = member{present: !p.UserMetadata.IsZero()}
	m[attrAppMetadata] = member{present: !p.AppMetadata.IsZero()}
	m[attrGivenName] = textOf(&p.GivenName)
	m[attrFamilyName] = textOf(&p.FamilyName)
	m[attrName] = textOf(&p.Name)
	m[attrNickname] = textOf(&p.Nickname)
	m[attrPicture] = textOf(&p.Picture)
	m[attrVerifyEmail] = stateOf(&p.VerifyEmail)
	m[attrVerifyPhoneNumber] = stateOf(&p.VerifyPhoneNumber)
	m[attrPassword] = stateOf(&p.Password)
	m[attrPassword].text = p.Password.Or(user.Secret{}).Reveal()
	m[attrConnection] = textOf(&p.Connection)
	m[attrClientID] = textOf(&p.ClientID)
	m[attrUsername] = textOf(&p.Username)
}

// stateOf returns the state of a field without its text.
func stateOf[T bool | string | user.Secret](f *user.Field[T]) member {
	return member{present: !f.IsZero(), null: f.IsNull(), mistyped: f.IsMistyped()}
}

// textOf returns the state of a text.
func textOf(f *user.Field[string]) member {
	return member{!f.IsZero(), f.IsNull(), f.IsMistyped(), f.Or("")}
}
