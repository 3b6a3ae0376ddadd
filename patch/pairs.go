package patch

import "github.com/metameld/metameld/user"

// pair is one attribute in a payload and in a profile.
type pair[F any] struct {
	a      attribute
	sent   *F
	stored *F
}

// texts pairs the text attributes of p with those of u.
func texts(p *Payload, u *user.Profile) [8]pair[user.Field[string]] {
	return [...]pair[user.Field[string]]{
		{attrEmail, &p.Email, &u.Email},
		{attrPhoneNumber, &p.PhoneNumber, &u.PhoneNumber},
		{attrGivenName, &p.GivenName, &u.GivenName},
		{attrFamilyName, &p.FamilyName, &u.FamilyName},
		{attrName, &p.Name, &u.Name},
		{attrNickname, &p.Nickname, &u.Nickname},
		{attrPicture, &p.Picture, &u.Picture},
		{attrUsername, &p.Username, &u.Username},
	}
}

// flags pairs the true-or-false attributes of p with those of u.
func flags(p *Payload, u *user.Profile) [3]pair[user.Field[bool]] {
	return [...]pair[user.Field[bool]]{
		{attrBlocked, &p.Blocked, &u.Blocked},
		{attrEmailVerified, &p.EmailVerified, &u.EmailVerified},
		{attrPhoneVerified, &p.PhoneVerified, &u.PhoneVerified},
	}
}
