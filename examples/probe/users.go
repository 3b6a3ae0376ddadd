package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// errUsers stops the run.
var errUsers = errors.New("the number of users that was announced is used up")

// create creates a user, whose possible ids are in the journal before.
func (a *attempt) create(ctx context.Context, body []byte) (answer, error) {
	if a.users++; a.users > a.most {
		return answer{}, errUsers
	}
	ids := created(body, a.target())
	if err := a.j.begins(ids, a.c.now(), creationEnds); err != nil {
		return answer{}, err
	}
	got, err := a.c.do(ctx, http.MethodPost, usersPath, jsonKind, body, hasUserID)
	if err != nil {
		return answer{}, err
	}
	written := a.j.write(entry{Answered: ids})
	if got.repeated && got.status == http.StatusConflict { // the first request created it
		for _, id := range ids {
			if p, ok, err := a.get(ctx, id); err != nil {
				return answer{}, err
			} else if ok {
				return answer{status: http.StatusCreated, text: p.AppendJSON(nil), repeated: true}, written
			}
		}
	}
	if got.status >= 300 {
		return got, written
	}
	p, err := user.Parse(got.text)
	if err == nil && !slices.Contains(ids, idOf(p)) {
		err = a.stranger(ctx, p, body, ids)
	}
	return got, errors.Join(err, written)
}

// stranger handles a creation whose answer shows another id than those in the journal. On a
// custom database it is the one that a script chose. Otherwise the error ends the run,
// unless the user exists: then the answer was not about the creation.
func (a *attempt) stranger(ctx context.Context, p user.Profile, body []byte, ids []string) error {
	o, err := metadata.Parse(body)
	if err != nil {
		return err
	}
	sent, _ := o.At("/user_id").Str()
	e := entry{Chosen: &chosen{idOf(p), sent}}
	if email, _ := o.At("/email").Str(); a.isCustom(o) && p.Email.Or("") == email {
		a.j.apply(e) // the user is deleted even if the journal cannot be written
		return a.j.write(e)
	}
	for _, id := range ids {
		if _, ok, err := a.get(ctx, id); err != nil || ok {
			return err
		}
	}
	return errID(idOf(p))
}

// isCustom reports whether a creation is on a custom database.
func (a *attempt) isCustom(creation metadata.Object) bool {
	name, _ := creation.At("/connection").Str()
	return slices.ContainsFunc(a.connections, func(c connected) bool { return c.Name == name && c.Kind == user.CustomDatabase })
}

// errID is the id that a tenant gave to a user instead of the one that was sent.
type errID string

func (e errID) Error() string {
	return fmt.Sprintf("the tenant created a user with another id than the one that was sent: delete the user %q yourself", string(e))
}

// mustCreate returns the user whom the answer shows.
func (a *attempt) mustCreate(ctx context.Context, base, further string) (user.Profile, error) {
	body, err := a.s.object(base, further)
	if err != nil {
		return user.Profile{}, err
	}
	got, err := a.create(ctx, body)
	switch {
	case err != nil:
		return user.Profile{}, err
	case got.status == http.StatusForbidden:
		return user.Profile{}, errScope
	case got.status >= 300:
		a.f.message = a.s.general(messageOf(got.text))
		return user.Profile{}, undecided(fmt.Sprintf("a user could not be created: %d", got.status))
	}
	return user.Parse(got.text)
}

var errScope = errors.New("the token lacks a scope (403): it needs create:users, read:users, update:users, delete:users and read:connections")

// get reads a user.
func (r *runner) get(ctx context.Context, id string) (user.Profile, bool, error) {
	got, err := r.c.do(ctx, http.MethodGet, usersPath+"/"+url.PathEscape(id), "", nil, isUser(id))
	switch {
	case err != nil:
		return user.Profile{}, false, err
	case got.status == http.StatusNotFound:
		return user.Profile{}, false, nil
	case got.status == http.StatusForbidden:
		return user.Profile{}, false, errScope
	case got.status >= 300:
		return user.Profile{}, false, undecided(fmt.Sprintf("a user cannot be read: %d", got.status))
	}
	p, err := user.Parse(got.text)
	return p, err == nil, err
}

func (a *attempt) mustGet(ctx context.Context, name string) (user.Profile, error) {
	p, ok, err := a.get(ctx, a.s[name])
	if err == nil && !ok {
		err = undecided("a user that was created cannot be read")
	}
	return p, err
}

// isUser returns a function that reports whether text is the user with the id.
func isUser(id string) func([]byte) bool {
	return func(text []byte) bool {
		p, err := user.Parse(text)
		return err == nil && idOf(p) == id
	}
}

func hasUserID(text []byte) bool {
	p, err := user.Parse(text)
	return err == nil && idOf(p) != ""
}

func idOf(p user.Profile) string { return string(p.UserID.Or("")) }

// ours reports whether a profile is that of a user that this program created: its id has
// the prefix, or is one that a custom database chose for the e-mail address, and so have its
// e-mail address and each of its identities.
func (r *runner) ours(p user.Profile) bool {
	email := p.Email.Or("")
	if email != "" && (!strings.HasPrefix(email, prefix) || !strings.HasSuffix(email, emailDomain)) {
		return false
	}
	mine := func(id string) bool {
		if strings.HasPrefix(strings.TrimPrefix(strings.TrimPrefix(id, provider), provider), prefix) {
			return true
		}
		return r.j.chosen[id] != ""
	}
	if sent, ok := r.j.chosen[idOf(p)]; ok && !slices.Contains([]string{sent + emailDomain, sent + "-new" + emailDomain}, email) {
		return false
	}
	return mine(idOf(p)) && !slices.ContainsFunc(p.Identities, func(i user.Identity) bool {
		return i.Provider.Or("") != "auth0" || !mine(provider+string(i.UserID.Or("")))
	})
}

// clean deletes the users in the journal. An id without a user stays in the journal until
// the last time: the answer to a creation may have been lost, and the user may yet appear.
func (r *runner) clean(ctx context.Context, last bool) error {
	var failed error
	for _, id := range slices.Clone(r.j.ids) {
		err := r.delete(ctx, id, last)
		if ends(err) {
			return err
		}
		failed = cmp.Or(failed, err)
	}
	return failed
}

// ends reports whether no request after err can succeed.
func ends(err error) bool {
	var wait errWait
	return errors.Is(err, context.Canceled) || errors.Is(err, errBudget) || errors.Is(err, errToken) || errors.Is(err, errCredentials) || errors.As(err, &wait)
}

var errLate = errors.New("a creation or an import whose end was not seen may yet create a user")

// delete deletes a user whom a GET shows to be one of this program's.
func (r *runner) delete(ctx context.Context, id string, last bool) error {
	for n := range 3 {
		p, ok, err := r.get(ctx, id)
		if err != nil {
			return err
		}
		if !ok {
			if n == 0 && !last {
				return nil // the last time comes
			}
			if r.j.mayReturn(id, r.c.now()) {
				if !last {
					return nil
				}
				return errLate
			}
			return r.j.write(entry{Gone: id})
		}
		if !r.ours(p) {
			return errors.New("a user in the journal does not have the prefix of this program: it was not deleted")
		}
		if n > 0 { // perhaps a read is behind
			r.c.wait(backOff(n))
		}
		r.g.confirmed = id
		got, err := r.c.do(ctx, http.MethodDelete, usersPath+"/"+url.PathEscape(id), "", nil, nil)
		r.g.confirmed = ""
		if err == nil && got.status == http.StatusForbidden {
			err = errScope
		}
		if err != nil {
			return err
		}
	}
	return errors.New("a user that was deleted is still there")
}
