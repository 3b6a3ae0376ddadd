package fake

import (
	"errors"
	"net/http"
	"slices"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
)

func (t *Tenant) create(r *http.Request) (reply, error) {
	text, err := body(r)
	if err != nil {
		return reply{}, err
	}
	c, err := lifecycle.ParseCreation(text)
	if err != nil {
		return reply{}, err
	}
	at := user.Target{Sources: t.options.Sources, Policies: t.options.Policies, Now: t.options.Now()}
	if name, ok := c.Connection.Get(); ok {
		if at.Connection, ok = t.connections[name]; !ok {
			return reply{}, noConnection
		}
	}
	out, err := c.Create(t.options.NewID(), at)
	if err != nil {
		return reply{}, refusedCreation(err)
	}
	var had conflict
	if err := t.store.add(out.Profile); errors.As(err, &had) {
		return reply{}, taken
	} else if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusCreated, text: out.Profile.AppendJSON(nil), warnings: out.Warnings, effects: out.Effects}, nil
}

func (t *Tenant) get(r *http.Request) (reply, error) {
	q := parametersOf(r, "fields", "include_fields")
	fields := q.fields()
	if q.err != nil {
		return reply{}, q.err
	}
	u := t.store.get(user.ID(r.PathValue("id")))
	if u == nil {
		return reply{}, noUser
	}
	text, err := fields.append(nil, u)
	return reply{status: http.StatusOK, text: text}, err
}

func (t *Tenant) update(r *http.Request) (reply, error) {
	text, err := body(r)
	if err != nil {
		return reply{}, err
	}
	p, err := patch.Parse(text)
	if err != nil {
		return reply{}, err
	}
	var out user.Outcome
	err = t.store.change(user.ID(r.PathValue("id")), func(u user.Profile) ([]user.Profile, error) {
		target, err := t.target(u, p)
		if err != nil {
			return nil, err
		}
		if out, err = p.Apply(u, target); err != nil {
			return nil, refusedUpdate(p, target, err)
		}
		return []user.Profile{out.Profile}, nil
	})
	var had conflict
	switch {
	case errors.As(err, &had) && had.attribute == "email":
		return reply{}, emailTaken
	case errors.As(err, &had):
		return reply{}, own(http.StatusBadRequest, "", had.Error())
	case err != nil:
		return reply{}, err
	}
	return reply{status: http.StatusOK, text: out.Profile.AppendJSON(nil), warnings: out.Warnings, effects: out.Effects}, nil
}

// target returns the target for the identity of u that p updates: the one whose
// connection p names, or else the first.
func (t *Tenant) target(u user.Profile, p patch.Payload) (user.Target, error) {
	at := 0
	if name, ok := p.Connection.Get(); ok {
		if _, ok := t.connections[name]; !ok {
			return user.Target{}, noConnection
		}
		at = slices.IndexFunc(u.Identities, func(i user.Identity) bool { return i.Connection.Or("") == name })
		if at < 0 {
			return user.Target{}, own(http.StatusBadRequest, "", "The user has no identity of this connection.")
		}
	}
	c := t.connections[u.Identities[at].Connection.Or("")]
	return user.Target{
		Connection: c, Migrated: c.ImportMode, Secondary: at > 0,
		Sources: t.options.Sources, Policies: t.options.Policies, Now: t.options.Now(),
	}, nil
}

func (t *Tenant) delete(r *http.Request) (reply, error) {
	var out identities.Deleted
	err := t.store.change(user.ID(r.PathValue("id")), func(u user.Profile) ([]user.Profile, error) {
		out = identities.Delete(u)
		return nil, nil
	})
	if err != nil && !errors.Is(err, noUser) {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent, warnings: out.Warnings}, nil
}
