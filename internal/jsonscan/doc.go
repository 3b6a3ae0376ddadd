// Package jsonscan scans JSON text in place: it validates, skips, compares and quotes
// values without a tree and mostly without allocation.
//
// Functions take the whole text and an index into it. None keeps the text, so that
// the compiler does not copy a string that is converted for the call.
//
// Text is JSON as RFC 8259 defines it, in valid UTF-8, with surrogate escapes in
// pairs, and with no more levels than the caller allows. [Check] and [Faults] find
// duplicate names; [Skip] ignores them.
package jsonscan

// MaxDepth is how many levels of arrays and objects a text may have.
const MaxDepth = 10_000
