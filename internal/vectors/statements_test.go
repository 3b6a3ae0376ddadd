package vectors

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	row  = regexp.MustCompile(`(?m)^\| ([SC]\d[.\d]*) \|.*$`)
	test = regexp.MustCompile("`(Test\\w+)`")
)

// sources returns the rows of the tables in docs/sources.md by their ids: statements
// (S1.4) and contradictions (C3).
func sources(t *testing.T) map[string]string {
	text, err := os.ReadFile("../../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		if rows[m[1]] != "" {
			t.Errorf("%s is there twice", m[1])
		}
		rows[m[1]] = m[0]
	}
	if len(rows) == 0 {
		t.Fatal("no ids")
	}
	return rows
}

// A vector names each statement, unless the statement names a test. Two vectors name
// each contradiction. No vector names an unknown id.
func TestSourcesHaveVectors(t *testing.T) {
	rows, shown := sources(t), map[string]int{}
	for _, dir := range []string{"user", "patch", "identities", "metadata"} {
		for _, v := range Load(t, dir) {
			for _, id := range append(v.Statements, v.Contradictions...) {
				if rows[id] == "" {
					t.Errorf("%s: docs/sources.md has no %s", v.Name, id)
				}
				shown[id]++
			}
		}
	}
	tests := testNames(t)
	for id, text := range rows {
		if m := test.FindStringSubmatch(text); m != nil {
			if !tests[m[1]] {
				t.Errorf("%s: there is no %s", id, m[1])
			}
			continue
		}
		if least := map[byte]int{'S': 1, 'C': 2}[id[0]]; shown[id] < least {
			t.Errorf("%d vectors show %s, not %d", shown[id], id, least)
		}
	}
}

// testNames returns the names of the tests of the library.
func testNames(t *testing.T) map[string]bool {
	names := map[string]bool{}
	for _, pattern := range []string{"../../*/*_test.go", "../../*/*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(text)) {
				if name, ok := strings.CutPrefix(line, "func Test"); ok {
					name, _, _ = strings.Cut(name, "(")
					names["Test"+name] = true
				}
			}
		}
	}
	return names
}
