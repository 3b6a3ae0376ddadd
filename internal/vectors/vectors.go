// Package vectors loads the test vectors of testdata/vectors: one behaviour a
// file, in the txtar format, with a header that says where the fact comes from.
//
//	source: Auth0 Management API, UpdateUserRequestContent
//	evidence: documented
//	expect: refused
//	rule: patch.null
//	pointer: /blocked
//	statement: S1.4 S1.5
//	contradiction: C3
//	comment: blocked is true or false, never null.
//	-- patch.json --
//	{"blocked": null}
//
// The loader refuses what it does not know: a key, a section or a value that is
// misspelt would be a test that tests nothing.
package vectors

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Vector is one file.
type Vector struct {
	Name           string // of the file, without its ending
	Source         string
	Evidence       string
	Expect         string
	Rule           string
	Pointer        string
	Op             string
	Mode           string
	Statements     []string
	Contradictions []string
	Comment        string
	sections       map[string][]byte
}

// What a header and the sections may hold.
var (
	evidence = []string{"documented", "observed", "inferred", "disputed"}
	expect   = []string{"result", "passes", "warns", "refused", "fault"}
	sections = []string{
		"user.json", "patch.json", "target.json", "want.json", "base.json", "from.json", "to.json",
		"primary.json", "secondary.json", "arguments.json", "changes.json", "form.json", "response.json", "text",
		"payload.json", "login.json", "effects.json", "payloads.json", "event-users.json",
	}
)

// Load returns the vectors of the package whose directory is given, in the order
// of their names. It fails the test for each that is not as it should be, and
// where there are none.
func Load(t testing.TB, dir string) []Vector {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..", "testdata", "vectors", dir)
	names, err := filepath.Glob(filepath.Join(root, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 || len(entries) != len(names) {
		t.Fatalf("%s: %d vectors among %d files", dir, len(names), len(entries))
	}
	var list []Vector
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		v, problems := parse(text)
		v.Name = strings.TrimSuffix(filepath.Base(name), ".txtar")
		for _, p := range problems {
			t.Errorf("%s/%s: %s", dir, v.Name, p)
		}
		list = append(list, v)
	}
	return list
}

// parse reads one file and says what is wrong with it.
func parse(text []byte) (v Vector, problems []string) {
	problem := func(s string) { problems = append(problems, s) }
	header, rest := split(text)
	seen := map[string]bool{}
	for line := range strings.Lines(header) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, ": ")
		if !ok || value == "" {
			problem("a header line without a key and a value: " + line)
			continue
		}
		if seen[key] {
			problem("the key " + key + " twice")
		}
		seen[key] = true
		switch key {
		case "source":
			v.Source = value
		case "evidence":
			v.Evidence = value
		case "expect":
			v.Expect = value
		case "rule":
			v.Rule = value
		case "pointer":
			v.Pointer = value
		case "op":
			v.Op = value
		case "mode":
			v.Mode = value
		case "statement":
			v.Statements = strings.Fields(value)
		case "contradiction":
			v.Contradictions = strings.Fields(value)
		case "comment":
			v.Comment = value
		default:
			problem("an unknown key: " + key)
		}
	}
	if v.Source == "" || v.Comment == "" {
		problem("a header without source or comment")
	}
	if !slices.Contains(evidence, v.Evidence) {
		problem("evidence is none of " + strings.Join(evidence, ", "))
	}
	if !slices.Contains(expect, v.Expect) {
		problem("expect is none of " + strings.Join(expect, ", "))
	}
	v.sections = map[string][]byte{}
	for len(rest) > 0 {
		var name string
		var body []byte
		name, body, rest = section(rest)
		switch _, twice := v.sections[name]; {
		case twice:
			problem("the section " + name + " twice")
		case !slices.Contains(sections, name):
			problem("an unknown section: " + name)
		case strings.HasSuffix(name, ".json") && v.Expect != "fault" && !json.Valid(body):
			problem("the section " + name + " is not JSON")
		}
		v.sections[name] = bytes.TrimSpace(body)
	}
	if len(v.sections) == 0 {
		problem("no section")
	}
	return v, problems
}

// split cuts a file before its first section.
func split(text []byte) (header string, rest []byte) {
	for i := 0; i < len(text); i++ {
		if i == 0 || text[i-1] == '\n' {
			if _, ok := marker(text[i:]); ok {
				return string(text[:i]), text[i:]
			}
		}
	}
	return string(text), nil
}

// marker returns the name in a line "-- name --" at the start of text.
func marker(text []byte) (name string, ok bool) {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	s := strings.TrimRight(string(line), " \r")
	if len(s) < 7 || !strings.HasPrefix(s, "-- ") || !strings.HasSuffix(s, " --") {
		return "", false
	}
	return strings.TrimSpace(s[3 : len(s)-3]), true
}

// section cuts the first section off text, which begins with its marker.
func section(text []byte) (name string, body, rest []byte) {
	name, _ = marker(text)
	_, text, _ = bytes.Cut(text, []byte("\n"))
	header, rest := split(text)
	return name, []byte(header), rest
}

// Section returns the text of a section, nil where the vector has none.
func (v Vector) Section(name string) []byte { return v.sections[name] }

// Need returns the text of a section, and fails the test where there is none.
func (v Vector) Need(t testing.TB, name string) []byte {
	t.Helper()
	text, ok := v.sections[name]
	if !ok {
		t.Fatalf("%s: no section %s", v.Name, name)
	}
	return text
}

// rule is what the tests of vectors need of a rule.
type rule struct {
	ID       string
	Readings []struct{ Name string }
}

// Covers fails the test for each of the rules, a catalogue, that no vector breaks,
// or that no neighbour names and passes, but for those that are said to be shown
// elsewhere; and for each reading that no vector shows: one of the rule that warns,
// is refused, or has a result, under a target that chooses the reading.
func Covers(t testing.TB, list []Vector, catalogue any, elsewhere ...string) {
	t.Helper()
	var rules []rule
	if text, err := json.Marshal(catalogue); err != nil {
		t.Fatal(err)
	} else if err := json.Unmarshal(text, &rules); err != nil || len(rules) == 0 {
		t.Fatal("no catalogue of rules", err)
	}
	breaks, passes, shows := map[string]bool{}, map[string]bool{}, map[[2]string]bool{}
	for _, v := range list {
		switch v.Expect {
		case "refused", "warns":
			breaks[v.Rule] = true
		case "passes":
			passes[v.Rule] = true
		}
		at := slices.IndexFunc(rules, func(r rule) bool { return r.ID == v.Rule })
		switch {
		case v.Rule == "":
		case at < 0:
			t.Errorf("%s: no rule has the id %s", v.Name, v.Rule)
		case v.Expect != "passes" || v.Section("want.json") != nil:
			shows[[2]string{v.Rule, v.reading(t, rules[at])}] = true
		}
	}
	for _, r := range rules {
		if slices.Contains(elsewhere, r.ID) {
			continue
		}
		if !breaks[r.ID] {
			t.Errorf("no vector breaks %s", r.ID)
		}
		if !passes[r.ID] {
			t.Errorf("no vector is a neighbour that passes %s", r.ID)
		}
		for _, reading := range r.Readings {
			if !shows[[2]string{r.ID, reading.Name}] {
				t.Errorf("no vector shows the reading %q of %s", reading.Name, r.ID)
			}
		}
	}
}

// reading returns the reading of the rule that the vector's target chooses.
func (v Vector) reading(t testing.TB, r rule) string {
	var target struct {
		Lenient  bool
		Policies map[string]string
	}
	if text := v.Section("target.json"); text != nil {
		if err := json.Unmarshal(text, &target); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
	name, chosen := target.Policies[r.ID]
	switch {
	case chosen:
		return name
	case len(r.Readings) == 0:
		return ""
	case target.Lenient && slices.Contains(r.Readings, struct{ Name string }{"lenient"}):
		return "lenient"
	}
	return r.Readings[0].Name
}
