package actions

import (
	"log/slog"
	"strconv"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// Write is one update that a run makes.
type Write struct {
	To      user.ID       `json:"to,omitzero"` // the user_id of the user who is updated; "" if it is not known
	Payload patch.Payload `json:"payload"`
	Direct  bool          `json:"direct,omitzero"` // an Action's own update, through the Management API
}

// LogValue returns w as a group with the secrets of its payload masked.
func (w Write) LogValue() slog.Value {
	return slog.GroupValue(slog.String("to", string(w.To)), slog.Any("payload", w.Payload), slog.Bool("direct", w.Direct))
}

// Writes are updates in the order in which they are made. They print and log with the
// secrets of their payloads masked; encoding/json writes them whole.
type Writes []Write

// LogValue returns the writes as groups named 0, 1 and so on.
func (ws Writes) LogValue() slog.Value {
	list := make([]slog.Attr, len(ws))
	for i, w := range ws {
		list[i] = slog.Any(strconv.Itoa(i), w)
	}
	return slog.GroupValue(list...)
}

// Payloads returns the payloads of the writes.
func (ws Writes) Payloads() patch.Payloads {
	list := make(patch.Payloads, len(ws))
	for i, w := range ws {
		list[i] = w.Payload
	}
	return list
}

func (w Write) equal(x Write) bool {
	return w.To == x.To && w.Direct == x.Direct && w.Payload.Equal(x.Payload)
}

// reach is the users that a write changes.
type reach uint8

const (
	storedAndEvent reach = iota // the stored user, and event.user of the next Actions
	storedOnly                  // not event.user: a direct update that the engine does not read
	eventOnly                   // event.user, and a new primary user whose profile is not known
)
