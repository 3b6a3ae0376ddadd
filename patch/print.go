package patch

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
)

// String returns the JSON text of p with its password covered. Use
// [Payload.AppendJSON] or json.Marshal for the body to send.
func (p Payload) String() string { return string(p.covered().AppendJSON(nil)) }

// Format writes String for every verb, so that none prints the password. A Payload
// in an unexported field of another struct is out of its reach: package fmt then
// calls no method.
func (p Payload) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue returns p as a group with its password covered. A log handler calls it
// for a Payload by itself and for [Payloads]; of a Payload inside another slice or a
// struct one that writes JSON writes the body, as json.Marshal does, password and
// all.
func (p Payload) LogValue() slog.Value {
	o, err := p.covered().object()
	if err != nil {
		return slog.StringValue("a payload that is nested too deep")
	}
	return o.LogValue()
}

// LogValue returns the payloads as groups named 0, 1 and so on.
func (ps Payloads) LogValue() slog.Value {
	attrs := make([]slog.Attr, len(ps))
	for i, p := range ps {
		attrs[i] = slog.Any(strconv.Itoa(i), p)
	}
	return slog.GroupValue(attrs...)
}

// Format writes String for every verb, so that none prints a password.
func (s Step) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns the name of the step, without what it brings along. Inside a
// slice or a struct a handler that writes JSON writes [Step.MarshalJSON], all of it.
func (s Step) LogValue() slog.Value { return slog.StringValue(s.String()) }

// covered returns p with something else in place of its password.
func (p Payload) covered() Payload {
	p = p.normal()
	if !p.Password.IsZero() && !p.Password.IsNull() {
		p.Password = Set("********")
	}
	return p
}

// String returns the JSON text of what the card sends, with the password covered.
func (f Form) String() string {
	p, _ := f.Payload(SkipEmpty)
	return p.String()
}

// Format writes String for every verb, so that none prints the password.
func (f Form) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// LogValue returns what the card sends as a group with the password covered. Inside
// a slice or a struct a handler that writes JSON writes the form, password and all.
func (f Form) LogValue() slog.Value {
	p, _ := f.Payload(SkipEmpty)
	return p.LogValue()
}

// String returns the payloads that are written and the profile at the end as JSON
// text, without passwords and tokens.
func (s Staged) String() string {
	var b strings.Builder
	b.WriteString(`{"payloads":[`)
	for i, p := range s.Payloads() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(p.String())
	}
	return b.String() + `],"profile":` + s.Profile.String() + `}`
}

// Format writes String for every verb, so that none prints a secret.
func (s Staged) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns the payloads and the profile as groups, without passwords and
// tokens.
func (s Staged) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("payloads", s.Payloads()), slog.Any("profile", s.Profile))
}

// LogValue returns the stage before its steps, without tokens.
func (s Stage) LogValue() slog.Value {
	return slog.GroupValue(slog.String("trigger", string(s.Trigger)), slog.Any("user", s.User))
}

// LogValue returns the update with its password covered.
func (w Write) LogValue() slog.Value {
	return slog.GroupValue(slog.String("to", string(w.To)), slog.Any("payload", w.Payload), slog.Bool("direct", w.Direct))
}

// LogValue returns what o holds as groups: the profile without tokens, changes
// without their values.
func (o Outcome) LogValue() slog.Value {
	changes := make([]string, len(o.Changes))
	for i, c := range o.Changes {
		changes[i] = c.String()
	}
	return slog.GroupValue(
		slog.Any("profile", o.Profile), slog.Any("changes", changes), slog.Any("effects", o.Effects), slog.Any("warnings", o.Warnings),
	)
}
