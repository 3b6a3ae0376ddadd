package user

import (
	"strconv"
	"unicode/utf8"

	"github.com/metameld/metameld/metadata"
)

// SignUp judges the user_metadata that an application sends with a sign-up. The
// limits are tighter than those of a creation:
//
//  1. It has at most ten fields.
//  2. The name of each has fewer than 100 characters.
//  3. The value of each is a text.
//  4. Each text has fewer than 500 characters; one of 500 is disputed.
//
// The zero Object says nothing. Of more than a thousand violations the last says
// so.
//
// Sources: Metadata Fields and Data; Custom Signup.
func SignUp(userMetadata metadata.Object, at Circumstances) Verdict {
	j := judge{at: &at}
	if n := userMetadata.Len(); n > 10 {
		j.report(RuleSignUpFields, "/user_metadata", "user_metadata has "+strconv.Itoa(n)+" fields, and 10 at most in a sign-up")
	}
	for name, v := range userMetadata.All() {
		if j.violations.Full {
			break
		}
		pointer := metadata.Pointer("user_metadata", name)
		if n := utf8.RuneCountInString(name); n >= 100 {
			j.report(RuleSignUpName, pointer, "the name has "+strconv.Itoa(n)+" characters, and fewer than 100 in a sign-up")
		}
		s, ok := v.Str()
		n := utf8.RuneCountInString(s)
		switch {
		case !ok:
			j.report(RuleSignUpText, pointer, "the value is not a text")
		case n == 500:
			j.report(RuleSignUpLength, pointer, "the text has 500 characters; sources dispute whether it may")
		case n > 500:
			j.refuse(RuleSignUpLength, pointer, "the text has "+strconv.Itoa(n)+" characters, and fewer than 500 in a sign-up")
		}
	}
	return j.sorted()
}
