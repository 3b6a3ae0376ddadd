package derived

import "github.com/metameld/metameld/user"

// InStore reports whether Auth0's own store keeps the user, and not a custom database
// or an identity provider.
func InStore(t *user.Target) bool {
	return t.Connection.Kind == user.Database || t.Connection.Kind == user.CustomDatabase && t.Migrated
}

// Federated reports whether an identity provider outside Auth0 keeps the users.
func Federated(c *user.Connection) bool { return c.Kind == user.Social || c.Kind == user.Enterprise }

// Syncs reports whether the profile attributes follow the identity provider at each
// login.
func Syncs(c *user.Connection) bool {
	return c.RootAttributes.String() == user.OnEachLogin.String()
}

// Provider returns the provider of the connection's identities, "" where it is not
// known.
func Provider(c *user.Connection) string {
	switch {
	case c.Strategy != "":
		return c.Strategy
	case c.Kind == user.Database, c.Kind == user.CustomDatabase:
		return "auth0"
	case c.Kind == user.PasswordlessEmail:
		return "email"
	case c.Kind == user.PasswordlessSMS:
		return "sms"
	}
	return ""
}
