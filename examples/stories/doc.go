// Package stories solves common tasks with a user's metadata and profile. Each task is
// a test in a file of its own:
//
//   - clear_one_attribute: clear one attribute and leave the rest
//   - empty_object: why {} is dangerous
//   - deep_change: send a deep change to an API that merges the first level only
//   - form_to_patch: turn a form into the smallest PATCH
//   - email_and_password: change the e-mail and the password of a user
//   - link_keeping_preferences: link two accounts and keep the secondary's preferences
//   - two_writers: join the changes of two writers
//   - unit_test_your_merge: unit-test your own merge
//   - fits_my_type: see whether the merged metadata still fits your own type
//   - life_of_a_profile: follow one user from creation to unlinking
//
// The README lists questions, with the example that answers each. Larger examples are
// packages of their own: examples/guard refuses bad payloads in an HTTP client,
// examples/goauth0 uses the library with Auth0's SDK, examples/stream judges planned
// changes from a stream, and examples/beam plans a change for a whole tenant.
package stories
