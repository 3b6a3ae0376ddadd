package metadata

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reason            string
		from, to          string
		firstLevel, deep_ string
		missedFirst       []string
		missedDeep        []string
	}{
		{"equal", `{"a":{"b":1}}`, `{"a":{"b":1.0}}`, ``, ``, nil, nil},
		{"absent to empty", ``, `{}`, ``, ``, nil, nil},
		{"empty to absent", `{}`, ``, ``, ``, nil, nil},
		{"all goes", `{"a":1,"b":2}`, `{}`, `{}`, `{"a":null,"b":null}`, nil, nil},
		{"all goes, to absent", `{"a":1}`, ``, `{}`, `{"a":null}`, nil, nil},
		{"one goes", `{"a":1,"b":2}`, `{"b":2}`, `{"a":null}`, `{"a":null}`, nil, nil},
		{"one nested value", `{"addr":{"home":"h","work":"w"}}`, `{"addr":{"home":"h2","work":"w"}}`, `{"addr":{"home":"h2","work":"w"}}`, `{"addr":{"home":"h2"}}`, nil, nil},
		{"one nested removal", `{"a":{"x":1,"y":2}}`, `{"a":{"y":2}}`, `{"a":{"y":2}}`, `{"a":{"x":null}}`, nil, nil},
		{"order does not matter", `{"a":{"x":1,"y":2},"b":1}`, `{"b":1,"a":{"y":2,"x":1}}`, ``, ``, nil, nil},
		{"a null at the first level", `{}`, `{"a":null,"b":1}`, `{"b":1}`, `{"b":1}`, []string{"/a"}, []string{"/a"}},
		{"a null that was there", `{"a":null}`, `{"a":null,"b":1}`, `{"b":1}`, `{"b":1}`, nil, nil},
		{"a nested null", `{"a":1}`, `{"a":{"x":null}}`, `{"a":{"x":null}}`, `{"a":{}}`, nil, []string{"/a/x"}},
		{"a null deep down", `{"a":{"b":{"c":1}}}`, `{"a":{"b":{"c":1,"d":null,"e":{"f":null}}}}`, `{"a":{"b":{"c":1,"d":null,"e":{"f":null}}}}`, `{"a":{"b":{"e":{}}}}`, nil, []string{"/a/b/d", "/a/b/e/f"}},
		{"2^53 and its neighbour", `{"n":9007199254740992}`, `{"n":9007199254740993}`, `{"n":9007199254740993}`, `{"n":9007199254740993}`, nil, nil},
		{"an object for a scalar", `{"a":1}`, `{"a":{}}`, `{"a":{}}`, `{"a":{}}`, nil, nil},
		{"two objects and more inside one", `{"a":{"n":1,"o":{"x":1},"p":{"y":1,"z":1},"q":{}}}`, `{"a":{"n":2,"o":{"x":2},"p":{"y":1},"q":{},"r":3}}`, `{"a":{"n":2,"o":{"x":2},"p":{"y":1},"q":{},"r":3}}`, `{"a":{"n":2,"o":{"x":2},"p":{"z":null},"r":3}}`, nil, nil},
		{"an object that empties", `{"a":{"x":1}}`, `{"a":{}}`, `{"a":{}}`, `{"a":{"x":null}}`, nil, nil},
	}
	for _, tt := range tests {
		for _, m := range []Mode{FirstLevel, Deep} {
			want, missed := tt.firstLevel, tt.missedFirst
			if m == Deep {
				want, missed = tt.deep_, tt.missedDeep
			}
			t.Run(m.String()+"/"+tt.reason, func(t *testing.T) {
				x, _ := read(t, []byte(tt.from))
				y, _ := read(t, []byte(tt.to))
				w, _ := read(t, []byte(want))
				got, err := m.Diff(x, y)
				wellFormed(t, got.Object())
				if !got.Object().Equal(w) {
					t.Errorf("Diff(%s, %s) = %s, want %s", tt.from, tt.to, got, want)
				}
				assert.Equal(t, missed, Unreachable(err))
				assert.Equal(t, missed != nil, errors.Is(err, ErrUnreachable))
			})
		}
	}
}

// Where a mode cannot reach the goal, the Delta goes as far as it can, and each missed place
// is listed.
func TestDiffInOtherModes(t *testing.T) {
	for _, tt := range []struct {
		mode, from, to, want string
		missed               []string
	}{
		{"replace", `{"a":1}`, `{"a":null}`, `{"a":null}`, nil},
		{"replace", `{"a":1}`, `{}`, `{}`, nil},
		{"replace+ignore-empty", `{"a":1}`, `{}`, ``, []string{""}},
		{"replace+ignore-empty", `{"a":1}`, `{"b":2}`, `{"b":2}`, nil},
		{"replace+ignore-empty+strip-nulls", `{"a":1}`, `{}`, `{"a":null}`, nil},
		{"replace+strip-nulls", `{"b":1}`, `{"a":null,"c":{"d":null}}`, `{"c":{}}`, []string{"/a", "/c/d"}},
		{"replace+strip-nulls", `{"b":1}`, `{"a":null,"c":null}`, `{"b":null}`, []string{"/a", "/c"}},
		{"replace+strip-nulls", `{}`, `{"a":null}`, ``, []string{"/a"}},
		{"replace+ignore-empty+strip-nulls", `{"b":1}`, `{"a":null}`, `{"b":null}`, []string{"/a"}},
		{"replace+base-wins+strip-nulls", `{"b":1}`, `{"a":null}`, ``, []string{""}},
		{"replace+strip-nulls", `{"b":1}`, `{"a":[null,{"c":null}]}`, `{"a":[null,{}]}`, []string{"/a/1/c"}},
		{"replace+base-wins", `{"a":1}`, `{"a":2}`, ``, []string{""}},
		{"replace+base-wins", `{"a":1}`, `{}`, ``, []string{""}},
		{"replace+base-wins", `{}`, `{"a":2}`, `{"a":2}`, nil},
		{"fill", `{"a":1,"b":2,"c":{"d":3}}`, `{"a":2,"c":{"d":4},"e":5,"f":null}`, `{"e":5}`, []string{"/a", "/b", "/c", "/f"}},
		{"fill+all-levels", `{"a":1,"c":{"d":3,"g":6}}`, `{"a":1,"c":{"d":4,"e":5}}`, `{"c":{"e":5}}`, []string{"/c/d", "/c/g"}},
		{"first-level+ignore-empty", `{"a":1,"b":2}`, `{}`, `{"a":null,"b":null}`, nil},
		{"first-level+strip-nulls", `{"a":1}`, `{"a":{"x":null,"y":{"z":null}},"b":["null"]}`, `{"a":{"y":{}},"b":["null"]}`, []string{"/a/x", "/a/y/z"}},
		{"first-level+append-lists", `{"l":[1]}`, `{"l":[1,2,1]}`, `{"l":[2,1]}`, nil},
		{"first-level+append-lists", `{"l":[1,2],"m":[1]}`, `{"l":[1],"m":[2,1]}`, ``, []string{"/l", "/m"}},
		{"first-level+append-lists", `{"l":[1],"m":2}`, `{"l":3,"m":[2]}`, `{"l":3,"m":[2]}`, nil},
		{"first-level+union-lists", `{"l":[1],"m":[1]}`, `{"l":[1,2],"m":[1,2,1.0]}`, `{"l":[2]}`, []string{"/m"}},
		{"first-level+strip-nulls+append-lists", `{"l":[1],"m":[1],"n":[1]}`, `{"l":[1,{"x":null}],"m":[1,null],"n":[1,"null"]}`, `{"m":[null],"n":["null"]}`, []string{"/l"}},
		{"first-level+strip-nulls+append-lists", `{"l":[1]}`, `{"l":[1,[ null , {} ]]}`, `{"l":[[null,{}]]}`, nil},
		{"first-level+append-lists", `{"l":[1]}`, `{"l":[1,{"x":null}]}`, `{"l":[{"x":null}]}`, nil},
		{"deep+append-lists", `{"o":{"l":[1],"m":[1]}}`, `{"o":{"l":[1,2],"m":[]}}`, `{"o":{"l":[2]}}`, []string{"/o/m"}},
	} {
		m, ok := ParseMode(tt.mode)
		require.True(t, ok, tt.mode)
		want, _ := read(t, []byte(tt.want))
		d, err := m.Diff(MustParse(tt.from), MustParse(tt.to))
		wellFormed(t, d.Object())
		assert.True(t, d.Equal(DeltaOf(want)), "%s: Diff(%s, %s) = %s", tt.mode, tt.from, tt.to, d)
		assert.Equal(t, tt.missed, Unreachable(err), "%s: Diff(%s, %s)", tt.mode, tt.from, tt.to)
	}
}
