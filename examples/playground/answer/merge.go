package answer

import "github.com/metameld/metameld/metadata"

// Merged is the merge of metadata in one mode.
type Merged struct {
	Mode   string `json:"mode"`
	Result string `json:"result"`
	Effect
}

// merge answers for the tab merge.
func (a *Answer) merge(s State) {
	base, known := read(a, "base", s.Base, metadata.Parse)
	d, ok := read(a, "delta", s.Delta, metadata.ParseDelta)
	if !ok || !known && a.Marks["base"] != nil {
		return
	}
	named := nullsIn(string(d.Object().AppendJSON(nil)))
	lost := func(pointer string) bool { return !named.has(pointer) }
	for _, mode := range []metadata.Mode{metadata.FirstLevel, metadata.Deep, metadata.Replace, metadata.Fill} {
		result := mode.Merge(base, d)
		m := Merged{Mode: mode.String()}
		from, err := metadata.ValueOf(base)
		if err != nil { // absent
			from = metadata.MustValue("{}")
		}
		to, err := metadata.ValueOf(result)
		if err != nil {
			to = metadata.MustValue("{}")
		}
		m.Result = pretty(to)
		m.list(metadata.Changes(base, result), lost)
		m.Diff = diff(from, to, lost)
		a.Merges = append(a.Merges, m)
	}
}
