package fake

import (
	"net/http"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// noPermission refuses a permission that no resource server has. The API's answer is not
// known.
var noPermission = own(http.StatusNotFound, "", "The permission does not exist.")

// assign gives a user roles. The error is noUser or noRole.
func (t *Tenant) assign(id user.ID, roles []string) error {
	return t.store.grant(id, func(g granted) (granted, error) {
		t.access.mu.RLock()
		defer t.access.mu.RUnlock()
		if len(t.access.rolesOf(roles)) < len(roles) {
			return g, noRole
		}
		gone := slices.DeleteFunc(slices.Clone(g.roles), func(id string) bool { return t.access.roles[id] != nil })
		g.roles = with(g.roles, roles, gone)
		return g, nil
	})
}

// namedRoles returns the ids in the body of r.
//
// Source: auth0/node-auth0 issue 729, of a name instead of an id.
func namedRoles(r *http.Request) ([]string, error) {
	o, err := payload(r, "roles")
	if err != nil {
		return nil, err
	}
	ids, err := texts(o, "roles")
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(ids, func(id string) bool { return !strings.HasPrefix(id, "rol_") }) {
		return nil, apiRefusal(http.StatusBadRequest, "", "Invalid request payload input")
	}
	return ids, nil
}

func (t *Tenant) listUserRoles(r *http.Request) (reply, error) {
	q := parametersOf(r, "page", "per_page", "include_totals")
	page := q.paging()
	if q.err != nil {
		return reply{}, q.err
	}
	g, err := t.store.grants(user.ID(r.PathValue("id")))
	if err != nil {
		return reply{}, err
	}
	t.access.mu.RLock()
	defer t.access.mu.RUnlock()
	var list []metadata.Object
	for _, one := range t.access.rolesOf(g.roles) {
		list = append(list, one.object)
	}
	return page.of(list, "roles", "id"), nil
}

func (t *Tenant) addUserRoles(r *http.Request) (reply, error) {
	ids, err := namedRoles(r)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, t.assign(user.ID(r.PathValue("id")), ids)
}

// removeUserRoles takes roles away. One that the user does not have changes nothing.
func (t *Tenant) removeUserRoles(r *http.Request) (reply, error) {
	ids, err := namedRoles(r)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, t.store.grant(user.ID(r.PathValue("id")), func(g granted) (granted, error) {
		g.roles = with(g.roles, nil, ids)
		return g, nil
	})
}

// namedPermissions returns the permissions in the body of r: the identifiers of their
// resource servers, and their names.
func namedPermissions(r *http.Request) ([][2]string, error) {
	o, err := payload(r, "permissions")
	if err != nil {
		return nil, err
	}
	values, err := elements(o, "permissions")
	var list [][2]string
	for _, v := range values {
		p, ok := v.Object()
		if !ok {
			return nil, invalid("Expected type object", "permissions")
		}
		identifier, err := required(p, "resource_server_identifier")
		if err != nil {
			return nil, err
		}
		name, err := required(p, "permission_name")
		if err != nil {
			return nil, err
		}
		list = append(list, [2]string{identifier, name})
	}
	return list, err
}

// permissions returns the named permissions. The caller holds the lock. The error is
// noPermission.
func (a *access) permissions(named [][2]string) ([]permission, error) {
	var list []permission
	for _, n := range named {
		p, ok := a.find(n[0], n[1])
		if !ok {
			return nil, noPermission
		}
		list = append(list, p)
	}
	return list, nil
}

// listUserPermissions lists the permissions that a user has, directly or by roles.
//
// Sources: recorded answers (a direct one); Auth0 Management API,
// GET /api/v2/users/{id}/permissions (by a role).
func (t *Tenant) listUserPermissions(r *http.Request) (reply, error) {
	q := parametersOf(r, "page", "per_page", "include_totals")
	page := q.paging()
	if q.err != nil {
		return reply{}, q.err
	}
	g, err := t.store.grants(user.ID(r.PathValue("id")))
	if err != nil {
		return reply{}, err
	}
	type source struct {
		ID   string `json:"source_id"`
		Name string `json:"source_name"`
		Type string `json:"source_type"`
	}
	t.access.mu.RLock()
	defer t.access.mu.RUnlock()
	sources, order := map[permission][]source{}, slices.Clone(g.permissions)
	for _, p := range g.permissions {
		sources[p] = append(sources[p], source{Type: "DIRECT"})
	}
	for _, one := range t.access.rolesOf(g.roles) {
		id, _ := one.object.At("/id").Str()
		name, _ := one.object.At("/name").Str()
		for _, p := range one.permissions {
			if sources[p] == nil {
				order = append(order, p)
			}
			sources[p] = append(sources[p], source{id, name, "ROLE"})
		}
	}
	var list []metadata.Object
	for _, p := range order {
		if o, ok := t.access.object(p); ok {
			if o, err = o.With(sources[p], "sources"); err != nil {
				return reply{}, err
			}
			list = append(list, o)
		}
	}
	return page.of(list, "permissions", "permission_name"), nil
}

func (t *Tenant) addUserPermissions(r *http.Request) (reply, error) {
	asked, err := namedPermissions(r)
	if err != nil {
		return reply{}, err
	}
	return emptied(http.StatusCreated), t.grantPermissions(r, asked, func(has, named []permission) []permission { return with(has, named, nil) })
}

func (t *Tenant) removeUserPermissions(r *http.Request) (reply, error) {
	asked, err := namedPermissions(r)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, t.grantPermissions(r, asked, func(has, named []permission) []permission { return with(has, nil, named) })
}

// grantPermissions changes the direct permissions of the user with the id in the path.
func (t *Tenant) grantPermissions(r *http.Request, named [][2]string, change func(has, named []permission) []permission) error {
	return t.store.grant(user.ID(r.PathValue("id")), func(g granted) (granted, error) {
		t.access.mu.RLock()
		defer t.access.mu.RUnlock()
		list, err := t.access.permissions(named)
		if err != nil {
			return g, err
		}
		has := slices.DeleteFunc(slices.Clone(g.permissions), func(p permission) bool { return t.access.servers[p.server] == nil })
		g.permissions = change(has, list)
		return g, nil
	})
}
