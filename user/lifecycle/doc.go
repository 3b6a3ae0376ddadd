// Package lifecycle computes what creations, logins, token exchanges, sign-ups and bulk
// imports do to a user.
//
// To do this, call that:
//
//   - read and judge the body of POST /api/v2/users: [ParseCreation],
//     [Creation.Validate];
//   - compute the user that it creates: [Creation.Create];
//   - compute the profile after a login: [ParseLogin], [Login];
//   - compute the profile after a custom token exchange: [Exchange];
//   - judge the body of a sign-up, POST /dbconnections/signup: [SignUp];
//   - follow a user of a custom database from state to state: [DatabaseUser];
//   - find out which scripts of a custom database run: [State.Scripts];
//   - read and judge the file of a bulk import: [ParseRows], [Row.Validate];
//   - compute the user that a row imports or upserts: [Row.Import];
//   - build the user object of legacy Rules: [RulesObject].
//
// The package does no I/O, reads no clock and generates no ids: a [user.Target] holds
// the connection and the time, and callers pass ids. Functions return a
// [user.Outcome]: the profile, its changes, effects and warnings.
//
// If a rule refuses the operation, the error is a [rule.Violations]. If a text cannot be
// parsed, or a profile was built from parts that are nested too deep, the error is a
// [metadata.Errors].
//
// See package patch for updates and package identities for linking.
package lifecycle
