// Package user models an Auth0 user: the normalized profile with its identities, and
// the connection and the caller for which an operation is judged.
//
// To do this, call that:
//
//   - read a profile: [Parse], or encoding/json; write it: [Profile.AppendJSON], or
//     encoding/json;
//   - give an attribute a value: [Set]; make it null: [Null]; read it: [Field.Get] or
//     [Field.Or];
//   - keep a password or a token out of logs: [NewSecret]; read it: [Secret.Reveal];
//   - read a connection as the API answers it: [ParseConnection]; describe it, the
//     identity and the caller: a [Target] literal, or encoding/json;
//   - compare two profiles: [Profile.Equal]; list the differences: [Changes];
//   - read the result of an operation: [Outcome].
//
// Package patch updates users, package lifecycle creates them and logs them in, and
// package identities links them. Package rule lists the rules that a verdict names.
//
// # Terms
//
//   - Root attribute: a member of the user at the first level, such as email.
//   - Profile attributes: name, nickname, given_name, family_name and picture.
//   - Primary: the first identity of a profile, which gives it its user_id and root
//     attributes. The others are secondary.
//
// # Reading and writing
//
// A profile that is read and written again keeps everything: unknown attributes stay
// in Extra, absent, null and empty stay different, and numbers are never rounded.
//
// # Time
//
// No function reads a clock. An operation takes the time from its [Target]; if
// that has none, timestamps stay as they are.
package user
