package user

import (
	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
)

// Identity is one account of a profile. The first identity of a profile is the
// primary, which gives the profile its user_id and root attributes; the others are
// linked to it. The zero Identity has no member.
//
// Source: Auth0 Management API, UserIdentitySchema.
type Identity struct {
	Connection        Field[string]
	UserID            Field[ID] // the id at the provider, without a prefix
	Provider          Field[string]
	IsSocial          Field[bool]
	ProfileData       metadata.Object // from the provider, at the last login
	AccessToken       Field[Secret]
	AccessTokenSecret Field[Secret]
	RefreshToken      Field[Secret]

	// Extra has every other member. A member of Extra whose field is set is not
	// written.
	Extra metadata.Object
}

// attributes returns the table of i.
func (i *Identity) attributes() [8]attrs.Attr {
	return [...]attrs.Attr{
		{Name: "connection", Field: &i.Connection},
		{Name: "user_id", Field: &i.UserID},
		{Name: "provider", Field: &i.Provider},
		{Name: "isSocial", Field: &i.IsSocial},
		{Name: "profileData", Field: attrs.Object{At: &i.ProfileData}},
		{Name: "access_token", Field: &i.AccessToken},
		{Name: "access_token_secret", Field: &i.AccessTokenSecret},
		{Name: "refresh_token", Field: &i.RefreshToken},
	}
}

// Is reports whether i has that provider and that id, which has no prefix.
func (i Identity) Is(provider string, id ID) bool {
	jsonscan.Compared()
	p, ok := i.Provider.Get()
	own, has := i.UserID.Get()
	return ok && has && p == provider && own == id
}

// Equal reports whether i and j have equal members, as their texts do.
func (i Identity) Equal(j Identity) bool { return i.equal(&j) }

// equal is Equal. It copies the identities only if they have an Extra.
func (i *Identity) equal(j *Identity) bool {
	if i.Extra.Len()+j.Extra.Len() > 0 {
		x, y := *i, *j
		i, j = &x, &y // attrs.Equal places the members of Extra
	}
	a, b := i.attributes(), j.attributes()
	return attrs.Equal(a[:], i.Extra, b[:], j.Extra)
}

// UnmarshalJSON sets i to the identity in text. A user_id may be a number; see
// [FieldOf]. Any other member of the wrong type makes its field mistyped, and a
// profileData that is not an object goes to Extra. The error is a [metadata.Errors]
// with the faults of the text.
func (i *Identity) UnmarshalJSON(text []byte) error {
	v, err := attrs.ParseObject(text)
	if err != nil {
		return err
	}
	var n Identity
	n.decode(v)
	*i = n
	return nil
}

// decode sets i, the zero Identity, to the identity that the object v is.
func (i *Identity) decode(v metadata.Value) {
	var room [16]string // on the stack
	extra := room[:0]
	for name, v := range v.Members() {
		if !i.assign(name, v) {
			extra = append(extra, name)
		}
	}
	i.Extra = attrs.Select(v, extra)
}

// assign sets the member of that name to v. It reports false if there is none, or if it
// cannot hold v.
func (i *Identity) assign(name string, v metadata.Value) bool {
	switch name {
	case "connection":
		return i.Connection.Assign(v)
	case "user_id":
		return i.UserID.Assign(v)
	case "provider":
		return i.Provider.Assign(v)
	case "isSocial":
		return i.IsSocial.Assign(v)
	case "profileData":
		return attrs.Object{At: &i.ProfileData}.Assign(v)
	case "access_token":
		return i.AccessToken.Assign(v)
	case "access_token_secret":
		return i.AccessTokenSecret.Assign(v)
	case "refresh_token":
		return i.RefreshToken.Assign(v)
	}
	return false
}

// AppendJSON appends the JSON text of i to dst.
func (i Identity) AppendJSON(dst []byte) []byte { return i.appendJSON(dst) }

func (i *Identity) appendJSON(dst []byte) []byte {
	table := i.attributes()
	return attrs.Append(dst, table[:], i.Extra)
}

// MarshalJSON returns the JSON text of i.
func (i Identity) MarshalJSON() ([]byte, error) { return i.AppendJSON(nil), nil }

// identityList is the field of a profile's identities.
type identityList struct{ At *[]Identity }

func (f identityList) IsZero() bool { return *f.At == nil }

func (f identityList) Assign(v metadata.Value) (ok bool) {
	*f.At, ok = attrs.ReadObjects(v, (*Identity).decode)
	return ok
}

func (f identityList) AppendJSON(dst []byte) []byte {
	return attrs.AppendList(dst, *f.At, (*Identity).appendJSON)
}

func (f identityList) EqualField(g any) bool {
	return attrs.EqualLists(*f.At, *g.(identityList).At, (*Identity).equal)
}
