package metadata

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A combination of flags acts as the one without the flags that have no effect,
// and so does a number with a bit that is no flag.
func TestFlagsWithoutEffect(t *testing.T) {
	t.Parallel()
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
		same := m.effective()
		require.Contains(t, modes, same)
		assert.Equal(t, same, same.effective())
		assert.Equal(t, same.String(), m.String())
		for _, x := range objects {
			for _, y := range objects {
				d := DeltaOf(y)
				mergeTwins(t, m, x, y)
				assert.Equal(t, same.Merge(x, d).String(), m.Merge(x, d).String(), "%d: %s %s", n, x, d)
				a, err := same.AppendMerge(nil, []byte(x.String()), []byte(y.String()))
				b, err2 := m.AppendMerge(nil, []byte(x.String()), []byte(y.String()))
				assert.Equal(t, string(a), string(b), "%d: %s %s", n, x, d)
				assert.Equal(t, err, err2)
				assert.Equal(t, text(same.Diff(x, y)), text(m.Diff(x, y)), "%d: %s %s", n, x, y)
				assert.Equal(t, text(same.FromDeep(x, d)), text(m.FromDeep(x, d)), "%d: %s %s", n, x, d)
				assert.Equal(t, same.Compose(DeltaOf(x), d), m.Compose(DeltaOf(x), d), "%d: %s %s", n, x, d)
			}
		}
	}
}

func TestEffectiveFlags(t *testing.T) {
	assert.Len(t, modes, 56)
	for m, want := range map[Mode]Mode{
		Replace | AllLevels | AppendLists | UnionLists: Replace,
		Replace | Deep | BaseWins | StripNulls:         Replace | IgnoreEmpty | BaseWins | StripNulls,
		AppendLists | UnionLists:                       AppendLists,
		Deep | AppendLists | UnionLists | StripNulls:   Deep | AppendLists | StripNulls,
		Mode(1 << 7): FirstLevel,
		Deep | Fill:  Deep | BaseWins,
	} {
		assert.Equal(t, want, m.effective(), m)
	}
	assert.Equal(t, Mode(0), FirstLevel)
}

func TestModeNames(t *testing.T) {
	for _, m := range modes {
		again, ok := ParseMode(m.String())
		assert.True(t, ok, m)
		assert.Equal(t, m, again, m)
	}
	for name, want := range map[string]Mode{
		"first-level": FirstLevel, "deep": Deep, "replace": Replace, "fill": Fill,
		"first-level+union-lists": FirstLevel | UnionLists, "first-level+all-levels": AllLevels, "first-level+ignore-empty": IgnoreEmpty,
		"first-level+base-wins": BaseWins, "deep+base-wins": Deep | Fill, "deep+strip-nulls+append-lists": Deep | StripNulls | AppendLists,
		"replace+base-wins+ignore-empty+strip-nulls": Replace | BaseWins | IgnoreEmpty | StripNulls,
	} {
		got, ok := ParseMode(name)
		assert.True(t, ok, name)
		assert.Equal(t, want, got, name)
		assert.Equal(t, name, want.String())
	}
	for name, want := range map[string]string{
		"fill+all-levels": "deep+base-wins", "deep+union-lists+append-lists": "deep+append-lists", "replace+all-levels": "replace",
		"deep+ignore-empty+ignore-empty": "deep", "first-level+ignore-empty+all-levels": "deep",
	} {
		got, ok := ParseMode(name)
		assert.True(t, ok, name)
		assert.Equal(t, want, got.String(), name)
	}
	for _, bad := range []string{"", "sideways", "Deep", "deep+", "+deep", "deep+lists", "deep+fill", "union-lists", "deep+lists=union", "deep++union-lists"} {
		_, ok := ParseMode(bad)
		assert.False(t, ok, bad)
	}
}

func TestModes(t *testing.T) {
	const union, appends = FirstLevel | UnionLists, FirstLevel | AppendLists
	const stripped, keeps = FirstLevel | StripNulls, FirstLevel | IgnoreEmpty
	for _, tt := range []struct {
		m                 Mode
		base, delta, want string
	}{
		{Replace, `{"a":1}`, `{"b":null}`, `{"b":null}`},
		{Replace, `{"a":1}`, `{}`, `{}`},
		{Fill, `{"a":{"x":1},"n":null}`, `{"a":{"y":2},"b":{"z":null},"c":null,"n":1}`, `{"a":{"x":1},"n":null,"b":{"z":null}}`},
		{Fill, `{"a":1}`, `{}`, `{"a":1}`},
		{union, `{"l":[1,"a",{"x":1,"y":2}]}`, `{"l":[1.0,"b",{"y":2,"x":1e0},"b"]}`, `{"l":[1,"a",{"x":1,"y":2},"b"]}`},
		{union, `{"l":[ ]}`, `{"l":[1,1]}`, `{"l":[1]}`},
		{appends, `{"l":[1 , 2 ]}`, `{"l":[2]}`, `{"l":[1,2,2]}`},
		{appends, `{"l":1}`, `{"l":[2]}`, `{"l":[2]}`},
		{stripped, `{}`, `{"a":{"x":null,"l":[null,{"y":null,"z":1}]}}`, `{"a":{"l":[null,{"z":1}]}}`},
		{keeps, `{"a":1}`, `{}`, `{"a":1}`},
	} {
		got := tt.m.Merge(MustParse(tt.base), MustDelta(tt.delta))
		assert.True(t, got.Equal(MustParse(tt.want)), "%v: %s and %s give %s", tt.m, tt.base, tt.delta, got)
	}
}
