package patch

import (
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Empties is the option "Pass Empty Values?" of the workflow card.
type Empties = metadata.Empties

// The settings of the option.
const (
	SkipEmpty = metadata.SkipEmpty // No: a blank input is not sent, what is there stays
	PassEmpty = metadata.PassEmpty // Yes: a blank input is sent and removes what is there
)

// Form is the workflow card "Update User": its inputs by their labels. An input
// that is absent is not on the card. Blank is an input that is null, "", [] or {};
// a False is a value. As JSON it is keyed by the labels, with its password.
//
// Source: Okta Workflows, Auth0 connector, Update User.
type Form struct {
	ID            Field[string]  `json:"ID,omitzero"`
	Name          Field[string]  `json:"Name,omitzero"`
	EmailVerified Field[bool]    `json:"Email Verified,omitzero"`
	PhoneVerified Field[bool]    `json:"Phone Verified,omitzero"`
	Username      Field[string]  `json:"Username,omitzero"`
	GivenName     Field[string]  `json:"Given Name,omitzero"`
	AppMetadata   metadata.Value `json:"App Metadata,omitzero"`
	Metadata      metadata.Value `json:"Metadata,omitzero"`
	Email         Field[string]  `json:"Email,omitzero"`
	FamilyName    Field[string]  `json:"Family Name,omitzero"`
	Nickname      Field[string]  `json:"Nickname,omitzero"`
	Blocked       Field[bool]    `json:"Blocked,omitzero"`
	Picture       Field[string]  `json:"Picture,omitzero"`
	VerifyEmail   Field[bool]    `json:"Verify Email,omitzero"`
	PhoneNumber   Field[string]  `json:"Phone Number,omitzero"`
	Password      Field[string]  `json:"Password,omitzero"`
	ClientID      Field[string]  `json:"Client ID,omitzero"`
	Connection    Field[string]  `json:"Connection,omitzero"` // a choice: the option does not affect it
}

// UnmarshalJSON sets f to the form in text, an object keyed by the card's labels:
// "ID", "Given Name", "App Metadata" and so on. A label that the card has not is
// refused. The error is a [metadata.Errors].
func (f *Form) UnmarshalJSON(text []byte) error {
	o, err := metadata.Parse(text)
	if err != nil {
		return err
	}
	var n Form
	var errs metadata.Errors
	for label, v := range o.All() {
		switch label {
		case "ID":
			n.ID = user.FieldOf[string](v)
		case "Name":
			n.Name = user.FieldOf[string](v)
		case "Email Verified":
			n.EmailVerified = user.FieldOf[bool](v)
		case "Phone Verified":
			n.PhoneVerified = user.FieldOf[bool](v)
		case "Username":
			n.Username = user.FieldOf[string](v)
		case "Given Name":
			n.GivenName = user.FieldOf[string](v)
		case "App Metadata":
			n.AppMetadata = v
		case "Metadata":
			n.Metadata = v
		case "Email":
			n.Email = user.FieldOf[string](v)
		case "Family Name":
			n.FamilyName = user.FieldOf[string](v)
		case "Nickname":
			n.Nickname = user.FieldOf[string](v)
		case "Blocked":
			n.Blocked = user.FieldOf[bool](v)
		case "Picture":
			n.Picture = user.FieldOf[string](v)
		case "Verify Email":
			n.VerifyEmail = user.FieldOf[bool](v)
		case "Phone Number":
			n.PhoneNumber = user.FieldOf[string](v)
		case "Password":
			n.Password = user.FieldOf[string](v)
		case "Client ID":
			n.ClientID = user.FieldOf[string](v)
		case "Connection":
			n.Connection = user.FieldOf[string](v)
		default:
			errs = append(errs, &metadata.Error{Fault: user.ErrUnknownMember, Pointer: metadata.Pointer(label)})
		}
	}
	if errs != nil {
		return errs
	}
	*f = n
	return nil
}

// Payload returns what the card sends, and warnings in the order of [Rules]:
//
//  1. An input that is not blank is sent as given; metadata with the nulls inside it.
//  2. With SkipEmpty a blank input is not sent.
//  3. With PassEmpty a blank text is null, which removes the attribute, and blank
//     metadata is {}, which wipes it, with a warning.
//  4. A blank True/False, Client ID or Password is not sent even with PassEmpty,
//     with a warning: the API does not take null there, and a password cannot be
//     removed.
//  5. Connection is a choice: blank, it is not sent.
//  6. ID names the user and is not part of the payload. The card requires it: one
//     that is blank is warned of. As every input it may be absent, which is for
//     callers who send the payload themselves and have the id elsewhere.
//
// Whether the API takes the payload is for [Payload.Validate] to say. That a blank
// text is null on the wire, and blank metadata {}, is inferred from the card's word,
// which is clear.
func (f Form) Payload(empties Empties) (Payload, user.Violations) {
	c := card{empties: empties}
	if !f.ID.IsZero() && blank(f.ID) {
		c.warnAt(RuleRequiredInput, "", "ID is required on the card and blank")
	}
	p := Payload{
		Name: c.text(f.Name), Username: c.text(f.Username), GivenName: c.text(f.GivenName),
		Email: c.text(f.Email), FamilyName: c.text(f.FamilyName), Nickname: c.text(f.Nickname),
		Picture: c.text(f.Picture), PhoneNumber: c.text(f.PhoneNumber),
		EmailVerified: param(&c, emailVerified, f.EmailVerified), PhoneVerified: param(&c, phoneVerified, f.PhoneVerified),
		Blocked: param(&c, blocked, f.Blocked), VerifyEmail: param(&c, verifyEmail, f.VerifyEmail),
		ClientID: param(&c, clientID, f.ClientID),
	}
	if !f.Password.IsZero() {
		if blank(f.Password) {
			c.left(password)
		} else {
			p.Password = f.Password
		}
	}
	if !blank(f.Connection) {
		p.Connection = user.ParamOf[string](f.Connection.Value())
	}
	c.metadata(&p, userMetadata, f.Metadata)
	c.metadata(&p, appMetadata, f.AppMetadata)
	return p, inOrder(c.warnings)
}

// blank reports whether an input is absent or empty.
func blank[T comparable](f Field[T]) bool {
	v := f.Value()
	return v.IsZero() || emptyInput(v)
}

// emptyInput reports whether a value is null, "", [] or {}.
func emptyInput(v metadata.Value) bool {
	switch v.Kind() {
	case metadata.KindNull:
		return true
	case metadata.KindString:
		s, _ := v.Str()
		return s == ""
	case metadata.KindArray:
		for range v.Elements() {
			return false
		}
		return true
	case metadata.KindObject:
		o, _ := v.Object()
		return o.Len() == 0
	}
	return false
}

type card struct {
	empties  Empties
	warnings user.Violations
}

// left warns that a blank input is left out though the option says to pass it.
func (c *card) left(a attribute) {
	if c.empties == PassEmpty {
		c.warn(RuleBlankInput, a, "a blank input cannot clear "+a.String()+", so it is left out")
	}
}

func (c *card) warn(id RuleID, a attribute, message string) { c.warnAt(id, a.pointer(), message) }

func (c *card) warnAt(id RuleID, pointer, message string) {
	c.warnings = append(c.warnings, violationOf(id, pointer, message))
}

func (c *card) text(f Field[string]) Field[string] {
	switch {
	case f.IsZero() || !blank(f):
		return f
	case c.empties == PassEmpty:
		return Null[string]()
	}
	return Field[string]{}
}

func param[T comparable](c *card, a attribute, f Field[T]) Param[T] {
	switch {
	case f.IsZero():
		return Param[T]{}
	case blank(f):
		c.left(a)
		return Param[T]{}
	}
	return user.ParamOf[T](f.Value())
}

func (c *card) metadata(p *Payload, a attribute, v metadata.Value) {
	switch {
	case v.IsZero():
	case !emptyInput(v):
		if !p.take(a.String(), v) {
			p.keep(a.String(), v)
		}
	case c.empties == PassEmpty:
		*p.delta(a) = metadata.Wipe()
		c.warn(RuleWipe, a, "a blank input for "+a.String()+" removes everything in it")
	}
}

// keep puts a member into Extra.
func (p *Payload) keep(name string, v metadata.Value) {
	if o, err := p.Extra.With(v, name); err == nil {
		p.Extra = o
	}
}
