package derived

import "github.com/metameld/metameld/user"

// Mistyped calls report for each root attribute of p that has another type than the
// schema states: with its name and, for messages, the type that it should have. The
// texts "true" and "false" are not booleans, though [user.Parse] reads them. Metadata and
// attributes of any type are not among them.
func Mistyped(p *user.Profile, report func(name, want string)) {
	const text, flag, date = "a string", "true or false", "a date in a string"
	is := func(mistyped bool, name, want string) {
		if mistyped {
			report(name, want)
		}
	}
	is(p.UserID.IsMistyped(), "user_id", text)
	is(p.Email.IsMistyped(), "email", text)
	is(flagMistyped(p.EmailVerified), "email_verified", flag)
	is(p.Username.IsMistyped(), "username", text)
	is(p.PhoneNumber.IsMistyped(), "phone_number", text)
	is(flagMistyped(p.PhoneVerified), "phone_verified", flag)
	is(p.Name.IsMistyped(), "name", text)
	is(p.Nickname.IsMistyped(), "nickname", text)
	is(p.GivenName.IsMistyped(), "given_name", text)
	is(p.FamilyName.IsMistyped(), "family_name", text)
	is(p.Picture.IsMistyped(), "picture", text)
	is(p.Blocked.IsMistyped(), "blocked", flag)
	is(identitiesMistyped(p), "identities", "a list of objects")
	is(p.MultifactorLastModified.IsMistyped(), "multifactor_last_modified", date)
	is(p.LastIP.IsMistyped(), "last_ip", text)
	is(p.LastLogin.IsMistyped(), "last_login", date)
	is(p.LoginsCount.IsMistyped(), "logins_count", "a whole number")
	is(p.LastPasswordReset.IsMistyped(), "last_password_reset", date)
	is(p.CreatedAt.IsMistyped(), "created_at", date)
	is(p.UpdatedAt.IsMistyped(), "updated_at", date)
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
	return ok && !v.IsNull() && p.Identities == nil
}
