package derived

import (
	"strings"

	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/strategy"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Resolve sets the kind of c that is empty to the kind of its strategy. Each operation
// calls it first.
func Resolve(c *user.Connection) {
	if c.Kind == user.KindUnknown {
		c.Kind = user.Kind(strategy.Kind(c.Strategy))
	}
}

// JudgeKind reports a kind that does not exist or contradicts the strategy, and makes
// it unknown, so that no rule takes it for a kind. It warns of a strategy that implies
// no kind. c is resolved.
func JudgeKind(j *judge.Judge, c *user.Connection) {
	switch {
	case !strategy.IsKind(string(c.Kind)):
		j.Report(rule.ConnectionKind, "", "Kind of the target's connection is not one of the constants; use one, such as user.Database")
		c.Kind = user.KindUnknown
	case strategy.Contradicts(c.Strategy, string(c.Kind)):
		j.Report(rule.ConnectionKind, "", "the kind of the target's connection contradicts its strategy; leave the kind out")
		c.Kind = user.KindUnknown
	case c.Kind == user.KindUnknown && c.Strategy != "":
		j.Report(rule.UnknownStrategy, "", "the strategy of the target's connection is not in the library's list; set Kind as well")
	}
	if c.ImportMode && c.Kind != user.CustomDatabase {
		j.Warn(rule.ConnectionKind, "", "import mode exists on custom databases only; set Kind to user.CustomDatabase (custom-database), or leave ImportMode out")
	}
}

// NotJudged warns that the attributes of these names, if any, depend on the kind of
// connection, which is unknown.
func NotJudged(j *judge.Judge, names []string) {
	if len(names) > 0 {
		j.Report(rule.NotJudged, "", "not judged: the kind of connection is unknown, and it decides on "+strings.Join(names, ", ")+"; describe the connection in the target")
	}
}

// Attribute returns what the connection declares of email, phone_number or username:
// nil if it declares other attributes only. It reports false if the connection
// declares no attributes or is not a database.
func Attribute(c *user.Connection, name string) (a *user.Attribute, declares bool) {
	if !mayBeDatabase(c) || c.Attributes == (user.Attributes{}) {
		return nil, false
	}
	switch name {
	case "email":
		a = c.Attributes.Email
	case "phone_number":
		a = c.Attributes.PhoneNumber
	case "username":
		a = c.Attributes.Username
	}
	return a, true
}

// Undeclared reports whether the connection declares attributes, but not the one of that
// name.
func Undeclared(c *user.Connection, name string) bool {
	a, declares := Attribute(c, name)
	return declares && a == nil
}

func mayBeDatabase(c *user.Connection) bool {
	return c.Kind == user.KindUnknown || c.Kind == user.Database || c.Kind == user.CustomDatabase
}

// Requires reports whether the connection requires email, phone_number or username on
// the user profile.
func Requires(c *user.Connection, name string) bool {
	a, _ := Attribute(c, name)
	return a != nil && a.ProfileRequired.Or(false)
}

// HasUsernames reports whether the connection has usernames, and whether that is known.
func HasUsernames(c *user.Connection) (has, known bool) {
	if !mayBeDatabase(c) {
		return false, true
	}
	a, declares := Attribute(c, "username")
	requires, known := c.RequiresUsername.Get()
	return a != nil || requires, declares || known
}

// InStore reports whether Auth0's own store keeps the user, and not a custom database
// or an identity provider.
func InStore(t *user.Target) bool {
	return t.Connection.Kind == user.Database || t.Connection.Kind == user.CustomDatabase && t.Migrated
}

// Federated reports whether an identity provider outside Auth0 keeps the users.
func Federated(c *user.Connection) bool { return c.Kind == user.Social || c.Kind == user.Enterprise }

// HasConnectionIDs reports whether the ids of the connection's users are unique in the
// connection only, so that user_id has its name: strategy|connection|id.
//
// Sources: community topics 186267, 182837, 149495 and 189783; for most strategies it
// is inferred.
func HasConnectionIDs(c *user.Connection) bool {
	return c.Kind == user.Enterprise || c.Strategy == "oauth1" || c.Strategy == "oauth2"
}

// Syncs reports whether the profile attributes follow the identity provider at each
// login.
func Syncs(c *user.Connection) bool {
	return c.RootAttributes.String() == user.OnEachLogin.String()
}

// Provider returns the provider of the connection's identities, "" if it is not
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
