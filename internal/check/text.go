// Package check judges single values: the form and length of texts, and the content
// of metadata, for creations, imports and updates alike.
package check

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/user/rule"
)

// Text reports each rule that the text s of an attribute breaks.
//
// Sources: Auth0 Management API, CreateUserRequestContent and
// UpdateUserRequestContent; User Profile Structure.
func Text(attribute, s string, report func(id rule.ID, message string)) {
	n, valid := characters(s)
	if least, most := Lengths(attribute); n < least || most > 0 && n > most {
		allowed := "at least " + strconv.Itoa(least)
		if most > 0 {
			allowed = strconv.Itoa(least) + " to " + strconv.Itoa(most)
		}
		report(rule.Length, attribute+" has "+strconv.Itoa(n)+" characters; allowed: "+allowed)
	}
	if !valid {
		report(rule.Type, attribute+" is not valid UTF-8")
	}
	switch attribute {
	case "email":
		if hasInvisible(s) {
			report(rule.EmailFormat, "email contains an invisible character, such as a zero-width or no-break space; remove it")
		} else if !IsEmail(s) {
			report(rule.EmailFormat, "email is not an address such as kim@example.com: an unquoted local part, then a domain of two or more labels, the last of two or more characters")
		}
	case "phone_number":
		if !IsPhone(s) {
			report(rule.PhoneFormat, "phone_number is not a plus sign followed by 1 to "+strconv.Itoa(limit.PhoneDigits)+" digits")
		}
	case "picture":
		if !isURI(s) {
			report(rule.PictureFormat, "picture is not an absolute http, https or ftp URI")
		}
	case "user_id":
		if !isID(s) {
			report(rule.IDFormat, "user_id contains white space")
		}
	case "name":
		if n > limit.ProfileName && n <= limit.Name {
			report(rule.NameLength, "name has "+strconv.Itoa(n)+" characters; the profile page allows "+strconv.Itoa(limit.ProfileName))
		}
	case "password":
		if len(s) > limit.PasswordBytes {
			report(rule.PasswordBytes, "password has more than "+strconv.Itoa(limit.PasswordBytes)+" bytes; shorten it")
		}
		if !isVisible(strings.ReplaceAll(s, " ", "")) {
			report(rule.PasswordCharacters, "password contains a control character or a character outside ASCII")
		}
	}
}

// characters returns how many characters s has, and whether it is valid UTF-8. An
// invalid byte counts as one.
func characters(s string) (n int, valid bool) {
	if jsonscan.IsPlain(s) {
		return len(s), true
	}
	return utf8.RuneCountInString(s), utf8.ValidString(s)
}

// Lengths returns the lengths, in characters, that the schemas allow for the text of
// an attribute; most is 0 if they set none.
func Lengths(attribute string) (least, most int) {
	switch attribute {
	case "given_name", "family_name":
		return 1, limit.GivenName
	case "name", "nickname":
		return 1, limit.Name
	case "username":
		return 1, limit.Username
	case "user_id":
		return 0, limit.UserID
	case "password", "connection", "client_id":
		return 1, 0
	}
	return 0, 0
}

// isVisible reports whether s has printable ASCII characters only, without the
// space.
func isVisible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 33 || r > 126 })
}

// IsUsername reports whether s has only characters that the Auth0 store allows in a
// username. Source: Adding Username for Database Connections.
func IsUsername(s string) bool {
	for i := range len(s) {
		if !isAlnum(s[i]) && strings.IndexByte("@^$.!`-#+'~_", s[i]) < 0 {
			return false
		}
	}
	return true
}

// isID reports whether s matches the schema's pattern ^\S*$, as JavaScript reads it.
func isID(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		switch {
		case '\t' <= r && r <= '\r', r == ' ', r == 0xA0, r == 0x1680, 0x2000 <= r && r <= 0x200A:
			return true
		}
		return r == 0x2028 || r == 0x2029 || r == 0x202F || r == 0x205F || r == 0x3000 || r == 0xFEFF
	})
}

// hasInvisible reports whether s has a character that cannot be seen outside ASCII: a
// control (Cc) or format character (Cf), a space (Zs), or, which is inferred, a line or
// paragraph separator (Zl, Zp).
func hasInvisible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r >= utf8.RuneSelf && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Z)
	})
}

// IsEmail reports whether s is an address by the API's schema and the profile page: a
// dot-atom, an at sign, and a domain of at least two labels, the last of at least two
// characters.
func IsEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > limit.EmailLocal || len(s) > limit.Email {
		return false
	}
	local, domain := s[:at], s[at+1:]
	for i := range len(local) {
		c := local[i]
		switch {
		case isAlnum(c) || c >= utf8.RuneSelf || strings.IndexByte("!#$%&'*+/=?^_`{|}~-", c) >= 0:
		case c == '.' && i > 0 && i < len(local)-1 && local[i-1] != '.':
		default:
			return false
		}
	}
	label, labels := 0, 0 // the length of the label at hand, how many are complete
	for i := range len(domain) {
		c := domain[i]
		switch {
		case isAlnum(c) || c >= utf8.RuneSelf:
			label++
		case c == '-' && label > 0 && i+1 < len(domain) && domain[i+1] != '.':
			label++
		case c == '.' && label > 0:
			label, labels = 0, labels+1
		default:
			return false
		}
		if label > limit.DomainLabel {
			return false
		}
	}
	return labels > 0 && label > 1
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// IsPhone reports whether s matches the schema's pattern ^\+[0-9]{1,15}$.
func IsPhone(s string) bool {
	if len(s) < 2 || len(s) > 1+limit.PhoneDigits || s[0] != '+' {
		return false
	}
	for _, c := range []byte(s[1:]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// isURI reports whether s is an absolute URI of the web: http, https or ftp, with
// a host.
func isURI(s string) bool {
	for i := range len(s) {
		if notInURI[s[i]] {
			return false
		}
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if scheme = strings.ToLower(scheme); !ok || scheme != "http" && scheme != "https" && scheme != "ftp" {
		return false
	}
	for _, escaped, found := strings.Cut(rest, "%"); found; _, escaped, found = strings.Cut(escaped, "%") {
		if len(escaped) < 2 || !isHex(escaped[0]) || !isHex(escaped[1]) {
			return false
		}
	}
	end := 0 // of the host
	for end < len(rest) && rest[end] != '/' && rest[end] != '?' && rest[end] != '#' {
		end++
	}
	host := rest[:end]
	host = host[strings.LastIndexByte(host, '@')+1:]
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		for _, c := range []byte(host[i+1:]) {
			if c < '0' || c > '9' {
				return false
			}
		}
		host = host[:i]
	}
	return host != "" && host != "[]"
}

// notInURI has the bytes that a URI cannot have. It is never changed.
var notInURI = func() (t [256]bool) {
	for c := range ' ' + 1 {
		t[c] = true
	}
	for _, c := range "<>\"\\^`{|}\x7f" {
		t[c] = true
	}
	return t
}()

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}
