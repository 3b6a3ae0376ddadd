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

	"github.com/metameld/metameld/internal/long"
)

// inCI are the commands of the pages that .ci/run runs.
var inCI = []string{
	"go test ./...",
	"(cd internal/bench && go run ./table -sizes 2KB,10KB -for 2s)",
	"go test -run '^$' -bench '^Benchmark$/^diff$/^1MB$'",
	"go run ./size",
}

// byHand are the commands that are not run: those that run everything, take long, or
// need programs that CI does not have.
var byHand = []string{"bash .ci/run", "bash .ci/lint", "bash .ci/soak", "govulncheck ./...", "go run ./table", "go run ./stream", "(cd internal/bench && go run ./stream)"}

// commands returns the commands of a block.
func (b block) commands() (list []string) {
	for _, line := range b.lines {
		if b.language == "sh" && line != "" && !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return list
}

// Each command of inCI is in .ci/run and on a page.
func TestCICommands(t *testing.T) {
	ci := read(t, filepath.Join(root, ".ci", "run"))
	for _, command := range inCI {
		assert.True(t, strings.Contains(ci, command), ".ci/run does not run %q", command)
	}
	var shown []string
	for _, page := range pages {
		for _, b := range blocks(t, page) {
			shown = append(shown, b.commands()...)
		}
	}
	for _, command := range slices.Concat(inCI, byHand) {
		assert.Contains(t, shown, command, "no page shows it")
	}
}

// Each other command of the pages succeeds in a copy of the checkout.
func TestCommands(t *testing.T) {
	if !long.Enabled() {
		t.Skip("runs the commands of the pages if METAMELD_LONG=1")
	}
	beside := t.TempDir()
	checkout := copyOf(t, filepath.Join(beside, "metameld"))
	for _, page := range pages {
		for _, b := range blocks(t, page) {
			dir := filepath.Join(checkout, filepath.Dir(page))
			consumes := b.heading == "Use it" && b.language == "sh"
			if consumes {
				dir = consumer(t, beside)
			}
			for _, command := range b.commands() {
				if slices.Contains(inCI, command) || slices.Contains(byHand, command) {
					continue
				}
				out, err := shell(dir, command)
				assert.NoError(t, err, "%s: %s\n%s", page, command, out)
			}
			if consumes {
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
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=", "METAMELD_LONG=")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// copyOf copies the files that git tracks or would add to dir.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	list, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	require.NoError(t, err, "a checkout of git is needed")
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

// consumer creates a module that imports metameld beside the checkout.
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
