package derived_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/internal/derived"
)

func TestLettersOfAPicture(t *testing.T) {
	for name, want := range map[string]string{
		"Zoe": "zo", "Z": "z", "Ann Lee": "al", "Ann B Lee": "ab", "Kim van Lee": "kv", " Ann  Lee ": "al", "J. (Lee)": "jl", "O'Brien": "ob", "": "", "...": "",
		"kim@example.com": "ki", "m.al@example.com": "m", "a@example.com": "a", "12@example.com": "12", "_@example.com": "", "@example.com": "",
		"\u00c9va": "%C3%A9v", "\xff": "",
	} {
		rest, ok := strings.CutSuffix(derived.Picture("kim@example.com", name), ".png")
		assert.True(t, ok)
		assert.Equal(t, want, rest[strings.LastIndex(rest, "%2F")+3:], "%q", name)
		assert.True(t, derived.IsPicture(rest+".png"))
	}
}

// A picture of another form is not derived.
func TestIsPicture(t *testing.T) {
	picture := derived.Picture("kim@example.com", "Kim")
	assert.True(t, derived.IsPicture(picture))
	for _, other := range []string{
		"", "https://s.gravatar.com/avatar/", "https://s.gravatar.com/avatar/12.png", picture[:62], picture[:62] + ".png", picture + "x",
		strings.Replace(picture, "avatar/", "avatar/x", 1), strings.Replace(picture, "s=480", "s=80", 1), strings.Replace(picture, "s.gravatar", "gravatar", 1),
	} {
		assert.False(t, derived.IsPicture(other), "%q", other)
	}
}
