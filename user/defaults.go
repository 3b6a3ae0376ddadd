package user

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
)

// The picture that a user gets who was created without one, around the hash of
// the e-mail and two letters of the name. Observed in 74 of 75 recorded creations.
const (
	gravatarHead = "https://s.gravatar.com/avatar/"
	gravatarMid  = "?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2F"
	gravatarTail = ".png"
)

// isDefaultPicture reports whether picture is one that a creation derives: the
// form is enough, since a later change of the e-mail or name does not touch it.
func isDefaultPicture(picture string) bool {
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

// defaultNickname returns the local part of an e-mail.
func defaultNickname(email string) string {
	local, _, _ := strings.Cut(email, "@")
	return local
}
