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
// eight bytes at a time, and one by one where they have a backslash and at the end of d.
func containerEnd(d []byte, i int) int {
	depth, inside := 0, uint64(0) // inside: all bits are set in a string
	for {
		for has(d, i, 8) {
			x := binary.LittleEndian.Uint64(d[i : i+8])
			brackets := x | 0x20*lowBits
			if mayEnd(x) == 0 {
				if has(d, i, 16) {
					if y := binary.LittleEndian.Uint64(d[i+8 : i+16]); mayEnd(y) == 0 {
						inside ^= -uint64(bits.OnesCount64(asciiQuotes(x)|asciiQuotes(y)>>1) & 1)
						i += 16
						continue
					}
				}
				inside ^= -uint64(bits.OnesCount64(asciiQuotes(x)) & 1)
				i += 8
				continue
			}
			if bytesIn(x, '\\') != 0 {
				break
			}
			// A byte is in a string if an odd number of quotes comes before it.
			odd := bytesIn(x, '"')
			odd ^= odd << 8
			odd ^= odd << 16
			odd ^= odd << 32
			outside := ^(odd ^ inside)
			opening, closing := bytesIn(brackets, '{')&outside, bytesIn(brackets, '}')&outside
			if n := bits.OnesCount64(closing); n < depth {
				depth += bits.OnesCount64(opening) - n
			} else {
				for m := opening | closing; m != 0; m &= m - 1 {
					if opening&m&-m != 0 {
						depth++
					} else if depth--; depth == 0 {
						return i + bits.TrailingZeros64(m)>>3 + 1
					}
				}
			}
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

// mayEnd returns 0 if x has no bracket, no brace, no backslash, no | and no byte outside
// ASCII.
func mayEnd(x uint64) uint64 {
	y := x | 0x20*lowBits // '[', '\\' and ']' become '{', '|' and '}', which are neighbours
	return ((y+(0x80-'{')*lowBits)&^(y+(0x80-'~')*lowBits) | x) & highBits
}

// asciiQuotes returns the highest bit of each byte of x that is a quote. All bytes are
// ASCII.
func asciiQuotes(x uint64) uint64 { return ^(x ^ lowBits*'"' + ^uint64(highBits)) & highBits }

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

// ReadMember reads the member at d[at] of a valid object without white space: where its
// name ends, whether the name has an escape, and where its value ends. A colon stands
// between them.
func ReadMember(d []byte, at int) (nameEnd int, escaped bool, end int) {
	if nameEnd = special(d, at+1); d[nameEnd] == '"' {
		nameEnd++
	} else {
		nameEnd, escaped = StringEnd(d, at)
	}
	switch i := nameEnd + 1; d[i] {
	case '"':
		if end = special(d, i+1); d[end] == '"' {
			end++
		} else {
			end = stringEnd(d, i)
		}
	case '{', '[':
		end = containerEnd(d, i)
	default:
		for end = i + 1; d[end] != ',' && d[end] != '}'; end++ {
		}
	}
	return nameEnd, escaped, end
}

// special returns the index of the first quote or backslash in d at or after i, or of
// one of the last seven bytes.
func special(d []byte, i int) int {
	for ; has(d, i, 8); i += 8 {
		if m := quoteOrBackslash(binary.LittleEndian.Uint64(d[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	return i
}

// quoteOrBackslash finds the first quote or backslash in x. The lowest set bit of the
// result is the high bit of that byte; the result is 0 if there is none.
func quoteOrBackslash(x uint64) uint64 {
	return ((x ^ lowBits*'"' - lowBits) | (x ^ lowBits*'\\' - lowBits)) &^ x & highBits
}

// StringEnd returns the index after the valid string at d[i], and whether it has an
// escape. It is faster than [String], since it does not validate.
func StringEnd(d []byte, i int) (end int, escaped bool) {
	for i++; ; i++ {
		i = special(d, i)
		switch d[i] {
		case '"':
			return i + 1, escaped
		case '\\':
			escaped = true
			i++
		}
	}
}
