package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/stream/lines"
	"github.com/metameld/metameld/user"
)

// plannedLine returns line i of a file of plans, as examples/stream takes them.
func plannedLine(i int) string {
	payload := `{"user_metadata":{"color":"blue"}}`
	switch {
	case i%50 == 49:
		return fmt.Sprintf(`{"user":{"user_id":"auth0|%d"},"payload":`, i)
	case i%10 == 0:
		payload = `{"email":"ann@example.com","password":"secret-` + fmt.Sprint(i) + `"}`
	case i%7 == 0:
		payload = `{"user_metadata":{}}`
	case i%6 == 0:
		payload = `{"name":"Ann"}`
	case i%13 == 0:
		return ""
	}
	line := fmt.Sprintf(`{"user":{"user_id":"auth0|%d","user_metadata":{"color":"red"}},"payload":%s`, i, payload)
	if i%4 == 0 {
		line += `,"target":{"connection":{"kind":"social"}}`
	}
	return line + "}"
}

// slowJudge judges the lines of a file one after another.
func slowJudge(t *testing.T, file string, rows []string, target user.Target) (verdicts []string, counts map[string]float64) {
	t.Helper()
	counts = map[string]float64{}
	for i, row := range rows {
		if row == "" {
			continue
		}
		v := lines.Judge([]byte(row), target)
		outcome := "valid"
		switch {
		case v.Error != "":
			outcome = "unreadable"
		case !v.Valid:
			outcome = "refused"
		case v.Warnings != nil:
			outcome = "warned"
		}
		counts[outcome]++
		if outcome != "valid" {
			verdicts = append(verdicts, canonical(t, judged{file, i + 1, v}))
		}
	}
	return verdicts, counts
}

// A pipeline has the verdicts of a loop, in one file and in several.
func TestVerdicts(t *testing.T) {
	const target = `{"connection":{"kind":"database"}}`
	var base user.Target
	require.NoError(t, json.Unmarshal([]byte(target), &base))
	rows := make([]string, 1_000)
	for i := range rows {
		rows[i] = plannedLine(i)
	}
	for _, size := range []int{1_000, 300} {
		dir, out := t.TempDir(), t.TempDir()
		var want []string
		counts := map[string]float64{}
		for i, part := range slices.Collect(slices.Chunk(rows, size)) {
			name := filepath.Join(dir, fmt.Sprintf("plans-%d.ndjson", i))
			if i%2 == 1 {
				name += ".gz"
			}
			write(t, name, strings.Join(part, "\n"))
			verdicts, n := slowJudge(t, name, part, base)
			want = append(want, verdicts...)
			for outcome := range n {
				counts[outcome] += n[outcome]
			}
		}
		assert.Len(t, counts, 4)

		var stdout bytes.Buffer
		require.NoError(t, judge(t.Context(), filepath.Join(dir, "*"), target, out, &stdout))
		text, err := os.ReadFile(filepath.Join(out, verdictsFile))
		require.NoError(t, err)
		assert.NotContains(t, string(text), "secret", "a password")
		var got []string
		for line := range strings.Lines(string(text)) {
			got = append(got, canonical(t, line))
		}
		slices.Sort(want)
		slices.Sort(got)
		equal(t, want, got, "verdicts")

		var summary struct {
			Verdicts, Violations map[string]float64
		}
		require.NoError(t, json.Unmarshal(stdout.Bytes(), &summary))
		assert.Equal(t, counts, summary.Verdicts)
		assert.Positive(t, summary.Violations["patch.exclusive-attributes"])
	}
}

// A line that is too long has a verdict.
func TestVerdictOnALongLine(t *testing.T) {
	dir := t.TempDir()
	in := write(t, filepath.Join(dir, "plans.ndjson"), strings.Repeat("x", longest+1)+"\n")
	require.NoError(t, judge(t.Context(), in, "{}", dir, &bytes.Buffer{}))
	text, err := os.ReadFile(filepath.Join(dir, verdictsFile))
	require.NoError(t, err)
	assert.JSONEq(t, `{"file":"`+in+`","line":1,"valid":false,"error":"line too long"}`, string(text))
}

// Flags that do not go together, and an invalid target, are errors.
func TestJudgeErrors(t *testing.T) {
	for args, message := range map[string]string{
		"":                           "",
		"-plans x":                   "",
		"-plans x -target {}":        "",
		"-in x -transformation y":    "",
		"-plans x -in y":             "in place of",
		"-plans x -transformation y": "in place of",
		"-target {}":                 "needs -plans",
		"-plans x y -out z":          "in quotes",
		"-in x y":                    "in quotes",
	} {
		flags := flag.NewFlagSet("", flag.ContinueOnError)
		for _, name := range []string{"in", "transformation", "plans", "target"} {
			flags.String(name, "", "")
		}
		require.NoError(t, flags.Parse(strings.Fields(args)))
		if err := checkFlags(flags); message == "" {
			assert.NoError(t, err, args)
		} else {
			assert.ErrorContains(t, err, message, args)
		}
	}
	err := judge(t.Context(), "testdata/users.ndjson", `{"conection":{}}`, t.TempDir(), &bytes.Buffer{})
	assert.ErrorContains(t, err, "/conection")
}
