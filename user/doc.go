// Package user is the vocabulary of the domain: the Auth0 normalized user
// profile, its identities, the connection they come from, and the words in which
// rules and verdicts are given.
//
// A [Profile] is read with [Parse] or encoding/json and written with
// [Profile.AppendJSON] or encoding/json. Reading and writing again loses nothing:
// unknown attributes are kept, null, absent and empty stay apart, numbers are
// never rounded.
//
// This package does not say what an update does; package patch does.
//
// # Vocabulary
//
// A root attribute is a first-level member of the user, such as email. The five
// are name, nickname, given_name, family_name and picture. A member is absent,
// null or a value. Evidence is how sure a rule is: documented, observed, inferred
// or disputed.
package user
