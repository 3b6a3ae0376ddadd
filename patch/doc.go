// Package patch judges the body of PATCH /api/v2/users/{id} before it is sent, and
// computes what it would do to the user.
//
// To do this, call that:
//
//   - read a body: [Parse]; convert a struct of an SDK or a map: [From]; convert the
//     inputs of a form: [FromInputs]; or write a [Payload] literal;
//   - send a body that was read from the API and edited: [Payload.Sendable], then
//     [Plan]; if members were deleted from it, [user.Parse], then [PlanTo];
//   - see whether the API accepts it: [Payload.Validate];
//   - see the profile afterwards, the changes and the effects: [Payload.Apply];
//   - turn one profile into another: [PlanTo] if the connection is known, else [Diff];
//   - split one body into several that the API accepts: [Plan];
//   - undo a body: [Payload.Inverse];
//   - find where two bodies overwrite each other: [Conflicts];
//   - see the API's answer to a refused body: [Payload.Response]; find the rule for an
//     answer: [rule.Match].
//
// Package card is the workflow card "Update User", and package actions computes the
// metadata that Actions set. Both use this package.
//
// # Three states
//
// A member of a payload is absent, null or a value. An absent member changes nothing,
// null removes, and a value sets. The two metadata objects are merged at their first
// level, and {} removes everything in them. A zero [metadata.Delta] is left out of the
// body; only [metadata.Wipe] is sent as {}.
//
// # Pairs
//
// Five pairs of attributes cannot be in one body, whether or not their values change:
// password with email, email_verified or username, and username with email or
// email_verified. [Plan] splits them.
//
// # Evidence
//
// If sources disagree, [rule.Strict] decides, unless Sources or Policies of
// [user.Target] select another reading. A step that no source documents gets a warning
// with the id of its rule.
package patch
