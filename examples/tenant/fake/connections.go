package fake

import (
	"crypto/sha256"
	"encoding/base32"
	"net/http"
	"slices"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// declared is a connection as the API answers it.
type declared struct {
	user.Connection
	id     string
	object metadata.Object
}

// Source: a recorded answer of 2023.
var noSuchConnection = apiRefusal(http.StatusNotFound, "inexistent_connection", "The connection does not exist")

// declare returns the answer for c. Its id depends on the name only, so that it is the
// same in each run.
func declare(c user.Connection) declared {
	sum := sha256.Sum256([]byte(c.Name))
	id := "con_" + base32.StdEncoding.EncodeToString(sum[:10])
	members := map[string]any{
		"id": id, "name": c.Name, "options": optionsOf(c), "is_domain_connection": false, "realms": []string{c.Name}, "enabled_clients": []string{},
	}
	if s := strategyOf(c); s != "" {
		members["strategy"] = s
	}
	if c.Disabled {
		members["disabled"] = true
	}
	o, _ := metadata.From(members) // texts, booleans and lists only
	return declared{c, id, o}
}

// optionsOf returns the options by which user.ParseConnection reads c again.
func optionsOf(c user.Connection) map[string]any {
	options := map[string]any{}
	switch c.Kind {
	case user.Database, user.CustomDatabase:
		options["import_mode"] = c.ImportMode
		options["enabledDatabaseCustomization"] = c.Kind == user.CustomDatabase
	case user.Social, user.Enterprise:
		options["set_user_root_attributes"] = c.RootAttributes.String()
	}
	if b, ok := c.RequiresUsername.Get(); ok {
		options["requires_username"] = b
	}
	if c.NonPersistent != nil {
		options["non_persistent_attrs"] = c.NonPersistent
	}
	if a, err := metadata.ValueOf(c.Attributes); err == nil {
		if o, _ := a.Object(); o.Len() > 0 {
			options["attributes"] = o
		}
	}
	return options
}

// strategyOf returns the strategy of c, or else one that implies its kind: the only one,
// or the one that has the name of the connection.
func strategyOf(c user.Connection) string {
	if c.Strategy != "" {
		return c.Strategy
	}
	switch c.Kind {
	case user.Database, user.CustomDatabase:
		return "auth0"
	case user.PasswordlessEmail:
		return "email"
	case user.PasswordlessSMS:
		return "sms"
	}
	o, err := metadata.From(map[string]string{"strategy": c.Name})
	if err != nil {
		return ""
	}
	if named, _, err := user.ParseConnection(o.AppendJSON(nil)); err == nil && named.Kind == c.Kind && c.Kind != user.KindUnknown {
		return c.Name
	}
	return ""
}

func (t *Tenant) listConnections(r *http.Request) (reply, error) {
	q := parametersOf(r, "page", "per_page", "include_totals", "from", "take", "name", "strategy", "fields", "include_fields")
	page := q.paging()
	if page.fields = q.fields(); page.fields.names != nil && !page.fields.exclude {
		page.fields.names["is_domain_connection"] = true // as in a list that was recorded in 2025
	}
	if q.err != nil {
		return reply{}, q.err
	}
	var list []metadata.Object
	for _, c := range t.declared {
		if (!q.Has("name") || q.Get("name") == c.Name) && (!q.Has("strategy") || slices.Contains(q.Values["strategy"], strategyOf(c.Connection))) {
			list = append(list, c.object)
		}
	}
	return page.of(list, "connections", "id"), nil
}

func (t *Tenant) getConnection(r *http.Request) (reply, error) {
	q := parametersOf(r, "fields", "include_fields")
	fields := q.fields()
	if q.err != nil {
		return reply{}, q.err
	}
	c, ok := t.connectionByID(r.PathValue("id"))
	if !ok {
		return reply{}, noSuchConnection
	}
	return reply{status: http.StatusOK, text: fields.of(c.object).AppendJSON(nil)}, nil
}

func (t *Tenant) connectionByID(id string) (declared, bool) {
	at := slices.IndexFunc(t.declared, func(c declared) bool { return c.id == id })
	if at < 0 {
		return declared{}, false
	}
	return t.declared[at], true
}
