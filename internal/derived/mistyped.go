package derived

import (
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Mistyped calls report for each root attribute of p that has another type than the
// schema states: with its name and, for messages, the type that it should have. The
// texts "true" and "false" are not booleans, though [user.Parse] reads them. Metadata and
// attributes of any type are not among them.
func Mistyped(p *user.Profile, report func(name, want string)) {
	for _, a := range [...]struct {
		name, want string
		is         bool
	}{
		{"user_id", "a string", p.UserID.IsMistyped()},
		{"email", "a string", p.Email.IsMistyped()},
		{"email_verified", "true or false", flagMistyped(p.EmailVerified)},
		{"username", "a string", p.Username.IsMistyped()},
		{"phone_number", "a string", p.PhoneNumber.IsMistyped()},
		{"phone_verified", "true or false", flagMistyped(p.PhoneVerified)},
		{"name", "a string", p.Name.IsMistyped()},
		{"nickname", "a string", p.Nickname.IsMistyped()},
		{"given_name", "a string", p.GivenName.IsMistyped()},
		{"family_name", "a string", p.FamilyName.IsMistyped()},
		{"picture", "a string", p.Picture.IsMistyped()},
		{"blocked", "true or false", p.Blocked.IsMistyped()},
		{"identities", "a list of objects", identitiesMistyped(p)},
		{"multifactor_last_modified", "a date in a string", p.MultifactorLastModified.IsMistyped()},
		{"last_ip", "a string", p.LastIP.IsMistyped()},
		{"last_login", "a date in a string", p.LastLogin.IsMistyped()},
		{"logins_count", "a whole number", p.LoginsCount.IsMistyped()},
		{"last_password_reset", "a date in a string", p.LastPasswordReset.IsMistyped()},
		{"created_at", "a date in a string", p.CreatedAt.IsMistyped()},
		{"updated_at", "a date in a string", p.UpdatedAt.IsMistyped()},
	} {
		if a.is {
			report(a.name, a.want)
		}
	}
}

// flagMistyped reports whether f was read from another type than boolean.
func flagMistyped(f user.Field[bool]) bool {
	var buf [8]byte
	return f.IsMistyped() || !f.IsZero() && f.AppendJSON(buf[:0])[0] == '"'
}

// identitiesMistyped reports whether the identities are in Extra, since they are not a
// list of objects.
func identitiesMistyped(p *user.Profile) bool {
	v, ok := p.Extra.Get("identities")
	return ok && !v.IsNull() && v.Kind() != metadata.KindAbsent && p.Identities == nil
}
