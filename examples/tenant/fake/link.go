package fake

import (
	"net/http"
	"slices"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func (t *Tenant) link(r *http.Request) (reply, error) {
	text, err := body(r)
	if err != nil {
		return reply{}, err
	}
	request, err := identities.ParseRequest(text)
	if err != nil {
		return reply{}, err
	}
	id := user.ID(r.PathValue("id"))
	if err := request.Validate(identities.Caller{User: id}).Err(); err != nil {
		return reply{}, err
	}
	secondary, none := wanted(request)
	var out user.Outcome
	err = t.store.join(id, secondary, none, func(u, other user.Profile) (user.Profile, error) {
		at := slices.IndexFunc(other.Identities, func(i user.Identity) bool {
			return identityKey(i.Provider.Or(""), i.UserID.Or("")) == secondary
		})
		if at > 0 { // it is linked already, to u or to somebody else
			no, _ := known(rule.EndpointLink, rule.AlreadyLinked)
			return user.Profile{}, no
		}
		out, err = identities.Link(u, other, user.Target{Sources: t.options.Sources, Policies: t.options.Policies})
		return out.Profile, err
	})
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusCreated, text: array(out.Profile.Identities), warnings: out.Warnings}, nil
}

// wanted returns the key of the secondary that the request names, and the error to answer
// if no user has it. Which of the API's messages that is, is inferred. The claims of a
// token are not verified.
func wanted(request identities.Request) (secondary key, none error) {
	if token, ok := request.Token(); ok {
		none, _ := known(rule.EndpointLink, rule.AccountNotFound)
		return userKey(user.ID(subject(token.Reveal()))), none
	}
	provider, id, _ := request.Identity()
	no, _ := known(rule.EndpointLink, rule.NonexistentIdentity)
	return identityKey(provider, id), no
}

func (t *Tenant) unlink(r *http.Request) (reply, error) {
	var out identities.Unlinked
	err := t.store.change(user.ID(r.PathValue("id")), func(u user.Profile) (after []user.Profile, err error) {
		out, err = identities.Unlink(u, r.PathValue("provider"), user.ID(r.PathValue("identityID")))
		if err != nil {
			return nil, err
		}
		after = append(after, out.Profile)
		if !out.Detached.UserID.IsZero() {
			after = append(after, out.Detached)
		}
		return after, nil
	})
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, text: array(out.Profile.Identities), warnings: out.Warnings}, nil
}
