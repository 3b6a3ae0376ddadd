package actions

import (
	"iter"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/internal/mask"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// eventReads records the users that the Actions of a run read.
type eventReads struct {
	trigger  reference
	overlay  bool // app_metadata lies over the root of event.user
	passesOn bool // attributes of the identity provider are shown
	log      []stagedMember
	views    []view
	starts   []actionStart
}

// shows reports whether event.user has the attribute of the user whose Extra is given;
// find finds members of it.
func (r *eventReads) shows(extra metadata.Object, name string, find *attrs.Finder) bool {
	if r.trigger.shows(name) {
		return true
	}
	if !r.passesOn || !isProviders(name) {
		return false
	}
	_, ok := find.Get(extra, name)
	return ok
}

// isProviders reports whether a member of Extra of that name came from the identity
// provider: it is neither in the schema, nor kept by Auth0 itself, nor a token.
func isProviders(name string) bool {
	switch name {
	case attrUserMetadata, attrAppMetadata, attrBlocked:
		return false
	}
	return !limit.IsManaged(name) && !mask.Masks(name)
}

// view is the user of the engine of Actions, without the members that are staged in the
// log from an index on.
type view struct {
	user *user.Profile
	from int
}

// actionStart is the state at the start of one Action.
type actionStart struct {
	view int // an index
	log  int // the length of the log
}

// current returns the user of the engine.
func (r *eventReads) current() *user.Profile { return r.views[len(r.views)-1].user }

// pushView sets the engine's view of the user. It replaces a view that no Action read.
func (r *eventReads) pushView(u *user.Profile, from int) {
	if n := len(r.views); n > 0 && (len(r.starts) == 0 || r.starts[len(r.starts)-1].view != n-1) {
		r.views = r.views[:n-1]
	}
	r.views = append(r.views, view{u, from})
}

// startAction starts an Action, which reads the current view and the staged members.
func (r *eventReads) startAction(log int) {
	r.starts = append(r.starts, actionStart{len(r.views) - 1, log})
}

// EventUsers returns event.user as each Action reads it when it starts, in order:
//
//  1. It has the attributes that the reference of the trigger lists, and the members
//     that earlier Actions staged. In post-login it also has attributes of the
//     identity provider, which is disputed, unless the policy for
//     [rule.ActionAttributes] is "listed".
//  2. Metadata that the reference always lists is {} if the user has none.
//  3. If the policy for [rule.ActionRoot] is "merged", the members of app_metadata
//     lie over the root.
//  4. For a trigger without event.user each is absent.
//
// Each is computed when it is asked for. They share immutable text.
func (s Staged) EventUsers() iter.Seq[metadata.Object] {
	return func(yield func(metadata.Object) bool) {
		r := &s.reads
		var e eventUser
		for i, a := range r.starts {
			if i == 0 || a.view != r.starts[i-1].view {
				e = r.eventUser(a.view)
				e.stage(r.log[r.views[a.view].from:a.log])
			} else {
				e.stage(r.log[r.starts[i-1].log:a.log])
			}
			if !yield(r.show(e)) {
				return
			}
		}
	}
}

// eventUser is event.user with its metadata in separate fields.
type eventUser struct {
	root     metadata.Object
	metadata [objects]metadata.Object
}

// eventUser returns event.user of a view.
func (r *eventReads) eventUser(at int) (e eventUser) {
	stored := r.views[at].user
	u := *stored
	e.metadata = [objects]metadata.Object{u.UserMetadata, u.AppMetadata}
	u.UserMetadata, u.AppMetadata = metadata.Object{}, metadata.Object{}
	root, _ := u.Object() // Run judged its depth
	var find attrs.Finder
	e.root = root.Select(func(name string, _ metadata.Value) bool { return r.shows(stored.Extra, name, &find) })
	return e
}

// stage merges staged members into the metadata. undefined removes, like null.
func (e *eventUser) stage(members []stagedMember) {
	var texts [objects]deltaText
	for _, m := range lastValues(members) {
		texts[m.key.object].add(m.key.name, m.value)
	}
	for o := range objects {
		e.metadata[o] = metadata.FirstLevel.Merge(e.metadata[o], texts[o].delta())
	}
}

// show returns the object that an Action reads.
func (r *eventReads) show(e eventUser) metadata.Object {
	if r.trigger.user == nil {
		return metadata.Object{}
	}
	shown := e.root
	for o := range objects {
		m := e.metadata[o]
		if !r.trigger.shows(o.String()) {
			continue
		}
		if m.IsZero() {
			_, inRoot := shown.Get(o.String()) // metadata that is not an object
			if inRoot || !r.trigger.hasMetadata {
				continue
			}
			m = metadata.MustParse("{}")
		}
		shown, _ = shown.With(m, o.String()) // Run judged its depth
	}
	if !r.overlay || !r.trigger.shows(appMetadata.String()) {
		return shown
	}
	over := e.metadata[appMetadata].Select(func(_ string, v metadata.Value) bool { return !v.IsNull() })
	return metadata.FirstLevel.Merge(shown, attrs.DeltaOf(over))
}
