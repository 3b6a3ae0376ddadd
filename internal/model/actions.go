package model

import (
	"encoding/json"
	"slices"
	"strings"
)

// A step is an Object with one member, as actions.Step.MarshalJSON writes it.

// Write is one update that a run of Actions makes (actions.Write).
type Write struct {
	To      string
	Payload Object
	Direct  bool
}

// methods lists the triggers that have each step (RULES.md, patch.action-method and
// patch.not-registered). A direct update is possible on every other trigger.
var methods = map[string][]string{
	"set_user_metadata": {"post-login", "pre-user-registration", "custom-token-exchange"},
	"set_app_metadata":  {"post-login", "pre-user-registration", "custom-token-exchange"},
	"redirect":          {"post-login", "password-reset-post-challenge"},
	"set_primary_user":  {"post-login"},
	"deny": {
		"post-login", "pre-user-registration", "custom-token-exchange", "password-reset-post-challenge",
		"credentials-exchange",
	},
}

// withoutUserMetadata lists the triggers whose event.user has no user_metadata
// (actions.Trigger.EventUser).
var withoutUserMetadata = []string{"post-change-password", "credentials-exchange", "custom-token-exchange", "event-stream"}

// run is a run of the Actions of one trigger (actions.Stage.Run).
type run struct {
	trigger string
	target  Object
	user    Object // as stored
	seen    Object // as Actions read it, without the members that are staged
	pending Object // user_metadata and app_metadata that are staged for the user
	action  Object // what the current Action staged, which it does not read
	primary string // the new primary user
	changed bool   // the current Action set the primary user
	later   Object // what is staged for the new primary user
	denied  bool
	writes  []Write
	events  []Object // the metadata in event.user of each Action
}

// Stage returns the writes of the steps, the profile at the end and the metadata in
// event.user as each Action reads it, or false if a step is refused (actions.Stage.Run).
func Stage(trigger string, u Object, steps []any, target Object) (r *run, ok bool) {
	r = &run{trigger: trigger, target: target, user: u, seen: u}
	if v, _ := u.Get("user_metadata"); v != nil && !isObject(v) && !slices.Contains(withoutUserMetadata, trigger) &&
		reading(target, "patch.action-user-metadata") != "lenient" {
		return nil, false // rule 1
	}
	r.event()
	for _, step := range steps {
		if !r.step(step.(Object)[0]) {
			return nil, false
		}
		if step.(Object).Has("next_action") && r.denied {
			return r, r.end() // no other Action runs (rule 8)
		}
	}
	return r, r.end()
}

// step runs one step, and reports whether the trigger has it.
func (r *run) step(step Member) bool {
	if list, limited := methods[step.Name]; limited && !slices.Contains(list, r.trigger) {
		return false
	}
	switch step.Name {
	case "set_user_metadata":
		return r.set("user_metadata", step.Value.([]any))
	case "set_app_metadata":
		return r.set("app_metadata", step.Value.([]any))
	case "management_update":
		return r.update(step.Value.(Object))
	case "set_primary_user":
		return r.setPrimary(step.Value.(string))
	case "deny":
		r.denied = true
	case "redirect":
		r.redirect()
	case "next_action":
		if !r.denied {
			r.nextAction()
		}
	}
	return true
}

// set stages a member; the last value counts (rules 3 and 5). A call without a value
// sets undefined.
func (r *run) set(object string, call []any) bool {
	stored, _ := r.seen.Get(object) // null counts as absent
	if len(call) < 2 || stored != nil && !isObject(stored) || isInfinite(call[1]) {
		return false
	}
	r.action = stage(r.action, object, call[0].(string), call[1])
	return true
}

func isObject(v any) bool {
	_, ok := v.(Object)
	return ok
}

// isInfinite reports whether JavaScript reads a number in v as infinite (RULES.md,
// patch.action-value).
func isInfinite(v any) bool {
	switch v := v.(type) {
	case Object:
		return slices.ContainsFunc(v, func(m Member) bool { return isInfinite(m.Value) })
	case []any:
		return slices.ContainsFunc(v, isInfinite)
	case json.Number:
		_, err := v.Float64()
		return err != nil
	}
	return false
}

// stage returns what is staged with a member set.
func stage(staged Object, object, name string, v any) Object {
	return staged.With(object, staged.Object(object).With(name, v))
}

// staged returns a with the members of b, which are later.
func staged(a, b Object) Object {
	for _, object := range b {
		for _, m := range object.Value.(Object) {
			a = stage(a, object.Name, m.Name, m.Value)
		}
	}
	return a
}

// update is a direct update, which is written at once (rule 9).
func (r *run) update(payload Object) bool {
	if r.trigger == "pre-user-registration" {
		return false
	}
	r.write(payload, true)
	if reading(r.target, "patch.direct-update") == "seen" {
		r.seen = Apply(r.seen, payload, r.target)
	}
	return true
}

// setPrimary changes the primary user, once (rule 10).
func (r *run) setPrimary(id string) bool {
	if r.primary != "" || id == "" || len(id) > 128 {
		return false
	}
	r.primary, r.changed = id, true
	return true
}

// redirect writes what is staged (rule 7). After a denial there is no redirect (rule 8).
// The user is read again, unless the primary user changed (rule 10).
func (r *run) redirect() {
	if r.denied {
		return
	}
	r.flush()
	if r.primary == "" {
		r.seen = r.user
	}
}

// nextAction ends an Action: the next one reads what it staged (rule 4).
func (r *run) nextAction() {
	r.closeAction()
	r.changed = false
	r.event()
}

// closeAction stages what the current Action set: for the new primary user, if an
// earlier Action changed it. The Action that changes it loses its user_metadata.
func (r *run) closeAction() {
	switch {
	case r.changed:
		r.pending = staged(r.pending, r.action.Without("user_metadata"))
	case r.primary != "":
		r.later = staged(r.later, r.action)
	default:
		r.pending = staged(r.pending, r.action)
	}
	r.action = nil
}

// event adds the metadata that the next Action reads.
func (r *run) event() {
	event := Object{}
	for _, name := range metadataObjects {
		delta := staged(r.pending, r.later).Object(name)
		event = event.With(name, FirstLevel.Merge(r.seen.Object(name), delta).present())
	}
	r.events = append(r.events, event)
}

// end writes what is staged, and reports true.
func (r *run) end() bool {
	if !r.drops() {
		r.flush()
	}
	return true
}

// drops reports whether nothing is written at the end: a denied registration creates no
// user, the metadata of a passwordless user is not stored before the registration, and
// of a denied token exchange by the policy (RULES.md, patch.denied-write and
// patch.not-persisted).
func (r *run) drops() bool {
	switch r.trigger {
	case "pre-user-registration":
		return r.denied || strings.HasPrefix(kind(r.target), "passwordless")
	case "custom-token-exchange":
		return r.denied && reading(r.target, "patch.denied-write") == "dropped"
	}
	return false
}

// flush writes what is staged: one payload for each user (rules 5 to 7 and 10).
func (r *run) flush() {
	r.closeAction()
	if r.primary != "" && reading(r.target, "patch.primary-user-earlier") == "new-primary" {
		r.pending, r.later = nil, staged(r.pending, r.later)
	}
	if p := r.toWrite(r.pending); len(p) > 0 {
		r.write(p, false)
	}
	if len(r.later) > 0 {
		r.writes = append(r.writes, Write{r.primary, r.later, false})
	}
	r.seen = Apply(r.seen, staged(r.pending, r.later), r.target)
	r.pending, r.later = nil, nil
}

// toWrite returns the staged members that differ from those that Actions read, and all
// nulls (rules 6 and 9).
func (r *run) toWrite(pending Object) Object {
	result := Object{}
	for _, object := range pending {
		for _, m := range object.Value.(Object) {
			old, has := r.seen.Object(object.Name).Get(m.Name)
			if m.Value == nil || !has || !Equal(old, m.Value) {
				result = stage(result, object.Name, m.Name, m.Value)
			}
		}
	}
	return result
}

// write applies a payload to the stored user.
func (r *run) write(payload Object, direct bool) {
	r.writes = append(r.writes, Write{r.user.Text("user_id"), payload, direct})
	r.user = Apply(r.user, payload, r.target)
}
