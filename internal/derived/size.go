package derived

import (
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// JudgeSize reports the sizes that the profile exceeds after a write that changes it
// from before. [rule.ProfileAllowance] is reported only if the write makes the profile
// larger.
func JudgeSize(j *judge.Judge, before, after *user.Profile) {
	switch n := sizes(j, before, after); {
	case n == 0:
	case !j.Refuses(rule.ProfileAllowance):
		j.Report(rule.ProfileAllowance, "", "") // the reading has the words
	default:
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

// The texts of messages that do not depend on the profile. They are never changed.
var (
	beyondProfile = " bytes, more than its limit of " + limit.Size(limit.Profile) + "; make it smaller. " + limit.ProfileDates
	beyondIndexed = "the profile would have more than " + limit.Size(limit.Indexed)
)

// sizes warns if the profile after a write is larger than its limit. It returns the
// bytes of a profile that the write makes larger than the allowance; otherwise 0.
func sizes(j *judge.Judge, before, after *user.Profile) int {
	if atMost(after) <= limit.Profile {
		return 0
	}
	n := Size(after)
	if n <= limit.Profile {
		return 0
	}
	j.Report(rule.ProfileSize, "", "the profile would have "+limit.Count(n)+beyondProfile)
	if n > limit.Indexed {
		j.Report(rule.SearchSize, "", beyondIndexed)
	}
	if n > limit.ProfileAllowance {
		if was := stamped(before, after); n > Size(&was) {
			return n
		}
	}
	return 0
}

// stamped returns u with the attributes that Auth0 writes by itself as they are in now:
// timestamps, and the statistics of logins. They do not count as growth.
func stamped(u, now *user.Profile) user.Profile {
	v := *u
	v.UpdatedAt, v.LastPasswordReset = now.UpdatedAt, now.LastPasswordReset
	v.LastLogin, v.LastIP, v.LoginsCount = now.LastLogin, now.LastIP, now.LoginsCount
	return v
}

// Size returns the bytes of u, which is placed ([Placed]), as JSON text. It reads no
// metadata, however large.
func Size(u *user.Profile) int { return size(u, false) }

// atMost returns a size that [Size] does not exceed. It takes less time, since it reads no
// text.
func atMost(u *user.Profile) int { return size(u, true) }

func size(u *user.Profile, rough bool) int {
	o := object{rough: rough}
	o.add("user_id", written(u.UserID))
	o.add("email", text(&o, u.Email))
	o.add("email_verified", written(u.EmailVerified))
	o.add("username", text(&o, u.Username))
	o.add("phone_number", text(&o, u.PhoneNumber))
	o.add("phone_verified", written(u.PhoneVerified))
	o.add("name", text(&o, u.Name))
	o.add("nickname", text(&o, u.Nickname))
	o.add("given_name", text(&o, u.GivenName))
	o.add("family_name", text(&o, u.FamilyName))
	o.add("picture", text(&o, u.Picture))
	o.add("blocked", written(u.Blocked))
	o.add("identities", identities(u.Identities, rough))
	o.add("user_metadata", u.UserMetadata.Size())
	o.add("app_metadata", u.AppMetadata.Size())
	o.add("multifactor", len(u.Multifactor.String()))
	o.add("multifactor_last_modified", text(&o, u.MultifactorLastModified))
	o.add("last_ip", text(&o, u.LastIP))
	o.add("last_login", text(&o, u.LastLogin))
	o.add("logins_count", written(u.LoginsCount))
	o.add("last_password_reset", text(&o, u.LastPasswordReset))
	o.add("created_at", text(&o, u.CreatedAt))
	o.add("updated_at", text(&o, u.UpdatedAt))
	o.add("permissions", len(u.Permissions.String()))
	o.addAll(u.Extra)
	return o.size()
}

// identities returns the size of the list; 0 if it is absent.
func identities(list []user.Identity, rough bool) int {
	if list == nil {
		return 0
	}
	n := len("[]") + max(0, len(list)-1)*len(",")
	for i := range list {
		o, x := object{rough: rough}, &list[i]
		o.add("connection", text(&o, x.Connection))
		o.add("user_id", written(x.UserID))
		o.add("provider", text(&o, x.Provider))
		o.add("isSocial", written(x.IsSocial))
		o.add("profileData", x.ProfileData.Size())
		o.add("access_token", secret(x.AccessToken))
		o.add("access_token_secret", secret(x.AccessTokenSecret))
		o.add("refresh_token", secret(x.RefreshToken))
		o.addAll(x.Extra)
		n += o.size()
	}
	return n
}

// object adds up the size of an object.
type object struct {
	n     int  // of the members, each with a comma
	rough bool // it may be larger than the object
}

func (o *object) size() int { return max(len("{}"), len("{")+o.n) }

// add adds a member whose value has that size; 0 if the member is absent.
func (o *object) add(name string, size int) {
	if size > 0 {
		o.n += len(name) + len(`"":,`) + size
	}
}

// addAll adds the members of an Extra.
func (o *object) addAll(extra metadata.Object) {
	for name, v := range extra.All() {
		o.n += quoted(name) + len(":,") + len(v.String())
	}
}

// quoted returns the size of a string.
func quoted(s string) int {
	if jsonscan.IsUnescaped(s) {
		return len(`""`) + len(s)
	}
	return len(jsonscan.AppendQuote(nil, s))
}

// text returns the size in o of a field that is a text; 0 if it is absent.
func text[T string | user.Timestamp](o *object, f user.Field[T]) int {
	s, ok := f.Get()
	switch {
	case ok && o.rough:
		return len(`""`) + len(`\u0000`)*len(s)
	case ok && jsonscan.IsUnescaped(string(s)):
		return len(`""`) + len(s)
	}
	return written(f)
}

// secret returns the size of a field that is a secret; 0 if it is absent.
func secret(f user.Field[user.Secret]) int {
	if s, ok := f.Get(); ok && jsonscan.IsUnescaped(s.Reveal()) {
		return len(`""`) + len(s.Reveal())
	}
	return written(f)
}

// written returns the size of any field; 0 if it is absent. It writes the JSON text of the
// field, since that may differ from the value's own.
func written[T string | bool | int64 | user.ID | user.Timestamp | user.Secret](f user.Field[T]) int {
	if f.IsZero() {
		return 0
	}
	var room [128]byte
	return len(f.AppendJSON(room[:0]))
}
