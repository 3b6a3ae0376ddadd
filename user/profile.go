package user

import (
	"slices"
	"strconv"

	"github.com/metameld/metameld/metadata"
)

// Profile is the normalized user profile as the Management API answers it. The
// zero Profile has no attribute.
//
// Copying a Profile shares Identities, a slice; everything else is immutable.
//
// Sources: Auth0 Management API, UserResponseSchema; "User Object in Rules"
// (permissions); the workflow card "Update User", outputs.
type Profile struct {
	UserID                  Field[ID]
	Email                   Field[string]
	EmailVerified           Field[bool]
	Username                Field[string]
	PhoneNumber             Field[string]
	PhoneVerified           Field[bool]
	Name                    Field[string]
	Nickname                Field[string]
	GivenName               Field[string]
	FamilyName              Field[string]
	Picture                 Field[string]
	Blocked                 Field[bool]     // by an administrator; the inverse of SCIM's active
	Identities              []Identity      // nil: absent
	UserMetadata            metadata.Object // the user can change it
	AppMetadata             metadata.Object // the user cannot
	Multifactor             metadata.Value  // the factors that the user enrolled: a list of texts, or of objects
	MultifactorLastModified Field[Timestamp]
	LastIP                  Field[string]
	LastLogin               Field[Timestamp]
	LoginsCount             Field[int64]
	LastPasswordReset       Field[Timestamp]
	CreatedAt               Field[Timestamp]
	UpdatedAt               Field[Timestamp]
	Permissions             metadata.Value // in Rules only

	// Extra has the attributes that have no place above: whatever else the
	// identity provider passed along, and metadata or identities that are not
	// what they should be. It is written where the field of that name is absent.
	Extra metadata.Object
}

// Parse returns the profile whose JSON text is given. It copies the text, and
// the profile keeps that copy in memory.
//
// It is strict, and tolerates by name what real services are known to send.
// Each is written again as it was received until its field is set:
//
//   - email_verified and phone_verified as "true" or "false";
//   - user_id of an identity as a number;
//   - user_metadata, app_metadata, profileData that are not objects, and
//     identities that is null: they stay in Extra;
//   - multifactor and permissions of any type;
//   - null for any attribute.
//
// The error is a [metadata.Errors]: the faults of the text, or [ErrMistyped] for
// each attribute of the wrong type.
func Parse(text []byte) (Profile, error) {
	o, err := metadata.Parse(text)
	if err != nil {
		return Profile{}, err
	}
	return FromObject(o)
}

// FromObject returns the profile that o is, as [Parse] does; they share text.
func FromObject(o metadata.Object) (Profile, error) {
	var (
		d     decoder
		p     Profile
		extra []string
	)
	for name, v := range o.All() {
		switch name {
		case "user_id":
			p.UserID = field[ID](&d, name, v)
		case "email":
			p.Email = field[string](&d, name, v)
		case "email_verified":
			p.EmailVerified = flag(&d, name, v)
		case "username":
			p.Username = field[string](&d, name, v)
		case "phone_number":
			p.PhoneNumber = field[string](&d, name, v)
		case "phone_verified":
			p.PhoneVerified = flag(&d, name, v)
		case "name":
			p.Name = field[string](&d, name, v)
		case "nickname":
			p.Nickname = field[string](&d, name, v)
		case "given_name":
			p.GivenName = field[string](&d, name, v)
		case "family_name":
			p.FamilyName = field[string](&d, name, v)
		case "picture":
			p.Picture = field[string](&d, name, v)
		case "blocked":
			p.Blocked = field[bool](&d, name, v)
		case "identities":
			if v.IsNull() {
				extra = append(extra, name)
			} else {
				p.Identities = d.identities(name, v)
			}
		case "user_metadata":
			var ok bool
			if p.UserMetadata, ok = v.Object(); !ok {
				extra = append(extra, name)
			}
		case "app_metadata":
			var ok bool
			if p.AppMetadata, ok = v.Object(); !ok {
				extra = append(extra, name)
			}
		case "multifactor":
			p.Multifactor = v
		case "multifactor_last_modified":
			p.MultifactorLastModified = field[Timestamp](&d, name, v)
		case "last_ip":
			p.LastIP = field[string](&d, name, v)
		case "last_login":
			p.LastLogin = field[Timestamp](&d, name, v)
		case "logins_count":
			p.LoginsCount = field[int64](&d, name, v)
		case "last_password_reset":
			p.LastPasswordReset = field[Timestamp](&d, name, v)
		case "created_at":
			p.CreatedAt = field[Timestamp](&d, name, v)
		case "updated_at":
			p.UpdatedAt = field[Timestamp](&d, name, v)
		case "permissions":
			p.Permissions = v
		default:
			extra = append(extra, name)
		}
	}
	if err := d.err(); err != nil {
		return Profile{}, err
	}
	p.Extra = pick(o, extra)
	return p, nil
}

func (d *decoder) identities(name string, v metadata.Value) []Identity {
	if v.Kind() != metadata.KindArray {
		d.fault(ErrMistyped, name)
		return nil
	}
	list := []Identity{}
	for e := range v.Elements() {
		o, ok := e.Object()
		if !ok {
			d.fault(ErrMistyped, name, strconv.Itoa(len(list)))
		}
		var inner decoder
		list = append(list, inner.identity(o))
		for _, e := range inner.errs {
			d.add(&metadata.Error{Fault: e.Fault, Pointer: metadata.Pointer(name, strconv.Itoa(len(list)-1)) + e.Pointer})
		}
	}
	return list
}

// Clone returns a copy of p whose Identities are its own.
func (p Profile) Clone() Profile {
	p.Identities = slices.Clone(p.Identities)
	return p
}

// Equal reports whether p and q have equal attributes; absent, null and empty
// differ.
func (p Profile) Equal(q Profile) bool {
	return p.UserID.Equal(q.UserID) && p.Email.Equal(q.Email) && p.EmailVerified.Equal(q.EmailVerified) &&
		p.Username.Equal(q.Username) && p.PhoneNumber.Equal(q.PhoneNumber) && p.PhoneVerified.Equal(q.PhoneVerified) &&
		p.Name.Equal(q.Name) && p.Nickname.Equal(q.Nickname) && p.GivenName.Equal(q.GivenName) &&
		p.FamilyName.Equal(q.FamilyName) && p.Picture.Equal(q.Picture) && p.Blocked.Equal(q.Blocked) &&
		(p.Identities == nil) == (q.Identities == nil) && slices.EqualFunc(p.Identities, q.Identities, Identity.Equal) &&
		p.UserMetadata.Equal(q.UserMetadata) && p.AppMetadata.Equal(q.AppMetadata) && p.Multifactor.Equal(q.Multifactor) &&
		p.MultifactorLastModified.Equal(q.MultifactorLastModified) && p.LastIP.Equal(q.LastIP) && p.LastLogin.Equal(q.LastLogin) &&
		p.LoginsCount.Equal(q.LoginsCount) && p.LastPasswordReset.Equal(q.LastPasswordReset) && p.CreatedAt.Equal(q.CreatedAt) &&
		p.UpdatedAt.Equal(q.UpdatedAt) && p.Permissions.Equal(q.Permissions) && p.Extra.Equal(q.Extra)
}

// Object returns p as a JSON object. The error is a [metadata.Errors] with
// [metadata.ErrDepth] where p was put together of parts that are too deep in it.
func (p Profile) Object() (metadata.Object, error) {
	return metadata.Parse(p.AppendJSON(nil))
}

// AppendJSON appends the JSON text of p to dst.
func (p Profile) AppendJSON(dst []byte) []byte {
	const rest = 1024 // of most profiles, what is neither metadata nor unknown
	dst = slices.Grow(dst, p.UserMetadata.Size()+p.AppMetadata.Size()+p.Extra.Size()+rest)
	w := writer{out: append(dst, '{'), start: len(dst) + 1, extra: p.Extra.Len() > 0}
	put(&w, "user_id", p.UserID)
	put(&w, "email", p.Email)
	put(&w, "email_verified", p.EmailVerified)
	put(&w, "username", p.Username)
	put(&w, "phone_number", p.PhoneNumber)
	put(&w, "phone_verified", p.PhoneVerified)
	put(&w, "name", p.Name)
	put(&w, "nickname", p.Nickname)
	put(&w, "given_name", p.GivenName)
	put(&w, "family_name", p.FamilyName)
	put(&w, "picture", p.Picture)
	put(&w, "blocked", p.Blocked)
	if p.Identities != nil {
		w.name("identities")
		w.out = appendIdentities(w.out, p.Identities)
	}
	w.object("user_metadata", p.UserMetadata)
	w.object("app_metadata", p.AppMetadata)
	w.value("multifactor", p.Multifactor)
	put(&w, "multifactor_last_modified", p.MultifactorLastModified)
	put(&w, "last_ip", p.LastIP)
	put(&w, "last_login", p.LastLogin)
	put(&w, "logins_count", p.LoginsCount)
	put(&w, "last_password_reset", p.LastPasswordReset)
	put(&w, "created_at", p.CreatedAt)
	put(&w, "updated_at", p.UpdatedAt)
	w.value("permissions", p.Permissions)
	w.rest(p.Extra)
	return append(w.out, '}')
}

func appendIdentities(dst []byte, list []Identity) []byte {
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = list[i].AppendJSON(dst)
	}
	return append(dst, ']')
}

// MarshalJSON returns the JSON text of p.
func (p Profile) MarshalJSON() ([]byte, error) { return p.AppendJSON(nil), nil }

// UnmarshalJSON sets p to the profile in text, as [Parse] does.
func (p *Profile) UnmarshalJSON(text []byte) error {
	q, err := Parse(text)
	if err != nil {
		return err
	}
	*p = q
	return nil
}
