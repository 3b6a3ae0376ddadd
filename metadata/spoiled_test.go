package metadata

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// spoiled returns the text cut off at every byte, and with every byte replaced, left
// out or written twice, where Parse refuses what comes of it.
func spoiled(text string) (list []string) {
	for i := range text {
		tries := []string{text[:i], text[:i] + text[i+1:], text[:i] + text[i:i+1] + text[i:]}
		for _, c := range []string{"x", `"`, ",", "{", "}", " ", "\xff"} {
			tries = append(tries, text[:i]+c+text[i+1:])
		}
		for _, s := range tries {
			if _, err := Parse([]byte(s)); err != nil && s != "" {
				list = append(list, s)
			}
		}
	}
	return list
}

// What Parse refuses AppendMerge and AppendDiff refuse too, with the same faults, on
// either side and wherever it is spoiled; dst is then as it was.
func TestSpoiledTextsAreRefused(t *testing.T) {
	good := `{"a":{"x":0,"d":{"e":2}},"b":[2],"n":1}`
	others := []string{"", ``, `{}`, good, `{"b":{"x":1},"a":{"d":{"f":null}},"n":null}`}
	union, stripped := FirstLevel.Knobs(), Deep.Knobs()
	union.Lists, stripped.Nulls = ListsUnion, NullsStripped
	for _, text := range []string{
		`{"a":{"d":{"e":1}},"b":[{"x":null}],"n":1e3}`, ` { "n" : "" , "b" : [ ] , "a" : { "d" : { } } } `,
	} {
		for _, bad := range spoiled(text) {
			others[0] = bad
			_, want := Parse([]byte(bad))
			refused := func(out []byte, err error, what ...any) {
				t.Helper()
				if errors.Is(want, ErrDuplicateName) && err == nil {
					return // not everywhere
				}
				if err == nil || err.Error() != want.Error() || string(out) != "x" {
					t.Fatalf("%q: %s, %v; Parse says %v (%q)", bad, out, err, want, what)
				}
			}
			for _, m := range []Mode{FirstLevel, Deep, Replace, Fill, union.Mode(), stripped.Mode()} {
				for _, other := range others {
					out, err := m.AppendMerge([]byte("x"), []byte(bad), []byte(other))
					refused(out, err, "merge", m, other)
					out, err = m.AppendMerge([]byte("x"), []byte(other), []byte(bad))
					require.Error(t, err)
					refused(out, err, "merge into", m, other)
					if m != FirstLevel && m != Deep && m != Fill {
						continue
					}
					out, err = m.AppendDiff([]byte("x"), []byte(bad), []byte(other))
					refused(out, err, "diff to", m, other)
					out, err = m.AppendDiff([]byte("x"), []byte(other), []byte(bad))
					refused(out, err, "diff from", m, other)
				}
			}
		}
	}
}

// A name that an object has twice is refused wherever AppendMerge and AppendDiff say
// that they look, with the faults that Parse names.
func TestDuplicatesAreRefused(t *testing.T) {
	many := make([]string, 20)
	for i := range many {
		many[i] = fmt.Sprintf(`"k%d":%d`, i, i)
	}
	wide := strings.Join(many, ",")
	firstLevel := []string{`{"a":1,"b":2,"a":1}`, `{"a":1,"\u0061":2}`, `{` + wide + `,"k19":1}`, `{"k0":1,` + wide + `}`}
	merged := []string{`{"o":{"a":1,"b":2,"a":1}}`, `{"o":{"p":{"a":1,"a":2}}}`, `{"o":{` + wide + `,"k7":1}}`, `{"z":0,"o":{"k0":1,` + wide + `}}`}
	inside := []string{`{"l":[{"a":1,"a":2}]}`, `{"o":{"q":[{"a":1,"b":{},"b":2}]}}`}
	others := []string{`{"z":1}`, `{"a":2,"o":{"p":{"c":0},"k7":8,"q":[]},"l":[0]}`, `{` + wide + `,"o":{` + wide + `,"p":{},"q":0},"l":{}}`}
	for _, bad := range slices.Concat(firstLevel, merged, inside) {
		_, want := Parse([]byte(bad))
		require.ErrorIs(t, want, ErrDuplicateName)
		for _, other := range others {
			for _, m := range presets() {
				_, err := m.AppendMerge(nil, []byte(other), []byte(bad))
				assert.Equal(t, want, err, "%v: the patch %s for %s", m, bad, other)
				if slices.Contains(firstLevel, bad) || m == Deep && slices.Contains(merged, bad) && other != others[0] {
					_, err := m.AppendMerge(nil, []byte(bad), []byte(other))
					assert.Equal(t, want, err, "%v: the document %s for %s", m, bad, other)
				}
				// Each value that has the name twice came, went or changed.
				_, err = m.AppendDiff(nil, []byte(bad), []byte(other))
				assert.Equal(t, want, err, "%v: from %s to %s", m, bad, other)
				_, err = m.AppendDiff(nil, []byte(other), []byte(bad))
				assert.Equal(t, want, err, "%v: from %s to %s", m, other, bad)
				_, err = m.AppendDiff(nil, []byte(bad), []byte(`{"y":1,"y":2}`))
				assert.Equal(t, want, err, "%v: the faults of from come before those of to", m)
			}
		}
	}
}

// Ten thousand levels are legal and one more is not, however the levels come about:
// in a text that is copied, merged, compared or set.
func TestLevelsAreCounted(t *testing.T) {
	nest := func(levels int, leaf string) []byte {
		return []byte(strings.Repeat(`{"a":`, levels) + leaf + strings.Repeat("}", levels))
	}
	inArray := func(levels int) []byte {
		return []byte(`{"a":` + strings.Repeat("[", levels-1) + strings.Repeat("]", levels-1) + `}`)
	}
	for _, m := range []Mode{FirstLevel, Deep, Replace} {
		for _, tt := range []struct{ most, more []byte }{
			{nest(MaxLevels, "1"), nest(MaxLevels+1, "1")},
			{inArray(MaxLevels), inArray(MaxLevels + 1)},
		} {
			for _, other := range [][]byte{[]byte(`{"a":null}`), nest(MaxLevels, "2")} {
				_, err := m.AppendMerge(nil, tt.most, other)
				require.NoError(t, err)
				_, err = m.AppendMerge(nil, other, tt.most)
				require.NoError(t, err)
				_, err = m.AppendMerge(nil, tt.more, other)
				require.ErrorIs(t, err, ErrDepth)
				_, err = m.AppendMerge(nil, other, tt.more)
				require.ErrorIs(t, err, ErrDepth)
				_, err = m.AppendDiff(nil, tt.most, other)
				if err != nil {
					require.ErrorIs(t, err, ErrUnreachable)
				}
				_, err = m.AppendDiff(nil, tt.more, other)
				require.ErrorIs(t, err, ErrDepth)
				_, err = m.AppendDiff(nil, other, tt.more)
				require.ErrorIs(t, err, ErrDepth)
				_, err = m.AppendDiff(nil, tt.more, bytes.ReplaceAll(tt.more, []byte("{"), []byte("{ ")))
				require.ErrorIs(t, err, ErrDepth)
			}
		}
	}
}

// The levels of a value count whatever becomes of it.
func TestLevelsOfValuesThatGo(t *testing.T) {
	union := FirstLevel.Knobs()
	union.Lists = ListsUnion
	doc := func(levels int) []byte {
		return []byte(`{"z":0,"a":` + strings.Repeat("[", levels-1) + strings.Repeat("]", levels-1) + `,"y":0}`)
	}
	for _, m := range []Mode{FirstLevel, Deep, Fill, union.Mode()} {
		for _, patch := range []string{`{"a":null}`, `{"a":1}`, `{"a":[0]}`, `{"b":1}`, `{"z":null,"a":null}`} {
			_, err := m.AppendMerge(nil, doc(MaxLevels), []byte(patch))
			assert.NoError(t, err, "%v %s", m, patch)
			_, err = m.AppendMerge(nil, doc(MaxLevels+1), []byte(patch))
			assert.ErrorIs(t, err, ErrDepth, "%v %s", m, patch)
		}
	}
}
