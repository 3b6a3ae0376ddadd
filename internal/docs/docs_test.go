// Package docs does what the project's pages say: it runs each command and finds
// each snippet of Go in a program or test that runs.
package docs

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pages are the documents with commands or snippets, from the root.
var pages = []string{"README.md", "CONTRIBUTING.md", "internal/bench/README.md"}

// elsewhere are commands that .ci/run runs itself, but for those in byHand: here
// they would run the tests inside the tests, or take minutes.
var elsewhere = []string{
	"go test ./...",
	"bash .ci/run",
	"bash .ci/lint",
	"bash .ci/soak",
	"govulncheck ./...",
	"cd internal/bench && go run ./table -sizes 2KB,10KB",
	"go run ./table",
	"go test -run '^$' -bench '^Benchmark$/^diff$/^1MB$'",
}

// byHand are commands that nothing runs but those who work on the project.
var byHand = []string{"bash .ci/run", "bash .ci/lint", "bash .ci/soak", "govulncheck ./..."}

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

// Every block has a language that says how it is held: sh is run, go stands in a
// file that is run, and text is neither.
func TestLanguages(t *testing.T) {
	for _, page := range pages {
		for _, b := range blocks(t, page) {
			assert.Contains(t, []string{"sh", "go", "text"}, b.language, "%s: %s", page, b.heading)
		}
	}
}

func TestCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("runs commands")
	}
	beside := t.TempDir()
	checkout := copyOf(t, filepath.Join(beside, "metameld"))
	ci, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	require.NoError(t, err)
	for _, page := range pages {
		for _, b := range blocks(t, page) {
			if b.language != "sh" {
				continue
			}
			dir := filepath.Join(checkout, filepath.Dir(page))
			if b.heading == "Use it" {
				dir = consumer(t, beside)
			}
			for _, command := range b.lines {
				if command == "" || strings.HasPrefix(command, "#") {
					continue
				}
				if slices.Contains(elsewhere, command) {
					if !slices.Contains(byHand, command) {
						assert.True(t, strings.Contains(string(ci), command), "%s: .ci/run does not run %q", page, command)
					}
					continue
				}
				out, err := shell(dir, command)
				assert.NoError(t, err, "%s: %s\n%s", page, command, out)
			}
			if b.heading == "Use it" {
				out, err := shell(dir, "go run .")
				assert.NoError(t, err, "%s: a module that uses metameld so: %s", page, out)
				assert.Equal(t, "true\n", out)
			}
		}
	}
}

func shell(dir, command string) (string, error) {
	cmd := exec.Command("sh", "-euc", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// copyOf copies what git tracks, and is not ignored, to dir.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	list, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skip("no checkout of git")
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(list), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // removed, not yet committed
		}
		require.NoError(t, err)
		to := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
		require.NoError(t, os.WriteFile(to, text, 0o644))
	}
	return dir
}

// consumer makes a module that imports metameld, beside the checkout.
func consumer(t *testing.T, beside string) string {
	t.Helper()
	dir, err := os.MkdirTemp(beside, "consumer")
	require.NoError(t, err)
	for name, text := range map[string]string{
		"go.mod": "module example.com/consumer\n\ngo 1.25\n",
		"main.go": `package main

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
)

func main() { fmt.Println(metadata.Wipe().IsWipe()) }
`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

// sources returns the programs and tests whose output is tested, flat.
func sources(t *testing.T) (list []string) {
	t.Helper()
	for _, pattern := range []string{"examples/*/*.go", "*/example*_test.go"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, name := range names {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			if strings.Contains(string(text), "// Output:") || strings.HasSuffix(name, "main.go") {
				list = append(list, flat(string(text)))
			}
		}
	}
	require.NotEmpty(t, list)
	return list
}

// The lines of each Go block stand together in a file whose output is tested.
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

// So do those of each piece of Go in a doc comment of the four packages.
func TestDocComments(t *testing.T) {
	sources, found := sources(t), 0
	for _, name := range []string{"metadata", "user", "patch", "identities"} {
		files, err := filepath.Glob(filepath.Join(root, name, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var snippet strings.Builder
			for line := range strings.Lines(string(text) + "\n") {
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

// A list names everything that there is.
func TestLists(t *testing.T) {
	for _, list := range []struct{ page, pattern, prefix, suffix, after string }{
		{"CONTRIBUTING.md", "internal/*", "`internal/", "", "`"},
		{"examples/stories/doc.go", "examples/stories/*_test.go", "//   - ", "_test.go", ":"},
	} {
		text, err := os.ReadFile(filepath.Join(root, list.page))
		require.NoError(t, err)
		names, err := filepath.Glob(filepath.Join(root, list.pattern))
		require.NoError(t, err)
		require.NotEmpty(t, names)
		for _, name := range names {
			assert.Contains(t, string(text), list.prefix+strings.TrimSuffix(filepath.Base(name), list.suffix)+list.after, list.page)
		}
	}
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
