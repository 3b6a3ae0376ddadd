package derived

import (
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// JudgeSize reports the sizes that the profile exceeds after a write that changes it
// from before. [rule.ProfileAllowance] is reported only if the write makes the profile
// larger.
func JudgeSize(j *judge.Judge, before, after *user.Profile) {
	if n := sizes(j, before, after); n > 0 {
		j.Report(rule.ProfileAllowance, "", "the profile would grow to "+limit.Count(n)+" bytes, beyond the "+limit.Count(limit.ProfileAllowance)+" that it can have; make it smaller. "+limit.ProfileDates)
	}
}

// WarnSize is [JudgeSize] for a login, which is refused under no setting: it is not a
// call that an application can change, and no source states that it fails.
func WarnSize(j *judge.Judge, before, after *user.Profile) {
	n := sizes(j, before, after)
	switch {
	case n == 0:
	case j.Refuses(rule.ProfileAllowance):
		j.Warn(rule.ProfileAllowance, "", "the profile grows to "+limit.Count(n)+" bytes, more than the "+limit.Count(limit.ProfileAllowance)+" that an update can store; whether a login fails then is not documented. Return fewer attributes, or add them to the connection's non_persistent_attrs. "+limit.ProfileDates)
	default:
		j.Report(rule.ProfileAllowance, "", "")
	}
}

// sizes warns if the profile after a write is larger than its limit. It returns the
// bytes of a profile that the write makes larger than the allowance; otherwise 0.
func sizes(j *judge.Judge, before, after *user.Profile) int {
	n := Size(after)
	if n <= limit.Profile {
		return 0
	}
	j.Report(rule.ProfileSize, "", "the profile would have "+limit.Count(n)+" bytes, more than its limit of "+limit.Size(limit.Profile)+"; make it smaller. "+limit.ProfileDates)
	if n > limit.Indexed {
		j.Report(rule.SearchSize, "", "the profile would have more than "+limit.Size(limit.Indexed))
	}
	if n > limit.ProfileAllowance && n > Size(stamped(before, after)) {
		return n
	}
	return 0
}

// stamped returns u with the attributes that Auth0 writes by itself as they are in now:
// timestamps, and the statistics of logins. They do not count as growth.
func stamped(u, now *user.Profile) *user.Profile {
	v := *u
	v.UpdatedAt, v.LastPasswordReset = now.UpdatedAt, now.LastPasswordReset
	v.LastLogin, v.LastIP, v.LoginsCount = now.LastLogin, now.LastIP, now.LoginsCount
	return &v
}

// Size returns the bytes of u as JSON text without white space between values. If they
// are at most [limit.Profile], it may return more, up to that limit: it does not write
// the text of a profile that is surely small.
func Size(u *user.Profile) int {
	if n := bound(u); n <= limit.Profile {
		return n
	}
	return jsonscan.Size(u.AppendJSON(nil))
}

// At most so many bytes are needed, besides the values of texts, for the names of a
// profile's or an identity's attributes, punctuation and true or false.
const (
	profileNames  = 512
	identityNames = 192
)

// bound returns at least the bytes of u as JSON text, or more than [limit.Profile]. It
// does not allocate.
func bound(u *user.Profile) int {
	n := profileNames + u.UserMetadata.Size() + u.AppMetadata.Size() + u.Extra.Size() + len(u.Multifactor.String()) + len(u.Permissions.String())
	n += textBound(u.Email) + textBound(u.Username) + textBound(u.PhoneNumber) + textBound(u.Name) + textBound(u.Nickname)
	n += textBound(u.GivenName) + textBound(u.FamilyName) + textBound(u.Picture) + textBound(u.LastIP)
	n += textBound(u.MultifactorLastModified) + textBound(u.LastLogin) + textBound(u.LastPasswordReset) + textBound(u.CreatedAt) + textBound(u.UpdatedAt)
	n += flagBound(u.EmailVerified) + flagBound(u.PhoneVerified) + flagBound(u.Blocked)
	n += numberBound(u.UserID) + numberBound(u.LoginsCount)
	for i := range u.Identities {
		x := &u.Identities[i]
		n += identityNames + x.ProfileData.Size() + x.Extra.Size() + textBound(x.Connection) + textBound(x.Provider) + flagBound(x.IsSocial) +
			numberBound(x.UserID) + secretBound(x.AccessToken) + secretBound(x.AccessTokenSecret) + secretBound(x.RefreshToken)
	}
	return n
}

// A byte of a text has at most so many bytes in JSON: an escape such as \u0000.
const escape = 6

// A field that is mistyped can have a text of any length.
const mistyped = limit.Profile + 1

func textBound[T string | user.Timestamp](f user.Field[T]) int {
	if f.IsMistyped() {
		return mistyped
	}
	return escape * len(f.Or(""))
}

func secretBound(f user.Field[user.Secret]) int {
	if f.IsMistyped() {
		return mistyped
	}
	s, _ := f.Get()
	return escape * len(s.Reveal())
}

// flagBound returns the bound of true and false, which may have been read as texts.
func flagBound(f user.Field[bool]) int {
	if f.IsMistyped() {
		return mistyped
	}
	return escape * len("false")
}

// numberBound returns the bytes of a field that may have been read as a number, which
// can be written in any length.
func numberBound[T user.ID | int64](f user.Field[T]) int {
	var room [128]byte
	return len(f.AppendJSON(room[:0]))
}
