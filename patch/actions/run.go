package actions

import (
	"strconv"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// run is one run of a Stage.
type run struct {
	judge.Judge // violations and warnings, in the order of the steps
	target      user.Target
	at          int           // the index of the current step
	denied      bool          // an Action denied access
	stored      *user.Profile // as the Management API answers it
	staged      stagedLog
	reads       eventReads
	direct      directUpdates
	primary     primarySwitch
	writes      Writes
	effects     []user.Effect
	written     [objects]int // bytes
	reported    map[finding]bool
	extra       attrs.Finder // of the user's Extra
}

// finding is a violation that is reported once in a run.
type finding struct {
	rule    rule.ID
	pointer string
}

func (r *run) reportOnce(id rule.ID, pointer, message string) {
	f := finding{id, pointer}
	if r.reported[f] {
		return
	}
	if r.reported == nil {
		r.reported = map[finding]bool{}
	}
	r.reported[f] = true
	r.Report(id, pointer, message)
}

// addUnder adds the violations of a list, whose pointers lead into the value at pointer,
// without those on the kind of connection, which Run reports once.
func (r *run) addUnder(pointer string, list rule.Violations) {
	for _, v := range list {
		if v.Rule == rule.ConnectionKind || v.Rule == rule.UnknownStrategy {
			continue
		}
		v.Pointer = pointer + v.Pointer
		r.Add(v)
	}
}

// pointer returns the pointer of the current step, followed by more.
func (r *run) pointer(s Step, more string) string {
	return "/steps/" + strconv.Itoa(r.at) + "/" + s.String() + more
}

// start starts the first Action.
func (r *run) start(trigger reference) {
	r.reads.trigger = trigger
	r.reads.overlay = r.Reads(rule.ActionRoot, "merged")
	r.reads.passesOn = trigger.passesOn && r.Reads(rule.ActionAttributes, "shown")
	r.reads.pushView(r.stored, 0)
	r.reads.startAction(0)
	if userMetadata.isOdd(r.stored, &r.extra) && trigger.shows(attrUserMetadata) {
		r.Report(rule.ActionUserMetadata, "/"+attrUserMetadata, "user_metadata of this user is not an object, so every Action fails, and the login with it; replace it by an update first")
	}
	if appMetadata.isOdd(r.stored, &r.extra) && trigger.shows(attrAppMetadata) {
		r.WarnAs(rule.Inferred, rule.ActionUserMetadata, "/"+attrAppMetadata, "app_metadata of this user is not an object; whether Actions then fail, as they do for user_metadata, is not documented; replace it by an update first")
	}
	var passed []string
	for name := range r.stored.Extra.All() {
		if trigger.passesOn && !trigger.shows(name) && isProviders(name) && len(passed) <= limit.Entries {
			passed = append(passed, metadata.Pointer(name))
		}
	}
	r.WarnAll(rule.Disputed, rule.ActionAttributes, passed, "whether event.user has this attribute of the identity provider is disputed; log event.user in your tenant before an Action relies on it")
	for name := range r.stored.AppMetadata.All() {
		if r.reads.shows(r.stored.Extra, name, &r.extra) && !r.Full() {
			r.collision(name)
		}
	}
}

// collision warns of a member of app_metadata that has the name of an attribute.
func (r *run) collision(name string) {
	if r.reads.trigger.shows(appMetadata.String()) {
		r.reportOnce(rule.ActionRoot, metadata.Pointer(appMetadata.String(), name), "whether event.user has this member of app_metadata in place of the attribute is disputed; read event.user.app_metadata, or rename it")
	}
}

// do does one step. It reports false if the run ends with it.
func (r *run) do(s Step) bool {
	trigger := &r.reads.trigger
	switch s.kind {
	case kindSetUserMetadata:
		if r.allows(trigger.setters, s) {
			r.stage(s, userMetadata)
		}
	case kindSetAppMetadata:
		if r.allows(trigger.setters, s) {
			r.stage(s, appMetadata)
		}
	case kindNextAction:
		if r.denied {
			r.Report(rule.Denied, r.pointer(s, ""), "access is denied, so this Action and those after it do not run")
			return false
		}
		r.nextAction()
	case kindRedirect:
		if r.allows(trigger.redirect, s) {
			r.redirect(s)
		}
	case kindDeny:
		if r.allows(trigger.deny, s) {
			r.denied = true
		}
	case kindSetPrimaryUser:
		if r.allows(trigger.primary, s) {
			r.setPrimaryUser(s)
		}
	case kindManagementUpdate:
		r.update(s)
	default:
		r.Report(rule.ActionMethod, "/steps/"+strconv.Itoa(r.at), "the zero Step is not a step; use a constructor such as SetUserMetadata")
	}
	return true
}

// allows refuses a step whose method the trigger does not have.
func (r *run) allows(has bool, s Step) bool {
	if has {
		return true
	}
	message := "trigger " + string(r.reads.trigger.name) + " has no such method"
	if r.reads.trigger.name == PostUserRegistration && (s.kind == kindSetUserMetadata || s.kind == kindSetAppMetadata) {
		message += "; set metadata in post-login, since updates of the user are discouraged here"
	}
	r.Report(rule.ActionMethod, r.pointer(s, ""), message)
	return false
}

// nextAction ends the current Action and starts the next one.
func (r *run) nextAction() {
	r.closeAction()
	r.primary.closeAction()
	r.reads.startAction(r.staged.len())
	if pointer, ok := r.direct.takeUnread(); ok && r.reads.trigger.user != nil {
		r.Report(rule.DirectUpdate, pointer, "whether the next Action reads this update is disputed; use a setter if it must")
	}
	if r.primary.happened() {
		r.reportOnce(rule.PrimaryUserEvent, r.primary.pointer, "which user event.user is from here on is not documented")
	}
}

// closeAction ends the staging of the current Action, whose user_metadata is dropped if
// it changes the primary user.
func (r *run) closeAction() {
	if r.primary.phase == changing {
		for _, k := range r.staged.dropUserMetadata() {
			r.Report(rule.PrimaryUserDiscards, k.pointer(), "this is lost, since the same Action changes the primary user; set it in a later Action")
		}
		r.primary.from = r.staged.len()
	}
	r.staged.closeAction()
}

// redirect writes the staged members; the engine then reads the user again.
func (r *run) redirect(s Step) {
	if r.denied {
		r.Report(rule.Denied, r.pointer(s, ""), "access is denied, so the user is not redirected")
		return
	}
	r.flush()
	if !r.primary.happened() && r.reads.current() != r.stored {
		r.pushView(r.stored)
	}
}

// setPrimaryUser changes the primary user.
func (r *run) setPrimaryUser(s Step) {
	switch n := utf8.RuneCountInString(s.name); {
	case n == 0 || n > limit.PrimaryUser:
		r.Report(rule.PrimaryUserLength, r.pointer(s, ""), "the id has "+strconv.Itoa(n)+" characters; allowed: 1 to "+strconv.Itoa(limit.PrimaryUser))
	case r.primary.happened():
		r.Report(rule.PrimaryUserOnce, r.pointer(s, ""), "the primary user can be changed once; remove this step or the earlier one")
	default:
		r.primary.begin(user.ID(s.name), r.pointer(s, ""))
		r.Report(rule.PrimaryUserIdentity, r.primary.pointer, "the login fails unless the identity that logged in is linked to the new primary user")
	}
}

// update makes a direct update.
func (r *run) update(s Step) {
	if r.reads.trigger.name == PreUserRegistration {
		r.Report(rule.NotRegistered, r.pointer(s, ""), "the user does not exist yet; use a setter")
		return
	}
	pointer := r.pointer(s, "")
	if r.reads.trigger.name == PostUserRegistration {
		r.Report(rule.RegistrationUpdate, pointer, "an update in post-user-registration is discouraged; set metadata in post-login")
	}
	r.direct.add(*s.payload, r.at, pointer)
	seenBy := storedOnly
	if r.Reads(rule.DirectUpdate, "seen") {
		seenBy = storedAndEvent
	}
	r.send(Write{To: r.stored.UserID.Or(""), Payload: *s.payload, Direct: true}, seenBy, pointer)
}

// end writes the remaining members at the end of the trigger.
func (r *run) end() {
	if r.denied && r.staged.len() > 0 {
		switch r.reads.trigger.name {
		case PreUserRegistration:
			r.Report(rule.DeniedWrite, "", "registration is denied: no user is created, so nothing is written")
			return
		case CustomTokenExchange:
			r.Report(rule.DeniedWrite, "", "whether a denied token exchange writes metadata is not documented")
			if r.Reads(rule.DeniedWrite, "dropped") {
				return
			}
		}
	}
	r.flush()
}
