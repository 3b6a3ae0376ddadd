package tenant

import (
	"net/http"
	"slices"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/user"
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
	var out identities.Linked
	err = t.store.join(id, secondary, none, func(u, other user.Profile) (user.Profile, error) {
		at := slices.IndexFunc(other.Identities, func(i user.Identity) bool {
			return identityKey(i.Provider.Or(""), i.UserID.Or("")) == secondary
		})
		if at > 0 { // it is linked already, to u or to somebody else
			v, _ := identities.Answered(http.StatusConflict, "Specified identity already exists.")
			return user.Profile{}, v
		}
		out, err = identities.Link(u, other)
		return out.Profile, err
	})
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusCreated, text: array(out.Profile.Identities), warnings: out.Warnings}, nil
}

// wanted returns what the secondary that the request names has, and the error where
// nobody has it: which of the API's messages that is, is inferred. The token's claims
// are taken as they are.
func wanted(request identities.Request) (secondary key, none error) {
	if token, ok := request.Token(); ok {
		none, _ = identities.Answered(http.StatusBadRequest, "Provided secondary account not found.")
		return userKey(user.ID(subject(token))), none
	}
	provider, id, _ := request.Identity()
	none, _ = identities.Answered(http.StatusBadRequest, "Linking to an inexistent identity is not allowed.")
	return identityKey(provider, id), none
}

func (t *Tenant) unlink(r *http.Request) (reply, error) {
	var out identities.Unlinked
	err := t.store.change(user.ID(r.PathValue("id")), func(u user.Profile) (after []user.Profile, err error) {
		out, err = identities.Unlink(u, r.PathValue("provider"), r.PathValue("identityID"))
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

// array returns the JSON of a list of identities.
func array(list []user.Identity) []byte {
	text := []byte{'['}
	for i, identity := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = identity.AppendJSON(text)
	}
	return append(text, ']')
}
