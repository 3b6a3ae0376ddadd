package attrs_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/metadata"
)

func TestLookup(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 64, 65, 200} {
		members := map[string]any{}
		for i := range n {
			members[fmt.Sprint("n", i)] = i
		}
		o, err := metadata.From(members)
		assert.NoError(t, err)
		get := attrs.Lookup(o)
		for i := range n + 1 {
			name := fmt.Sprint("n", i)
			v, ok := get(name)
			w, has := o.Get(name)
			assert.Equal(t, has, ok, name)
			assert.True(t, v.Equal(w), name)
		}
	}
	_, ok := attrs.Lookup(metadata.Object{})("a")
	assert.False(t, ok)
	var f attrs.Finder
	for _, text := range []string{`{}`, `{"a":1}`, `{"a":2}`, `{"b":1}`} {
		o := metadata.MustParse(text)
		v, ok := f.Get(o, "a")
		w, has := o.Get("a")
		assert.Equal(t, has, ok, text)
		assert.True(t, v.Equal(w), text)
	}
}

// A look-up of few names makes no map.
func TestLookupOfFewNames(t *testing.T) {
	o := metadata.MustParse(`{"n":0}`)
	for i := range 1_000 {
		o, _ = o.With(i, fmt.Sprint("n", i))
	}
	assert.LessOrEqual(t, testing.AllocsPerRun(10, func() {
		get := attrs.Lookup(o)
		get("n1")
		get("no")
	}), 4.0)
}
