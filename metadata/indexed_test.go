package metadata

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// However often two objects are merged, by whatever mode, the text is the same: that
// of AppendMerge for what is merged below the first level.
func TestMergeAgain(t *testing.T) {
	texts := []string{
		"{}", " { } ", `{"a":1}`, `{"a":null}`, `{"a":null,"b":null,"c":null}`, `{"b":2,"a":{"x":1}}`,
		"{ \"a\" : 1 ,\n\t\"b\" : [ 1 , 2 ] , \"c\" : { } }", `{"\u0061":[2,3],"long name of many letters":{"x":null,"y":[null,{"z":null}]}}`,
		`{"long name of m\u0061ny letters":{"y":[],"x":{"a":{"a":{"a":1}}}},"long name of mane letters":1,"c":"null"}`,
		`{"b":null,"c":{"d":null},"a":{"x":null,"y":null}}`, `{"a":{"y":{"z":0},"x":2},"c":{"d":{"e":null,"f":1}}}`, `{"c":1,"b":2,"a":3}`,
		`{"a":{ "x" : "null" },"c":{ "d" : null , "e" : { "f" : null } },"b":[ { "x" : null } , 1 ] }`, `{"c":{"d":{"n":{ "a" : [ null ] }}},"b":{ "nullable" : 1 }}`,
	}
	for _, m := range modes {
		for _, doc := range texts {
			for _, patch := range texts {
				x, d := MustParse(`{"o":`+doc+`,"p":1}`), MustDelta(`{"o":`+patch+`}`)
				first := m.Merge(x, d).String()
				for n := range 3 {
					if again := m.Merge(x, d).String(); again != first {
						t.Fatalf("%v: %s and %s make %s, and at time %d %s", m, x, d, first, n+2, again)
					}
				}
				if m.Knobs().Depth == DepthNone { // AppendMerge strips the whole
					continue
				}
				spliced, err := m.AppendMerge(nil, []byte(x.String()), []byte(d.says.String()))
				assert.NoError(t, err)
				assert.Equal(t, string(spliced), first, "%v: %s and %s", m, x, d)
			}
		}
	}
}

// Two short objects are indexed when they meet and each was merged before.
func TestWhatIsIndexed(t *testing.T) {
	object := func(nodes, size int) string {
		text := `{"m0":0`
		for i := range nodes - 2 { // itself is one, and m0
			text += fmt.Sprintf(`,"m%d":[1,2,3]`, i+1)
		}
		return text + strings.Repeat(" ", size-len(text)-1) + "}"
	}
	indexed := func(m *member) bool { x := m.index.Load(); return x != nil && x.text == m.value && len(x.nodes) > 0 }
	for _, tt := range []struct {
		nodes, size int
		indexed     bool
	}{
		{64, 1 << 10, true}, {65, 1 << 10, false}, {2, 2 << 10, true}, {2, 2<<10 + 1, false}, {64, 2 << 10, true},
	} {
		text := object(tt.nodes, tt.size)
		assert.Len(t, text, tt.size)
		for _, pair := range []struct {
			x Object
			d Delta
		}{
			{MustParse(`{"o":` + text + `,"p":1}`), MustDelta(`{"o":{"m1":1},"p":{"x":1}}`)},
			{MustParse(`{"o":{"m1":1},"p":1}`), MustDelta(`{"o":` + text + `,"p":{"x":1}}`)},
		} {
			for n := range 4 {
				x, d := pair.x.members()[0], pair.d.says.members()[0]
				assert.Equal(t, n >= 2 && tt.indexed, indexed(x) && indexed(d), "%+v, merged %d times", tt, n)
				assert.False(t, n < 2 && (indexed(x) || indexed(d)), "%+v, merged %d times", tt, n)
				Deep.Merge(pair.x, pair.d)
			}
			assert.Nil(t, pair.x.members()[1].index.Load(), "no object")
		}
	}

	// Nothing is indexed for what comes once.
	x, d := MustParse(`{"o":{"a":1}}`), MustDelta(`{"o":{"b":1}}`)
	for range 5 {
		Deep.Merge(x, MustDelta(`{"o":{"b":1}}`))
		Deep.Merge(MustParse(`{"o":{"a":1}}`), d)
	}
	assert.False(t, indexed(x.members()[0]) || indexed(d.says.members()[0]))
	Deep.Merge(x, d)
	assert.True(t, indexed(x.members()[0]) && indexed(d.says.members()[0]))
}

// What many merge at once is read by one of them or by some, and by none wrongly.
func TestMergeAtOnce(t *testing.T) {
	for range 200 {
		x, d := MustParse(`{"o":{"a":{"b":1,"c":[1]},"d":2},"p":{"a":1}}`), MustDelta(`{"p":{"b":{"c":1}},"o":{"a":{"c":null,"e":[]},"d":null}}`)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 1 + rand.IntN(4) {
					assert.Equal(t, `{"o":{"a":{"b":1,"e":[]}},"p":{"a":1,"b":{"c":1}}}`, Deep.Merge(x, d).String())
				}
			})
		}
		all.Wait()
	}
}
