package metadata

import (
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
)

// ParsePointer returns the path of a JSON Pointer (RFC 6901); it is the inverse of
// [Pointer]. It reports false if p is not a pointer: p is not empty and does not
// begin with a slash, or has a tilde other than in ~0 and ~1.
func ParsePointer(p string) (path []string, ok bool) {
	if p == "" {
		return nil, true
	}
	if p[0] != '/' {
		return nil, false
	}
	for token := range strings.SplitSeq(p[1:], "/") {
		if strings.Count(token, "~") != strings.Count(token, "~0")+strings.Count(token, "~1") {
			return nil, false
		}
		path = append(path, strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~"))
	}
	return path, true
}

// Pointer returns the JSON Pointer (RFC 6901) for the path: "" for an empty path.
func Pointer(path ...string) string {
	var b strings.Builder
	for _, name := range path {
		b.WriteByte('/')
		b.WriteString(jsonscan.EscapeToken(name))
	}
	return b.String()
}
