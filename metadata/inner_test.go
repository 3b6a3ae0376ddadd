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
				if m.Knobs().Depth != DepthAll || m.Knobs().Nulls != NullsStored { // strip leaves out white space, too
					continue
				}
				spliced, err := m.AppendMerge(nil, []byte(x.String()), []byte(d.says.String()))
				assert.NoError(t, err)
				assert.Equal(t, string(spliced), first, "%v: %s and %s", m, x, d)
			}
		}
	}
}

// Short objects are indexed when they are merged for the second time, no others, and
// not before.
func TestWhatIsIndexed(t *testing.T) {
	object := func(values, size int) string {
		text := `{"m0":0`
		for i := range values - 2 { // itself is one, and m0
			text += fmt.Sprintf(`,"m%d":0`, i+1)
		}
		return text + strings.Repeat(" ", size-len(text)-1) + "}"
	}
	for _, tt := range []struct {
		values, size int
		indexed      bool
	}{
		{64, 1 << 10, true}, {65, 1 << 10, false}, {2, 2 << 10, true}, {2, 2<<10 + 1, false}, {64, 2 << 10, true},
	} {
		text := object(tt.values, tt.size)
		assert.Len(t, text, tt.size)
		x, d := MustParse(`{"o":`+text+`,"p":1}`), MustDelta(`{"o":{"m1":1},"p":{"x":1}}`)
		for n := range 4 {
			for _, m := range []*member{x.members()[0], d.says.members()[0]} {
				in := m.inner.Load()
				indexed := in != nil && in.s == m.value && len(in.nodes) > 0
				assert.Equal(t, n >= 2 && (tt.indexed || m.value != text), indexed, "%+v, merged %d times: %.30s", tt, n, m.value)
			}
			Deep.Merge(x, d)
		}
		assert.Nil(t, x.members()[1].inner.Load(), "no object")
	}
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
