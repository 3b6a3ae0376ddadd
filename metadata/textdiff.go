package metadata

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"sync"

	"github.com/metameld/metameld/internal/jsonscan"
)

// AppendDiff appends to dst the JSON text of the Delta that turns the object in
// from into the object in to: [Mode.Diff] from text to text. Where there is nothing
// to say it appends nothing. An empty from or to is absent. dst must not overlap
// from or to.
//
// Both texts are validated whole, UTF-8 included. Duplicate names are refused at
// the levels that are compared, and in values that differ, came or went. Values
// that are the same to the byte are not searched for them, unless the texts go
// through Parse, which refuses them everywhere.
//
// The error is an [Errors]: the faults of from, or else those of to, or what Diff
// returns; in the last case dst has what can be said.
//
// In [FirstLevel] and [Deep] both texts are read once, side by side, and where
// they are the same to the byte only one of them. Other modes, goals that are out
// of reach, and texts whose members come in orders so different that too much
// would be read twice, go through [Parse].
func (m Mode) AppendDiff(dst, from, to []byte) ([]byte, error) {
	if m == FirstLevel || m == Deep {
		d := lockstepPool.Get().(*lockstep)
		defer d.release()
		d.deep, d.out = m == Deep, dst
		if len(from) > 0 && len(to) > 0 && d.run(from, to) {
			return d.out, nil
		}
		d.out = nil
	}
	x, err := parseOptional(from)
	if err != nil {
		return dst, err
	}
	y, err := parseOptional(to)
	if err != nil {
		return dst, err
	}
	delta, err := m.Diff(x, y)
	if !delta.IsZero() {
		dst = delta.says.AppendJSON(dst)
	}
	return dst, err
}

// parseOptional is Parse for which no text is an absent object.
func parseOptional(text []byte) (Object, error) {
	if len(text) == 0 {
		return Object{}, nil
	}
	return Parse(text)
}

// lockstep reads two texts side by side and writes what turns the first, a, into
// the second, b. It holds indexes, never the texts themselves.
type lockstep struct {
	deep   bool
	out    []byte
	same   int // a[:same] from where it was last looked at is the same as b, offset bytes on
	offset int
	wasted int // bytes that were skipped, and may be read again

	// The latest run that was found, so that none is read through twice. It may go
	// on until runEnds.
	runFrom, runTo, runOffset int
	runEnds                   bool

	namesA, namesB jsonscan.Names // of the objects that are open; of b only those that a has not where it stands, until an object ends
	met            []stretch      // names that both have
	onlyA, onlyB   []spot         // their members that have not met their like
	most           int            // how long these lists were at most
}

// spot is where a member stands in one of the texts.
type spot struct {
	jsonscan.Name
	value, end int
}

// stretch is a number of names in namesA, one after the other, that stand in b so
// many bytes further on.
type stretch struct{ from, to, offset int }

var lockstepPool = sync.Pool{New: func() any { return new(lockstep) }}

func (d *lockstep) release() {
	if a, b := d.namesA.Release(), d.namesB.Release(); !a || !b ||
		!jsonscan.Keep(cap(d.onlyA), d.most) || !jsonscan.Keep(cap(d.onlyB), d.most) || !jsonscan.Keep(cap(d.met), d.most) {
		return
	}
	d.most = 0
	d.out = nil
	d.same, d.offset, d.wasted = 0, 0, 0
	d.runFrom, d.runTo, d.runOffset, d.runEnds = 0, 0, 0, false
	d.met, d.onlyA, d.onlyB = d.met[:0], d.onlyA[:0], d.onlyB[:0]
	lockstepPool.Put(d)
}

// run writes the whole difference. It reports false where a text is at fault or
// the goal out of reach; then something may have been written.
func (d *lockstep) run(a, b []byte) bool {
	i, j := jsonscan.Space(a, 0), jsonscan.Space(b, 0)
	if i >= len(a) || j >= len(b) || a[i] != '{' || b[j] != '{' {
		return false
	}
	start := len(d.out)
	d.look(a, i, b, j)
	endA, endB := d.objects(a, i, b, j, jsonscan.MaxDepth)
	if endA < 0 || jsonscan.Space(a, endA) != len(a) || jsonscan.Space(b, endB) != len(b) {
		return false
	}
	if first := jsonscan.Space(b, j+1); b[first] == '}' && !d.deep && len(d.out) > start {
		d.out = append(d.out[:start], "{}"...) // all goes
	}
	return true
}

// look finds how far a, from i on, is the same as b, from j on, for a while.
func (d *lockstep) look(a []byte, i int, b []byte, j int) {
	if j-i != d.runOffset || i < d.runFrom || i >= d.runTo {
		d.runFrom, d.runTo, d.runOffset = i, i, j-i
		d.further(a, b)
	}
	d.same, d.offset = d.runTo, d.runOffset
}

// ahead is how many bytes are compared before they are scanned: few enough to be
// in a fast cache still.
const ahead = 1 << 15

// further looks further along the run that is the latest.
func (d *lockstep) further(a, b []byte) {
	i, j := d.runTo, d.runTo+d.runOffset
	n := min(ahead, len(a)-i, len(b)-j)
	k := common(a[i:i+n], b[j:j+n])
	d.runTo, d.runEnds = i+k, k < ahead
}

// reach looks further, where it can, for all before end and some more to be known
// to be the same. The texts are in step.
func (d *lockstep) reach(a, b []byte, end int) {
	for d.same-end <= near && d.same == d.runTo && !d.runEnds {
		d.further(a, b)
		d.same = d.runTo
	}
}

// common returns how many bytes x and y begin with that are the same.
func common(x, y []byte) int {
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

// inStep reports whether a at i and b at j are known to be the same from there on,
// for a while.
func (d *lockstep) inStep(i, j int) bool { return i < d.same && j-i == d.offset }

// next moves on from the end of a member: to the next one, or behind the object.
func next(d []byte, i int) (at int, more bool) {
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

// first moves into an object: to its first member, or behind it.
func first(d []byte, i int) (at int, more bool) {
	if i = jsonscan.Space(d, i+1); i < len(d) && d[i] == '}' {
		return i + 1, false
	}
	return i, true
}

// objects writes what turns the object at a[i] into the one at b[j], and returns
// the indexes after them, or a negative one.
func (d *lockstep) objects(a []byte, i int, b []byte, j int, depth int) (endA, endB int) {
	if depth == 0 {
		return -1, -1
	}
	open := len(d.out)
	markA, markB := d.namesA.Mark(), d.namesB.Mark()
	met, onlyA, onlyB := len(d.met), len(d.onlyA), len(d.onlyB)
	i, moreA := first(a, i)
	j, moreB := first(b, j)
	for moreA || moreB {
		if moreA && moreB && d.inStep(i, j) {
			if i, j, moreA, moreB = d.stride(a, i, b, j, depth); i < 0 || j < 0 {
				return -1, -1
			}
		}
		var x, y spot
		if moreA {
			if x.Name, x.value = jsonscan.Member(a, i); x.value < 0 {
				return -1, -1
			}
		}
		if moreB {
			if y.Name, y.value = jsonscan.Member(b, j); y.value < 0 {
				return -1, -1
			}
		}
		if moreA && moreB && jsonscan.SameName(a, x.Name, b, y.Name) {
			d.meet(x.Name, y.Name)
			if i, j = d.values(a, x, b, y, open, depth); i < 0 {
				return -1, -1
			}
			if i, moreA = next(a, i); i < 0 {
				return -1, -1
			}
			if j, moreB = next(b, j); j < 0 {
				return -1, -1
			}
			if moreA && moreB {
				d.look(a, i, b, j)
			}
			continue
		}
		// The names differ: one side has a member that the other has not, or has
		// elsewhere. Where the next name is the other's, only this one is passed.
		takeA, takeB := moreA, moreB
		var nextA, nextB int
		var thenA, thenB bool
		if moreA {
			if x.end = jsonscan.Skip(a, x.value, depth-1); x.end < 0 {
				return -1, -1
			}
			if nextA, thenA = next(a, x.end); nextA < 0 {
				return -1, -1
			}
		}
		if moreB {
			if y.end = jsonscan.Skip(b, y.value, depth-1); y.end < 0 {
				return -1, -1
			}
			if nextB, thenB = next(b, y.end); nextB < 0 {
				return -1, -1
			}
		}
		if d.wasted += x.end - x.value + y.end - y.value; d.wasted > 4*(len(a)+len(b)) {
			return -1, -1 // much is elsewhere at every level: Diff goes by an index
		}
		if moreA && moreB {
			switch {
			case thenA && sameAt(a, nextA, b, y.Name):
				takeB = false
			case thenB && sameAt(b, nextB, a, x.Name):
				takeA = false
			}
		}
		if takeA {
			d.namesA.Add(x.Name)
			d.onlyA = append(d.onlyA, x)
			i, moreA = nextA, thenA
		}
		if takeB {
			d.namesB.Add(y.Name)
			d.onlyB = append(d.onlyB, y)
			j, moreB = nextB, thenB
		}
		if moreA && moreB {
			d.look(a, i, b, j)
		}
	}
	d.most = max(d.most, len(d.met), len(d.onlyA), len(d.onlyB))
	if !d.namesA.Unique(a, markA) {
		return -1, -1
	}
	if len(d.onlyB) > onlyB { // else b has no names but those that a has
		for _, s := range d.met[met:] {
			d.namesB.AddMoved(&d.namesA, s.from, s.to, s.offset)
		}
		if !d.namesB.Unique(b, markB) {
			return -1, -1
		}
	}
	if !d.rest(a, d.onlyA[onlyA:], b, d.onlyB[onlyB:], open, depth) {
		return -1, -1
	}
	d.namesA.Reset(markA)
	d.namesB.Reset(markB)
	d.met, d.onlyA, d.onlyB = d.met[:met], d.onlyA[:onlyA], d.onlyB[:onlyB]
	if len(d.out) > open {
		d.out = append(d.out, '}')
	}
	return i, j
}

// sameAt reports whether the name at d[i] is n, which stands in e.
func sameAt(d []byte, i int, e []byte, n jsonscan.Name) bool {
	other, value := jsonscan.Member(d, i)
	return value >= 0 && jsonscan.SameName(d, other, e, n)
}

// near is how close the end of what is the same must be for an object to be
// entered rather than passed: it then probably ends in the object.
const near = 128

// stride passes the members, from a[i] and b[j] on, at which the texts are in step
// and whose values end before the difference. It returns where the texts are then.
func (d *lockstep) stride(a []byte, i int, b []byte, j, depth int) (atA, atB int, moreA, moreB bool) {
	start := d.namesA.Mark()
	moreA, moreB = true, true
	for moreA && moreB && d.inStep(i, j) {
		name, value := jsonscan.Member(a, i)
		if value < 0 {
			return -1, -1, false, false
		}
		d.reach(a, b, value)
		if value >= d.same || d.deep && a[value] == '{' && (d.same-value <= near || d.wasted >= len(a)) {
			break
		}
		end := jsonscan.Skip(a, value, depth-1)
		if end < 0 {
			return -1, -1, false, false
		}
		d.reach(a, b, end)
		if end >= d.same {
			d.wasted += end - value
			break
		}
		d.namesA.Add(name) // what follows the value is the same too, so it ends in b as well
		if i, moreA = next(a, end); i < 0 {
			return -1, -1, false, false
		}
		if i < d.same {
			j, moreB = i+d.offset, moreA
		} else {
			j, moreB = next(b, end+d.offset)
		}
	}
	if end := d.namesA.Mark(); end > start {
		d.met = append(d.met, stretch{start, end, d.offset})
	}
	return i, j, moreA, moreB
}

// meet notes a name that both texts have.
func (d *lockstep) meet(x, y jsonscan.Name) {
	d.namesA.Add(x)
	d.met = append(d.met, stretch{d.namesA.Mark() - 1, d.namesA.Mark(), y.Off - x.Off})
}

// head writes what comes before the value of a member: a brace or comma, the name
// as b writes it, a colon.
func (d *lockstep) head(b []byte, n jsonscan.Name, open int) {
	if len(d.out) == open {
		d.out = append(d.out, '{')
	} else {
		d.out = append(d.out, ',')
	}
	d.out = append(d.out, b[n.Off:n.End]...)
	d.out = append(d.out, ':')
}

// values writes what turns x in a into y in b, two members of one name, and
// returns the indexes after them.
func (d *lockstep) values(a []byte, x spot, b []byte, y spot, open, depth int) (endA, endB int) {
	if d.deep && a[x.value] == '{' && b[y.value] == '{' {
		before := len(d.out)
		d.head(b, y.Name, open)
		body := len(d.out)
		if !d.inStep(x.value, y.value) {
			d.look(a, x.value, b, y.value)
		}
		endA, endB = d.objects(a, x.value, b, y.value, depth-1)
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
	case !nests(was) && !nests(is):
		if jsonscan.EqualScalars(was, is) {
			return endA, endB
		}
	case jsonscan.Check(a, x.value, depth-1, &d.namesA) < 0, jsonscan.Check(b, y.value, depth-1, &d.namesB) < 0:
		return -1, -1
	case jsonscan.Equal(was, is):
		return endA, endB
	}
	if !d.set(b, y, open) {
		return -1, -1
	}
	return endA, endB
}

// nests reports whether a value is an object or array.
func nests(value []byte) bool { return value[0] == '{' || value[0] == '[' }

// set writes the member y of b. It reports false where that cannot be said.
func (d *lockstep) set(b []byte, y spot, open int) bool {
	value := b[y.value:y.end]
	if value[0] == 'n' || d.deep && value[0] == '{' && jsonscan.MayHoldNull(value) {
		return false
	}
	d.head(b, y.Name, open)
	d.out = append(d.out, value...)
	return true
}

// rest writes what becomes of the members that did not meet their like.
func (d *lockstep) rest(a []byte, onlyA []spot, b []byte, onlyB []spot, open, depth int) bool {
	var byName map[string]int
	if len(onlyA) > fewMembers && len(onlyB) > fewMembers {
		byName = make(map[string]int, len(onlyB))
		for k := range onlyB {
			byName[string(onlyB[k].Bytes(b))] = k
		}
	}
	find := func(x spot) int {
		if byName != nil {
			if k, ok := byName[string(x.Bytes(a))]; ok {
				return k
			}
			return -1
		}
		for k := range onlyB {
			if jsonscan.SameName(a, x.Name, b, onlyB[k].Name) {
				return k
			}
		}
		return -1
	}
	for _, x := range onlyA {
		k := find(x)
		if k < 0 {
			if jsonscan.Check(a, x.value, depth-1, &d.namesA) < 0 {
				return false
			}
			d.head(a, x.Name, open)
			d.out = append(d.out, "null"...)
			continue
		}
		y := onlyB[k]
		onlyB[k].value = -1 // it has met
		d.same = 0
		if endA, _ := d.values(a, x, b, y, open, depth); endA < 0 {
			return false
		}
	}
	for _, y := range onlyB {
		if y.value < 0 {
			continue
		}
		if jsonscan.Check(b, y.value, depth-1, &d.namesB) < 0 || !d.set(b, y, open) {
			return false
		}
	}
	return true
}
