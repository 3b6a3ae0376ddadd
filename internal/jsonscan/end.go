package jsonscan

import (
	"encoding/binary"
	"math/bits"
)

// End returns the index after the valid value at d[i]. It is faster than [Skip],
// since it does not validate.
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

// stringEnd returns the index after the valid string at d[i].
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
