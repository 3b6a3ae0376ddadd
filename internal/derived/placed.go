package derived

import (
	"slices"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Placed returns u as [user.Parse] reads its text: members of Extra that have a field
// are in it, in the identities too. It returns u itself if there are none.
func Placed(u user.Profile) user.Profile {
	if !Hides(&u) {
		return u
	}
	u = attrs.Placed(u, u.Extra, user.FromValue)
	shared := true
	for at := range u.Identities {
		if !hides(&u.Identities[at]) {
			continue
		}
		var i user.Identity
		if i.UnmarshalJSON(u.Identities[at].AppendJSON(nil)) != nil {
			continue // nested too deep
		}
		if shared {
			u.Identities, shared = slices.Clone(u.Identities), false
		}
		u.Identities[at] = i
	}
	return u
}

// Hides reports whether [Placed] changes u. To ask first saves copies of u.
func Hides(u *user.Profile) bool {
	if attrs.Hides(u.Extra) {
		return true
	}
	for i := range u.Identities {
		if hides(&u.Identities[i]) {
			return true
		}
	}
	return false
}

// hides reports whether the Extra of i has a member that is a field of i in its text, or
// that such a field supersedes.
func hides(i *user.Identity) bool {
	for name, v := range i.Extra.All() {
		switch name {
		case profileData: // stays in Extra where it is not an object
			if !i.ProfileData.IsZero() || v.Kind() == metadata.KindObject {
				return true
			}
		case "connection", "user_id", "provider", "isSocial", "access_token", "access_token_secret", "refresh_token":
			return true
		}
	}
	return false
}

const profileData = "profileData"

// SetProfileData sets the profileData of i, which then is in Extra no more.
func SetProfileData(i *user.Identity, data metadata.Object) {
	i.ProfileData = data
	if _, stale := i.Extra.Get(profileData); stale && !data.IsZero() {
		i.Extra = attrs.NonEmpty(i.Extra.Without(profileData))
	}
}
