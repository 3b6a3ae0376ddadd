package bench

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/metameld/metameld/metadata"
)

var modes = []metadata.Mode{metadata.FirstLevel, metadata.Deep}

// BenchmarkMerge measures each contender, and as a yardstick for each document how
// long encoding/json takes to say only that it is JSON.
func BenchmarkMerge(b *testing.B) {
	for _, m := range modes {
		patch := Patch(m)
		for _, d := range Documents() {
			for _, c := range Contenders(m) {
				b.Run(m.String()+"/"+d.Name+"/"+c.Name, func(b *testing.B) {
					buf := make([]byte, 0, len(d.Text)+len(patch))
					b.SetBytes(int64(len(d.Text)))
					b.ReportAllocs()
					for b.Loop() {
						if _, err := c.Merge(buf, d.Text, patch); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			b.Run(m.String()+"/"+d.Name+"/json.Valid", func(b *testing.B) {
				b.SetBytes(int64(len(d.Text)))
				b.ReportAllocs()
				for b.Loop() {
					if !json.Valid(d.Text) {
						b.Fatal("not JSON")
					}
				}
			})
		}
	}
}

// TestEveryContenderGivesTheSameObject is what makes the benchmarks comparable.
func TestEveryContenderGivesTheSameObject(t *testing.T) {
	for _, m := range modes {
		for _, d := range Documents() {
			patch := Patch(m)
			want := reference(t, m, d.Text, patch)
			for _, c := range Contenders(m) {
				t.Run(m.String()+"/"+d.Name+"/"+c.Name, func(t *testing.T) {
					doc, says := bytes.Clone(d.Text), bytes.Clone(patch)
					buf := make([]byte, 0, len(doc)+len(says))
					for range 3 { // also with what was pooled
						got, err := c.Merge(buf, doc, says)
						if err != nil {
							t.Fatal(err)
						}
						if !parse(t, got).Equal(want) {
							t.Fatalf("got %s\nwant %s", got, want)
						}
					}
					if !bytes.Equal(doc, d.Text) || !bytes.Equal(says, patch) {
						t.Error("an input changed")
					}
				})
			}
		}
	}
}

// TestWhereContendersDiffer shows what the patches and documents must leave out.
func TestWhereContendersDiffer(t *testing.T) {
	const rounded = `{"n":9007199254740992,"a":1}`
	tests := []struct {
		contender        string
		doc, patch, want string
	}{
		{"evanphx", `{}`, `{"a":[{"b":null}]}`, `{"a":[{}]}`},
		{"encoding-json", `{"n":9007199254740993}`, `{"a":1}`, rounded},
		{"mergo", `{"n":9007199254740993}`, `{"a":1}`, rounded},
	}
	for _, tt := range tests {
		for _, c := range Contenders(metadata.Deep) {
			got, err := c.Merge(nil, []byte(tt.doc), []byte(tt.patch))
			if err != nil {
				t.Fatal(err)
			}
			if c.Name == tt.contender && !parse(t, got).Equal(metadata.MustParse(tt.want)) {
				t.Errorf("%s gave %s, want %s", c.Name, got, tt.want)
			}
			right := parse(t, got).Equal(reference(t, metadata.Deep, []byte(tt.doc), []byte(tt.patch)))
			if strings.HasPrefix(c.Name, "metameld") && !right {
				t.Errorf("%s gave %s", c.Name, got)
			}
		}
	}
}

func TestDocuments(t *testing.T) {
	lengths := map[string][2]int{"2KB": {2000, 2150}, "10KB": {10000, 10500}}
	removed := map[metadata.Mode][][]string{
		metadata.FirstLevel: {{"legacy_id"}},
		metadata.Deep:       {{"legacy_id"}, {"preferences", "notifications", "sms"}},
	}
	again := Documents()
	for i, d := range Documents() {
		if n, want := len(d.Text), lengths[d.Name]; n < want[0] || n > want[1] {
			t.Errorf("%s has %d bytes", d.Name, n)
		}
		if !bytes.Equal(d.Text, again[i].Text) {
			t.Errorf("%s is another the second time", d.Name)
		}
		for _, m := range modes {
			patch := Patch(m)
			if n := len(patch); n < 200 || n > 300 {
				t.Errorf("the %s patch has %d bytes", m, n)
			}
			if n := bytes.Count(patch, []byte("null")); n != len(removed[m]) {
				t.Errorf("the %s patch has %d nulls", m, n)
			}
			doc, result := parse(t, d.Text), reference(t, m, d.Text, patch)
			for _, path := range removed[m] {
				_, before := doc.Get(path...)
				_, after := result.Get(path...)
				if !before || after {
					t.Errorf("%s, %s: the patch does not remove %s", d.Name, m, metadata.Pointer(path...))
				}
			}
		}
	}
}

// reference is the result by the letter of the rules, on decoded values, with
// numbers as they are written.
func reference(t *testing.T, m metadata.Mode, doc, patch []byte) metadata.Object {
	t.Helper()
	base, says := parse(t, doc).Map(), parse(t, patch).Map()
	var result map[string]any
	switch {
	case m == metadata.Deep:
		result = mergePatch(base, says).(map[string]any)
	case len(says) == 0:
		result = says
	default:
		result = maps.Clone(base)
		maps.Copy(result, says)
		maps.DeleteFunc(result, func(name string, _ any) bool {
			v, named := says[name]
			return named && v == nil
		})
	}
	o, err := metadata.FromMap(result)
	if err != nil {
		t.Fatal(err)
	}
	return o
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

func parse(t *testing.T, text []byte) metadata.Object {
	t.Helper()
	o, err := metadata.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return o
}
