// Probe asks a tenant what no document states: which readings of the library's rules hold
// there. It creates users, updates and links them, compares the answers with what the
// library predicts under each reading, and deletes the users. docs/probe.md says what is
// created, sent, kept and deleted.
//
//	go build ./examples/probe
//	./probe
//	./probe -domain dev-abc.eu.auth0.com -connection Username-Password-Authentication
//	./probe -domain dev-abc.eu.auth0.com -connection Username-Password-Authentication -create-users dev-abc -policies policies.json
//	./probe -url http://127.0.0.1:8080 -connection Username-Password-Authentication -create-users 127.0.0.1:8080
//
// Without flags it runs against a tenant in memory. The second run says what the third would
// do. The last tests an emulator. The token is in the environment, as METAMELD_TOKEN, or as
// METAMELD_CLIENT_ID and METAMELD_CLIENT_SECRET, or in the file that -credentials names.
//
// The exit status is 0 if every rule that was asked about has a reading of the catalogue,
// 1 if an answer contradicts the catalogue, and 2 if the program could not run, if no probe
// ran, or if something is undecided or was left behind. "go run" exits with 1 for both.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/metameld/metameld/user/rule"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once; the journal remains
	p := program{
		getenv: os.Getenv, stdout: os.Stdout, stderr: os.Stderr, now: time.Now, sleep: sleep, sync: (*os.File).Sync,
		http: func(base *url.URL) *http.Client { return newHTTP(base.Scheme == "http") },
	}
	os.Exit(p.main(ctx, os.Args[1:]))
}

// sleep waits, or returns the error of the context.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// program is the command, with what it takes from outside.
type program struct {
	getenv         func(string) string
	stdout, stderr io.Writer
	now            func() time.Time
	sleep          func(context.Context, time.Duration) error
	sync           func(*os.File) error
	http           func(base *url.URL) *http.Client
}

// options are the flags.
type options struct {
	domain, url, audience string
	connections           []string
	declared              string      // a file
	described             []connected // in it
	credentials           string      // a file
	createUsers           string
	large, scripts        bool
	journal               string // a file
	clean, json           bool
	policies              string // a file
	rules                 []rule.ID
	embedded              bool
}

// flags declares the flags.
func (o *options) flags(stderr io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet("probe", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.domain, "domain", "", "the tenant's `domain`, such as dev-abc.eu.auth0.com; without -domain and -url, a tenant in memory")
	flags.StringVar(&o.url, "url", "", "the base `URL` of an emulator; plain http only on this machine")
	flags.StringVar(&o.audience, "audience", "", "the `audience` of the token, if -domain is a custom domain")
	flags.Func("connection", "the `name` of a database connection; may be repeated", func(s string) error {
		o.connections = append(o.connections, s)
		return nil
	})
	flags.StringVar(&o.declared, "connections", "", "`file` that describes connections, for emulators without GET /api/v2/connections:\n[{\"name\":\"Username-Password-Authentication\",\"kind\":\"database\"}]")
	flags.StringVar(&o.credentials, "credentials", "", "`file` with a JSON object: token, or client_id and client_secret")
	flags.StringVar(&o.createUsers, "create-users", "", "create users and delete them; repeats the `name` of the tenant")
	flags.BoolVar(&o.large, "large-tenant", false, "allow a tenant with more than 1,000 users")
	flags.BoolVar(&o.scripts, "run-scripts", false, "allow a custom database, whose scripts write to a store of your own")
	flags.StringVar(&o.journal, "journal", "metameld-probe.journal", "`file` with the ids of the users that may exist")
	flags.BoolVar(&o.clean, "clean", false, "delete the users in the journal, and nothing else")
	flags.BoolVar(&o.json, "json", false, "write the result as JSON, for others to read")
	flags.StringVar(&o.policies, "policies", "", "`file` to write the readings to, for rule.ParsePolicies")
	flags.Func("rule", "ask about this `rule` only; may be repeated", func(s string) error {
		if !slices.ContainsFunc(probes, func(p probe) bool { return string(p.rule) == s }) {
			return errors.New("no probe asks about this rule")
		}
		o.rules = append(o.rules, rule.ID(s))
		return nil
	})
	return flags
}

func (o *options) parse(args []string, stderr io.Writer) error {
	flags := o.flags(stderr)
	if err := flags.Parse(args); err != nil {
		return err
	}
	o.embedded = o.domain == "" && o.url == ""
	switch {
	case flags.NArg() > 0:
		return errors.New("unexpected arguments")
	case o.domain != "" && o.url != "":
		return errors.New("-domain or -url, not both")
	case filepath.Clean(o.policies) == filepath.Clean(o.journal):
		return errors.New("-policies and -journal are the same file")
	case o.embedded && o.clean:
		return errors.New("-clean needs -domain or -url")
	case !o.embedded && !o.clean && len(o.connections) == 0 && o.declared == "":
		return errors.New("-connection is missing: the name of a database connection of the tenant")
	}
	return nil
}

// main runs the program and returns its exit status.
func (p *program) main(ctx context.Context, args []string) int {
	var o options
	if err := o.parse(args, p.stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitKnown
		}
		p.say("probe: %v", err)
		return exitFailed
	}
	if o.embedded {
		stop, err := p.embed(&o)
		if err != nil {
			p.say("probe: %v", err)
			return exitFailed
		}
		defer stop()
	}
	exit, err := p.run(ctx, o)
	if err != nil {
		p.say("probe: %v", err)
		return exitFailed
	}
	return exit
}

func (p *program) say(format string, args ...any) { _, _ = fmt.Fprintf(p.stderr, format+"\n", args...) }

// run runs the probes, or says what they would do, or cleans. The exit status counts if there
// is no error.
func (p *program) run(ctx context.Context, o options) (int, error) {
	base, err := baseOf(o.domain, o.url)
	if err != nil {
		return exitFailed, err
	}
	if err := o.describe(); err != nil {
		return exitFailed, err
	}
	name := nameOf(base.Host)
	if !o.clean && o.createUsers != name {
		p.announce(name, o, 0)
		if o.createUsers != "" {
			return exitFailed, errors.New("-create-users does not repeat the name of the tenant; nothing was sent")
		}
		return exitFailed, fmt.Errorf("nothing was sent: to create users, add -create-users %s", name)
	}
	secrets := &masked{}
	p.stdout, p.stderr = secrets.writer(p.stdout), secrets.writer(p.stderr)
	c, err := p.read(o)
	if err != nil {
		return exitFailed, err
	}
	secrets.add(c.Token, c.ClientSecret)
	grant, err := c.grant(o, base)
	if err != nil {
		return exitFailed, err
	}
	if o.clean {
		if _, err := os.Stat(o.journal); err != nil {
			return exitFailed, errors.New("there is no journal, so nothing to delete")
		}
	}
	j, err := openJournal(o.journal, base.Host, p.sync)
	if err != nil {
		return exitFailed, err
	}
	defer func() { _ = j.release(false) }() // unless it is closed before
	if j.bad > 0 && !o.clean {
		return exitFailed, errBadLines
	}
	g := &guard{owns: j.owns}
	r := &runner{
		c: &client{base: base, http: p.http(base), token: c.Token, grant: grant, secrets: secrets, guard: g.check, sleep: p.sleep, now: p.now},
		j: j, g: g, tag: fmt.Sprintf("%x%04x", p.now().Unix()&0xffffff, random(1<<16)), policies: rule.Policies{}, trials: map[string]trial{}, settles: settles,
	}
	if o.embedded { // the tenant in memory has none
		r.settles = 0
	}
	if o.clean {
		return exitKnown, p.clean(ctx, r)
	}
	return p.probe(ctx, o, r)
}

// clean deletes the users in the journal.
func (p *program) clean(ctx context.Context, r *runner) error {
	r.reserve = reserve(len(r.j.ids))
	p.say("In the tenant %s this program deletes at most %d users, with at most %d requests, one at a time.", nameOf(r.c.base.Host), len(r.j.ids), r.reserve)
	err := r.finish(ctx)
	if err == nil {
		p.say("every user in the journal is gone")
	}
	if r.j.bad > 0 {
		err = errors.Join(err, errBadLines)
	}
	return errors.Join(err, r.j.close(true))
}

var errBadLines = errors.New("a line of the journal cannot be read: -clean deletes the users that the other lines name; then look for users whose id begins with auth0|" + prefix + ", and remove the journal")

// probe runs the probes and writes the result.
func (p *program) probe(ctx context.Context, o options, r *runner) (int, error) {
	if o.embedded {
		p.say("Without -domain and -url this runs against a tenant in memory.")
	}
	chosen := o.chosen()
	p.announce(nameOf(r.c.base.Host), o, len(r.j.ids))
	err := r.prepare(ctx, o, chosen)
	var findings []finding
	if err == nil {
		runs := r.runnable(chosen)
		p.say("The connections allow %d of the %d probes.", runs, len(chosen))
		findings, err = r.all(ctx, chosen, func(n int, id rule.ID) { p.say("%d of %d: %s", n, runs, id) })
	}
	complete := err == nil
	if errors.Is(err, context.Canceled) {
		p.say("Deleting the users, which can take some minutes. Ctrl-C ends the program at once and may leave some.")
		err = errors.New("interrupted: the next run asks only for what is missing")
	}
	if complete && !slices.ContainsFunc(findings, func(f finding) bool { return f.Status != notRun }) {
		err = errors.New("no probe ran: the table says what each one needs")
	}
	err = errors.Join(err, r.finish(ctx))
	list := rows(findings)
	result := result{Date: p.now().UTC().Format(time.DateOnly), Complete: complete, Exit: exitOf(list, err == nil), Policies: policiesOf(list), Rules: list}
	write := result.writeTable
	if o.json {
		write = result.writeJSON
	}
	if findings != nil {
		err = errors.Join(err, write(p.stdout))
	}
	if o.policies != "" && findings != nil {
		err = errors.Join(err, writePolicies(o.policies, result.Policies))
	}
	return result.Exit, errors.Join(err, r.j.close(complete))
}

// chosen returns the probes that the flags choose.
func (o *options) chosen() []probe {
	if o.rules == nil {
		return probes
	}
	return slices.DeleteFunc(slices.Clone(probes), func(p probe) bool { return !slices.Contains(o.rules, p.rule) })
}

// count returns the number of connections that the flags name.
func (o *options) count() int { return len(o.described) + len(o.connections) }

// announce says what the probes do, before anything is sent. left is the number of users that
// an earlier run may have left.
func (p *program) announce(name string, o options, left int) {
	list := o.chosen()
	requests, users := bounds(list, o.count(), left)
	usual := 1 + 6*o.count()
	for _, x := range list {
		usual += x.usual()
	}
	p.say(`In the tenant %s this program
  - makes Actions and Hooks run, if the tenant has some for users who are registered or changed, and writes
    to its log and its log streams;
  - creates at most %d users, at most two at a time, and deletes them. The id and the e-mail address of each
    begin with %s; addresses end in %s, and the program asks for no message to them;
  - sends at most %d requests, those for tokens included, one at a time, with bodies of at most %d bytes; if the
    connections allow every probe, it usually sends about %d;
  - never logs in, signs up, or starts a passwordless flow.
`, name, users, prefix, emailDomain, requests, largestBody, usual)
	if left > 0 {
		p.say("It first deletes at most %d users that an earlier run left.\n", left)
	}
}

// nameOf returns the name of the tenant at a host: for dev-abc.eu.auth0.com it is dev-abc,
// for any other host the host itself.
func nameOf(host string) string {
	if name, _, ok := strings.Cut(host, "."); ok && strings.HasSuffix(host, ".auth0.com") {
		return name
	}
	return host
}

// writePolicies writes policies for rule.ParsePolicies.
func writePolicies(name string, p rule.Policies) error {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Clean(name), append(text, '\n'), 0o644); err != nil {
		return errors.New("the file of -policies cannot be written")
	}
	return nil
}
