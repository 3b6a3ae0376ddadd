package user

import (
	"slices"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/metadata"
)

// Connection is what must be known of the connection of an identity to judge
// what may be changed there. The zero Connection is one of which nothing is
// known: only rules that hold for every kind apply.
type Connection struct {
	Name             string      // as in messages of the API
	Strategy         string      // as the API names it, such as "auth0" or "google-oauth2"
	Kind             Kind        // KindUnknown where it is not known
	ImportMode       bool        // custom databases: users move to Auth0 when they first log in
	RootAttributes   Sync        // when the five follow the identity provider
	RequiresUsername Field[bool] // absent where it is not known
	NonPersistent    []string    // attributes that are not stored
	Disabled         bool
}

// Kind is what sort of connection it is, as far as rules tell them apart.
type Kind string

// The kinds of connection.
const (
	KindUnknown       Kind = ""
	Database          Kind = "database"        // the Auth0 store
	CustomDatabase    Kind = "custom-database" // a database of the tenant's own, behind scripts
	Social            Kind = "social"
	Enterprise        Kind = "enterprise"
	PasswordlessEmail Kind = "passwordless-email"
	PasswordlessSMS   Kind = "passwordless-sms"
)

var kinds = []string{string(Database), string(CustomDatabase), string(Social), string(Enterprise), string(PasswordlessEmail), string(PasswordlessSMS)}

// Sync is when the five root attributes are taken from the identity provider:
// the connection's set_user_root_attributes. The zero Sync is OnEachLogin, as in
// the API.
type Sync string

// The settings. Source: Auth0 Management API, ConnectionSetUserRootAttributesEnum.
const (
	OnEachLogin  Sync = ""               // they cannot be updated independently
	OnFirstLogin Sync = "on_first_login" // they can, from then on
	NeverOnLogin Sync = "never_on_login" // they can
)

const onEachLogin = "on_each_login"

// String returns the setting as the API writes it.
// Anything that is none of the settings counts as OnEachLogin, the strictest.
func (s Sync) String() string {
	switch s {
	case OnFirstLogin, NeverOnLogin:
		return string(s)
	}
	return onEachLogin
}

// UnmarshalJSON sets c to the connection in text, whose members are name,
// strategy, kind, import_mode, root_attributes, requires_username,
// non_persistent_attrs and disabled. Others are refused: one that is spelled
// wrong would change the verdict. The API knows at most 96 attributes that are not
// stored, each of at most 255 characters. The error is a [metadata.Errors].
//
// Source: Auth0 Management API, ConnectionNonPersistentAttrs.
func (c *Connection) UnmarshalJSON(text []byte) error {
	o, err := metadata.Parse(text)
	if err != nil {
		return err
	}
	var d decoder
	var n Connection
	for name, v := range o.All() {
		switch name {
		case "name":
			d.text(name, v, &n.Name)
		case "strategy":
			d.text(name, v, &n.Strategy)
		case "kind":
			d.oneOf(name, v, (*string)(&n.Kind), kinds)
		case "import_mode":
			d.boolean(name, v, &n.ImportMode)
		case "root_attributes":
			d.oneOf(name, v, (*string)(&n.RootAttributes), []string{onEachLogin, string(OnFirstLogin), string(NeverOnLogin)})
			if n.RootAttributes == onEachLogin {
				n.RootAttributes = OnEachLogin
			}
		case "requires_username":
			n.RequiresUsername = field[bool](&d, name, v)
		case "non_persistent_attrs":
			d.attributes(name, v, &n.NonPersistent)
		case "disabled":
			d.boolean(name, v, &n.Disabled)
		default:
			d.fault(ErrUnknownMember, name)
		}
	}
	if err := d.err(); err != nil {
		return err
	}
	*c = n
	return nil
}

// decoder collects what is wrong with the members of an object.
type decoder struct {
	errs  metadata.Errors
	bound check.Bound
}

// The faults that reading adds to those of package metadata.
const (
	ErrMistyped      metadata.Fault = "value of the wrong type"
	ErrUnknownMember metadata.Fault = "unknown member"
	ErrUnknownValue  metadata.Fault = "unknown value"
	ErrTooLong       metadata.Fault = "longer than the API allows" // a list or a text
)

func (d *decoder) err() error {
	if d.errs == nil {
		return nil
	}
	return d.errs
}

func (d *decoder) fault(f metadata.Fault, path ...string) {
	d.add(&metadata.Error{Fault: f, Pointer: metadata.Pointer(path...)})
}

// add lists e, or that there is more.
func (d *decoder) add(e *metadata.Error) {
	switch {
	case d.bound.Full:
	case d.bound.Takes(len(d.errs), e.Pointer):
		d.errs = append(d.errs, e)
	default:
		d.errs = append(d.errs, &metadata.Error{Fault: metadata.ErrMore})
	}
}

func (d *decoder) text(name string, v metadata.Value, dst *string) {
	s, ok := v.Str()
	if !ok {
		d.fault(ErrMistyped, name)
	}
	*dst = s
}

func (d *decoder) oneOf(name string, v metadata.Value, dst *string, known []string) {
	d.text(name, v, dst)
	if v.Kind() == metadata.String && !slices.Contains(known, *dst) {
		d.fault(ErrUnknownValue, name)
	}
}

func (d *decoder) boolean(name string, v metadata.Value, dst *bool) {
	b, ok := v.Bool()
	if !ok {
		d.fault(ErrMistyped, name)
	}
	*dst = b
}

// attributes sets dst to the names in a list.
func (d *decoder) attributes(name string, v metadata.Value, dst *[]string) {
	const mostNames, mostCharacters = 96, 255
	if v.Kind() != metadata.Array {
		d.fault(ErrMistyped, name)
	}
	for e := range v.Elements() {
		if len(*dst) == mostNames {
			d.fault(ErrTooLong, name)
			return
		}
		s, ok := e.Str()
		if !ok {
			d.fault(ErrMistyped, name, itoa(len(*dst)))
		} else if utf8.RuneCountInString(s) > mostCharacters {
			d.fault(ErrTooLong, name, itoa(len(*dst)))
		}
		*dst = append(*dst, s)
	}
}

// field returns the Field that v is, with a fault where it is mistyped.
func field[T comparable](d *decoder, name string, v metadata.Value) Field[T] {
	f := FieldOf[T](v)
	if f.IsMistyped() {
		d.fault(ErrMistyped, name)
	}
	return f
}

// flag returns the Field that v is; "true" and "false" are taken for true and
// false and written again as received.
func flag(d *decoder, name string, v metadata.Value) Field[bool] {
	switch s, _ := v.Str(); s {
	case "true", "false":
		return Field[bool]{value: s == "true", state: set, raw: v.String()}
	}
	return field[bool](d, name, v)
}
