package metadata

import (
	"math/rand/v2"
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
)

// combine returns the text of the array old with the elements of the array more
// after its own: all of them, or those that are not there yet.
func combine(how Lists, old, more string) string {
	var add []string
	if how == ListsAppend {
		add = elements(more)
	} else {
		add = missing(elements(old), elements(more))
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

func elements(array string) (list []string) {
	for e := range (Value{array}).Elements() {
		list = append(list, e.text)
	}
	return list
}

// missing returns those of more, each once, that have no equal in have.
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

// extra returns the array text with the elements that to, an array, has after
// those of from, another. It reports false where combine would not make to of
// from that way.
func extra(how Lists, from, to string) (more string, ok bool) {
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
	if how == ListsUnion && len(missing(f, t)) != len(t) {
		return "", false
	}
	return "[" + strings.Join(t, ",") + "]", true
}
