package jsonscan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// What a scanner returns in place of an index.
const (
	bad     = -1 // not JSON, or too deep
	deeper  = -2 // deeper than the stack that was lent
	stackSm = 4  // words: 256 levels without a large stack
	stackLg = (MaxDepth + 63) / 64
)

// Space returns the index of the first byte at or after i that is not JSON
// white space.
func Space(d []byte, i int) int {
	for i < len(d) && d[i] <= ' ' && (d[i] == ' ' || d[i] == '\n' || d[i] == '\t' || d[i] == '\r') {
		i++
	}
	return i
}

// Skip returns the index after the value that starts at d[i], or a negative
// number where no valid value of at most depth levels starts there. Duplicate
// names are not looked for.
func Skip(d []byte, i, depth int) int {
	var small [stackSm]uint64
	end := scan(d, i, min(depth, len(small)*64), small[:], nil)
	if end == deeper && depth > len(small)*64 {
		var large [stackLg]uint64
		end = scan(d, i, min(depth, MaxDepth), large[:], nil)
	}
	return end
}

// Check is [Skip] that also refuses an object with two members of one name, at
// any level. It uses names as scratch and leaves it as it found it.
func Check(d []byte, i, depth int, names *Names) int {
	var small [stackSm]uint64
	mark := names.Mark()
	end := scan(d, i, min(depth, len(small)*64), small[:], names)
	if end == deeper && depth > len(small)*64 {
		names.Reset(mark)
		var large [stackLg]uint64
		end = scan(d, i, min(depth, MaxDepth), large[:], names)
	}
	names.Reset(mark)
	return end
}

// endsString returns a word in which the lowest set high bit marks the first
// byte of x that ends a run of plain string content: a quote, a backslash or a
// control character. With m the word, x&(m^(m-1))&highBits tells whether a byte
// before it is outside ASCII.
func endsString(x uint64) uint64 {
	q := x ^ lowBits*'"'
	b := x ^ lowBits*'\\'
	return ((q-lowBits)&^q | (b-lowBits)&^b | (x-lowBits*0x20)&^x) & highBits
}

// scan validates the value at d[i]. stack holds one bit a level, set for an
// object. names is nil where duplicate names do not matter.
func scan(d []byte, i, limit int, stack []uint64, names *Names) int {
	depth := 0
	inObject := false
	mark := 0 // of the object that is open, in names

value:
	if i >= len(d) {
		return bad
	}
	switch c := d[i]; c {
	case '"':
		if i+17 <= len(d) {
			x := binary.LittleEndian.Uint64(d[i+1:])
			if m := endsString(x); m != 0 {
				if t := i + 1 + bits.TrailingZeros64(m)>>3; d[t] == '"' {
					if x&(m^(m-1))&highBits != 0 && !utf8.Valid(d[i+1:t]) {
						return bad
					}
					i = t + 1
					goto after
				}
			} else {
				y := binary.LittleEndian.Uint64(d[i+9:])
				if m := endsString(y); m != 0 {
					if t := i + 9 + bits.TrailingZeros64(m)>>3; d[t] == '"' {
						if (x|y&(m^(m-1)))&highBits != 0 && !utf8.Valid(d[i+1:t]) {
							return bad
						}
						i = t + 1
						goto after
					}
				}
			}
		}
		if i, _ = String(d, i); i < 0 {
			return bad
		}
	case '{', '[':
		if depth >= limit {
			return deeper
		}
		if c == '{' {
			stack[depth>>6] |= 1 << (depth & 63)
			inObject = true
			if names != nil {
				mark = names.open(mark)
			}
		} else {
			stack[depth>>6] &^= 1 << (depth & 63)
			inObject = false
		}
		depth++
		i++
		if i < len(d) && d[i] <= ' ' {
			i = Space(d, i)
		}
		if i < len(d) && d[i] == c+2 { // the bracket that closes it
			i++
			goto pop
		}
		if inObject {
			goto key
		}
		goto value
	case 't':
		if i+4 > len(d) || binary.LittleEndian.Uint32(d[i:]) != 't'|'r'<<8|'u'<<16|'e'<<24 {
			return bad
		}
		i += 4
	case 'n':
		if i+4 > len(d) || binary.LittleEndian.Uint32(d[i:]) != 'n'|'u'<<8|'l'<<16|'l'<<24 {
			return bad
		}
		i += 4
	case 'f':
		if i+5 > len(d) || binary.LittleEndian.Uint32(d[i+1:]) != 'a'|'l'<<8|'s'<<16|'e'<<24 {
			return bad
		}
		i += 5
	default:
		if c-'1' <= 8 { // most numbers are plain integers
			i++
			for i < len(d) && d[i]-'0' <= 9 {
				i++
			}
			if i < len(d) && (d[i] == '.' || d[i]|0x20 == 'e') {
				if i = fraction(d, i); i < 0 {
					return bad
				}
			}
		} else if i = Number(d, i); i < 0 {
			return bad
		}
	}

after:
	if depth == 0 {
		return i
	}
	if i+1 < len(d) && d[i] == ',' && d[i+1] == '"' && inObject {
		i++
		goto key
	}
	if i < len(d) && d[i] <= ' ' {
		i = Space(d, i)
	}
	if i >= len(d) {
		return bad
	}
	switch d[i] {
	case ',':
		i++
		if i < len(d) && d[i] <= ' ' {
			i = Space(d, i)
		}
		if inObject {
			goto key
		}
		goto value
	case '}':
		if !inObject {
			return bad
		}
	case ']':
		if inObject {
			return bad
		}
	default:
		return bad
	}
	i++

pop:
	if inObject && names != nil {
		var unique bool
		if mark, unique = names.close(d, mark); !unique {
			return bad
		}
	}
	depth--
	if depth > 0 {
		inObject = stack[(depth-1)>>6]&(1<<((depth-1)&63)) != 0
	}
	goto after

key:
	if i >= len(d) || d[i] != '"' {
		return bad
	}
	{
		start, escaped := i, false
		if i+17 <= len(d) {
			x := binary.LittleEndian.Uint64(d[i+1:])
			if m := endsString(x); m != 0 {
				if t := i + 1 + bits.TrailingZeros64(m)>>3; d[t] == '"' {
					if x&(m^(m-1))&highBits != 0 && !utf8.Valid(d[i+1:t]) {
						return bad
					}
					i = t + 1
					goto named
				}
			} else {
				y := binary.LittleEndian.Uint64(d[i+9:])
				if m := endsString(y); m != 0 {
					if t := i + 9 + bits.TrailingZeros64(m)>>3; d[t] == '"' {
						if (x|y&(m^(m-1)))&highBits != 0 && !utf8.Valid(d[i+1:t]) {
							return bad
						}
						i = t + 1
						goto named
					}
				}
			}
		}
		if i, escaped = String(d, i); i < 0 {
			return bad
		}
	named:
		if names != nil {
			names.Add(NameAt(d, start, i, escaped))
		}
	}
	if i < len(d) && d[i] == ':' {
		i++
	} else if i = Space(d, i); i < len(d) && d[i] == ':' {
		i++
	} else {
		return bad
	}
	if i < len(d) && d[i] <= ' ' {
		i = Space(d, i)
	}
	goto value
}

// String returns the index after the string whose opening quote is d[i], and
// whether it holds an escape. The index is negative where it is no valid string:
// an unknown escape, a control character, invalid UTF-8, half a surrogate pair.
func String(d []byte, i int) (end int, escaped bool) {
	if i >= len(d) || d[i] != '"' {
		return bad, false
	}
	i++
	if i+8 <= len(d) { // most strings are short and plain
		x := binary.LittleEndian.Uint64(d[i:])
		if m := endsString(x); m != 0 {
			if t := i + bits.TrailingZeros64(m)>>3; d[t] == '"' {
				if x&(m^(m-1))&highBits != 0 && !utf8.Valid(d[i:t]) {
					return bad, false
				}
				return t + 1, false
			}
		}
	}
	run := i // where the content since the last escape began
	var seen uint64
	for {
		for i+8 <= len(d) {
			x := binary.LittleEndian.Uint64(d[i:])
			q := x ^ lowBits*'"'
			b := x ^ lowBits*'\\'
			m := ((q-lowBits)&^q | (b-lowBits)&^b | (x-lowBits*0x20)&^x) & highBits
			if m == 0 {
				seen |= x
				i += 8
				continue
			}
			t := bits.TrailingZeros64(m)
			seen |= x & (1<<t - 1)
			i += t >> 3
			break
		}
		for i < len(d) && d[i] != '"' && d[i] != '\\' && d[i] >= ' ' {
			seen |= uint64(d[i])
			i++
		}
		if i >= len(d) || d[i] < ' ' {
			return bad, escaped
		}
		if seen&highBits != 0 && !utf8.Valid(d[run:i]) {
			return bad, escaped
		}
		if d[i] == '"' {
			return i + 1, escaped
		}
		escaped = true
		if i = escape(d, i); i < 0 {
			return bad, escaped
		}
		run, seen = i, 0
	}
}

// escape returns the index after the escape whose backslash is d[i]; a
// surrogate pair counts as one escape.
func escape(d []byte, i int) int {
	if i+1 >= len(d) {
		return bad
	}
	switch d[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		r := hex4(d, i+2)
		switch {
		case r < 0 || 0xDC00 <= r && r <= 0xDFFF:
			return bad
		case 0xD800 <= r && r <= 0xDBFF:
			if i+8 > len(d) || d[i+6] != '\\' || d[i+7] != 'u' {
				return bad
			}
			if low := hex4(d, i+8); low < 0xDC00 || low > 0xDFFF {
				return bad
			}
			return i + 12
		}
		return i + 6
	}
	return bad
}

// hex4 returns the value of the four hexadecimal digits at d[i:], or -1.
func hex4(d []byte, i int) rune {
	if i+4 > len(d) {
		return -1
	}
	var r rune
	for _, c := range d[i : i+4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// Number returns the index after the number that starts at d[i], or a negative
// number.
func Number(d []byte, i int) int {
	if i < len(d) && d[i] == '-' {
		i++
	}
	if i >= len(d) {
		return bad
	}
	switch c := d[i]; {
	case c == '0':
		i++
	case '1' <= c && c <= '9':
		i = digits(d, i)
	default:
		return bad
	}
	return fraction(d, i)
}

// fraction returns the index after what follows the integer part of a number, if
// anything does.
func fraction(d []byte, i int) int {
	if i < len(d) && d[i] == '.' {
		start := i + 1
		if i = digits(d, start); i == start {
			return bad
		}
	}
	if i < len(d) && d[i]|0x20 == 'e' {
		i++
		if i < len(d) && (d[i] == '+' || d[i] == '-') {
			i++
		}
		start := i
		if i = digits(d, start); i == start {
			return bad
		}
	}
	return i
}

func digits(d []byte, i int) int {
	for i < len(d) && d[i]-'0' <= 9 {
		i++
	}
	return i
}

// MayHoldNull reports whether the letters null stand anywhere in d. (It is written
// out so that a string converted for the call is not copied.)
func MayHoldNull(d []byte) bool {
	for i := 0; i+4 <= len(d); i++ {
		if d[i] == 'n' && d[i+1] == 'u' && d[i+2] == 'l' && d[i+3] == 'l' {
			return true
		}
	}
	return false
}
