package bench

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/metadata"
)

var modes = []metadata.Mode{metadata.FirstLevel, metadata.Deep}

// Benchmark measures the operations of the table one by one.
func Benchmark(b *testing.B) {
	for _, op := range Ops {
		for _, size := range Sizes {
			b.Run(op+"/"+size, func(b *testing.B) {
				g, ok := NewGroup(op, size)
				if !ok {
					b.Skip("not measured")
				}
				for _, c := range g.Contenders {
					if c.Run != nil {
						b.Run(c.Name, func(b *testing.B) { c.benchmark(b, g.Bytes) })
					}
				}
			})
		}
	}
}

func (c Contender) benchmark(b *testing.B, bytes int) {
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if c.Prepare != nil && n%mostPrepared == 0 {
			b.StopTimer()
			if err := c.Prepare(mostPrepared); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		if err := c.Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// The tests below show that the measurements are comparable: the result of every
// contender equals that of a reference that does not use metameld.

func TestEveryMergerGivesTheSameObject(t *testing.T) {
	for _, d := range documents(t) {
		for _, m := range modes {
			patch := d.Patch(m)
			want := reference(t, m, d.Text, patch)
			for _, c := range Mergers(m) {
				t.Run(d.Name+"/"+m.String()+"/"+c.Name, func(t *testing.T) {
					if len(d.Text) > 8<<20 && !slices.Contains([]string{oursDst, "fastjson"}, c.Name) {
						t.Skip("slow")
					}
					doc, delta := bytes.Clone(d.Text), bytes.Clone(patch)
					buf := make([]byte, 0, len(doc)+len(delta))
					for range timesFor(d) { // also with what was pooled
						got, err := c.Merge(buf, doc, delta)
						if err != nil {
							t.Fatal(err)
						}
						equal(t, decoded(t, got), want)
					}
					if !bytes.Equal(doc, d.Text) || !bytes.Equal(delta, patch) {
						t.Error("an input changed")
					}
				})
			}
		}
	}
}

func TestEveryDifferFindsTheSameChanges(t *testing.T) {
	for _, d := range documents(t) {
		next := d.Next()
		from, to := decoded(t, d.Text).(map[string]any), decoded(t, next).(map[string]any)
		want := referenceDiff(from, to)
		equal(t, mergePatch(from, want), to)
		for _, c := range Differs() {
			t.Run(d.Name+"/"+c.Name, func(t *testing.T) {
				if len(d.Text) > 8<<20 && c.Name != oursDst && c.Name != "fastjson-lockstep" {
					t.Skip("slow")
				}
				x, y := bytes.Clone(d.Text), bytes.Clone(next)
				buf := make([]byte, 0, 64<<10)
				for range timesFor(d) {
					got, err := c.Diff(buf, x, y)
					if err != nil {
						t.Fatal(err)
					}
					if c.JSONPatch {
						equal(t, applied(t, d.Text, got), any(to))
						continue
					}
					equal(t, decoded(t, got), any(want))
				}
				if !bytes.Equal(x, d.Text) || !bytes.Equal(y, next) {
					t.Error("an input changed")
				}
			})
		}
	}
}

// TestUpdaters shows that metameld applies the whole update, and that its yardstick
// reads both texts and writes the profile without loss.
func TestUpdaters(t *testing.T) {
	for _, size := range []string{"2KB", "10KB"} {
		u, ok := NewUpdate(size)
		if !ok {
			t.Fatal(size)
		}
		before, want := decoded(t, u.Profile), any(updated(t, u.Profile, u.Payload))
		for _, c := range Updaters() {
			for range 2 {
				got, err := c.Update(u.Profile, u.Payload)
				if err != nil {
					t.Fatal(err)
				}
				if c.Name == decodeEncode {
					equal(t, decoded(t, got), before)
				} else {
					equal(t, decoded(t, got), want)
				}
			}
		}
	}
	if _, ok := NewUpdate("1MB"); ok {
		t.Error("no profile is so large")
	}
}

// TestDiffersOnSmallTexts covers cases that the documents lack: other orders, members
// that moved, equal objects with different texts.
func TestDiffersOnSmallTexts(t *testing.T) {
	var many, fewer, turned []string
	for i := range 40 {
		member := string(quote(wideName(i))) + `:{"n":` + string(quote(i)) + `}`
		many = append(many, member)
		turned = append([]string{member}, turned...)
		if i%7 != 0 {
			fewer = append(fewer, member)
		}
	}
	object := func(members []string) string { return "{" + strings.Join(members, ",") + "}" }
	tests := []struct{ from, to string }{
		{`{}`, `{"a":1}`},
		{`{"a":1}`, `{}`},
		{`{"a":{"b":1,"c":2}}`, `{"a":{"c":2,"b":3}}`},
		{`{"a":{"b":1,"c":2},"d":0}`, `{"d":0,"a":{"c":2,"b":1},"e":[1,{"f":true}]}`},
		{`{"a":{"b":{"c":{}}}}`, `{"a":{"b":{"c":{"d":"x"}}}}`},
		{`{"a":{"b":1}}`, `{"a":[{"b":1}]}`},
		{`{"a":1,"b":2,"c":3}`, `{"c":3,"n":1,"b":2,"a":1}`},
		{`{"q\"uote":1,"ü":2}`, `{"q\"uote":2}`},
		{object(many), object(turned)},
		{object(many), object(fewer)},
		{object(fewer), object(many)},
		{object(turned), object(fewer)},
	}
	for _, tt := range tests {
		from, to := decoded(t, []byte(tt.from)), decoded(t, []byte(tt.to))
		want := referenceDiff(from.(map[string]any), to.(map[string]any))
		for _, c := range Differs() {
			got, err := c.Diff(nil, []byte(tt.from), []byte(tt.to))
			if err != nil {
				t.Fatal(c.Name, err)
			}
			switch {
			case c.JSONPatch:
				equal(t, applied(t, []byte(tt.from), got), to)
			case len(got) == 0: // metameld writes nothing for equal texts
				equal(t, want, map[string]any{})
			default:
				if g := decoded(t, got); !reflect.DeepEqual(g, any(want)) {
					t.Errorf("%s, from %s to %s: %s", c.Name, tt.from, tt.to, got)
				}
			}
		}
	}
}

// TestMergersOnSmallTexts covers cases that the patches lack: nulls in new objects,
// objects that replace other values, at any level.
func TestMergersOnSmallTexts(t *testing.T) {
	tests := []struct {
		doc, patch string
		not        []string // who gets it wrong
	}{
		{`{}`, `{"a":1}`, nil},
		{`{"a":1,"b":2,"c":3}`, `{"b":null}`, nil},
		{`{"a":1,"b":2,"c":3}`, `{"a":null,"c":null}`, nil},
		{`{"a":1}`, `{"a":null}`, nil},
		{`{"a":1}`, `{"b":null}`, nil},
		{`{"a":1}`, `{"a":{"b":{"c":2}}}`, nil},
		{`{"a":{"b":1}}`, `{"a":{"c":{"d":[1]}},"e":{"f":1}}`, nil},
		{`{"a":{"b":{"c":1,"d":2}},"z":1}`, `{"a":{"b":{"c":null,"e":3}},"y":2}`, nil},
		{`{"a":{"b":1}}`, `{"a":[1,"x"]}`, nil},
		{`{"a":{"b":1}}`, `{"a":"x"}`, nil},
		{`{"a":1,"b":2}`, `{}`, nil},
		{` { "a" : 1 , "b" : { "c" : 2 } } `, `{"b":{"c":3}}`, nil},
		{`{"a.b":1,"c*":2,"d|e":{"#":1}}`, `{"a.b":2,"c*":null,"d|e":{"#":2,"@x":3}}`, nil},
		{`{"a":1}`, `{"n":{"x":null,"y":{"z":null,"w":1}}}`, nil},
		{`{"a":1}`, `{"a":{"x":null,"y":1}}`, nil},
		{`{"a":true,"b":"x","c":1}`, `{"a":false,"b":"","c":0}`, nil},
		{`{"a":[1],"b":{"c":1}}`, `{"a":[]}`, nil},
		{`{"a":[1],"b":{"c":1}}`, `{"b":[]}`, nil},
		{`{"a":[1],"b":"x"}`, `{"b":{}}`, nil},
		{`{"a":[1]}`, `{"a":[{"b":null}]}`, []string{"evanphx"}},
	}
	for _, tt := range tests {
		for _, m := range modes {
			want := reference(t, m, []byte(tt.doc), []byte(tt.patch))
			for _, c := range Mergers(m) {
				got, err := c.Merge(nil, []byte(tt.doc), []byte(tt.patch))
				if err != nil {
					t.Errorf("%s, %s, %s with %s: %v", m, c.Name, tt.doc, tt.patch, err)
					continue
				}
				if right := reflect.DeepEqual(decoded(t, got), want); right == slices.Contains(tt.not, strings.TrimSuffix(c.Name, "-fresh")) {
					t.Errorf("%s, %s, %s with %s: %s", m, c.Name, tt.doc, tt.patch, got)
				}
			}
		}
	}
}

// TestWhereContendersDiffer shows what the documents must avoid.
func TestWhereContendersDiffer(t *testing.T) {
	tests := []struct {
		doc, patch, want string
		wrong            []string // or an error
	}{
		{`{"n":9007199254740993}`, `{"a":1}`, `{"n":9007199254740993,"a":1}`,
			[]string{"encoding-json", "goccy-any", "sonic-any", "mergo", "structured-merge-diff"}},
		{`{"n":1e400}`, `{"a":1}`, `{"n":1e400,"a":1}`,
			[]string{"encoding-json", "goccy-any", "sonic-any", "mergo", "structured-merge-diff"}},
		{`{"a":1,"a":2}`, `{"a":3}`, ``,
			[]string{"fastjson", "jsontext", "sjson", "sonic-ast", "encoding-json", "goccy-any", "sonic-any", "mergo", "evanphx", "structured-merge-diff"}},
		{"{\"a\":\"\xff\"}", `{"b":1}`, ``,
			[]string{"fastjson", "sjson", "sonic-ast", "encoding-json", "goccy-any", "sonic-any", "mergo", "evanphx", "structured-merge-diff"}},
		{`{"a":01}`, `{"b":1}`, ``, []string{"fastjson", "sjson"}},
		{`{"a":1,}`, `{"b":1}`, ``, []string{"sjson"}},
	}
	for _, tt := range tests {
		for _, c := range Mergers(metadata.Deep) {
			got, err := c.Merge(nil, []byte(tt.doc), []byte(tt.patch))
			var right bool
			if tt.want == "" { // it is to be refused
				right = err != nil
			} else {
				right = err == nil && exactly(t, got, tt.want)
			}
			if right == slices.Contains(tt.wrong, strings.TrimSuffix(c.Name, "-fresh")) {
				t.Errorf("%s, %q with %s: %s, %v", c.Name, tt.doc, tt.patch, got, err)
			}
		}
	}
}

func TestScanners(t *testing.T) {
	for _, d := range documents(t) {
		for _, c := range Scanners() {
			if !c.Valid(d.Text) || c.Valid(d.Text[:len(d.Text)-1]) || c.Valid(append(bytes.Clone(d.Text), '}')) {
				t.Errorf("%s is wrong about %s", c.Name, d.Name)
			}
		}
	}
	loose := []string{"encoding-json", "goccy", "sonic", "gjson", "fastjson"}
	tests := []struct {
		text  string
		valid bool
		wrong []string
	}{
		{`{"a":[1,-0.5e+3,true,null,"\u00e4\ud83d\ude00"]}`, true, nil},
		{`{"a":01}`, false, nil},
		{`{"a":1,}`, false, nil},
		{`{"a":tru}`, false, nil},
		{"{\"a\":\"\n\"}", false, []string{"sonic"}},
		{`{"a":"\x"}`, false, []string{"sonic"}},
		{`{"a":"\u12g4"}`, false, []string{"sonic"}},
		{"{\"a\":\"\xff\"}", false, loose},
		{`{"a":"\ud800"}`, false, loose},
		{`{"a":1,"a":2}`, false, append([]string{"metameld-skip", "jsontext"}, loose...)},
		{strings.Repeat("[", 10001) + strings.Repeat("]", 10001), false, []string{"gjson", "fastjson"}},
	}
	for _, tt := range tests {
		for _, c := range Scanners() {
			if got := c.Valid([]byte(tt.text)); (got != tt.valid) != slices.Contains(tt.wrong, c.Name) {
				t.Errorf("%s has %v for %.40q", c.Name, got, tt.text)
			}
		}
	}
}

func TestEveryObjectMergerGivesTheSameObject(t *testing.T) {
	d, _ := NewDocument("2KB")
	for _, m := range modes {
		patch := d.Patch(m)
		if m == metadata.FirstLevel {
			patch = []byte(objectPatch)
		}
		want := reference(t, m, d.Text, patch)
		equal(t, want, reference(t, metadata.Deep, d.Text, patch))
		for _, c := range ObjectMergers(m) {
			t.Run(m.String()+"/"+c.Name, func(t *testing.T) {
				merge, err := c.Read(d.Text, patch)
				if err != nil {
					t.Fatal(err)
				}
				for range 3 {
					equal(t, encoded(t, merge()), want)
				}
			})
		}
	}
}

// TestObjectTexts shows that the object that metameld has gives the text that sjson
// makes.
func TestObjectTexts(t *testing.T) {
	for _, size := range []string{"2KB", "10KB"} {
		d, _ := NewDocument(size)
		patch := d.Patch(metadata.FirstLevel)
		want := reference(t, metadata.FirstLevel, d.Text, patch)
		list := ObjectTexts()
		if len(list) < 3 {
			t.Fatal(len(list))
		}
		for _, c := range list {
			merge, err := c.Read(d.Text)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				got, err := merge(make([]byte, 0, 20<<10), patch)
				if err != nil {
					t.Fatal(c.Name, err)
				}
				equal(t, decoded(t, got), want)
			}
		}
	}
}

// TestFresh shows that merges in memory, and verdicts, have inputs of their own in
// each run.
func TestFresh(t *testing.T) {
	for _, op := range []string{"object-first-level", "object-deep", "object-text", "validate"} {
		g, _ := NewGroup(op, "2KB")
		for _, c := range g.Contenders {
			if c.Prepare == nil {
				t.Errorf("%s, %s: runs share inputs", op, c.Name)
			}
		}
	}
	var g Group
	reads, runs := 0, []int{}
	g.addFresh("", Ours, func() (func() error, error) {
		reads++
		n := reads
		return func() error { runs = append(runs, n); return nil }, nil
	})
	for range 2 {
		if _, _, err := g.Contenders[0].run(3); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(runs, []int{1, 2, 3, 4, 5, 6}) {
		t.Error(runs)
	}
}

// TestObjectMergersCopy shows that merging does not change the base.
func TestObjectMergersCopy(t *testing.T) {
	d, _ := NewDocument("2KB")
	for _, name := range []string{"mergo", "copy-and-merge"} {
		base := decoded(t, d.Text).(map[string]any)
		delta := decoded(t, d.Patch(metadata.Deep)).(map[string]any)
		if name == "mergo" {
			mergeMergoMaps(base, delta)
		} else {
			mergeDecoded(metadata.Deep, copyMap(base), delta)
		}
		equal(t, any(base), decoded(t, d.Text))
	}
}

func TestEveryParserGivesTheSameObject(t *testing.T) {
	for _, d := range documents(t) {
		if len(d.Text) > 8<<20 {
			continue
		}
		want := decoded(t, d.Text)
		for _, c := range Parsers() {
			got, err := c.Parse(d.Text)
			if err != nil {
				t.Fatal(c.Name, err)
			}
			equal(t, encoded(t, got), want)
		}
	}
}

func TestDocuments(t *testing.T) {
	lengths := map[string][2]int{
		"2KB": {2000, 2150}, "10KB": {10000, 10500}, "1MB": {1 << 20, 1<<20 + 300}, "16MB": {16 << 20, 16<<20 + 300},
	}
	for _, d := range documents(t) {
		if n, want := len(d.Text), lengths[d.Name]; n < want[0] || n > want[1] {
			t.Errorf("%s has %d bytes", d.Name, n)
		}
		if again, _ := NewDocument(d.Name); !bytes.Equal(d.Text, again.Text) {
			t.Errorf("%s is another the second time", d.Name)
		}
		if !jsontext.Value(d.Text).IsValid() {
			t.Errorf("%s is not valid", d.Name)
		}
		if bytes.ContainsRune(d.Text, ' ') && !bytes.Equal(compact(t, d.Text), d.Text) {
			t.Errorf("%s has white space", d.Name)
		}
		if n := (len(d.Text) - 2000) / max(d.wide, 1); d.wide > 0 && (d.wide < 4000 || n < 220 || n > 280) {
			t.Errorf("%s has %d members of %d bytes", d.Name, d.wide, n)
		}
		for _, m := range modes {
			checkPatch(t, d, m)
		}
	}
}

// checkPatch checks the size of a patch, and that it changes and removes members of the
// document.
func checkPatch(t *testing.T, d Document, m metadata.Mode) {
	t.Helper()
	patch := d.Patch(m)
	least, most := 200, 300
	if d.wide > 0 {
		least, most = 900, 1300
	}
	if n := len(patch); n < least || n > most {
		t.Errorf("the %s patch of %s has %d bytes", m, d.Name, n)
	}
	doc, delta := decoded(t, d.Text).(map[string]any), decoded(t, patch).(map[string]any)
	removed, present := 0, 0
	var count func(doc, delta map[string]any)
	count = func(doc, delta map[string]any) {
		for name, v := range delta {
			old, ok := doc[name]
			if inner, isObject := v.(map[string]any); isObject && m == metadata.Deep {
				below, _ := old.(map[string]any)
				count(below, inner)
			}
			if ok {
				present++
			}
			if v == nil {
				removed++
				if !ok {
					t.Errorf("the %s patch of %s removes %s, which is not there", m, d.Name, name)
				}
			}
		}
	}
	count(doc, delta)
	if removed == 0 || present < 6 {
		t.Errorf("the %s patch of %s removes %d and changes %d", m, d.Name, removed, present)
	}
}

func TestGrown(t *testing.T) {
	d, _ := NewDocument("2KB")
	large := grown()
	if n := len(large); n < 8e6 {
		t.Errorf("%d bytes", n)
	}
	small, big := metadata.MustParse(string(d.Text)), metadata.MustParse(string(large))
	if small.Len() != big.Len() {
		t.Errorf("%d members and %d", small.Len(), big.Len())
	}
}

func TestMeasure(t *testing.T) {
	var all []Result
	for _, op := range Ops {
		g, ok := NewGroup(op, "2KB")
		if !ok {
			t.Fatal(op)
		}
		r, err := Measure(g, 2, time.Microsecond, 0)
		if err != nil {
			t.Fatal(err)
		}
		if r.Rounds != 2 {
			t.Errorf("%s: %d rounds", op, r.Rounds)
		}
		for _, c := range g.Contenders {
			if !r.Measured(c.Name) || r.Time(c.Name).Min <= 0 {
				t.Errorf("%s: %s was not measured", op, c.Name)
			}
		}
		Report(io.Discard, []Result{r})
		all = append(all, r)
	}
	var b bytes.Buffer
	Goals(&b, all)
	for _, op := range Ops {
		if !strings.Contains(b.String(), "| "+op+" ") {
			t.Errorf("no goal for %s", op)
		}
	}
}

func TestTooSlow(t *testing.T) {
	nothing := func() error { return nil }
	r, err := Measure(Group{Op: "parse", Size: "2KB", Contenders: []Contender{
		{Name: "metameld", Role: Ours, Run: nothing}, {Name: "encoding-json"}, {Name: "goccy", Run: nothing},
	}}, 2, time.Microsecond, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if r.Rounds <= 2 || len(r.times["goccy"]) != r.Rounds {
		t.Errorf("%d rounds, %d times", r.Rounds, len(r.times["goccy"]))
	}
	var b strings.Builder
	Report(&b, []Result{r})
	Goals(&b, []Result{r})
	if n := strings.Count(b.String(), "too slow"); n != 3 || !strings.Contains(b.String(), "not measured") { // ratio, list, goal
		t.Errorf("%d times too slow:\n%s", n, b.String())
	}
}

func TestOrder(t *testing.T) {
	first := map[int]bool{}
	for round := range 5 {
		list := order(5, round)
		first[list[0]] = true
		slices.Sort(list)
		if !slices.Equal(list, []int{0, 1, 2, 3, 4}) {
			t.Error(list)
		}
	}
	if len(first) < 3 {
		t.Error("the first hardly changes")
	}
}

func TestSpread(t *testing.T) {
	if got := spread([]float64{3, 1, 2}); got != (Spread{2, 1, 3}) {
		t.Error(got)
	}
	if got := spread([]float64{4, 1, 2, 3}); got != (Spread{2.5, 1, 4}) {
		t.Error(got)
	}
	for ns, want := range map[float64]string{7: "7.00 ns", 45.67: "45.7 ns", 5400: "5.40 µs", 999.9: "1.00 µs", 31.04e6: "31.0 ms", 2.5e9: "2.50 s"} {
		if got := duration(ns); got != want {
			t.Errorf("%v: %s", ns, got)
		}
	}
}

// documents returns the documents, without the largest in short tests.
func documents(t *testing.T) []Document {
	t.Helper()
	var ds []Document
	for _, size := range Sizes {
		if size == "16MB" && !long.Enabled() {
			continue
		}
		d, ok := NewDocument(size)
		if !ok {
			t.Fatal(size)
		}
		ds = append(ds, d)
	}
	return ds
}

func timesFor(d Document) int {
	if d.wide > 0 {
		return 1
	}
	return 3
}

// reference merges decoded values by the rules of the mode.
func reference(t *testing.T, m metadata.Mode, doc, patch []byte) any {
	t.Helper()
	base, delta := decoded(t, doc).(map[string]any), decoded(t, patch).(map[string]any)
	if m == metadata.Deep {
		return mergePatch(base, delta)
	}
	if len(delta) == 0 {
		return any(delta)
	}
	result := maps.Clone(base)
	maps.Copy(result, delta)
	maps.DeleteFunc(result, func(name string, _ any) bool {
		v, named := delta[name]
		return named && v == nil
	})
	return any(result)
}

// mergePatch is the algorithm of RFC 7396, section 2.
func mergePatch(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	result := map[string]any{}
	if object, ok := target.(map[string]any); ok {
		maps.Copy(result, object)
	}
	for name, v := range p {
		if v == nil {
			delete(result, name)
		} else {
			result[name] = mergePatch(result[name], v)
		}
	}
	return result
}

// referenceDiff is the smallest patch from one decoded object to another, where
// nothing becomes null.
func referenceDiff(from, to map[string]any) map[string]any {
	patch := map[string]any{}
	for name := range from {
		if _, ok := to[name]; !ok {
			patch[name] = nil
		}
	}
	for name, v := range to {
		old, ok := from[name]
		if ok && reflect.DeepEqual(old, v) {
			continue
		}
		x, isObject := old.(map[string]any)
		y, both := v.(map[string]any)
		if isObject && both {
			v = any(referenceDiff(x, y))
		}
		patch[name] = v
	}
	return patch
}

// decoded returns the value of a text without duplicate names.
func decoded(t *testing.T, text []byte) any {
	t.Helper()
	if !jsontext.Value(text).IsValid() {
		t.Fatalf("not valid: %.200q", text)
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// encoded returns v, encoded and decoded again.
func encoded(t *testing.T, v any) any {
	t.Helper()
	return decoded(t, marshal(t, v))
}

// applied returns the document as a JSON Patch makes it.
func applied(t *testing.T, doc, text []byte) any {
	t.Helper()
	p, err := jsonpatch.DecodePatch(text)
	if err != nil {
		t.Fatal(err)
	}
	result, err := p.Apply(doc)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, result)
}

// exactly reports whether got equals want, with numbers spelled the same.
func exactly(t *testing.T, got []byte, want string) bool {
	t.Helper()
	numbers := func(text []byte) (v any) {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	return reflect.DeepEqual(numbers(got), numbers([]byte(want)))
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		g, _ := json.Marshal(got)
		w, _ := json.Marshal(want)
		t.Fatalf("got %.2000s\nwant %.2000s", g, w)
	}
}

func compact(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
