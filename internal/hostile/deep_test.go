package hostile

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/metadata"
)

// Every reader handles texts of as many levels as are allowed, and refuses deeper ones.
func TestDeepest(t *testing.T) {
	t.Parallel()
	for i, r := range readers() {
		around := strings.Count(r.around, "{") + strings.Count(r.around, "[")
		shapes := [][2]string{{`[`, `]`}, {`{"a":`, `}`}, {`{"identities":[`, `]}`}}
		if !long.Enabled() {
			shapes = shapes[i%len(shapes):][:1]
		}
		for _, s := range shapes {
			for _, levels := range []int{metadata.MaxLevels - around, metadata.MaxLevels + len(s[1])} {
				n := levels / len(s[1])
				text := strings.Repeat(s[0], n) + "null" + strings.Repeat(s[1], n)
				_, err := r.read([]byte(strings.ReplaceAll(r.around, "VALUE", text)))
				if levels > metadata.MaxLevels {
					assert.Error(t, err, "%s: %s", r.name, s[0])
				}
			}
		}
	}
}

// The same tests pass on the stack of a web page, which is small: go_js_wasm_exec of the
// Go distribution asks Node.js for a larger one.
func TestDeepestOnTheStackOfAWebPage(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil || !long.Enabled() {
		t.Skip("runs Node.js in long tests")
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	start := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec_node.js")
	cmd := exec.Command("go", "test", "-run", "^TestDeepest(Users)?$", "-exec", node+" "+start, "../../metadata", ".")
	cmd.Env = append(cmd.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.CombinedOutput()
	assert.NoError(t, err, "%.3000s", out)
}
