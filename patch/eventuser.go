package patch

import (
	"iter"
	"slices"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// EventUsers returns event.user as each Action reads it when it starts, in order:
// the attributes that the trigger's reference lists, with what earlier Actions
// staged. Metadata that the reference has always there reads {} where the user has
// none. Of a trigger without event.user each is absent.
//
// Each is made when it is asked for; they share text.
func (s Staged) EventUsers() iter.Seq[metadata.Object] {
	return func(yield func(metadata.Object) bool) {
		var e eventUser
		for i, a := range s.actions {
			if i == 0 || a.view != s.actions[i-1].view {
				e = s.eventUser(s.views[a.view].user)
				e.stage(s.log[s.views[a.view].log:a.log])
			} else {
				e.stage(s.log[s.actions[i-1].log:a.log])
			}
			if !yield(e.object(s)) {
				return
			}
		}
	}
}

// eventUser is event.user, its metadata apart.
type eventUser struct {
	root metadata.Object
	of   [attributes]metadata.Object
}

func (s Staged) eventUser(u *user.Profile) (e eventUser) {
	rest := *u
	rest.UserMetadata, rest.AppMetadata = metadata.Object{}, metadata.Object{}
	all, err := rest.Object()
	if err != nil {
		return e // Run has looked
	}
	e.root = all.Select(func(name string, _ metadata.Value) bool { return slices.Contains(s.facts.user, name) })
	e.of[userMetadata], e.of[appMetadata] = u.UserMetadata, u.AppMetadata
	return e
}

// stage lays what is staged over the metadata.
func (e *eventUser) stage(log []set) {
	for _, a := range []attribute{userMetadata, appMetadata} {
		last := map[string]int{}
		for i, m := range log {
			if m.of.a == a {
				last[m.of.name] = i
			}
		}
		if len(last) == 0 {
			continue
		}
		text := []byte{'{'}
		for i, m := range log {
			if m.of.a != a || last[m.of.name] != i {
				continue
			}
			v := m.value
			if v.IsZero() {
				v, _ = metadata.ValueOf(nil)
			}
			text = appendMember(text, m.of.name, v)
		}
		if d, err := metadata.ParseDelta(append(text, '}')); err == nil {
			e.of[a] = metadata.FirstLevel.Merge(e.of[a], d)
		}
	}
}

func (e eventUser) object(s Staged) metadata.Object {
	if s.facts.user == nil {
		return metadata.Object{}
	}
	o := e.root
	for _, a := range []attribute{userMetadata, appMetadata} {
		m := e.of[a]
		if !slices.Contains(s.facts.user, a.String()) {
			continue
		}
		if _, odd := o.Get(a.String()); odd && m.IsZero() {
			continue // not an object, and shown as it is
		}
		if m.IsZero() && s.facts.always {
			m = metadata.MustParse("{}")
		}
		o, _ = o.With(m, a.String()) // it stays where there is no metadata
	}
	if over := e.of[appMetadata].Select(func(_ string, v metadata.Value) bool { return !v.IsNull() }); s.merged && over.Len() > 0 && slices.Contains(s.facts.user, "app_metadata") {
		o = metadata.FirstLevel.Merge(o, metadata.DeltaOf(over))
	}
	return o
}
