package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/stream/lines"
	"github.com/metameld/metameld/user/rule"
)

// plan returns line i of a file of planned changes: every tenth is refused, every
// seventh wipes, one of a hundred is unreadable.
func plan(i int) string {
	u := fmt.Sprintf(`{"user_id":"auth0|%d","user_metadata":{"color":"red","n":%d}}`, i, i)
	payload := `{"user_metadata":{"color":"blue"}}`
	switch {
	case i%100 == 99:
		return `{"user":` + u + `,"payload":`
	case i%10 == 0:
		payload = `{"email":"ann@example.com","password":"hidden-` + fmt.Sprint(i) + `"}`
	case i%7 == 0:
		payload = `{"user_metadata":{}}`
	}
	return `{"user":` + u + `,"payload":` + payload + `}`
}

func write(t *testing.T, lines int) (name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "in.ndjson")
	f, err := os.Create(name)
	require.NoError(t, err)
	w := bufio.NewWriter(f)
	for i := range lines {
		_, _ = fmt.Fprintln(w, plan(i))
	}
	require.NoError(t, w.Flush())
	require.NoError(t, f.Close())
	return name
}

func read(t *testing.T, name string) (vs []verdict) {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "hidden-", "a password")
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		var v verdict
		require.NoError(t, json.Unmarshal([]byte(line), &v))
		vs = append(vs, v)
	}
	return vs
}

func TestVerdicts(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.ndjson")
	var log strings.Builder
	refused, err := run(t.Context(), files{write(t, 1000), out, ""}, "{}", 2, &log)
	require.NoError(t, err)
	assert.True(t, refused)
	assert.Equal(t, "1000 lines: 110 refused, 127 with warnings only, 10 not understood\n", log.String())
	byLine := map[int]verdict{}
	for _, v := range read(t, out) {
		byLine[v.Line] = v
	}
	assert.Len(t, byLine, 237)
	assert.Equal(t, rule.ExclusiveAttributes, byLine[11].Violations[0].Rule)
	assert.EqualValues(t, "auth0|10", byLine[11].UserID)
	assert.True(t, byLine[8].Valid)
	assert.Equal(t, rule.MetadataWipe, byLine[8].Warnings[0].Rule)
	assert.NotEmpty(t, byLine[100].Error)
	assert.NotContains(t, byLine, 2)
}

// The output has the order of the input, however many workers there are.
func TestWorkers(t *testing.T) {
	t.Parallel()
	in, dir := write(t, 8_000), t.TempDir()
	var want []byte
	for _, workers := range []int{1, 2, 7} {
		out := filepath.Join(dir, fmt.Sprint(workers))
		_, err := run(t.Context(), files{in, out, ""}, "{}", workers, io.Discard)
		require.NoError(t, err)
		text, err := os.ReadFile(out)
		require.NoError(t, err)
		if want == nil {
			want = text
		}
		assert.Equal(t, string(want), string(text))
	}
	last := 0
	for _, v := range read(t, filepath.Join(dir, "7")) {
		assert.Greater(t, v.Line, last)
		last = v.Line
	}
	_, err := run(t.Context(), files{in, "", ""}, "{}", 0, io.Discard)
	assert.ErrorContains(t, err, "-workers")
}

// A payload that only an older source refuses is valid.
func TestNewestSourceCounts(t *testing.T) {
	in, out := filepath.Join(t.TempDir(), "in.ndjson"), filepath.Join(t.TempDir(), "out.ndjson")
	const migrated = `{"connection":{"kind":"custom-database"},"migrated":true}`
	require.NoError(t, os.WriteFile(in, []byte(`{"user":{"user_id":"auth0|1"},"payload":{"nickname":"rosie"},"target":`+migrated+`}
{"user":{"user_id":"auth0|2"},"payload":{"nickname":"rosie"}}
{"user":{"user_id":"auth0|3"},"payload":{"user_metadata":null}}
{"user":{"user_id":"auth0|4"},"payload":{"user_metadata":null},"target":{"sources":"lenient"}}
`), 0o600))
	_, err := run(t.Context(), files{in, out, ""}, migrated, 2, io.Discard)
	require.NoError(t, err)
	valid := map[int]bool{}
	for _, v := range read(t, out) {
		valid[v.Line] = v.Valid
	}
	assert.Equal(t, map[int]bool{3: false, 4: true}, valid)
}

// A run that is stopped and resumed has the output of one run.
func TestResume(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, whole, parts, mark := write(t, 35_000), filepath.Join(dir, "whole"), filepath.Join(dir, "parts"), filepath.Join(dir, "mark")
	_, err := run(t.Context(), files{in, whole, ""}, "{}", 2, io.Discard)
	require.NoError(t, err)

	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 { // each comes one checkpoint further
		_, err = run(stopped, files{in, parts, mark}, "{}", 2, io.Discard)
		require.ErrorContains(t, err, "stopped after line")
		f, err := os.OpenFile(parts, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString("what was written after the checkpoint and lost")
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	_, err = run(t.Context(), files{in, parts, mark}, "{}", 2, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, read(t, whole), read(t, parts))
}

// plans is a reader of a number of plans, each with a long text. At the end it records
// the size of the heap.
type plans struct {
	made, number int
	line         bytes.Buffer
	heap         uint64
}

func (p *plans) Read(b []byte) (int, error) {
	if p.line.Len() == 0 {
		if p.made == p.number {
			p.heap = heap()
			return 0, io.EOF
		}
		fmt.Fprintf(&p.line, `{"user":{"user_id":"auth0|%d"},"payload":{"user_metadata":{"about":"%s"}}}`+"\n", p.made, strings.Repeat("x", 1000))
		p.made++
	}
	return p.line.Read(b)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// 30 MB are judged with less than 1 MB of memory, and the progress is logged.
func TestMemoryAndProgress(t *testing.T) {
	in := &plans{number: 30_000}
	var log strings.Builder
	j := judge{in: in, out: io.Discard, log: &log, every: 10_000, workers: 2}
	before := heap()
	require.NoError(t, j.all(t.Context()))
	assert.Less(t, in.heap, before+1<<20)
	assert.Regexp(t, `^10000 lines, \d+ a second, 0 refused
20000 lines, \d+ a second, 0 refused
30000 lines, \d+ a second, 0 refused
30000 lines: 0 refused, 0 with warnings only, 0 not understood
$`, log.String())
}

// A run that is stopped does not read on.
func TestStop(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	in := &plans{number: 30_000}
	j := judge{in: in, out: io.Discard, log: io.Discard, every: 1_000, workers: 2}
	require.ErrorContains(t, j.all(ctx), "stopped after line 1000")
	assert.Less(t, in.made, 3_000)
}

// An unreadable line has its error in the output, and the next line is judged.
func TestUnreadableLines(t *testing.T) {
	t.Parallel()
	in := filepath.Join(t.TempDir(), "in.ndjson")
	text := strings.Join([]string{
		`{"user":{"user_id":"auth0|1"},"payload":{"blocked":true},"tagret":{}}`,
		``,
		`{"user":{"user_id":"auth0|1"},"payload":"` + strings.Repeat("x", longest) + `"}`,
		`{"user":null,"payload":[]}`,
		`{"user":{"user_id":"auth0|1"},"payload":{"blocked":null}}`,
	}, "\r\n")
	require.NoError(t, os.WriteFile(in, []byte(text), 0o644))
	out := filepath.Join(t.TempDir(), "out.ndjson")
	var log strings.Builder
	_, err := run(t.Context(), files{in, out, ""}, "{}", 2, &log)
	require.NoError(t, err)
	assert.Equal(t, "5 lines: 4 refused, 0 with warnings only, 3 not understood\n", log.String())
	vs := read(t, out)
	require.Len(t, vs, 4)
	assert.Equal(t, verdict{1, lines.Verdict{Error: "unknown member: /tagret"}}, vs[0])
	assert.Equal(t, verdict{3, lines.Verdict{Error: "line too long"}}, vs[1])
	assert.Equal(t, verdict{4, lines.Verdict{Error: "not a JSON object: /user\nnot a JSON object: /payload"}}, vs[2])
	assert.Equal(t, rule.Null, vs[3].Violations[0].Rule)
}

// A checkpoint of other files is an error, and the output stays.
func TestCheckpointOfOtherFiles(t *testing.T) {
	dir := t.TempDir()
	in, out, mark := write(t, 100), filepath.Join(dir, "out"), filepath.Join(dir, "mark")
	_, err := run(t.Context(), files{in, out, mark}, "{}", 2, io.Discard)
	require.NoError(t, err)
	require.NoError(t, os.Truncate(out, 10))
	_, err = run(t.Context(), files{in, out, mark}, "{}", 2, io.Discard)
	assert.ErrorContains(t, err, "shorter")
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	assert.Len(t, text, 10)
}

// Without a checkpoint nothing is left of a former output.
func TestFormerOutput(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.ndjson")
	require.NoError(t, os.WriteFile(out, bytes.Repeat([]byte("old\n"), 10_000), 0o600))
	_, err := run(t.Context(), files{write(t, 20), out, ""}, "{}", 1, io.Discard)
	require.NoError(t, err)
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "old")
}

// No file is written over another, under whatever name.
func TestOneFileForTwo(t *testing.T) {
	in := write(t, 1)
	before, err := os.ReadFile(in)
	require.NoError(t, err)
	dir, name := filepath.Split(in)
	again, out := dir+"./"+name, filepath.Join(dir, "out")
	for _, f := range []files{{in, in, ""}, {in, again, ""}, {in, out, again}, {in, out, out}} {
		_, err := run(t.Context(), f, "{}", 1, io.Discard)
		assert.ErrorContains(t, err, "one file")
	}
	after, err := os.ReadFile(in)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
	assert.NoFileExists(t, out)
}

// The output may be a device, which cannot be cut.
func TestOutputToDevice(t *testing.T) {
	refused, err := run(t.Context(), files{write(t, 20), os.DevNull, ""}, "{}", 1, io.Discard)
	require.NoError(t, err)
	assert.True(t, refused)
}

// Files that cannot be read or written, and an invalid target, are errors.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ in, out, mark, target string }{
		{"", "", "mark", "{}"},
		{"no such file", "", "", "{}"},
		{"", "", "", `{"conection":{}}`},
	} {
		_, err := run(t.Context(), files{c.in, c.out, c.mark}, c.target, 2, io.Discard)
		assert.Error(t, err)
	}
}
