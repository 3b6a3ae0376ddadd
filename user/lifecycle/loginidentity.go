package lifecycle

import (
	"slices"
	"strconv"
	"strings"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// identity returns the index of the identity that logs in: 0 if the login does not
// tell, none if another user logs in.
func (l *login) identity() int {
	id := l.in.UserID.Or("")
	on := &l.target.Connection
	at := slices.IndexFunc(l.was.Identities, func(i user.Identity) bool {
		if id == "" {
			return on.Name != "" && i.Connection.Or("") == on.Name
		}
		return l.isOwn(&i, id)
	})
	if at < 0 { // an identity without user_id may be the one
		at = slices.IndexFunc(l.was.Identities, func(i user.Identity) bool { return i.UserID.Or("") == "" && l.isOfProvider(&i) })
	}
	switch {
	case at >= 0:
		return at
	case id == "":
		return 0
	case len(l.was.Identities) > 0:
		return none
	}
	own := l.was.UserID.Or("") // all that is known of the user
	provider := derived.Provider(on)
	if own == "" || provider == "" && strings.HasSuffix(string(own), "|"+string(id)) || slices.Contains(forms(id, provider, on.Name), own) {
		return 0
	}
	return none
}

// isOwn reports whether i is the identity that the login knows as id. Either of them
// may have the provider and the connection before it.
func (l *login) isOwn(i *user.Identity, id user.ID) bool {
	on := &l.target.Connection
	provider, connection, own := i.Provider.Or(""), i.Connection.Or(""), i.UserID.Or("")
	if own == "" || !l.isOfProvider(i) {
		return false
	}
	if on.Name != "" {
		if connection != "" && connection != on.Name && derived.HasConnectionIDs(on) {
			return false
		}
		connection = on.Name
	}
	return slices.Contains(forms(id, provider, connection), own) || slices.Contains(forms(own, provider, connection), id)
}

// isOfProvider reports whether i may be an identity of the provider of the login.
func (l *login) isOfProvider(i *user.Identity) bool {
	provider := derived.Provider(&l.target.Connection)
	return provider == "" || i.Provider.Or(provider) == provider
}

// forms returns the forms in which a user_id is seen: with and without the provider and
// the connection before it.
func forms(id user.ID, provider, connection string) []user.ID {
	list := []user.ID{id, user.ID(provider) + "|" + id}
	if connection != "" {
		id = user.ID(connection) + "|" + id
		list = append(list, id, user.ID(provider)+"|"+id)
	}
	return list
}

// secondary warns of a login with a linked identity.
func (l *login) secondary(at int) {
	if at > 0 {
		l.Report(rule.SecondaryLogin, metadata.Pointer("identities", strconv.Itoa(at)), "a login with a linked identity refreshes its profileData only; root attributes follow logins with the main identity")
	}
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
			if stored := user.ID(l.connectionID(l.bare(string(id), provider))); stored != id {
				i.UserID = user.Set(stored)
			}
			l.now.UserID = user.Set(user.ID(provider) + "|" + i.UserID.Or(""))
		}
	}
	l.now.Identities = []user.Identity{i}
}

// connectionID returns the id of the provider as the identity has it: with the name of
// the connection before it if ids are unique in the connection only.
func (l *login) connectionID(id string) string {
	on := &l.target.Connection
	if !derived.HasConnectionIDs(on) {
		return id
	}
	switch {
	case on.Name == "":
		l.WarnAs(rule.Inferred, rule.ConnectionPrefix, "/user_id", "user_id is taken to have the name of the connection in it; set the name in the target")
		return id
	case on.Strategy == "waad":
		l.WarnAs(rule.Disputed, rule.ConnectionPrefix, "/user_id", "user_id was seen with and without the name of the connection; choose the reading that your users show")
	case on.Strategy == "okta":
		l.WarnAs(rule.Inferred, rule.ConnectionPrefix, "/user_id", "user_id is taken to have the name of the connection in it, as an article shows it; compare it with your users")
	case !slices.Contains([]string{"ad", "oauth2", "samlp"}, on.Strategy):
		l.WarnAs(rule.Inferred, rule.ConnectionPrefix, "/user_id", "user_id is taken to have the name of the connection in it, as on other connections of this kind; compare it with your users")
	}
	if !l.Reads(rule.ConnectionPrefix, "prefixed") || strings.HasPrefix(id, on.Name+"|") {
		return id
	}
	return on.Name + "|" + id
}

// storeTokens stores the tokens of a custom database in the identity at the index.
func (l *login) storeTokens(at int) {
	if at == none || at >= len(l.now.Identities) {
		return
	}
	i := &l.now.Identities[at]
	if !l.accessToken.IsZero() {
		i.AccessToken = l.accessToken
	}
	if !l.refreshToken.IsZero() {
		i.RefreshToken = l.refreshToken
	}
}

// refreshIdentity applies rule 9: it sets the profileData of the identity at the
// index. The first identity has none unless another is linked to it.
func (l *login) refreshIdentity(at int) error {
	ids := l.now.Identities
	if at == none || at >= len(ids) || at == 0 && ids[0].ProfileData.IsZero() {
		return nil
	}
	in := *l.in.Profile
	if l.emailStays {
		in.Email, in.EmailVerified = l.was.Email, l.was.EmailVerified
	}
	o, err := in.Object()
	if err != nil {
		return err
	}
	derived.SetProfileData(&ids[at], o.Select(func(name string, v metadata.Value) bool {
		return l.in.find(name).role < keptByAuth0 && !v.IsNull() && !l.denied(name)
	}))
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
