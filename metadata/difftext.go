package metadata

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"

	"github.com/metameld/metameld/internal/jsonscan"
)

// AppendDiff appends to dst the JSON text of the Delta that turns the object in
// from into the object in to. It is [Mode.Diff] from text to text.
//
//  1. An empty from or to is absent. If Diff returns the zero Delta, nothing is
//     appended.
//  2. Both texts are validated whole, UTF-8 included.
//  3. Duplicate names are refused at the levels that are compared, and in values
//     that differ, came or went. Values that are the same to the byte are not
//     searched for them, except if the texts go through Parse.
//
// from and to do not change, unless the room after dst is part of one of them: the
// result is right then too, but takes one more copy. The error is an [Errors]: the
// faults of from, or else those of to, with dst returned as it was; or what Diff
// returns, with dst extended by what can be reached.
//
// In [FirstLevel] and [Deep] both texts are read once, side by side, and only one
// of them if they are the same to the byte. Other modes, goals that are out of
// reach, and texts whose members come in orders so different that too much would
// be read twice, go through [Parse], which drops white space inside values.
func (m Mode) AppendDiff(dst, from, to []byte) ([]byte, error) {
	if overlaps(dst, from, to) {
		out, err := m.AppendDiff(nil, from, to)
		return append(dst, out...), err
	}
	d := textDiffs.Get().(*textDiff)
	ok, out := false, dst
	if (m == FirstLevel || m == Deep) && len(from) > 0 && len(to) > 0 {
		d.deep, d.out = m == Deep, dst
		ok = d.diffDocs(from, to)
		out = d.out
	}
	names := &d.namesA
	defer d.release()
	if ok {
		return out, nil
	}
	names.Reset(0)
	if len(from)+len(to) > fewTextBytes && len(to) > 0 && !isUnique(to, names) && (len(from) == 0 || isUnique(from, names)) {
		return dst, faultsIn(to, names) // before from takes memory
	}
	x, err := parseOptional(from, names)
	if err != nil {
		return dst, err
	}
	y, err := parseOptional(to, names)
	if err != nil {
		return dst, err
	}
	delta, err := m.Diff(x, y)
	if !delta.IsZero() {
		dst = delta.obj.AppendJSON(dst)
	}
	return dst, err
}

// fewTextBytes is the length of texts that may be parsed before the other is read.
const fewTextBytes = 1 << 16

// parseOptional is Parse for which an empty text is an absent object.
func parseOptional(text []byte, names *jsonscan.Names) (Object, error) {
	if len(text) == 0 {
		return Object{}, nil
	}
	return parse(text, names)
}

// textDiff is the scratch memory of one comparison of texts. It reads two texts, a
// and b, side by side and writes what turns a into b. The texts are in step if
// the next bytes of both are known to be the same. textDiff holds indexes into the
// texts, never the texts, so that it keeps none alive.
type textDiff struct {
	deep    bool
	checked bool // both texts are JSON
	out     []byte
	same    int // a[:same], from where it was last compared, is the same as b, offset bytes on
	offset  int
	wasted  int // bytes that were skipped and may be read again

	// The latest run of equal bytes, kept so that no run is compared twice. It may
	// go on after runTo unless runEnds.
	runFrom, runTo, runOffset int
	runEnds                   bool

	namesA, namesB jsonscan.Names // of the open objects; namesB lacks those in matched until an object ends
	matched        []nameRun      // names that both texts have
	onlyA, onlyB   []textMember   // members without a match so far
	most           int            // the greatest length of these lists, which tests count
}

// textMember is where a member stands in one of the texts. A negative value marks
// one that found its match.
type textMember struct {
	jsonscan.Name
	value, end int
}

// nameRun is a range of names in namesA that stand in b offset bytes further on.
type nameRun struct{ from, to, offset int }

var textDiffs = sync.Pool{New: func() any { return new(textDiff) }}

// release puts d back into the pool, unless it is large.
func (d *textDiff) release() {
	d.out = nil
	if a, b := d.namesA.Release(), d.namesB.Release(); !a || !b ||
		!jsonscan.Keep(48*max(cap(d.onlyA), cap(d.onlyB))) || !jsonscan.Keep(24*cap(d.matched)) {
		return
	}
	d.same, d.offset, d.wasted, d.most, d.checked = 0, 0, 0, 0, false
	d.runFrom, d.runTo, d.runOffset, d.runEnds = 0, 0, 0, false
	d.matched, d.onlyA, d.onlyB = d.matched[:0], d.onlyA[:0], d.onlyB[:0]
	textDiffs.Put(d)
}

// diffDocs writes the whole difference. It reports false if a text is invalid or
// the goal is out of reach; then something may have been written.
func (d *textDiff) diffDocs(a, b []byte) bool {
	i, j := jsonscan.Space(a, 0), jsonscan.Space(b, 0)
	if i >= len(a) || j >= len(b) || a[i] != '{' || b[j] != '{' {
		return false
	}
	start := len(d.out)
	d.compareFrom(a, i, b, j)
	endA, endB := d.diffObjects(a, i, b, j, jsonscan.MaxDepth)
	if endA < 0 || jsonscan.Space(a, endA) != len(a) || jsonscan.Space(b, endB) != len(b) {
		return false
	}
	if first := jsonscan.Space(b, j+1); b[first] == '}' && !d.deep && len(d.out) > start {
		d.out = append(d.out[:start], "{}"...) // every member goes
	}
	return true
}

// compareFrom finds a run of equal bytes that begins at a[i] and b[j].
func (d *textDiff) compareFrom(a []byte, i int, b []byte, j int) {
	if j-i != d.runOffset || i < d.runFrom || i >= d.runTo {
		d.runFrom, d.runTo, d.runOffset = i, i, j-i
		d.extendRun(a, b)
	}
	d.same, d.offset = d.runTo, d.runOffset
}

// compared is how many bytes are compared at once before they are scanned: few
// enough to stay in a fast cache.
const compared = 1 << 15

// extendRun compares the next bytes after the latest run.
func (d *textDiff) extendRun(a, b []byte) {
	i, j := d.runTo, d.runTo+d.runOffset
	n := min(compared, len(a)-i, len(b)-j)
	k := commonPrefix(a[i:i+n], b[j:j+n])
	d.runTo, d.runEnds = i+k, k < compared
}

// extendPast extends the run, if it goes on, beyond end by more than near. The
// texts are in step.
func (d *textDiff) extendPast(a, b []byte, end int) {
	if d.same-end <= near { // seldom; the loop is in extendTo so that the compiler inlines this test
		d.extendTo(a, b, end+near+1)
	}
}

// extendTo extends the run, if it goes on, to a[:end] or further. The texts are in
// step.
func (d *textDiff) extendTo(a, b []byte, end int) {
	for d.same < end && d.same == d.runTo && !d.runEnds {
		d.extendRun(a, b)
		d.same = d.runTo
	}
}

// commonPrefix returns how many bytes x and y have in common at their start.
func commonPrefix(x, y []byte) int {
	n, k := min(len(x), len(y)), 0
	for step := 64; k+step <= n && bytes.Equal(x[k:k+step], y[k:k+step]); {
		k += step
		if step < 1<<12 {
			step *= 2
		}
	}
	for ; k+8 <= n; k += 8 {
		if diff := binary.LittleEndian.Uint64(x[k:]) ^ binary.LittleEndian.Uint64(y[k:]); diff != 0 {
			return k + bits.TrailingZeros64(diff)>>3
		}
	}
	for k < n && x[k] == y[k] {
		k++
	}
	return k
}

// inStep reports whether the texts are in step at a[i] and b[j].
func (d *textDiff) inStep(i, j int) bool { return i < d.same && j-i == d.offset }

// nextMember returns, for the index after a member, that of the next one, or that
// after the object, or a negative number if neither follows.
func nextMember(d []byte, i int) (at int, more bool) {
	if i = jsonscan.Space(d, i); i >= len(d) {
		return -1, false
	}
	switch d[i] {
	case '}':
		return i + 1, false
	case ',':
		return jsonscan.Space(d, i+1), true
	}
	return -1, false
}

// firstMember returns the index of the first member of the object at d[i], or that
// after the object.
func firstMember(d []byte, i int) (at int, more bool) {
	if i = jsonscan.Space(d, i+1); i < len(d) && d[i] == '}' {
		return i + 1, false
	}
	return i, true
}

// diffObjects writes what turns the object at a[i] into the one at b[j], and
// returns the indexes after them, or a negative one.
func (d *textDiff) diffObjects(a []byte, i int, b []byte, j int, depth int) (endA, endB int) {
	if depth == 0 {
		return -1, -1
	}
	jsonscan.Unwind(depth)
	open := len(d.out)
	markA, markB := d.namesA.Mark(), d.namesB.Mark()
	matched, onlyA, onlyB := len(d.matched), len(d.onlyA), len(d.onlyB)
	i, moreA := firstMember(a, i)
	j, moreB := firstMember(b, j)
	for moreA || moreB {
		if moreA && moreB && d.inStep(i, j) {
			i, j, moreA, moreB = d.passEqual(a, i, b, j, depth)
		}
		if i < 0 || j < 0 {
			return -1, -1
		}
		var x, y textMember
		if moreA {
			x.Name, x.value = jsonscan.Member(a, i)
		}
		if moreB {
			y.Name, y.value = jsonscan.Member(b, j)
		}
		if x.value < 0 || y.value < 0 {
			return -1, -1
		}
		if moreA && moreB && jsonscan.SameName(a, x.Name, b, y.Name) {
			d.addMatch(a, x.Name, y.Name)
			if i, j = d.diffValues(a, x, b, y, open, depth); i < 0 {
				return -1, -1
			}
			i, moreA = nextMember(a, i)
			j, moreB = nextMember(b, j)
		} else {
			i, j, moreA, moreB = d.passUnmatched(a, i, x, b, j, y, moreA, moreB, depth)
		}
		if i >= 0 && j >= 0 && moreA && moreB {
			d.compareFrom(a, i, b, j)
		}
	}
	if i < 0 || j < 0 || !d.uniqueNames(a, markA, b, markB, matched, onlyB) ||
		!d.diffUnmatched(a, d.onlyA[onlyA:], b, d.onlyB[onlyB:], open, depth) {
		return -1, -1
	}
	d.namesA.Reset(markA)
	d.namesB.Reset(markB)
	d.matched, d.onlyA, d.onlyB = d.matched[:matched], d.onlyA[:onlyA], d.onlyB[:onlyB]
	if len(d.out) > open {
		d.out = append(d.out, '}')
	}
	return i, j
}

// passUnmatched passes x at a[i], or y at b[j], or both, whose names differ: one
// text has a member that the other lacks or has elsewhere. If the name after
// one of them is the other's, only that one is passed. It returns where the texts
// are then; negative indexes if a text is invalid or too much would be read
// twice.
func (d *textDiff) passUnmatched(a []byte, i int, x textMember, b []byte, j int, y textMember, moreA, moreB bool, depth int) (atA, atB int, thenA, thenB bool) {
	passA, passB := moreA, moreB
	if moreA {
		if x.end = jsonscan.Skip(a, x.value, depth-1); x.end < 0 {
			return -1, -1, false, false
		}
		if atA, thenA = nextMember(a, x.end); atA < 0 {
			return -1, -1, false, false
		}
	}
	if moreB {
		if y.end = jsonscan.Skip(b, y.value, depth-1); y.end < 0 {
			return -1, -1, false, false
		}
		if atB, thenB = nextMember(b, y.end); atB < 0 {
			return -1, -1, false, false
		}
	}
	if d.wasted += x.end - x.value + y.end - y.value; d.wasted > 4*(len(a)+len(b)) {
		return -1, -1, false, false
	}
	if moreA && moreB {
		switch {
		case thenA && nameIs(a, atA, b, y.Name):
			passB = false
		case thenB && nameIs(b, atB, a, x.Name):
			passA = false
		}
	}
	if !d.checkMany(a, b) {
		return -1, -1, false, false
	}
	if passA {
		d.onlyA = addUnmatched(d.onlyA, &d.namesA, a, x)
	} else {
		atA, thenA = i, moreA
	}
	if passB {
		d.onlyB = addUnmatched(d.onlyB, &d.namesB, b, y)
	} else {
		atB, thenB = j, moreB
	}
	return atA, atB, thenA, thenB
}

// checkMany checks both texts once before many unmatched members take more memory. It
// reports false if one of them is invalid.
func (d *textDiff) checkMany(a, b []byte) bool {
	if d.checked || max(len(d.onlyA), len(d.onlyB)) < manyNodes {
		return true
	}
	d.checked = true
	return isObject(a) && isObject(b)
}

// addUnmatched adds x, a member in text, to a list, and its name to names.
func addUnmatched(list []textMember, names *jsonscan.Names, text []byte, x textMember) []textMember {
	names.Room(text, x.Off)
	names.Add(x.Name)
	if len(list) == cap(list) {
		list = jsonscan.Grow(list, x.Off, len(text))
	}
	return append(list, x)
}

// uniqueNames reports whether neither of the two objects that end has a name twice.
// The marks and the lengths of matched and onlyB are those from where they opened.
func (d *textDiff) uniqueNames(a []byte, markA int, b []byte, markB, matched, onlyB int) bool {
	d.most = max(d.most, len(d.matched), len(d.onlyA), len(d.onlyB))
	if !d.namesA.Unique(a, markA) {
		return false
	}
	if len(d.onlyB) == onlyB {
		return true // a has all names of b
	}
	for _, r := range d.matched[matched:] {
		d.namesB.AddMoved(&d.namesA, r.from, r.to, r.offset)
	}
	return d.namesB.Unique(b, markB)
}

// nameIs reports whether the name at d[i] is n, which stands in e.
func nameIs(d []byte, i int, e []byte, n jsonscan.Name) bool {
	other, value := jsonscan.Member(d, i)
	return value >= 0 && jsonscan.SameName(d, other, e, n)
}

// near is the distance between an object's start and the end of the equal run below
// which the object is entered rather than passed: it probably holds the difference.
const near = 128

// passEqual passes the members, from a[i] and b[j] on, at which the texts are in
// step and whose values end before the run does. It returns where the texts are
// then.
func (d *textDiff) passEqual(a []byte, i int, b []byte, j, depth int) (atA, atB int, moreA, moreB bool) {
	start := d.namesA.Mark()
	moreA, moreB = true, true
	for moreA && moreB && d.inStep(i, j) {
		name, value := jsonscan.Member(a, i)
		if value < 0 {
			return -1, -1, false, false
		}
		d.extendPast(a, b, value)
		if value >= d.same || d.deep && a[value] == '{' && (d.same-value <= near || d.wasted >= len(a)) {
			break
		}
		end := jsonscan.Skip(a, value, depth-1)
		if end < 0 {
			return -1, -1, false, false
		}
		d.extendPast(a, b, end)
		if end >= d.same {
			d.wasted += end - value
			break
		}
		d.namesA.Room(a, name.Off)
		d.namesA.Add(name) // what follows the value is the same too, so it ends in b as well
		if i, moreA = nextMember(a, end); i < 0 {
			return -1, -1, false, false
		}
		if i < d.same {
			j, moreB = i+d.offset, moreA
		} else {
			j, moreB = nextMember(b, end+d.offset)
		}
	}
	if end := d.namesA.Mark(); end > start {
		d.addRun(nameRun{start, end, d.offset}, a)
	}
	return i, j, moreA, moreB
}

// addMatch adds a name that both texts have.
func (d *textDiff) addMatch(a []byte, x, y jsonscan.Name) {
	d.namesA.Room(a, x.Off)
	d.namesA.Add(x)
	d.addRun(nameRun{d.namesA.Mark() - 1, d.namesA.Mark(), y.Off - x.Off}, a)
}

// addRun adds names that both texts have.
func (d *textDiff) addRun(r nameRun, a []byte) {
	if len(d.matched) == cap(d.matched) {
		d.matched = jsonscan.Grow(d.matched, d.namesA.Off(r.from), len(a))
	}
	d.matched = append(d.matched, r)
}

// addName writes what precedes the value of a member: a brace or comma, the name,
// which stands in b, and a colon. open is where the object begins in out.
func (d *textDiff) addName(b []byte, n jsonscan.Name, open int) {
	if len(d.out) == open {
		d.out = append(d.out, '{')
	} else {
		d.out = append(d.out, ',')
	}
	d.out = append(d.out, b[n.Off:n.End]...)
	d.out = append(d.out, ':')
}

// diffValues writes what turns x in a into y in b, two members of one name, and
// returns the indexes after them, or negative ones.
func (d *textDiff) diffValues(a []byte, x textMember, b []byte, y textMember, open, depth int) (endA, endB int) {
	if d.deep && a[x.value] == '{' && b[y.value] == '{' {
		before := len(d.out)
		d.addName(b, y.Name, open)
		body := len(d.out)
		if !d.inStep(x.value, y.value) {
			d.compareFrom(a, x.value, b, y.value)
		}
		endA, endB = d.diffObjects(a, x.value, b, y.value, depth-1)
		if len(d.out) == body {
			d.out = d.out[:before]
		}
		return endA, endB
	}
	endA, endB = jsonscan.Skip(a, x.value, depth-1), jsonscan.Skip(b, y.value, depth-1)
	if endA < 0 || endB < 0 {
		return -1, -1
	}
	y.end = endB
	was, is := a[x.value:endA], b[y.value:endB]
	switch {
	case bytes.Equal(was, is):
		return endA, endB
	case !isContainer(was) && !isContainer(is):
		if jsonscan.EqualScalars(was, is) {
			return endA, endB
		}
	case jsonscan.Check(a, x.value, depth-1, &d.namesA) < 0, jsonscan.Check(b, y.value, depth-1, &d.namesB) < 0:
		return -1, -1
	case jsonscan.Equal(was, is):
		return endA, endB
	}
	if !d.addMember(b, y, open) {
		return -1, -1
	}
	return endA, endB
}

// isContainer reports whether a value is an object or array.
func isContainer(value []byte) bool { return value[0] == '{' || value[0] == '[' }

// addMember writes the member y of b. It reports false if the mode does not store
// its value as it is.
func (d *textDiff) addMember(b []byte, y textMember, open int) bool {
	value := b[y.value:y.end]
	if value[0] == 'n' || d.deep && value[0] == '{' && jsonscan.MayHoldNull(value) {
		return false
	}
	d.addName(b, y.Name, open)
	d.out = append(d.out, value...)
	return true
}

// diffUnmatched writes the members that found no match while the objects were
// read: for each of onlyA its difference from the member of onlyB with the same
// name, or a removal; then the other members of onlyB.
func (d *textDiff) diffUnmatched(a []byte, onlyA []textMember, b []byte, onlyB []textMember, open, depth int) bool {
	var table []uint32
	if len(onlyA) > fewMembers && len(onlyB) > fewMembers {
		table = d.hashMembers(b, onlyB)
	}
	for _, x := range onlyA {
		k := d.matchOf(a, x, b, onlyB, table)
		if k < 0 {
			if jsonscan.Check(a, x.value, depth-1, &d.namesA) < 0 {
				return false
			}
			d.addName(a, x.Name, open)
			d.out = append(d.out, "null"...)
			continue
		}
		y := onlyB[k]
		onlyB[k].value = -1
		d.same = 0
		if endA, _ := d.diffValues(a, x, b, y, open, depth); endA < 0 {
			return false
		}
	}
	for _, y := range onlyB {
		if y.value >= 0 && (jsonscan.Check(b, y.value, depth-1, &d.namesB) < 0 || !d.addMember(b, y, open)) {
			return false
		}
	}
	return true
}

// hashMembers returns a hash table of the members of b. A place holds 0, or one plus
// the index of a member.
func (d *textDiff) hashMembers(b []byte, list []textMember) []uint32 {
	table := make([]uint32, tableSize(len(list)))
	for k, y := range list {
		table[d.slot(b, y.Name, b, list, table)] = uint32(k) + 1
	}
	return table
}

// slot returns the place in the table of the member of b with the name n, which stands
// in text.
func (d *textDiff) slot(text []byte, n jsonscan.Name, b []byte, list []textMember, table []uint32) int {
	return probe(table, d.namesB.Hash(text, n), func(k uint32) bool { return jsonscan.SameName(text, n, b, list[k-1].Name) })
}

// matchOf returns the index in onlyB of the member with the name of x, or -1. table is
// that of onlyB; it is nil if onlyA or onlyB is short.
func (d *textDiff) matchOf(a []byte, x textMember, b []byte, onlyB []textMember, table []uint32) int {
	if table != nil {
		return int(table[d.slot(a, x.Name, b, onlyB, table)]) - 1
	}
	return slices.IndexFunc(onlyB, func(y textMember) bool { return jsonscan.SameName(a, x.Name, b, y.Name) })
}
