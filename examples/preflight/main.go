// Preflight says what an update would do to a user before it is sent: whether the API
// would refuse it and why, the changes, and the profile afterwards.
//
//	go run ./examples/preflight                                  # judges built-in samples
//	go run ./examples/preflight -user user.json -patch patch.json -target target.json
//
// The exit status is 0 if the payload is valid, 1 if it is refused, and 2 for bad usage
// or input that cannot be read.
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
	"github.com/metameld/metameld/user/rule"
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

// coloured reports whether output on f is coloured: f is a terminal, and NO_COLOR is not
// set (no-color.org).
func coloured(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == ""
}

const usage = `preflight says what an update would do to a user before it is sent.

usage: preflight                                          judge three built-in samples
       preflight -patch FILE [-user FILE] [-target FILE]  judge a payload
       preflight -rules                                   list every rule with its source

FILE is a JSON file; one of them can be -, standard input.

  -patch   the body of PATCH /api/v2/users/{id}
  -user    the user as the API answers it; needed to list changes
  -target  the connection, the identity and the caller, such as
           {"connection": {"name": "db", "kind": "custom-database"}, "migrated": true}
           kinds: database, custom-database, social, enterprise,
           passwordless-email, passwordless-sms
  -json    write JSON

The exit status is 0 if the payload is valid, 1 if it is refused, and 2 for bad
usage or input that cannot be read. Without -patch it is 0.
`

// run runs the command and returns its exit status.
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
	var in input
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

func show(p *printer, in input, asJSON bool, fail func(error) int) int {
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

// files reads the files that flags name. Standard input can be read once.
type files struct {
	stdin io.Reader
	taken bool
}

// longest is the maximum size of a file in bytes.
const longest = 256 << 20

func (f *files) read(flag, name string, dst interface{ UnmarshalJSON([]byte) error }) error {
	in := f.stdin
	if name == "-" {
		if f.taken {
			return fmt.Errorf("-%s: another flag reads standard input already", flag)
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

// input is one payload to judge.
type input struct {
	user    *user.Profile // nil: not given
	payload patch.Payload
	target  user.Target
}

// outcome is the result for one input.
type outcome struct {
	verdict  rule.Verdict
	response *patch.Response // nil: accepted, or the answer of the API is not known
	applied  *user.Outcome   // nil: refused, or no user
}

func (in input) check() (out outcome) {
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
	} else if out.verdict.Valid() { // a refusal that depends on the user
		errors.As(err, &out.verdict.Violations)
	}
	return out
}
