package metadata

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMerge3(t *testing.T) {
	for _, tt := range []struct {
		base, ours, theirs, want string
		conflicts                []string
	}{
		{`{"a":1,"b":1}`, `{"a":2,"b":1}`, `{"a":1,"b":2}`, `{"a":2,"b":2}`, nil},
		{`{"a":1}`, `{"a":2}`, `{"a":3}`, `{"a":2}`, []string{"/a"}},
		{`{"a":1}`, `{}`, `{"a":3}`, `{}`, []string{"/a"}},
		{`{"a":1}`, `{"a":3}`, `{}`, `{"a":3}`, []string{"/a"}},
		{`{"a":{"x":1,"y":1}}`, `{"a":{"x":2,"y":1}}`, `{"a":{"x":1,"y":2}}`, `{"a":{"x":2,"y":2}}`, nil},
		{``, `{"a":{"x":1}}`, `{"a":{"y":1}}`, `{"a":{"x":1,"y":1}}`, nil},
		{`{"a/b":{"~":1}}`, `{"a/b":{"~":2}}`, `{"a/b":{"~":3}}`, `{"a/b":{"~":2}}`, []string{"/a~1b/~0"}},
		{`{"l":[1]}`, `{"l":[1,2]}`, `{"l":[1,3]}`, `{"l":[1,2]}`, []string{"/l"}},
		{`{"a":1,"b":{"c":1}}`, `{"b":{"c":1}}`, `{"a":1.0,"b":{}}`, `{"b":{}}`, nil},
	} {
		base, _ := read(t, []byte(tt.base))
		got, conflicts := Merge3(base, MustParse(tt.ours), MustParse(tt.theirs))
		assert.True(t, got.Equal(MustParse(tt.want)), "%s", got)
		assert.Equal(t, tt.conflicts, conflicts)
	}
	for _, tt := range []struct{ base, ours, theirs, want string }{
		{`{"a":1}`, ``, `{}`, ``}, {`{"a":1}`, `{}`, ``, `{}`}, {`{"a":1}`, ``, ``, ``}, {``, `{"a":1}`, `{"a":1}`, `{"a":1}`}, {`{"a":1}`, ``, `{"a":2}`, ``},
		{``, ``, `{}`, ``}, {`{}`, `{}`, ``, `{}`}, {`{"a":1}`, `{"a":1}`, ``, `{}`}, {``, ``, `{"a":1}`, `{"a":1}`},
	} {
		base, _ := read(t, []byte(tt.base))
		ours, _ := read(t, []byte(tt.ours))
		theirs, _ := read(t, []byte(tt.theirs))
		got, _ := Merge3(base, ours, theirs)
		assert.Equal(t, tt.want, got.String(), "%q %q %q", tt.base, tt.ours, tt.theirs)
	}
}
