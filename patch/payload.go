package patch

import (
	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Payload is the body of PATCH /api/v2/users/{id}. A literal reads like the JSON:
//
//	patch.Payload{
//		Name:         user.Set("Ann"),
//		Picture:      user.Null[string](),
//		Blocked:      user.Set(false),
//		UserMetadata: metadata.MustDelta(`{"color":"red"}`),
//	}
//
// An absent attribute is not sent, and null removes an attribute. The zero Payload is
// {}, which the API refuses. Copies are independent.
//
// Source: Auth0 Management API, UpdateUserRequestContent.
type Payload struct {
	Blocked           user.Field[bool]
	EmailVerified     user.Field[bool]
	Email             user.Field[string]
	PhoneNumber       user.Field[string]
	PhoneVerified     user.Field[bool]
	UserMetadata      metadata.Delta
	AppMetadata       metadata.Delta
	GivenName         user.Field[string]
	FamilyName        user.Field[string]
	Name              user.Field[string]
	Nickname          user.Field[string]
	Picture           user.Field[string]
	VerifyEmail       user.Field[bool]
	VerifyPhoneNumber user.Field[bool]
	Password          user.Field[user.Secret]
	Connection        user.Field[string]
	ClientID          user.Field[string]
	Username          user.Field[string]

	// Extra has every other member: unknown ones, and user_metadata and
	// app_metadata that are not objects. A member of Extra whose field is set is
	// not written.
	Extra metadata.Object
}

// Parse returns the payload whose JSON text is given. It copies the text, and each member
// keeps the whole copy in memory; see [user.Parse].
//
// The error is a [metadata.Errors] about the text: it is not JSON, is not an object,
// or has a duplicate name. A member that the API would refuse, such as an unknown one
// or one of the wrong type, is no error: the payload keeps it, and [Payload.Validate]
// reports it.
func Parse(text []byte) (Payload, error) {
	v, err := attrs.ParseObject(text)
	if err != nil {
		return Payload{}, err
	}
	return FromValue(v)
}

// FromValue returns the object v as a payload, as [Parse] does. The payload shares text
// with v. The error is a [metadata.Errors] with [metadata.ErrNotObject].
func FromValue(v metadata.Value) (p Payload, err error) {
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

// From returns the payload that encoding/json would send for v: a struct, such as the
// User of an SDK, or a map. All of v is sent, also {} for metadata, which wipes it. A
// nil map or pointer is null, which removes a member of metadata. Use [FromInputs] for
// the inputs of a form.
//
// Pass the pointer that the SDK takes: encoding/json calls a MarshalJSON of the pointer
// for the pointer only, and without it the User of go-auth0 v1 loses email_verified.
//
// The payload shares no memory with v. The error is a [metadata.Errors]:
// [metadata.ErrNotObject] if the JSON text of v is not an object, or the errors of
// [metadata.From]. In a map[string]any and a []any, that refuses what encoding/json would
// turn into another value: an absent Object or Value, which would be null and remove a
// member, and an empty json.Number, which would be 0.
func From(v any) (Payload, error) {
	o, err := metadata.From(v)
	if err != nil {
		return Payload{}, err
	}
	whole, _ := o.Get()
	return FromValue(whole)
}

// Sendable returns p without the members that Auth0 manages, such as user_id,
// identities and created_at, and their names. It prepares a body that was read from the
// API and edited; [Plan] then omits what the user already has, and splits the rest.
// A member that was deleted from the body is absent, so the API keeps its value. To
// delete members, edit the body as a [user.Profile] and call [PlanTo]. email_verified
// and phone_verified stay: beside a new email or phone number, a true that was read
// marks the new one as verified. Remove the flag or set it to false.
//
// Other members that the schema does not list stay: the API ignores them or stores
// them ([rule.UnknownAttribute]).
func (p Payload) Sendable() (Payload, []string) {
	var dropped []string
	left := p.Extra.Select(func(name string, _ metadata.Value) bool {
		if limit.IsManaged(name) {
			dropped = append(dropped, name)
			return false
		}
		return true
	})
	if left.Len() == 0 {
		left = metadata.Object{}
	}
	p.Extra = left
	return p, dropped
}

// normal returns p as it is written: known members of Extra are in their fields, or
// dropped if the field is set.
func (p Payload) normal() Payload {
	if p.Extra.Len() == 0 {
		return p
	}
	return p.placed()
}

func (p Payload) placed() Payload {
	table := p.fields()
	p.Extra = attrs.Place(table[:], p.Extra)
	return p
}

// IsZero reports whether p has no member.
func (p Payload) IsZero() bool {
	for _, m := range p.members() {
		if m.present {
			return false
		}
	}
	return p.Extra.Len() == 0
}

// Equal reports whether p and q have equal members, as their texts do.
func (p Payload) Equal(q Payload) bool {
	a, b := p.fields(), q.fields()
	return attrs.Equal(a[:], p.Extra, b[:], q.Extra)
}

// AppendJSON appends the JSON text of p to dst. It is the body to send.
func (p Payload) AppendJSON(dst []byte) []byte {
	table := p.fields()
	return attrs.Append(dst, table[:], p.Extra)
}

// MarshalJSON returns the JSON text of p. It is the body to send.
func (p Payload) MarshalJSON() ([]byte, error) { return p.AppendJSON(nil), nil }

// UnmarshalJSON sets p to the payload in text, as [Parse] does.
func (p *Payload) UnmarshalJSON(text []byte) error {
	return attrs.Unmarshal(p, text, Parse)
}

// Payloads are payloads to send in order. They print and log like a Payload, with
// secrets masked.
type Payloads []Payload
