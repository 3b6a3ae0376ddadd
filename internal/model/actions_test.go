package model

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/metameld/metameld/patch/actions"
)

var actionsOperations = []operation{
	{"stage", stageInputs, checkStage},
	{"stage-odd-metadata", oddMetadataInputs, checkStage},
	{"stage-stored-unseen", storedUnseenInputs, checkStage},
}

// stageInputs returns a trigger, a profile, a target and steps.
func stageInputs(r *random) []any {
	u := r.user()
	t := r.target(u).Without("secondary")
	trigger := pick(r, "post-login", "post-login", "post-login", "pre-user-registration", "custom-token-exchange")
	if r.percent(15) {
		trigger = string(pick(r, actions.Triggers()...))
	}
	r.names = metadataNames
	steps := []any{}
	for range r.IntN(9) {
		steps = append(steps, r.step(u, t, trigger))
	}
	return []any{trigger, u, t, steps}
}

// step returns a step, most of the time one that the trigger has.
func (r *random) step(u, t Object, trigger string) Object {
	for {
		step := r.anyStep(u, t)
		list, limited := methods[step[0].Name]
		if !limited || slices.Contains(list, trigger) || r.percent(3) {
			return step
		}
	}
}

func (r *random) anyStep(u, t Object) Object {
	switch r.IntN(12) {
	case 0, 1, 2:
		return Object{{"next_action", true}}
	case 3:
		return Object{{"redirect", true}}
	case 4:
		return Object{{pick(r, "deny", "next_action"), true}}
	case 5:
		if r.percent(60) {
			return Object{{"set_primary_user", "auth0|other"}}
		}
		fallthrough
	case 6:
		return Object{{"management_update", r.payload(t)}}
	}
	object := pick(r, metadataObjects...)
	name, v := pick(r, metadataNames[:4]...), any(nil)
	if r.percent(75) {
		v = r.value(1)
	}
	if m := u.Object(object); len(m) > 0 && r.percent(30) {
		same := pick(r, m...)
		name, v = same.Name, same.Value
	}
	return Object{{"set_" + object, []any{name, v}}}
}

// oddMetadataInputs returns a user whose user_metadata is not an object.
func oddMetadataInputs(r *random) []any {
	u := Object{{"user_metadata", pick[any](r, "[object Object]", []any{})}}
	t := Object{{"sources", pick(r, "strict", "current", "lenient")}}
	return []any{string(pick(r, actions.Triggers()...)), u, t, []any{}}
}

// storedUnseenInputs returns a direct update, which Actions do not see, of a member that
// is staged with the value that the user had.
func storedUnseenInputs(r *random) []any {
	old, v := r.scalar(), pick[any](r, nil, "new")
	u := Object{{"user_metadata", Object{{"a", old}}}}
	t := Object{{"policies", Object{{"patch.direct-update", "unseen"}}}}
	steps := []any{
		Object{{"set_user_metadata", []any{"a", old}}},
		Object{{"management_update", Object{{"user_metadata", Object{{"a", v}}}}}},
	}
	return []any{"post-login", u, t, steps}
}

func checkStage(in []any) error {
	trigger, u, t, steps := in[0].(string), in[1].(Object), in[2].(Object), in[3].([]any)
	parsed, err := actions.ParseSteps(spelled(steps))
	if err != nil {
		return nil // a step that was shrunk
	}
	stage := actions.Stage{Trigger: actions.Trigger(trigger), User: libraryUser(u), Target: libraryTarget(t)}
	got, err := stage.Run(parsed...)
	want, ok := Stage(trigger, u, steps, t)
	if err != nil {
		if ok && !hasStep(steps, "management_update") {
			return fmt.Errorf("Run refuses what the model accepts: %w", err)
		}
		return nil
	}
	if !ok {
		return errAccepted
	}
	return cmp.Or(
		compare("writes", libraryWrites(got.Writes), modelWrites(want.writes)),
		compare("the profile at the end", modelUser(got.Profile), want.user),
		compareEvents(got, want),
	)
}

func hasStep(steps []any, name string) bool {
	return slices.ContainsFunc(steps, func(s any) bool { return s.(Object).Has(name) })
}

func libraryWrites(writes actions.Writes) any {
	list := []any{}
	for _, w := range writes {
		list = append(list, Object{{"to", string(w.To)}, {"direct", w.Direct}, {"payload", modelPayload(w.Payload)}})
	}
	return list
}

func modelWrites(writes []Write) any {
	list := []any{}
	for _, w := range writes {
		list = append(list, Object{{"to", w.To}, {"direct", w.Direct}, {"payload", w.Payload}})
	}
	return list
}

// compareEvents compares the metadata that each Action reads, if the trigger has it.
func compareEvents(got actions.Staged, want *run) error {
	listed := actions.Trigger(want.trigger).EventUser()
	library, model := []any{}, []any{}
	for e := range got.EventUsers() {
		library = append(library, readMetadata(modelObject(e.String()), listed))
	}
	for _, e := range want.events {
		model = append(model, readMetadata(e, listed))
	}
	return compare("metadata in event.user", library, model)
}

// readMetadata returns the metadata objects that a trigger lists. One that is absent
// counts as {}, since the documentation does not name the triggers that always list it.
func readMetadata(event Object, listed []string) Object {
	result := Object{}
	for _, name := range metadataObjects {
		if slices.Contains(listed, name) {
			result = result.With(name, event.Object(name).present())
		}
	}
	return result
}
