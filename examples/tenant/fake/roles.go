package fake

import (
	"net/http"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Sources: recorded answers of 2023 (noRole; the statuses of the routes). That other
// routes answer noRole too is inferred.
var noRole = apiRefusal(http.StatusNotFound, "", "The role does not exist.")

// emptied is the answer of routes that answer {}.
func emptied(status int) reply { return reply{status: status, text: []byte("{}")} }

func (t *Tenant) createRole(r *http.Request) (reply, error) {
	o, err := payload(r, "name", "description")
	if err != nil {
		return reply{}, err
	}
	if _, err := required(o, "name"); err != nil {
		return reply{}, err
	}
	id := randomID("rol_")
	if o, err = o.With(id, "id"); err != nil {
		return reply{}, err
	}
	a := t.access
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last++
	a.roles[id] = &role{seq: a.last, object: o}
	return reply{status: http.StatusOK, text: o.AppendJSON(nil)}, nil
}

func (t *Tenant) listRoles(r *http.Request) (reply, error) {
	q := parametersOf(r, "page", "per_page", "include_totals", "name_filter")
	page := q.paging()
	if q.err != nil {
		return reply{}, q.err
	}
	filter := strings.ToLower(q.Get("name_filter"))
	var list []metadata.Object
	for _, r := range t.access.allRoles() {
		if name, _ := r.object.At("/name").Str(); strings.Contains(strings.ToLower(name), filter) {
			list = append(list, r.object)
		}
	}
	return page.of(list, "roles", "id"), nil
}

// role returns the role with the id in the path.
func (t *Tenant) role(r *http.Request) (*role, error) {
	t.access.mu.RLock()
	defer t.access.mu.RUnlock()
	if one := t.access.roles[r.PathValue("id")]; one != nil {
		return one, nil
	}
	return nil, noRole
}

func (t *Tenant) getRole(r *http.Request) (reply, error) {
	one, err := t.role(r)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, text: one.object.AppendJSON(nil)}, nil
}

// changeRole replaces the role with the id in the path by the one that f returns; nil
// deletes it.
func (t *Tenant) changeRole(r *http.Request, f func(role) (*role, error)) error {
	t.access.mu.Lock()
	defer t.access.mu.Unlock()
	id := r.PathValue("id")
	was := t.access.roles[id]
	if was == nil {
		return noRole
	}
	now, err := f(*was)
	switch {
	case err != nil:
		return err
	case now == nil:
		delete(t.access.roles, id)
	default:
		t.access.roles[id] = now
	}
	return nil
}

func (t *Tenant) updateRole(r *http.Request) (reply, error) {
	o, err := payload(r, "name", "description")
	if err != nil {
		return reply{}, err
	}
	if o.Len() == 0 {
		return reply{}, invalid("Too few properties defined (0), minimum 1", "")
	}
	for name := range o.All() {
		if _, err := required(o, name); err != nil {
			return reply{}, err
		}
	}
	var text []byte
	err = t.changeRole(r, func(one role) (*role, error) {
		one.object = metadata.FirstLevel.Merge(one.object, metadata.DeltaOf(o))
		text = one.object.AppendJSON(nil)
		return &one, nil
	})
	return reply{status: http.StatusOK, text: text}, err
}

func (t *Tenant) deleteRole(r *http.Request) (reply, error) {
	return emptied(http.StatusOK), t.changeRole(r, func(role) (*role, error) { return nil, nil })
}

func (t *Tenant) listRolePermissions(r *http.Request) (reply, error) {
	q := parametersOf(r, "page", "per_page", "include_totals")
	page := q.paging()
	if q.err != nil {
		return reply{}, q.err
	}
	one, err := t.role(r)
	if err != nil {
		return reply{}, err
	}
	t.access.mu.RLock()
	defer t.access.mu.RUnlock()
	var list []metadata.Object
	for _, p := range one.permissions {
		if o, ok := t.access.object(p); ok {
			list = append(list, o)
		}
	}
	return page.of(list, "permissions", "permission_name"), nil
}

func (t *Tenant) addRolePermissions(r *http.Request) (reply, error) {
	asked, err := namedPermissions(r)
	if err != nil {
		return reply{}, err
	}
	return emptied(http.StatusCreated), t.changeRole(r, func(one role) (*role, error) {
		more, err := t.access.permissions(asked)
		one.permissions = with(one.permissions, more, nil)
		return &one, err
	})
}

func (t *Tenant) removeRolePermissions(r *http.Request) (reply, error) {
	asked, err := namedPermissions(r)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, t.changeRole(r, func(one role) (*role, error) {
		less, err := t.access.permissions(asked)
		one.permissions = with(one.permissions, nil, less)
		return &one, err
	})
}

func (t *Tenant) addRoleUsers(r *http.Request) (reply, error) {
	o, err := payload(r, "users")
	if err != nil {
		return reply{}, err
	}
	ids, err := texts(o, "users")
	if err != nil {
		return reply{}, err
	}
	for _, id := range ids {
		if t.store.get(user.ID(id)) == nil {
			return reply{}, noUser
		}
	}
	for _, id := range ids {
		if err := t.assign(user.ID(id), []string{r.PathValue("id")}); err != nil {
			return reply{}, err
		}
	}
	return emptied(http.StatusOK), nil
}

func (t *Tenant) listRoleUsers(r *http.Request) (reply, error) {
	q := parametersOf(r, "page", "per_page", "include_totals", "from", "take")
	page := q.paging()
	if q.err != nil {
		return reply{}, q.err
	}
	if _, err := t.role(r); err != nil {
		return reply{}, err
	}
	return page.of(t.store.withRole(r.PathValue("id")), "users", "user_id"), nil
}

// withRole returns what lists of the users of a role have of those users.
func (s *store) withRole(id string) []metadata.Object {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []metadata.Object
	for _, r := range s.order {
		if slices.Contains(r.has().roles, id) {
			list = append(list, r.now.Load().object.Select(func(name string, _ metadata.Value) bool {
				return slices.Contains([]string{"user_id", "email", "picture", "name"}, name)
			}))
		}
	}
	return list
}
