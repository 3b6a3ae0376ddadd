package jsonscan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestWalk(t *testing.T) {
	var got []string
	for x := range Walk(`{"a" : [1, {"b~":null}], "\u0063":"d"}`, "m") {
		got = append(got, fmt.Sprintf("%q %s %q %v %v", x.Path(), x.Text, x.Name, x.InObject, x.IsNumber()))
	}
	want := []string{
		`["m" "a"] [1, {"b~":null}] "a" true false`, `["m" "a" "0"] 1 "" false true`, `["m" "a" "1"] {"b~":null} "" false false`,
		`["m" "a" "1" "b~"] null "b~" true false`, `["m" "c"] "d" "c" true false`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
	for x := range Walk(`[0,9,-5,1]`) {
		if !x.IsNumber() {
			t.Errorf("%s is a number", x.Text)
		}
	}
	for range Walk(`-1`) {
		t.Error("nothing is inside a number")
	}
	steps := 0
	for range Walk(`[[1,2],3]`) {
		if steps++; steps == 2 {
			break
		}
	}
	if steps != 2 {
		t.Errorf("%d steps", steps)
	}
}

func TestFits(t *testing.T) {
	for text, levels := range map[string]int{``: 0, `1`: 0, `"[[["`: 0, `{}`: 1, `[[],{"a":[]}]`: 3} {
		if !Fits([]byte(text), levels) || levels > 0 && Fits([]byte(text), levels-1) || Fits([]byte(text), -1) {
			t.Errorf("%s has %d levels", text, levels)
		}
	}
}
