// Package derived computes the attributes that Auth0 sets by itself: name, nickname and
// picture from the e-mail, lower case, timestamps.
package derived

import (
	"crypto/md5"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/metameld/metameld/user"
)

// Attributes returns p with the attributes that Auth0 derives from the e-mail if
// they are absent: name is the e-mail, nickname its local part, picture the gravatar of
// the e-mail that falls back to two letters of name; see [Picture]. Attributes of the
// names in without stay as they are. Without an e-mail nothing is derived.
//
// Source: recorded creations (name 92 of 92, picture 74 of 75; nickname since 2019).
func Attributes(p user.Profile, without []string) user.Profile {
	email, ok := p.Email.Get()
	if !ok || email == "" {
		return p
	}
	if p.Name.IsZero() && !slices.Contains(without, "name") {
		p.Name = user.Set(email)
	}
	if p.Nickname.IsZero() && !slices.Contains(without, "nickname") {
		p.Nickname = user.Set(Nickname(email))
	}
	if p.Picture.IsZero() && !slices.Contains(without, "picture") {
		p.Picture = user.Set(Picture(email, p.Name.Or(email)))
	}
	return p
}

// Fold returns an e-mail or a username as the target stores it: the Auth0 store keeps
// them in lower case. Source: User Profile Structure.
func Fold(t *user.Target, f user.Field[string]) user.Field[string] {
	if s, ok := f.Get(); ok && InStore(t) {
		return user.Set(strings.ToLower(s))
	}
	return f
}

// Stamp returns the time of the operation, or f if the target has none.
func Stamp(t *user.Target, f user.Field[user.Timestamp]) user.Field[user.Timestamp] {
	if t.Now.IsZero() {
		return f
	}
	return user.Set(user.TimestampOf(t.Now))
}

// A picture is the gravatar around the hash of the e-mail and two letters of the
// name.
const (
	gravatarHead = "https://s.gravatar.com/avatar/"
	importedHead = "https://secure.gravatar.com/avatar/"
	gravatarMid  = "?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2F"
	gravatarTail = ".png"
)

// Nickname returns the local part of the e-mail.
func Nickname(email string) string {
	local, _, _ := strings.Cut(email, "@")
	return local
}

// Picture returns the gravatar of the e-mail that falls back to two letters of name.
func Picture(email, name string) string {
	sum := md5.Sum([]byte(strings.ToLower(email)))
	return gravatarHead + hex.EncodeToString(sum[:]) + gravatarMid + url.PathEscape(letters(name)) + gravatarTail
}

// Imported returns the picture that an import derives where a creation derives picture.
//
// Source: two imported users in a recording of 2021, and one in a recording of 2023.
func Imported(picture string) string {
	return importedHead + strings.TrimPrefix(picture, gravatarHead)
}

// letters returns the letters in the picture of a user of that name, in lower case:
// the first two of a name of one word, and the first of each of the first two words
// of a longer name. For an e-mail address they are the first two characters of its
// local part, without those that are neither letters nor digits. Digits count as
// letters.
//
// Source: recorded creations (one word, e-mail addresses); five public users whose
// gravatar hashes were checked.
func letters(name string) string {
	words := strings.Fields(strings.ToLower(name))
	switch {
	case len(words) == 0:
		return ""
	case len(words) > 1:
		return lettersOf(words[0], 1) + lettersOf(words[1], 1)
	}
	if local, _, ok := strings.Cut(words[0], "@"); ok {
		return lettersOf(firstOf(local, 2), 2)
	}
	return lettersOf(words[0], 2)
}

// firstOf returns the first n characters of s.
func firstOf(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// lettersOf returns the first n letters and digits of s, fewer if it has fewer.
func lettersOf(s string, n int) string {
	var b strings.Builder
	for _, r := range s {
		if n > 0 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			b.WriteRune(r)
			n--
		}
	}
	return b.String()
}

// IsPicture reports whether picture has the form of a derived one. The form is
// enough, since a later change of e-mail or name does not touch the picture.
func IsPicture(picture string) bool {
	rest, ok := strings.CutPrefix(picture, gravatarHead)
	if !ok {
		rest, ok = strings.CutPrefix(picture, importedHead)
	}
	if !ok || len(rest) < 2*md5.Size {
		return false
	}
	if _, err := hex.DecodeString(rest[:2*md5.Size]); err != nil {
		return false
	}
	letters, ok := strings.CutPrefix(rest[2*md5.Size:], gravatarMid)
	return ok && strings.HasSuffix(letters, gravatarTail)
}
