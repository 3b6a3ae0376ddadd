package identities

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/metameld/metameld/internal/mask"
)

// LogValue returns u as groups without tokens; see [user.Outcome.LogValue].
func (u Unlinked) LogValue() slog.Value {
	return slog.GroupValue(append(u.Outcome.LogValue().Group(), slog.Any("detached", u.Detached))...)
}

// LogValue returns d as groups without tokens; identities are named by their numbers.
func (d Deleted) LogValue() slog.Value {
	identities := make([]slog.Attr, len(d.Identities))
	for i, x := range d.Identities {
		identities[i] = slog.Any(strconv.Itoa(i), x)
	}
	return slog.GroupValue(slog.Attr{Key: "identities", Value: slog.GroupValue(identities...)}, slog.Any("warnings", d.Warnings))
}

// String returns the JSON text of r with its token masked; {} for the zero Request.
func (r Request) String() string {
	if r.IsZero() {
		return "{}"
	}
	return mask.JSON(r.appendJSON(nil))
}

// Format writes the text of String for every verb.
func (r Request) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }

// LogValue returns the text of String.
func (r Request) LogValue() slog.Value { return slog.StringValue(r.String()) }
