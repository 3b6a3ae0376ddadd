package vectors

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/metameld/metameld/user/rule"
)

// directories are the directories of vectors that name rules.
var directories = []string{"user", "patch", "identities"}

// elsewhere are the rules without vectors, which tests of the packages break: those that
// need a large text, the rule of unreachable metadata, and the one on targets that have
// no JSON text.
var elsewhere = []rule.ID{
	rule.MetadataSize, rule.ProfileAllowance, rule.MergedMetadataSize, rule.LargeMetadata, rule.SearchSize, rule.More, rule.MetadataUnreachable,
	rule.ConnectionKind,
}

// Each rule has a vector that breaks it and a similar one that passes. Each reading has
// a vector that warns, is refused or has a result under a target that selects it.
func TestEveryRuleHasVectors(t *testing.T) {
	breaks, passes, shows := map[rule.ID]bool{}, map[rule.ID]bool{}, map[[2]string]bool{}
	for _, dir := range directories {
		for _, v := range Load(t, dir) {
			id := rule.ID(v.Rule)
			r, ok := rule.Find(id)
			if v.Rule != "" && !ok {
				t.Errorf("%s/%s: no rule has the id %s", dir, v.Name, id)
				continue
			}
			breaks[id] = breaks[id] || v.Expect == "refused" || v.Expect == "warns"
			passes[id] = passes[id] || v.Expect == "passes"
			if v.Expect != "passes" || v.Section("want.json") != nil {
				shows[[2]string{v.Rule, reading(t, v, r)}] = true
			}
		}
	}
	for _, r := range rule.All() {
		if slices.Contains(elsewhere, r.ID) {
			continue
		}
		if !breaks[r.ID] {
			t.Errorf("%s needs a vector with expect: refused or warns (%s)", r.ID, home(r.ID))
		}
		if !passes[r.ID] {
			t.Errorf("%s needs a vector with expect: passes (%s)", r.ID, home(r.ID))
		}
		for _, x := range r.Readings {
			if !shows[[2]string{string(r.ID), x.Name}] {
				t.Errorf("%s needs a vector that shows the reading %q: its target.json selects it (%s)", r.ID, x.Name, home(r.ID))
			}
		}
	}
}

// home returns the directories to which vectors of the rule belong.
func home(id rule.ID) string {
	switch word, _, _ := strings.Cut(string(id), "."); word {
	case "value":
		return "testdata/vectors/{patch,user}"
	case "patch", "user", "identities":
		return "testdata/vectors/" + word
	}
	return "testdata/vectors"
}

// Each key, value and section that the loader accepts, and each operation of a vector,
// is in the tables of CONTRIBUTING.md.
func TestTables(t *testing.T) {
	text, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(string(text), "\n## Vectors\n")
	page, _, _ = strings.Cut(page, "\n## ")
	var v Vector
	var statements, contradictions string
	words := slices.Concat(evidence, expect, sections, slices.Collect(maps.Keys(v.keys(&statements, &contradictions))))
	for _, dir := range append([]string{"metadata"}, directories...) {
		for _, v := range Load(t, dir) {
			if v.Op != "" {
				words = append(words, v.Op)
			}
		}
	}
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		if !strings.Contains(page, "`"+word+"`") {
			t.Errorf("CONTRIBUTING.md does not explain %s under Vectors", word)
		}
	}
}

// reading returns the reading of the rule that the vector's target selects.
func reading(t *testing.T, v Vector, r rule.Rule) string {
	var target struct {
		Lenient  bool
		Sources  rule.Sources
		Policies rule.Policies
	}
	if text := v.Section("target.json"); text != nil {
		if err := json.Unmarshal(text, &target); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
	if target.Lenient {
		target.Sources = rule.Lenient
	}
	return target.Policies.Reading(target.Sources, r.ID)
}
