package bench

import (
	"bytes"
	"encoding/json"
	"slices"
	"unsafe"

	"github.com/bytedance/sonic"
	"github.com/bytedance/sonic/encoder"
	jsonpatch "github.com/evanphx/json-patch/v5"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	goccy "github.com/goccy/go-json"
	"github.com/valyala/fastjson"
	"github.com/wI2L/jsondiff"

	"github.com/metameld/metameld/metadata"
)

// Differ is one way to find the patch that leads from one text to another.
type Differ struct {
	Name string

	// Diff returns the text of a JSON Merge Patch that turns from into to. It may
	// append it to dst, which is empty, or return one of its own. It does not
	// change from or to.
	Diff func(dst, from, to []byte) ([]byte, error)

	JSONPatch bool // it makes a JSON Patch (RFC 6902) instead
	TooLarge  int  // as of a Merger
}

// Differs returns those that compare every level; that of metameld comes first.
// They are not for concurrent use.
func Differs() []Differ {
	return []Differ{
		{Name: oursDst, Diff: metadata.Deep.AppendDiff},
		{Name: "fastjson", Diff: new(fastjsonPair).diff, TooLarge: 8 << 20}, // time grows with the square
		{Name: "fastjson-lockstep", Diff: new(lockstepDiffer).texts},
		{Name: "evanphx", Diff: func(_, from, to []byte) ([]byte, error) { return jsonpatch.CreateMergePatch(from, to) }},
		{Name: "go-json-experiment", Diff: diffRaw[jsontext.Value](func(text []byte, v any) error {
			return jsonv2.Unmarshal(text, v, jsontext.AllowDuplicateNames(true))
		})},
		{Name: "encoding-json", Diff: diffRaw[json.RawMessage](json.Unmarshal)},
		{Name: "sonic-any", Diff: diffSonic},
		{Name: "goccy-any", Diff: diffGoccy},
		{Name: "jsondiff-merge", Diff: func(_, from, to []byte) ([]byte, error) { return jsondiff.MergePatchJSON(from, to) }},
		{Name: "jsondiff-patch", Diff: diffJSONPatch, JSONPatch: true},
	}
}

// diffJSONPatch makes a JSON Patch: another form, from comparable work.
func diffJSONPatch(_, from, to []byte) ([]byte, error) {
	patch, err := jsondiff.CompareJSON(from, to)
	if err != nil {
		return nil, err
	}
	return json.Marshal(patch)
}

// diffRaw compares members by their text, level by level, with a decoder that
// leaves values as text. It takes 1 and 1.0 for different, and the same array with
// other white space in it.
func diffRaw[R ~[]byte](unmarshal func(text []byte, v any) error) func(dst, from, to []byte) ([]byte, error) {
	var diff func(dst, from, to []byte) ([]byte, error)
	diff = func(dst, from, to []byte) ([]byte, error) {
		var a, b map[string]R
		if err := unmarshal(from, &a); err != nil {
			return dst, err
		}
		if err := unmarshal(to, &b); err != nil {
			return dst, err
		}
		w := startMembers(dst)
		for name, old := range a {
			v, ok := b[name]
			switch {
			case !ok:
				w.name([]byte(name))
				w.dst = append(w.dst, "null"...)
			case bytes.Equal(old, v):
			case old[0] == '{' && v[0] == '{':
				before := len(w.dst)
				w.name([]byte(name))
				inner := len(w.dst)
				var err error
				if w.dst, err = diff(w.dst, old, v); err != nil {
					return w.dst, err
				}
				w.keepUnlessEmpty(before, inner)
			default:
				w.name([]byte(name))
				w.dst = append(w.dst, v...)
			}
		}
		for name, v := range b {
			if _, ok := a[name]; !ok {
				w.name([]byte(name))
				w.dst = append(w.dst, v...)
			}
		}
		return append(w.dst, '}'), nil
	}
	return diff
}

// members appends the members of an object.
type members struct {
	dst   []byte
	first int
}

func startMembers(dst []byte) members { return members{append(dst, '{'), len(dst) + 1} }

// name appends the name of the next member.
func (w *members) name(name []byte) {
	if len(w.dst) > w.first {
		w.dst = append(w.dst, ',')
	}
	w.dst, _ = jsontext.AppendQuote(w.dst, name)
	w.dst = append(w.dst, ':')
}

// keepUnlessEmpty takes the member back whose value starts at inner where that
// is {}: the objects differ in their text only.
func (w *members) keepUnlessEmpty(before, inner int) {
	if len(w.dst) == inner+len("{}") {
		w.dst = w.dst[:before]
	}
}

// diffSonic decodes with the fastest settings of sonic and compares maps.
func diffSonic(dst, from, to []byte) ([]byte, error) {
	a, b, err := decode(sonic.ConfigFastest.Unmarshal, from, to)
	if err != nil {
		return dst, err
	}
	err = encoder.EncodeInto(&dst, diffMaps(a, b), 0)
	return dst, err
}

// diffGoccy is diffSonic with goccy/go-json.
func diffGoccy(_, from, to []byte) ([]byte, error) {
	a, b, err := decode(func(text []byte, v any) error { return goccy.Unmarshal(text, v) }, from, to)
	if err != nil {
		return nil, err
	}
	return goccy.MarshalWithOption(diffMaps(a, b), goccy.UnorderedMap(), goccy.DisableHTMLEscape())
}

// diffMaps returns the patch from a to b.
func diffMaps(a, b map[string]any) map[string]any {
	patch := map[string]any{}
	for name, old := range a {
		v, ok := b[name]
		if !ok {
			patch[name] = nil
			continue
		}
		x, isObject := old.(map[string]any)
		y, both := v.(map[string]any)
		if isObject && both {
			if inner := diffMaps(x, y); len(inner) > 0 {
				patch[name] = inner
			}
		} else if !same(old, v) {
			patch[name] = v
		}
	}
	for name, v := range b {
		if _, ok := a[name]; !ok {
			patch[name] = v
		}
	}
	return patch
}

// same reports whether two decoded values are equal.
func same(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for name, v := range x {
			if w, ok := y[name]; !ok || !same(v, w) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, same)
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}

// diff is what one writes with fastjson: it asks the other object for each name
// with Object.Get, which goes through all names. It compares numbers as float64
// and checks as little as fastjsonPair.merge.
func (f *fastjsonPair) diff(dst, from, to []byte) ([]byte, error) {
	a, b, err := f.parse(from, to)
	if err != nil {
		return dst, err
	}
	return getDiffer{}.diff(dst, a, b), nil
}

type getDiffer struct{}

func (d getDiffer) diff(dst []byte, a, b *fastjson.Object) []byte {
	w := startMembers(dst)
	a.Visit(func(key []byte, old *fastjson.Value) {
		w.compare(key, old, b.Get(stringOf(key)), d.diff)
	})
	b.Visit(func(key []byte, v *fastjson.Value) {
		if a.Get(stringOf(key)) == nil {
			w.name(key)
			w.dst = v.MarshalTo(w.dst)
		}
	})
	return append(w.dst, '}')
}

func stringOf(key []byte) string { return unsafe.String(unsafe.SliceData(key), len(key)) }

// compare appends the change of a member that the first object has.
func (w *members) compare(key []byte, old, v *fastjson.Value, diff func(dst []byte, a, b *fastjson.Object) []byte) {
	switch {
	case v == nil:
		w.name(key)
		w.dst = append(w.dst, "null"...)
	case old.Type() == fastjson.TypeObject && v.Type() == fastjson.TypeObject:
		x, _ := old.Object()
		y, _ := v.Object()
		before := len(w.dst)
		w.name(key)
		inner := len(w.dst)
		w.dst = diff(w.dst, x, y)
		w.keepUnlessEmpty(before, inner)
	case !sameFastjson(old, v):
		w.name(key)
		w.dst = v.MarshalTo(w.dst)
	}
}

func sameFastjson(a, b *fastjson.Value) bool {
	if a.Type() != b.Type() {
		return false
	}
	switch a.Type() {
	case fastjson.TypeString:
		x, _ := a.StringBytes()
		y, _ := b.StringBytes()
		return bytes.Equal(x, y)
	case fastjson.TypeNumber:
		return a.GetFloat64() == b.GetFloat64()
	case fastjson.TypeArray:
		x, _ := a.Array()
		y, _ := b.Array()
		return slices.EqualFunc(x, y, sameFastjson)
	case fastjson.TypeObject:
		x, _ := a.Object()
		y, _ := b.Object()
		equal := x.Len() == y.Len()
		x.Visit(func(key []byte, v *fastjson.Value) {
			if equal {
				w := y.Get(stringOf(key))
				equal = w != nil && sameFastjson(v, w)
			}
		})
		return equal
	}
	return true
}

// lockstepDiffer is the most that we could get out of fastjson's trees: it lists
// the members of the second object, expects each name where it left off, and makes
// a map of them only where they come in another order or many are missing.
type lockstepDiffer struct {
	fastjsonPair
	stack []fastjsonMember // those of the objects that are open, innermost last
}

func (d *lockstepDiffer) texts(dst, from, to []byte) ([]byte, error) {
	a, b, err := d.parse(from, to)
	if err != nil {
		return dst, err
	}
	return d.diff(dst, a, b), nil
}

type fastjsonMember struct {
	key   []byte
	value *fastjson.Value
	seen  bool
}

// few is how many names are looked up one by one.
const few = 16

func (d *lockstepDiffer) diff(dst []byte, a, b *fastjson.Object) []byte {
	start := len(d.stack)
	b.Visit(func(key []byte, v *fastjson.Value) { d.stack = append(d.stack, fastjsonMember{key, v, false}) })
	n := len(d.stack) - start
	var index map[string]int
	next, seen := 0, 0
	find := func(key []byte) int {
		if next < n && bytes.Equal(d.stack[start+next].key, key) {
			return next
		}
		if n <= few {
			return slices.IndexFunc(d.stack[start:start+n], func(m fastjsonMember) bool { return bytes.Equal(m.key, key) })
		}
		// The names may go on after one or two that are new.
		for i := next + 1; i < min(next+3, n); i++ {
			if bytes.Equal(d.stack[start+i].key, key) {
				return i
			}
		}
		if index == nil {
			index = make(map[string]int, n)
			for i := range n {
				index[stringOf(d.stack[start+i].key)] = i
			}
		}
		if i, ok := index[stringOf(key)]; ok {
			return i
		}
		return -1
	}
	w := startMembers(dst)
	a.Visit(func(key []byte, old *fastjson.Value) {
		i := find(key)
		var v *fastjson.Value
		if i >= 0 {
			m := &d.stack[start+i]
			v, m.seen, next, seen = m.value, true, i+1, seen+1
		}
		w.compare(key, old, v, d.diff)
	})
	if seen < n {
		for _, m := range d.stack[start : start+n] {
			if !m.seen {
				w.name(m.key)
				w.dst = m.value.MarshalTo(w.dst)
			}
		}
	}
	d.stack = d.stack[:start]
	return append(w.dst, '}')
}
