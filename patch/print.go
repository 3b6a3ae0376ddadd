package patch

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/metameld/metameld/internal/mask"
)

// String returns the JSON text of p with its secrets masked. Use
// [Payload.AppendJSON] or json.Marshal for the body to send.
func (p Payload) String() string { return mask.JSON(p.AppendJSON(nil)) }

// Format writes the text of String for every verb.
func (p Payload) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue returns p as a group with its secrets masked. A log handler calls it for a
// Payload and for [Payloads]; for a Payload inside another slice or struct a
// slog.JSONHandler writes the body as json.Marshal does, password included.
func (p Payload) LogValue() slog.Value { return mask.LogValue(p.AppendJSON(nil)) }

// LogValue returns the payloads as groups named 0, 1 and so on.
func (ps Payloads) LogValue() slog.Value {
	attrs := make([]slog.Attr, len(ps))
	for i, p := range ps {
		attrs[i] = slog.Any(strconv.Itoa(i), p)
	}
	return slog.GroupValue(attrs...)
}
