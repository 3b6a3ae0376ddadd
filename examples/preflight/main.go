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
	"strings"

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
       preflight -rules                                   list every rule with its sources

FILE is a JSON file; one of them can be -, standard input.

  -patch   the body of PATCH /api/v2/users/{id}
  -user    the user as the API answers it; needed to list changes
  -target  the connection, the identity and the caller, such as
           {"connection": {"name": "db", "kind": "custom-database"}, "migrated": true}
           kinds: database, custom-database, social, enterprise,
           passwordless-email, passwordless-sms
  -sources strict, current or lenient: what counts where sources disagree; overrides
           the target's. Use current for calls that a live API will get.
  -json    write JSON, with the tokens of the user

The exit status is 0 if the payload is valid, 1 if it is refused, and 2 for bad
usage or input that cannot be read. Without -patch it is 0.
`

// options are the flags of the command.
type options struct {
	user, patch, target string // files
	sources             *rule.Sources
	json, rules         bool
}

// parse reads the flags.
func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("preflight", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.user, "user", "", "")
	flags.StringVar(&o.patch, "patch", "", "")
	flags.StringVar(&o.target, "target", "", "")
	flags.BoolVar(&o.json, "json", false, "")
	flags.BoolVar(&o.rules, "rules", false, "")
	flags.Func("sources", "", func(name string) error {
		o.sources = new(rule.Sources)
		if o.sources.UnmarshalText([]byte(name)) != nil {
			return errors.New("choose strict, current or lenient")
		}
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return o, fmt.Errorf("%w; -h shows the usage", err)
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q; -h shows the usage", flags.Arg(0))
	}
	flags.Visit(func(f *flag.Flag) {
		if f.Name != "sources" && f.Value.String() == "" {
			err = fmt.Errorf("-%s names no file", f.Name)
		}
	})
	files := o.patch != "" || o.user != "" || o.target != ""
	switch {
	case err != nil:
	case o.rules && files:
		err = errors.New("-rules takes no files")
	case !o.rules && o.patch == "" && files:
		err = errors.New("-patch is needed; -h shows the usage")
	}
	return o, err
}

// run runs the command and returns its exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer, colour bool) int {
	fail := func(err error) int {
		_, _ = fmt.Fprintln(stderr, "preflight:", oneLine(err.Error()))
		return exitUsage
	}
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, _ = fmt.Fprint(stdout, usage)
		return exitValid
	case err != nil:
		return fail(err)
	}
	p := printer{w: stdout, colour: colour}
	switch {
	case o.rules:
		p.rules(o.json)
	case o.patch == "":
		if err := demonstrate(&p, o); err != nil {
			return fail(err)
		}
	default:
		in, err := o.read(stdin)
		if err != nil {
			return fail(err)
		}
		return show(&p, in, o.json, fail)
	}
	if p.err != nil {
		return fail(p.err)
	}
	return exitValid
}

// read reads the files.
func (o options) read(stdin io.Reader) (in input, err error) {
	f := files{stdin: stdin}
	if err := f.read("patch", o.patch, &in.payload); err != nil {
		return in, err
	}
	if o.user != "" {
		in.user = new(user.Profile)
		if err := f.read("user", o.user, in.user); err != nil {
			return in, err
		}
	}
	if o.target != "" {
		if err := f.read("target", o.target, &in.target); err != nil {
			return in, err
		}
	}
	o.override(&in.target)
	return in, nil
}

// override sets the sources of a target where the flag does.
func (o options) override(t *user.Target) {
	if o.sources != nil {
		t.Sources = *o.sources
	}
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

// first describes the first faults and counts the others.
func first(err error) string {
	var es metadata.Errors
	if !errors.As(err, &es) || len(es) == 1 {
		return err.Error()
	}
	const shown = 5
	texts := make([]string, min(len(es), shown))
	for i := range texts {
		texts[i] = es[i].Error()
	}
	if len(es) > shown {
		texts = append(texts, fmt.Sprintf("and %d more", len(es)-shown))
	}
	return strings.Join(texts, "; ")
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
	before   metadata.Object // the user with secrets masked; absent: no user
	after    metadata.Object // the profile in applied with secrets masked
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
		out.before, out.after = masked(*in.user), masked(applied.Profile)
		out.verdict.Warnings = applied.Warnings
	} else if out.verdict.Valid() { // a refusal that depends on the user
		errors.As(err, &out.verdict.Violations)
	}
	return out
}

// masked returns the profile with its secrets masked.
func masked(u user.Profile) metadata.Object {
	o, err := metadata.Parse([]byte(u.String()))
	if err != nil { // it cannot be: a profile prints as a JSON object
		return metadata.Object{}
	}
	return o
}
