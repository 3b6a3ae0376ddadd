package identities

import (
	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// profileData returns the profileData of the first identity of p after a link; see rule
// 4 of [Link].
func profileData(p user.Profile) metadata.Object {
	had := p.Identities[0].ProfileData.Select(isShown)
	email := p.Email.Or("")
	shown := user.Profile{
		Email: value(p.Email), EmailVerified: value(p.EmailVerified), Username: value(p.Username),
		PhoneNumber: value(p.PhoneNumber), PhoneVerified: value(p.PhoneVerified),
		GivenName: value(p.GivenName), FamilyName: value(p.FamilyName),
		Name: value(p.Name), Nickname: value(p.Nickname), Picture: value(p.Picture),
	}
	unset := func(f *user.Field[string], name string, is bool) {
		if !is {
			return
		}
		// An equal value of the identity stays; another one is removed.
		if v, ok := had.Get(name); !ok || !v.Equal(f.Value()) {
			*f = user.Null[string]()
		}
	}
	if email != "" {
		unset(&shown.Name, "name", shown.Name.Equal(user.Set(email)))
		unset(&shown.Nickname, "nickname", shown.Nickname.Equal(user.Set(derived.Nickname(email))))
	}
	unset(&shown.Picture, "picture", derived.IsPicture(shown.Picture.Or("")))
	own, err := shown.Object()
	if err != nil {
		return had // not possible: the fields are texts and flags
	}
	extra := p.Extra.Select(func(name string, v metadata.Value) bool { return isCopied(name, v) && !v.IsNull() })
	o := metadata.FirstLevel.Merge(had, attrs.DeltaOf(extra))
	o = metadata.FirstLevel.Merge(o, attrs.DeltaOf(own))
	if o.Len() == 0 {
		return had
	}
	return o
}

// isCopied reports whether an attribute of that name is copied between a profile and
// profileData: those that Auth0 keeps itself are not.
func isCopied(name string, v metadata.Value) bool {
	return isShown(name, v) && !limit.IsManaged(name)
}

// isShown reports whether profileData can have an attribute of that name.
func isShown(name string, _ metadata.Value) bool {
	switch name {
	case "user_metadata", "app_metadata", "blocked", "identities":
		return false
	}
	return true
}

// value returns f, or absent if it is null.
func value[T string | bool](f user.Field[T]) user.Field[T] {
	if f.IsNull() {
		return user.Field[T]{}
	}
	return f
}

// detached returns the user that an identity becomes: with the attributes of its
// profileData, and the name, nickname and picture that Auth0 derives. It warns of
// attributes of the wrong type, and of a profileData that is not an object, which
// stays in the identity.
func detached(j *judge.Judge, id user.Identity, pointer string) user.Profile {
	data, _ := id.ProfileData.Select(isCopied).Get()
	p, _ := user.FromValue(data) // an object, or absent
	derived.Mistyped(&p, func(name, want string) {
		j.Report(rule.MistypedAttribute, pointer+"/"+name, name+" in profileData is not "+want+"; the detached user has it as received")
	})
	if v, odd := id.Extra.Get("profileData"); odd && !v.IsNull() {
		j.Report(rule.MistypedAttribute, pointer, "profileData is not an object and stays in the identity, so the detached user has none of its attributes")
	}
	id.ProfileData = metadata.Object{}
	p.UserID = user.Set(user.ID(id.Provider.Or("")+"|") + id.UserID.Or(""))
	p.Identities = []user.Identity{id}
	return derived.Attributes(p, nil)
}
