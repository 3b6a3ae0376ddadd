package jsonscan

import (
	"encoding/binary"
	"math/bits"
)

// End returns the index after the value that starts at d[i], which is known to be
// valid. It checks nothing and is the faster for it; see [Skip].
func End(d []byte, i int) int {
	for depth := 0; ; {
		switch d[i] {
		case '"':
			i = stringEnd(d, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\t', '\n', '\r':
			i++
		default:
			for i++; i < len(d) && d[i] > ' ' && d[i] != ',' && d[i]|0x20 != '}'; i++ {
			}
		}
		if depth == 0 {
			return i
		}
	}
}

// stringEnd is End for the string whose opening quote is d[i].
func stringEnd(d []byte, i int) int {
	for i++; ; {
		for len(d)-i >= 8 {
			x := binary.LittleEndian.Uint64(d[i:])
			quote := (x ^ lowBits*'"') - lowBits
			backslash := (x ^ lowBits*'\\') - lowBits
			if m := (quote | backslash) &^ x & highBits; m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		switch d[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
		i++
	}
}
