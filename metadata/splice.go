package metadata

import (
	"bytes"
	"math/bits"
	"sync"

	"github.com/metameld/metameld/internal/jsonscan"
)

// AppendMerge appends to dst the JSON text of the object in doc, changed as the
// Delta in patch says. It is [Mode.Merge] from text to text: one pass over doc,
// spans that stay are copied with their white space, no tree is built. An empty
// doc is absent, an empty patch says nothing; of both there is nothing to append.
// dst must not overlap doc or patch.
//
// Both texts are validated whole, UTF-8 included. Duplicate names are refused
// everywhere in patch, and in doc at its first level and wherever else it is
// merged; values in doc that are copied unread are not searched for them, which
// would cost about half as much again. Names are compared by value, however they are
// escaped.
//
// The error is an [Errors] whose pointers lead into the text at fault; dst is
// then returned as it was. There is no allocation where dst has room, and one
// where it has not; only lists that are combined and nulls that are stripped take
// more, and the first calls, whose scratch later ones use again until the garbage
// collector takes it.
func (m Mode) AppendMerge(dst, doc, patch []byte) ([]byte, error) {
	s := splices.Get().(*splice)
	defer s.release()
	s.mode = m
	if len(patch) > 0 && !s.read(patch) {
		if isNull(patch) {
			return dst, Errors{{Fault: ErrNull}}
		}
		return dst, faultsIn(patch)
	}
	switch {
	case len(doc) == 0 && len(patch) == 0:
	case len(doc) == 0:
		s.write(patch, 0)
	case len(patch) == 0:
		if !s.keep(doc) {
			return dst, faultsIn(doc)
		}
	case !s.run(doc, patch):
		return dst, faultsIn(doc)
	}
	if cap(dst)-len(dst) < s.size {
		return s.join(dst, doc, patch), nil
	}
	for _, p := range s.pieces {
		dst = append(dst, s.text(p, doc, patch)...)
	}
	return dst, nil
}

// join returns dst and the pieces in an allocation of their size. (That of
// bytes.Join is not cleared first, unlike that of slices.Grow.)
func (s *splice) join(dst, doc, patch []byte) []byte {
	s.parts = append(s.parts[:0], dst)
	for _, p := range s.pieces {
		s.parts = append(s.parts, s.text(p, doc, patch))
	}
	dst = bytes.Join(s.parts, nil)
	clear(s.parts)
	return dst
}

// spliceString merges two objects that are known to be valid; an empty doc is absent.
func spliceString(m Mode, doc, patch string) string {
	s := splices.Get().(*splice)
	defer s.release()
	s.add(m, doc, patch)
	return string(s.written)
}

// add merges two objects that are known to be valid, and writes the result behind
// those before. An empty doc is absent.
func (s *splice) add(m Mode, doc, patch string) {
	s.nodes, s.tables, s.pieces, s.made = s.nodes[:0], s.tables[:0], s.pieces[:0], s.made[:len(punctuation)]
	s.size, s.copied = 0, 0
	s.mode, s.known = m, true
	s.doc = append(s.doc[:0], doc...) // in a conversion, the compiler would allocate for it
	if !s.read([]byte(patch)) || doc != "" && !s.run(s.doc, []byte(patch)) {
		panic("metadata: an Object holds text that is not JSON") // it never does
	}
	if doc == "" {
		s.write([]byte(patch), 0)
	}
	for _, p := range s.pieces {
		s.written = append(s.written, s.text(p, s.doc, []byte(patch))...)
	}
}

// splice is the scratch of one merge of texts. It holds indexes, never the texts
// themselves, so that it keeps nothing of a caller's alive.
type splice struct {
	mode   Mode
	nodes  []node
	tables []uint32 // of the objects with many members, one after the other
	pieces []piece
	parts  [][]byte // the texts of the pieces; all nil but while they are joined
	size   int      // of the pieces together
	copied int      // up to where the document is in pieces, or dropped
	made   []byte   // signs, and values that stand in neither text
	names  jsonscan.Names
	known  bool // both texts are valid, without duplicate names

	doc     []byte // a copy
	written []byte // results that become part of one text
	cuts    []cut  // each one's place in it
}

// cut is where a result stands in the text of all.
type cut struct {
	of         int // the number of the new member whose it is
	start, end int
}

var splices = sync.Pool{New: func() any { return &splice{made: []byte(punctuation)} }}

func (s *splice) release() {
	if !s.names.Release() || !jsonscan.Keep(cap(s.nodes), len(s.nodes)) || !jsonscan.Keep(max(cap(s.pieces), cap(s.parts)), len(s.pieces)) ||
		!jsonscan.Keep(cap(s.tables), len(s.tables)) || !jsonscan.Keep(cap(s.made), len(s.made)) ||
		!jsonscan.Keep(cap(s.doc), len(s.doc)) || !jsonscan.Keep(cap(s.written), len(s.written)) || !jsonscan.Keep(cap(s.cuts), len(s.cuts)) {
		return
	}
	s.nodes, s.tables, s.pieces, s.made = s.nodes[:0], s.tables[:0], s.pieces[:0], s.made[:len(punctuation)]
	s.doc, s.written, s.cuts = s.doc[:0], s.written[:0], s.cuts[:0]
	s.size, s.copied, s.known = 0, 0, false
	splices.Put(s)
}

// node is one member of the patch, or, as the first, the patch itself. Members
// of merged objects have nodes; whatever is taken whole is one node.
type node struct {
	jsonscan.Name
	value, end  int    // of the value in the patch
	child, next int32  // 0: none
	filter      uint64 // one bit for each child's name, by its spread
	children    int32
	table       int32 // where the object's table starts, where it has many members
	null        bool  // a removal
	merged      bool  // an object that is merged rather than taken whole
	prunes      bool  // holds a null that is not to be stored
	seen        bool  // the document has it
}

type piece struct {
	from       source
	start, end int
}

type source uint8

const (
	fromDoc source = iota
	fromPatch
	fromMade
)

// What made begins with, and where each sign stands in it.
const (
	punctuation = "{},:"

	openBrace, closeBrace, comma, colon = 0, 1, 2, 3
)

// text returns what the piece is of.
func (s *splice) text(p piece, doc, patch []byte) []byte {
	switch p.from {
	case fromDoc:
		return doc[p.start:p.end]
	case fromPatch:
		return patch[p.start:p.end]
	}
	return s.made[p.start:p.end]
}

func (s *splice) put(from source, start, end int) {
	if start < end {
		s.pieces = append(s.pieces, piece{from, start, end})
		s.size += end - start
	}
}

func (s *splice) sign(at int) { s.put(fromMade, at, at+1) }

// flush puts what of the document comes before to.
func (s *splice) flush(to int) {
	s.put(fromDoc, s.copied, to)
	s.copied = to
}

// make puts a text that stands in neither document nor patch.
func (s *splice) make(text string) {
	start := len(s.made)
	s.made = append(s.made, text...)
	s.put(fromMade, start, len(s.made))
}

// keep puts the document as it is.
func (s *splice) keep(doc []byte) bool {
	i := jsonscan.Space(doc, 0)
	if i >= len(doc) || doc[i] != '{' {
		return false
	}
	nothing := int32(len(s.nodes)) // a patch without members
	s.nodes = append(s.nodes, node{merged: true})
	end := s.merge(doc, nil, i, nothing, jsonscan.MaxDepth)
	if end < 0 || jsonscan.Space(doc, end) != len(doc) {
		return false
	}
	s.flush(len(doc))
	return true
}

// read makes the nodes of the patch.
func (s *splice) read(patch []byte) bool {
	i := jsonscan.Space(patch, 0)
	if i >= len(patch) || patch[i] != '{' {
		return false
	}
	levels := 1
	if s.mode&allLevels != 0 {
		levels = jsonscan.MaxDepth
	}
	s.nodes = append(s.nodes, node{value: i, merged: true})
	end := s.object(patch, 0, levels, jsonscan.MaxDepth)
	return end >= 0 && jsonscan.Space(patch, end) == len(patch)
}

// check returns the index after the value at d[i], in which no name may be there
// twice.
func (s *splice) check(d []byte, i, depth int) int {
	if s.known {
		return jsonscan.End(d, i)
	}
	return jsonscan.Check(d, i, depth, &s.names)
}

// skip returns the index after the value at d[i].
func (s *splice) skip(d []byte, i, depth int) int {
	if s.known {
		return jsonscan.End(d, i)
	}
	return jsonscan.Skip(d, i, depth)
}

// object makes the nodes of the patch's object self and returns the index after it.
func (s *splice) object(p []byte, self int32, levels, depth int) int {
	i := jsonscan.Space(p, s.nodes[self].value+1)
	if i < len(p) && p[i] == '}' {
		s.nodes[self].end = i + 1
		return i + 1
	}
	mark := s.names.Mark()
	last := int32(0)
	for {
		name, value := jsonscan.Member(p, i)
		if value < 0 {
			return -1
		}
		i = value
		if !s.known {
			s.names.Add(name)
		}
		k := int32(len(s.nodes))
		s.nodes = append(s.nodes, node{})
		n := &s.nodes[k]
		n.Name, n.value, n.null, n.merged = name, i, p[i] == 'n', p[i] == '{' && levels > 1
		if last == 0 {
			s.nodes[self].child = k
		} else {
			s.nodes[last].next = k
		}
		last = k
		s.nodes[self].children++
		s.nodes[self].filter |= 1 << (name.Spread() >> 58)
		if s.nodes[k].merged {
			i = s.object(p, k, levels-1, depth-1)
		} else {
			i = s.check(p, i, depth-1)
		}
		if i < 0 {
			return -1
		}
		s.nodes[k].end = i
		if s.nodes[k].null || s.nodes[k].prunes {
			s.nodes[self].prunes = true
		}
		if i = jsonscan.Space(p, i); i >= len(p) {
			return -1
		}
		if p[i] == '}' {
			break
		}
		if p[i] != ',' {
			return -1
		}
		i = jsonscan.Space(p, i+1)
	}
	if !s.known && !s.names.Unique(p, mark) {
		return -1
	}
	s.names.Reset(mark)
	s.nodes[self].end = i + 1
	if s.nodes[self].children > fewMembers {
		s.index(p, self)
	}
	return i + 1
}

// index makes the hash table of the object self: one plus the number of a node,
// or 0, in each place.
func (s *splice) index(p []byte, self int32) {
	n := &s.nodes[self]
	size := tableSize(n.children)
	n.table = int32(len(s.tables))
	s.tables = append(s.tables, make([]uint32, size)...)
	table := s.tables[n.table:]
	for k := n.child; k != 0; k = s.nodes[k].next {
		h := s.names.Hash(p, s.nodes[k].Name) & uint64(size-1)
		for table[h] != 0 {
			h = (h + 1) & uint64(size-1)
		}
		table[h] = uint32(k) + 1
	}
}

func tableSize(members int32) int { return 1 << bits.Len(uint(members*2-1)) }

// find returns the member of the patch's object self that has the name, which
// stands in the document, or 0.
func (s *splice) find(d, p []byte, self int32, name jsonscan.Name) int32 {
	n := &s.nodes[self]
	if n.children <= fewMembers {
		for k := n.child; k != 0; k = s.nodes[k].next {
			if jsonscan.SameName(d, name, p, s.nodes[k].Name) {
				return k
			}
		}
		return 0
	}
	size := tableSize(n.children)
	table := s.tables[n.table : int(n.table)+size]
	h := s.names.Hash(d, name) & uint64(size-1)
	for table[h] != 0 {
		if k := int32(table[h] - 1); jsonscan.SameName(d, name, p, s.nodes[k].Name) {
			return k
		}
		h = (h + 1) & uint64(size-1)
	}
	return 0
}

// run goes through the document and makes the pieces of the result.
func (s *splice) run(d, p []byte) bool {
	i := jsonscan.Space(d, 0)
	if i >= len(d) || d[i] != '{' {
		return false
	}
	m := s.mode
	if s.nodes[0].children == 0 || m&noLevel != 0 {
		if !s.keep(d) {
			return false
		}
		stays := m&(emptyNothing|baseWins) != 0
		if s.nodes[0].children > 0 {
			first := jsonscan.Space(d, i+1)
			stays = m&baseWins != 0 && d[first] != '}'
		}
		if !stays {
			s.pieces, s.size, s.copied = s.pieces[:0], 0, len(d)
			s.write(p, 0)
		}
		return true
	}
	end := s.merge(d, p, i, 0, jsonscan.MaxDepth)
	if end < 0 || jsonscan.Space(d, end) != len(d) {
		return false
	}
	s.flush(len(d))
	return true
}

// write puts the value of node k, without the nulls that are not to be stored.
func (s *splice) write(p []byte, k int32) {
	n := &s.nodes[k]
	switch {
	case s.mode&stripNested != 0 && jsonscan.MayHoldNull(p[n.value:n.end]):
		s.make(strip(string(p[n.value:n.end])))
		return
	case s.mode&(stripNested|noLevel) != 0, !n.prunes: // taken whole
		s.put(fromPatch, n.value, n.end)
		return
	}
	s.sign(openBrace)
	written := false
	for c := n.child; c != 0; c = s.nodes[c].next {
		if s.nodes[c].null {
			continue
		}
		if written {
			s.sign(comma)
		}
		s.member(p, c)
		written = true
	}
	s.sign(closeBrace)
}

func (s *splice) member(p []byte, k int32) {
	s.put(fromPatch, s.nodes[k].Off, s.nodes[k].End)
	s.sign(colon)
	s.write(p, k)
}

// merge merges the patch's object self into the document's object at d[i] and
// returns the index after it.
func (s *splice) merge(d, p []byte, i int, self int32, depth int) int {
	var (
		mark   = s.names.Mark()
		filter = s.nodes[self].filter
		kept   = false // a member stays before this place
		drop   = false // the first members went: their comma goes too
		prev   int     // the end of the last member
	)
	i = jsonscan.Space(d, i+1)
	prev = i
	for first := true; ; first = false {
		if first && i < len(d) && d[i] == '}' {
			break
		}
		start := i
		name, value := jsonscan.Member(d, i)
		if value < 0 {
			return -1
		}
		i = value
		if drop {
			s.copied, drop = start, false
		}
		if !s.known {
			s.names.Add(name)
		}
		k := int32(0)
		if filter>>(name.Spread()>>58)&1 != 0 {
			k = s.find(d, p, self, name)
		}
		if k == 0 {
			i = s.skip(d, i, depth-1)
			kept = true
		} else {
			n := &s.nodes[k]
			n.seen = true
			switch {
			case n.merged && d[i] == '{':
				i = s.merge(d, p, i, k, depth-1)
				kept = true
			case n.null && s.mode&baseWins != 0:
				i = s.skip(d, i, depth-1)
				kept = true
			case n.null && kept:
				i = s.skip(d, i, depth-1)
				s.flush(prev)
				s.copied = i
			case n.null:
				i = s.skip(d, i, depth-1)
				s.flush(start)
				s.copied, drop = i, true
			case s.mode&(appendLists|unionLists) != 0 && p[n.value] == '[' && d[i] == '[':
				if i = s.check(d, i, depth-1); i >= 0 {
					s.flush(value)
					s.make(combine(s.mode.lists(), string(d[value:i]), s.mode.fresh(string(p[n.value:n.end]))))
					s.copied, kept = i, true
				}
			case s.mode&baseWins != 0:
				i = s.skip(d, i, depth-1)
				kept = true
			default:
				i = s.skip(d, i, depth-1)
				s.flush(value)
				s.write(p, k)
				s.copied, kept = i, true
			}
		}
		if i < 0 {
			return -1
		}
		prev = i
		if i = jsonscan.Space(d, i); i >= len(d) {
			return -1
		}
		if d[i] == '}' {
			break
		}
		if d[i] != ',' {
			return -1
		}
		i = jsonscan.Space(d, i+1)
	}
	if !s.known && !s.names.Unique(d, mark) {
		return -1
	}
	s.names.Reset(mark)
	for k := s.nodes[self].child; k != 0; k = s.nodes[k].next {
		if s.nodes[k].seen || s.nodes[k].null {
			continue
		}
		s.flush(prev)
		if kept {
			s.sign(comma)
		}
		s.member(p, k)
		kept = true
	}
	return i + 1
}
