package card

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Form is the inputs of the workflow card "Update User", each named after its label.
// An input that is absent is not on the card; one that is null, "", [] or {} is
// blank; false is a value. The zero Form has no inputs. Copies are independent.
//
// Its JSON text is an object keyed by the labels: "ID", "Given Name", "App Metadata"
// and so on.
//
// Source: Okta Workflows, Auth0 connector, Update User.
type Form struct {
	ID            user.Field[string]
	Name          user.Field[string]
	EmailVerified user.Field[bool]
	PhoneVerified user.Field[bool]
	Username      user.Field[string]
	GivenName     user.Field[string]
	AppMetadata   metadata.Value
	Metadata      metadata.Value
	Email         user.Field[string]
	FamilyName    user.Field[string]
	Nickname      user.Field[string]
	Blocked       user.Field[bool]
	Picture       user.Field[string]
	VerifyEmail   user.Field[bool]
	PhoneNumber   user.Field[string]
	Password      user.Field[user.Secret]
	ClientID      user.Field[string]
	Connection    user.Field[string]
}

// input is one line of the table of inputs.
type input struct {
	label     string
	attribute string // in the payload; "" if the payload does not have it
	field     attrs.Field
}

// inputs returns the table of f, in the order of the card.
func (f *Form) inputs() [18]input {
	return [...]input{
		{"ID", "", &f.ID},
		{"Name", "name", &f.Name},
		{"Email Verified", "email_verified", &f.EmailVerified},
		{"Phone Verified", "phone_verified", &f.PhoneVerified},
		{"Username", "username", &f.Username},
		{"Given Name", "given_name", &f.GivenName},
		{"App Metadata", "app_metadata", attrs.Value{At: &f.AppMetadata}},
		{"Metadata", "user_metadata", attrs.Value{At: &f.Metadata}},
		{"Email", "email", &f.Email},
		{"Family Name", "family_name", &f.FamilyName},
		{"Nickname", "nickname", &f.Nickname},
		{"Blocked", "blocked", &f.Blocked},
		{"Picture", "picture", &f.Picture},
		{"Verify Email", "verify_email", &f.VerifyEmail},
		{"Phone Number", "phone_number", &f.PhoneNumber},
		{"Password", "password", &f.Password},
		{"Client ID", "client_id", &f.ClientID},
		{"Connection", "connection", &f.Connection},
	}
}

// labels returns the inputs of f by their labels.
func (f *Form) labels() []attrs.Attr {
	var table []attrs.Attr
	for _, in := range f.inputs() {
		table = append(table, attrs.Attr{Name: in.label, Field: in.field})
	}
	return table
}

// attributes returns the inputs of f that the payload has, by their attributes.
func (f *Form) attributes() []attrs.Attr {
	var table []attrs.Attr
	for _, in := range f.inputs() {
		if in.attribute != "" {
			table = append(table, attrs.Attr{Name: in.attribute, Field: in.field})
		}
	}
	return table
}

// UnmarshalJSON sets f to the form in text, an object keyed by the labels. It copies
// the text. An input of the wrong type is no error: it is sent as it is, and
// [patch.Payload.Validate] refuses it. The error is a [metadata.Errors]: the faults of
// the text, or [user.ErrUnknownMember] for each label that the card does not have.
func (f *Form) UnmarshalJSON(text []byte) error {
	v, err := attrs.ParseObject(text)
	if err != nil {
		return err
	}
	var n Form
	var faults judge.Faults
	table := n.labels()
	for label, v := range v.Members() {
		if f := attrs.Find(table, label); f != nil {
			f.Assign(v)
		} else if faults.Add(user.ErrUnknownMember, label); faults.Full() {
			break
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	*f = n
	return nil
}

// MarshalJSON returns the JSON text of f, keyed by the labels, password included.
func (f Form) MarshalJSON() ([]byte, error) {
	return attrs.Append(nil, f.labels(), metadata.Object{}), nil
}

// Payload returns the body that the card sends, and warnings in the order of the
// catalogue. The rules, in order:
//
//  1. The inputs become attributes as in [patch.FromInputs]. empties is the option
//     "Pass Empty Values?", and a blank True/False, Client ID or Password is never
//     sent, with a warning of [rule.BlankInput].
//  2. ID names the user and is not part of the payload. The card requires it: a blank
//     one gets a warning of [rule.RequiredInput]. It may be absent, for callers who
//     send the payload themselves.
//  3. A phone number that does not have the 12 characters that the card requires gets a
//     warning of [rule.PhoneLength].
//
// The policies choose the reading of [rule.BlankText].
//
// Call [patch.Payload.Validate] to see whether the API accepts the payload. A literal
// can have inputs that no JSON text has: bytes that are not UTF-8 become U+FFFD, as in
// encoding/json, and an input that is nested too deep becomes [null], a value of the
// wrong type. The payload shares only immutable text with f.
//
// Source: the card's inputs.
func (f Form) Payload(empties metadata.Empties, policies ...rule.Policies) (patch.Payload, rule.Violations) {
	inputs, err := metadata.Parse(attrs.Append(nil, f.attributes(), metadata.Object{}))
	if err != nil {
		inputs = f.shallow()
	}
	p, warnings, _ := patch.FromInputs(inputs, empties, policies...) // inputs is an object, so it is read
	if id := f.ID.Value(); check.IsBlank(id) {
		warnings = append(warnings, judge.Violation(rule.RequiredInput, "", "ID is blank; the card needs the user's id"))
	}
	if number, ok := p.PhoneNumber.Get(); ok && len(number) != limit.CardPhone && check.IsPhone(number) {
		warnings = append(warnings, judge.Violation(rule.PhoneLength, "/phone_number", "the phone number has "+strconv.Itoa(len(number))+" characters; the card requires "+strconv.Itoa(limit.CardPhone)))
	}
	return p, judge.InOrder(warnings)
}

// shallow returns the inputs with [null] for each that is nested too deep.
func (f Form) shallow() metadata.Object {
	table := f.attributes()
	for i := range table {
		if _, err := metadata.Parse(attrs.Append(nil, table[i:i+1], metadata.Object{})); err != nil {
			v, _ := metadata.ValueOf([]any{nil})
			table[i].Field = attrs.Value{At: &v}
		}
	}
	o, _ := metadata.Parse(attrs.Append(nil, table, metadata.Object{}))
	return o
}

// Format writes the payload for f without blank inputs, its password masked, for
// every verb.
func (f Form) Format(s fmt.State, _ rune) {
	p, _ := f.Payload(metadata.SkipEmpty)
	_, _ = io.WriteString(s, p.String())
}

// LogValue returns the payload for f without blank inputs, its password masked. A
// slog.JSONHandler does not call it for a Form inside a slice or struct: there it
// writes what json.Marshal does, password included.
func (f Form) LogValue() slog.Value {
	p, _ := f.Payload(metadata.SkipEmpty)
	return p.LogValue()
}
