package main

import "testing"

// The size depends on the toolchain; report shows whether the goal is met.
func TestReport(t *testing.T) {
	if err := report(t.TempDir()); err != nil {
		t.Fatal(err)
	}
}

func TestPackageOf(t *testing.T) {
	for symbol, want := range map[string]string{
		"github.com/metameld/metameld/user/rule.init":                   "github.com/metameld/metameld/user/rule",
		"github.com/metameld/metameld/metadata.(*differ).objects.func2": "github.com/metameld/metameld/metadata",
		"slices.insertionSortCmpFunc[go.shape.struct { a/b.C }]":        "slices",
		"encoding/json.Marshal":                                         "encoding/json",
		"type:*a/b.C":                                                   "type:",
		"go:itab.*os.File,io.Foo":                                       "go:",
		"main.main":                                                     "main",
	} {
		if got := packageOf(symbol); got != want {
			t.Errorf("%s: %s", symbol, got)
		}
	}
}
