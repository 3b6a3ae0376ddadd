package jsonscan

import (
	"encoding/binary"
	"math/bits"
)

// End returns the index after the valid value at d[i]. It is faster than [Skip],
// since it does not validate.
func End(d []byte, i int) int {
	switch d[i] {
	case '"':
		return stringEnd(d, i)
	case '{', '[':
		return containerEnd(d, i)
	}
	for i++; i < len(d) && d[i] > ' ' && d[i] != ',' && d[i]|0x20 != '}'; i++ {
	}
	return i
}

// containerEnd returns the index after the valid array or object at d[i]. It reads
// eight bytes at a time, and one by one where they have a backslash or may have the
// end.
func containerEnd(d []byte, i int) int {
	depth, inside := 0, uint64(0) // inside: all bits are set in a string
	for {
		for len(d)-i >= 8 {
			x := binary.LittleEndian.Uint64(d[i:])
			brackets := x | 0x20*lowBits
			if mayHave := (x ^ lowBits*'\\' - lowBits) | (brackets ^ lowBits*'{' - lowBits) | (brackets ^ lowBits*'}' - lowBits) | x; mayHave&highBits == 0 {
				quotes := ^(x ^ lowBits*'"' + ^uint64(highBits)) & highBits
				inside ^= -uint64(bits.OnesCount64(quotes) & 1)
				i += 8
				continue
			}
			quotes, closing := bytesIn(x, '"'), bytesIn(brackets, '}')
			if bytesIn(x, '\\') != 0 || bits.OnesCount64(closing) >= depth {
				break
			}
			// A byte is in a string if an odd number of quotes comes before it.
			odd := quotes ^ quotes<<8
			odd ^= odd << 16
			odd ^= odd << 32
			outside := ^(odd ^ inside)
			depth += bits.OnesCount64(bytesIn(brackets, '{')&outside) - bits.OnesCount64(closing&outside)
			inside ^= uint64(int64(odd) >> 63)
			i += 8
		}
		n := min(i+8, len(d))
		if inside != 0 {
			i, inside = stringEnd(d, i-1), 0
		}
		for i < n {
			switch d[i] {
			case '"':
				i = stringEnd(d, i)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
			i++
		}
	}
}

// bytesIn returns the highest bit of each byte of x that is c.
func bytesIn(x uint64, c byte) uint64 {
	x ^= lowBits * uint64(c)
	return ^(x&^highBits + ^uint64(highBits) | x | ^uint64(highBits))
}

// stringEnd returns the index after the valid string at d[i].
func stringEnd(d []byte, i int) int {
	end, _ := StringEnd(d, i)
	return end
}

// ReadMember reads the member at d[at] of a valid text: where its name ends, whether the
// name has an escape, and where the value begins. It is faster than [Member].
func ReadMember(d []byte, at int) (end int, escaped bool, value int) {
	end, escaped = StringEnd(d, at)
	if value = end; d[value] != ':' {
		value = Space(d, value)
	}
	if value++; d[value] <= ' ' {
		value = Space(d, value)
	}
	return end, escaped, value
}

// StringEnd returns the index after the valid string at d[i], and whether it has an
// escape. It is faster than [String], since it does not validate.
func StringEnd(d []byte, i int) (end int, escaped bool) {
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
			return i + 1, escaped
		case '\\':
			escaped = true
			i++
		}
		i++
	}
}
