package patch

import (
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Field is a member that is absent, null or a value; see [user.Field].
type Field[T comparable] = user.Field[T]

// Param is a member that is absent or a value; see [user.Param].
type Param[T comparable] = user.Param[T]

// Set returns the Field that sets an attribute to v.
func Set[T comparable](v T) Field[T] { return user.Set(v) }

// Null returns the Field that removes an attribute.
func Null[T comparable]() Field[T] { return user.Null[T]() }

// Value returns the Param with value v.
func Value[T comparable](v T) Param[T] { return user.Value(v) }

// Payload is the body of PATCH /api/v2/users/{id}. A literal reads like the JSON:
//
//	patch.Payload{
//		Name:         patch.Set("Ann"),
//		Picture:      patch.Null[string](),
//		Blocked:      patch.Value(false),
//		UserMetadata: metadata.MustDelta(`{"color":"red"}`),
//	}
//
// An attribute that is absent is not sent, one that is null is removed. The zero
// Payload is {}, which the API refuses. A Payload is immutable but for its fields,
// and copies share nothing that can change.
//
// Source: Auth0 Management API, UpdateUserRequestContent.
type Payload struct {
	Blocked           Param[bool]
	EmailVerified     Param[bool]
	Email             Field[string]
	PhoneNumber       Field[string]
	PhoneVerified     Param[bool]
	UserMetadata      metadata.Delta
	AppMetadata       metadata.Delta
	GivenName         Field[string]
	FamilyName        Field[string]
	Name              Field[string]
	Nickname          Field[string]
	Picture           Field[string]
	VerifyEmail       Param[bool]
	VerifyPhoneNumber Param[bool]
	Password          Field[string]
	Connection        Param[string]
	ClientID          Param[string]
	Username          Field[string]

	// Extra has the members that have no place above: unknown ones, and
	// user_metadata and app_metadata that are not objects. It is written where
	// the field of that name is absent.
	Extra metadata.Object
}

// Parse returns the payload whose JSON text is given. It copies the text.
//
// The error is a [metadata.Errors] and is about the text only: that it is not
// JSON, not an object, or has a name twice, each listed. Members of the wrong
// type, unknown ones and whatever else the API would refuse are no error here:
// the payload keeps them as they are, and [Payload.Validate] lists them.
func Parse(text []byte) (Payload, error) {
	o, err := metadata.Parse(text)
	if err != nil {
		return Payload{}, err
	}
	return FromObject(o), nil
}

// FromObject returns the payload that o is, as [Parse] does; they share text.
func FromObject(o metadata.Object) Payload {
	var p Payload
	unknown := 0
	for name, v := range o.All() {
		if !p.take(name, v) {
			unknown++
		}
	}
	if unknown > 0 {
		p.Extra = o.Select(func(name string, v metadata.Value) bool {
			a, known := attributeOf(name)
			return !known || a.isMetadata() && v.Kind() != metadata.KindObject
		})
	}
	return p
}

// take sets the field of that name. It reports false where there is none that
// can hold the value.
func (p *Payload) take(name string, v metadata.Value) bool {
	a, ok := attributeOf(name)
	if !ok {
		return false
	}
	if a.isMetadata() {
		o, ok := v.Object()
		*p.delta(a) = metadata.DeltaOf(o)
		return ok
	}
	switch f := p.field(a).(type) {
	case *Field[string]:
		*f = user.FieldOf[string](v)
	case *Param[string]:
		*f = user.ParamOf[string](v)
	case *Param[bool]:
		*f = user.ParamOf[bool](v)
	}
	return true
}

// normal returns p as it is written: the known members of Extra are in their
// fields, or gone where those say something. What no field can hold stays.
func (p Payload) normal() Payload {
	placed := false
	for name, v := range p.Extra.All() {
		if a, known := attributeOf(name); known && (p.present(a) || p.take(name, v)) {
			placed = true
		}
	}
	if placed {
		p.Extra = p.homeless()
	}
	return p
}

// homeless returns the members of Extra whose field is absent, or that have none.
func (p Payload) homeless() metadata.Object {
	left := p.Extra.Select(func(name string, _ metadata.Value) bool {
		a, known := attributeOf(name)
		return !known || !p.present(a)
	})
	if left.Len() == 0 {
		return metadata.Object{}
	}
	return left
}

// IsZero reports whether p has no member.
func (p Payload) IsZero() bool {
	for a := range attributes {
		if p.present(a) {
			return false
		}
	}
	return p.Extra.Len() == 0
}

// Equal reports whether p and q have equal members.
func (p Payload) Equal(q Payload) bool {
	p, q = p.normal(), q.normal()
	return p.Blocked.Equal(q.Blocked) && p.EmailVerified.Equal(q.EmailVerified) && p.Email.Equal(q.Email) &&
		p.PhoneNumber.Equal(q.PhoneNumber) && p.PhoneVerified.Equal(q.PhoneVerified) && p.UserMetadata.Equal(q.UserMetadata) &&
		p.AppMetadata.Equal(q.AppMetadata) && p.GivenName.Equal(q.GivenName) && p.FamilyName.Equal(q.FamilyName) &&
		p.Name.Equal(q.Name) && p.Nickname.Equal(q.Nickname) && p.Picture.Equal(q.Picture) && p.VerifyEmail.Equal(q.VerifyEmail) &&
		p.VerifyPhoneNumber.Equal(q.VerifyPhoneNumber) && p.Password.Equal(q.Password) && p.Connection.Equal(q.Connection) &&
		p.ClientID.Equal(q.ClientID) && p.Username.Equal(q.Username) && p.Extra.Equal(q.Extra)
}

// object returns p as a JSON object. The error is a [metadata.Errors] with
// [metadata.ErrDepth] where p was put together of parts that are too deep in it.
func (p Payload) object() (metadata.Object, error) {
	return metadata.Parse(p.AppendJSON(nil))
}

// AppendJSON appends the JSON text of p, the body to send, to dst.
func (p Payload) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	start := len(dst)
	name := func(name string) {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(jsonscan.AppendQuote(dst, name), ':')
	}
	for a := range attributes {
		if !p.present(a) {
			continue
		}
		name(a.String())
		switch f := p.field(a).(type) {
		case *Field[string]:
			dst = f.AppendJSON(dst)
		case *Param[string]:
			dst = f.AppendJSON(dst)
		case *Param[bool]:
			dst = f.AppendJSON(dst)
		default:
			dst = p.delta(a).Object().AppendJSON(dst)
		}
	}
	for n, v := range p.Extra.All() {
		if a, known := attributeOf(n); known && p.present(a) {
			continue
		}
		name(n)
		dst = append(dst, v.String()...)
	}
	return append(dst, '}')
}

// MarshalJSON returns the JSON text of p, the body to send.
func (p Payload) MarshalJSON() ([]byte, error) { return p.AppendJSON(nil), nil }

// UnmarshalJSON sets p to the payload in text, as [Parse] does.
func (p *Payload) UnmarshalJSON(text []byte) error {
	q, err := Parse(text)
	if err != nil {
		return err
	}
	*p = q
	return nil
}
