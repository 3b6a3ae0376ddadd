// Package user is the vocabulary of the domain and the life of a profile: the
// Auth0 normalized user profile, its identities, the connection they come from,
// what a creation and a login make of it, and the words in which rules and verdicts
// are given.
//
// A [Profile] is read with [Parse] or encoding/json and written with
// [Profile.AppendJSON] or encoding/json. Reading and writing again loses nothing:
// unknown attributes are kept, null, absent and empty stay apart, numbers are
// never rounded.
//
// What an update does is package patch's matter, and linking that of identities.
//
// # Vocabulary
//
// A root attribute is a first-level member of the user, such as email. The five
// are name, nickname, given_name, family_name and picture. A member is absent,
// null or a value. Evidence is how sure a rule is: documented, observed, inferred
// or disputed.
//
// # Circumstances
//
// Nothing here reads a clock or draws an id. What a function must know besides the
// profile is in [Circumstances]: the [Connection], whether a custom database's user
// has migrated, the moment, and how sources that contradict each other are read.
// Strict is the default.
//
// # Creation and login
//
// [New] turns a [Creation] into the profile that the API answers, with what Auth0
// derives where the payload is silent. [Refresh] lays what the identity provider or a
// Login script returned over the cached profile: which attributes follow, which stay
// and which go depends on the connection. [Exchange] is the same for a custom token
// exchange, and [SignUp] judges the metadata of a sign-up.
//
// # Custom databases
//
// The database is the source of truth, and the profile a cache of it that a login
// refreshes. A [DatabaseUser] holds both sides and is moved from state to state by
// creation, login, a change in the database, an update, a new password. Once a user
// has migrated the database is never asked again.
//
// # Other ways in
//
// [RulesObject] is the user that legacy Rules saw, with app_metadata laid over the
// root. An [Import] is a row of a bulk import, whose upsert replaces metadata where an
// update merges it.
//
// # Verdicts
//
// A [Verdict] has all violations and all warnings. Each [Violation] names a rule of
// the catalogue, is found by [errors.Is] and [errors.As], leads to the fault by a JSON
// Pointer, and never holds the value at fault.
package user
