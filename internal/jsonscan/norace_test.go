//go:build !race

package jsonscan

// raced reports whether the race detector is on. sync.Pool then drops items at random, so
// that allocations cannot be counted.
const raced = false
