package user

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/metameld/metameld/internal/mask"
)

// Profiles and identities print as JSON text with their secrets masked. AppendJSON and
// json.Marshal write them whole.

// String returns the JSON text of i with its tokens masked.
func (i Identity) String() string { return mask.JSON(i.AppendJSON(nil)) }

// Format writes the text of String for every verb.
func (i Identity) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, i.String()) }

// LogValue returns the text of String. A slog.JSONHandler does not call it for an
// Identity inside a slice or struct: there it writes what json.Marshal does, tokens
// included.
func (i Identity) LogValue() slog.Value { return slog.StringValue(i.String()) }

// String returns the JSON text of p with the tokens of its identities masked. Use
// [Profile.AppendJSON] or json.Marshal for the whole text.
func (p Profile) String() string { return mask.JSON(p.AppendJSON(nil)) }

// Format writes the text of String for every verb.
func (p Profile) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue returns p as a group with the tokens of its identities masked; see
// [Identity.LogValue].
func (p Profile) LogValue() slog.Value { return mask.LogValue(p.AppendJSON(nil)) }
