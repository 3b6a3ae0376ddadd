// Beam plans one change for all users of a tenant: it reads an export, one JSON user
// a line, and a transformation, and writes the payloads to be sent, what is wrong,
// and a summary. See the README beside it.
//
//	go run . -in 'export/*.ndjson' -transformation change.json -out planned
//
// With -plans it judges planned changes instead, in the lines that examples/stream takes,
// and writes the verdicts on those that are refused or have warnings:
//
//	go run . -plans 'plans/*.ndjson' -out judged
//
// It sends nothing.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/metameld/metameld/user"
)

// The files that are written.
const (
	plansFile      = "plans.ndjson"
	violationsFile = "violations.ndjson"
	verdictsFile   = "verdicts.ndjson"
	summaryFile    = "summary.json"
)

func main() {
	var (
		in             = flag.String("in", "testdata/users.ndjson", "files to read, a glob; .gz is decompressed")
		transformation = flag.String("transformation", "testdata/transformation.json", "local file that says what is to be changed")
		plans          = flag.String("plans", "", "files of plans to judge, a glob, in place of -in and -transformation")
		target         = flag.String("target", "{}", "target, as JSON, for lines of -plans without one")
		out            = flag.String("out", "", "directory to write to; default: planned, or judged with -plans")
	)
	flag.Parse()
	beam.Init() // on a worker of a cluster it does not return
	err := checkFlags(flag.CommandLine)
	switch {
	case err != nil:
	case *plans != "":
		err = judge(context.Background(), *plans, *target, cmp.Or(*out, "judged"), os.Stdout)
	default:
		err = run(context.Background(), *in, *transformation, cmp.Or(*out, "planned"), os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "beam:", err)
		os.Exit(1)
	}
}

// checkFlags reports flags that do not go together, and arguments that are no flags.
func checkFlags(flags *flag.FlagSet) error {
	set := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { set[f.Name] = true })
	switch {
	case flags.NArg() > 0:
		return errors.New("an argument is not a flag; put globs in quotes")
	case set["plans"] && (set["in"] || set["transformation"]):
		return errors.New("-plans is given in place of -in and -transformation")
	case set["target"] && !set["plans"]:
		return errors.New("-target needs -plans; a transformation has a target of its own")
	}
	return nil
}

// run plans by the transformation, a file, for the users in the files that in names.
func run(ctx context.Context, in, transformation, out string, stdout io.Writer) error {
	text, err := os.ReadFile(transformation)
	if err != nil {
		return err
	}
	if _, err := parseTransformation(text); err != nil {
		return fmt.Errorf("%s: %s", transformation, oneLine(err))
	}
	return execute(ctx, out, []string{plansFile, violationsFile}, stdout, func(s beam.Scope) {
		build(s, in, out, string(text))
	})
}

// judge judges the plans in the files that in names.
func judge(ctx context.Context, in, target, out string, stdout io.Writer) error {
	if err := json.Unmarshal([]byte(target), new(user.Target)); err != nil {
		return fmt.Errorf("-target: %s", oneLine(err))
	}
	return execute(ctx, out, []string{verdictsFile}, stdout, func(s beam.Scope) {
		buildVerdicts(s, in, out, target)
	})
}

// execute runs the pipeline on the runner that the flags choose, and prints the summary.
// The pipeline writes the summary and the outputs below out.
func execute(ctx context.Context, out string, outputs []string, stdout io.Writer, build func(beam.Scope)) error {
	fs, err := filesystem.New(ctx, out)
	if err != nil {
		return err
	}
	defer func() { _ = fs.Close() }()
	// An output without lines is not written, and an earlier one must not be taken for it.
	for _, name := range append(outputs, summaryFile) {
		if err := filesystem.Write(ctx, fs, within(out, name), nil); err != nil {
			return err
		}
	}
	p, s := beam.NewPipelineWithRoot()
	build(s)
	if err := beamx.Run(ctx, p); err != nil {
		return err
	}
	summary, err := filesystem.Read(ctx, fs, within(out, summaryFile))
	if err != nil {
		return err
	}
	_, err = stdout.Write(summary)
	return err
}

// within returns the name of a file in a directory of any file system.
func within(dir, name string) string { return strings.TrimSuffix(dir, "/") + "/" + name }
