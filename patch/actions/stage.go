package actions

import (
	"log/slog"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Stage is one run of a trigger's Actions for a user, as far as it changes the user.
// The zero Stage has no trigger, so Run refuses it.
type Stage struct {
	Trigger Trigger
	User    user.Profile // as stored when the first Action starts

	// Target describes the user's identity, as for any update. Now stamps the
	// writes; Sources and Policies choose readings. Scopes are those of the token
	// that Actions use for direct updates.
	Target user.Target
}

// LogValue returns the stage as a group, without its target and with tokens masked.
func (s Stage) LogValue() slog.Value {
	return slog.GroupValue(slog.String("trigger", string(s.Trigger)), slog.Any("user", s.User))
}

// Run returns what the steps do to the user. The rules, in order:
//
//  1. On a trigger whose event.user has user_metadata, a user whose user_metadata is not
//     an object is refused, since every Action fails the login; sources lenient, or the
//     policy for [rule.ActionUserMetadata], make it a warning.
//  2. A trigger has only the methods of its reference; any other step is refused. A
//     direct update is possible on every trigger except pre-user-registration, and
//     discouraged in post-user-registration.
//  3. Setters stage a member of user_metadata or app_metadata. null removes it.
//     undefined, a number that JavaScript reads as infinite, and a user whose metadata
//     is not an object are refused.
//  4. The next Action reads the staged members in event.user; the Action that set
//     them does not.
//  5. At the end of the trigger one payload writes everything that is staged, each
//     member with its last value. It is merged at the first level, so an object
//     replaces an object whole.
//  6. A value that equals the stored one is not written. A null is always written.
//     If no member is left, nothing is written, so {} is never sent.
//  7. A redirect writes the staged members first; later ones are in another payload.
//     event.user then shows the stored user.
//  8. After the Action that denies access no other Action runs, and what is staged is
//     written. A redirect of that Action does nothing. A denied registration creates no
//     user and writes nothing.
//  9. A direct update is written at once. Members that were staged before are written
//     over it. Whether the next Action reads it is disputed: it does, unless the policy
//     for [rule.DirectUpdate] is "unseen". Then Actions read it after a redirect; until
//     then the stored value of rule 6 is the one before the update.
//  10. The primary user can be changed once, to an id of at most 128 characters.
//     user_metadata that the same Action sets is lost; members that later Actions set
//     are written to the new primary user. The profile of that user is not known, so
//     equal values are written too, and event.user stays the user who logged in, with
//     those members added; a redirect does not read it again.
//  11. All writes together have at most 32 kB of each metadata object.
//  12. The next trigger starts from the stored user: run another Stage with the
//     Profile of this one.
//
// Each payload must also pass [patch.Payload.Apply], whose warnings are listed too.
//
// The error is a [rule.Violations] with everything that is refused, or a
// [metadata.Errors] if the user was built from parts that are nested too deep. A
// pointer that begins with /steps leads to a step, any other into the payload that is
// written. The inputs are not changed; the result shares only immutable parts with
// them.
//
// Steps cost the size of their arguments. Each write also costs the size of the
// payload and of the metadata, since the profile is compared.
//
// Sources: Auth0 community topic 107050 (1); Auth0 docs, Actions Triggers, event and
// API objects (2, 3, 8); Auth0 support, Using the Management API in Actions (2); Manage
// User Metadata with the post-login Action Trigger (5, 7); Actions Limitations (10,
// 11); Auth0 support, Setting a Null Value to an Attribute (6); Auth0 community
// topics 84051 (4, 9, 12) and 152115 (4). Inferred steps carry a warning.
func (s Stage) Run(steps ...Step) (Staged, error) {
	trigger, ok := s.Trigger.reference()
	if !ok {
		return Staged{}, rule.Violations{judge.Violation(rule.ActionMethod, "/trigger", "unknown trigger; Triggers lists those that exist")}
	}
	s.User = derived.Placed(s.User)
	if _, err := s.User.Object(); err != nil {
		return Staged{}, err
	}
	stored := s.User.Clone()
	r := run{Judge: judge.New(s.Target.Sources, s.Target.Policies), target: s.Target, stored: &stored}
	derived.Resolve(&r.target.Connection)
	derived.JudgeKind(&r.Judge, &r.target.Connection)
	r.start(trigger)
	for i, step := range steps {
		if r.at = i; !r.do(step) {
			break
		}
	}
	r.end()
	r.reads.log = r.staged.members
	verdict := r.Unsorted()
	if err := verdict.Err(); err != nil {
		return Staged{}, err
	}
	profile := r.stored.Clone()
	return Staged{
		Outcome: user.Outcome{Before: s.User.Clone(), Profile: profile, Effects: r.effects, Warnings: verdict.Warnings},
		Writes:  r.writes, Primary: r.primary.id, reads: r.reads,
	}, nil
}
