package metadata

import (
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
)

// stripNulls returns value without null members, at any depth; null elements of
// arrays stay.
func stripNulls(value string) string {
	if !strings.Contains(value, "null") {
		return value
	}
	s := stripper{text: value}
	s.out.Grow(len(value))
	s.value(0)
	if !s.found {
		return value
	}
	return s.out.String()
}

// stripper copies a value without its null members.
type stripper struct {
	text  string
	level int // how many arrays and objects are open
	out   strings.Builder
	found bool // a null member
}

// value writes the value at text[i] and returns the index after it.
func (s *stripper) value(i int) (end int) {
	first := s.text[i]
	if first != '{' && first != '[' {
		end = jsonscan.End([]byte(s.text), i)
		s.out.WriteString(s.text[i:end])
		return end
	}
	jsonscan.Unwind(s.level)
	s.level++
	s.out.WriteByte(first)
	written := false
	for i = jsonscan.Space([]byte(s.text), i+1); s.text[i] != first+2; { // the closing bracket
		value := i
		var name jsonscan.Name
		if first == '{' {
			if name, value = jsonscan.Member([]byte(s.text), i); s.text[value] == 'n' {
				s.found = true
				i = jsonscan.Next([]byte(s.text), value+len("null"))
				continue
			}
		}
		if written {
			s.out.WriteByte(',')
		}
		written = true
		if first == '{' {
			s.out.WriteString(s.text[name.Off:name.End])
			s.out.WriteByte(':')
		}
		i = jsonscan.Next([]byte(s.text), s.value(value))
	}
	s.level--
	s.out.WriteByte(first + 2)
	return i + 1
}
