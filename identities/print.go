package identities

import (
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
