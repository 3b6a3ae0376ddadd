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
	type field interface{ IsMistyped() bool }
	for _, a := range [...]struct {
		name, want string
		field      field
	}{
		{"user_id", "a string", &p.UserID},
		{"email", "a string", &p.Email},
		{"email_verified", "true or false", flag{&p.EmailVerified}},
		{"username", "a string", &p.Username},
		{"phone_number", "a string", &p.PhoneNumber},
		{"phone_verified", "true or false", flag{&p.PhoneVerified}},
		{"name", "a string", &p.Name},
		{"nickname", "a string", &p.Nickname},
		{"given_name", "a string", &p.GivenName},
		{"family_name", "a string", &p.FamilyName},
		{"picture", "a string", &p.Picture},
		{"blocked", "true or false", &p.Blocked},
		{"identities", "a list of objects", identities{p}},
		{"multifactor_last_modified", "a date in a string", &p.MultifactorLastModified},
		{"last_ip", "a string", &p.LastIP},
		{"last_login", "a date in a string", &p.LastLogin},
		{"logins_count", "a whole number", &p.LoginsCount},
		{"last_password_reset", "a date in a string", &p.LastPasswordReset},
		{"created_at", "a date in a string", &p.CreatedAt},
		{"updated_at", "a date in a string", &p.UpdatedAt},
	} {
		if a.field.IsMistyped() {
			report(a.name, a.want)
		}
	}
}

// flag is a field that [user.Parse] also reads from the texts "true" and "false".
type flag struct{ *user.Field[bool] }

// IsMistyped reports whether the field was read from another type than boolean.
func (f flag) IsMistyped() bool {
	var buf [8]byte
	return f.Field.IsMistyped() || !f.IsZero() && f.AppendJSON(buf[:0])[0] == '"'
}

// identities is the field of the identities of a profile.
type identities struct{ *user.Profile }

// IsMistyped reports whether the identities are in Extra, since they are not a list of
// objects.
func (i identities) IsMistyped() bool {
	v, ok := i.Extra.Get("identities")
	return ok && !v.IsNull() && v.Kind() != metadata.KindAbsent && i.Identities == nil
}
