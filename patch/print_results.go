package patch

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

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
