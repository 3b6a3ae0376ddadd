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
// CONTRIBUTING.md has tables of the keys, values, operations and sections. The page
// docs/sources.md explains the ids of statements and contradictions. The loader refuses
// unknown keys, sections and values: a typo cannot disable a test.
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
	Name           string // of the file, without the extension
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

// The values of evidence and expect, and the names of sections.
var (
	evidence = []string{"documented", "observed", "inferred", "disputed"}
	expect   = []string{"result", "passes", "warns", "refused", "fault"}
	sections = []string{
		"user.json", "patch.json", "target.json", "want.json", "base.json", "from.json", "to.json",
		"primary.json", "secondary.json", "arguments.json", "changes.json", "form.json", "response.json", "text",
		"payload.json", "login.json", "effects.json", "payloads.json", "event-users.json",
	}
)

// Load returns the vectors in a directory of testdata/vectors, sorted by name. If a
// vector has a problem, or if the directory is empty, it lists the problems and ends
// the test.
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
	bad := false
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		v, problems := parse(text)
		v.Name = strings.TrimSuffix(filepath.Base(name), ".txtar")
		for _, p := range problems {
			t.Errorf("%s/%s: %s", dir, v.Name, p)
			bad = true
		}
		list = append(list, v)
	}
	if bad {
		t.FailNow()
	}
	return list
}

// parse returns the vector in text, and the problems of that text.
func parse(text []byte) (v Vector, problems []string) {
	header, rest := split(text)
	problems = v.parseHeader(header)
	return v, append(problems, v.parseSections(rest)...)
}

// keys returns where the value of each key of the header goes.
func (v *Vector) keys(statements, contradictions *string) map[string]*string {
	return map[string]*string{
		"source": &v.Source, "evidence": &v.Evidence, "expect": &v.Expect, "rule": &v.Rule, "pointer": &v.Pointer,
		"op": &v.Op, "mode": &v.Mode, "statement": statements, "contradiction": contradictions, "comment": &v.Comment,
	}
}

// parseHeader reads the lines of the header.
func (v *Vector) parseHeader(header string) (problems []string) {
	problem := func(s string) { problems = append(problems, s) }
	var statements, contradictions string
	fields := v.keys(&statements, &contradictions)
	for line := range strings.Lines(header) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, ": ")
		field := fields[key]
		switch {
		case !ok || value == "":
			problem("a header line without a key and a value: " + line)
		case field == nil:
			problem("an unknown key: " + key)
		case *field != "":
			problem("the key " + key + " twice")
		default:
			*field = value
		}
	}
	v.Statements, v.Contradictions = strings.Fields(statements), strings.Fields(contradictions)
	if v.Source == "" || v.Comment == "" {
		problem("a header without source or comment")
	}
	if !slices.Contains(evidence, v.Evidence) {
		problem("evidence is none of " + strings.Join(evidence, ", "))
	}
	if !slices.Contains(expect, v.Expect) {
		problem("expect is none of " + strings.Join(expect, ", "))
	}
	return problems
}

// parseSections reads the sections after the header.
func (v *Vector) parseSections(text []byte) (problems []string) {
	problem := func(s string) { problems = append(problems, s) }
	v.sections = map[string][]byte{}
	for len(text) > 0 {
		var name string
		var body []byte
		name, body, text = section(text)
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
	return problems
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

// Section returns the text of a section, nil if the vector has none.
func (v Vector) Section(name string) []byte { return v.sections[name] }

// Need returns the text of a section, and fails the test if there is none.
func (v Vector) Need(t testing.TB, name string) []byte {
	t.Helper()
	text, ok := v.sections[name]
	if !ok {
		t.Fatalf("%s: no section %s", v.Name, name)
	}
	return text
}
