package main

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkLines judges 1,000 typical lines of 1.2 KB with one worker. internal/bench
// shows its allocations and measures the same lines beside other programs.
func BenchmarkLines(b *testing.B) {
	const lines = 1000
	plan, err := os.ReadFile("testdata/plan.json")
	require.NoError(b, err)
	text := bytes.Repeat(plan, lines)
	b.SetBytes(int64(len(text)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	runs := 0
	for ; b.Loop(); runs++ {
		j := judge{in: bytes.NewReader(text), out: io.Discard, log: io.Discard, every: 10_000, pause: time.Second, workers: 1}
		require.NoError(b, j.all(b.Context()))
		require.Equal(b, checkpoint{Lines: lines, Input: int64(len(text))}, j.done)
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(runs*lines), "allocs/line")
}
