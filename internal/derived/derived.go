// Package derived is what Auth0 makes of the e-mail of a user who has no nickname or
// picture of their own, for a creation, a login and a link.
package derived

import (
	"crypto/md5"
	"encoding/hex"
	"net/url"
	"strings"
	"unicode/utf8"
)

// A picture is the gravatar around the hash of the e-mail and two letters of the
// name.
const (
	gravatarHead = "https://s.gravatar.com/avatar/"
	gravatarMid  = "?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2F"
	gravatarTail = ".png"
)

// Nickname returns the local part of the e-mail.
func Nickname(email string) string {
	local, _, _ := strings.Cut(email, "@")
	return local
}

// Picture returns the gravatar of the e-mail that falls back to the first two
// letters of name.
func Picture(email, name string) string {
	sum := md5.Sum([]byte(strings.ToLower(email)))
	letters := url.PathEscape(strings.ToLower(FirstOf(name, 2)))
	return gravatarHead + hex.EncodeToString(sum[:]) + gravatarMid + letters + gravatarTail
}

// FirstOf returns the first n characters of s.
func FirstOf(s string, n int) string {
	end := 0
	for range n {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	return s[:end]
}

// IsPicture reports whether picture has the form of a derived one. The form is
// enough, since a later change of e-mail or name does not touch the picture.
func IsPicture(picture string) bool {
	rest, ok := strings.CutPrefix(picture, gravatarHead)
	if !ok || len(rest) < 2*md5.Size {
		return false
	}
	if _, err := hex.DecodeString(rest[:2*md5.Size]); err != nil {
		return false
	}
	letters, ok := strings.CutPrefix(rest[2*md5.Size:], gravatarMid)
	return ok && strings.HasSuffix(letters, gravatarTail)
}
