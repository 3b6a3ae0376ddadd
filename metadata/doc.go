// Package metadata merges, diffs and compares JSON objects by the rules of Auth0's
// user_metadata and app_metadata.
//
// An [Object] is a metadata object, a [Delta] is a change of one as a payload holds
// it, and a [Mode] is the rule by which a Delta changes an Object:
//
//	base := metadata.MustParse(`{"color":"red","addr":{"home":"h","work":"w"}}`)
//	delta := metadata.MustDelta(`{"color":null,"addr":{"home":"h2"}}`)
//	after := metadata.FirstLevel.Merge(base, delta) // {"addr":{"home":"h2"}}: work is lost
//
// It is not a general JSON library. It does not stream: each text must be an object
// that fits in memory.
//
// # Index
//
//   - To parse text, call [Parse]; to convert a Go value, [From] or [ValueOf]; in a
//     program's literals and in tests, [MustParse], [MustDelta] or [MustValue].
//   - To look inside, call [Object.Get], [Object.At] or [Object.All]; to decode into
//     a Go value, [Object.Decode] or [Object.Map].
//   - To make a change, call [ParseDelta], [Delta.Set], [Delta.Remove] or [Wipe]; to
//     convert a Go map, [DeltaOf] of the result of [From].
//   - To apply a change, call [Mode.Merge]; from text to text, [Mode.AppendMerge].
//   - To find the change between two objects, call [Mode.Diff]; from text to text,
//     [Mode.AppendDiff]. To list what differs, call [Changes].
//   - To send a deep change to an API that merges one level, call [Mode.FromDeep].
//   - To join two changes, call [Mode.Compose]; to join what two writers changed,
//     [Merge3].
//   - To edit an object, call [Object.With], [Object.Without] or [Object.Select].
//   - To merge Go structs or maps, call [MergeStruct].
//
// # Vocabulary
//
// A member of a payload is absent, null or a value.
//
//   - Set: give a member a value.
//   - Remove: send null for a member, so that it goes away.
//   - Wipe: send {} for a whole metadata object.
//   - Pointer: a JSON Pointer, RFC 6901.
//
// # Laws
//
// For every mode m, objects x and y, and Deltas d and e, if absent and {} count
// as equal:
//
//   - m.Merge(x, m.Diff(x, y)) equals y, if Diff returns no error.
//   - m.Diff(x, x) is zero; a Diff wipes only if y has no members.
//   - m.Merge(m.Merge(x, d), d) equals m.Merge(x, d), unless lists are appended.
//   - Merging the Deltas of m.Compose(d, e) in order equals merging d, then e.
//   - m.Merge(x, m.FromDeep(x, d)) equals Deep.Merge(x, d), if FromDeep returns no
//     error.
//   - An object that is parsed, written and parsed again is the same; inputs never
//     change.
//
// # Text
//
// All text is JSON as RFC 8259 defines it, in valid UTF-8, with surrogate escapes in
// pairs, at most [MaxLevels] levels deep, and without duplicate names at any level.
package metadata

import "github.com/metameld/metameld/internal/jsonscan"

// MaxLevels is how many levels of arrays and objects a text may have.
const MaxLevels = jsonscan.MaxDepth
