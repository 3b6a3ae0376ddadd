package user

import (
	"crypto/md5"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/metameld/metameld/metadata"
)

// The picture that a user gets who was created without one, around the hash of
// the e-mail and two letters of the name.
const (
	gravatarHead = "https://s.gravatar.com/avatar/"
	gravatarMid  = "?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2F"
	gravatarTail = ".png"
)

// WithDefaults returns p with what Auth0 derives where it is absent: name is the
// e-mail, nickname its local part, picture the gravatar of the e-mail that falls
// back to the first two letters of name. Without an e-mail nothing is derived.
//
// Source: recorded creations (name 92 of 92, picture 74 of 75; nickname since 2019).
func (p Profile) WithDefaults() Profile { return p.Clone().withDefaults(false, nil) }

// withDefaults is [Profile.WithDefaults] without the attributes of the names
// given. The picture falls back to the initials of name where they are wanted.
func (p Profile) withDefaults(initials bool, without []string) Profile {
	email, ok := p.Email.Get()
	if !ok || email == "" {
		return p
	}
	if p.Name.IsZero() && !slices.Contains(without, "name") {
		p.Name = Set(email)
	}
	if p.Nickname.IsZero() && !slices.Contains(without, "nickname") {
		p.Nickname = Set(localPart(email))
	}
	if p.Picture.IsZero() && !slices.Contains(without, "picture") {
		name := p.Name.Or(email)
		if words := strings.Fields(name); initials && len(words) > 1 {
			name = firstOf(words[0], 1) + firstOf(words[len(words)-1], 1)
		}
		p.Picture = Set(gravatar(email, name))
	}
	return p
}

func localPart(email string) string {
	local, _, _ := strings.Cut(email, "@")
	return local
}

func gravatar(email, name string) string {
	sum := md5.Sum([]byte(strings.ToLower(email)))
	letters := url.PathEscape(strings.ToLower(firstOf(name, 2)))
	return gravatarHead + hex.EncodeToString(sum[:]) + gravatarMid + letters + gravatarTail
}

// firstOf returns the first n characters of s.
func firstOf(s string, n int) string {
	end := 0
	for range n {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	return s[:end]
}

// isGravatar reports whether picture has the form of a derived one. The form is
// enough, since a later change of e-mail or name does not touch the picture.
func isGravatar(picture string) bool {
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

// ProfileData returns what an identity's profileData shows of p, whose primary it
// is: e-mail, email_verified, username, phone number, phone_verified and what was
// set of the five, over what the identity had already. A name that is the e-mail,
// a nickname that is its local part and a picture of the derived form are taken
// for derived and left out. Metadata and blocked are never part of it; what else
// the identity provider passed along is.
//
// Source: recorded links and unlinks; that the omitted attributes are the derived
// ones is inferred.
func (p Profile) ProfileData() metadata.Object {
	var had metadata.Object
	if len(p.Identities) > 0 {
		had = p.Identities[0].ProfileData.Select(isProfileData)
	}
	email := p.Email.Or("")
	shown := Profile{
		Email: value(p.Email), EmailVerified: value(p.EmailVerified), Username: value(p.Username),
		PhoneNumber: value(p.PhoneNumber), PhoneVerified: value(p.PhoneVerified),
		GivenName: value(p.GivenName), FamilyName: value(p.FamilyName),
		Name: value(p.Name), Nickname: value(p.Nickname), Picture: value(p.Picture),
	}
	derived := func(f *Field[string], name string, is bool) {
		if !is {
			return
		}
		// What the identity had stays where it still holds, and goes otherwise.
		if v, ok := had.Get(name); !ok || !v.Equal(f.Value()) {
			*f = Null[string]()
		}
	}
	derived(&shown.Name, "name", shown.Name.Or("") == email)
	derived(&shown.Nickname, "nickname", shown.Nickname.Or("") == localPart(email))
	derived(&shown.Picture, "picture", isGravatar(shown.Picture.Or("")))
	says, err := shown.Object()
	if err != nil {
		return had // the fields are texts and flags, so there is none
	}
	extra := p.Extra.Select(func(name string, v metadata.Value) bool {
		return isProfileData(name, v) && !v.IsNull()
	})
	o := had
	for _, more := range []metadata.Object{extra, says} {
		if more.Len() > 0 { // {} would wipe
			o = metadata.FirstLevel.Merge(o, metadata.DeltaOf(more))
		}
	}
	if o.Len() == 0 {
		return had
	}
	return o
}

// isProfileData reports whether profileData can show an attribute of that name.
func isProfileData(name string, _ metadata.Value) bool {
	switch name {
	case "user_metadata", "app_metadata", "blocked", "identities":
		return false
	}
	return true
}

// value returns f where it has a value, and absent otherwise.
func value[T comparable](f Field[T]) Field[T] {
	if _, ok := f.Get(); ok {
		return f
	}
	return Field[T]{}
}
