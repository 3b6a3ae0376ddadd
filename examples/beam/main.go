// Beam plans one change for all users of a tenant: it reads an export, one JSON user
// a line, and a transformation, and writes the payloads to be sent, what is wrong,
// and a summary. See the README beside it.
//
//	go run . -in 'export/*.ndjson' -transformation change.json -out planned
//
// It sends nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"
)

// The files that are written.
const (
	plansFile      = "plans.ndjson"
	violationsFile = "violations.ndjson"
	summaryFile    = "summary.json"
)

func main() {
	var (
		in             = flag.String("in", "testdata/users.ndjson", "files to read, a glob; .gz is decompressed")
		transformation = flag.String("transformation", "testdata/transformation.json", "local file that says what is to be changed")
		out            = flag.String("out", "planned", "directory to write to")
	)
	flag.Parse()
	beam.Init() // on a worker of a cluster it does not return
	if err := run(context.Background(), *in, *transformation, *out, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "beam:", err)
		os.Exit(1)
	}
}

// run runs the pipeline on the runner that the flags choose, and prints the summary.
func run(ctx context.Context, in, transformation, out string, stdout io.Writer) error {
	text, err := os.ReadFile(transformation)
	if err != nil {
		return err
	}
	if _, err := parseTransformation(text); err != nil {
		return fmt.Errorf("%s: %s", transformation, oneLine(err))
	}
	fs, err := filesystem.New(ctx, out)
	if err != nil {
		return err
	}
	defer func() { _ = fs.Close() }()
	// An output without lines is not written, and an earlier one must not be taken for it.
	for _, name := range []string{plansFile, violationsFile, summaryFile} {
		if err := filesystem.Write(ctx, fs, within(out, name), nil); err != nil {
			return err
		}
	}
	p, s := beam.NewPipelineWithRoot()
	build(s, in, out, string(text))
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
