package jsonscan

// Fits reports whether the valid JSON value d, without white space around it, has at
// most that many levels of arrays and objects. An empty d has none.
func Fits(d []byte, levels int) bool {
	if levels < 0 {
		return false
	}
	if len(d) <= 2*levels {
		return true // each level takes two brackets
	}
	return Skip(d, 0, levels) >= 0
}
