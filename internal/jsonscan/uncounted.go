//go:build !counted

package jsonscan

// Counted reports whether Compared counts: the program is built with the tag counted, as
// the tests of growth are.
const Counted = false

// Compared is called for each comparison of a name or value with one of many. It does
// nothing, unless the program is built with the tag counted.
func Compared() {}

// Comparisons returns how many calls of Compared were counted.
func Comparisons() int64 { return 0 }
