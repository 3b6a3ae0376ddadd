package user

import (
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/strategy"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// Connection describes the connection of an identity, as far as rules depend on it.
// [ParseConnection] reads one from the Management API:
//
//	c, warnings, err := user.ParseConnection(body) // of GET /api/v2/connections/{id}
//
// The example of ParseConnection puts it in a [Target].
//
// An empty Kind follows from Strategy, if that is one of Auth0's; "auth0" is then
// [Database], so set [CustomDatabase] for a database behind scripts. Every operation
// refuses a Kind that is none of the constants or contradicts Strategy.
//
// The zero Connection is unknown: only rules that hold for every kind apply, and a
// warning lists the attributes that were not judged. If you write a literal, set
// RootAttributes: its zero value means that the connection syncs the profile attributes
// at each login, so that an update cannot set them. What a connection declares itself in
// Attributes overrides every source, under every setting of [Target.Sources].
type Connection struct {
	Name             string      `json:"name,omitzero"`                 // the name in messages of the API
	Strategy         string      `json:"strategy,omitzero"`             // such as "auth0" or "google-oauth2"
	Kind             Kind        `json:"kind,omitzero"`                 // KindUnknown: the one that Strategy implies
	ImportMode       bool        `json:"import_mode,omitzero"`          // custom databases: the first login moves a user to Auth0
	RootAttributes   Sync        `json:"root_attributes,omitzero"`      // when the profile attributes follow the identity provider
	RequiresUsername Field[bool] `json:"requires_username,omitzero"`    // absent: not known
	NonPersistent    []string    `json:"non_persistent_attrs,omitzero"` // attributes that are not stored
	Disabled         bool        `json:"disabled,omitzero"`
	Attributes       Attributes  `json:"attributes,omitzero"` // databases with flexible identifiers
}

// Kind groups connections that follow the same rules.
type Kind string

// The kinds of connection.
const (
	KindUnknown       Kind = ""
	Database          Kind = strategy.Database       // the Auth0 store
	CustomDatabase    Kind = strategy.CustomDatabase // a database of the tenant's own, behind scripts
	Social            Kind = strategy.Social
	Enterprise        Kind = strategy.Enterprise
	PasswordlessEmail Kind = strategy.PasswordlessEmail
	PasswordlessSMS   Kind = strategy.PasswordlessSMS
)

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
//     requires_username, non_persistent_attrs, disabled and attributes. Any other
//     member is an error, since a misspelt one would change the verdict.
//  2. A kind that contradicts the strategy is an error.
//  3. non_persistent_attrs has at most 96 names of at most 255 characters.
//
// The error is a [metadata.Errors]; c then stays as it was.
//
// Source: Auth0 Management API, ConnectionNonPersistentAttrs (3).
func (c *Connection) UnmarshalJSON(text []byte) error {
	o, err := metadata.Parse(text)
	if err != nil {
		return err
	}
	var d decoder
	var n Connection
	d.members(o, func(d *decoder, name string, v metadata.Value) {
		switch name {
		case "kind":
			d.kind(name, v, &n.Kind)
		case "root_attributes":
			d.sync(name, v, &n.RootAttributes)
		default:
			if !n.member(d, name, v) && !n.option(d, name, v) {
				d.Add(ErrUnknownMember, name)
			}
		}
	})
	if strategy.Contradicts(n.Strategy, string(n.Kind)) && !d.Has("/kind") {
		d.Add(errContradiction, "kind")
	}
	if err := d.Err(); err != nil {
		return err
	}
	*c = n
	return nil
}

const errContradiction metadata.Fault = "kind that contradicts the strategy"

// ParseConnection returns the connection that GET /api/v2/connections/{id} answers.
// Its kind is that of the strategy; a database is a custom one if the option
// enabledDatabaseCustomization is set. It also reads name, disabled, and the options
// import_mode, set_user_root_attributes, requires_username, non_persistent_attrs and
// attributes, and ignores all other members. A null counts as absent.
//
// A warning says that the kind is not known, since the strategy is absent or new, that
// import mode is on without custom scripts, or that a value of set_user_root_attributes
// is new; that one counts as OnEachLogin. The error is a [metadata.Errors] with each
// member that has the wrong type.
//
// Source: Auth0 Management API, GET /api/v2/connections/{id}.
func ParseConnection(text []byte) (Connection, rule.Violations, error) {
	o, err := metadata.Parse(text)
	if err != nil {
		return Connection{}, nil, err
	}
	d := decoder{isAnswer: true}
	var c Connection
	custom := false
	d.members(o, func(d *decoder, name string, v metadata.Value) {
		if name != "options" {
			c.member(d, name, v)
			return
		}
		d.object(name, v, func(d *decoder, name string, v metadata.Value) {
			switch name {
			case "enabledDatabaseCustomization":
				d.boolean(name, v, &custom)
			case "set_user_root_attributes":
				d.sync(name, v, &c.RootAttributes)
			default:
				c.option(d, name, v)
			}
		})
	})
	if err := d.Err(); err != nil {
		return Connection{}, nil, err
	}
	var j judge.Judge
	c.Kind = Kind(strategy.Kind(c.Strategy))
	switch {
	case c.Kind == Database && custom:
		c.Kind = CustomDatabase
	case c.Strategy == "":
		j.Warn(rule.UnknownStrategy, "", "the connection has no strategy, so its kind is unknown; set Kind")
	case c.Kind == KindUnknown:
		j.Warn(rule.UnknownStrategy, "/strategy", "the kind of connection with this strategy is unknown; set Kind")
	case c.ImportMode:
		j.Warn(rule.ConnectionKind, "/options/import_mode", "import mode exists on custom databases only, but enabledDatabaseCustomization is not set; set Kind to CustomDatabase if the connection has scripts")
	}
	if s := c.RootAttributes; s != OnEachLogin && s.String() != string(s) {
		j.Warn(rule.UnknownStrategy, "/options/set_user_root_attributes", "this value is unknown and counts as on_each_login; set RootAttributes")
		c.RootAttributes = OnEachLogin
	}
	return c, j.Verdict().Warnings, nil
}

// member reads a member that has the same name and place in the API's answer. It reports
// false if there is no such member.
func (c *Connection) member(d *decoder, name string, v metadata.Value) bool {
	switch name {
	case "name":
		d.text(name, v, &c.Name)
	case "strategy":
		d.text(name, v, &c.Strategy)
	case "disabled":
		d.boolean(name, v, &c.Disabled)
	default:
		return false
	}
	return true
}

// option reads a member that has the same name among the options of the API's answer. It
// reports false if there is no such option.
func (c *Connection) option(d *decoder, name string, v metadata.Value) bool {
	switch name {
	case "import_mode":
		d.boolean(name, v, &c.ImportMode)
	case "requires_username":
		assign(d, name, v, &c.RequiresUsername)
	case "non_persistent_attrs":
		d.attributes(name, v, &c.NonPersistent)
	case "attributes":
		c.Attributes.decode(d, name, v)
	default:
		return false
	}
	return true
}
