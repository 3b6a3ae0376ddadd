// Package patch judges and explains the body of PATCH /api/v2/users/{id} before
// it is sent: what the API would refuse, what it would make of the user, and
// where nobody knows.
//
// A [Payload] is what would be sent, a [Target] is what must be known of the user
// and the caller. [Payload.Validate] judges, [Payload.Apply] shows the profile
// after, and [Rules] lists every rule with its source and how sure it is.
//
// A payload comes from a literal, from [Parse], from the workflow card ([Form]), or
// from what is to be: [Diff] says what changed, [Plan] splits what one payload
// cannot say, [Payload.Inverse] undoes, and [Conflicts] tells which of two
// overwrite each other.
//
// # Three states
//
// A member of a payload is absent, null or a value: what is absent stays as it
// is, null removes, a value sets. The two metadata objects are merged at their
// first level, and there {} is not nothing: it removes everything in them. A zero
// [metadata.Delta] is left out of the body; only [metadata.Wipe] is {}.
//
// # Pairs
//
// Five pairs of attributes cannot be in one body, whether or not their values
// differ from the stored ones: password with email, email_verified or username,
// and username with email or email_verified.
//
// # Actions
//
// A [Stage] is a run of a trigger's Actions: what they stage with the setters of
// metadata, what each reads in event.user, and which payloads are written when.
//
// # Evidence
//
// Where sources contradict each other the stricter one holds, unless
// [Target.Lenient] or [Target.Policies] says otherwise. A step that nobody
// documents carries a warning with the id of its rule.
package patch
