package patch

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Stage is one run of a trigger's Actions for a user, as far as it changes the
// user. Of the zero Stage nothing runs, since it has no trigger.
type Stage struct {
	Trigger Trigger
	User    user.Profile // as stored when the first Action starts

	// Target is what is known of the user, as for any update: Now stamps the
	// writes, Policies and Lenient choose readings. Scopes are those of the token
	// that Actions use for updates of their own.
	Target Target
}

// Write is one update that a run makes.
type Write struct {
	To      user.ID // the user_id of the user it is made of; empty where it is not known
	Payload Payload
	Direct  bool // an Action's own, through the Management API
}

// Staged is what became of a run.
type Staged struct {
	Writes   []Write         // in order; each counts against the rate limit
	Profile  user.Profile    // the Stage's user at the end, for the next trigger to start from
	Primary  user.ID         // the new primary user; empty where it did not change
	Warnings user.Violations // of the steps in their order, and of what is written

	facts   trigger
	merged  bool // app_metadata lies over the root of event.user
	log     []set
	views   []view
	actions []action
}

// set is one call of a setter.
type set struct {
	of    of
	value metadata.Value // absent: undefined
}

// of is a member of one of the metadata objects.
type of struct {
	a    attribute
	name string
}

// view is the user as the engine of Actions has it; what is staged from log on is
// not in it.
type view struct {
	user *user.Profile
	log  int
}

// action is the start of one Action.
type action struct {
	view, log int
}

// Run returns what the steps make of the user. The rules, in order:
//
//  1. A trigger has only the methods of its reference; elsewhere a step is
//     refused. A direct update is possible everywhere but before registration.
//  2. Setters stage a member of user_metadata or app_metadata. null removes it.
//     undefined, a number that JavaScript takes for infinite, and metadata that is
//     not an object are refused.
//  3. What is staged shows in event.user of the next Action, not of the same one.
//  4. At the end of the trigger everything staged is written as one payload, for
//     each member the last value. It is merged at the first level, so an object
//     replaces an object whole.
//  5. A value that equals what is there is not written; null always is. Where
//     nothing is left, nothing is written; {} never is.
//  6. A redirect writes first, so that the rest becomes another payload.
//  7. Access that is denied ends the trigger with that Action; what is staged is
//     written all the same. A denied registration creates no user and writes
//     nothing.
//  8. A direct update is written at once. Whether the next Action sees it is
//     disputed: it does, unless the policy for patch.direct-update is "unseen".
//     What was staged before is written over it.
//  9. The primary user can be changed once, to an id of at most 128 characters.
//     user_metadata that the same Action sets is lost, that of later Actions goes
//     to the new primary user. Nothing is known of that one's profile, so all of it
//     is written, and event.user stays that of the user who logged in.
//  10. All writes together have at most 32 kB of each metadata.
//  11. The next trigger starts from the user that is stored: Run another Stage with
//     the Profile of this one.
//
// Every payload is judged by [Payload.Validate] as well.
//
// The error is a [user.Violations] with everything that is refused, or a
// [metadata.Errors] where the user was put together of parts that are too deep. A
// pointer that begins with /steps leads to a step, any other into the payload that
// is written. Inputs are not changed; the result shares with them what cannot
// change. Steps cost what they bring along; a write also costs what the first
// level of the metadata does.
//
// Sources: Auth0 docs, Actions Triggers, event and API objects (1, 2, 7); Manage
// User Metadata with the post-login Action Trigger (4, 6); Actions Limitations (9,
// 10); Auth0 support, Setting a Null Value to an Attribute (5); Auth0 community
// topics 84051 (3, 8, 11) and 152115 (3). What is inferred carries a warning.
func (s Stage) Run(steps ...Step) (Staged, error) {
	facts, ok := s.Trigger.facts()
	if !ok {
		return Staged{}, user.Violations{violationOf(RuleActionMethod, "/trigger", "no such trigger")}
	}
	if _, err := s.User.Object(); err != nil {
		return Staged{}, err
	}
	stored := s.User.Clone()
	r := runner{t: s.Target, stored: &stored, boundary: -1}
	r.facts = facts
	r.merged = r.t.reading(RuleActionRoot) == merged
	r.see(&stored)
	r.actions = append(r.actions, action{})
	for _, name := range facts.user {
		if _, ok := stored.AppMetadata.Get(name); ok {
			r.collision(name)
		}
	}
	for i, step := range steps {
		if r.at = i; !r.step(step) {
			break
		}
	}
	r.end()
	if len(r.violations) > 0 {
		return Staged{}, r.violations
	}
	r.Profile = r.stored.Clone()
	return r.Staged, nil
}

// runner is a run under way.
type runner struct {
	Staged
	t          Target
	violations user.Violations
	lists      [2]check.Bound // of violations and warnings

	at       int           // the step
	stored   *user.Profile // as the Management API would answer it
	start    int           // in log, of the Action
	flushed  int           // in log, what is written
	written  [attributes]int
	touched  map[of]int // in log, when a direct update changed a member; of no name: all
	direct   string     // the pointer of an update that no Action saw yet
	denied   bool
	primary  string // the pointer of the step that changed the primary user
	switches bool   // the Action did
	told     bool   // an Action ran since
	earlier  bool   // what was staged before was written
	boundary int    // in log, from which on the new primary user is meant; -1: never
	collided map[string]bool
}

func (r *runner) note(v Violation) {
	if v.Severity == user.Error {
		add(&r.lists[0], &r.violations, v)
	} else {
		add(&r.lists[1], &r.Warnings, v)
	}
}

func (r *runner) report(id RuleID, pointer, message string) {
	r.note(violationOf(id, pointer, message))
}

// pointer returns that of the step at hand.
func (r *runner) pointer(s Step, more string) string {
	return "/steps/" + strconv.Itoa(r.at) + "/" + s.String() + more
}

// now returns the user as the engine has it.
func (r *runner) now() *user.Profile { return r.views[len(r.views)-1].user }

// see gives the engine another view of the user, in place of one that no Action
// read.
func (r *runner) see(u *user.Profile) {
	if n := len(r.views); n > 0 && r.actions[len(r.actions)-1].view != n-1 {
		r.views = r.views[:n-1]
	}
	r.views = append(r.views, view{u, r.flushed})
}

// collision warns of a member of app_metadata that has an attribute's name.
func (r *runner) collision(name string) {
	if !slices.Contains(r.facts.user, "app_metadata") || r.collided[name] {
		return
	}
	if r.collided == nil {
		r.collided = map[string]bool{}
	}
	r.collided[name] = true
	r.report(RuleActionRoot, metadata.Pointer(appMetadata.String(), name), "whether event.user shows this member of app_metadata in place of the attribute is disputed")
}

// step does one step. It reports false where no further one happens.
func (r *runner) step(s Step) bool {
	missing := func(has bool) bool {
		if !has {
			r.report(RuleActionMethod, r.pointer(s, ""), "this trigger has no such method")
		}
		return !has
	}
	switch s.kind {
	case setUserMetadata:
		if !missing(r.facts.setters) {
			r.set(s, userMetadata)
		}
	case setAppMetadata:
		if !missing(r.facts.setters) {
			r.set(s, appMetadata)
		}
	case nextAction:
		if r.denied {
			r.report(RuleDenied, r.pointer(s, ""), "access is denied, so this Action and what follows does not run")
			return false
		}
		r.next()
	case redirect:
		switch {
		case missing(r.facts.redirect):
		case r.denied:
			r.report(RuleDenied, r.pointer(s, ""), "access is denied, so the user is not redirected")
		default:
			r.flush()
			if r.boundary < 0 && r.now() != r.stored {
				r.see(r.stored)
			}
		}
	case deny:
		if !missing(r.facts.deny) {
			r.denied = true
		}
	case setPrimaryUser:
		if !missing(r.facts.primary) {
			r.setPrimary(s)
		}
	case managementUpdate:
		if r.facts.name == PreUserRegistration {
			r.report(RuleNotRegistered, r.pointer(s, ""), "the user is not created yet")
		} else {
			r.update(s)
		}
	default:
		r.report(RuleActionMethod, "/steps/"+strconv.Itoa(r.at), "this is no step")
	}
	return true
}

// set stages one member.
func (r *runner) set(s Step, a attribute) {
	o := r.now().UserMetadata
	if a == appMetadata {
		o = r.now().AppMetadata
	}
	if v, odd := r.now().Extra.Get(a.String()); odd && o.IsZero() && !v.IsNull() {
		r.report(RuleActionObject, r.pointer(s, ""), a.String()+" of this user is not an object")
	}
	switch {
	case !utf8.ValidString(s.name):
		r.report(RuleType, r.pointer(s, "/0"), "the name is not valid UTF-8")
		return
	case s.err != nil:
		r.report(RuleType, r.pointer(s, "/1"), "the value is not JSON")
		return
	case s.value.IsZero():
		v := violationOf(RuleActionUndefined, r.pointer(s, ""), "the value is undefined; null removes")
		if r.t.reading(RuleActionUndefined) == lenient {
			v.Severity = user.Warning
		}
		r.note(v)
	case !jsonscan.Fits([]byte(s.value.String()), metadata.MaxLevels-2):
		r.report(RuleActionValue, r.pointer(s, "/1"), "the value is nested deeper than the levels that a body can have")
		return
	default:
		r.value(s)
	}
	if a == appMetadata && slices.Contains(r.facts.user, s.name) {
		r.collision(s.name)
	}
	r.log = append(r.log, set{of{a, s.name}, s.value})
}

// value judges whether JavaScript can hold what is staged.
func (r *runner) value(s Step) {
	const proto = "__proto__"
	if s.name == proto {
		r.report(RuleActionName, r.pointer(s, "/0"), "a member of this name may get lost in JavaScript")
	}
	number := func(x jsonscan.Inner, path ...string) {
		if x.IsNumber() {
			if _, err := strconv.ParseFloat(x.Text, 64); err != nil {
				r.report(RuleActionValue, r.pointer(s, "/1"+metadata.Pointer(path...)), "JavaScript takes this number for infinite and writes null")
			}
		}
	}
	number(jsonscan.Inner{Text: s.value.String()})
	for path, v := range jsonscan.Walk(s.value.String()) {
		if r.lists[0].Full && r.lists[1].Full {
			return
		}
		if v.InObject && path[len(path)-1] == proto {
			r.report(RuleActionName, r.pointer(s, "/1"+metadata.Pointer(path...)), "a member of this name may get lost in JavaScript")
		}
		number(v, path...)
	}
}

// setPrimary changes the primary user.
func (r *runner) setPrimary(s Step) {
	switch n := utf8.RuneCountInString(s.name); {
	case n == 0 || n > 128:
		r.report(RulePrimaryLength, r.pointer(s, ""), "the id has "+strconv.Itoa(n)+" characters; allowed are 1 to 128")
	case r.primary != "":
		r.report(RulePrimaryOnce, r.pointer(s, ""), "the primary user was changed already")
	default:
		r.primary, r.switches, r.Primary = r.pointer(s, ""), true, user.ID(s.name)
		r.report(RulePrimaryIdentity, r.primary, "the login fails unless the identity that logged in is linked to the new primary user")
	}
}

// update does what an Action's own update does.
func (r *runner) update(s Step) {
	p := *s.payload
	t := r.t
	verdict := p.Validate(t)
	for _, v := range slices.Concat(verdict.Violations, verdict.Warnings) {
		v.Pointer = r.pointer(s, v.Pointer)
		r.note(v)
	}
	for _, a := range []attribute{userMetadata, appMetadata} {
		d := *p.delta(a)
		for name := range d.Object().All() {
			r.touch(of{a, name})
		}
		if d.IsWipe() {
			r.touch(of{a, ""})
		}
	}
	r.Writes = append(r.Writes, Write{To: r.stored.UserID.Or(""), Payload: p, Direct: true})
	for _, w := range r.write(p, &t, true, r.t.reading(RuleDirectUpdate) == seen) {
		w.Pointer = r.pointer(s, w.Pointer)
		r.note(w)
	}
	r.direct = r.pointer(s, "")
}

func (r *runner) touch(m of) {
	if r.touched == nil {
		r.touched = map[of]int{}
	}
	r.touched[m] = len(r.log)
}

// write changes the user that is stored, and the engine's view where it sees that.
func (r *runner) write(p Payload, t *Target, stored, sees bool) (warnings user.Violations) {
	if len(r.violations) > 0 {
		return nil // the run is refused, and nobody sees the user
	}
	old, now := r.stored, r.now()
	if stored {
		a := applied(old, p, t)
		r.stored, warnings = &a.Profile, a.Warnings
	}
	switch {
	case !sees:
	case stored && now == old:
		r.see(r.stored)
	default:
		a := applied(now, p, t)
		r.see(&a.Profile)
	}
	return warnings
}

// next starts the next Action.
func (r *runner) next() {
	r.settle()
	r.switches = false
	r.actions = append(r.actions, action{len(r.views) - 1, len(r.log)})
	if r.direct != "" && r.facts.user != nil {
		r.report(RuleDirectUpdate, r.direct, "whether the next Action sees this update is disputed")
	}
	r.direct = ""
	if r.boundary >= 0 && !r.told {
		r.told = true
		r.report(RulePrimaryEventUser, r.primary, "what event.user shows from here on is not documented")
	}
}

// settle takes note of what the Action staged so far.
func (r *runner) settle() {
	if r.switches {
		kept := r.log[:r.start]
		for _, e := range r.log[r.start:] {
			if e.of.a == userMetadata {
				r.report(RulePrimaryDiscards, metadata.Pointer(userMetadata.String(), e.of.name), "this is lost, since the same Action changes the primary user")
				continue
			}
			kept = append(kept, e)
		}
		r.log = kept
		r.boundary = len(r.log)
	}
	r.start = len(r.log)
}

// end writes what is left at the end of the trigger.
func (r *runner) end() {
	if r.denied && len(r.log) > 0 {
		switch r.facts.name {
		case PreUserRegistration:
			r.report(RuleDeniedWrite, "", "no user is created, so nothing is written")
			return
		case CustomTokenExchange:
			r.report(RuleDeniedWrite, "", "whether a denied token exchange writes metadata is not documented")
			if r.t.reading(RuleDeniedWrite) == dropped {
				return
			}
		}
	}
	r.flush()
}

// flush writes what is staged.
func (r *runner) flush() {
	r.settle()
	from := r.flushed
	r.flushed = len(r.log)
	if from == r.flushed {
		return
	}
	if r.facts.name == PreUserRegistration && r.passwordless() {
		r.report(RuleNotPersisted, "", "this user is passwordless, so what is set here is not stored")
		return
	}
	defer func() { r.see(r.now()) }() // nothing is staged over it
	if r.boundary < 0 {
		r.flushTo(r.stored.UserID.Or(""), from, r.flushed)
		return
	}
	split := max(from, r.boundary)
	if from < split {
		if !r.earlier {
			r.earlier = true
			r.report(RulePrimaryEarlier, r.primary, "whose metadata becomes what was staged before is not documented")
		}
		if r.t.reading(RulePrimaryEarlier) == newPrimary {
			split = from
		}
	}
	r.flushTo(r.stored.UserID.Or(""), from, split)
	r.boundary = split
	r.flushTo(r.Primary, split, r.flushed)
}

// passwordless reports whether the user registers without a password.
func (r *runner) passwordless() bool {
	switch r.t.Connection.Kind {
	case user.PasswordlessEmail, user.PasswordlessSMS:
		return true
	case user.KindUnknown:
		if ids := r.stored.Identities; len(ids) > 0 {
			provider := ids[0].Provider.Or("")
			return provider == "email" || provider == "sms"
		}
	}
	return false
}

// flushTo writes log[from:to] as one payload.
func (r *runner) flushTo(id user.ID, from, to int) {
	if from == to {
		return
	}
	// Another user, of whom nothing is known.
	other := r.boundary >= 0 && from >= r.boundary && r.Primary != r.stored.UserID.Or("")
	last := make(map[of]int, to-from)
	for i := from; i < to; i++ {
		last[r.log[i].of] = i
	}
	var texts [attributes][]byte
	for i := from; i < to; i++ {
		m := r.log[i].of
		at, first := last[m]
		if !first {
			continue
		}
		delete(last, m) // said
		if v := r.log[at].value; !v.IsZero() && (other || r.says(m, v, at)) {
			if texts[m.a] == nil {
				texts[m.a] = []byte{'{'}
			}
			texts[m.a] = appendMember(texts[m.a], m.name, v)
		}
	}
	var p Payload
	for _, a := range []attribute{userMetadata, appMetadata} {
		if texts[a] == nil {
			continue
		}
		text := append(texts[a], '}')
		d, err := metadata.ParseDelta(text)
		if err != nil { // names and values are judged when they are staged
			r.report(RuleType, a.pointer(), "this cannot be written")
			continue
		}
		*p.delta(a) = d
		r.size(a, len(text))
	}
	if p.IsZero() {
		return
	}
	t := r.t
	t.Scopes = nil // the engine's own update of the user
	verdict := p.Validate(t)
	for _, v := range slices.Concat(verdict.Violations, verdict.Warnings) {
		r.note(v)
	}
	r.Writes = append(r.Writes, Write{To: id, Payload: p})
	for _, w := range r.write(p, &t, !other, true) {
		r.note(w)
	}
}

// says reports whether the member is written: a value that equals what is there is
// not. It warns of what the write does.
func (r *runner) says(m of, v metadata.Value, at int) bool {
	u := r.now()
	o, stored := u.UserMetadata, r.stored.UserMetadata
	if m.a == appMetadata {
		o, stored = u.AppMetadata, r.stored.AppMetadata
	}
	was, had := o.Get(m.name)
	switch {
	case v.IsNull() && !had:
		r.report(RuleActionNull, metadata.Pointer(m.a.String(), m.name), "there is nothing to remove, and null is a write all the same")
	case v.IsNull():
	case had && v.Equal(was):
		return false
	}
	when, ok := r.touched[m]
	if wiped, all := r.touched[of{m.a, ""}]; all && wiped > when {
		when, ok = wiped, true
	}
	if ok && at < when {
		r.report(RuleDirectOverwritten, metadata.Pointer(m.a.String(), m.name), "this was staged before a direct update of the same member and is written after it")
	}
	is, _ := stored.Get(m.name)
	before, isObject := is.Object()
	if after, stays := v.Object(); isObject && stays {
		if slices.ContainsFunc(metadata.Changes(before, after), func(c metadata.Change) bool { return c.Kind == metadata.Removed }) {
			r.report(RuleReplacedObject, metadata.Pointer(m.a.String(), m.name), "this object is replaced whole and loses members")
		}
	}
	return true
}

// size judges how much is written by now.
func (r *runner) size(a attribute, bytes int) {
	r.written[a] += bytes
	most := 32 << 10
	if r.t.reading(RuleActionSize) == thousandths {
		most = 32_000
	}
	if n := r.written[a]; n > 32_000 {
		v := violationOf(RuleActionSize, a.pointer(), "a session writes at most 32 kB of "+a.String()+"; these are "+strconv.Itoa(n)+" bytes")
		if n <= most {
			v.Severity = user.Warning
		}
		r.note(v)
	}
}

// Payloads returns the payloads of the writes.
func (s Staged) Payloads() Payloads {
	list := make(Payloads, len(s.Writes))
	for i, w := range s.Writes {
		list[i] = w.Payload
	}
	return list
}

// Equal reports whether s and t are the same outcome.
func (s Staged) Equal(t Staged) bool {
	if s.Primary != t.Primary || !s.Profile.Equal(t.Profile) || !slices.Equal(s.Warnings, t.Warnings) || len(s.actions) != len(t.actions) ||
		!slices.EqualFunc(s.Writes, t.Writes, func(a, b Write) bool { return a.To == b.To && a.Direct == b.Direct && a.Payload.Equal(b.Payload) }) {
		return false
	}
	return slices.EqualFunc(slices.Collect(s.EventUsers()), slices.Collect(t.EventUsers()), metadata.Object.Equal)
}
