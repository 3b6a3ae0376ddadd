package lifecycle

import (
	"slices"
	"strconv"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// identity returns the index of the identity that logs in; 0 where none is known.
func (l *login) identity() int {
	id, known := l.in.UserID.Get()
	on := &l.target.Connection
	provider := derived.Provider(on)
	at := slices.IndexFunc(l.was.Identities, func(i user.Identity) bool {
		if !known {
			return on.Name != "" && i.Connection.Or("") == on.Name
		}
		own, is := i.Provider.Or(""), i.UserID.Or("")
		return (provider == "" || own == provider) && (is == id || is == user.ID(own)+"|"+id || user.ID(own)+"|"+is == id)
	})
	alone := len(l.was.Identities) == 0 && (l.was.UserID.IsZero() || l.was.UserID.Or("") == user.ID(provider)+"|"+id)
	switch {
	case at > 0:
		l.Report(rule.SecondaryLogin, metadata.Pointer("identities", strconv.Itoa(at)), "a login with a linked identity refreshes its profileData only; root attributes follow logins with the main identity")
	case at < 0:
		if known && !alone {
			l.Report(rule.OtherAccount, "/user_id", "no identity of the profile has this user_id, so the login is taken for one of the main identity; check the profile and the connection")
		}
		return 0
	}
	return at
}

// createIdentity applies rule 1: it gives the user the identity that logs in.
func (l *login) createIdentity() {
	on := &l.target.Connection
	i := user.Identity{IsSocial: user.Set(on.Kind == user.Social)}
	provider := derived.Provider(on)
	if provider == "" {
		provider = on.Name
		l.Report(rule.UnknownProvider, "/user_id", "the provider is taken to have the name of the connection, and without a name there is no user_id; set the strategy in the target")
	}
	if provider != "" {
		i.Provider = user.Set(provider)
	}
	if on.Name != "" {
		i.Connection = user.Set(on.Name)
	}
	if id := l.in.UserID.Or(""); id != "" {
		i.UserID = l.in.UserID
		if provider != "" {
			if bare := user.ID(l.bare(string(id), provider)); bare != id {
				i.UserID = user.Set(bare)
			}
			l.now.UserID = user.Set(user.ID(provider) + "|" + i.UserID.Or(""))
		}
	}
	l.now.Identities = []user.Identity{i}
}

// refreshIdentity applies rule 9: it sets the profileData of the identity at the
// index. The first identity has none unless another is linked to it.
func (l *login) refreshIdentity(at int) error {
	ids := l.now.Identities
	if at == none || at >= len(ids) || at == 0 && ids[0].ProfileData.IsZero() {
		return nil
	}
	o, err := l.in.Object()
	if err != nil {
		return err
	}
	ids[at].ProfileData = o.Select(func(name string, v metadata.Value) bool {
		return l.in.find(name).role < keptByAuth0 && !v.IsNull() && !l.denied(name)
	})
	return nil
}

// statistics applies rule 10.
func (l *login) statistics() {
	p, in := l.now, l.in
	p.LastLogin, p.UpdatedAt = derived.Stamp(l.target, p.LastLogin), derived.Stamp(l.target, p.UpdatedAt)
	if l.first {
		p.CreatedAt = derived.Stamp(l.target, p.CreatedAt)
	}
	if _, ok := in.LoginsCount.Get(); ok {
		p.LoginsCount = in.LoginsCount
	}
	if _, ok := in.LastLogin.Get(); ok {
		p.LastLogin = in.LastLogin
	}
	if _, ok := in.LastIP.Get(); ok {
		p.LastIP = in.LastIP
	}
}
