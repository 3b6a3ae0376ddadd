package metadata

import (
	"bytes"
	"slices"
	"sync"

	"github.com/metameld/metameld/internal/jsonscan"
)

// AppendMerge appends to dst the JSON text of the object in doc, changed by the
// Delta in patch. It is [Mode.Merge] from text to text, in one pass over doc and
// without a tree.
//
//  1. An empty doc is absent and an empty patch is the zero Delta; if both are
//     empty, nothing is appended.
//  2. Text of doc that stays is copied with its white space.
//  3. Both texts are validated whole, UTF-8 included.
//  4. Duplicate names are refused everywhere in patch, and in doc at its first
//     level and wherever else it is merged. Values of doc that are copied unread
//     are not searched for them, which would take about half as long again. Names
//     compare by value, however they are escaped.
//
// doc and patch do not change, unless the room after dst is part of one of them: the
// result is right then too, but takes one more copy. The error is an [Errors] whose
// pointers lead into the text at fault; dst is then returned as it was.
//
// AppendMerge does not allocate if dst has room, and allocates once if it
// has not. Lists that are combined, nulls that are stripped and large texts take more,
// and so do the first calls, whose scratch memory later calls use again.
func (m Mode) AppendMerge(dst, doc, patch []byte) ([]byte, error) {
	if overlaps(dst, doc, patch) {
		out, err := m.AppendMerge(nil, doc, patch)
		return append(dst, out...), err
	}
	t := textMerges.Get().(*textMerge)
	defer t.release()
	t.mode = m
	dst, refused := t.appendMerge(dst, doc, patch)
	switch refused {
	case refusedPatch:
		if isNull(patch) {
			return dst, Errors{{Fault: ErrNull}}
		}
		return dst, faultsIn(patch, &t.names)
	case refusedDoc:
		return dst, faultsIn(doc, &t.names)
	}
	return dst, nil
}

// refusal is the text that is refused.
type refusal uint8

const (
	refusedNone refusal = iota
	refusedDoc
	refusedPatch
)

// appendMerge is AppendMerge without the faults.
func (t *textMerge) appendMerge(dst, doc, patch []byte) ([]byte, refusal) {
	if len(patch) > 0 && !t.readPatch(patch) {
		t.names.Reset(0)
		if !t.many || !isUnique(patch, &t.names) {
			return dst, refusedPatch
		}
		if len(doc) > 0 && !isObject(doc) {
			return dst, refusedDoc
		}
		t.known = checked
		t.readPatch(patch)
	}
	switch {
	case len(doc) == 0 && len(patch) == 0:
	case len(doc) == 0:
		t.addValue(patch, 0)
	case len(patch) == 0:
		if !t.copyDoc(doc) {
			return dst, refusedDoc
		}
	case !t.mergeDoc(doc, patch):
		return dst, refusedDoc
	}
	if cap(dst)-len(dst) < t.size {
		if len(t.pieces) <= manyPieces {
			return t.join(dst, doc, patch), refusedNone
		}
		dst = slices.Grow(dst, t.size)
	}
	for _, p := range t.pieces {
		dst = append(dst, t.text(p, doc, patch)...)
	}
	return dst, refusedNone
}

// isUnique reports whether the whole text is an object without duplicate names. It uses
// names as scratch memory.
func isUnique(text []byte, names *jsonscan.Names) bool {
	i := jsonscan.Space(text, 0)
	end := jsonscan.Check(text, i, jsonscan.MaxDepth, names)
	return end >= 0 && text[i] == '{' && jsonscan.Space(text, end) == len(text)
}

// isObject reports whether the whole text is an object, with duplicate names or not.
func isObject(text []byte) bool {
	i := jsonscan.Space(text, 0)
	end := jsonscan.Skip(text, i, jsonscan.MaxDepth)
	return end >= 0 && text[i] == '{' && jsonscan.Space(text, end) == len(text)
}

// manyPieces is how many pieces take more memory in a list of texts than is worth it.
const manyPieces = 1 << 12

// join returns dst and the pieces in one allocation. It uses bytes.Join, which
// does not clear the memory first, unlike slices.Grow.
func (t *textMerge) join(dst, doc, patch []byte) []byte {
	t.parts = append(t.parts[:0], dst)
	for _, p := range t.pieces {
		t.parts = append(t.parts, t.text(p, doc, patch))
	}
	dst = bytes.Join(t.parts, nil)
	clear(t.parts)
	return dst
}

// mergeStrings merges two valid objects; an empty doc is absent.
func mergeStrings(m Mode, doc, patch string) string {
	t := textMerges.Get().(*textMerge)
	defer t.release()
	t.appendResult(m, doc, patch)
	return string(t.results)
}

// appendResult merges two valid objects and appends the result to t.results. An
// empty doc is absent.
func (t *textMerge) appendResult(m Mode, doc, patch string) {
	t.nodes, t.tables, t.pieces, t.made = t.nodes[:0], t.tables[:0], t.pieces[:0], t.made[:0]
	t.size, t.copied = 0, 0
	t.mode, t.known = m, unique
	t.doc = append(t.doc[:0], doc...) // a conversion would allocate
	if !t.readPatch([]byte(patch)) || doc != "" && !t.mergeDoc(t.doc, []byte(patch)) {
		panic("metadata: an Object holds text that is not JSON") // it never does
	}
	if doc == "" {
		t.addValue([]byte(patch), 0)
	}
	t.results = slices.Grow(t.results, t.size)
	for _, p := range t.pieces {
		t.results = append(t.results, t.text(p, t.doc, []byte(patch))...)
	}
}

// textMerge is the scratch memory of one merge of texts: first the patch is read
// into nodes, then the document is read once and the result listed in pieces. It
// holds indexes into the texts, never the texts, so that it keeps none alive.
type textMerge struct {
	mode   Mode
	known  known
	many   bool // the patch has so many members that both texts are checked before they are read
	nodes  []node
	tables []uint32 // hash tables of the objects with many members, one after another
	pieces []piece
	parts  [][]byte // the texts of the pieces while they are joined, otherwise nil
	size   int      // of all pieces together
	copied int      // doc[:copied] is in the pieces, or dropped
	made   []byte   // what stands in neither text
	names  jsonscan.Names

	doc     []byte // a copy, if the document came as a string
	results []byte // of appendResult, one after another
	spans   []span // in results
}

// known is what is known of the texts before they are merged.
type known uint8

const (
	nothing known = iota
	checked       // both are JSON, and the patch is without duplicate names
	unique        // so is the document
)

// span is the value of a new member in the results.
type span struct {
	member     int // its index in memberWriter.made
	start, end int
}

var textMerges = sync.Pool{New: func() any { return new(textMerge) }}

// release puts t back into the pool, unless it is large.
func (t *textMerge) release() {
	if !t.names.Release() || !jsonscan.Keep(80*cap(t.nodes)) || !jsonscan.Keep(24*max(cap(t.pieces), cap(t.parts), cap(t.spans))) ||
		!jsonscan.Keep(4*cap(t.tables)) || !jsonscan.Keep(max(cap(t.made), cap(t.doc), cap(t.results))) {
		return
	}
	t.nodes, t.tables, t.pieces, t.made = t.nodes[:0], t.tables[:0], t.pieces[:0], t.made[:0]
	t.doc, t.results, t.spans = t.doc[:0], t.results[:0], t.spans[:0]
	t.size, t.copied, t.known, t.many = 0, 0, nothing, false
	textMerges.Put(t)
}

// piece is a part of the result: from[start:end].
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

// text returns the text of the piece.
func (t *textMerge) text(p piece, doc, patch []byte) []byte {
	switch p.from {
	case fromDoc:
		return doc[p.start:p.end]
	case fromPatch:
		return patch[p.start:p.end]
	}
	return t.made[p.start:p.end]
}

func (t *textMerge) addPiece(from source, start, end int) {
	if start < end {
		if n := len(t.pieces); n == cap(t.pieces) {
			t.pieces = slices.Grow(t.pieces, n+16) // append takes more memory in all
		}
		t.pieces = append(t.pieces, piece{from, start, end})
		t.size += end - start
	}
}

// addMade adds made[start:].
func (t *textMerge) addMade(start int) { t.addPiece(fromMade, start, len(t.made)) }

// copyUpTo adds doc[copied:end].
func (t *textMerge) copyUpTo(end int) {
	t.addPiece(fromDoc, t.copied, end)
	t.copied = end
}

// dropUpTo drops doc[copied:end].
func (t *textMerge) dropUpTo(end int) { t.copied = end }

// addValue adds the value of node k as the mode stores it.
func (t *textMerge) addValue(p []byte, k int32) {
	n := &t.nodes[k]
	if t.storesAll(p, n) {
		t.addPiece(fromPatch, n.value, n.end)
		return
	}
	if t.many {
		t.makeRoom(p)
	}
	start := len(t.made)
	t.makeValue(p, k, 0)
	t.addMade(start)
}

// makeRoom makes room in made for all of a large patch.
func (t *textMerge) makeRoom(p []byte) {
	if cap(t.made) < len(p) {
		t.made = slices.Grow(t.made, len(p)-len(t.made))
	}
}

// storesAll reports whether the mode stores the value of n as it is.
func (t *textMerge) storesAll(p []byte, n *node) bool {
	if t.mode&StripNulls != 0 {
		return !jsonscan.MayHoldNull(p[n.value:n.end])
	}
	return t.mode&Replace != 0 || !n.hasNull
}

// makeValue appends the value of node k to made, as the mode stores it. level is the
// number of calls around this one.
func (t *textMerge) makeValue(p []byte, k int32, level int) {
	n := &t.nodes[k]
	switch {
	case t.storesAll(p, n):
		t.made = append(t.made, p[n.value:n.end]...)
		return
	case t.mode&StripNulls != 0:
		t.made = append(t.made, stripNulls(string(p[n.value:n.end]))...)
		return
	}
	jsonscan.Unwind(level)
	t.made = append(t.made, '{')
	empty := len(t.made)
	for c := n.child; c != 0; c = t.nodes[c].next {
		if t.nodes[c].first == 'n' {
			continue
		}
		if len(t.made) > empty {
			t.made = append(t.made, ',')
		}
		t.makeMember(p, c, level+1)
	}
	t.made = append(t.made, '}')
}

// makeMember appends the name and value of node k to made.
func (t *textMerge) makeMember(p []byte, k int32, level int) {
	t.made = append(append(t.made, p[t.nodes[k].Off:t.nodes[k].End]...), ':')
	t.makeValue(p, k, level)
}

// skip returns the index after the value at d[i]. It does not look for duplicate
// names.
func (t *textMerge) skip(d []byte, i, depth int) int {
	if t.known != nothing {
		return jsonscan.End(d, i)
	}
	return jsonscan.Skip(d, i, depth)
}

// skipPatch is skip for the patch, in which duplicate names are refused.
func (t *textMerge) skipPatch(p []byte, i, depth int) int {
	if t.known != nothing {
		return jsonscan.End(p, i)
	}
	return jsonscan.Check(p, i, depth, &t.names)
}

// skipUnique is skip that refuses duplicate names.
func (t *textMerge) skipUnique(d []byte, i, depth int) int {
	if t.known == unique {
		return jsonscan.End(d, i)
	}
	return jsonscan.Check(d, i, depth, &t.names)
}

// copyDoc adds the whole document as it is. It reports false if the document is
// invalid.
func (t *textMerge) copyDoc(d []byte) bool {
	none := int32(len(t.nodes)) // a patch without members
	t.nodes = append(t.nodes, node{})
	return t.mergeRoot(d, nil, none)
}

// mergeDoc adds the pieces of the result. It reports false if the document is
// invalid.
func (t *textMerge) mergeDoc(d, p []byte) bool {
	delta, base := extentFilled, extentFilled
	if t.nodes[0].children == 0 {
		delta = extentEmpty
	}
	if i := jsonscan.Space(d, 0); i < len(d) {
		if i = jsonscan.Space(d, i+1); i < len(d) && d[i] == '}' {
			base = extentEmpty
		}
	}
	switch t.mode.decideWhole(base, delta) {
	case actionDescend:
		return t.mergeRoot(d, p, 0)
	case actionKeep:
		return t.copyDoc(d)
	}
	if !t.copyDoc(d) {
		return false
	}
	t.pieces, t.size = t.pieces[:0], 0
	t.dropUpTo(len(d))
	t.addValue(p, 0)
	return true
}

// mergeRoot merges the patch's object self into the object that is all of d.
func (t *textMerge) mergeRoot(d, p []byte, self int32) bool {
	i := jsonscan.Space(d, 0)
	if i >= len(d) || d[i] != '{' {
		return false
	}
	end := t.mergeObject(d, p, i, self, jsonscan.MaxDepth)
	if end < 0 || jsonscan.Space(d, end) != len(d) {
		return false
	}
	t.copyUpTo(len(d))
	return true
}

// progress is how far the merge of one object is.
type progress struct {
	end  int  // of the last member that was read
	kept bool // a member before it stays
	drop bool // all members before it went: the comma after it goes too
}

// mergeObject merges the patch's object self into the document's object at d[i]
// and returns the index after it, or a negative number if d is invalid.
func (t *textMerge) mergeObject(d, p []byte, i int, self int32, depth int) int {
	jsonscan.Unwind(depth)
	mark, filter := t.names.Mark(), t.nodes[self].filter
	i = jsonscan.Space(d, i+1)
	at := progress{end: i}
	for empty := i < len(d) && d[i] == '}'; !empty; {
		start := i
		name, value := jsonscan.Member(d, i)
		if value < 0 {
			return -1
		}
		if at.drop {
			t.dropUpTo(start)
			at.drop = false
		}
		if t.known != unique {
			t.names.Room(d, name.Off)
			t.names.Add(name)
		}
		k := int32(0)
		if filter>>(name.Spread()>>58)&1 != 0 {
			k = t.find(d, p, self, name)
		}
		if k == 0 {
			i = t.skip(d, value, depth-1)
			at.kept = true
		} else {
			i = t.mergeMember(d, p, start, value, k, depth, &at)
		}
		if i < 0 {
			return -1
		}
		at.end = i
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
	if t.known != unique && !t.names.Unique(d, mark) {
		return -1
	}
	t.names.Reset(mark)
	t.addUnseen(p, self, at)
	return i + 1
}

// mergeMember merges node k of the patch into the member of the document whose
// name is at start and whose value is at d[value]. It returns the index after the
// member.
func (t *textMerge) mergeMember(d, p []byte, start, value int, k int32, depth int, at *progress) (end int) {
	n := &t.nodes[k]
	n.seen = true
	switch what := t.mode.decide(d[value], n.first); what {
	case actionDescend:
		end = t.mergeObject(d, p, value, k, depth-1)
	case actionCombine:
		if end = t.skipUnique(d, value, depth-1); end < 0 {
			return end
		}
		t.copyUpTo(value)
		start := len(t.made)
		t.made = append(t.made, combineLists(t.mode, string(d[value:end]), t.mode.stored(string(p[n.value:n.end])))...)
		t.addMade(start)
		t.dropUpTo(end)
	default:
		end = t.skip(d, value, depth-1)
		switch what {
		case actionRemove:
			if at.kept {
				t.copyUpTo(at.end) // the comma before the member goes too
			} else {
				t.copyUpTo(start)
				at.drop = true
			}
			t.dropUpTo(end)
			return end
		case actionReplace:
			t.copyUpTo(value)
			t.addValue(p, k)
			t.dropUpTo(end)
		}
	}
	at.kept = true
	return end
}

// addUnseen adds the members of the patch's object self that the document lacks.
func (t *textMerge) addUnseen(p []byte, self int32, at progress) {
	if t.many {
		t.makeRoom(p)
	}
	start := len(t.made)
	for k := t.nodes[self].child; k != 0; k = t.nodes[k].next {
		n := &t.nodes[k]
		if n.seen || t.mode.decide(noValue, n.first) == actionKeep {
			continue
		}
		t.copyUpTo(at.end)
		if at.kept {
			t.made = append(t.made, ',')
		}
		at.kept = true
		if n.end-n.value < fewBytes || !t.storesAll(p, n) {
			t.makeMember(p, k, 0)
			continue
		}
		t.made = append(append(t.made, p[n.Off:n.End]...), ':')
		t.addMade(start)
		t.addPiece(fromPatch, n.value, n.end)
		start = len(t.made)
	}
	if start < len(t.made) {
		t.addMade(start)
	}
}

// fewBytes is the length from which a text is not copied to become part of a piece.
const fewBytes = 64
