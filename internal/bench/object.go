package bench

import (
	"encoding/json"
	"maps"

	"dario.cat/mergo"
	"github.com/bytedance/sonic"
	goccy "github.com/goccy/go-json"

	"github.com/metameld/metameld/metadata"
)

// ObjectMerger is one way to merge objects in memory without changing them.
type ObjectMerger struct {
	Name string

	// Read reads the texts and returns a function that merges them. Its result is
	// an object that encoding/json can encode.
	Read func(doc, patch []byte) (merge func() any, err error)
}

// ObjectMergers returns those that know the mode; that of metameld comes first.
func ObjectMergers(m metadata.Mode) []ObjectMerger {
	onMaps := func(merge func(base, delta map[string]any) any) func(doc, patch []byte) (func() any, error) {
		return func(doc, patch []byte) (func() any, error) {
			base, delta, err := decode(json.Unmarshal, doc, patch)
			return func() any { return merge(base, delta) }, err
		}
	}
	ms := []ObjectMerger{
		{"metameld", func(doc, patch []byte) (func() any, error) {
			base, err := metadata.Parse(doc)
			if err != nil {
				return nil, err
			}
			delta, err := metadata.ParseDelta(patch)
			return func() any { return m.Merge(base, delta) }, err
		}},
		{"mergo", onMaps(mergeMergoMaps)},
		{"copy-and-merge", onMaps(func(base, delta map[string]any) any { return mergeDecoded(m, copyMap(base), delta) })},
	}
	if m == metadata.FirstLevel {
		// It shares values with the base, as metameld does; but these can be changed.
		ms = append(ms, ObjectMerger{"maps.Clone", onMaps(func(base, delta map[string]any) any {
			return mergeDecoded(m, maps.Clone(base), delta)
		})})
	}
	return ms
}

// mergeMergoMaps merges into a copy, as mergo changes the maps of its destination
// at every level. It merges every level; see objectPatch and mergeMergo.
func mergeMergoMaps(base, delta map[string]any) any {
	to := copyMap(base)
	if err := mergo.Merge(&to, delta, mergo.WithOverride); err != nil {
		panic(err) // a test merges the same
	}
	deleteNulls(to, delta)
	return to
}

func copyMap(m map[string]any) map[string]any {
	c := make(map[string]any, len(m))
	for name, v := range m {
		c[name] = copyValue(v)
	}
	return c
}

func copyValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return copyMap(v)
	case []any:
		c := make([]any, len(v))
		for i, e := range v {
			c[i] = copyValue(e)
		}
		return c
	}
	return v
}

// Parser is one way to read a text.
type Parser struct {
	Name  string
	Parse func(text []byte) (any, error)
}

// Parsers returns them; that of metameld comes first. The others decode into
// map[string]any: they round numbers, and take the last of duplicate names.
func Parsers() []Parser {
	into := func(unmarshal func(text []byte, v any) error) func(text []byte) (any, error) {
		return func(text []byte) (any, error) {
			var m map[string]any
			err := unmarshal(text, &m)
			return m, err
		}
	}
	return []Parser{
		{"metameld", func(text []byte) (any, error) { return metadata.Parse(text) }},
		{"encoding-json", into(json.Unmarshal)},
		{"goccy", into(func(text []byte, v any) error { return goccy.Unmarshal(text, v) })},
		{"sonic", into(sonic.ConfigFastest.Unmarshal)},
	}
}
