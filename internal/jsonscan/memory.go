package jsonscan

import "slices"

// Keep reports whether scratch memory of that many bytes is small enough to stay alive
// between calls. A text that needs more pays for it each time.
func Keep(bytes int) bool { return bytes <= 1<<17 }

// Grow returns s with room for more elements. s has those that were read from the text
// before index i of n. Once there are many, the room is about what the rest of the text
// takes if it goes on alike, so that s is seldom copied and never much too large. It is
// not inlined, since callers are fast without its rare work.
//
//go:noinline
func Grow[T any](s []T, i, n int) []T { return slices.Grow(s, more(len(s), i, n)) }

// more returns how many elements to make room for after those that were read before
// index i of n.
func more(count, i, n int) int {
	const many, most = 1024, 1 << 16
	if count < many {
		return count + 16
	}
	rest := int(float64(count) * float64(n-i) / float64(i) * 1.0625)
	if count < most/2 {
		rest = min(rest, most) // these may be levels, of which the text has no more
	}
	return max(count/4, rest)
}
