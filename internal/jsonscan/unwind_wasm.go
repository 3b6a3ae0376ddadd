package jsonscan

import "runtime"

// Unwind is described in unwind.go.
func Unwind(level int) {
	const few = 128 // levels, each of some calls
	if level%few == few-1 {
		runtime.Gosched()
	}
}
