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

// spoiled returns variants of text that Parse refuses: cut at each byte, or with a byte
// replaced, removed or repeated.
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

// AppendMerge and AppendDiff refuse the texts that Parse refuses, with the same faults, on
// either side, and return dst as it was.
func TestSpoiledTextsAreRefused(t *testing.T) {
	t.Parallel()
	good := `{"a":{"x":0,"d":{"e":2}},"b":[2],"n":1}`
	others := []string{"", ``, `{}`, good, `{"b":{"x":1},"a":{"d":{"f":null}},"n":null}`}
	for _, text := range []string{
		`{"a":{"d":{"e":1}},"b":[{"x":null}],"n":1e3}`, ` { "n" : "" , "b" : [ ] , "a" : { "d" : { } } } `,
	} {
		for _, bad := range spoiled(text) {
			others[0] = bad
			_, want := Parse([]byte(bad))
			refused := func(out []byte, err error, what ...any) {
				t.Helper()
				if errors.Is(want, ErrDuplicateName) && err == nil {
					return // duplicates are not searched for everywhere
				}
				if err == nil || err.Error() != want.Error() || string(out) != "x" {
					t.Fatalf("%q: %s, %v; Parse returns %v (%q)", bad, out, err, want, what)
				}
			}
			for _, m := range []Mode{FirstLevel, Deep, Replace, Fill, FirstLevel | UnionLists, Deep | StripNulls} {
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

// AppendMerge and AppendDiff find duplicate names wherever their docs promise it, with the
// faults that Parse finds.
func TestDuplicatesAreRefused(t *testing.T) {
	t.Parallel()
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
			for _, m := range []Mode{FirstLevel, Deep, Replace, Fill} {
				_, err := m.AppendMerge(nil, []byte(other), []byte(bad))
				assert.Equal(t, want, err, "%v: the patch %s for %s", m, bad, other)
				if slices.Contains(firstLevel, bad) || m == Deep && slices.Contains(merged, bad) && other != others[0] {
					_, err := m.AppendMerge(nil, []byte(bad), []byte(other))
					assert.Equal(t, want, err, "%v: the document %s for %s", m, bad, other)
				}
				// Each value with a duplicate name came, went or changed.
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

// 10,000 levels are accepted and one more is not, in a text that is copied, merged,
// compared or set.
func TestLevelsAreCounted(t *testing.T) {
	t.Parallel()
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

// The levels of a value count even where the value is removed or replaced.
func TestLevelsOfRemovedValues(t *testing.T) {
	t.Parallel()
	doc := func(levels int) []byte {
		return []byte(`{"z":0,"a":` + strings.Repeat("[", levels-1) + strings.Repeat("]", levels-1) + `,"y":0}`)
	}
	for _, m := range []Mode{FirstLevel, Deep, Fill, FirstLevel | UnionLists} {
		for _, patch := range []string{`{"a":null}`, `{"a":1}`, `{"a":[0]}`, `{"b":1}`, `{"z":null,"a":null}`} {
			_, err := m.AppendMerge(nil, doc(MaxLevels), []byte(patch))
			assert.NoError(t, err, "%v %s", m, patch)
			_, err = m.AppendMerge(nil, doc(MaxLevels+1), []byte(patch))
			assert.ErrorIs(t, err, ErrDepth, "%v %s", m, patch)
		}
	}
}
