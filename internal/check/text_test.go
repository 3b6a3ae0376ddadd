package check

import (
	"strings"
	"testing"
)

// agrees fails if ok is not true for the good texts and false for the bad ones.
func agrees(t *testing.T, name string, ok func(string) bool, good, bad []string) {
	t.Helper()
	for i, list := range [][]string{good, bad} {
		for _, s := range list {
			if got := ok(s); got != (i == 0) {
				t.Errorf("%s(%q) = %v", name, s, got)
			}
		}
	}
}

func TestForms(t *testing.T) {
	agrees(t, "isID", isID,
		[]string{"", "auth0|1", "\x08", "\x0e", "\u009f", "\u1fff", "\u200b", "\u2027", "\u202a", "\u3001", "é"},
		[]string{"\t", "a\nb", "\r", " ", "\u00a0", "\u1680", "\u2000", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff"})
	agrees(t, "hasInvisible", hasInvisible,
		[]string{"\u0080", "a\u200b", "\u00a0", "\u2028", "\ufeff", "\u3000"}, []string{"", "a b", "\x01", "é", "漢"})
	agrees(t, "IsEmail", IsEmail,
		[]string{"a@b.co", "A.b@x-y.com", "!@b.co", "~@b.co", "À@b.co", "0z9@1.2.xy", "a@é.co", "a@b--c.co", strings.Repeat("a", 64) + "@b.co", "a@" + strings.Repeat("b", 63) + ".co"},
		[]string{"", "a", "@b.co", "a@", "a@b", "a@b.c", ".a@b.co", "a.@b.co", "a..b@b.co", "a b@b.co", "a@-b.co", "a@b-.co", "a@b.co-", "a@.b.co", "a@b..co", "a@b_c.co", "a@b.co.", strings.Repeat("a", 65) + "@b.co", "a@" + strings.Repeat("b", 64) + ".co"})
	agrees(t, "IsUsername", IsUsername, []string{"", "0", "9", "a", "z", "A", "Z", "@", "~_"}, []string{" ", "/", ":", "[", "{", "é", "a*"})
	agrees(t, "IsPhone", IsPhone, []string{"+0", "+9", "+123456789012345"}, []string{"", "+", "1", "+/", "+:", "+1 2", "+1234567890123456"})
	agrees(t, "isURI", isURI,
		[]string{"http://x", "HTTPS://x/y?z#w", "ftp://x", "http://x/%41%aF%09", "http://x:80/", "http://x:09", "http://u:p@x", "http://[::1]", "http://[::1]:80"},
		[]string{"", "x", "gopher://x", "http:/x", "http://", "http:///y", "http://[]", "http://u@", "http://x/%", "http://x/%4", "http://x/%4z", "http://x/%z4", "http://x/%:0", "http://x/%0g", "http://x:8a", "http://x y", "http://x\x7f", "http://x/<"})
}

func TestIsNear(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"", "", true}, {"", "a", true}, {"", "ab", false}, {"email", "email", true}, {"emial", "email", true}, {"emai", "email", true}, {"emaill", "email", true}, {"mail", "email", true},
		{"emajl", "email", true}, {"xmail", "email", true}, {"ab", "ba", true}, {"ab", "cd", false}, {"ab", "bc", false}, {"ab", "ca", false}, {"abcd", "badc", false}, {"eml", "email", false}, {"axb", "bxa", false},
		{"a", "bcd", false}, {"abc", "a", false}, {"abb", "bba", false},
	} {
		if isNear(tt.a, tt.b) != tt.want || isNear(tt.b, tt.a) != tt.want {
			t.Errorf("isNear(%q, %q) is not %v", tt.a, tt.b, tt.want)
		}
	}
}

func TestUnknownAdvice(t *testing.T) {
	long := strings.Repeat("a", 31)
	for name, want := range map[string]string{
		"emial": "use email", "Email": "use email", "ag": "elsewhere", "access_token": "secret or managed", "logins_count": "secret or managed", "color": "elsewhere",
		long + "b": "use " + long, long + "bb": "elsewhere", strings.Repeat("b", 33): "elsewhere",
	} {
		if got := unknownAdvice(name, []string{"email", "age", long}, "elsewhere"); !strings.Contains(got, want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestIsAuthorization(t *testing.T) {
	agrees(t, "isAuthorization", isAuthorization,
		[]string{"role", "ROLES", "Group", "groups", "permission", "permission_s", "Department", "departments", "JOB-CODE", "jobcodes", "scope", "scopes",
			"isAdmin", "ADMIN", "_admin", "-is_admin-", strings.Repeat("_", 27) + "admin"},
		[]string{"", "_", "rolex", "roless", "rol", "color", "admi", "admins", "isadmins", "Zadmin", "@dmin", "r\u014dle", strings.Repeat("_", 28) + "admin"})
}

func TestPlain(t *testing.T) {
	agrees(t, "plain", plain,
		[]string{`1`, `[0,-1,9]`, `{"a":"x","b":[true,false]}`, `[0.5]`},
		[]string{`null`, `[null]`, `[0.12345678901234567891]`, `[-12345678901234567891]`, `[9007199254740993]`, `{"a.b":1}`, `{"$a":1}`})
}
