//go:build race

package metadata

// raced says that sync.Pool drops what is put into it, as it does at random under
// the race detector: allocations are not those of a normal build.
const raced = true
