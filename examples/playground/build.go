package main

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed site
var site embed.FS

const module = "github.com/metameld/metameld"

// build returns the files of the page by name. It needs the go command and runs it in the
// current directory, which must be in this module.
func build() (map[string][]byte, error) {
	files, err := static()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "playground")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary := filepath.Join(dir, "playground.wasm")
	// Only this module is compiled with inlining: the file is a tenth smaller by gzip.
	if _, err := command("build", "-trimpath", "-ldflags=-s -w", "-gcflags=all=-l", "-gcflags="+module+"/...=", "-o", binary, module+"/examples/playground/wasm"); err != nil {
		return nil, err
	}
	if files["playground.wasm"], err = os.ReadFile(binary); err != nil {
		return nil, err
	}
	root, err := command("env", "GOROOT")
	if err != nil {
		return nil, err
	}
	files["wasm_exec.js"], err = os.ReadFile(filepath.Join(root, "lib", "wasm", "wasm_exec.js"))
	return files, err
}

// static returns the files that are not built.
func static() (map[string][]byte, error) {
	files := map[string][]byte{}
	entries, err := fs.ReadDir(site, "site")
	for _, e := range entries {
		if err == nil {
			files[e.Name()], err = site.ReadFile("site/" + e.Name())
		}
	}
	return files, err
}

// command runs the go command for js/wasm and returns its output.
func command(args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, out)
	}
	return strings.TrimSpace(string(out)), nil
}
