package metadata

import "os"

// longRun reports whether tests run at their full size: METAMELD_LONG=1.
var longRun = os.Getenv("METAMELD_LONG") == "1"

// sized returns full in long tests, otherwise short.
func sized(short, full int) int {
	if longRun {
		return full
	}
	return short
}
