package actions

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Staged is what a run of Actions does. The Outcome is about the Stage's user: Profile
// is the one from which the next trigger starts, Effects are those of the writes in
// their order, and Warnings come in the order of the steps, then those of the writes
// at the end. The zero Staged has no writes.
type Staged struct {
	user.Outcome
	Writes  Writes  // each counts against the rate limit
	Primary user.ID // the new primary user; "" if it did not change

	reads eventReads
}

// Equal reports whether s and t are the same outcome, and their Actions read the same
// event.user.
func (s Staged) Equal(t Staged) bool {
	return s.Primary == t.Primary && s.Profile.Equal(t.Profile) && slices.Equal(s.Effects, t.Effects) && slices.Equal(s.Warnings, t.Warnings) &&
		slices.EqualFunc(s.Writes, t.Writes, Write.equal) &&
		slices.EqualFunc(slices.Collect(s.EventUsers()), slices.Collect(t.EventUsers()), metadata.Object.Equal)
}

// String returns the payloads that are written and the profile at the end as JSON
// text, with secrets masked.
func (s Staged) String() string {
	texts := make([]string, len(s.Writes))
	for i, w := range s.Writes {
		texts[i] = w.Payload.String()
	}
	return `{"payloads":[` + strings.Join(texts, ",") + `],"profile":` + s.Profile.String() + `}`
}

// Format writes the text of String for every verb.
func (s Staged) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns the writes and the outcome as groups, with secrets masked.
func (s Staged) LogValue() slog.Value {
	writes := []slog.Attr{slog.Any("writes", s.Writes), slog.String("primary", string(s.Primary))}
	return slog.GroupValue(append(writes, s.Outcome.LogValue().Group()...)...)
}
