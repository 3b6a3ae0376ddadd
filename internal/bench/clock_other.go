//go:build !linux

package bench

import "time"

var began = time.Now()

// clock returns the time since the program began.
func clock() time.Duration { return time.Since(began) }

// Clock is what is measured.
const Clock = "elapsed time"
