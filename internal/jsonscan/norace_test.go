//go:build !race

package jsonscan

// raced reports whether the race detector is on. It takes memory of its own.
const raced = false
