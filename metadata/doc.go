// Package metadata is an algebra on JSON objects: it says what a change makes of
// one, which change leads from one to another, and how two of them differ. It
// knows the merge rules of Auth0's user_metadata and app_metadata, and nothing
// else of users.
//
// An [Object] is a metadata object, a [Delta] is what one payload says about it,
// and a [Mode] is the rule by which the one changes the other:
//
//	base := metadata.MustParse(`{"color":"red","addr":{"home":"h","work":"w"}}`)
//	says := metadata.MustDelta(`{"color":null,"addr":{"home":"h2"}}`)
//	after := metadata.FirstLevel.Merge(base, says) // {"addr":{"home":"h2"}}: work is gone
//
// It is not a general JSON library: it has no streaming, and its texts are
// objects of a size that fits in memory.
//
// # Vocabulary
//
// A member of a payload is absent, null or a value. To set gives a member a
// value, to remove makes it go away (null on the wire), to wipe is {} sent for a
// whole metadata object. A pointer is a JSON Pointer, RFC 6901.
//
// # Laws
//
// For every mode m, objects x and y, and change d, with absent and {} taken as
// equal:
//
//   - m.Merge(x, m.Diff(x, y)) equals y, where Diff returns no error.
//   - m.Diff(x, x) says nothing; a Diff never wipes unless y has no members.
//   - m.Merge(m.Merge(x, d), d) equals m.Merge(x, d), unless lists are appended.
//   - Merging the Deltas of m.Compose(d, e) in order does what d and then e do.
//   - m.Merge(x, m.Lower(x, d)) equals Deep.Merge(x, d), where Lower returns no error.
//   - What is parsed and written again is the same object; inputs never change.
//
// # Text
//
// All text is JSON as RFC 8259 has it, valid in its UTF-8, with surrogate escapes
// in pairs, at most 10,000 levels deep, and without duplicate names at any level.
package metadata
