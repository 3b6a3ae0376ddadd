package jsonscan

import "runtime"

// These are described in unwind.go.

const MaxSteps = 2_000

func Unwind(level int) {
	const few = 128 // levels, each of some calls
	if level%few == few-1 {
		runtime.Gosched()
	}
}
