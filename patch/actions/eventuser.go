package actions

import (
	"iter"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// eventReads is what the Actions of a run read.
type eventReads struct {
	trigger reference
	overlay bool // app_metadata lies over the root of event.user
	log     []stagedMember
	views   []view
	starts  []actionStart
}

// view is the user as the engine of Actions has it. What is staged in the log from
// there on is not in it.
type view struct {
	user *user.Profile
	from int
}

// actionStart is the state at the start of one Action.
type actionStart struct {
	view int // an index
	log  int // how much was staged
}

// current returns the user as the engine has it.
func (r *eventReads) current() *user.Profile { return r.views[len(r.views)-1].user }

// pushView gives the engine another view of the user. It replaces one that no Action
// read.
func (r *eventReads) pushView(u *user.Profile, from int) {
	if n := len(r.views); n > 0 && (len(r.starts) == 0 || r.starts[len(r.starts)-1].view != n-1) {
		r.views = r.views[:n-1]
	}
	r.views = append(r.views, view{u, from})
}

// startAction starts an Action, which reads the current view and what is staged.
func (r *eventReads) startAction(log int) {
	r.starts = append(r.starts, actionStart{len(r.views) - 1, log})
}

// EventUsers returns event.user as each Action reads it when it starts, in order:
//
//  1. It has the attributes that the reference of the trigger lists, and the members
//     that earlier Actions staged.
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

// eventUser is event.user, its metadata apart.
type eventUser struct {
	root     metadata.Object
	metadata [objects]metadata.Object
}

// eventUser returns event.user of a view.
func (r *eventReads) eventUser(at int) (e eventUser) {
	u := *r.views[at].user
	e.metadata = [objects]metadata.Object{u.UserMetadata, u.AppMetadata}
	u.UserMetadata, u.AppMetadata = metadata.Object{}, metadata.Object{}
	root, _ := u.Object() // Run judged its depth
	e.root = root.Select(func(name string, _ metadata.Value) bool { return r.trigger.shows(name) })
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

// show returns e as an Action reads it.
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
			_, odd := shown.Get(o.String()) // metadata that is not an object is in the root
			if odd || !r.trigger.hasMetadata {
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
