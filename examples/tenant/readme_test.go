package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/long"
)

var (
	fence  = regexp.MustCompile("(?s)```([a-z]+)\n(.*?)```")
	moment = regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+Z`)
)

// Each command of the README has the output that the README shows. .ci/run runs the
// commands that take longer, and tests contain the Go code.
func TestReadmeCommands(t *testing.T) {
	if !long.Enabled() {
		t.Skip("runs the commands of the README if METAMELD_LONG=1")
	}
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	ci, err := os.ReadFile("../../.ci/run")
	require.NoError(t, err)
	program, err := os.ReadFile("fake/tenant_test.go")
	require.NoError(t, err)
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	t.Chdir(t.TempDir())

	var url, output, setting string
	stop := func() error { return nil }
	runs := 0
	for _, b := range fence.FindAllStringSubmatch(string(readme), -1) {
		language, text := b[1], strings.TrimSpace(b[2])
		args, server := strings.CutPrefix(text, "go run ./examples/tenant ")
		switch {
		case language == "go":
			for line := range strings.Lines(text) {
				assert.Contains(t, string(program), strings.TrimSpace(line))
			}
		case language == "text":
			assert.Equal(t, moment.ReplaceAllString(text, "T"), moment.ReplaceAllString(output, "T"))
		case server:
			require.NoError(t, stop())
			url, stop = command(t, strings.Fields(strings.Replace(args, "-port 8080", "", 1))...)
			runs++
		case strings.HasPrefix(text, "cd "):
			assert.Contains(t, string(ci), text)
		default:
			text = strings.NewReplacer("http://127.0.0.1:8080", url, "https://127.0.0.1:8080", url, "-for 30s", "-users 100 -for 1s",
				"./examples/tenant/load", root+"/examples/tenant/load").Replace(text)
			cmd := exec.Command("sh", "-euc", setting+text)
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			if strings.HasPrefix(text, "go ") {
				cmd.Dir = root
			}
			require.NoError(t, cmd.Run(), "%s\n%s%s", text, out.String(), errs.String())
			output = strings.TrimSpace(strings.ReplaceAll(out.String(), "\r", ""))
			if strings.HasPrefix(text, "T=") {
				setting = strings.Join(strings.SplitAfter(text, "\n")[:2], "")
			}
			runs++
		}
	}
	require.NoError(t, stop())
	assert.Equal(t, 11, runs)
}
