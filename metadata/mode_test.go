package metadata

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A Mode is a number, and numbers can be converted: one that neither a preset nor
// Knobs gives is no rule of its own.
func TestEveryNumberIsAMode(t *testing.T) {
	objects := []Object{
		{}, MustParse(`{}`), MustParse(`{"a":1,"l":[1,2]}`), MustParse(`{"a":{"b":{"c":null},"d":1},"l":[2,null,{"x":null}],"n":null}`),
		MustParse(`{"a":{"b":{"e":2}},"l":[1,2,3]}`),
	}
	text := func(d Delta, err error) string {
		if err != nil {
			return d.String() + " " + err.Error()
		}
		return d.String()
	}
	for n := range 256 {
		m := Mode(n)
		is := m.Knobs().Mode()
		assert.Equal(t, is, is.Knobs().Mode())
		assert.Equal(t, is.String(), m.String())
		for _, x := range objects {
			for _, y := range objects {
				d := DeltaOf(y)
				assert.Equal(t, is.Merge(x, d).String(), m.Merge(x, d).String(), "%d: %s %s", n, x, d)
				a, err := is.AppendMerge(nil, []byte(x.String()), []byte(y.String()))
				b, err2 := m.AppendMerge(nil, []byte(x.String()), []byte(y.String()))
				assert.Equal(t, string(a), string(b), "%d: %s %s", n, x, d)
				assert.Equal(t, err, err2)
				assert.Equal(t, text(is.Diff(x, y)), text(m.Diff(x, y)), "%d: %s %s", n, x, y)
				assert.Equal(t, text(is.FromDeep(x, d)), text(m.FromDeep(x, d)), "%d: %s %s", n, x, d)
				assert.Equal(t, is.Compose(DeltaOf(x), d), m.Compose(DeltaOf(x), d), "%d: %s %s", n, x, d)
			}
		}
	}
}
