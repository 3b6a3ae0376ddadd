package patch_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// A fault deep inside metadata costs no pointer, once the list is full that its rule
// adds to by the reading that holds.
func TestDeepFaultsInMetadata(t *testing.T) {
	const levels, n = 5_000, 20_000
	element := `{"a.b":1},`
	o := metadata.MustParse(strings.Repeat(`{"a":`, levels) + "[" + strings.TrimSuffix(strings.Repeat(element, n), ",") + "]" + strings.Repeat("}", levels))
	pointers := uint64(2 * levels * n)
	for _, sources := range []rule.Sources{rule.Strict, rule.Current, rule.Lenient} {
		target := user.Target{Sources: sources, Connection: user.Connection{Kind: user.Database}}
		p := patch.Payload{UserMetadata: metadata.DeltaOf(o)}
		assert.Less(t, allocated(func() { p.Validate(target) }), pointers/4, "%v", sources)
		assert.Less(t, allocated(func() { _, _ = p.Apply(user.Profile{}, target) }), pointers/4, "%v", sources)
	}
	assert.Less(t, allocated(func() { _, _ = patch.Diff(user.Profile{}, user.Profile{UserMetadata: o}) }), pointers/4)
}

// Validate of a long list that holds a null takes little more memory than its text.
func TestValidateOfALongListWithNull(t *testing.T) {
	text := `{"user_metadata":{"l":[` + strings.Repeat("1,", 200_000) + `null]}}`
	p, err := patch.Parse([]byte(text))
	require.NoError(t, err)
	for _, sources := range []rule.Sources{rule.Strict, rule.Current, rule.Lenient} {
		target := user.Target{Sources: sources, Connection: user.Connection{Kind: user.Database}}
		p.Validate(target)
		assert.Less(t, allocated(func() { p.Validate(target) }), uint64(3*len(text)), "%v", sources)
	}
}

// Apply takes no memory for metadata that the payload does not touch, however large.
func TestApplyCostsWhatIsTouched(t *testing.T) {
	p, err := patch.Parse([]byte(`{"name":"Kim","user_metadata":{"a":1},"app_metadata":{"b":null}}`))
	require.NoError(t, err)
	target := user.Target{Policies: rule.Policies{rule.ProfileAllowance: "uncapped"}, Connection: user.Connection{Kind: user.Database}}
	cost := func(size int) uint64 {
		long := `"` + strings.Repeat("x", size) + `"`
		u, err := user.Parse([]byte(`{"user_id":"auth0|1","user_metadata":{"a":2,"l":` + long + `},"app_metadata":{"b":1,"l":[ ` + long + ` ]},"custom":` + long + `,"identities":[{"provider":"auth0","user_id":"1","profileData":{"l":` + long + `}}]}`))
		require.NoError(t, err)
		out, err := p.Apply(u, target)
		require.NoError(t, err)
		assert.NotEmpty(t, out.Warnings, "of the size")
		apply := func() { _, _ = p.Apply(u, target) }
		return min(allocated(apply), allocated(apply), allocated(apply)) // the runtime allocates now and then
	}
	assert.InDelta(t, cost(20<<10), cost(2<<20), 4<<10) // one warning more
}

// allocated returns how many bytes f allocates, freed or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A full list of violations hides no warning.
func TestFullListHidesNoWarning(t *testing.T) {
	var b strings.Builder
	for i := range limit.Entries + 1 {
		fmt.Fprintf(&b, `"%d.":1,`, i)
	}
	p, err := patch.Parse([]byte(`{"user_metadata":{` + b.String() + `"last":{"x.y":1}}}`))
	require.NoError(t, err)
	v := p.Validate(user.Target{Sources: rule.Lenient})
	assert.ErrorIs(t, v.Err(), rule.More)
	assert.Contains(t, pointers(v.Warnings, rule.NestedMetadataName), "/user_metadata/last/x.y")
	assert.Empty(t, pointers(p.Validate(user.Target{}).Warnings, rule.NestedMetadataName))
}

// pointers returns the pointers of the violations of one rule.
func pointers(list rule.Violations, id rule.ID) (all []string) {
	for _, v := range list {
		if v.Rule == id {
			all = append(all, v.Pointer)
		}
	}
	return all
}

// Blank inputs that are not in the schema are null with PassEmpty, in their places. One
// copy of the payload for each of them would take hours.
func TestManyBlankInputs(t *testing.T) {
	const n = 50_000
	blank := [...]string{"null", `""`, "{}", "[]"}
	var inputs, sent strings.Builder
	for i := range n {
		fmt.Fprintf(&inputs, `"m%d":%s,`, i, blank[i%len(blank)])
		fmt.Fprintf(&sent, `"m%d":null,`, i)
	}
	o := metadata.MustParse(`{"z":0,` + inputs.String() + `"name":"","app_metadata":[],"a":false}`)
	p, _, err := patch.FromInputs(o, metadata.PassEmpty)
	require.NoError(t, err)
	assert.Equal(t, `{"z":0,`+sent.String()+`"a":false}`, p.Extra.String(), "in order")
	p, _, err = patch.FromInputs(o, metadata.SkipEmpty)
	require.NoError(t, err)
	assert.Equal(t, `{"z":0,"a":false}`, p.Extra.String())
	p, _, err = patch.FromInputs(metadata.MustParse(`{"x":null}`), metadata.SkipEmpty)
	require.NoError(t, err)
	assert.True(t, p.Extra.IsZero())
}

// A nil raw message is sent as null, as by encoding/json. What is absent is not.
func TestFromNulls(t *testing.T) {
	p, err := patch.From(map[string]any{"name": json.RawMessage(nil)})
	require.NoError(t, err)
	assert.True(t, p.Name.IsNull())
	for _, absent := range []any{metadata.Object{}, metadata.Value{}, json.Number("")} {
		_, err = patch.From(map[string]any{"user_metadata": absent})
		assert.ErrorIs(t, err, metadata.ErrType, "%T", absent)
	}
	deep := metadata.MustParse(strings.Repeat(`{"a":`, metadata.MaxLevels-1) + "{}" + strings.Repeat("}", metadata.MaxLevels-1))
	for _, v := range []any{user.Profile{UserMetadata: deep}, patch.Payload{UserMetadata: metadata.DeltaOf(deep)}} {
		_, err = patch.From(v)
		assert.ErrorIs(t, err, metadata.ErrDepth, "%T", v)
	}
}
