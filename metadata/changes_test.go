package metadata

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChanges(t *testing.T) {
	tests := []struct {
		from, to string
		want     string
	}{
		{`{"addr":{"home":1,"work":2}}`, `{"addr":{"home":3}}`, "replaced /addr/home; removed /addr/work"},
		{`{"a":1}`, `{"b":{"c":1}}`, "removed /a; added /b"},
		{`{"a":{"b":{"c":1}}}`, `{"a":{"b":2}}`, "replaced /a/b"},
		{`{"a":[1,2]}`, `{"a":[2,1]}`, "replaced /a"},
		{`{"a":1}`, ``, "removed /a"},
		{`{"a/b":{"~":1}}`, `{"a/b":{"~":2}}`, "replaced /a~1b/~0"},
		{`{"a":1,"b":{"x":[1.0]}}`, `{"b":{"x":[1]},"a":1e0}`, ""},
	}
	for _, tt := range tests {
		x, _ := read(t, []byte(tt.from))
		y, _ := read(t, []byte(tt.to))
		var got []string
		for _, c := range Changes(x, y) {
			got = append(got, c.String())
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("Changes(%s, %s) = %s, want %s", tt.from, tt.to, s, tt.want)
		}
	}
}

// A change keeps its values in JSON; null is not absent.
func TestChangesAsJSON(t *testing.T) {
	list := Changes(MustParse(`{"a":1,"b":null}`), MustParse(`{"b":2,"c":null}`))
	text, err := json.Marshal(list)
	require.NoError(t, err)
	assert.JSONEq(t, `[{"pointer":"/a","kind":"removed","from":1},{"pointer":"/b","kind":"replaced","from":null,"to":2},{"pointer":"/c","kind":"added","to":null}]`, string(text))
	var again []Change
	require.NoError(t, json.Unmarshal(text, &again))
	assert.Equal(t, list, again)
}
