package bench

import (
	"bufio"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The operations of a stream, by the clock, and the contenders with a goal.
const (
	streamOp   = "stream"         // CPU time
	elapsedOp  = "stream-elapsed" // elapsed time
	oneWorker  = "metameld-1"
	twoWorkers = "metameld-2"
	nodeScript = "node"
)

// nodeMerge is the script that Node.js runs.
//
//go:embed merge.mjs
var nodeMerge []byte

// Stream is programs that read the same lines of planned changes.
type Stream struct {
	Lines     int
	Missing   []string // programs that are not installed
	bytes     int
	processes []process
}

// process is one program.
type process struct {
	name string
	role Role
	args []string
	sums bool // it writes what merge.mjs writes
}

// NewStream builds examples/stream in dir, for the lines in the file plans. self is a
// program that does the naive merge of a file: self -naive NAME FILE.
func NewStream(dir, self, plans string) (*Stream, error) {
	root, err := sources()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(plans)
	if err != nil {
		return nil, err
	}
	ours, script := filepath.Join(dir, "metameld"), filepath.Join(dir, "merge.mjs")
	s := &Stream{Lines: bytes.Count(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) + 1, bytes: len(text)}
	if err := os.WriteFile(script, nodeMerge, 0o644); err != nil {
		return nil, err
	}
	build := exec.Command("go", "build", "-o", ours, "./examples/stream")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	s.processes = []process{
		{oneWorker, Ours, []string{ours, "-workers", "1", "-in", plans}, false},
		{twoWorkers, Ours, []string{ours, "-workers", "2", "-in", plans}, false},
	}
	for _, p := range []process{
		{nodeScript, Peer, []string{"node", script, plans}, true},
		{"jq", Peer, []string{"jq", "-nr", jqSum, plans}, true},
	} {
		if _, err := exec.LookPath(p.args[0]); err != nil {
			s.Missing = append(s.Missing, p.name)
			continue
		}
		s.processes = append(s.processes, p)
	}
	for _, n := range Naives() {
		s.processes = append(s.processes, process{n.Name, Peer, []string{self, "-naive", n.Name, plans}, true})
	}
	return s, nil
}

// WritePlans writes that many lines to a file, which are like the plan of the tests of
// examples/stream, each with other ids and numbers.
func WritePlans(file string, lines int) error {
	root, err := sources()
	if err != nil {
		return err
	}
	plan, err := os.ReadFile(filepath.Join(root, "examples", "stream", "testdata", "plan.json"))
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for i := range lines {
		_, _ = w.WriteString(planOf(string(plan), i))
	}
	return errors.Join(w.Flush(), f.Close())
}

// planOf returns line i of those that are like the plan.
func planOf(plan string, i int) string {
	return strings.NewReplacer(
		"65f0c0ffee0123456789abcd", fmt.Sprintf("%024x", i),
		"ann.lee.0@", fmt.Sprintf("ann.lee.%d@", i),
		`"logins_count":0`, fmt.Sprintf(`"logins_count":%d`, i%50),
		`"seats":15`, fmt.Sprintf(`"seats":%d`, 13+i%7),
	).Replace(plan)
}

// Measure runs each program once in each round, in another order each time, after one
// run that is not measured. It returns the results by CPU time, which is that of the
// whole process, and by elapsed time.
func (s *Stream) Measure(rounds int) ([]Result, error) {
	cpu := Result{Group: Group{Op: streamOp, Size: fmt.Sprint(s.Lines, " lines"), Bytes: s.bytes},
		Rounds: rounds, times: map[string][]float64{}, allocs: map[string]uint64{}}
	elapsed := cpu
	elapsed.Op, elapsed.times = elapsedOp, map[string][]float64{}
	sum := ""
	for _, p := range s.processes {
		cpu.Contenders = append(cpu.Contenders, Contender{Name: p.name, Role: p.role})
		_, _, out, err := p.run()
		if err != nil {
			return nil, err
		}
		if p.sums && sum == "" {
			sum = out
		}
		if want := fmt.Sprint(s.Lines, " "); p.sums && (out != sum || !strings.HasPrefix(out, want)) || !p.sums && out != "" {
			return nil, fmt.Errorf("%s writes %q, and the first of the others %q", p.name, out, sum)
		}
	}
	elapsed.Contenders = cpu.Contenders
	for round := range rounds {
		for _, i := range order(len(s.processes), round) {
			p := s.processes[i]
			used, took, _, err := p.run()
			if err != nil {
				return nil, err
			}
			cpu.times[p.name] = append(cpu.times[p.name], float64(used))
			elapsed.times[p.name] = append(elapsed.times[p.name], float64(took))
		}
	}
	allocs, err := lineAllocations()
	cpu.allocs[oneWorker] = allocs
	return []Result{cpu, elapsed}, err
}

// run runs the program and returns its CPU time, the elapsed time and its output.
func (p process) run() (cpu, elapsed time.Duration, out string, err error) {
	cmd := exec.Command(p.args[0], p.args[1:]...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, 0, "", fmt.Errorf("%s: %w\n%s", p.name, err, stderr.Bytes())
	}
	elapsed = time.Since(began)
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), elapsed, stdout.String(), nil
}

// lineAllocations returns the allocations of one line, as the benchmark of
// examples/stream counts them, rounded up.
func lineAllocations() (uint64, error) {
	root, err := sources()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", "^BenchmarkLines$", "-benchtime", "10x", "./examples/stream")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("go test: %w\n%s", err, out)
	}
	m := regexp.MustCompile(`([0-9.]+) allocs/line`).FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("BenchmarkLines shows no allocations:\n%s", out)
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	return uint64(math.Ceil(n)), err
}

// ReportStream writes what Measure returned.
func ReportStream(w io.Writer, rs []Result) {
	cpu, elapsed := rs[0], rs[1]
	_, _ = fmt.Fprintf(w, "\n## %s\n\n%s, %d bytes, %d rounds:\n\n", cpu.Op, cpu.Size, cpu.Bytes, cpu.Rounds)
	var rows [][]string
	for _, c := range cpu.Contenders {
		t := cpu.Time(c.Name)
		rows = append(rows, []string{c.Name, duration(t.Median), duration(t.Min), fmt.Sprintf("%.0f", float64(cpu.Bytes)/t.Median*1e3),
			duration(elapsed.Time(c.Name).Median), cpu.ratio(oneWorker, c.Name), number(cpu.Time(oneWorker).Min / t.Min)})
	}
	writeTable(w, []string{"program", "CPU time", "best", "MB/s", "elapsed", "ratio of " + oneWorker + " to it", "of the best"}, rows)
	_, _ = fmt.Fprintf(w, "\nAllocations of %s: %d a line.\n", oneWorker, cpu.Allocs(oneWorker))
}
