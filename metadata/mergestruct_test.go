package metadata_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
)

type settings struct {
	Color   string            `json:"color,omitempty"`
	Size    int               `json:"size,omitzero"`
	Ratio   float64           `json:"ratio,omitempty"`
	Beta    bool              `json:"beta"`
	Loud    *bool             `json:"loud,omitempty"`
	Address address           `json:"address,omitzero"`
	Work    *address          `json:"work,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
	Tree    map[string]any    `json:"tree,omitempty"`
	Tags    []string          `json:"tags,omitempty"`
	Grid    [][]int           `json:"grid,omitempty"`
	Seen    time.Time         `json:"seen,omitzero"`
	Until   *time.Time        `json:"until,omitempty"`
	Raw     metadata.Object   `json:"raw,omitzero"`
	Any     any               `json:"any,omitempty"`
	embedded
}

type address struct {
	Street string `json:"street,omitempty"`
	City   string `json:"city,omitempty"`
}

type embedded struct {
	Level int `json:"level,omitempty"`
}

func ptr[T any](v T) *T { return &v }

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func full() settings {
	return settings{
		Color: "red", Size: 3, Ratio: 1.5, Beta: true, Loud: ptr(true), Address: address{"Elm 1", "Bern"}, Work: &address{"High 2", "Basel"},
		Labels: map[string]string{"a": "1", "b": "2"}, Tree: map[string]any{"x": map[string]any{"y": "1", "z": "2"}, "l": []any{"1"}},
		Tags: []string{"t"}, Grid: [][]int{{1}, {2}}, Seen: noon, Until: ptr(noon), Raw: metadata.MustParse(`{"k":1}`), Any: map[string]any{"m": "1"},
		embedded: embedded{Level: 7},
	}
}

func TestMergeStructSkipsEmpty(t *testing.T) {
	got, err := metadata.MergeStruct(full(), settings{}, metadata.SkipEmpty)
	require.NoError(t, err)
	if diff := cmp.Diff(full(), got, cmp.AllowUnexported(settings{})); diff != "" {
		t.Errorf("an empty change changes: %s", diff)
	}
	got, err = metadata.MergeStruct(full(), settings{
		Color: "blue", Loud: ptr(false), Address: address{City: "Chur"}, Work: &address{Street: "Low 3"}, Labels: map[string]string{"b": "3", "c": "4", "a": ""},
		Tree: map[string]any{"x": map[string]any{"y": "9"}, "w": nil}, Tags: []string{"u", "v"}, Seen: noon.Add(time.Hour), Any: map[string]any{"n": "2"},
		Raw: metadata.MustParse(`{"j":2}`), embedded: embedded{Level: 8},
	}, metadata.SkipEmpty)
	require.NoError(t, err)
	want := full()
	want.Color, want.Loud, want.Address.City, want.Work.Street = "blue", ptr(false), "Chur", "Low 3"
	want.Labels = map[string]string{"a": "1", "b": "3", "c": "4"}
	want.Tree = map[string]any{"x": map[string]any{"y": "9", "z": "2"}, "l": []any{"1"}, "w": nil}
	want.Tags, want.Seen, want.Any = []string{"u", "v"}, noon.Add(time.Hour), map[string]any{"m": "1", "n": "2"}
	want.Raw, want.Level = metadata.MustParse(`{"j":2}`), 8
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(settings{})); diff != "" {
		t.Error(diff)
	}
}

func TestMergeStructPassesEmpty(t *testing.T) {
	got, err := metadata.MergeStruct(full(), settings{}, metadata.PassEmpty)
	require.NoError(t, err)
	if diff := cmp.Diff(settings{}, got, cmp.AllowUnexported(settings{})); diff != "" {
		t.Errorf("something stays: %s", diff)
	}
	change := full()
	change.Color, change.Address.City, change.Labels, change.Seen = "", "", map[string]string{"a": "", "c": "5"}, time.Time{}
	change.Tree = map[string]any{"x": map[string]any{"z": ""}}
	got, err = metadata.MergeStruct(full(), change, metadata.PassEmpty)
	require.NoError(t, err)
	want := full()
	want.Color, want.Address.City, want.Seen = "", "", time.Time{}
	want.Labels = map[string]string{"a": "", "b": "2", "c": "5"} // keys that change lacks stay
	want.Tree = map[string]any{"x": map[string]any{"y": "1", "z": ""}, "l": []any{"1"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(settings{})); diff != "" {
		t.Error(diff)
	}
}

// A merge changes neither input, and neither does writing to its result.
func TestMergeStructSharesNothing(t *testing.T) {
	for _, empties := range []metadata.Empties{metadata.SkipEmpty, metadata.PassEmpty} {
		for _, bases := range [][2]settings{{full(), full()}, {full(), {}}, {{}, full()}} {
			base, change := bases[0], bases[1]
			before, changeBefore := toJSON(t, base), toJSON(t, change)
			got, err := metadata.MergeStruct(base, change, empties)
			require.NoError(t, err)
			if got.Loud != nil {
				*got.Loud = !*got.Loud
				*got.Until = time.Time{}
				got.Work.City = "changed"
				got.Labels["a"] = "changed"
				got.Tree["x"].(map[string]any)["y"] = "changed"
				got.Tree["l"].([]any)[0] = "changed"
				got.Tags[0] = "changed"
				got.Grid[0][0] = 99
				got.Any.(map[string]any)["m"] = "changed"
			}
			assert.Equal(t, before, toJSON(t, base))
			assert.Equal(t, changeBefore, toJSON(t, change))
		}
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

func TestMergeStructOfMaps(t *testing.T) {
	got, err := metadata.MergeStruct(map[string]any{"a": 1, "b": map[string]any{"c": 2}}, map[string]any{"b": map[string]any{"d": 3}, "a": 0}, metadata.SkipEmpty)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"a": 1, "b": map[string]any{"c": 2, "d": 3}}, got)
	got, err = metadata.MergeStruct(nil, map[string]any{"a": 1}, metadata.SkipEmpty)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"a": 1}, got)
	got, err = metadata.MergeStruct(map[string]any{"a": 1}, nil, metadata.PassEmpty)
	require.NoError(t, err)
	assert.Empty(t, got)
}

func TestMergeStructRefuses(t *testing.T) {
	_, err := metadata.MergeStruct(1, 2, metadata.SkipEmpty)
	assert.ErrorIs(t, err, metadata.ErrNotObject)
	_, err = metadata.MergeStruct(ptr(1), nil, metadata.SkipEmpty)
	assert.ErrorIs(t, err, metadata.ErrNotObject)
	_, err = metadata.MergeStruct(struct{ C chan int }{make(chan int)}, struct{ C chan int }{}, metadata.SkipEmpty)
	assert.ErrorIs(t, err, metadata.ErrType)
	type ring struct {
		Next *ring
		N    int
	}
	a, b := &ring{N: 1}, &ring{N: 2}
	a.Next, b.Next = a, b
	_, err = metadata.MergeStruct(*a, *b, metadata.SkipEmpty)
	assert.ErrorIs(t, err, metadata.ErrType)
	self := map[string]any{}
	self["self"] = self
	_, err = metadata.MergeStruct(self, map[string]any{"a": 1}, metadata.SkipEmpty)
	assert.ErrorIs(t, err, metadata.ErrType)
}

func TestFromAndDecodeRoundTrip(t *testing.T) {
	for _, want := range []settings{{}, full(), {Tags: []string{}, Labels: map[string]string{}}} {
		want.embedded = embedded{}
		o, err := metadata.From(want)
		require.NoError(t, err)
		var got settings
		require.NoError(t, o.Decode(&got))
		again, err := metadata.From(got)
		require.NoError(t, err)
		assert.True(t, again.Equal(o), "%s, %s", o, again)
		assert.Equal(t, toJSON(t, want), o.String())
	}
	o, err := metadata.From(full())
	require.NoError(t, err)
	_, has := o.Get("size")
	assert.True(t, has)
	o, err = metadata.From(settings{})
	require.NoError(t, err)
	assert.Equal(t, `{"beta":false}`, o.String())
	none, err := metadata.From((*settings)(nil))
	require.NoError(t, err)
	assert.True(t, none.IsZero())
	_, err = metadata.From([]int{1})
	assert.ErrorIs(t, err, metadata.ErrNotObject)
}

type promoted struct {
	M map[string]int
	P *address
}

type dated struct { // one value because of IsZero, although it has exported fields
	Tags map[string]string
}

func (d dated) IsZero() bool { return d.Tags == nil }

type odd struct {
	promoted
	ID     [4]byte
	D      dated
	W, H   map[string]int
	A, B   *address
	Nil    any
	hidden int
}

func TestMergeStructOfUnusualTypes(t *testing.T) {
	t.Parallel()
	shared := map[string]int{"x": 1}
	here := &address{City: "Bern"}
	base := odd{promoted: promoted{M: map[string]int{"x": 1}, P: &address{City: "Bern"}}, ID: [4]byte{1}, D: dated{map[string]string{"a": "1"}},
		W: shared, H: shared, A: here, B: here, Nil: 1, hidden: 7}
	change := odd{promoted: promoted{M: map[string]int{"y": 2}, P: &address{Street: "Elm"}}, W: map[string]int{"y": 2}, A: &address{Street: "Elm"}, Nil: (*address)(nil)}
	before, changeBefore := toJSON(t, base), toJSON(t, change)
	got, err := metadata.MergeStruct(base, change, metadata.SkipEmpty)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"x": 1, "y": 2}, got.M)
	assert.Equal(t, &address{"Elm", "Bern"}, got.P)
	assert.Equal(t, [4]byte{1}, got.ID)
	assert.Equal(t, map[string]int{"x": 1}, got.H, "a map that is there twice")
	assert.Equal(t, &address{City: "Bern"}, got.B)
	assert.Equal(t, 1, got.Nil)
	assert.Equal(t, 7, got.hidden)
	got.M["x"], got.P.City, got.D.Tags["a"], got.W["x"] = 9, "changed", "changed", 9
	assert.Equal(t, before, toJSON(t, base))
	assert.Equal(t, changeBefore, toJSON(t, change))

	type pointing struct{ *promoted }
	_, err = metadata.MergeStruct(pointing{}, pointing{&promoted{}}, metadata.SkipEmpty)
	var es metadata.Errors
	require.ErrorAs(t, err, &es)
	_, err = metadata.MergeStruct(pointing{}, pointing{}, metadata.SkipEmpty)
	require.NoError(t, err)

	type chain struct{ Next *chain }
	var long chain
	for range 200_000 {
		next := long
		long = chain{&next}
	}
	_, err = metadata.MergeStruct(long, chain{}, metadata.SkipEmpty)
	assert.ErrorIs(t, err, metadata.ErrType)
}

type opaque struct{ n int } // one value: it has no exported fields

type fragile struct{ S string }

func (f fragile) IsZero() bool { panic("not today") }

func TestMergeStructOfForeignTypes(t *testing.T) {
	type holder struct {
		O opaque
		S string
	}
	for _, empties := range []metadata.Empties{metadata.SkipEmpty, metadata.PassEmpty} {
		got, err := metadata.MergeStruct(holder{opaque{1}, "a"}, holder{O: opaque{2}}, empties)
		require.NoError(t, err)
		assert.Equal(t, opaque{2}, got.O)
	}
	got, err := metadata.MergeStruct(holder{opaque{1}, "a"}, holder{S: "b"}, metadata.SkipEmpty)
	require.NoError(t, err)
	assert.Equal(t, holder{opaque{1}, "b"}, got)

	_, err = metadata.MergeStruct(struct{ F fragile }{}, struct{ F fragile }{fragile{"a"}}, metadata.SkipEmpty)
	assert.ErrorIs(t, err, metadata.ErrType, "what panics is refused")
}

type guarded struct {
	Name   string
	mu     sync.Mutex
	seen   time.Time
	ids    [2]int
	counts map[string]int
	at     *address
	home   address
	list   []string
	any    any
	object metadata.Object
	done   chan int
	call   func()
	opaque
	Inner struct {
		City string
		seen *time.Time
		m    map[string]any
	}
}

// Unexported fields of any type stay those of base.
func TestMergeStructKeepsUnexportedFields(t *testing.T) {
	t.Parallel()
	fill := func(name string, n int) *guarded {
		g := &guarded{Name: name, seen: noon.AddDate(n, 0, 0), ids: [2]int{n}, counts: map[string]int{name: n}, at: &address{City: name},
			home: address{City: name}, list: []string{name}, any: map[string]any{name: n}, object: metadata.MustParse(`{"` + name + `":1}`),
			done: make(chan int, n), call: func() {}, opaque: opaque{n}}
		g.Inner.City, g.Inner.seen, g.Inner.m = name, &g.seen, map[string]any{name: n}
		return g
	}
	for _, empties := range []metadata.Empties{metadata.SkipEmpty, metadata.PassEmpty} {
		for name, change := range map[string]*guarded{"full": fill("change", 2), "named": {Name: "change"}, "empty": {}} {
			base := fill("base", 1)
			base.mu.Lock()
			got, err := metadata.MergeStruct(struct{ G *guarded }{base}, struct{ G *guarded }{change}, empties)
			require.NoError(t, err, "%v: %s", empties, name)
			g, want := got.G, fill("base", 1)
			switch {
			case empties == metadata.PassEmpty:
				want.Name, want.Inner.City = change.Name, change.Inner.City
			case name == "full":
				want.Name, want.Inner.City = "change", "change"
			case name == "named":
				want.Name = "change"
			}
			assert.Equal(t, want.Name, g.Name, "%v: %s", empties, name)
			assert.Equal(t, want.Inner.City, g.Inner.City, "%v: %s", empties, name)
			assert.Equal(t, []any{base.seen, base.ids, base.counts, base.at, base.home, base.list, base.any, base.object, base.done, base.opaque, base.Inner.seen, base.Inner.m},
				[]any{g.seen, g.ids, g.counts, g.at, g.home, g.list, g.any, g.object, g.done, g.opaque, g.Inner.seen, g.Inner.m}, "%v: %s", empties, name)
			assert.False(t, g.mu.TryLock(), "the mutex is that of base")
		}
	}
}

func TestEmptiesPrints(t *testing.T) {
	assert.Equal(t, "skip-empty pass-empty", fmt.Sprint(metadata.SkipEmpty, " ", metadata.PassEmpty))
	assert.Equal(t, metadata.SkipEmpty, metadata.Empties(false))
}

type nested []nested

func TestMergeStructOfAPartOfItself(t *testing.T) {
	t.Parallel()
	part := nested{nil, nil}
	part[1] = part[:1]
	got, err := metadata.MergeStruct(struct{ S nested }{}, struct{ S nested }{part}, metadata.SkipEmpty)
	require.NoError(t, err)
	assert.Equal(t, nested{nil, {nil}}, got.S)

	deep, many := nested{}, map[string]any{}
	for range metadata.MaxLevels {
		deep, many = nested{deep}, map[string]any{"a": many}
	}
	_, err = metadata.MergeStruct(struct{ S nested }{}, struct{ S nested }{deep}, metadata.SkipEmpty)
	assert.ErrorIs(t, err, metadata.ErrType)
	_, err = metadata.MergeStruct(map[string]any{}, many, metadata.SkipEmpty)
	assert.ErrorIs(t, err, metadata.ErrType)
	_, err = metadata.MergeStruct(struct{ S nested }{}, struct{ S nested }{deep[0][0]}, metadata.SkipEmpty)
	assert.NoError(t, err)

	ring := nested{nil}
	ring[0] = ring
	_, err = metadata.MergeStruct(struct{ S nested }{}, struct{ S nested }{ring}, metadata.SkipEmpty)
	assert.ErrorIs(t, err, metadata.ErrType)
}

// Levels of arrays count too.
func TestMergeStructCountsLevelsOfArrays(t *testing.T) {
	type s struct{ A any }
	var x any = 1
	for range metadata.MaxLevels {
		x = [1]any{x}
	}
	_, err := metadata.MergeStruct(s{}, s{A: x}, metadata.SkipEmpty)
	assert.ErrorIs(t, err, metadata.ErrType)
}
