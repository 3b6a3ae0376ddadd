package actions

import (
	"strconv"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// flush writes the staged members.
func (r *run) flush() {
	r.closeAction()
	from, members := r.staged.takePending()
	if len(members) == 0 {
		return
	}
	if r.reads.trigger.name == PreUserRegistration && r.passwordless() {
		r.Report(rule.NotPersisted, "", "metadata of a passwordless user is not stored before registration; set it in post-login")
		return
	}
	former, next := r.primary.split(from, members)
	if r.primary.happened() && len(former) > 0 {
		r.reportOnce(rule.PrimaryUserEarlier, r.primary.pointer, "which user gets the members that were staged before the change is not documented; set them in a later Action")
		if r.Reads(rule.PrimaryUserEarlier, "new-primary") {
			former, next = nil, members
		}
	}
	r.write(r.stored.UserID.Or(""), storedAndEvent, former)
	seenBy := eventOnly
	if r.primary.id == r.stored.UserID.Or("") {
		seenBy = storedAndEvent
	}
	r.write(r.primary.id, seenBy, next)
	r.pushView(r.reads.current()) // nothing is staged over it
}

// passwordless reports whether the user registers without a password.
func (r *run) passwordless() bool {
	switch r.target.Connection.Kind {
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

// write writes staged members as one payload.
func (r *run) write(to user.ID, seenBy reach, members []stagedMember) {
	var texts [objects]deltaText
	current := [objects]func(name string) (metadata.Value, bool){}
	for o := range objects {
		current[o] = attrs.Lookup(o.in(r.reads.current()))
	}
	for _, m := range lastValues(members) {
		if !m.value.IsZero() && (seenBy == eventOnly || r.shouldWrite(m, current[m.key.object])) {
			texts[m.key.object].add(m.key.name, m.value)
		}
	}
	p := patch.Payload{UserMetadata: texts[userMetadata].delta(), AppMetadata: texts[appMetadata].delta()}
	if p.IsZero() {
		return
	}
	for o := range objects {
		if !o.delta(&p).IsZero() {
			r.size(o, texts[o].size())
		}
	}
	r.send(Write{To: to, Payload: p}, seenBy, "")
}

// shouldWrite reports whether a member is written: its value is null or differs from the
// engine's, which current returns. It warns of writes that may be unintended.
func (r *run) shouldWrite(m stagedMember, current func(name string) (metadata.Value, bool)) bool {
	was, had := current(m.key.name)
	switch {
	case m.value.IsNull() && !had:
		r.Report(rule.ActionNull, m.key.pointer(), "there is nothing to remove, and null is written all the same; leave it out to save a write")
	case m.value.IsNull():
	case had && m.value.Equal(was):
		return false
	}
	if r.direct.follows(m) {
		r.Report(rule.DirectOverwritten, m.key.pointer(), "this was staged before a direct update of the same member and is written over it")
	}
	return true
}

// size judges the bytes that the run has written.
func (r *run) size(o object, bytes int) {
	r.written[o] += bytes
	n := r.written[o]
	report := r.Warn
	switch {
	case n <= limit.ActionKilobytes:
		return
	case n > limit.ActionKibibytes, r.Reads(rule.ActionSize, "kilobytes"):
		report = r.Refuse
	}
	report(rule.ActionSize, "/"+o.String(), "a session writes at most 32 kB of "+o.String()+"; these are "+strconv.Itoa(n)+" bytes")
}

// send makes a write, and changes the users in its reach. Pointers of violations lead
// into the payload at pointer. The payload is only validated if the profile of the user
// is not known, or the run is refused already.
func (r *run) send(w Write, seenBy reach, pointer string) {
	r.writes = append(r.writes, w)
	t := r.target
	if !w.Direct {
		t.Scopes = nil // the engine's own update
	}
	if seenBy == eventOnly || !r.Valid() {
		verdict := w.Payload.Validate(t)
		r.addUnder(pointer, verdict.Violations)
		r.addUnder(pointer, verdict.Warnings)
	}
	if !r.Valid() {
		return
	}
	before := r.stored
	if seenBy != eventOnly {
		out, err := w.Payload.Apply(*before, t)
		if err != nil {
			list, _ := err.(rule.Violations) // the other error is depth, which Run judged
			r.addUnder(pointer, list)
			return
		}
		r.addUnder(pointer, out.Warnings)
		r.stored, r.effects = &out.Profile, append(r.effects, out.Effects...)
	}
	switch current := r.reads.current(); {
	case seenBy == storedOnly:
	case seenBy == storedAndEvent && current == before:
		r.pushView(r.stored)
	default:
		if out, err := w.Payload.Apply(*current, t); err == nil { // a policy may refuse it for this profile
			r.pushView(&out.Profile)
		}
	}
}

// pushView sets the engine's view to a user with all members that were taken from the
// log.
func (r *run) pushView(u *user.Profile) { r.reads.pushView(u, r.staged.pending) }
