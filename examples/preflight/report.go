package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// printer writes reports and keeps the first error.
type printer struct {
	w      io.Writer
	colour bool
	err    error
}

func (p *printer) line(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s+"\n")
	}
}

func (p *printer) paint(code, s string) string {
	if !p.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p *printer) bold(s string) string   { return p.paint("1", s) }
func (p *printer) red(s string) string    { return p.paint("31", s) }
func (p *printer) green(s string) string  { return p.paint("32", s) }
func (p *printer) yellow(s string) string { return p.paint("33", s) }

// report writes an outcome for a person: the verdict with its violations and warnings,
// the changes, the effects and the profile afterwards.
func (p *printer) report(out outcome) {
	if out.verdict.Valid() {
		p.line("   " + p.bold(p.green("valid")))
	} else {
		p.line("   " + p.bold(p.red("refused")))
	}
	for _, v := range out.verdict.Violations {
		p.violation(p.red("error"), v)
	}
	for _, v := range out.verdict.Warnings {
		p.violation(p.yellow("warning"), v)
	}
	if r := out.response; r != nil {
		p.line(fmt.Sprintf("   the API would answer %d %s: %s", r.StatusCode, r.Error, oneLine(r.Message)))
	}
	if out.applied == nil {
		return
	}
	if len(out.applied.Changes()) == 0 {
		p.line("   nothing changes")
	} else {
		p.line("   changes:")
	}
	for _, c := range out.applied.Changes() {
		if c.Kind != metadata.Added {
			p.line("     " + p.red("- "+oneLine(c.Pointer)+": "+short(out.before.At(c.Pointer).String())))
		}
		if c.Kind != metadata.Removed {
			p.line("     " + p.green("+ "+oneLine(c.Pointer)+": "+short(out.after.At(c.Pointer).String())))
		}
	}
	for _, e := range out.applied.Effects {
		p.line("   effect: " + string(e.Kind) + " [" + string(e.Rule) + "]")
	}
	p.line("   profile after:")
	p.line("     " + visible(indented(out.after)))
}

// indented returns the indented JSON text of a profile, or the text on one line if it is
// nested so deep that most of it would be white space.
func indented(u metadata.Object) string {
	text := []byte(u.String())
	if !json.Valid(text) || levels(text) > 40 {
		return string(text)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "     ", "  "); err != nil {
		return string(text)
	}
	return b.String()
}

// levels returns how deeply arrays and objects are nested in a valid JSON text.
func levels(text []byte) (most int) {
	open, quoted, escaped := 0, false, false
	for _, c := range text {
		switch {
		case escaped:
			escaped = false
		case quoted:
			quoted, escaped = c != '"', c == '\\'
		case c == '"':
			quoted = true
		case c == '[' || c == '{':
			open++
			most = max(most, open)
		case c == ']' || c == '}':
			open--
		}
	}
	return most
}

func (p *printer) violation(word string, v rule.Violation) {
	where := oneLine(v.Pointer)
	if where == "" {
		where = "the payload"
	}
	p.line(fmt.Sprintf("   %s %s: %s", word, where, oneLine(v.Message)))
	r, _ := rule.Find(v.Rule)
	p.line(fmt.Sprintf("     rule %s (%s), source: %s", v.Rule, v.Evidence, r.Source))
	for _, x := range r.Readings {
		p.line("       reading " + x.Name + ": " + described(x))
	}
}

// described returns the statement of a reading, and who makes it when.
func described(x rule.Reading) string {
	newest := ""
	if x.Current {
		newest = "; the newest source"
	}
	return fmt.Sprintf("%s (%s, %s%s)", x.Statement, x.Source, x.Date, newest)
}

// most is the number of characters of a value that a change shows.
const most = 100

// short returns the text of a value, cut if it is long.
func short(text string) string {
	text = oneLine(text)
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "..."
}

// visible returns s with control characters replaced, except for line ends, so that no
// name or value can control a terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsGraphic(r) {
			return utf8.RuneError
		}
		return r
	}, s)
}

// oneLine is visible with line ends replaced too.
func oneLine(s string) string {
	return strings.ReplaceAll(visible(s), "\n", string(utf8.RuneError))
}

// verdictJSON is the JSON form of an outcome.
type verdictJSON struct {
	Valid      bool            `json:"valid"`
	Violations []violationJSON `json:"violations"`
	Warnings   []violationJSON `json:"warnings"`
	Response   *patch.Response `json:"response,omitempty"`
	Changes    []changeJSON    `json:"changes,omitempty"`
	Effects    []user.Effect   `json:"effects,omitempty"`
	Profile    *user.Profile   `json:"profile,omitempty"`
}

type violationJSON struct {
	rule.Violation
	Source   string         `json:"source"`
	Readings []rule.Reading `json:"readings,omitempty"`
}

type changeJSON struct {
	Pointer string              `json:"pointer"`
	Kind    metadata.ChangeKind `json:"kind"`
	From    metadata.Value      `json:"from,omitzero"`
	To      metadata.Value      `json:"to,omitzero"`
}

// json writes an outcome as one line of JSON.
func (p *printer) json(out outcome) {
	sourced := func(list rule.Violations) []violationJSON {
		out := []violationJSON{}
		for _, v := range list {
			r, _ := rule.Find(v.Rule)
			out = append(out, violationJSON{v, r.Source, r.Readings})
		}
		return out
	}
	v := verdictJSON{Valid: out.verdict.Valid(), Violations: sourced(out.verdict.Violations), Warnings: sourced(out.verdict.Warnings), Response: out.response}
	if a := out.applied; a != nil {
		v.Effects, v.Profile = a.Effects, &a.Profile
		for _, c := range a.Changes() {
			v.Changes = append(v.Changes, changeJSON{c.Pointer, c.Kind, c.From, c.To})
		}
	}
	enc := json.NewEncoder(p.w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil && p.err == nil {
		p.err = err
	}
}
