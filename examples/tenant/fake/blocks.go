package fake

import (
	"net/http"

	"github.com/metameld/metameld/user"
)

// Nobody can log in, so brute-force protection blocks nobody. The attribute blocked of a
// user is another matter.
//
// Source: recorded answers of 2023. That an identifier of nobody is no error: Auth0's SDK
// for Node.js lists no such answer.

func (t *Tenant) listBlocks(r *http.Request) (reply, error) {
	return reply{status: http.StatusOK, text: []byte(`{"blocked_for":[]}`)}, t.blockable(r)
}

func (t *Tenant) unblock(r *http.Request) (reply, error) {
	return reply{status: http.StatusNoContent}, t.blockable(r)
}

// blockable returns the error of a request that names no user: by the id in the path, or
// by any identifier.
func (t *Tenant) blockable(r *http.Request) error {
	id := r.PathValue("id")
	if id == "" {
		q := parametersOf(r, "identifier", "consider_brute_force_enablement")
		q.flag("consider_brute_force_enablement", false)
		if q.Get("identifier") == "" {
			q.wrong("Missing required property: identifier", "")
		}
		return q.err
	}
	q := parametersOf(r, "consider_brute_force_enablement")
	if q.flag("consider_brute_force_enablement", false); q.err != nil {
		return q.err
	}
	if t.store.get(user.ID(id)) == nil {
		return noUser
	}
	return nil
}
