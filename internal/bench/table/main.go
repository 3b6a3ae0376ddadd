// Command table measures metameld beside other libraries and prints the ratios and
// the goals as Markdown. It ends with status 0 also where a goal is missed: speed is
// shown, never tested.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/metameld/metameld/internal/bench"
)

func main() {
	rounds := flag.Int("rounds", 6, "how many `rounds` each contender runs in, at least")
	long := flag.Duration("time", 12*time.Millisecond, "how `long` a contender runs in a round; at least once")
	whole := flag.Duration("for", 8*time.Second, "how `long` more rounds begin for an operation and a document")
	sizes := flag.String("sizes", strings.Join(bench.Sizes, ","), "the documents, a `list` with commas")
	ops := flag.String("ops", strings.Join(bench.Ops, ","), "the operations, a `list` with commas")
	flag.Parse()
	if flag.NArg() > 0 || *rounds < 1 || *long <= 0 {
		usage("no arguments, at least one round and a time above 0")
	}
	table(*rounds, *long, *whole, choose(*sizes, bench.Sizes), choose(*ops, bench.Ops))
}

func usage(what string) {
	fmt.Fprintln(os.Stderr, "table:", what)
	flag.Usage()
	os.Exit(2)
}

// choose returns what the list names of all, in the order of all.
func choose(list string, all []string) []string {
	names := strings.Split(list, ",")
	for _, name := range names {
		if !slices.Contains(all, name) {
			usage(fmt.Sprintf("%q is none of %s", name, strings.Join(all, ",")))
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool { return !slices.Contains(names, name) })
}

func table(rounds int, long, whole time.Duration, sizes, ops []string) {
	fmt.Printf("# metameld beside other libraries\n\n")
	fmt.Printf("%s, %s/%s, %s, %d CPUs; at least %d rounds of %v, for %v, %s\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, cpu(), runtime.NumCPU(), rounds, long, whole, bench.Clock)
	fmt.Printf("\n%s\n", strings.Join(peers(), ", "))
	if rounds < 6 {
		fmt.Printf("\nFewer than 6 rounds: too few to judge a goal by.\n")
	}
	var all []bench.Result
	for _, op := range ops {
		var rs []bench.Result
		for _, size := range sizes {
			g, ok := bench.NewGroup(op, size)
			if !ok {
				continue
			}
			fmt.Fprintf(os.Stderr, "%s %s\n", op, size)
			r, err := bench.Measure(g, rounds, long, whole)
			if err != nil {
				fmt.Fprintln(os.Stderr, "table:", err)
				os.Exit(1)
			}
			r.Forget()
			rs = append(rs, r)
		}
		bench.Report(os.Stdout, rs)
		all = append(all, rs...)
	}
	bench.Goals(os.Stdout, all)
}

// cpu returns the model of the CPU where the system tells it.
func cpu() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown CPU"
	}
	defer func() { _ = f.Close() }()
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, model, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return "unknown CPU"
}

// peers returns the modules that metameld is compared with, and their versions.
func peers() []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	var list []string
	for _, d := range info.Deps {
		if slices.Contains(bench.Peers, d.Path) {
			list = append(list, d.Path+" "+d.Version)
		}
	}
	return list
}
