package metadata

import (
	"math/rand/v2"
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
)

// combineLists returns the array old, extended by the elements of the array more:
// by all of them if m has AppendLists, otherwise by those that old lacks.
func combineLists(m Mode, old, more string) string {
	add := elements(more)
	if m&AppendLists == 0 {
		add = missing(elements(old), add)
	}
	if len(add) == 0 {
		return old
	}
	end := strings.LastIndexByte(old, ']')
	head := strings.TrimRight(old[:end], " \t\r\n")
	var b strings.Builder
	b.Grow(len(old) + len(more))
	b.WriteString(head)
	for i, e := range add {
		if i > 0 || head != "[" {
			b.WriteByte(',')
		}
		b.WriteString(e)
	}
	b.WriteByte(']')
	return b.String()
}

// elements returns the texts of the elements of an array.
func elements(array string) (list []string) {
	for e := range (Value{array}).Elements() {
		list = append(list, e.text)
	}
	return list
}

// missing returns the elements of more that have no equal in have, each once.
func missing(have, more []string) (list []string) {
	seed := rand.Uint64()
	seen := make(map[uint64][]string, len(have)+len(more))
	add := func(e string) bool {
		h := jsonscan.Hash(seed, []byte(e))
		for _, s := range seen[h] {
			if jsonscan.Equal([]byte(s), []byte(e)) {
				return false
			}
		}
		seen[h] = append(seen[h], e)
		return true
	}
	for _, e := range have {
		add(e)
	}
	for _, e := range more {
		if add(e) {
			list = append(list, e)
		}
	}
	return list
}

// addedElements returns the array of the elements that to has after those of from,
// so that combineLists returns to for from and that array. It reports false if
// there is no such array.
func addedElements(m Mode, from, to string) (more string, ok bool) {
	f, t := elements(from), elements(to)
	if len(t) <= len(f) {
		return "", false
	}
	for i := range f {
		if !jsonscan.Equal([]byte(f[i]), []byte(t[i])) {
			return "", false
		}
	}
	t = t[len(f):]
	if m&AppendLists == 0 && len(missing(f, t)) != len(t) {
		return "", false
	}
	return "[" + strings.Join(t, ",") + "]", true
}
