package identities

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// LogValue returns what l holds as groups, without a token.
func (l Linked) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("profile", l.Profile), slog.Any("warnings", l.Warnings))
}

// LogValue returns what u holds as groups, without a token.
func (u Unlinked) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("profile", u.Profile), slog.Any("detached", u.Detached), slog.Any("warnings", u.Warnings))
}

// LogValue returns what d holds as groups, identities by their number, without a
// token.
func (d Deleted) LogValue() slog.Value {
	identities := make([]slog.Attr, len(d.Identities))
	for i, x := range d.Identities {
		identities[i] = slog.Any(strconv.Itoa(i), x)
	}
	return slog.GroupValue(slog.Attr{Key: "identities", Value: slog.GroupValue(identities...)}, slog.Any("warnings", d.Warnings))
}

// String returns the JSON text of r with its token covered; {} of the zero Request.
func (r Request) String() string {
	switch {
	case r.IsZero():
		return "{}"
	case r.linkWith != "":
		return string(r.appendJSON(nil, "********"))
	}
	return string(r.appendJSON(nil, ""))
}

// Format writes String for every verb, so that none prints the token.
func (r Request) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }

// LogValue returns String.
func (r Request) LogValue() slog.Value { return slog.StringValue(r.String()) }
