// Preflight says what an update would do to a user before it is sent: whether
// the API would refuse it and why, what would change, and the profile after.
//
//	go run ./examples/preflight                                  # on built-in samples
//	go run ./examples/preflight -user user.json -patch patch.json -target target.json
//
// The exit status is 0 where the payload is valid, 1 where it is refused, and 2
// for bad usage or input that cannot be read.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// The exit statuses.
const (
	exitValid   = 0
	exitRefused = 1
	exitUsage   = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, coloured(os.Stdout)))
}

// coloured reports whether colours are wanted on f: it is a terminal, and NO_COLOR
// is not set (no-color.org).
func coloured(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == ""
}

const usage = `preflight says what an update would do to a user before it is sent.

usage: preflight                                          judge three built-in samples
       preflight -patch FILE [-user FILE] [-target FILE]  judge a payload
       preflight -rules                                   list every rule with its source

A FILE is JSON; - is standard input, for one of them.

  -patch   the body of PATCH /api/v2/users/{id}
  -user    the user as the API answers it; without, there is no diff
  -target  what is known of the connection and the caller, such as
           {"connection": {"name": "db", "kind": "custom-database"}, "migrated": true}
           kinds: database, custom-database, social, enterprise,
           passwordless-email, passwordless-sms
  -json    write JSON for machines

The exit status is 0 where the payload is valid, 1 where it is refused, 2 for bad
usage or input that cannot be read. The bare run is a demonstration and exits 0.
`

// run is the command without its process.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer, colour bool) int {
	fail := func(err error) int {
		_, _ = fmt.Fprintln(stderr, "preflight:", oneLine(err.Error()))
		return exitUsage
	}
	flags := flag.NewFlagSet("preflight", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var (
		userFile   = flags.String("user", "", "")
		patchFile  = flags.String("patch", "", "")
		targetFile = flags.String("target", "", "")
		asJSON     = flags.Bool("json", false, "")
		rules      = flags.Bool("rules", false, "")
	)
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		_, _ = fmt.Fprint(stdout, usage)
		return exitValid
	case err != nil:
		return fail(fmt.Errorf("%w; -h shows the usage", err))
	case flags.NArg() > 0:
		return fail(fmt.Errorf("unexpected argument %q; -h shows the usage", flags.Arg(0)))
	}
	var empty error
	flags.Visit(func(f *flag.Flag) {
		if f.Value.String() == "" {
			empty = fmt.Errorf("-%s names no file", f.Name)
		}
	})
	if empty != nil {
		return fail(empty)
	}
	p := printer{w: stdout, colour: colour}
	if *rules {
		if *patchFile != "" || *userFile != "" || *targetFile != "" {
			return fail(errors.New("-rules takes no files"))
		}
		if p.rules(*asJSON); p.err != nil {
			return fail(p.err)
		}
		return exitValid
	}
	if *patchFile == "" {
		if *userFile != "" || *targetFile != "" {
			return fail(errors.New("-patch is needed; -h shows the usage"))
		}
		if err := demonstrate(&p, *asJSON); err != nil {
			return fail(err)
		}
		return exitValid
	}
	f := files{stdin: stdin}
	var in flight
	if err := f.read("patch", *patchFile, &in.payload); err != nil {
		return fail(err)
	}
	if *userFile != "" {
		in.user = new(user.Profile)
		if err := f.read("user", *userFile, in.user); err != nil {
			return fail(err)
		}
	}
	if *targetFile != "" {
		if err := f.read("target", *targetFile, &in.target); err != nil {
			return fail(err)
		}
	}
	return show(&p, in, *asJSON, fail)
}

func show(p *printer, in flight, asJSON bool, fail func(error) int) int {
	out := in.check()
	if asJSON {
		p.json(out)
	} else {
		p.report(out)
	}
	switch {
	case p.err != nil:
		return fail(p.err)
	case !out.verdict.Valid():
		return exitRefused
	}
	return exitValid
}

// files reads the files that flags name; standard input can be read once.
type files struct {
	stdin io.Reader
	taken bool
}

// longest is how many bytes of a file are read.
const longest = 256 << 20

func (f *files) read(flag, name string, dst interface{ UnmarshalJSON([]byte) error }) error {
	in := f.stdin
	if name == "-" {
		if f.taken {
			return fmt.Errorf("-%s: standard input is read by another flag already", flag)
		}
		f.taken = true
	} else {
		file, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("-%s: %w", flag, err)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, longest+1))
	switch {
	case err != nil:
		return fmt.Errorf("-%s: %w", flag, err)
	case len(text) > longest:
		return fmt.Errorf("-%s: %s is longer than %d bytes", flag, name, longest)
	}
	if err := dst.UnmarshalJSON(text); err != nil {
		return fmt.Errorf("-%s: %s: %s", flag, name, first(err))
	}
	return nil
}

// first describes the first of several faults and counts the others.
func first(err error) string {
	var es metadata.Errors
	if !errors.As(err, &es) || len(es) == 1 {
		return err.Error()
	}
	return fmt.Sprintf("%v (and %d more)", es[0], len(es)-1)
}

// flight is one payload to judge.
type flight struct {
	user    *user.Profile // nil: not known
	payload patch.Payload
	target  patch.Target
}

// outcome is what there is to say of a flight.
type outcome struct {
	verdict  user.Verdict
	response *patch.Response // nil: accepted, or what the API would answer is not known
	applied  *patch.Outcome  // nil: refused, or no user
}

func (in flight) check() (out outcome) {
	out.verdict = in.payload.Validate(in.target)
	if r, known := in.payload.Response(in.target); known {
		out.response = &r
	}
	if in.user == nil {
		return out
	}
	applied, err := in.payload.Apply(*in.user, in.target)
	if err == nil {
		out.applied = &applied
		out.verdict.Warnings = applied.Warnings
	} else if out.verdict.Valid() { // what shows with the user only
		errors.As(err, &out.verdict.Violations)
	}
	return out
}
