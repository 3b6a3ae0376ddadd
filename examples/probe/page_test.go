package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page lists every rule that the probes ask about, every rule that they cannot tell
// with its reason, the largest numbers and every flag.
func TestPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/probe.md")
	require.NoError(t, err)
	page := string(text)
	told, _, ok := strings.Cut(page[strings.Index(page, "## What can be told"):], "No exchange of this program tells")
	require.True(t, ok)
	for _, id := range asked() {
		assert.Contains(t, told, "`"+string(id)+"`")
	}
	for id, why := range untold {
		assert.NotContains(t, told, "`"+string(id)+"`")
		row := line(page, "`"+string(id)+"`", "| "+why+" |")
		assert.NotEmpty(t, row, "%s: %s", id, why)
	}
	requests, users := bounds(probes, 1, 0)
	assert.Contains(t, page, fmt.Sprintf("at most %d users and sends at most %d,%03d requests", users, requests/1000, requests%1000))
	var o options
	flags := o.flags(io.Discard)
	flags.VisitAll(func(f *flag.Flag) {
		if f.Name != "domain" && f.Name != "create-users" {
			assert.Contains(t, page, "| `-"+f.Name+"` |")
		}
		assert.Contains(t, page, "-"+f.Name)
	})
}

// The README counts the rules.
func TestCounts(t *testing.T) {
	with, without := 0, 0
	for _, id := range asked() {
		if namesOf(id)[0] == "" {
			without++
		} else {
			with++
		}
	}
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	readme := strings.Join(strings.Fields(string(text)), " ")
	assert.Contains(t, readme, fmt.Sprintf("It asks about %d of the %d rules with readings;", with, with+len(untold)))
	assert.Contains(t, readme, fmt.Sprintf("why it cannot tell the other %d. It also asks about %d rules without readings", len(untold), without))
}
