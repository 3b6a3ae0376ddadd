package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func preflight(stdin string, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(args, strings.NewReader(stdin), &out, &errs, false)
	return status, out.String(), errs.String()
}

// write writes a file with that name in a new directory and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// Without arguments the command judges the built-in samples.
func TestDemonstration(t *testing.T) {
	status, out, errs := preflight("")
	assert.Equal(t, exitValid, status)
	assert.Empty(t, errs)
	for _, want := range []string{
		"valid", "refused", "- /user_metadata/address/work: \"99 High Street\"", "patch.metadata-wipe", "patch.custom-database",
		"patch.exclusive-attributes", "source: ", "profile after:", "9007199254740993",
	} {
		assert.Contains(t, out, want)
	}
	assert.NotContains(t, out, "correct-horse", "a password is shown")
	assert.NotContains(t, out, "\x1b[")

	var coloured bytes.Buffer
	run(nil, strings.NewReader(""), &coloured, &coloured, true)
	assert.Contains(t, coloured.String(), "\x1b[31m- /user_metadata/address/work")
}

func TestStatus(t *testing.T) {
	u := write(t, "user.json", `{"email":"a@example.com","user_metadata":{"a":1}}`)
	fine := write(t, "fine.json", `{"user_metadata":{"a":2}}`)
	bad := write(t, "bad.json", `{"blocked":null}`)
	broken := write(t, "broken.json", `{"a":1,"a":1,"b":1,"b":1,"c":1,"c":1,"d":1,"d":1,"e":1,"e":1,"f":1,"f":1}`)
	database := write(t, "target.json", `{"connection":{"kind":"custom-database"}}`)
	migrated := write(t, "migrated.json", `{"connection":{"kind":"custom-database"},"migrated":true}`)
	lenient := write(t, "lenient.json", `{"sources":"lenient"}`)
	for _, tt := range []struct {
		args   []string
		stdin  string
		status int
		output string
	}{
		{[]string{"-user", u, "-patch", fine}, "", exitValid, `+ /user_metadata/a: 2`},
		{[]string{"-user", u, "-patch", bad}, "", exitRefused, "patch.null"},
		{[]string{"-patch", fine}, "", exitValid, "valid"},
		{[]string{"-patch", "-", "-target", database}, `{"name":"x"}`, exitRefused, "patch.synced-attributes"},
		{[]string{"-patch", "-", "-user", "-"}, "{}", exitUsage, "standard input"},
		{[]string{"-patch", "-"}, "", exitUsage, "not JSON"},
		{[]string{"-patch", broken}, "", exitUsage, "; duplicate name: /e (byte 55); and 1 more"},
		{[]string{"-patch", fine, "-user", broken}, "", exitUsage, "-user"},
		{[]string{"-patch", fine, "-target", fine}, "", exitUsage, "unknown member"},
		{[]string{"-patch", "no such file"}, "", exitUsage, "no such file"},
		{[]string{"-user", u}, "", exitUsage, "-patch is needed"},
		{[]string{"-nonsense"}, "", exitUsage, "-h shows the usage"},
		{[]string{"stray"}, "", exitUsage, "unexpected argument"},
		{[]string{"-patch", "-", "-target", migrated}, `{"name":"x"}`, exitRefused, "reading lenient: "},
		{[]string{"-patch", "-", "-target", migrated, "-sources", "current"}, `{"name":"x"}`, exitValid, "valid"},
		{[]string{"-patch", "-", "-target", lenient}, `{"user_metadata":null}`, exitValid, "patch.metadata-null"},
		{[]string{"-patch", "-", "-target", lenient, "-sources=strict"}, `{"user_metadata":null}`, exitRefused, "patch.metadata-null"},
		{[]string{"-patch", fine, "-sources", "newest"}, "", exitUsage, "choose strict, current or lenient"},
		{[]string{"-patch", fine, "-sources", ""}, "", exitUsage, "choose strict, current or lenient"},
		{[]string{"-h"}, "", exitValid, "usage: preflight"},
	} {
		status, out, errs := preflight(tt.stdin, tt.args...)
		assert.Equal(t, tt.status, status, "%v", tt.args)
		assert.Contains(t, out+errs, tt.output, "%v", tt.args)
		if status == exitUsage {
			assert.Empty(t, out, "%v", tt.args)
			assert.Equal(t, 1, strings.Count(errs, "\n"), "%v: %s", tt.args, errs)
		}
	}
}

func TestJSON(t *testing.T) {
	u := write(t, "user.json", `{"user_metadata":{"a":1}}`)
	status, out, _ := preflight(`{"user_metadata":{}}`, "-json", "-user", u, "-patch", "-")
	assert.Equal(t, exitValid, status)
	var v struct {
		Valid    bool
		Warnings []struct{ Rule, Pointer, Source string }
		Changes  []struct{ Pointer, Kind string }
		Profile  json.RawMessage
	}
	require.NoError(t, json.Unmarshal([]byte(out), &v))
	assert.True(t, v.Valid)
	require.Len(t, v.Warnings, 1)
	assert.Equal(t, "patch.metadata-wipe", v.Warnings[0].Rule)
	assert.NotEmpty(t, v.Warnings[0].Source)
	require.Len(t, v.Changes, 1)
	assert.Equal(t, "/user_metadata/a", v.Changes[0].Pointer)
	assert.JSONEq(t, `{"user_metadata":{}}`, string(v.Profile))
}

// The report cites the sources on both sides with their dates.
func TestReadings(t *testing.T) {
	database := write(t, "target.json", `{"connection":{"kind":"custom-database","root_attributes":"never_on_login"}}`)
	_, out, _ := preflight(`{"nickname":"k"}`, "-patch", "-", "-target", database)
	for _, want := range []string{
		"rule patch.custom-database (disputed), source: ", "[before 2026-06]", "reading strict: refused: ",
		"reading lenient: accepted with a warning: ", "reading scripts: ", "; the newest source)",
	} {
		assert.Contains(t, out, want)
	}
	_, out, _ = preflight(`{"nickname":"k"}`, "-patch", "-", "-target", database, "-json")
	var v struct {
		Violations []struct {
			Readings []struct{ Name, Source, Date string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &v))
	require.Len(t, v.Violations, 1)
	require.Len(t, v.Violations[0].Readings, 3)
	assert.Equal(t, "before 2026-06", v.Violations[0].Readings[0].Date)
}

// A report shows no token of the user.
func TestNoTokenIsShown(t *testing.T) {
	u := write(t, "user.json", `{"user_metadata":{"a":1},"access_token":"hidden-1","id_token":"hidden-2","identities":[{"provider":"g","user_id":"1","access_token":"hidden-3"},{"provider":"h","user_id":"2","connection":"h","refresh_token":"hidden-4","profileData":{"access_token":"hidden-5"}}]}`)
	status, out, _ := preflight(`{"access_token":null,"user_metadata":{"a":2},"password":"hidden-6"}`, "-patch", "-", "-user", u)
	assert.Equal(t, exitValid, status, out)
	assert.Contains(t, out, "- /access_token: \"********\"")
	assert.NotContains(t, out, "hidden")
}

// Control characters of a payload or profile are not written to the terminal.
func TestControlCharacters(t *testing.T) {
	u := write(t, "user.json", `{"user_metadata":{"a\u001b[2J":1}}`)
	_, out, _ := preflight(`{"user_metadata":{"a\u001b[2J":"\u009b31m","\u001b]0;x":{"b.c\u001b":1}}}`, "-user", u, "-patch", "-")
	assert.NotContains(t, out, "\x1b")
	assert.NotContains(t, out, "\u009b")
}

func TestWriteError(t *testing.T) {
	var errs bytes.Buffer
	assert.Equal(t, exitUsage, run(nil, strings.NewReader(""), broken{}, &errs, false))
	assert.NotEmpty(t, errs.String())
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no room") }

// An empty flag is an error.
func TestEmptyFlag(t *testing.T) {
	fine := write(t, "fine.json", `{"user_metadata":{"a":2}}`)
	for _, args := range [][]string{{"-patch", ""}, {"-patch", fine, "-target", ""}, {"-patch", fine, "-user="}} {
		status, out, errs := preflight("", args...)
		assert.Equal(t, exitUsage, status, "%v", args)
		assert.Empty(t, out)
		assert.Contains(t, errs, "names no file")
	}
}

// The API's answer is written if it is known.
func TestResponse(t *testing.T) {
	const both = `{"email":"a@example.com","password":"not-to-be-shown"}`
	_, out, _ := preflight(both, "-patch", "-")
	assert.Contains(t, out, "the API would answer 400 Bad Request: Cannot update password and email simultaneously.\n")
	_, out, _ = preflight(both, "-patch", "-", "-json")
	assert.Contains(t, out, `"response":{"statusCode":400,"error":"Bad Request","message":"Cannot update password and email simultaneously."}`)
	for _, text := range []string{`{"name":"A"}`, `{"name":7}`} {
		_, out, _ = preflight(text, "-patch", "-")
		assert.NotContains(t, out, "would answer")
		_, out, _ = preflight(text, "-patch", "-", "-json")
		assert.NotContains(t, out, `"response":`)
	}
}

// A name with line breaks cannot forge a line of the report or of an error.
func TestForgedLines(t *testing.T) {
	_, out, _ := preflight(`{"user_metadata":{"x\n   valid\u2067":{"a.b":1}}}`, "-patch", "-")
	assert.NotContains(t, out, "\n   valid")
	assert.NotContains(t, out, "\u2067")
	_, _, errs := preflight(`{"evil\u001b[2J\nline":1,"evil\u001b[2J\nline":2}`, "-patch", "-")
	assert.NotContains(t, errs, "\x1b")
	assert.Equal(t, 1, strings.Count(errs, "\n"), errs)

	deep := strings.Repeat(`{"a":`, 9_000) + "1" + strings.Repeat("}", 9_000)
	u := write(t, "user.json", `{}`)
	status, out, _ := preflight(`{"user_metadata":{"x":`+deep+`}}`, "-user", u, "-patch", "-")
	assert.Equal(t, exitValid, status)
	assert.Less(t, len(out), 1<<20)
}

// line returns the line with that index, or a note that the page ends before it.
func line(page []string, i int) string {
	if i < len(page) {
		return page[i]
	}
	return "(end of the page)"
}

// start returns the start of a line.
func start(line string) string { return line[:min(len(line), 120)] }

// The page of rules that is checked in is up to date.
func TestRules(t *testing.T) {
	status, out, _ := preflight("", "-rules")
	assert.Equal(t, exitValid, status)
	page, err := os.ReadFile("../../RULES.md")
	require.NoError(t, err)
	want, got := strings.Split(out, "\n"), strings.Split(string(page), "\n")
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			t.Errorf("RULES.md is stale; run go run ./examples/preflight -rules >RULES.md\nfirst difference, line %d\nhave: %s\nwant: %s",
				i+1, start(line(got, i)), start(line(want, i)))
			break
		}
	}

	status, out, _ = preflight("", "-rules", "-json")
	assert.Equal(t, exitValid, status)
	var rules []struct{ ID, Statement, Source string }
	require.NoError(t, json.Unmarshal([]byte(out), &rules))
	assert.Greater(t, len(rules), 50)

	status, _, errs := preflight("", "-rules", "-patch", "x")
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, errs, "takes no files")
}
