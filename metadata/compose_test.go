package metadata

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCompose(t *testing.T) {
	for _, tt := range []struct {
		m           Mode
		first, then string
		want        []string
	}{
		{FirstLevel, `{"a":1,"b":2}`, `{"b":null,"c":{"x":1}}`, []string{`{"a":1,"b":null,"c":{"x":1}}`}},
		{FirstLevel, `{}`, `{"a":1}`, []string{`{}`, `{"a":1}`}},
		{FirstLevel, `{}`, `{"a":null}`, []string{`{}`}},
		{FirstLevel, `{"a":1}`, `{}`, []string{`{}`}},
		{Deep, `{"a":{"x":1,"y":2}}`, `{"a":{"x":null}}`, []string{`{"a":{"x":null,"y":2}}`}},
		{Deep, `{"a":1}`, `{"a":{"x":1}}`, []string{`{"a":1}`, `{"a":{"x":1}}`}},
		{Deep, `{"a":{"b":null}}`, `{"a":{"b":{"x":1}}}`, []string{`{"a":{"b":null}}`, `{"a":{"b":{"x":1}}}`}},
		{Deep, `{}`, `{}`, []string{`{}`}},
		{Replace, `{"a":1}`, `{"b":1}`, []string{`{"b":1}`}},
		{Fill, `{"a":1}`, `{"a":2,"b":3}`, []string{`{"a":1,"b":3}`}},
	} {
		var got []string
		for _, d := range tt.m.Compose(MustDelta(tt.first), MustDelta(tt.then)) {
			got = append(got, d.String())
		}
		assert.Equal(t, tt.want, got, "%v: %s then %s", tt.m, tt.first, tt.then)
	}
	assert.Empty(t, FirstLevel.Compose(Delta{}, Delta{}))
}
