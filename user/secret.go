package user

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/metameld/metameld/internal/mask"
	"github.com/metameld/metameld/metadata"
)

// Secret is a text that must not be printed, such as a password or a token. The zero
// Secret is the empty text. Compare Secrets with [Secret.Equal]: == compares where
// they are stored.
//
// Package fmt and log handlers write asterisks for a Secret. Where fmt calls no method,
// as in an unexported field or for the verbs %p and %w, it writes the address of the
// text instead.
//
// [Secret.Reveal] returns the text, and encoding/json writes it, since the body of a
// request must hold it. A slog.JSONHandler uses encoding/json for what is inside a
// struct, a slice or a map, so log a Secret by itself or as part of the types of this
// module.
type Secret struct {
	text *string // a pointer, since package fmt does not follow one inside a struct
}

// NewSecret returns the Secret with that text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Equal reports whether s and t have the same text.
func (s Secret) Equal(t Secret) bool { return s.Reveal() == t.Reveal() }

// Format writes asterisks. Package fmt calls it for every verb except %p and %w.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask.Text) }

// LogValue returns asterisks.
func (s Secret) LogValue() slog.Value { return slog.StringValue(mask.Text) }

// MarshalJSON returns the text as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return appendText(nil, s.Reveal()), nil }

// UnmarshalJSON sets s to the string in text; null changes nothing. The error is a
// [metadata.Errors]: [ErrMistyped] for any other value, or the faults of the text.
func (s *Secret) UnmarshalJSON(text []byte) error {
	var v metadata.Value
	if err := v.UnmarshalJSON(text); err != nil {
		return err
	}
	if v.IsNull() {
		return nil
	}
	characters, ok := v.Str()
	if !ok {
		return metadata.Errors{{Fault: ErrMistyped}}
	}
	*s = NewSecret(characters)
	return nil
}
