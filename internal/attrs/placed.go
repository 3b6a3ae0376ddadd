package attrs

import "github.com/metameld/metameld/metadata"

// Placed returns the profile p, whose extra is given, as read reads its text: the
// members of extra that have a field are in it. It returns p itself if there are none,
// without an allocation, and if the text is nested too deep.
func Placed[P interface {
	Object() (metadata.Object, error)
}](p P, extra metadata.Object, read func(v metadata.Value) (P, error)) P {
	if !Hides(extra) {
		return p
	}
	o, err := p.Object()
	if err != nil {
		return p
	}
	v, _ := o.Get()
	if q, err := read(v); err == nil {
		return q
	}
	return p
}

// Hides reports whether the extra of a profile has a member whose name has a field.
// Most have none.
func Hides(extra metadata.Object) bool {
	for name := range extra.All() {
		if isOfProfile(name) {
			return true
		}
	}
	return false
}

// isOfProfile reports whether a profile has a field of that name.
func isOfProfile(name string) bool {
	switch name {
	case "user_id", "email", "email_verified", "username", "phone_number", "phone_verified", "name", "nickname", "given_name", "family_name",
		"picture", "blocked", "identities", "user_metadata", "app_metadata", "multifactor", "multifactor_last_modified", "last_ip", "last_login",
		"logins_count", "last_password_reset", "created_at", "updated_at", "permissions":
		return true
	}
	return false
}
