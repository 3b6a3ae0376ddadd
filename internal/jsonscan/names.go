package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"slices"
	"unicode/utf8"
)

// Up to few names are compared pair by pair, and more through a hash table. Names of one
// text, whose keys are at hand, are compared without a table up to someNames.
const (
	few       = 12
	someNames = 64
)

// Names finds duplicate names. It is a stack of the names of the objects that are open
// while a text is scanned, innermost last. The zero Names is ready for use; reuse saves
// allocations.
//
// Names compare by value: "a" equals "\u0061". It takes time linear in the text, also
// where names were chosen to collide.
type Names struct {
	list   []entry
	table  []uint32 // see words
	shared []entry  // names that share a hash
	spare  []byte   // for an unquoted name
	seed   uint64   // 0: not chosen yet
	mark   int      // where the names of the innermost open object begin

	spaced bool // a scan passed white space
}

// entry is a name in Names; the rest of the name is read again where needed. Where an
// object opens there is an entry whose off is the mark of the object around it.
type entry struct {
	key uint64
	off int
}

// Name is the place of a member's name in a text.
type Name struct {
	Off, End int    // of the quoted text
	key      uint64 // equal names have equal keys
	Escaped  bool
}

// Bytes returns the unquoted name: a part of d, or a copy if it has an escape.
func (n Name) Bytes(d []byte) []byte {
	if !n.Escaped {
		return d[n.Off+1 : n.End-1]
	}
	return AppendUnquote(nil, d[n.Off:n.End])
}

// NameAt returns the name whose quoted text is d[off:end].
func NameAt(d []byte, off, end int, escaped bool) Name {
	n := Name{Off: off, End: end, Escaped: escaped}
	if escaped {
		n.key = keyOfEscaped(d[off:end])
	} else {
		n.key = key(d, off+1, end-1)
	}
	return n
}

// Member reads the name of the member at d[at] and returns it with the index of its
// value. The index is negative if there is no valid name, no colon or no value.
func Member(d []byte, at int) (n Name, value int) {
	size, i := uint(len(d)), uint(at)
	if i >= size || d[i] != '"' {
		return n, bad
	}
	for j := i + 1; has(d, int(j), 8); j += 8 {
		x := binary.LittleEndian.Uint64(d[j:])
		m := endsPlain(x)
		if m == 0 {
			continue
		}
		t := uint(bits.TrailingZeros64(m))
		if byte(x>>((t-7)&63)) != '"' {
			break
		}
		j += t >> 3
		n = Name{Off: at, End: int(j + 1), key: key(d, at+1, int(j))}
		if j++; j < size && d[j] == ':' {
			if j++; j < size && d[j] > ' ' {
				return n, int(j)
			}
		}
		break
	}
	if n.End == 0 {
		end, escaped := String(d, at)
		if end < 0 {
			return n, bad
		}
		n = NameAt(d, at, end, escaped)
	}
	value = Space(d, n.End)
	if value >= len(d) || d[value] != ':' {
		return n, bad
	}
	if value = Space(d, value+1); value >= len(d) {
		return n, bad
	}
	return n, value
}

// keyOfEscaped returns the key of the quoted name q, which has an escape.
func keyOfEscaped(q []byte) uint64 {
	var first, last [8]byte // of the unquoted name
	n := 0
	for i := 1; i < len(q)-1; {
		c, size, next := unquoteAt(q, i)
		i = next
		for _, b := range c[:size] {
			if n < 8 {
				first[n] = b
			}
			copy(last[:], last[1:])
			last[7] = b
			n++
		}
	}
	if n <= 8 {
		return key(first[:], 0, n)
	}
	return keyOf(binary.LittleEndian.Uint64(first[:]), binary.LittleEndian.Uint64(last[:]), n)
}

// unquoteAt returns the bytes c[:size] of the byte or escape at q[i] in a valid
// quoted text, and the index after it.
func unquoteAt(q []byte, i int) (c [4]byte, size, next int) {
	if q[i] != '\\' {
		c[0] = q[i]
		return c, 1, i + 1
	}
	next = escape(q, i)
	return c, utf8.EncodeRune(c[:], escaped(q, i, next)), next
}

// SameName reports whether name a in d equals name b in e.
func SameName(d []byte, a Name, e []byte, b Name) bool {
	Compared()
	return a.key == b.key && sameText(d, a, e, b)
}

// sameText compares the texts of two names.
func sameText(d []byte, a Name, e []byte, b Name) bool {
	if !a.Escaped && !b.Escaped {
		return bytes.Equal(d[a.Off+1:a.End-1], e[b.Off+1:b.End-1])
	}
	return sameStrings(d[a.Off:], e[b.Off:])
}

// sameStrings reports whether the valid strings at the start of p and q are equal. It
// reads no further than the first difference.
func sameStrings(p, q []byte) bool {
	var x, y [4]byte
	i, j := 1, 1
	atX, atY, sizeX, sizeY := 0, 0, 0, 0
	for {
		if atX == sizeX {
			if p[i] == '"' {
				return atY == sizeY && q[j] == '"'
			}
			x, sizeX, i = unquoteAt(p, i)
			atX = 0
		}
		if atY == sizeY {
			if q[j] == '"' {
				return false
			}
			y, sizeY, j = unquoteAt(q, j)
			atY = 0
		}
		if x[atX] != y[atY] {
			return false
		}
		atX, atY = atX+1, atY+1
	}
}

// key returns the key of the name d[off:end], without its quotes. The key of a name
// shorter than eight bytes holds all of it and its length.
func key(d []byte, off, end int) uint64 {
	n := uint(end - off)
	if has(d, off, 8) {
		first := binary.LittleEndian.Uint64(d[off:])
		if n < 8 {
			return first&(1<<(8*n)-1) | uint64(n)<<56
		}
		return keyOf(first, binary.LittleEndian.Uint64(d[end-8:]), int(n))
	}
	var x uint64
	for i, c := range d[off:end] {
		x |= uint64(c) << (8 * uint(i))
	}
	return x | uint64(n)<<56
}

// keyOf returns the key of a name of n bytes, eight or more, from its first and last
// eight bytes.
func keyOf(first, last uint64, n int) uint64 {
	return first ^ bits.RotateLeft64(last, 31) + uint64(n)
}

// Mark returns the number of names; those added later belong to the object that opens
// now.
func (s *Names) Mark() int { return len(s.list) }

// Off returns the index of name k in the text.
func (s *Names) Off(k int) int { return s.list[k].off }

// Reset drops the names added since mark.
func (s *Names) Reset(mark int) { s.list = s.list[:mark] }

// Add adds a name.
func (s *Names) Add(n Name) { s.list = append(s.list, entry{n.key, n.Off}) }

// Room makes room for the name at d[i], and for about as many as follow, if there is
// none. Add needs no room, but takes more memory without.
func (s *Names) Room(d []byte, i int) {
	if len(s.list) == cap(s.list) {
		s.grow(d, i)
	}
}

//go:noinline
func (s *Names) grow(d []byte, i int) { s.list = Grow(s.list, i, len(d)) }

// AddMoved adds the names start to end of other, offset bytes further on.
func (s *Names) AddMoved(other *Names, start, end, offset int) {
	for _, n := range other.list[start:end] {
		n.off += offset
		s.list = append(s.list, n)
	}
}

// Spaced reports whether a [Check] with s passed white space since the last Release.
func (s *Names) Spaced() bool { return s.spaced }

// Release drops all names and reports whether the memory of s is small enough to keep.
func (s *Names) Release() bool {
	s.list, s.spare, s.spaced = s.list[:0], s.spare[:0], false
	return Keep(16*cap(s.list)) && Keep(4*cap(s.table)) && Keep(16*cap(s.shared)) && Keep(cap(s.spare))
}

// open begins the names of an object.
func (s *Names) open() {
	s.list = append(s.list, entry{off: s.mark})
	s.mark = len(s.list)
}

// close drops the names of the innermost object and reports whether they are unique.
func (s *Names) close(d []byte) bool {
	unique := s.Unique(d, s.mark)
	outer := s.list[s.mark-1].off
	s.Reset(s.mark - 1)
	s.mark = outer
	return unique
}

// Unique reports whether the names added since mark, all in d, are unique.
func (s *Names) Unique(d []byte, mark int) bool {
	list := s.list[mark:]
	if len(list) > someNames {
		return s.uniqueMany(d, list)
	}
	var seen [8]uint64 // bits by the hash of the key
	alike := 0
	for i := range list {
		h := list[i].key * spreading >> (64 - 9)
		word, bit := h>>6, uint64(1)<<(h&63)
		if seen[word]&bit == 0 {
			seen[word] |= bit
			continue
		}
		for j := range i {
			if list[i].key != list[j].key {
				continue
			}
			if list[i].same(d, list[j]) {
				return false
			}
			if alike++; alike > few { // both names were read, however long they are
				return s.uniqueHashed(d, list)
			}
		}
	}
	return true
}

func (n entry) same(d []byte, m entry) bool {
	Compared()
	return n.key == m.key && sameStrings(d[n.off:], d[m.off:])
}

// mostCompared is how many pairs of different names with one key are compared before
// names are hashed whole.
const mostCompared = 64

// uniqueMany is Unique for many names. It compares only the names that share a hash,
// unless these are many.
func (s *Names) uniqueMany(d []byte, list []entry) bool {
	width := bits.Len(uint(len(list))) + 4 // bits of a hash, so that few names share one
	// Two bits for each hash, 16 hashes to a word: whether a name has it, and whether more
	// than one do. The words are enough for uniqueHashed too, so that it allocates none.
	found := s.words(max(1<<(width-4), tableSize(list)))
	again := 0 // names with the hash of an earlier one
	for i := range list {
		h := spread(list[i].key) >> (64 - width)
		shift := h % 16 * 2
		x := found[h/16]
		one := x >> shift & 1
		found[h/16] = x | (1|one<<1)<<shift
		again += int(one)
	}
	if again > len(list)/8 {
		return s.uniqueHashed(d, list)
	}
	s.shared = slices.Grow(s.shared[:0], 2*again)
	for i := range list {
		if h := spread(list[i].key) >> (64 - width); found[h/16]>>(h%16*2)&2 != 0 {
			s.shared = append(s.shared, list[i])
		}
	}
	return s.uniqueHashed(d, s.shared)
}

// tableSize returns the size of a hash table of the names.
func tableSize(list []entry) int { return len(list) + len(list)/2 }

// words returns n words of scratch memory, all 0.
func (s *Names) words(n int) []uint32 {
	if cap(s.table) < n {
		s.table = make([]uint32, n)
	}
	table := s.table[:n]
	clear(table)
	return table
}

// uniqueHashed is Unique by a hash table. It hashes the keys first, which are known
// already, and turns to seeded hashes if those collide too often.
func (s *Names) uniqueHashed(d []byte, list []entry) bool {
	table := s.words(tableSize(list))
	size := uint64(len(table))
	budget := 8 * len(list)
	for i := range list {
		h, _ := bits.Mul64(spread(list[i].key), size)
		for table[h] != 0 {
			other := list[table[h]-1]
			if list[i].same(d, other) {
				return false
			}
			if budget--; other.key == list[i].key {
				budget -= few + 8*len(list)/mostCompared // both names were read, however long they are
			}
			if budget < 0 {
				return s.uniqueSeeded(d, list, table)
			}
			if h++; h == size {
				h = 0
			}
		}
		table[h] = uint32(i + 1)
	}
	return true
}

// uniqueSeeded is uniqueHashed with hashes of whole names that nobody can predict.
func (s *Names) uniqueSeeded(d []byte, list []entry, table []uint32) bool {
	clear(table)
	for i := range list {
		end, escaped := String(d, list[i].off)
		h, _ := bits.Mul64(s.Hash(d, Name{Off: list[i].off, End: end, Escaped: escaped}), uint64(len(table)))
		for table[h] != 0 {
			if list[i].same(d, list[table[h]-1]) {
				return false
			}
			if h++; h == uint64(len(table)) {
				h = 0
			}
		}
		table[h] = uint32(i + 1)
	}
	return true
}

// Spread returns a hash of the name's key. Its highest bits are the best distributed.
// Equal names have equal hashes.
func (n Name) Spread() uint64 { return spread(n.key) }

func spread(key uint64) uint64 { return key * spreading }

const spreading = 0x9e3779b97f4a7c15

// Hash returns a hash of the name n in d. Equal names have equal hashes for the same
// Names.
func (s *Names) Hash(d []byte, n Name) uint64 {
	if s.seed == 0 {
		s.seed = rand.Uint64() | 1
	}
	if n.Escaped {
		s.spare = AppendUnquote(s.spare[:0], d[n.Off:n.End])
		return hash(s.seed, s.spare)
	}
	return hash(s.seed, d[n.Off+1:n.End-1])
}

// hash is a keyed hash in the manner of wyhash. It replaces hash/maphash, for which the
// compiler would copy every text that is converted from a string.
func hash(seed uint64, b []byte) uint64 {
	const m0, m1 = 0xa0761d6478bd642f, 0xe7037ed1a0b428db
	h := seed ^ uint64(len(b))*m0
	for len(b) > 8 {
		h = fold(h^binary.LittleEndian.Uint64(b), m1^seed)
		b = b[8:]
	}
	var last uint64
	for i, c := range b {
		last |= uint64(c) << (8 * i)
	}
	return fold(fold(h^last, m1^seed), m0)
}

func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}
