package metadata

import (
	"bytes"
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
// dst must not overlap doc or patch; neither changes. The error is an [Errors]
// whose pointers lead into the text at fault; dst is then returned as it was.
//
// AppendMerge does not allocate if dst has room, and allocates once if it
// has not. Lists that are combined and nulls that are stripped take more, and so
// do the first calls, whose scratch memory later calls use again.
func (m Mode) AppendMerge(dst, doc, patch []byte) ([]byte, error) {
	t := textMerges.Get().(*textMerge)
	defer t.release()
	t.mode = m
	if len(patch) > 0 && !t.readPatch(patch) {
		if isNull(patch) {
			return dst, Errors{{Fault: ErrNull}}
		}
		return dst, faultsIn(patch)
	}
	switch {
	case len(doc) == 0 && len(patch) == 0:
	case len(doc) == 0:
		t.addValue(patch, 0)
	case len(patch) == 0:
		if !t.copyDoc(doc) {
			return dst, faultsIn(doc)
		}
	case !t.mergeDoc(doc, patch):
		return dst, faultsIn(doc)
	}
	if cap(dst)-len(dst) < t.size {
		return t.join(dst, doc, patch), nil
	}
	for _, p := range t.pieces {
		dst = append(dst, t.text(p, doc, patch)...)
	}
	return dst, nil
}

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
	t.nodes, t.tables, t.pieces, t.made = t.nodes[:0], t.tables[:0], t.pieces[:0], t.made[:len(punctuation)]
	t.size, t.copied = 0, 0
	t.mode, t.valid = m, true
	t.doc = append(t.doc[:0], doc...) // a conversion would allocate
	if !t.readPatch([]byte(patch)) || doc != "" && !t.mergeDoc(t.doc, []byte(patch)) {
		panic("metadata: an Object holds text that is not JSON") // it never does
	}
	if doc == "" {
		t.addValue([]byte(patch), 0)
	}
	for _, p := range t.pieces {
		t.results = append(t.results, t.text(p, t.doc, []byte(patch))...)
	}
}

// textMerge is the scratch memory of one merge of texts: first the patch is read
// into nodes, then the document is read once and the result listed in pieces. It
// holds indexes into the texts, never the texts, so that it keeps none alive.
type textMerge struct {
	mode   Mode
	valid  bool // both texts are known to be valid and without duplicate names
	nodes  []node
	tables []uint32 // hash tables of the objects with many members, one after another
	pieces []piece
	parts  [][]byte // the texts of the pieces while they are joined, otherwise nil
	size   int      // of all pieces together
	copied int      // doc[:copied] is in the pieces, or dropped
	made   []byte   // punctuation, and values that stand in neither text
	names  jsonscan.Names

	doc     []byte // a copy, if the document came as a string
	results []byte // of appendResult, one after another
	spans   []span // in results
}

// span is the value of a new member in the results.
type span struct {
	member     int // its index in memberWriter.made
	start, end int
}

var textMerges = sync.Pool{New: func() any { return &textMerge{made: []byte(punctuation)} }}

// release puts t back into the pool, unless it is much larger than what it was used for.
func (t *textMerge) release() {
	if !t.names.Release() || !jsonscan.Keep(cap(t.nodes), len(t.nodes)) || !jsonscan.Keep(max(cap(t.pieces), cap(t.parts)), len(t.pieces)) ||
		!jsonscan.Keep(cap(t.tables), len(t.tables)) || !jsonscan.Keep(cap(t.made), len(t.made)) ||
		!jsonscan.Keep(cap(t.doc), len(t.doc)) || !jsonscan.Keep(cap(t.results), len(t.results)) || !jsonscan.Keep(cap(t.spans), len(t.spans)) {
		return
	}
	t.nodes, t.tables, t.pieces, t.made = t.nodes[:0], t.tables[:0], t.pieces[:0], t.made[:len(punctuation)]
	t.doc, t.results, t.spans = t.doc[:0], t.results[:0], t.spans[:0]
	t.size, t.copied, t.valid = 0, 0, false
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

// made begins with punctuation; the constants are the index of each sign.
const (
	punctuation = "{},:"

	openBrace, closeBrace, comma, colon = 0, 1, 2, 3
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
		t.pieces = append(t.pieces, piece{from, start, end})
		t.size += end - start
	}
}

func (t *textMerge) addSign(at int) { t.addPiece(fromMade, at, at+1) }

// addText adds a text that stands in neither document nor patch.
func (t *textMerge) addText(text string) {
	start := len(t.made)
	t.made = append(t.made, text...)
	t.addPiece(fromMade, start, len(t.made))
}

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
	switch {
	case t.mode&StripNulls != 0 && jsonscan.MayHoldNull(p[n.value:n.end]):
		t.addText(stripNulls(string(p[n.value:n.end])))
		return
	case t.mode&(StripNulls|Replace) != 0, !n.hasNull:
		t.addPiece(fromPatch, n.value, n.end)
		return
	}
	t.addSign(openBrace)
	written := false
	for c := n.child; c != 0; c = t.nodes[c].next {
		if t.nodes[c].first == 'n' {
			continue
		}
		if written {
			t.addSign(comma)
		}
		t.addMember(p, c)
		written = true
	}
	t.addSign(closeBrace)
}

// addMember adds the name and value of node k.
func (t *textMerge) addMember(p []byte, k int32) {
	t.addPiece(fromPatch, t.nodes[k].Off, t.nodes[k].End)
	t.addSign(colon)
	t.addValue(p, k)
}

// skip returns the index after the value at d[i]. It does not look for duplicate
// names.
func (t *textMerge) skip(d []byte, i, depth int) int {
	if t.valid {
		return jsonscan.End(d, i)
	}
	return jsonscan.Skip(d, i, depth)
}

// skipUnique is skip that refuses duplicate names.
func (t *textMerge) skipUnique(d []byte, i, depth int) int {
	if t.valid {
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
		if !t.valid {
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
	if !t.valid && !t.names.Unique(d, mark) {
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
		t.addText(combineLists(t.mode, string(d[value:end]), t.mode.stored(string(p[n.value:n.end]))))
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
	for k := t.nodes[self].child; k != 0; k = t.nodes[k].next {
		if t.nodes[k].seen || t.mode.decide(noValue, t.nodes[k].first) == actionKeep {
			continue
		}
		t.copyUpTo(at.end)
		if at.kept {
			t.addSign(comma)
		}
		t.addMember(p, k)
		at.kept = true
	}
}
