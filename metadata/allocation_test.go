package metadata

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAllocations(t *testing.T) {
	if raced {
		t.Skip("counted without the race detector")
	}
	doc := []byte(`{"a":{"x":1,"y":[1,2,{"z":"é"}]},"b":"two","c":null,"d":4.5}`)
	patch := []byte(`{"a":{"x":null,"w":{"v":1}},"c":3,"e":{"f":1}}`)
	x, d := MustParse(string(doc)), MustDelta(string(patch))
	room := make([]byte, 0, 1024)
	for _, m := range []Mode{FirstLevel, Deep} {
		after, err := m.AppendMerge(nil, doc, patch)
		require.NoError(t, err)
		justRoom := make([]byte, 7, 7+len(after))
		type pair struct {
			x Object
			d Delta
		}
		setsObjects := pair{MustParse(`{"o":{"x":1}}`), MustDelta(`{"o":{"y":{"a":null,"b":{"c":"null"}},"z":{"a":1}},"p":{"x":null,"y":{"z":null}}}`)}
		respells := pair{MustParse(`{"a":1,"b":1,"c":1,"o":{"x":1},"p":{"x":1}}`), MustDelta(`{"\u0061":2,"\u0062":2,"\u0063":2,"o":{"y":1},"p":{"y":1}}`)}
		for name, most := range map[string]struct {
			n float64
			f func()
		}{
			"AppendMerge into room":            {0, func() { _, _ = m.AppendMerge(room, doc, patch) }},
			"AppendMerge where it fits":        {0, func() { _, _ = m.AppendMerge(justRoom, doc, patch) }},
			"AppendMerge beside what is there": {1, func() { _, _ = m.AppendMerge(justRoom[:7:len(after)], doc, patch) }},
			"AppendMerge without":              {1, func() { _, _ = m.AppendMerge(nil, doc, patch) }},
			"Merge":                            {4, func() { m.Merge(x, d) }},
			"Merge of many objects":            {4, func() { m.Merge(manyObjects, manyChanges) }},
			"Merge that sets objects":          {4, func() { m.Merge(setsObjects.x, setsObjects.d) }},
			"Merge with other spellings":       {4 + 3, func() { m.Merge(respells.x, respells.d) }},
			"Equal of the same order":          {0, func() { x.Equal(otherSpelling) }},
		} {
			if n := testing.AllocsPerRun(100, most.f); n > most.n {
				t.Errorf("%v: %s allocates %v times, at most %v are promised", m, name, n, most.n)
			}
		}
	}
}

// manyObjects and manyChanges have many objects that are merged, and new ones.
var manyObjects, manyChanges = func() (Object, Delta) {
	base, delta := "{", "{"
	for i := range 30 {
		base += fmt.Sprintf(`"m%d":{"x":{"y":%d,"z":null},"w":"stays"},`, i, i)
		delta += fmt.Sprintf(`"m%d":{"x":{"y":null,"v":[%d]}},"n%d":{"x":null,"y":1},`, i, i, i)
	}
	return MustParse(base + `"last":1}`), MustDelta(delta + `"last":null}`)
}()

// otherSpelling equals the document of TestAllocations, spelled differently.
var otherSpelling = MustParse(`{"a":{"x":1.0,"y":[1,2,{"z":"é"}]},"b":"two","c":null,"d":4.50}`)

func TestEscapedNamesDoNotAllocate(t *testing.T) {
	if raced {
		t.Skip("counted without the race detector")
	}
	long := strings.Repeat(`\u00e9x`, 100)
	doc := []byte(`{"\u0061":1,"` + long + `":{"b\n":2}}`)
	patch := []byte(`{"a":3,"` + strings.Repeat("éx", 100) + `":{"b\u000a":null}}`)
	room := make([]byte, 0, 4096)
	for _, m := range []Mode{FirstLevel, Deep} {
		if n := testing.AllocsPerRun(100, func() { _, _ = m.AppendMerge(room, doc, patch) }); n > 0 {
			t.Errorf("%v: %v allocations", m, n)
		}
	}
}
