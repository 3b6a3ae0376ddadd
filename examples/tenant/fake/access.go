package fake

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// access keeps roles and resource servers. Its lock is taken after that of a record.
type access struct {
	mu      sync.RWMutex
	last    uint64
	roles   map[string]*role   // by id
	servers map[string]*server // by id
	ids     map[string]string  // of servers, by identifier
}

// role is one state of a role. It is never changed.
type role struct {
	seq         uint64
	object      metadata.Object
	permissions []permission
}

// server is a resource server. It is never changed.
type server struct {
	object metadata.Object
	scopes map[string]string // descriptions
}

// permission is a scope of a resource server. It ends with the server.
type permission struct{ server, name string }

// granted is what a user has. It is never changed. Roles and permissions that are gone
// stay in it until the next change, since ids do not come back.
type granted struct {
	roles       []string
	permissions []permission
}

func newAccess() *access {
	return &access{roles: map[string]*role{}, servers: map[string]*server{}, ids: map[string]string{}}
}

// grant changes what a user has. The error is noUser or that of f.
func (s *store) grant(id user.ID, f func(granted) (granted, error)) error {
	r := s.find(userKey(id))
	if r == nil {
		return noUser
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now.Load() == nil {
		return noUser
	}
	g, err := f(r.has())
	if err == nil {
		r.granted.Store(&g)
	}
	return err
}

// grants returns what a user has. The error is noUser.
func (s *store) grants(id user.ID) (granted, error) {
	r := s.find(userKey(id))
	if r == nil {
		return granted{}, noUser
	}
	return r.has(), nil
}

func (r *record) has() granted {
	if g := r.granted.Load(); g != nil {
		return *g
	}
	return granted{}
}

// rolesOf returns the roles with those ids that there are. The caller holds the lock.
func (a *access) rolesOf(ids []string) []*role {
	var list []*role
	for _, id := range ids {
		if r := a.roles[id]; r != nil {
			list = append(list, r)
		}
	}
	return list
}

// allRoles returns every role, in the order in which they were added.
func (a *access) allRoles() []*role {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.SortedFunc(maps.Values(a.roles), func(x, y *role) int { return cmp.Compare(x.seq, y.seq) })
}

// find returns the permission of that name of the resource server with that identifier.
// The caller holds the lock.
func (a *access) find(identifier, name string) (permission, bool) {
	id := a.ids[identifier]
	s := a.servers[id]
	if s == nil {
		return permission{}, false
	}
	_, ok := s.scopes[name]
	return permission{id, name}, ok
}

// object returns the answer for a permission. It reports false if there is none any more.
// The caller holds the lock.
func (a *access) object(p permission) (metadata.Object, bool) {
	s := a.servers[p.server]
	if s == nil {
		return metadata.Object{}, false
	}
	o, err := metadata.From(map[string]any{
		"permission_name": p.name, "description": s.scopes[p.name],
		"resource_server_name": s.object.At("/name"), "resource_server_identifier": s.object.At("/identifier"),
	})
	return o, err == nil
}

// with returns a list with what it lacks of more, and without what less has.
func with[T comparable](list, more, less []T) []T {
	seen := map[T]bool{}
	for _, e := range less {
		seen[e] = true
	}
	var out []T
	for _, e := range slices.Concat(list, more) {
		if !seen[e] {
			seen[e] = true
			out = append(out, e)
		}
	}
	return out
}
