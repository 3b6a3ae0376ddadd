package jsonscan

import (
	"encoding/binary"
	"iter"
	"math/bits"
	"strings"
	"unicode/utf8"
)

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

const (
	bad = -1 // in place of an index: not JSON, or too deep

	wordLevels = 63 // levels that one call of scan handles
)

// Space returns the index of the first byte at or after i that is not JSON
// white space.
func Space(d []byte, i int) int {
	for i < len(d) && d[i] <= ' ' && (d[i] == ' ' || d[i] == '\n' || d[i] == '\t' || d[i] == '\r') {
		i++
	}
	return i
}

// Skip returns the index after the value at d[i], or a negative number if no valid
// value of at most depth levels stands there. It ignores duplicate names. It copies a
// string that is converted for the call; [End] does not.
func Skip(d []byte, i, depth int) int { return scan[anyNames](d, i, depth, nil) }

// Check is [Skip] that also refuses duplicate names, at any level. It uses names as
// scratch memory and leaves it unchanged.
func Check(d []byte, i, depth int, names *Names) int {
	mark, outer := names.Mark(), names.mark
	end := scan[uniqueNames](d, i, depth, names)
	names.Reset(mark)
	names.mark = outer
	return end
}

// whichNames selects one of the two compiled variants of scan.
type (
	whichNames  interface{ anyNames | uniqueNames }
	anyNames    = [0]bool
	uniqueNames = [1]bool
)

// has reports whether d[i:] has n bytes. In this form the compiler loads them at once
// without further checks.
func has(d []byte, i, n int) bool { return i >= 0 && i <= len(d)-n }

// endsPlain finds the first byte of x that is not plain content of a string: a quote,
// a backslash, a control character or a byte outside ASCII. The lowest set bit of the
// result is the high bit of that byte; the result is 0 if there is none.
func endsPlain(x uint64) uint64 {
	low := (x ^ lowBits*2) - lowBits*'!' // swaps quote and space, so that the quote is among the bytes below
	backslash := (x ^ lowBits*'\\') - lowBits
	return (low | backslash | x) & highBits
}

// scan validates the value at d[at]. The open levels are the bits of a register; for
// more levels than that it calls itself.
//
// It is one function because that is faster:
//
//   - Each loop has one entry, so that the compiler checks no index twice. That is
//     why an empty object is never opened, and why names and values each have a copy
//     of the code for short strings. Only rare cases are calls.
//   - The end of a name is found by a branch rather than computed. Names repeat,
//     mostly with the same lengths in the same order, so the processor predicts the
//     branch and need not wait.
//   - It is compiled twice, for duplicate names allowed and refused. One function
//     that tests for it would have fewer registers.
func scan[N whichNames](d []byte, at, depth int, names *Names) int {
	var (
		i      = uint(at)
		n      = uint(len(d))
		c      byte
		bottom = uint64(1) << (wordLevels - max(0, min(depth, wordLevels)))
		open   = bottom // plus one bit for each level, the lowest for the innermost: 1 for an object
		unique N        // its length is 1 where names must be unique
	)

value:
	if i >= n {
		return bad
	}
	if c = d[i]; c <= ' ' {
		if len(unique) > 0 {
			names.spaced = true
		}
		for c == ' ' || c == '\n' || c == '\t' || c == '\r' {
			if i++; i >= n {
				return bad
			}
			c = d[i]
		}
	}
	if c == '"' {
		for j := i + 1; has(d, int(j), 8); {
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
			for c >= utf8.RuneSelf { // the common multibyte characters, without a call
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
			if len(unique) > 0 {
				names.spaced = true
			}
			for c == ' ' || c == '\n' || c == '\t' || c == '\r' {
				if i++; i >= n {
					return bad
				}
				c = d[i]
			}
		}
		if c == bracket+2 { // the closing bracket
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
			m := uint64(0) // not 0 if the digits end within eight bytes; no call is needed then
			if has(d, int(i), 8) {
				m = endsDigits(binary.LittleEndian.Uint64(d[i:]))
			}
			if m != 0 {
				i += uint(bits.TrailingZeros64(m)) >> 3
			} else {
				i = uint(digits(d, int(i)))
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
		if len(unique) > 0 {
			names.spaced = true
		}
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
			if len(unique) > 0 {
				names.spaced = true
			}
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
		for j := i + 1; has(d, int(j), 8); {
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
					size, k := j-start-1, binary.LittleEndian.Uint64(d[start+1:]) // as key does
					if size < 8 {
						k = k&(1<<(8*size&63)-1) | uint64(size)<<56
					} else {
						k = keyOf(k, binary.LittleEndian.Uint64(d[j-8:]), int(size))
					}
					if len(names.list) == cap(names.list) {
						names.grow(d, int(start))
					}
					names.list = append(names.list, entry{k, int(start)})
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
			names.Room(d, int(start))
			names.Add(NameAt(d, int(start), int(i), escaped))
		}
	}

colon:
	if i >= n {
		return bad
	}
	if c = d[i]; c <= ' ' {
		if len(unique) > 0 {
			names.spaced = true
		}
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

// multibyte returns the index after the characters outside ASCII at d[i], or a negative
// number if they are not UTF-8.
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

// Compact returns the valid JSON text d without white space between values.
func Compact(d []byte) string {
	n := 0
	for part := range parts(d) {
		n += len(part)
	}
	var b strings.Builder
	b.Grow(n)
	for part := range parts(d) {
		b.Write(part)
	}
	return b.String()
}

// parts yields the parts of the valid JSON text d between which white space stands.
func parts(d []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		start := Space(d, 0)
		for i := start; i < len(d); {
			if d[i] == '"' {
				i = stringEnd(d, i)
			} else {
				i++
			}
			if next := Space(d, i); next > i || i == len(d) {
				if !yield(d[start:i]) {
					return
				}
				start, i = next, next
			}
		}
	}
}

// String returns the index after the string at d[i] and whether it has an escape. The
// index is negative if the string is invalid: an unknown escape, a control
// character, invalid UTF-8, half a surrogate pair.
func String(d []byte, i int) (end int, escaped bool) {
	if i >= len(d) || d[i] != '"' {
		return bad, false
	}
	i++
	for {
		for has(d, i, 8) {
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

// escape returns the index after the escape at d[i], or a negative number if it is
// invalid. A surrogate pair is one escape.
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

// Number returns the index after the number at d[i], or a negative number if it is
// invalid.
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

// fraction returns the index after the fraction and exponent at d[i], both optional, or
// a negative number if they are invalid.
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

// endsDigits finds the first byte of x that is not a digit. The lowest set bit of the
// result is the high bit of that byte; the result is 0 if there is none.
func endsDigits(x uint64) uint64 {
	x ^= lowBits * '0'
	return (x + lowBits*(0x80-10) | x) & highBits
}

// digits returns the index after the digits at d[i].
func digits(d []byte, i int) int {
	for ; has(d, i, 8); i += 8 {
		if m := endsDigits(binary.LittleEndian.Uint64(d[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for i < len(d) && d[i]-'0' <= 9 {
		i++
	}
	return i
}

// MayHoldNull reports whether the letters null stand anywhere in d. It replaces
// bytes.Contains, for which the compiler would copy a string that is converted for the
// call.
func MayHoldNull(d []byte) bool {
	for i := 0; i+4 <= len(d); i++ {
		if d[i] == 'n' && d[i+1] == 'u' && d[i+2] == 'l' && d[i+3] == 'l' {
			return true
		}
	}
	return false
}
