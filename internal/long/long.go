// Package long chooses how large the inputs of tests are. Only tests import it.
package long

import "os"

// Enabled reports whether METAMELD_LONG=1 asks for the large inputs.
func Enabled() bool { return os.Getenv("METAMELD_LONG") == "1" }

// Pick returns large if METAMELD_LONG=1, and small otherwise.
func Pick[T any](small, large T) T {
	if Enabled() {
		return large
	}
	return small
}
