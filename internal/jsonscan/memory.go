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
func Grow[T any](s []T, i, n int) []T {
	const many = 1024
	more := len(s) + 16
	if len(s) >= many {
		more = max(len(s)/4, int(float64(len(s))*float64(n-i)/float64(i)*1.125))
	}
	return slices.Grow(s, more)
}
