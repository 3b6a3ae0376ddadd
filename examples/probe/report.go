package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/metameld/metameld/user/rule"
)

// result is what -json writes. It holds no domain, address, id or secret.
type result struct {
	Date     string        `json:"date"`
	Complete bool          `json:"complete"` // the run was not ended early
	Exit     int           `json:"exit"`
	Policies rule.Policies `json:"policies"`
	Rules    []row         `json:"rules"`
}

// The statuses with which the program exits.
const (
	exitKnown       = 0 // every rule that was asked about has a reading of the catalogue
	exitContradicts = 1 // an answer contradicts the catalogue
	exitFailed      = 2 // the program could not run, no probe ran, or something is undecided or left behind
)

// exitOf returns the exit status for the rows of a run.
func exitOf(list []row, complete bool) int {
	if !complete {
		return exitFailed
	}
	exit := exitKnown
	for _, r := range list {
		if r.Status == contradicts {
			return exitContradicts
		}
		if r.Status == unclear {
			exit = exitFailed
		}
	}
	return exit
}

func (r result) writeJSON(w io.Writer) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// sections are the parts of the table, in order.
var sections = []struct {
	status status
	title  string
}{
	{contradicts, "Contradicts the catalogue"},
	{fits, "Known"},
	{unclear, "Not decided"},
	{notRun, "Not told on these connections"},
	{untellable, "Not told by any exchange of this program"},
}

// writeTable writes the table for a person.
func (r result) writeTable(w io.Writer) error {
	var b strings.Builder
	for _, s := range sections {
		title := s.title + "\n"
		for _, x := range r.Rules {
			if x.Status != s.status {
				continue
			}
			b.WriteString(title)
			title = ""
			b.WriteString(strings.TrimRight(fmt.Sprintf("  %-34s  %-20s  %s", x.Rule, x.reading(), x.agreement()), " ") + "\n")
			for _, f := range x.Probes {
				if f.Status != notRun {
					fmt.Fprintf(&b, "    %s -> %s\n", f.Sent, f.outcome())
				}
			}
		}
		if title == "" {
			b.WriteString("\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// reading returns the second column.
func (r row) reading() string {
	switch {
	case r.Status == fits && r.Readings == nil:
		return "as stated"
	case r.Status == fits:
		return strings.Join(r.Readings, " or ")
	}
	return r.Reason
}

// agreement returns the third column.
func (r row) agreement() string {
	if r.Strict == nil {
		return ""
	}
	says := func(agrees bool) string {
		if agrees {
			return "agrees"
		}
		return "differs"
	}
	return "strict " + says(*r.Strict) + ", current " + says(*r.Current)
}

// outcome returns what was answered, or why nothing is claimed.
func (f finding) outcome() string {
	s := f.Answered
	if f.message != "" {
		s += fmt.Sprintf(" %q", f.message)
	}
	if f.Reason != "" {
		s += " (" + f.Reason + ")"
	}
	return strings.TrimSpace(s)
}
