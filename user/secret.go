package user

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/metameld/metameld/internal/mask"
)

// Secret is a text that must not be printed, such as a password or a token. Every
// verb of package fmt and every log handler writes asterisks for it, also if it is
// in an unexported field. The zero Secret is the empty text. Compare Secrets with
// [Secret.Equal]: == compares where they are stored.
//
// [Secret.Reveal] returns the text, and encoding/json writes it, since the body of a
// request must hold it. A slog.JSONHandler uses encoding/json for what is inside a
// struct or a slice, so log a Secret by itself or as part of the types of this
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

// Format writes asterisks for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask.Text) }

// LogValue returns asterisks.
func (s Secret) LogValue() slog.Value { return slog.StringValue(mask.Text) }

// MarshalJSON returns the text as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return appendText(nil, s.Reveal()), nil }
