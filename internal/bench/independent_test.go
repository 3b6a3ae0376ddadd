package bench

import (
	"bytes"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"github.com/metameld/metameld/metadata"
)

// Deep agrees with a library that was written by others, on documents without
// null: with null that library leaves RFC 7396 inside arrays.
func FuzzDeepAgreesWithAnIndependentLibrary(f *testing.F) {
	for _, pair := range [][2]string{
		{`{"a":{"x":1,"y":2},"k":1}`, `{"a":{"x":9,"z":{}},"l":[1,{"m":2}]}`},
		{`{}`, `{"a":{"b":{"c":1}}}`},
		{`{"a":1,"b":[1,2]}`, `{"a":{"b":1},"b":"x"}`},
		{`{"n":9007199254740993,"e":1e400,"\u0061":"<&>"}`, `{"a":{}}`},
		{string(document(2048)), deepPatch},
	} {
		f.Add([]byte(pair[0]), []byte(pair[1]))
	}
	f.Fuzz(func(t *testing.T, doc, patch []byte) {
		x, err := metadata.Parse(doc)
		if err != nil {
			return
		}
		d, err := metadata.ParseDelta(patch)
		if err != nil || bytes.Contains(doc, []byte("null")) || bytes.Contains(patch, []byte("null")) {
			return
		}
		theirs, err := jsonpatch.MergePatch([]byte(x.String()), []byte(d.String()))
		if err != nil {
			t.Fatalf("%s and %s: %v", doc, patch, err)
		}
		want, err := metadata.Parse(theirs)
		if err != nil {
			t.Fatalf("%s and %s give %s: %v", doc, patch, theirs, err)
		}
		if got := metadata.Deep.Merge(x, d); !got.Equal(want) {
			t.Fatalf("Merge(%s, %s) = %s, theirs %s", doc, patch, got, want)
		}
		ours, err := metadata.Deep.AppendMerge(nil, doc, patch)
		if err != nil {
			t.Fatal(err)
		}
		if got := metadata.MustParse(string(ours)); !got.Equal(want) {
			t.Fatalf("AppendMerge(%s, %s) = %s, theirs %s", doc, patch, got, want)
		}
	})
}
