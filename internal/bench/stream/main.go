// Command stream measures examples/stream beside programs that merge the same lines and
// check nothing: a script for Node.js, jq, and Go with three JSON libraries. It prints
// the CPU time of whole processes and the goals as Markdown. It ends with status 0 also
// where a goal is missed: speed is shown, never tested.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/metameld/metameld/internal/bench"
)

func main() {
	lines := flag.Int("lines", 60_000, "how many `lines` each program reads")
	plans := flag.String("plans", "", "read the lines of this `file`, in which metameld finds nothing to report, in place of generated ones")
	rounds := flag.Int("rounds", 6, "how many `rounds` each program runs in")
	naive := flag.String("naive", "", "merge the lines of a file with this `library`; stream runs itself so")
	flag.Parse()
	var err error
	switch {
	case *naive != "":
		err = merge(*naive, flag.Arg(0))
	case flag.NArg() > 0 || *lines < 1 || *rounds < 1:
		fmt.Fprintln(os.Stderr, "stream: no arguments, at least one line and one round")
		flag.Usage()
		os.Exit(2)
	default:
		err = table(*plans, *lines, *rounds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "stream:", err)
		os.Exit(1)
	}
}

// merge does the naive merge of the file.
func merge(name, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	for _, n := range bench.Naives() {
		if n.Name == name {
			return n.Sum(f, os.Stdout)
		}
	}
	return fmt.Errorf("no library %q", name)
}

// table measures all programs on the file of plans, or on that many generated lines, and
// prints the table and the goals.
func table(plans string, lines, rounds int) error {
	dir, err := os.MkdirTemp("", "stream")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if plans == "" {
		plans = filepath.Join(dir, "plans.ndjson")
		if err := bench.WritePlans(plans, lines); err != nil {
			return err
		}
	}
	s, err := bench.NewStream(dir, self, plans)
	if err != nil {
		return err
	}
	rs, err := s.Measure(rounds)
	if err != nil {
		return err
	}
	fmt.Printf("# examples/stream beside other programs\n\n%s, %s/%s, %d CPUs; CPU time of whole processes\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if len(s.Missing) > 0 {
		fmt.Printf("\nNot installed: %s\n", strings.Join(s.Missing, ", "))
	}
	if rounds < 6 {
		fmt.Printf("\nFewer than 6 rounds: too few to judge a goal by.\n")
	}
	bench.ReportStream(os.Stdout, rs)
	bench.Goals(os.Stdout, rs)
	return nil
}
