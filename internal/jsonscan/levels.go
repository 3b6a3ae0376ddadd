package jsonscan

// Fits reports whether the JSON value that is all of d, without white space around
// it, has at most so many levels of arrays and objects. Nothing has none.
func Fits(d []byte, levels int) bool {
	if levels < 0 {
		return false
	}
	if len(d) <= 2*levels {
		return true // each level takes two brackets
	}
	return Skip(d, 0, levels) >= 0
}
