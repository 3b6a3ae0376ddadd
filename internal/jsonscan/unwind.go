//go:build !wasm

package jsonscan

// Unwind makes room for further calls on a small stack. A function that calls itself for
// each level of a text calls Unwind with the number of the level.
//
// On WebAssembly each Go call is a call of the JavaScript engine as well, whose stack
// overflows after a few thousand. A goroutine that yields leaves that stack, and resumes
// on an empty one. Elsewhere the stack of a goroutine grows, and Unwind does nothing.
func Unwind(int) {}

// MaxSteps is how many steps inward encoding/json may make in a Go value: more than a
// text has levels, since pointers and interfaces are steps too. It does not call Unwind,
// so there are fewer on WebAssembly.
const MaxSteps = 10 * MaxDepth
