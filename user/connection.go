package user

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
)

// Connection describes the connection of an identity, as far as rules depend on it.
// The zero Connection is unknown: only rules that hold for every kind apply.
type Connection struct {
	Name             string      `json:"name,omitzero"`                 // the name in messages of the API
	Strategy         string      `json:"strategy,omitzero"`             // such as "auth0" or "google-oauth2"
	Kind             Kind        `json:"kind,omitzero"`                 // KindUnknown: not known
	ImportMode       bool        `json:"import_mode,omitzero"`          // custom databases: the first login moves a user to Auth0
	RootAttributes   Sync        `json:"root_attributes,omitzero"`      // when the profile attributes follow the identity provider
	RequiresUsername Field[bool] `json:"requires_username,omitzero"`    // absent: not known
	NonPersistent    []string    `json:"non_persistent_attrs,omitzero"` // attributes that are not stored
	Disabled         bool        `json:"disabled,omitzero"`
}

// Kind groups connections that follow the same rules.
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

// Sync is the setting set_user_root_attributes of a connection: when the profile
// attributes (name, nickname, given_name, family_name, picture) follow the identity
// provider. The zero Sync is OnEachLogin, the default of the API.
type Sync string

// The settings. Source: Auth0 Management API, ConnectionSetUserRootAttributesEnum.
const (
	OnEachLogin  Sync = ""               // an update cannot change them
	OnFirstLogin Sync = "on_first_login" // an update can change them afterwards
	NeverOnLogin Sync = "never_on_login" // an update can change them
)

const onEachLogin = "on_each_login"

// String returns the setting as the API writes it. Any other value counts as
// OnEachLogin, the strictest setting.
func (s Sync) String() string {
	switch s {
	case OnFirstLogin, NeverOnLogin:
		return string(s)
	}
	return onEachLogin
}

// UnmarshalJSON sets c to the connection in text:
//
//  1. Its members are name, strategy, kind, import_mode, root_attributes,
//     requires_username, non_persistent_attrs and disabled. Any other member is an
//     error, since a misspelt one would change the verdict.
//  2. non_persistent_attrs has at most 96 names of at most 255 characters.
//
// The error is a [metadata.Errors]; c then stays as it was.
//
// Source: Auth0 Management API, ConnectionNonPersistentAttrs (2).
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
			if n.RequiresUsername.Assign(v); n.RequiresUsername.IsMistyped() {
				d.Add(ErrMistyped, name)
			}
		case "non_persistent_attrs":
			d.attributes(name, v, &n.NonPersistent)
		case "disabled":
			d.boolean(name, v, &n.Disabled)
		default:
			d.Add(ErrUnknownMember, name)
		}
	}
	if err := d.Err(); err != nil {
		return err
	}
	*c = n
	return nil
}

// decoder reads the members of a connection or a target, and collects their faults.
type decoder struct{ judge.Faults }

func (d *decoder) text(name string, v metadata.Value, dst *string) {
	s, ok := v.Str()
	if !ok {
		d.Add(ErrMistyped, name)
	}
	*dst = s
}

func (d *decoder) oneOf(name string, v metadata.Value, dst *string, known []string) {
	d.text(name, v, dst)
	if v.Kind() == metadata.KindString && !slices.Contains(known, *dst) {
		d.Add(ErrUnknownValue, name)
	}
}

func (d *decoder) boolean(name string, v metadata.Value, dst *bool) {
	b, ok := v.Bool()
	if !ok {
		d.Add(ErrMistyped, name)
	}
	*dst = b
}

// attributes sets dst to the names in a list.
func (d *decoder) attributes(name string, v metadata.Value, dst *[]string) {
	if v.Kind() != metadata.KindArray {
		d.Add(ErrMistyped, name)
	}
	for e := range v.Elements() {
		if len(*dst) == limit.NonPersistent {
			d.Add(ErrTooLong, name)
			return
		}
		s, ok := e.Str()
		if !ok {
			d.Add(ErrMistyped, name, strconv.Itoa(len(*dst)))
		} else if utf8.RuneCountInString(s) > limit.NonPersistentName {
			d.Add(ErrTooLong, name, strconv.Itoa(len(*dst)))
		}
		*dst = append(*dst, s)
	}
}
