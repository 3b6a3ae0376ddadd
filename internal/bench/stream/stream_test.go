package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The command runs every program on a few lines and prints the table and the goals.
func TestStream(t *testing.T) {
	command := filepath.Join(t.TempDir(), "stream")
	if out, err := exec.Command("go", "build", "-o", command, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(command, "-lines", "30", "-rounds", "1").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"| metameld-1 ", "| metameld-2 ", "| encoding-json ", "| goccy ", "| sonic ", "Fewer than 6 rounds",
		"| at most 0.25 of the time of encoding-json ", "| at least 1.6 times the speed of metameld-1 ", "| allocations: at most 25 a line ",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for _, args := range [][]string{{"-lines", "0"}, {"argument"}, {"-naive", "nobody", "/dev/null"}} {
		if err := exec.Command(command, args...).Run(); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
