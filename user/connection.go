package user

import (
	"github.com/metameld/metameld/metadata"
)

// Connection is what must be known of the connection of an identity to judge
// what may be changed there. The zero Connection is one of which nothing is
// known: only rules that hold for every kind apply.
type Connection struct {
	Name             string      `json:"name,omitzero"`                 // as in messages of the API
	Strategy         string      `json:"strategy,omitzero"`             // as the API names it, such as "auth0" or "google-oauth2"
	Kind             Kind        `json:"kind,omitzero"`                 // KindUnknown where it is not known
	ImportMode       bool        `json:"import_mode,omitzero"`          // custom databases: users move to Auth0 when they first log in
	RootAttributes   Sync        `json:"root_attributes,omitzero"`      // when the five follow the identity provider
	RequiresUsername Field[bool] `json:"requires_username,omitzero"`    // absent where it is not known
	NonPersistent    []string    `json:"non_persistent_attrs,omitzero"` // attributes that are not stored
	Disabled         bool        `json:"disabled,omitzero"`
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

// Sync is when the five are taken from the identity provider:
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

// provider returns the name under which the connection's identities go, "" where
// that is not known.
func (c *Connection) provider() string {
	switch {
	case c.Strategy != "":
		return c.Strategy
	case c.Kind == Database, c.Kind == CustomDatabase:
		return "auth0"
	case c.Kind == PasswordlessEmail:
		return "email"
	case c.Kind == PasswordlessSMS:
		return "sms"
	}
	return ""
}
