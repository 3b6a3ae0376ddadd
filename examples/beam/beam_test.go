package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/long"
)

func TestMain(m *testing.M) {
	flag.Parse()
	beam.Init()
	os.Exit(m.Run())
}

// generated returns n lines of an export, the same for each n. Some lines are
// unreadable for different reasons. Values that must not be written about unreadable
// lines begin with "secret".
func generated(n int) string {
	lines := make([]string, n)
	for i := range lines {
		switch {
		case i%997 == 996:
			lines[i] = fmt.Sprintf(`{"user_id":"auth0|%d","name":"secret`, i)
		case i%991 == 990:
			lines[i] = fmt.Sprintf(`{"user_id":"auth0|%d","user_metadata":{"a":"secret","a":1}}`, i)
		case i%983 == 982:
			lines[i] = fmt.Sprintf(`{"email":"secret-%d@example.com"}`, i)
		case i%977 == 976:
			lines[i] = fmt.Sprintf(`["secret-%d"]`, i)
		case i%971 == 970:
			lines[i] = fmt.Sprintf("{\"user_id\":\"auth0|%d\",\"name\":\"secret\xff\"}", i)
		case i%967 == 966: // blank
		default:
			lines[i] = generatedUser(i)
		}
	}
	return strings.Join(lines, "\n")
}

// generatedUser returns the ith user.
func generatedUser(i int) string {
	var b strings.Builder
	connection := []string{"members", "members", "members", "google-oauth2", "legacy", "another"}[i/2%6]
	fmt.Fprintf(&b, `{"user_id":"%s|%d","email":"secret-%d@example.com","name":"secret Ørn \ud83d\ude00"`, connection, i, i)
	fmt.Fprintf(&b, `,"identities":[{"connection":"%s","provider":"auth0","user_id":"%d","isSocial":false}]`, connection, i)
	if i%7 == 0 {
		b.WriteString(`,"picture":"https://cdn.example.com/member.png"`)
	}
	if i%5 != 0 {
		fmt.Fprintf(&b, `,"user_metadata":{%s}`, strings.Join(generatedSettings(i), ","))
	}
	if i%19 != 0 {
		fmt.Fprintf(&b, `,"app_metadata":{"region":"%s"`, []string{"eu", "eu", "us"}[i/3%3])
		if i%11 == 0 {
			b.WriteString(`,"pinned":true`)
		}
		if i%6 < 4 {
			fmt.Fprintf(&b, `,"plan":"%s"`, []string{"free", "pro"}[i%2])
		}
		switch {
		case i%17 == 0:
			b.WriteString(`,"limits":"secret"`)
		case i%2 == 1:
			b.WriteString(`,"limits":{"seats":5.0}`)
		case i%6 == 2:
			b.WriteString(`,"limits":{"projects":1e400,"seats":1}`)
		}
		b.WriteString(`}`)
	}
	return b.String() + `}`
}

// generatedSettings returns the members of user_metadata of the ith user.
func generatedSettings(i int) (settings []string) {
	if i%2 == 0 {
		settings = append(settings, `"colour":"secret red"`)
	}
	if i%13 == 0 {
		settings = append(settings, `"color":"secret blue"`)
	}
	if i%3 == 0 {
		settings = append(settings, `"shoe_size":38.50`)
	}
	if i%4 == 1 {
		settings = append(settings, `"visits":9007199254740993,"tags":["a",{"b":null}]`)
	}
	return settings
}

// ran runs the pipeline on the embedded runner and returns its outputs.
func ran(t *testing.T, in, transformation string) (o outputs) {
	t.Helper()
	out := t.TempDir()
	var stdout bytes.Buffer
	require.NoError(t, run(t.Context(), in, transformation, out, &stdout))
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(out, name))
		require.NoError(t, err)
		return string(text)
	}
	for line := range strings.Lines(read(plansFile)) {
		o.plans = append(o.plans, canonical(t, line))
	}
	problems := read(violationsFile)
	assert.False(t, strings.Contains(problems, "secret"), "a value of a user")
	for line := range strings.Lines(problems) {
		o.problems = append(o.problems, canonical(t, line))
	}
	slices.Sort(o.plans)
	slices.Sort(o.problems)
	assert.Equal(t, stdout.String(), read(summaryFile))
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &o.summary))
	return o
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	if strings.HasSuffix(name, ".gz") {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		text = b.String()
	}
	require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	return name
}

// equal compares two lists and prints only the first difference.
func equal(t *testing.T, want, got []string, name string) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		require.Equal(t, want[i], got[i], name)
	}
	require.Len(t, got, len(want), name)
}

// The outputs for many users are those of the slow run.
func TestManyUsers(t *testing.T) {
	n := long.Pick(5_000, 100_000)
	text := generated(n)
	file := write(t, filepath.Join(t.TempDir(), "users.ndjson"), text)
	want := slowRun(t, file, text)
	got := ran(t, file, "testdata/transformation.json")
	equal(t, want.plans, got.plans, "plans")
	equal(t, want.problems, got.problems, "violations")
	assert.Equal(t, want.summary, got.summary)

	verdicts := want.summary["verdicts"].(map[string]any)
	assert.ElementsMatch(t, []string{"planned", "refused", "unchanged", "unmatched", "unreadable"}, slices.Collect(maps.Keys(verdicts)))
	assert.Greater(t, len(want.plans), n/10)
	t.Log(verdicts)
}

// An export in several files has the outputs of one file, apart from the places of
// unreadable lines.
func TestManyFiles(t *testing.T) {
	dir := t.TempDir()
	rows := strings.Split(generated(3_000), "\n")
	rows[100] = `{"user_id":"` + strings.Repeat("secret", 3<<20) + `"}`
	one := ran(t, write(t, filepath.Join(t.TempDir(), "users.ndjson"), strings.Join(rows, "\n")), "testdata/transformation.json")

	var want outputs
	for i, part := range slices.Collect(slices.Chunk(rows, 431)) {
		name := filepath.Join(dir, fmt.Sprintf("part-%d.ndjson", i))
		if i%2 == 1 {
			name += ".gz"
		}
		text := strings.Join(part, "\n")
		write(t, name, text)
		o := slowRun(t, name, text)
		want.plans = append(want.plans, o.plans...)
		want.problems = append(want.problems, o.problems...)
	}
	slices.Sort(want.plans)
	slices.Sort(want.problems)
	got := ran(t, filepath.Join(dir, "part-*"), "testdata/transformation.json")
	equal(t, want.plans, got.plans, "plans")
	equal(t, want.problems, got.problems, "violations")
	equal(t, one.plans, got.plans, "plans of one file")
	assert.Equal(t, one.summary, got.summary)
	assert.Equal(t, 1.0, got.summary["faults"].(map[string]any)["line too long"])
}

// The README shows the output of its commands.
func TestREADME(t *testing.T) {
	if !long.Enabled() {
		t.Skip("runs the commands of the README if METAMELD_LONG=1")
	}
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	page := string(text)
	transformation, err := os.ReadFile("testdata/transformation.json")
	require.NoError(t, err)
	assert.Contains(t, page, string(transformation))

	commands := 0
	for _, block := range strings.Split(page, "```sh\n")[1:] {
		command, _, _ := strings.Cut(block, "\n")
		out := t.TempDir()
		cmd := exec.Command("sh", "-euc", strings.ReplaceAll(command, "/tmp/planned", out))
		if strings.Contains(command, "-C examples/beam") {
			cmd.Dir = "../.."
		}
		stdout, err := cmd.Output()
		require.NoError(t, err, command)
		assert.Contains(t, page, string(stdout))
		for _, name := range []string{plansFile, violationsFile} {
			text, err := os.ReadFile(filepath.Join(out, name))
			require.NoError(t, err)
			assert.True(t, slices.ContainsFunc(slices.Collect(strings.Lines(string(text))), func(line string) bool {
				return strings.Contains(page, line)
			}), "%s: %s", command, name)
		}
		commands++
	}
	assert.Equal(t, 2, commands)
}

// A run replaces the output of an earlier one.
func TestEmptyInput(t *testing.T) {
	dir := t.TempDir()
	in := write(t, filepath.Join(dir, "users.ndjson"), "\n\n")
	write(t, filepath.Join(dir, plansFile), "an earlier plan")
	var stdout bytes.Buffer
	require.NoError(t, run(t.Context(), in, "testdata/transformation.json", dir, &stdout))
	text, err := os.ReadFile(filepath.Join(dir, plansFile))
	require.NoError(t, err)
	assert.Empty(t, text)
	assert.JSONEq(t, `{"payloads":0}`, stdout.String())
}

// Errors name the file or the member with the mistake.
func TestErrors(t *testing.T) {
	in, good := "testdata/users.ndjson", "testdata/transformation.json"
	wrong := write(t, filepath.Join(t.TempDir(), "wrong.json"), `{"sett":{}}`)
	for _, c := range []struct{ in, transformation, message string }{
		{in, "no-such-file", "no-such-file"},
		{in, wrong, "unknown member: /sett"},
		{"testdata/no-such-*", good, ""},
	} {
		err := run(t.Context(), c.in, c.transformation, t.TempDir(), &bytes.Buffer{})
		assert.ErrorContains(t, err, c.message)
	}
}
