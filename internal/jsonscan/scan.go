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

const (
	bad = -1 // what a scanner returns in place of an index: not JSON, or too deep

	wordLevels = 63 // how many levels one call of scan goes down
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
// names are not looked for. A string converted for the call is copied: for text that
// is known to be valid there is [End].
func Skip(d []byte, i, depth int) int { return scan[anyNames](d, i, depth, nil) }

// Check is [Skip] that also refuses an object with two members of one name, at
// any level. It uses names as scratch and leaves it as it found it.
func Check(d []byte, i, depth int, names *Names) int {
	mark, outer := names.Mark(), names.mark
	end := scan[uniqueNames](d, i, depth, names)
	names.Reset(mark)
	names.mark = outer
	return end
}

// whichNames has a type for each scan that there is.
type (
	whichNames  interface{ anyNames | uniqueNames }
	anyNames    = [0]bool
	uniqueNames = [1]bool
)

// endsPlain returns a word in which the lowest set bit, the high one of its byte,
// marks the first byte of x that is no plain content of a string: a quote, a
// backslash, a control character, or one outside ASCII.
func endsPlain(x uint64) uint64 {
	low := (x ^ lowBits*2) - lowBits*'!' // exchanges quote and space: the quote goes with what is below
	backslash := (x ^ lowBits*'\\') - lowBits
	return (low | backslash | x) & highBits
}

// scan validates the value at d[at]. The levels that are open are the bits of a
// register; where it is full another scan goes on, further down.
//
// Its shape serves its speed. Each loop has one way in, or else the compiler would
// check each index again: so an empty object is never open, and names and values
// have a copy each of the code for short strings. What is rare is left to calls.
//
// Where a value ends is computed from its text, and what comes next waits for that.
// Names repeat, most often with the same lengths in the same order, so the end of one
// is taken by a branch: a processor that guesses it right need not wait.
//
// It is compiled twice, for names that may be there twice and for those that may not:
// one scanner that asks has fewer registers left.
func scan[N whichNames](d []byte, at, depth int, names *Names) int {
	var (
		i      = uint(at)
		n      = uint(len(d))
		c      byte
		bottom = uint64(1) << (wordLevels - max(0, min(depth, wordLevels)))
		open   = bottom // with one bit more for each level, the lowest for the innermost: it is an object
		unique N        // its length says whether
	)

value:
	if i >= n {
		return bad
	}
	if c = d[i]; c <= ' ' {
		for c == ' ' || c == '\n' || c == '\t' || c == '\r' {
			if i++; i >= n {
				return bad
			}
			c = d[i]
		}
	}
	if c == '"' {
		for j := i + 1; j < n && n-j >= 8; {
			x := binary.LittleEndian.Uint64(d[j:])
			m := endsPlain(x)
			if m == 0 {
				j += 8
				continue
			}
			t := uint(bits.TrailingZeros64(m))
			j += t >> 3
			if c = byte(x >> ((t - 7) & 63)); c == '"' {
				i = j + 1
				goto after
			}
			for c >= utf8.RuneSelf { // multibyte, the most of it without a call
				if c-0xC2 <= 0xDF-0xC2 && n-j > 2 && d[j+1]&0xC0 == 0x80 {
					j += 2
				} else if c-0xE1 <= 0xEC-0xE1 && n-j > 3 && d[j+1]&0xC0 == 0x80 && d[j+2]&0xC0 == 0x80 {
					j += 3
				} else {
					end := multibyte(d, int(j))
					if end < 0 || end == len(d) {
						return bad
					}
					j = uint(end)
				}
				c = d[j]
			}
			if c == '"' {
				i = j + 1
				goto after
			}
			if c < ' ' || c == '\\' {
				break
			}
		}
		end, _ := String(d, int(i))
		if end < 0 {
			return bad
		}
		i = uint(end)
		goto after
	}
	switch c {
	case '{', '[':
		if int64(open) < 0 { // full
			if depth <= wordLevels {
				return bad
			}
			end := scan[N](d, int(i), depth-wordLevels, names)
			if end < 0 {
				return bad
			}
			i = uint(end)
			goto after
		}
		bracket := c
		if i++; i >= n {
			return bad
		}
		if c = d[i]; c <= ' ' {
			for c == ' ' || c == '\n' || c == '\t' || c == '\r' {
				if i++; i >= n {
					return bad
				}
				c = d[i]
			}
		}
		if c == bracket+2 { // the one that closes it
			i++
			goto after
		}
		open <<= 1
		if bracket == '{' {
			open |= 1
			if len(unique) > 0 {
				names.open()
			}
			goto key
		}
		goto value
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if c == '-' {
			if i++; i >= n {
				return bad
			}
			c = d[i]
		}
		i++
		if c-'1' <= 8 {
			for i < n && d[i]-'0' <= 9 {
				i++
			}
		} else if c != '0' {
			return bad
		}
		if i < n && (d[i] == '.' || d[i]|0x20 == 'e') {
			end := fraction(d, int(i))
			if end < 0 {
				return bad
			}
			i = uint(end)
		}
	case 't':
		if n-i < 4 || binary.LittleEndian.Uint32(d[i:]) != 't'|'r'<<8|'u'<<16|'e'<<24 {
			return bad
		}
		i += 4
	case 'n':
		if n-i < 4 || binary.LittleEndian.Uint32(d[i:]) != 'n'|'u'<<8|'l'<<16|'l'<<24 {
			return bad
		}
		i += 4
	case 'f':
		if n-i < 5 || binary.LittleEndian.Uint32(d[i+1:]) != 'a'|'l'<<8|'s'<<16|'e'<<24 {
			return bad
		}
		i += 5
	default:
		return bad
	}

after:
	if open == bottom {
		return int(i)
	}
	if i >= n {
		return bad
	}
	if c = d[i]; c <= ' ' {
		for c == ' ' || c == '\n' || c == '\t' || c == '\r' {
			if i++; i >= n {
				return bad
			}
			c = d[i]
		}
	}
	i++
	if open&1 == 0 {
		if c == ',' {
			goto value
		}
		if c != ']' {
			return bad
		}
	} else if c == ',' {
		if i >= n {
			return bad
		}
		if c = d[i]; c <= ' ' {
			for c == ' ' || c == '\n' || c == '\t' || c == '\r' {
				if i++; i >= n {
					return bad
				}
				c = d[i]
			}
		}
		goto key
	} else if c != '}' {
		return bad
	} else if len(unique) > 0 && !names.close(d) {
		return bad
	}
	open >>= 1
	goto after

key:
	if c != '"' {
		return bad
	}
	{
		start := i
		for j := i + 1; j < n && n-j >= 8; {
			x := binary.LittleEndian.Uint64(d[j:])
			m := endsPlain(x)
			if m == 0 {
				j += 8
				continue
			}
			t := uint(bits.TrailingZeros64(m))
			switch t >> 3 { // j += t >> 3, as a guess
			case 0:
			case 1:
				j++
			case 2:
				j += 2
			case 3:
				j += 3
			case 4:
				j += 4
			case 5:
				j += 5
			case 6:
				j += 6
			default:
				j += 7
			}
			if c = byte(x >> ((t - 7) & 63)); c == '"' {
				i = j + 1
				if len(unique) > 0 {
					names.list = append(names.list, noted{key(d, int(start+1), int(j)), int(start)})
				}
				goto colon
			}
			if c < utf8.RuneSelf {
				break
			}
			end := multibyte(d, int(j))
			if end < 0 {
				return bad
			}
			j = uint(end)
		}
		end, escaped := String(d, int(i))
		if end < 0 {
			return bad
		}
		i = uint(end)
		if len(unique) > 0 {
			names.Add(NameAt(d, int(start), int(i), escaped))
		}
	}

colon:
	if i >= n {
		return bad
	}
	if c = d[i]; c <= ' ' {
		for c == ' ' || c == '\n' || c == '\t' || c == '\r' {
			if i++; i >= n {
				return bad
			}
			c = d[i]
		}
	}
	if c != ':' {
		return bad
	}
	i++
	goto value
}

// multibyte returns the index after the characters outside ASCII that begin at
// d[i], or a negative number where they are not UTF-8.
func multibyte(d []byte, i int) int {
	for i < len(d) && d[i] >= utf8.RuneSelf {
		switch c := d[i]; {
		case 0xC2 <= c && c <= 0xDF && i+1 < len(d) && d[i+1]&0xC0 == 0x80:
			i += 2
		case 0xE1 <= c && c <= 0xEC && i+2 < len(d) && d[i+1]&0xC0 == 0x80 && d[i+2]&0xC0 == 0x80:
			i += 3
		default:
			_, size := utf8.DecodeRune(d[i:])
			if size == 1 {
				return bad
			}
			i += size
		}
	}
	return i
}

// String returns the index after the string whose opening quote is d[i], and
// whether it holds an escape. The index is negative where it is no valid string:
// an unknown escape, a control character, invalid UTF-8, half a surrogate pair.
func String(d []byte, i int) (end int, escaped bool) {
	if i >= len(d) || d[i] != '"' {
		return bad, false
	}
	i++
	for {
		for i+8 <= len(d) {
			m := endsPlain(binary.LittleEndian.Uint64(d[i:]))
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(d) {
			return bad, escaped
		}
		switch c := d[i]; {
		case c == '"':
			return i + 1, escaped
		case c == '\\':
			escaped = true
			i = escape(d, i)
		case c >= utf8.RuneSelf:
			i = multibyte(d, i)
		case c < ' ':
			return bad, escaped
		default:
			i++ // one of the last bytes of the text
		}
		if i < 0 {
			return bad, escaped
		}
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
