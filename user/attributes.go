package user

import (
	"encoding/json"
	"slices"

	"github.com/metameld/metameld/metadata"
)

// Attributes are the attributes that a database connection with flexible identifiers
// declares: the API's options.attributes. An attribute that is nil is not declared. The
// zero Attributes declares nothing: the connection has no flexible identifiers, or they
// are not known.
//
// Source: Auth0 docs, Activate and Configure Attributes for Flexible Identifiers.
type Attributes struct {
	Email       *Attribute `json:"email,omitempty"`
	PhoneNumber *Attribute `json:"phone_number,omitempty"`
	Username    *Attribute `json:"username,omitempty"`
}

// Attribute is one attribute that a connection declares. A member that is absent is
// not known.
type Attribute struct {
	Identifier      Field[bool]   // identifier.active: users can log in with it
	ProfileRequired Field[bool]   // a creation, an import or an update must not leave a user without it
	Unique          Field[bool]   // email only
	SignUp          Field[string] // signup.status: required, optional or inactive

	// The validation of a username: its length in characters, and whether it may have
	// the form of an e-mail address or of a phone number.
	MinLength, MaxLength    Field[int64]
	AllowEmail, AllowNumber Field[bool]
}

var statuses = []string{"required", "optional", "inactive"}

// decode sets a to the attributes in the object v.
func (a *Attributes) decode(d *decoder, name string, v metadata.Value) {
	d.object(name, v, func(d *decoder, name string, v metadata.Value) {
		var at **Attribute
		switch name {
		case "email":
			at = &a.Email
		case "phone_number":
			at = &a.PhoneNumber
		case "username":
			at = &a.Username
		default:
			d.unknown(name)
			return
		}
		*at = new(Attribute)
		d.object(name, v, (*at).decode)
	})
}

// decode sets the member of that name.
func (a *Attribute) decode(d *decoder, name string, v metadata.Value) {
	switch name {
	case "identifier":
		d.object(name, v, func(d *decoder, name string, v metadata.Value) {
			switch name {
			case "active":
				assign(d, name, v, &a.Identifier)
			case "default_method": // of no use here
			default:
				d.unknown(name)
			}
		})
	case "profile_required":
		assign(d, name, v, &a.ProfileRequired)
	case "unique":
		assign(d, name, v, &a.Unique)
	case "signup":
		d.object(name, v, a.decodeSignUp)
	case "validation":
		d.object(name, v, a.decodeValidation)
	case "verification_method": // of no use here
	default:
		d.unknown(name)
	}
}

func (a *Attribute) decodeSignUp(d *decoder, name string, v metadata.Value) {
	switch name {
	case "status":
		assign(d, name, v, &a.SignUp)
		if s, ok := a.SignUp.Get(); ok && !slices.Contains(statuses, s) {
			if a.SignUp = (Field[string]{}); !d.isAnswer {
				d.Add(ErrUnknownValue, name)
			}
		}
	case "verification": // of no use here
	default:
		d.unknown(name)
	}
}

func (a *Attribute) decodeValidation(d *decoder, name string, v metadata.Value) {
	switch name {
	case "min_length":
		assign(d, name, v, &a.MinLength)
	case "max_length":
		assign(d, name, v, &a.MaxLength)
	case "allowed_types":
		d.object(name, v, func(d *decoder, name string, v metadata.Value) {
			switch name {
			case "email":
				assign(d, name, v, &a.AllowEmail)
			case "phone_number":
				assign(d, name, v, &a.AllowNumber)
			default:
				d.unknown(name)
			}
		})
	default:
		d.unknown(name)
	}
}

// UnmarshalJSON sets a to the attribute in text, which has the form of the API. Any
// member that the API does not have is an error. The error is a [metadata.Errors].
func (a *Attribute) UnmarshalJSON(text []byte) error {
	o, err := metadata.Parse(text)
	if err != nil {
		return err
	}
	var d decoder
	var n Attribute
	d.members(o, n.decode)
	if err := d.Err(); err != nil {
		return err
	}
	*a = n
	return nil
}

// attributeForm is the form that an Attribute has in the API.
type attributeForm struct {
	Identifier struct {
		Active Field[bool] `json:"active,omitzero"`
	} `json:"identifier,omitzero"`
	ProfileRequired Field[bool] `json:"profile_required,omitzero"`
	Unique          Field[bool] `json:"unique,omitzero"`
	SignUp          struct {
		Status Field[string] `json:"status,omitzero"`
	} `json:"signup,omitzero"`
	Validation struct {
		MinLength    Field[int64] `json:"min_length,omitzero"`
		MaxLength    Field[int64] `json:"max_length,omitzero"`
		AllowedTypes struct {
			Email       Field[bool] `json:"email,omitzero"`
			PhoneNumber Field[bool] `json:"phone_number,omitzero"`
		} `json:"allowed_types,omitzero"`
	} `json:"validation,omitzero"`
}

// MarshalJSON returns a in the form of the API.
func (a Attribute) MarshalJSON() ([]byte, error) {
	f := attributeForm{ProfileRequired: a.ProfileRequired, Unique: a.Unique}
	f.Identifier.Active, f.SignUp.Status = a.Identifier, a.SignUp
	f.Validation.MinLength, f.Validation.MaxLength = a.MinLength, a.MaxLength
	f.Validation.AllowedTypes.Email, f.Validation.AllowedTypes.PhoneNumber = a.AllowEmail, a.AllowNumber
	return json.Marshal(f)
}
