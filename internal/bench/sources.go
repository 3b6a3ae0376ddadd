package bench

import (
	"fmt"
	"os/exec"
	"strings"
	"sync"
)

// sources returns the directory of metameld's sources. It asks the go command, in the
// working directory, which is in this module.
var sources = sync.OnceValues(func() (string, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/metameld/metameld").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w; the working directory is not in internal/bench", err)
	}
	return strings.TrimSpace(string(dir)), nil
})
