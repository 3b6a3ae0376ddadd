package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

var patchOperations = []operation{
	{"profile-text", userInputs, checkProfileText},
	{"apply", payloadInputs, checkApply},
	{"exclusive", payloadInputs, checkExclusive},
	{"profile-diff", usersInputs, checkProfileDiff},
	{"plan", payloadInputs, checkPlan},
	{"plan-payloads", payloadInputs, checkPlanPayloads},
	{"plan-to", usersInputs, checkPlanTo},
	{"plan-to-equal", payloadInputs, checkPlanToEqual},
	{"inverse", payloadInputs, checkInverse},
	{"inverse-secondary-password", secondaryPasswordInputs, checkInverse},
	{"conflicts", conflictInputs, checkConflicts},
	{"conflicts-reset", resetInputs, checkConflicts},
	{"sendable", usersInputs, checkSendable},
	{"sources", payloadInputs, checkSources},
	{"profile-changes", usersInputs, checkProfileChanges},
}

func userInputs(r *random) []any { return []any{r.user()} }

// payloadInputs returns a profile, a target and a payload.
func payloadInputs(r *random) []any {
	u := r.user()
	t := r.target(u)
	return []any{u, t, r.payload(t)}
}

// usersInputs returns a profile, a target and another profile.
func usersInputs(r *random) []any {
	u := r.user()
	return []any{u, r.target(u), r.editedUser(u)}
}

func checkProfileText(in []any) error {
	u := in[0].(Object)
	return compare("profile read and written", modelUser(libraryUser(u)), u)
}

func checkApply(in []any) error {
	u, t, p := in[0].(Object), in[1].(Object), in[2].(Object)
	before := libraryUser(u)
	out, err := libraryPayload(p).Apply(before, libraryTarget(t))
	if err != nil {
		return nil
	}
	want := Apply(u, p, t)
	return cmp.Or(
		compare("Apply", modelUser(out.Profile), want),
		compareUnordered("Changes of Apply", libraryChanges(out.Changes()), modelChanges(Changes(u, want))),
		compare("profile before Apply", modelUser(before), u),
	)
}

// compareUnordered compares lists without regard to the order of their elements.
func compareUnordered(what string, library, model any) error {
	a, b := library.([]any), model.([]any)
	for _, e := range a {
		if !contains(b, e) {
			return compare(what, library, model)
		}
	}
	if len(a) != len(b) {
		return compare(what, library, model)
	}
	return nil
}

func checkExclusive(in []any) error {
	t, p := in[1].(Object), in[2].(Object)
	if breaksPair(p) && libraryPayload(p).Validate(libraryTarget(t)).Valid() {
		return errAccepted
	}
	return nil
}

func checkProfileDiff(in []any) error {
	from, to := in[0].(Object), in[2].(Object)
	got, err := patch.Diff(libraryUser(from), libraryUser(to))
	want, missed := DiffProfiles(from, to)
	return cmp.Or(
		compareSets("unreachable", metadata.Unreachable(err), missed),
		compare("Diff", modelPayload(got), want),
	)
}

func checkPlan(in []any) error {
	u, t, goal := in[0].(Object), in[1].(Object), in[2].(Object)
	payloads, err := patch.Plan(libraryUser(u), libraryPayload(goal), libraryTarget(t))
	if err != nil {
		_, refused := libraryPayload(goal).Apply(libraryUser(u), libraryTarget(t))
		if refused == nil {
			return fmt.Errorf("Plan refuses a payload that Apply accepts: %w", err)
		}
		return nil
	}
	return cmp.Or(
		reaches(u, t, planned(u, goal, t), payloads),
		fewest(u, t, goal, payloads),
	)
}

// checkPlanPayloads compares the payloads of a plan. The model does not state the plans
// for secondary identities, for attributes that are not in the schema, for metadata that
// is not an object, and for a phone number that needs a payload of its own.
func checkPlanPayloads(in []any) error {
	u, t, goal := in[0].(Object), in[1].(Object), in[2].(Object)
	if t.True("secondary") || goal.Has("locale") || phoneAlone(goal, t) || hasOddity(u) {
		return nil
	}
	payloads, err := patch.Plan(libraryUser(u), libraryPayload(goal), libraryTarget(t))
	if err != nil {
		return nil
	}
	library, model := []any{}, []any{}
	for _, p := range payloads {
		library = append(library, modelPayload(p))
	}
	for _, p := range Plan(u, goal, t) {
		model = append(model, p)
	}
	return compare("Plan", library, model)
}

// phoneAlone reports whether a phone number, or its flag, needs a payload of its own
// (RULES.md, patch.phone-together).
func phoneAlone(goal, t Object) bool {
	return len(goal.Only("phone_number", "phone_verified")) > 0 && reading(t, "patch.phone-together") == "refused"
}

// hasOddity reports whether metadata of u is not an object.
func hasOddity(u Object) bool {
	return slices.ContainsFunc(metadataObjects, func(name string) bool {
		v, has := u.Get(name)
		return has && !isObject(v)
	})
}

// planned returns the profile that a plan for the goal leads to. A user who is to be
// blocked, or is and stays so, is blocked again after a password that removes the block
// (patch.Plan, rule 3).
func planned(u, goal, t Object) Object {
	want := Apply(u, withoutKnownMetadata(u, goal), t)
	v, blocks := goal.Get("blocked")
	if !blocks {
		v, blocks = u.Get("blocked")
	}
	if blocks && want.Has("blocked") {
		want = want.With("blocked", v)
	}
	return want
}

// withoutKnownMetadata returns the goal without the members of metadata that u already
// has. By the reading "stripped" of patch.nested-null they would change.
func withoutKnownMetadata(u, goal Object) Object {
	for _, name := range metadataObjects {
		delta := goal.Object(name)
		if stored, has := u.Get(name); len(delta) == 0 || has && !isObject(stored) {
			continue
		}
		goal = goal.Without(name)
		if changed := changedMembers(u.Object(name), delta); changed != nil {
			goal = goal.With(name, changed)
		}
	}
	return goal
}

// reaches checks that each payload is valid, and that all of them in order give the
// profile.
func reaches(u, t, want Object, payloads patch.Payloads) error {
	sent := []any{}
	for _, p := range payloads {
		if err := p.Validate(libraryTarget(t)).Err(); err != nil {
			return fmt.Errorf("a payload of the plan is refused: %w: %s", err, modelPayload(p))
		}
		u = Apply(u, modelPayload(p), t)
		sent = append(sent, modelPayload(p))
	}
	return compare("after the plan "+Encode(sent), comparable(typed(u)), comparable(typed(want)))
}

// comparable returns u without the timestamps that the API writes, without metadata that
// is empty, and with the letters that the Auth0 store keeps.
func comparable(u Object) Object {
	u = u.Without("updated_at", "last_password_reset")
	for _, name := range []string{"email", "username"} {
		if s := u.Text(name); s != "" {
			u = u.With(name, strings.ToLower(s))
		}
	}
	for _, name := range metadataObjects {
		if v, ok := u.Get(name); ok && Equal(v, Object{}) {
			u = u.Without(name)
		}
	}
	return u
}

// fewest checks the number of payloads: one for each of e-mail, username and password
// that is left, at least one for anything else, and one more to block again or for a
// phone number of its own (patch.Plan).
func fewest(u, t, goal Object, payloads patch.Payloads) error {
	sends := func(names ...string) bool {
		return slices.ContainsFunc(payloads, func(p patch.Payload) bool { return len(modelPayload(p).Only(names...)) > 0 })
	}
	most, least := 0, 0
	for _, group := range [][]string{{"email", "email_verified"}, {"username"}, {"password"}} {
		if sends(group...) {
			most++
			least++
		}
	}
	most = max(1, most)
	if (goal.True("blocked") || u.True("blocked")) && goal.Has("password") {
		most++
	}
	if phoneAlone(goal, t) {
		most++
	}
	if n := len(payloads); n > most || n < least {
		return fmt.Errorf("%d payloads, not %d to %d: %s", n, least, most, payloads)
	}
	return nil
}

func checkPlanTo(in []any) error {
	from, t, to := in[0].(Object), in[1].(Object), in[2].(Object)
	payloads, err := patch.PlanTo(libraryUser(from), libraryUser(to), libraryTarget(t))
	missed := metadata.Unreachable(err)
	if err != nil && len(missed) == 0 {
		return nil // the connection does not take the change
	}
	after := from
	for _, p := range payloads {
		if err := p.Validate(libraryTarget(t)).Err(); err != nil {
			return fmt.Errorf("a payload of the plan is refused: %w", err)
		}
		after = Apply(after, modelPayload(p), t)
	}
	return remains(missed, to, after)
}

// checkPlanToEqual checks that between equal profiles there is nothing to send, and
// nothing out of reach. A flag that is a text equals a boolean.
func checkPlanToEqual(in []any) error {
	from, t, to := libraryUser(in[0].(Object)), in[1].(Object), libraryUser(typed(in[0].(Object)))
	payloads, err := patch.PlanTo(from, to, libraryTarget(t))
	if len(payloads) > 0 || err != nil || !from.Equal(to) {
		return fmt.Errorf("PlanTo for equal profiles: equal %v, payloads %s, error %w", from.Equal(to), payloads, err)
	}
	return nil
}

// remains checks that an error names exactly the differences that remain.
func remains(missed []string, want, got Object) error {
	differences := pointers(Changes(comparable(typed(want)), comparable(typed(got))))
	missed = slices.DeleteFunc(slices.Clone(missed), func(p string) bool {
		alwaysNamed := p == "/password" || strings.HasPrefix(p, "/locale")
		return alwaysNamed && !slices.Contains(differences, p)
	})
	if err := covers(missed, differences); err != nil {
		return fmt.Errorf("%w\n  got:  %s\n  want: %s", err, show(got), show(want))
	}
	return nil
}

// secondaryPasswordInputs returns an update of the password of a secondary identity, which
// may remove the block of the user.
func secondaryPasswordInputs(r *random) []any {
	u := Object{{"blocked", r.percent(50)}}
	return []any{u, Object{{"secondary", true}}, Object{{"password", "Correct-Horse-1"}, {"connection", "Users"}}}
}

func checkInverse(in []any) error {
	u, t, p := in[0].(Object), in[1].(Object), in[2].(Object)
	if _, err := libraryPayload(p).Apply(libraryUser(u), libraryTarget(t)); err != nil {
		return nil
	}
	inverse, err := libraryPayload(p).Inverse(libraryUser(u), libraryTarget(t))
	missed := metadata.Unreachable(err)
	if err != nil && len(missed) == 0 {
		return fmt.Errorf("Inverse of a valid payload: %w", err)
	}
	if !inverse.IsZero() {
		if err := inverse.Validate(libraryTarget(t)).Err(); err != nil {
			return fmt.Errorf("the inverse %s is refused: %w", modelPayload(inverse), err)
		}
	}
	after := Apply(u, p, t)
	back := Apply(after, modelPayload(inverse), t)
	if t.True("secondary") {
		missed, back = secondaryUndone(missed, u, back)
	}
	if err := remains(missed, u, back); err != nil {
		return fmt.Errorf("after %s\n  and the inverse %s: %w", show(after), show(modelPayload(inverse)), err)
	}
	return nil
}

// secondaryUndone leaves out the difference in the identities, which the error names by
// the attributes of the payload (patch.Payload.Inverse).
func secondaryUndone(missed []string, u, back Object) ([]string, Object) {
	others := slices.DeleteFunc(slices.Clone(missed), func(p string) bool {
		return slices.Contains(ofIdentity, strings.TrimPrefix(p, "/"))
	})
	if v, ok := u.Get("identities"); ok && len(others) < len(missed) {
		back = back.With("identities", v)
	}
	return others, back
}

// conflictInputs returns a profile, a target and two payloads.
func conflictInputs(r *random) []any {
	in := payloadInputs(r)
	p := r.payload(in[1].(Object))
	for _, m := range in[2].(Object) {
		if r.percent(20) {
			p = p.With(m.Name, m.Value)
		}
	}
	return append(in, p)
}

// resetInputs returns two payloads with a flag, or an attribute that may reset it.
func resetInputs(r *random) []any {
	in := []any{Object{}, Object{}}
	pair := pick(r, []string{"email_verified", "email"}, []string{"phone_verified", "phone_number"}, []string{"blocked", "password"})
	for range 2 {
		p := Object{}
		for _, name := range pair {
			if r.percent(60) {
				p = p.With(name, r.sent(name))
			}
		}
		in = append(in, p)
	}
	return in
}

// checkConflicts compares the conflicts, and checks that payloads without a conflict can
// be sent in any order.
func checkConflicts(in []any) error {
	u, t, a, b := in[0].(Object), in[1].(Object), in[2].(Object), in[3].(Object)
	found := patch.Conflicts(libraryPayload(a), libraryPayload(b))
	if err := compareSets("Conflicts", found, Conflicts(a, b)); err != nil || len(found) > 0 {
		return err
	}
	return compare("after two payloads in both orders",
		comparable(Apply(Apply(u, a, t), b, t)), comparable(Apply(Apply(u, b, t), a, t)))
}

// checkSendable sends a whole profile: the members that Auth0 manages are left out.
func checkSendable(in []any) error {
	u := in[2].(Object)
	got, dropped := libraryPayload(u).Sendable()
	return cmp.Or(
		compare("Sendable", modelPayload(got), u.Without(readOnly...)),
		compareSets("the names that Sendable leaves out", dropped, names(u.Only(readOnly...), nil)),
	)
}

// checkSources checks the law that a payload which is valid under one setting of Sources
// is valid under the next ones (user.Target).
func checkSources(in []any) error {
	t, p := in[1].(Object), in[2].(Object)
	passed := ""
	for _, sources := range []string{"strict", "current", "lenient"} {
		verdict := libraryPayload(p).Validate(libraryTarget(t.Without("policies").With("sources", sources)))
		if passed != "" && !verdict.Valid() {
			return fmt.Errorf("valid under %s, but under %s: %w", passed, sources, verdict.Err())
		}
		if verdict.Valid() {
			passed = sources
		}
	}
	return nil
}

func checkProfileChanges(in []any) error {
	from, to := in[0].(Object), in[2].(Object)
	got := user.Changes(libraryUser(from), libraryUser(to))
	return compareUnordered("Changes", libraryChanges(got), modelChanges(Changes(from, to)))
}
