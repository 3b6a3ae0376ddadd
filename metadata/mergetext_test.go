package metadata

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAppendMergeKeepsText(t *testing.T) {
	doc := "{\n  \"a\" : 1.0,\n  \"b\" : {\"x\" : \"<&>\\u00e9\" , \"y\":2},\n  \"c\" : [ 1 ]\n}\n"
	tests := []struct{ patch, firstLevel, deep string }{
		{`{"c":null}`, "{\n  \"a\" : 1.0,\n  \"b\" : {\"x\" : \"<&>\\u00e9\" , \"y\":2}\n}\n", ""},
		{`{"a":null}`, "{\n  \"b\" : {\"x\" : \"<&>\\u00e9\" , \"y\":2},\n  \"c\" : [ 1 ]\n}\n", ""},
		{`{"b":{"y":3}}`, "{\n  \"a\" : 1.0,\n  \"b\" : {\"y\":3},\n  \"c\" : [ 1 ]\n}\n", "{\n  \"a\" : 1.0,\n  \"b\" : {\"x\" : \"<&>\\u00e9\" , \"y\":3},\n  \"c\" : [ 1 ]\n}\n"},
		{`{"d":1}`, "{\n  \"a\" : 1.0,\n  \"b\" : {\"x\" : \"<&>\\u00e9\" , \"y\":2},\n  \"c\" : [ 1 ],\"d\":1\n}\n", ""},
	}
	for _, tt := range tests {
		for m, want := range map[Mode]string{FirstLevel: tt.firstLevel, Deep: tt.deep} {
			if want == "" {
				want = tt.firstLevel
			}
			got, err := m.AppendMerge(nil, []byte(doc), []byte(tt.patch))
			require.NoError(t, err)
			assert.Equal(t, want, string(got), "%v %s", m, tt.patch)
		}
	}
	_, err := FirstLevel.AppendMerge(nil, []byte(`{"a":1,"a":2}`), []byte(`{"b":1}`))
	assert.ErrorIs(t, err, ErrDuplicateName)
	_, err = FirstLevel.AppendMerge(nil, []byte(`{}`), []byte(`null`))
	assert.ErrorIs(t, err, ErrNull)
}

func TestAppendMergeFindsDuplicatesAtTheFirstLevel(t *testing.T) {
	for _, m := range []Mode{FirstLevel, Deep, Replace, Fill} {
		for _, patch := range []string{``, `{}`, `{"b":1}`, `{"b":null}`} {
			_, err := m.AppendMerge(nil, []byte(`{"a":1,"\u0061":2}`), []byte(patch))
			assert.ErrorIs(t, err, ErrDuplicateName, "%v %s", m, patch)
		}
	}
	_, err := FirstLevel.AppendDiff(nil, []byte(`{"a":{"x":1,"x":2},"b":1}`), []byte(`{"b":1}`))
	assert.ErrorIs(t, err, ErrDuplicateName)
}

// A large patch is merged into an absent document too.
func TestLargePatchOfAbsentDocument(t *testing.T) {
	patch := `{"a":1`
	for i := range 2 * manyNodes {
		patch += fmt.Sprintf(`,"m%d":1`, i)
	}
	patch += "}"
	for _, m := range []Mode{FirstLevel, Deep} {
		got, err := m.AppendMerge(nil, nil, []byte(patch))
		require.NoError(t, err)
		assert.Equal(t, patch, string(got))
	}
}

// Scratch memory that has grown large in any part is not kept.
func TestReleaseDropsLargeScratch(t *testing.T) {
	const keep = 1 << 17
	for name, large := range map[string]*textMerge{
		"nodes":   {nodes: make([]node, 1, keep/80+1)},
		"pieces":  {pieces: make([]piece, 1, keep/24+1)},
		"parts":   {parts: make([][]byte, 1, keep/24+1)},
		"tables":  {tables: make([]uint32, 1, keep/4+1)},
		"made":    {made: make([]byte, 1, keep+1)},
		"doc":     {doc: make([]byte, 1, keep+1)},
		"spans":   {spans: make([]span, 1, keep/24+1)},
		"results": {results: make([]byte, 1, keep+1)},
	} {
		large.size = 1
		if large.release(); large.size == 0 {
			t.Errorf("large %s are kept", name)
		}
	}
	small := &textMerge{nodes: make([]node, 1, 8), size: 1}
	if small.release(); small.size != 0 || len(small.nodes) > 0 {
		t.Error("small scratch memory is dropped, or not reset")
	}
}

// Values that are long enough to be a piece are stored as shorter ones are.
func TestLongValuesInEveryMode(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2*fewBytes)
	for _, m := range modes {
		for _, doc := range []string{`{}`, `{"a":{}}`, `{"a":{"b":{}}}`, `{"a":{"b":1},"c":[]}`} {
			for _, patch := range []string{
				`{"a":{"s":"%s","n":null}}`, `{"a":{"b":{"s":"%s","n":null}}}`, `{"a":{"b":{"c":{"s":"%s","n":null}}}}`, `{"c":["%s",{"n":null}]}`, `{"a":{"c":["%s",{"n":null}]}}`,
			} {
				x, y := MustParse(doc), MustParse(fmt.Sprintf(patch, long))
				mergeTwins(t, m, x, y)
			}
		}
	}
}

// Levels count from the top of the document where it and the patch have the same objects.
func TestTooDeepBelowThePatch(t *testing.T) {
	t.Parallel()
	nested := func(levels int) []byte {
		return []byte(strings.Repeat(`{"a":`, levels-1) + `{"b":1}` + strings.Repeat("}", levels-1))
	}
	patch := []byte(`{"a":{"a":{"a":{"c":2}}}}`)
	_, err := Deep.AppendMerge(nil, nested(MaxLevels), patch)
	require.NoError(t, err)
	_, err = Deep.AppendMerge(nil, nested(MaxLevels+1), patch)
	assert.ErrorIs(t, err, ErrDepth)
}
