package user

import (
	"strconv"

	"github.com/metameld/metameld/metadata"
)

// Identity is one account that a profile is made of. The first identity of a
// profile is the primary, which gives the profile its user_id and root
// attributes; the others are linked to it.
//
// Source: Auth0 Management API, UserIdentitySchema.
type Identity struct {
	Connection        Field[string]
	UserID            Field[string] // as known to the provider, without prefix
	Provider          Field[string]
	IsSocial          Field[bool]
	ProfileData       metadata.Object // what the provider said at the last login
	AccessToken       Field[string]
	AccessTokenSecret Field[string]
	RefreshToken      Field[string]

	// Extra has the members that have no place above.
	Extra metadata.Object
}

// Equal reports whether i and j have equal members.
func (i Identity) Equal(j Identity) bool {
	return i.Connection.Equal(j.Connection) && i.UserID.Equal(j.UserID) && i.Provider.Equal(j.Provider) &&
		i.IsSocial.Equal(j.IsSocial) && i.ProfileData.Equal(j.ProfileData) && i.AccessToken.Equal(j.AccessToken) &&
		i.AccessTokenSecret.Equal(j.AccessTokenSecret) && i.RefreshToken.Equal(j.RefreshToken) && i.Extra.Equal(j.Extra)
}

// Is reports whether i is the identity that provider knows as userID, which has
// no prefix.
func (i Identity) Is(provider, userID string) bool {
	p, ok := i.Provider.Get()
	k, has := i.UserID.Get()
	return ok && has && p == provider && k == userID
}

// UnmarshalJSON sets i to the identity in text. A user_id that is a number is
// taken for its digits (providers send such, and the API's schema allows them)
// and written again as a number. A profileData that is not an object stays in
// Extra. The error is a [metadata.Errors].
func (i *Identity) UnmarshalJSON(text []byte) error {
	o, err := metadata.Parse(text)
	if err != nil {
		return err
	}
	var d decoder
	n := d.identity(o)
	if err := d.err(); err != nil {
		return err
	}
	*i = n
	return nil
}

func (d *decoder) identity(o metadata.Object) (i Identity) {
	var extra []string
	for name, v := range o.All() {
		switch name {
		case "connection":
			i.Connection = field[string](d, name, v)
		case "user_id":
			if n, ok := v.Number(); ok {
				i.UserID = Field[string]{value: digitsOf(v), state: set, raw: n.String()}
			} else {
				i.UserID = field[string](d, name, v)
			}
		case "provider":
			i.Provider = field[string](d, name, v)
		case "isSocial":
			i.IsSocial = field[bool](d, name, v)
		case "access_token":
			i.AccessToken = field[string](d, name, v)
		case "access_token_secret":
			i.AccessTokenSecret = field[string](d, name, v)
		case "refresh_token":
			i.RefreshToken = field[string](d, name, v)
		case "profileData":
			var ok bool
			if i.ProfileData, ok = v.Object(); !ok {
				extra = append(extra, name)
			}
		default:
			extra = append(extra, name)
		}
	}
	i.Extra = pick(o, extra)
	return i
}

// digitsOf returns the digits of a number that is an identifier, however it is
// written: 123.0 is 123.
func digitsOf(v metadata.Value) string {
	if n, ok := v.Int64(); ok {
		return strconv.FormatInt(n, 10)
	}
	return v.String()
}

// AppendJSON appends the JSON text of i to dst.
func (i Identity) AppendJSON(dst []byte) []byte {
	w := writer{out: append(dst, '{'), start: len(dst) + 1, extra: i.Extra.Len() > 0}
	put(&w, "connection", i.Connection)
	put(&w, "user_id", i.UserID)
	put(&w, "provider", i.Provider)
	put(&w, "isSocial", i.IsSocial)
	w.object("profileData", i.ProfileData)
	put(&w, "access_token", i.AccessToken)
	put(&w, "access_token_secret", i.AccessTokenSecret)
	put(&w, "refresh_token", i.RefreshToken)
	w.rest(i.Extra)
	return append(w.out, '}')
}

// MarshalJSON returns the JSON text of i.
func (i Identity) MarshalJSON() ([]byte, error) { return i.AppendJSON(nil), nil }
