package metadata

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/metameld/metameld/internal/jsonscan"
)

// modes are all modes that act differently, in the order by which the seeds of
// the fuzz targets choose one.
var modes = func() (list []Mode) {
	for _, depth := range []Mode{0, AllLevels, Replace} {
		for _, wins := range []Mode{0, BaseWins} {
			for _, nulls := range []Mode{0, StripNulls} {
				for _, empty := range []Mode{0, IgnoreEmpty} {
					for _, lists := range []Mode{0, AppendLists, UnionLists} {
						if m := depth | wins | nulls | empty | lists; m == m.effective() {
							list = append(list, m)
						}
					}
				}
			}
		}
	}
	return list
}()

// presetAt returns the preset that a fuzz input chooses.
func presetAt(which uint8) Mode { return []Mode{FirstLevel, Deep, Replace, Fill}[which%4] }

// documents seed the fuzz targets.
var documents = []string{
	``, `{}`, `{"a":1}`, `{"a":null}`, `{"a":{}}`, `{"a":{"b":null}}`, `{"a":{"b":1,"c":2},"k":"v"}`, `{"a":{"b":{"c":null,"d":[]}}}`,
	`{"a":[1,null,{"x":null}]}`, `{"n":9007199254740993,"e":1e400}`, `{"a":1.0,"b":1e0}`, `{"\u0061":1,"é":"\ud83d\ude00","":0}`,
	`{",a":1,",":[","],":,":{",":2}}`, `{ "a" : 1 , "b" : [ 1 , 2 ] , "c" : { "d" : { } } }`, `{"a":{"b":{"c":{"d":1}}}}`, `{"a":{"b":{"c":{"d":2,"e":null}}}}`,
	`{"a":{"x":1,"y":2},"b":{"x":1},"c":3}`, `{"c":3,"b":{"x":1.0},"a":{"y":2,"x":1}}`, `{"a":"{","b":"}","c":"\"","d":",:"}`,
	`{"k0":0,"k1":1,"k2":2,"k3":3,"k4":4,"k5":5,"k6":6,"k7":7,"k8":8,"k9":9,"ka":0,"kb":0,"kc":0,"kd":0,"ke":0,"kf":0,"kg":{"x":null},"kh":1}`,
	`{"a":[1,2]}`, `{"a":[1,2,3]}`, `{"a":[1,2.0,2,{"x":null,"y":1}]}`, `{"a":[[],{},"",null,null]}`, `{"a":{"l":[1]},"b":[]}`, `{"a":{"l":[1,{"n":null}]},"b":[ 1 ]}`,
	`{"a":[{"":null}]}`, `{"a":[{}]}`, `{"0":null}`, `{"":{"0":1},"1":[]}`, `{"a":{"b":{"c":{"d":1,"f":2},"g":3}},"h":{"i":1}}`, `{"h":{"i":2},"a":{"b":{"c":{"f":2,"d":1},"g":4}}}`, `{"a":{"b":[null]},"h":null}`,
	`{"kh":null,"kg":{"x":1},"kf":null,"ke":1,"kd":1,"kc":1,"kb":1,"ka":1,"k9":1,"k8":1,"k7":1,"k6":1,"k5":1,"k4":1,"k3":1,"k2":1,"k1":1,"k0":1}`,
}

// read parses the text of a fuzz input; "" is absent.
func read(t *testing.T, text []byte) (Object, bool) {
	if len(text) == 0 {
		return Object{}, true
	}
	o, err := Parse(text)
	if err != nil {
		var es Errors
		if !errors.As(err, &es) || len(es) == 0 {
			t.Fatalf("Parse returns %v, which is no Errors", err)
		}
		return Object{}, false
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil || o.String() != compact.String() {
		t.Fatalf("Parse(%q) = %q, want it without white space", text, o)
	}
	return o, true
}

// wellFormed fails unless the text of o is JSON without white space.
func wellFormed(t *testing.T, o Object) {
	t.Helper()
	if back, ok := read(t, []byte(o.String())); !ok || back.String() != o.String() || o.Size() != len(o.String()) {
		t.Fatalf("what was made is not JSON without white space, or its size is not %d: %s", o.Size(), o)
	}
}

// alike is equality as the laws define it: absent equals {}.
func alike(x, y Object) bool { return x.Len() == 0 && y.Len() == 0 || x.Equal(y) }

func fuzz(f *testing.F, check func(t *testing.T, m Mode, x, y Object)) {
	for i, a := range documents {
		for j, b := range documents {
			f.Add(uint8(i*len(documents)+j), []byte(a), []byte(b))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, a, b []byte) {
		x, ok := read(t, a)
		if !ok {
			return
		}
		y, ok := read(t, b)
		if !ok {
			return
		}
		before := x.String() + "\x00" + y.String()
		check(t, modes[int(which)%len(modes)], x, y)
		check(t, presetAt(which), x, y)
		if x.String()+"\x00"+y.String() != before {
			t.Fatal("an input changed")
		}
	})
}

// Law 1: Merge(x, Diff(x, y)) = y; Diff(x, x) is zero; a Diff wipes only where y has no
// members.
func FuzzDiffThenMerge(f *testing.F) { fuzz(f, diffThenMerge) }

func diffThenMerge(t *testing.T, m Mode, x, y Object) {
	if d, err := m.Diff(x, x); err != nil || !d.IsZero() {
		t.Fatalf("%v: Diff(x, x) = %q, %v", m, d, err)
	}
	d, err := m.Diff(x, y)
	wellFormed(t, d.Object())
	if d.IsWipe() && y.Len() > 0 {
		t.Fatalf("%v: Diff(%s, %s) wipes", m, x, y)
	}
	for _, name := range names(d.Object()) {
		was, _ := x.Get(name)
		is, _ := y.Get(name)
		if was.Equal(is) && m&Replace == 0 {
			t.Fatalf("%v: Diff(%s, %s) = %s names %s, which is the same", m, x, y, d, name)
		}
	}
	got := m.Merge(x, d)
	if err == nil {
		if !alike(got, y) {
			t.Fatalf("%v: Merge(%s, %s) = %s, want %s", m, x, d, got, y)
		}
		return
	}
	// Each difference that is left is missed, or lies around or inside a missed place.
	missed := Unreachable(err)
	if len(missed) == 0 {
		t.Fatalf("%v: an error that names nothing: %v", m, err)
	}
	for _, c := range Changes(got, y) {
		found := false
		for _, p := range missed {
			if p == "" || p == c.Pointer || strings.HasPrefix(c.Pointer, p+"/") || len(p) > len(c.Pointer) && p[:len(c.Pointer)+1] == c.Pointer+"/" {
				found = true
			}
		}
		if !found {
			t.Fatalf("%v: %s is missed and not named in %v", m, c.Pointer, missed)
		}
	}
	for _, p := range missed {
		if got.At(p).Equal(y.At(p)) {
			t.Fatalf("%v: Diff(%s, %s) = %s lists %s, which it does not miss", m, x, y, d, p)
		}
	}
	// There is no error where the goal itself, or the Delta of Deep, would reach it.
	deep, _ := Deep.Diff(x, y)
	for _, d := range []Delta{DeltaOf(y), overlaid(d, y), deep} {
		if alike(m.Merge(x, d), y) {
			t.Fatalf("%v: Diff(%s, %s) misses %s, and %s does not", m, x, y, missed, d)
		}
	}
}

// overlaid returns d with the members of o, null members included.
func overlaid(d Delta, o Object) Delta {
	for _, m := range o.members() {
		d = Delta{d.obj.set(m)}
	}
	return d
}

// Law 2: Merge(Merge(x, d), d) = Merge(x, d), except for lists that are appended.
func FuzzMergeTwice(f *testing.F) { fuzz(f, mergeTwice) }

func mergeTwice(t *testing.T, m Mode, x, y Object) {
	d := DeltaOf(y)
	once := m.Merge(x, d)
	if m&Replace == 0 && m&AppendLists != 0 {
		return
	}
	if twice := m.Merge(once, d); !twice.Equal(once) {
		t.Fatalf("%v: %s with %s = %s, again = %s", m, x, d, once, twice)
	}
}

// Law 8: decode then encode is lossless, encode then decode is identity.
func FuzzRoundTrip(f *testing.F) {
	fuzz(f, func(t *testing.T, _ Mode, x, _ Object) {
		back, ok := read(t, []byte(x.String()))
		if !ok || !back.Equal(x) || back.String() != x.String() {
			t.Fatalf("%s reads back as %s", x, back)
		}
		if x.IsZero() {
			return
		}
		text, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		var again Object
		if err := json.Unmarshal(text, &again); err != nil || !again.Equal(x) {
			t.Fatalf("%s through encoding/json: %s, %v", x, again, err)
		}
		fromMap, err := From(x.Map())
		if err != nil || !fromMap.Equal(x) {
			t.Fatalf("%s through a map: %s, %v", x, fromMap, err)
		}
		if clone := x.Clone(); !clone.Equal(x) {
			t.Fatalf("Clone(%s) = %s", x, clone)
		}
	})
}

// Law 3: Merge(Merge(x, d), e) equals merging Compose(d, e) in order.
func FuzzCompose(f *testing.F) {
	for i, a := range documents {
		for j, b := range documents {
			f.Add(uint8(i*len(documents)+j), []byte(a), []byte(b), []byte(documents[(i+2*j+1)%len(documents)]))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, a, b, c []byte) {
		x, ok := read(t, a)
		y, ok2 := read(t, b)
		z, ok3 := read(t, c)
		if !ok || !ok2 || !ok3 {
			return
		}
		for _, m := range []Mode{modes[int(which)%len(modes)], presetAt(which)} {
			compose(t, m, x, y, z)
		}
	})
}

func compose(t *testing.T, m Mode, x, y, z Object) {
	d, e := DeltaOf(y), DeltaOf(z)
	want := m.Merge(m.Merge(x, d), e)
	got := x
	list := m.Compose(d, e)
	if len(list) > 2 || len(list) == 2 && !needTwo(m, y.Map(), z.Map()) || len(list) > 0 && y.IsZero() && z.IsZero() {
		t.Fatalf("%v: Compose(%s, %s) = %s, which are too many", m, d, e, list)
	}
	for _, d := range list {
		if len(list) == 1 {
			wellFormed(t, d.Object())
		}
		got = m.Merge(got, d)
	}
	if !alike(got, want) {
		t.Fatalf("%v: Compose(%s, %s) = %s; merged into %s it gives %s, not %s", m, d, e, list, x, got, want)
	}
}

// Law 4: FirstLevel.Merge(x, FromDeep(x, d)) = Deep.Merge(x, d), also in every other
// mode that can express it.
func FuzzFromDeep(f *testing.F) { fuzz(f, fromDeep) }

func fromDeep(t *testing.T, m Mode, x, y Object) {
	d := DeltaOf(y)
	want := Deep.Merge(x, d)
	delta, err := m.FromDeep(x, d)
	wellFormed(t, delta.Object())
	if m == FirstLevel && err != nil {
		t.Fatalf("FromDeep(%s, %s): %v", x, d, err)
	}
	if m == FirstLevel && delta.IsWipe() {
		t.Fatalf("FromDeep(%s, %s) wipes", x, d)
	}
	if err == nil && !alike(m.Merge(x, delta), want) {
		t.Fatalf("%v: FromDeep(%s, %s) = %s gives %s, want %s", m, x, d, delta, m.Merge(x, delta), want)
	}
	if err != nil && len(Unreachable(err)) == 0 {
		t.Fatalf("%v: an error that names nothing: %v", m, err)
	}
	for _, name := range names(delta.Object()) {
		_, named := y.Get(name)
		was, _ := x.Get(name)
		is, _ := want.Get(name)
		if m&(AllLevels|Replace|BaseWins) == 0 && !named || m&Replace == 0 && m != Deep && was.Equal(is) {
			t.Fatalf("%v: FromDeep(%s, %s) = %s names %s without need", m, x, d, delta, name)
		}
	}
}

// Merge3 keeps the changes of each side, agrees with its slow twin, and is symmetric where
// there is no conflict.
func FuzzMerge3(f *testing.F) {
	for i, a := range documents {
		for j, b := range documents {
			f.Add([]byte(a), []byte(b), []byte(documents[(i+2*j+1)%len(documents)]))
		}
	}
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		base, ok := read(t, a)
		ours, ok2 := read(t, b)
		theirs, ok3 := read(t, c)
		if !ok || !ok2 || !ok3 {
			return
		}
		for _, x := range []struct{ ours, theirs, want Object }{{ours, base, ours}, {base, theirs, theirs}, {ours, ours, ours}} {
			if got, conflicts := Merge3(base, x.ours, x.theirs); len(conflicts) > 0 || !alike(got, x.want) {
				t.Fatalf("Merge3(%s, %s, %s) = %s, %v", base, x.ours, x.theirs, got, conflicts)
			}
		}
		got, conflicts := Merge3(base, ours, theirs)
		decoded, n := merge3Twin(base.Map(), ours.Map(), theirs.Map())
		want, err := From(decoded)
		if err != nil {
			t.Fatal(err)
		}
		if !alike(got, want) || n != len(conflicts) {
			t.Fatalf("Merge3(%s, %s, %s) = %s, %v; the twin has %s, %d", base, ours, theirs, got, conflicts, want, n)
		}
		wellFormed(t, got)
		if back, _ := Merge3(base, theirs, ours); n == 0 && !alike(back, got) {
			t.Fatalf("Merge3(%s, %s, %s) = %s, the other way %s", base, ours, theirs, got, back)
		}
		for _, p := range conflicts { // there the result has ours
			x, inOurs := at(ours, p)
			y, inGot := at(got, p)
			if inOurs != inGot || !x.Equal(y) {
				t.Fatalf("at %s the result has %s, ours %s", p, y, x)
			}
		}
	})
}

// at returns the value at a JSON Pointer.
func at(o Object, pointer string) (Value, bool) {
	var path []string
	for _, token := range strings.Split(pointer, "/")[1:] {
		path = append(path, strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
	}
	return o.Get(path...)
}

// Law 9: Deep agrees with the algorithm of RFC 7396.
func FuzzDeep(f *testing.F) {
	fuzz(f, func(t *testing.T, _ Mode, x, y Object) {
		if y.IsZero() {
			return
		}
		want, err := From(mergePatch(x.Map(), y.Map()).(map[string]any))
		if err != nil {
			t.Fatal(err)
		}
		if got := Deep.Merge(x, DeltaOf(y)); !got.Equal(want) {
			t.Fatalf("Merge(%s, %s) = %s, by RFC 7396 %s", x, y, got, want)
		}
	})
}

// Merge, AppendMerge and the slow twin agree in every mode.
func FuzzMergeTwins(f *testing.F) { fuzz(f, mergeTwins) }

func mergeTwins(t *testing.T, m Mode, x, y Object) {
	got := m.Merge(x.Clone(), DeltaOf(y.Clone()))
	wellFormed(t, got)
	if again := m.Merge(x, DeltaOf(y)); again.String() != got.String() || again.IsZero() != got.IsZero() {
		t.Fatalf("%v: Merge(%s, %s) = %s, the second time %s", m, x, y, got, again)
	}
	want, err := From(twin(m, x.Map(), y.Map()))
	if err != nil {
		t.Fatal(err)
	}
	if !got.Equal(want) {
		t.Fatalf("%v: Merge(%s, %s) = %s, the twin has %s", m, x, y, got, want)
	}
	text, err := m.AppendMerge([]byte("x"), []byte(x.String()), []byte(y.String()))
	if err != nil || text[0] != 'x' {
		t.Fatal(string(text), err)
	}
	inRoom, err := m.AppendMerge(append(make([]byte, 0, 1<<10), 'x'), []byte(x.String()), []byte(y.String()))
	if err != nil || !bytes.Equal(inRoom, text) {
		t.Fatalf("%v: AppendMerge(%s, %s) = %s, where dst has room %s, %v", m, x, y, text, inRoom, err)
	}
	if x.IsZero() && y.IsZero() {
		return
	}
	spliced, err := Parse(text[1:])
	if err != nil {
		t.Fatalf("%v: AppendMerge(%s, %s) = %s: %v", m, x, y, text[1:], err)
	}
	if !spliced.Equal(want) || compact(t, spliced) != compact(t, got) {
		t.Fatalf("%v: AppendMerge(%s, %s) = %s, Merge has %s, the twin has %s", m, x, y, spliced, got, want)
	}
	if m&Replace != 0 || y.IsZero() {
		return
	}
	// Members that stay keep their order; new ones come last, in the order of y.
	var order []string
	for _, o := range []Object{x, y} {
		for _, name := range names(o) {
			if _, there := got.Get(name); there && !slices.Contains(order, name) {
				order = append(order, name)
			}
		}
	}
	if names := names(got); !slices.Equal(names, order) {
		t.Fatalf("%v: Merge(%s, %s) has %q in this order, want %q", m, x, y, names, order)
	}
}

// compact returns the text of o without white space, to compare the order of members.
func compact(t *testing.T, o Object) string {
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(o.String())); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// names returns the names of the members in their order.
func names(o Object) (list []string) {
	for name := range o.All() {
		list = append(list, name)
	}
	return list
}

// AppendMerge of any two texts agrees with Merge, or refuses invalid ones.
func FuzzAppendMerge(f *testing.F) {
	for i, a := range documents {
		for j := range 4 {
			f.Add(uint8(i*4+j), []byte(a), []byte(documents[(i*5+2+j)%len(documents)]))
		}
	}
	f.Add(uint8(0), []byte(`{"a":1,"a":2}`), []byte(`{"b":1}`))
	f.Add(uint8(0), []byte(`{"a":{"b":1,"b":2}}`), []byte(`{"c":1}`))
	f.Add(uint8(0), []byte(`{ "a" : 1, "b" : 2 } `), []byte(` { "a" : null } `))
	f.Fuzz(func(t *testing.T, which uint8, doc, patch []byte) {
		docBefore, patchBefore := bytes.Clone(doc), bytes.Clone(patch)
		x, docErr := Parse(doc)
		d, patchErr := ParseDelta(patch)
		if len(doc) == 0 {
			docErr = nil // an absent object
		}
		if len(patch) == 0 {
			patchErr = nil // the zero Delta
		}
		for _, m := range []Mode{modes[int(which)%len(modes)], presetAt(which)} {
			got, err := m.AppendMerge(nil, doc, patch)
			if !bytes.Equal(doc, docBefore) || !bytes.Equal(patch, patchBefore) {
				t.Fatal("an input changed")
			}
			switch {
			case err != nil && docErr == nil && patchErr == nil:
				t.Fatalf("%v: refuses %s and %s: %v", m, doc, patch, err)
			case err != nil && got != nil:
				t.Fatal("a result beside an error")
			case err != nil:
			case patchErr != nil:
				t.Fatalf("%v: accepts the patch %s, ParseDelta returns %v", m, patch, patchErr)
			case docErr != nil && !errors.Is(docErr, ErrDuplicateName): // duplicates may pass in values that were copied unread
				t.Fatalf("%v: accepts the document %s, Parse returns %v", m, doc, docErr)
			case docErr == nil && (len(doc) > 0 || len(patch) > 0):
				o, err := Parse(got)
				if err != nil {
					t.Fatalf("%v: AppendMerge(%s, %s) = %s: %v", m, doc, patch, got, err)
				}
				if want := m.Merge(x, d); !o.Equal(want) {
					t.Fatalf("%v: AppendMerge(%s, %s) = %s, Merge has %s", m, doc, patch, o, want)
				}
			}
		}
	})
}

// Changes lists every difference once, and nothing else.
func FuzzChanges(f *testing.F) {
	fuzz(f, func(t *testing.T, _ Mode, x, y Object) {
		list := Changes(x, y)
		if (len(list) == 0) != alike(x, y) {
			t.Fatalf("Changes(%s, %s) = %v", x, y, list)
		}
		seen := map[string]bool{}
		for _, c := range list {
			if seen[c.Pointer] {
				t.Fatalf("%s twice", c.Pointer)
			}
			seen[c.Pointer] = true
			if c.From.IsZero() != (c.Kind == Added) || c.To.IsZero() != (c.Kind == Removed) || c.Kind == Replaced && c.From.Equal(c.To) {
				t.Fatalf("Changes(%s, %s): %v from %s to %s", x, y, c, c.From, c.To)
			}
		}
		back := Changes(y, x)
		if len(back) != len(list) {
			t.Fatalf("%d changes there, %d back", len(list), len(back))
		}
	})
}

// AppendDiff of any two texts agrees with Diff.
func FuzzAppendDiff(f *testing.F) {
	for i, a := range documents {
		for j, b := range documents {
			f.Add(uint8(i+j), []byte(a), []byte(b))
		}
	}
	f.Add(uint8(0), []byte(`{"a":1,"b":2,"c":3}`), []byte(`{"b":2,"c":3,"a":1}`))
	f.Add(uint8(1), []byte(`{"a":1,"b":{"x":1,"y":[2]},"c":3}`), []byte(`{"z":0,"b":{"y":[2] ,"x":1.0,"w":{}},"c":4}`))
	f.Add(uint8(0), []byte(`{"a":1,"b":{"c":1,"c":2}}`), []byte(`{"a":2,"b":{"c":1,"c":2}}`))
	f.Add(uint8(0), []byte(`{"a":1,"b":1}`), []byte(`{"b":1,"x":1,"b":1}`))
	f.Add(uint8(1), []byte(`{"ab":1,"cd":1}`), []byte(`{"ac":1,"cd":1}`))
	f.Fuzz(func(t *testing.T, which uint8, a, b []byte) {
		m := modes[int(which)%len(modes)]
		if which%3 > 0 {
			m = []Mode{FirstLevel, Deep}[which%2]
		}
		checkAppendDiff(t, m, a, b)
	})
}

// AppendDiff agrees with Diff for texts longer than the blocks that it compares at once.
// The members of a and b stand between two long ones.
func FuzzAppendDiffLong(f *testing.F) {
	for i, a := range documents {
		for j, b := range documents {
			if longRun || (i+j)%4 == 0 {
				f.Add(i%2 == 0, uint16(compared-5*i), uint16(compared-7*j), []byte(a), []byte(b))
			}
		}
	}
	for k := range uint16(40) {
		f.Add(true, compared-k, uint16(100), []byte(`{"n":{"x":"y"},"a":1}`), []byte(`{"n":{"x":"y"},"b":2}`))
		f.Add(true, compared-2*near+8*k, uint16(0), []byte(`{"a":{"b":1,"c":[1]},"d":1}`), []byte(`{"a":{"b":1 ,"c":[1]},"before":1}`))
	}
	f.Fuzz(func(t *testing.T, deep bool, before, after uint16, a, b []byte) {
		m := FirstLevel
		if deep {
			m = Deep
		}
		between := func(text []byte) []byte {
			text = bytes.TrimSuffix(bytes.TrimPrefix(text, []byte("{")), []byte("}"))
			return slices.Concat([]byte(`{"before":"`), bytes.Repeat([]byte("x"), int(before)), []byte(`","o":{`), text, []byte(`},`),
				text, []byte(`,"after":["`), bytes.Repeat([]byte("x"), int(after)), []byte(`"]}`))
		}
		checkAppendDiff(t, m, between(a), between(b))
	})
}

// AppendDiff agrees with Diff for members in another order, few and many.
func TestOtherOrders(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 3, 15, 16, 17, 18, 40} {
		members := func(from int, other string) (list []string) {
			for i := range n {
				value := fmt.Sprint(i)
				if i%5 == 1 {
					value = `{"x":` + other + `,"y":[]}`
				}
				list = append(list, fmt.Sprintf(`"k%d":%s`, from+i, value))
			}
			return list
		}
		back, half := members(0, "2"), members(0, "3")
		slices.Reverse(back)
		half = append(half[n/2:], half[:n/2]...)
		lists := [][]string{members(0, "1"), back, half, members(1, "1"), members(n/2, "1"), members(n, "1"), append(members(n, "1"), back...), back[1:], half[:n-1]}
		for _, a := range lists {
			for _, b := range lists {
				x, y := []byte("{"+strings.Join(a, ",")+"}"), []byte("{ "+strings.Join(b, " , ")+" }")
				inA, inB := []byte(`{"o":`+string(x)+`,"p":1}`), []byte(`{"p":1,"o":`+string(y)+`}`)
				for _, m := range []Mode{FirstLevel, Deep} {
					checkAppendDiff(t, m, x, y)
					checkAppendDiff(t, m, inA, inB)
				}
				if a, errA := Parse(x); errA == nil {
					if b, errB := Parse([]byte(`{"p":` + string(y) + `,"o":` + string(y) + `}`)); errB == nil {
						mergeTwins(t, Deep, MustParse(`{"o":`+a.String()+`,"p":`+a.String()+`}`), b)
					}
				}
			}
		}
	}
}

func checkAppendDiff(t *testing.T, m Mode, a, b []byte) {
	before := string(a) + "\x00" + string(b)
	got, err := m.AppendDiff([]byte("x"), a, b)
	if string(a)+"\x00"+string(b) != before {
		t.Fatal("an input changed")
	}
	if got[0] != 'x' {
		t.Fatal("what dst held is gone")
	}
	x, errX := parseOptional(a, new(jsonscan.Names))
	y, errY := parseOptional(b, new(jsonscan.Names))
	if errX != nil || errY != nil {
		onlyDuplicates := (errX == nil || errors.Is(errX, ErrDuplicateName)) && (errY == nil || errors.Is(errY, ErrDuplicateName))
		if err == nil && !onlyDuplicates {
			t.Fatalf("%v: AppendDiff(%s, %s) = %s; Parse returns %v, %v", m, a, b, got, errX, errY)
		}
		if err != nil && string(got) != "x" {
			t.Fatalf("%v: %s beside the error %v", m, got, err)
		}
		return
	}
	want, wantErr := m.Diff(x, y)
	if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
		t.Fatalf("%v: AppendDiff(%s, %s): %v; Diff has %v", m, a, b, err, wantErr)
	}
	var delta Delta
	if len(got) > 1 {
		if delta, err = ParseDelta(got[1:]); err != nil {
			t.Fatalf("%v: AppendDiff(%s, %s) = %s: %v", m, a, b, got, err)
		}
	}
	if !delta.Equal(want) {
		t.Fatalf("%v: AppendDiff(%s, %s) = %s, Diff has %s", m, a, b, delta, want)
	}
}
