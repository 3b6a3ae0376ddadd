package main

import (
	"os"
	"strings"
	"testing"
)

func Example() {
	main()
	// Output:
	// replaced /user_metadata/address/home
	// removed /user_metadata/address/work
}

// The example in the README is this program's.
func TestReadme(t *testing.T) {
	program, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, ok := strings.Cut(string(readme), "```go\n")
	block, _, ok2 := strings.Cut(block, "```")
	if !ok || !ok2 {
		t.Fatal("no Go block in the README")
	}
	for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
		if !strings.Contains(string(program), strings.TrimSpace(line)) {
			t.Errorf("the README has a line that the program has not: %s", line)
		}
	}
}
