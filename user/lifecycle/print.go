package lifecycle

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/metameld/metameld/internal/mask"
)

// Creations and rows print as JSON text with their secrets masked. AppendJSON and
// json.Marshal write them whole.

// String returns the JSON text of c with its password masked. Use
// [Creation.AppendJSON] or json.Marshal for the body to send.
func (c Creation) String() string { return mask.JSON(c.AppendJSON(nil)) }

// Format writes the text of String for every verb.
func (c Creation) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns c as a group with its password masked. A slog.JSONHandler does not
// call it for a Creation inside a slice or struct: there it writes the password.
func (c Creation) LogValue() slog.Value { return mask.LogValue(c.AppendJSON(nil)) }

// String returns the JSON text of r with its hashes of passwords and enrolled factors
// masked. Use [Row.AppendJSON] or json.Marshal for the whole text.
func (r Row) String() string { return mask.JSON(r.AppendJSON(nil)) }

// Format writes the text of String for every verb.
func (r Row) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }

// LogValue returns r as a group with its secrets masked; see [Creation.LogValue].
func (r Row) LogValue() slog.Value { return mask.LogValue(r.AppendJSON(nil)) }
