// Package docs tests the project's pages: links resolve, lists are complete, and each
// Go snippet is part of a tested program or example. With METAMELD_LONG=1 it also runs
// the commands of the pages.
package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pages are the documents with commands or snippets, from the root.
var pages = []string{"README.md", "CONTRIBUTING.md", "internal/bench/README.md", "docs/go-auth0.md", "docs/testing.md"}

// library are the directories of the packages that users import.
var library = []string{"metadata", "user", "patch", "identities"}

const root = "../.."

// block is a fenced block of a page.
type block struct {
	heading, language string
	lines             []string
}

func blocks(t *testing.T, page string) (list []block) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	require.NoError(t, err)
	var heading string
	var open *block
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		language, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{heading: heading, language: language}
		case fence:
			list = append(list, *open)
			open = nil
		case open != nil:
			open.lines = append(open.lines, line)
		case strings.HasPrefix(line, "#"):
			heading = strings.TrimLeft(line, "# ")
		}
	}
	require.Nil(t, open, "%s: a fence without an end", page)
	require.NotEmpty(t, list, page)
	return list
}

// files returns the files below a directory of the repository whose names match the
// pattern.
func files(t *testing.T, dir, pattern string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if ok, err := filepath.Match(pattern, d.Name()); err != nil || !ok {
			return err
		}
		list = append(list, path)
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, list, "%s in %s", pattern, dir)
	return list
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

// Each block has a language: sh is run, go is part of a tested file, text and mermaid are
// not tested.
func TestLanguages(t *testing.T) {
	for _, page := range pages {
		for _, b := range blocks(t, page) {
			assert.Contains(t, []string{"sh", "go", "text", "mermaid"}, b.language, "%s: %s", page, b.heading)
		}
	}
}

var example = regexp.MustCompile("\\[`(Example\\w*)`\\]\\(([^)#]+)\\)")

// Each example that a page names is in the file of its link.
func TestExamples(t *testing.T) {
	found := 0
	for _, page := range pages {
		for _, m := range example.FindAllStringSubmatch(read(t, filepath.Join(root, page)), -1) {
			found++
			text := read(t, filepath.Join(root, filepath.Dir(page), m[2]))
			assert.True(t, strings.Contains(text, "func "+m[1]+"("), "%s: %s has no %s", page, m[2], m[1])
		}
	}
	assert.Positive(t, found)
}

var connection = regexp.MustCompile(`[^\]]user\.Connection\{([^}]*)\}`)

// Each example of the library, of examples/stories and of the tenant has fewer than 25
// lines before its output, and targets that exist: with a connection that has a name and a
// strategy.
func TestExamplesOfTargets(t *testing.T) {
	list := files(t, "examples/stories", "*_test.go")
	for _, dir := range append(slices.Clone(library), "examples/tenant/fake") {
		list = append(list, files(t, dir, "example*_test.go")...)
	}
	for _, name := range list {
		text := read(t, name)
		assert.NotContains(t, text, "user.Target{}", name)
		for _, m := range connection.FindAllStringSubmatch(text, -1) {
			assert.Contains(t, m[1], "Name: ", name)
			assert.Contains(t, m[1], "Strategy: ", name)
		}
		for _, f := range strings.Split(text, "\nfunc Example")[1:] {
			code, _, _ := strings.Cut(f, "// Output:")
			assert.Less(t, strings.Count(code, "\n"), 26, "%s: Example%.20s", name, f) // with the line of func
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)\s]*)?\)`)

// Each link to a file of the repository resolves.
func TestLinks(t *testing.T) {
	found := 0
	for _, page := range files(t, ".", "*.md") {
		for _, m := range link.FindAllStringSubmatch(read(t, page), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			found++
			assert.FileExists(t, filepath.Join(filepath.Dir(page), m[1]), page)
		}
	}
	assert.Positive(t, found)
}

// sources returns the flat texts of the programs, of the files of examples with an
// output, and of examples/goauth0, whose tests run each function.
func sources(t *testing.T) (list []string) {
	t.Helper()
	examples := files(t, "examples", "*.go")
	for _, dir := range library {
		examples = append(examples, files(t, dir, "example*_test.go")...)
	}
	for _, name := range examples {
		text := read(t, name)
		if strings.Contains(text, "// Output:") || filepath.Base(name) == "main.go" || strings.Contains(filepath.ToSlash(name), "/examples/goauth0/") {
			list = append(list, flat(text))
		}
	}
	require.NotEmpty(t, list)
	return list
}

// The page about tests keeps its promise of short code.
func TestShortSnippets(t *testing.T) {
	for _, b := range blocks(t, "docs/testing.md") {
		assert.LessOrEqual(t, len(b.lines), 10, b.heading)
	}
}

// The lines of each Go block are consecutive lines of a tested file.
func TestSnippets(t *testing.T) {
	sources := sources(t)
	for _, page := range pages {
		for _, b := range blocks(t, page) {
			if b.language != "go" {
				continue
			}
			snippet := flat(strings.Join(b.lines, "\n"))
			assert.True(t, slices.ContainsFunc(sources, func(s string) bool { return strings.Contains(s, snippet) }),
				"%s: no program and no example has the snippet under %q", page, b.heading)
		}
	}
}

// The lines of each Go snippet in a doc comment are consecutive lines of a tested file.
func TestDocComments(t *testing.T) {
	sources, found := sources(t), 0
	for _, dir := range library {
		for _, file := range files(t, dir, "*.go") {
			var snippet strings.Builder
			for line := range strings.Lines(read(t, file) + "\n") {
				if code, ok := strings.CutPrefix(line, "//\t"); ok {
					snippet.WriteString(code)
					continue
				}
				code := flat(snippet.String())
				snippet.Reset()
				if code == "" || strings.HasPrefix(code, "{") { // JSON
					continue
				}
				found++
				assert.True(t, slices.ContainsFunc(sources, func(s string) bool { return strings.Contains(s, code) }), "%s: no example has\n%s", file, code)
			}
		}
	}
	assert.Positive(t, found)
}

// The lists of packages and stories are complete.
func TestLists(t *testing.T) {
	for _, list := range []struct{ page, pattern, prefix, suffix, after string }{
		{"CONTRIBUTING.md", "internal/*", "`internal/", "", "`"},
		{"examples/stories/doc.go", "examples/stories/*_test.go", "//   - ", "_test.go", ":"},
	} {
		text := read(t, filepath.Join(root, list.page))
		names, err := filepath.Glob(filepath.Join(root, list.pattern))
		require.NoError(t, err)
		require.NotEmpty(t, names)
		for _, name := range names {
			entry := list.prefix + strings.TrimSuffix(filepath.Base(name), list.suffix) + list.after
			assert.True(t, strings.Contains(text, entry), "%s does not list %s", list.page, entry)
		}
	}
}

// CONTRIBUTING lists each nested module, and .ci/run tests all that git tracks.
func TestNestedModules(t *testing.T) {
	contributing := read(t, filepath.Join(root, "CONTRIBUTING.md"))
	modules := files(t, ".", "go.mod")
	assert.Greater(t, len(modules), 1)
	for _, path := range modules {
		dir, err := filepath.Rel(root, filepath.Dir(path))
		require.NoError(t, err)
		if dir != "." {
			entry := "| `" + filepath.ToSlash(dir) + "` | nested module: "
			assert.True(t, strings.Contains(contributing, entry), "CONTRIBUTING.md does not list %s", entry)
		}
	}
	assert.Contains(t, read(t, filepath.Join(root, ".ci", "run")), "for mod in $(git ls-files '*/go.mod')")
}

// flat returns text without indentation and blank lines.
func flat(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
