package jsonscan

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// AppendUnquote appends the characters of the valid JSON string q to dst.
func AppendUnquote(dst, q []byte) []byte {
	for i := 1; i < len(q)-1; {
		if q[i] != '\\' {
			dst = append(dst, q[i])
			i++
			continue
		}
		end := escape(q, i)
		dst = utf8.AppendRune(dst, escaped(q, i, end))
		i = end
	}
	return dst
}

// escaped returns the character of the valid escape or surrogate pair q[i:end].
func escaped(q []byte, i, end int) rune {
	switch c := q[i+1]; c {
	case 'u':
		r := hex4(q, i+2)
		if end-i == 12 {
			r = (r-0xD800)<<10 | (hex4(q, i+8) - 0xDC00) + 0x10000
		}
		return r
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	default:
		return rune(c)
	}
}

// Unquote returns the characters of the valid JSON string q. The result shares memory
// with q unless q has an escape.
func Unquote(q string) string {
	if strings.IndexByte(q, '\\') < 0 {
		return q[1 : len(q)-1]
	}
	return string(AppendUnquote(make([]byte, 0, len(q)), []byte(q)))
}

// IsPlain reports whether s is ASCII that JSON does not escape, so that its JSON text is
// s in quotes.
func IsPlain(s string) bool {
	d := []byte(s)
	for ; len(d) >= 8; d = d[8:] {
		if endsPlain(binary.LittleEndian.Uint64(d)) != 0 {
			return false
		}
	}
	var last uint64
	for _, c := range d {
		last = last<<8 | uint64(c)
	}
	return endsPlain(last|0x2020202020202020<<(8*uint(len(d)))) == 0
}

// IsUnescaped reports whether s is UTF-8 that JSON does not escape, so that its JSON text
// is s in quotes.
func IsUnescaped(s string) bool {
	if IsPlain(s) {
		return true
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	return utf8.ValidString(s)
}

// AppendQuote appends the JSON text of s, which must be valid UTF-8, to dst. It
// escapes only what JSON requires.
func AppendQuote(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	if IsPlain(s) {
		return append(append(dst, s...), '"')
	}
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// Quote returns the JSON text of s, which must be valid UTF-8.
func Quote(s string) string { return string(AppendQuote(make([]byte, 0, len(s)+2), s)) }

// HasEither reports whether s has one of two ASCII bytes.
func HasEither(s string, a, b byte) bool {
	d := []byte(s)
	for ; len(d) >= 8; d = d[8:] {
		x := binary.LittleEndian.Uint64(d)
		y, z := x^lowBits*uint64(a), x^lowBits*uint64(b)
		if ((y-lowBits)&^y|(z-lowBits)&^z)&highBits != 0 {
			return true
		}
	}
	for _, c := range d {
		if c == a || c == b {
			return true
		}
	}
	return false
}
