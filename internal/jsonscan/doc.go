// Package jsonscan reads JSON text in place: it validates, skips, compares and
// quotes without building a tree and, on the paths that matter, without
// allocating.
//
// Every function takes the whole text and an index into it. None keeps a
// reference to the text, so that a string converted for the call is not copied.
//
// Text is JSON as RFC 8259 defines it, and stricter where that document only
// advises: it is valid UTF-8, surrogate escapes come in pairs, and no value is
// nested deeper than the caller allows. Duplicate names are found by [Check]
// and [Faults] and ignored by [Skip].
package jsonscan

// MaxDepth is how many levels of arrays and objects a text may have.
const MaxDepth = 10_000
