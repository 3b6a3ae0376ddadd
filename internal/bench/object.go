package bench

import (
	"encoding/json"
	"maps"
	"strings"

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

// addObjectTexts adds merges of a patch, which is a text, into a document from which
// metameld has already made an object, and which sjson has as a text. The result is a
// text. Each run of metameld merges an object that was never merged before.
func (g *Group) addObjectTexts(d Document) {
	const m = metadata.FirstLevel
	patch := d.Patch(m)
	buf := make([]byte, 0, len(d.Text)+len(patch))
	for i, c := range ObjectTexts() {
		g.addFresh(c.Name, roleOf(i, 1), func() (func() error, error) {
			merge, err := c.Read(d.Text)
			return func() error { _, err := merge(buf, patch); return err }, err
		})
		g.Contenders[i].Unchecked, g.Contenders[i].Buffered = c.Unchecked, c.Buffered
	}
}

// ObjectText is one way to merge a text into a document that a program already has.
type ObjectText struct {
	Name                string
	Unchecked, Buffered bool // see Merger

	// Read reads the document and returns a function that merges a patch for
	// FirstLevel into it and returns the result's text. It may append it to dst,
	// which is empty.
	Read func(doc []byte) (merge func(dst, patch []byte) ([]byte, error), err error)
}

// ObjectTexts returns them. metameld comes first.
func ObjectTexts() []ObjectText {
	const m = metadata.FirstLevel
	ours := func(doc []byte) (func(dst, patch []byte) ([]byte, error), error) {
		base, err := metadata.Parse(doc)
		return func(dst, patch []byte) ([]byte, error) {
			delta, err := metadata.ParseDelta(patch)
			if err != nil {
				return nil, err
			}
			return m.Merge(base, delta).AppendJSON(dst), nil
		}, err
	}
	list := []ObjectText{{"metameld", false, true, ours}}
	for _, c := range Mergers(m) {
		if strings.HasPrefix(c.Name, "sjson") {
			list = append(list, ObjectText{c.Name, c.Unchecked, c.Buffered, func(doc []byte) (func(dst, patch []byte) ([]byte, error), error) {
				return func(dst, patch []byte) ([]byte, error) { return c.Merge(dst, doc, patch) }, nil
			}})
		}
	}
	return list
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
