//go:build counted

package jsonscan

import "sync/atomic"

// These are described in uncounted.go.

const Counted = true

func Compared() { comparisons.Add(1) }

func Comparisons() int64 { return comparisons.Load() }

var comparisons atomic.Int64
