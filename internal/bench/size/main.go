// Command size shows how many bytes metadata, user and patch add to a stripped program
// for linux/amd64 that already uses encoding/json and log/slog, and where they come
// from.
package main

import (
	"cmp"
	"debug/elf"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// most is the goal: what metameld can add.
const most = 1_200_000

func main() {
	dir, err := os.MkdirTemp("", "size")
	if err != nil {
		fail(err)
	}
	err = report(dir)
	_ = os.RemoveAll(dir)
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "size:", err)
	os.Exit(1)
}

// report builds the programs in dir and prints their sizes.
func report(dir string) error {
	base, err := stripped(dir, "base")
	if err != nil {
		return err
	}
	full, err := stripped(dir, "full")
	if err != nil {
		return err
	}
	result := "met"
	if full-base > most {
		result = "**missed**"
	}
	fmt.Printf("Stripped for linux/amd64: %d bytes with encoding/json and log/slog, %d with metadata, user and patch.\n"+
		"metameld adds %d bytes; the goal, at most %d, is %s.\n\n", base, full, full-base, most, result)
	before, err := symbols(dir, "base")
	if err != nil {
		return err
	}
	after, err := symbols(dir, "full")
	if err != nil {
		return err
	}
	added := 0
	for name := range after {
		after[name] -= before[name]
		added += after[name]
	}
	fmt.Print("| package | bytes of code and data |\n|---|---|\n")
	names := slices.SortedFunc(maps.Keys(after), func(x, y string) int {
		return cmp.Or(cmp.Compare(after[y], after[x]), cmp.Compare(x, y))
	})
	for _, name := range names[:min(12, len(names))] {
		fmt.Printf("| %s | %d |\n", name, after[name])
		added -= after[name]
	}
	fmt.Printf("| others | %d |\n\nThe rest is the table of functions and lines, which symbols do not show.\n", added)
	return nil
}

// stripped returns the size of the program without symbols.
func stripped(dir, name string) (int64, error) {
	file, err := build(dir, name, "-s -w")
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func build(dir, name, flags string) (string, error) {
	file := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", flags, "-o", file, "github.com/metameld/metameld/internal/bench/size/"+name)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return file, nil
}

// symbols returns the bytes of the program's symbols by package.
func symbols(dir, name string) (map[string]int, error) {
	file, err := build(dir, name, "")
	if err != nil {
		return nil, err
	}
	f, err := elf.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	list, err := f.Symbols()
	if err != nil {
		return nil, err
	}
	sizes := map[string]int{}
	for _, s := range list {
		if n := int(s.Section); n < len(f.Sections) && f.Sections[n].Type != elf.SHT_NOBITS {
			sizes[packageOf(s.Name)] += int(s.Size)
		}
	}
	return sizes, nil
}

// packageOf returns the import path of a symbol's package, or what kind of symbol it is.
func packageOf(symbol string) string {
	if kind, _, ok := strings.Cut(symbol, ":"); ok && !strings.Contains(kind, ".") {
		return kind + ":"
	}
	if end := strings.IndexAny(symbol, "[("); end >= 0 {
		symbol = symbol[:end]
	}
	slash := strings.LastIndexByte(symbol, '/')
	name, _, _ := strings.Cut(symbol[slash+1:], ".")
	return symbol[:slash+1] + name
}
