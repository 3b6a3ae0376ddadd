package model

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

var identitiesOperations = []operation{
	{"link", linkInputs, checkLink},
	{"link-merging", linkInputs, checkLinkMerging},
	{"unlink", unlinkInputs, checkUnlink},
}

// linkInputs returns two profiles, a target and the name of a mode.
func linkInputs(r *random) []any {
	primary, secondary := r.linkable("p"), r.linkable("s")
	if r.percent(5) {
		secondary = secondary.With("user_id", primary.Text("user_id"))
	}
	if r.percent(5) {
		theirs := append(identitiesOf(secondary), identitiesOf(primary)[0])
		secondary = secondary.With("identities", theirs)
	}
	return []any{primary, secondary, r.target(primary), r.mode()}
}

// linkable returns a profile whose ids begin with the prefix, some with attributes that
// Auth0 derives.
func (r *random) linkable(prefix string) Object {
	u := r.user()
	list := identitiesOf(u)
	for i := range list {
		identity := list[i].(Object)
		list[i] = identity.With("user_id", prefix+identity.Text("user_id"))
		if i == 0 {
			u = u.With("user_id", identity.Text("provider")+"|"+list[0].(Object).Text("user_id"))
		}
	}
	if email := u.Text("email"); email != "" && r.percent(40) {
		d := derived(Object{{"email", email}})
		name := pick(r, "name", "nickname", "picture")
		u = u.With(name, d.Text(name))
	}
	return u.With("identities", list)
}

// complete reports whether u and its identities have ids, which shrinking removes.
func complete(u Object) bool {
	for _, identity := range identitiesOf(u) {
		if o := identity.(Object); !o.Has("provider") || !o.Has("user_id") {
			return false
		}
	}
	return u.Has("user_id") && len(identitiesOf(u)) > 0
}

func checkLink(in []any) error {
	primary, secondary, t := in[0].(Object), in[1].(Object), in[2].(Object)
	if !complete(primary) || !complete(secondary) {
		return nil
	}
	out, err := identities.Link(libraryUser(primary), libraryUser(secondary), libraryTarget(t))
	want, ok := Link(primary, secondary, t)
	return compareLink(out, err, primary, want, ok)
}

func checkLinkMerging(in []any) error {
	primary, secondary, t := in[0].(Object), in[1].(Object), in[2].(Object)
	if !complete(primary) || !complete(secondary) {
		return nil
	}
	library, model := modes(in[3])
	out, err := identities.LinkMerging(libraryUser(primary), libraryUser(secondary), library, libraryTarget(t))
	want, ok := LinkMerging(primary, secondary, model, t)
	return compareLink(out, err, primary, want, ok)
}

func compareLink(out user.Outcome, err error, primary, want Object, ok bool) error {
	if ok != (err == nil) {
		return fmt.Errorf("Link: error %w, the model accepts: %v", err, ok)
	}
	var violations rule.Violations
	if !ok {
		if !errors.As(err, &violations) {
			return fmt.Errorf("Link: error %w", err)
		}
		return nil
	}
	return cmp.Or(
		compare("Link", modelUser(out.Profile), want),
		compareUnordered("Changes of Link", libraryChanges(out.Changes()), modelChanges(Changes(primary, want))),
	)
}

// unlinkInputs returns a profile, a provider and an id, which the profile has most of
// the time.
func unlinkInputs(r *random) []any {
	u := r.user()
	identity := pick(r, identitiesOf(u)...).(Object)
	id := identity.Text("user_id")
	if r.percent(10) {
		id = pick(r, "auth0|id1", "unknown")
	}
	return []any{u, identity.Text("provider"), id}
}

func checkUnlink(in []any) error {
	u, provider, id := in[0].(Object), in[1].(string), in[2].(string)
	if !complete(u) {
		return nil
	}
	out, err := identities.Unlink(libraryUser(u), provider, user.ID(id))
	want, detached, ok := Unlink(u, provider, id)
	if ok != (err == nil) {
		return fmt.Errorf("Unlink: error %w, the model accepts: %v", err, ok)
	}
	if !ok {
		return nil
	}
	return cmp.Or(
		compare("Unlink", modelUser(out.Profile), want),
		compare("detached", modelUser(out.Detached), detached.present()),
		compareUnordered("Changes of Unlink", libraryChanges(out.Changes()), modelChanges(Changes(u, want))),
	)
}
