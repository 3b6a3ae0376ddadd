package metadata

import (
	"math/rand/v2"
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
)

// combineLists returns the array old, extended by the elements of the array more:
// by all of them if m has AppendLists, otherwise by those that old lacks.
func combineLists(m Mode, old, more string) string {
	end := strings.LastIndexByte(old, ']')
	head := strings.TrimRight(old[:end], " \t\r\n")
	var b strings.Builder
	add := func(e string) {
		if b.Len() == 0 {
			b.Grow(len(old) + len(more))
			b.WriteString(head)
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(e)
	}
	if m&AppendLists != 0 {
		for e := range (Value{more}).Elements() {
			add(e.text)
		}
	} else {
		missing(old, more, add)
	}
	if b.Len() == 0 {
		return old
	}
	b.WriteByte(']')
	return b.String()
}

// missing calls f for each element of the array more that has no equal in have, once
// each.
func missing(have, more string, f func(e string)) {
	known := elementSet{seed: rand.Uint64()}
	for e := range (Value{have}).Elements() {
		known.add(e.text)
	}
	for e := range (Value{more}).Elements() {
		if known.add(e.text) {
			f(e.text)
		}
	}
}

// elementSet is a set of JSON values, which compare by value.
type elementSet struct {
	seed  uint64
	list  []hashedElement
	table []uint32 // a place holds 0, or one plus the index of an element
}

// hashedElement is a value with its hash.
type hashedElement struct {
	text string
	hash uint64
}

// add adds the value. It reports false if the set had it.
func (s *elementSet) add(text string) bool {
	if 2*len(s.list) >= len(s.table) {
		s.grow()
	}
	e := hashedElement{text, jsonscan.Hash(s.seed, []byte(text))}
	at := s.slot(e)
	if s.table[at] != 0 {
		return false
	}
	s.list = append(s.list, e)
	s.table[at] = uint32(len(s.list))
	return true
}

// grow makes room for as many values again.
func (s *elementSet) grow() {
	n := max(fewMembers, 2*len(s.list))
	s.list = append(make([]hashedElement, 0, n), s.list...)
	s.table = make([]uint32, tableSize(n))
	for i, e := range s.list {
		s.table[s.slot(e)] = uint32(i) + 1
	}
}

// slot returns the place of the value in the table.
func (s *elementSet) slot(e hashedElement) int {
	return probe(s.table, e.hash, func(k uint32) bool {
		jsonscan.Compared()
		x := s.list[k-1]
		return x.hash == e.hash && jsonscan.Equal([]byte(x.text), []byte(e.text))
	})
}

// addedElements returns the array of the elements that to has after those of from,
// so that combineLists returns to for from and that array. It reports false if
// there is no such array.
func addedElements(m Mode, from, to string) (more string, ok bool) {
	i := 1 // of the next element of to
	for e := range (Value{from}).Elements() {
		if to[i] == ']' {
			return "", false
		}
		end := jsonscan.End([]byte(to), i)
		if !jsonscan.Equal([]byte(e.text), []byte(to[i:end])) {
			return "", false
		}
		i = jsonscan.Next([]byte(to), end)
	}
	if to[i] == ']' {
		return "", false
	}
	more = "[" + to[i:]
	if m&AppendLists == 0 {
		n := 0
		missing(from, more, func(string) { n++ })
		for range (Value{more}).Elements() {
			n--
		}
		if n != 0 {
			return "", false
		}
	}
	return more, true
}
