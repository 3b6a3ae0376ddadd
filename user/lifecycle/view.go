package lifecycle

import (
	"iter"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// role is the effect of a login on an attribute.
type role uint8

const (
	passes           role = iota // it follows each login, and is removed where the login lacks it
	identifier                   // it follows each login, and stays where the login lacks it
	profileAttribute             // it follows as the connection's RootAttributes says
	verifiedEmail                // it follows each login, and is false where the login lacks it
	keptByAuth0                  // it does not follow, with a warning
	keptSilently                 // it does not follow as other attributes do, without a warning
	metadataObject               // it has a rule of its own
)

// attribute is an attribute of a profile.
type attribute struct {
	name  string
	role  role
	field attrs.Field // nil: in Extra
}

// value returns the value of a field; absent for attributes whose values no rule reads.
func (a attribute) value() metadata.Value {
	if a.role == keptByAuth0 {
		return metadata.Value{}
	}
	return attrs.ValueOf(a.field)
}

func (a attribute) pointer() string { return metadata.Pointer(a.name) }

// attributesOf returns the table of p, in the order in which it is written.
func attributesOf(p *user.Profile) []attribute {
	return []attribute{
		{"user_id", keptSilently, &p.UserID},
		{"email", identifier, &p.Email},
		{"email_verified", verifiedEmail, &p.EmailVerified},
		{"username", identifier, &p.Username},
		{"phone_number", identifier, &p.PhoneNumber},
		{"phone_verified", identifier, &p.PhoneVerified},
		{"name", profileAttribute, &p.Name},
		{"nickname", profileAttribute, &p.Nickname},
		{"given_name", profileAttribute, &p.GivenName},
		{"family_name", profileAttribute, &p.FamilyName},
		{"picture", profileAttribute, &p.Picture},
		{"blocked", keptByAuth0, &p.Blocked},
		{"identities", keptByAuth0, identityList{At: &p.Identities}},
		{"user_metadata", metadataObject, attrs.Object{At: &p.UserMetadata}},
		{"app_metadata", metadataObject, attrs.Object{At: &p.AppMetadata}},
		{"multifactor", keptByAuth0, attrs.Value{At: &p.Multifactor}},
		{"multifactor_last_modified", keptByAuth0, &p.MultifactorLastModified},
		{"last_ip", keptSilently, &p.LastIP},
		{"last_login", keptSilently, &p.LastLogin},
		{"logins_count", keptSilently, &p.LoginsCount},
		{"last_password_reset", keptByAuth0, &p.LastPasswordReset},
		{"created_at", keptByAuth0, &p.CreatedAt},
		{"updated_at", keptByAuth0, &p.UpdatedAt},
		{"permissions", keptByAuth0, attrs.Value{At: &p.Permissions}},
		{"mfa_factors", keptByAuth0, nil},
	}
}

// identityList is the field of identities, of which a view reads only whether it is
// absent.
type identityList struct {
	attrs.Field // nil
	At          *[]user.Identity
}

func (f identityList) IsZero() bool { return *f.At == nil }

// view is a profile with its table of attributes.
type view struct {
	*user.Profile
	table []attribute
	extra *attrs.Finder // of Extra
}

func newView(p *user.Profile) view { return view{p, attributesOf(p), new(attrs.Finder)} }

// viewOf returns a view of the profile that parse returns for the text of p: no member
// of Extra has a field that can hold it. It parses only if a member of Extra has a
// field, or user_id is a number.
func viewOf(p user.Profile, parse func(text []byte) (user.Profile, error)) (view, error) {
	if !attrs.Hides(p.Extra) && p.UserID.Value().Kind() != metadata.KindNumber {
		return newView(&p), nil
	}
	q, err := parse(p.AppendJSON(nil))
	return newView(&q), err
}

// find returns the attribute of that name.
func (v view) find(name string) attribute {
	for _, a := range v.table {
		if a.name == name {
			return a
		}
	}
	if limit.IsManaged(name) {
		return attribute{name: name, role: keptByAuth0}
	}
	return attribute{name: name}
}

// members returns the attributes that are present, in the order in which they are
// written.
func (v view) members() iter.Seq2[attribute, metadata.Value] {
	return func(yield func(attribute, metadata.Value) bool) {
		for _, a := range v.table {
			if a.field != nil && !a.field.IsZero() && !yield(a, a.value()) {
				return
			}
		}
		for name, value := range v.Extra.All() {
			if !yield(v.find(name), value) {
				return
			}
		}
	}
}

// get returns the value of an attribute of the same name; absent if there is none.
func (v view) get(a attribute) metadata.Value {
	if b := v.find(a.name); b.field != nil && !b.field.IsZero() {
		return b.value()
	}
	value, _ := v.extra.Get(v.Extra, a.name)
	return value
}
