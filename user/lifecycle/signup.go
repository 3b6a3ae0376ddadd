package lifecycle

import (
	"strconv"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// SignUp judges the user_metadata that an application sends with a sign-up. The
// limits are tighter than those of a creation:
//
//  1. It has at most ten fields.
//  2. Each name has fewer than 100 characters.
//  3. Each value is a string.
//  4. Each string has fewer than 500 characters; sources disagree about 500.
//
// The zero Object is valid. At most 1,000 violations are listed; then the last is
// [rule.More].
//
// Sources: Metadata Fields and Data; Custom Signup.
func SignUp(userMetadata metadata.Object, t user.Target) rule.Verdict {
	o := begin(&t)
	if n := userMetadata.Len(); n > limit.SignUpFields {
		o.Report(rule.SignUpFields, "/user_metadata", "user_metadata has "+strconv.Itoa(n)+" fields; a sign-up takes at most "+strconv.Itoa(limit.SignUpFields))
	}
	fewer := func(n, limit int) string {
		return " has " + strconv.Itoa(n) + " characters; a sign-up takes fewer than " + strconv.Itoa(limit)
	}
	for name, v := range userMetadata.All() {
		if o.FullOf(rule.SignUpText) {
			break
		}
		pointer := metadata.Pointer("user_metadata", name)
		if n := utf8.RuneCountInString(name); n >= limit.SignUpName {
			o.Report(rule.SignUpName, pointer, "the name"+fewer(n, limit.SignUpName))
		}
		s, ok := v.Str()
		n := utf8.RuneCountInString(s)
		switch {
		case !ok:
			o.Report(rule.SignUpText, pointer, "the value must be a string")
		case n == limit.SignUpText:
			o.Report(rule.SignUpLength, pointer, "the string has "+strconv.Itoa(limit.SignUpText)+" characters; sources disagree whether a sign-up takes it, so shorten it")
		case n > limit.SignUpText:
			o.Refuse(rule.SignUpLength, pointer, "the string"+fewer(n, limit.SignUpText))
		}
	}
	return o.Verdict()
}
