// Package actions computes what the Actions of a trigger do to a user's metadata.
//
// To do this, call that:
//
//   - write down what the Actions do: the constructors of [Step], such as
//     [SetUserMetadata] and [NextAction], or [ParseSteps] for JSON;
//   - see whether Auth0 accepts it, and the updates that it makes: [Stage.Run];
//   - see the profile afterwards, its changes and effects: the [user.Outcome] in
//     [Staged];
//   - see event.user as each Action reads it: [Staged.EventUsers];
//   - continue with the next trigger: another Stage for the Profile of this one;
//   - list the triggers and the attributes that their event.user has: [Triggers],
//     [Trigger.EventUser].
//
// Setters stage their members, and Auth0 writes them once at the end of the trigger.
// If no source documents a step, it carries a warning with the id of its rule;
// Sources and Policies of the [user.Target] choose the reading.
package actions
