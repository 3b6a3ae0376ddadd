// Package stories has one example for each thing that people set out to do with a
// user's metadata and profile. Each is a test that runs, in a file that is named
// after the problem:
//
//   - clear_one_attribute: clear one attribute and leave the rest
//   - empty_object: why {} is dangerous
//   - deep_change: a deep change through an API that merges one level
//   - form_to_patch: turn a form into the smallest PATCH
//   - email_and_password: change e-mail and password of one user
//   - link_keeping_preferences: link two accounts and keep the secondary's preferences
//   - two_writers: two writers, one profile
//   - unit_test_your_merge: unit-test your own merge
//   - life_of_a_profile: one user from the creation to an unlink, step by step
//
// Three more are packages of their own: examples/guard refuses bad payloads in an
// HTTP client before they leave, examples/stream judges a million users' planned
// changes from a stream, and examples/beam plans a change for a whole tenant.
package stories
