package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
)

// Reserved are the names that app_metadata cannot have at its first level.
var Reserved = []string{
	"__tenant", "_id", "blocked", "clientID", "created_at", "email", "email_verified", "globalClientID", "global_client_id",
	"identities", "lastIP", "lastLogin", "loginsCount", "metadata", "multifactor", "multifactor_last_modified", "updated_at", "user_id",
}

// isAuthorization reports whether a name in metadata is one of those that say what
// a user may do.
func isAuthorization(name string) bool {
	if len(name) > 32 {
		return false
	}
	var room [32]byte
	plain := room[:0] // without case, underscores and hyphens
	for _, c := range []byte(name) {
		if c != '_' && c != '-' {
			if 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			plain = append(plain, c)
		}
	}
	switch string(plain) {
	case "role", "roles", "group", "groups", "permission", "permissions", "department", "departments", "jobcode", "jobcodes", "scope", "scopes", "isadmin", "admin":
		return true
	}
	return false
}

// exactly reports whether JavaScript writes the number as one of the same value.
func exactly(n string) bool {
	if len(n) <= 15 && !strings.ContainsAny(n, "eE") {
		return true
	}
	f, err := strconv.ParseFloat(n, 64)
	if err != nil {
		return false
	}
	var room [32]byte
	return jsonscan.Equal(strconv.AppendFloat(room[:0], f, 'g', -1, 64), []byte(n))
}

// The sizes, in bytes of JSON text, above which metadata is refused, a profile is
// not indexed whole, and metadata or a profile deserves a warning.
const (
	MostBytes    = 16 << 20
	IndexedBytes = 1 << 20
	LargeBytes   = 10 << 10
)

// Metadata reports what there is to say of the metadata o, which is the attribute of
// that name, until report returns false. The path is reused.
func Metadata(o metadata.Object, attribute string, report func(f Finding, path ...string) bool) {
	switch n := o.Size(); {
	case n > MostBytes && !report(TooLarge, attribute), n > LargeBytes && n <= MostBytes && !report(Large, attribute):
		return
	}
	for name, v := range o.All() {
		if strings.ContainsAny(name, ".$") && !report(Name, attribute, name) ||
			!jsonscan.Fits([]byte(v.String()), metadata.MaxLevels-2) && !report(Depth, attribute, name) ||
			attribute == "app_metadata" && slices.Contains(Reserved, name) && !report(ReservedName, attribute, name) ||
			attribute == "user_metadata" && isAuthorization(name) && !v.IsNull() && !report(Authorization, attribute, name) ||
			!nested(v, attribute, name, report) {
			return
		}
	}
}

// nested judges what is inside v, the member of that name. It reports false where report did.
func nested(v metadata.Value, attribute, name string, report func(Finding, ...string) bool) bool {
	if k := v.Kind(); k != metadata.KindObject && k != metadata.KindArray {
		return k != metadata.KindNumber || exactly(v.String()) || report(Number, attribute, name)
	}
	if plain(v.String()) {
		return true
	}
	for path, v := range jsonscan.Walk(v.String(), attribute, name) {
		if v.InObject && strings.ContainsAny(path[len(path)-1], ".$") && !report(NestedName, path...) ||
			v.IsNumber() && !exactly(v.Text) && !report(Number, path...) || v.Text == "null" && !report(NestedNull, path...) {
			return false
		}
	}
	return true
}

// plain reports whether in the JSON text of a value no name may have a dot or a
// dollar sign, no value is null and no number inexact. It does not allocate.
func plain(text string) bool {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '"':
			end, escaped := jsonscan.String([]byte(text), i)
			s := text[i:end]
			i = jsonscan.Space([]byte(text), end)
			isName := i < len(text) && text[i] == ':'
			if isName && (escaped || strings.ContainsAny(s, ".$")) { // an escape may hide one
				return false
			}
		case c == 'n':
			return false
		case c == '-' || '0' <= c && c <= '9':
			end := jsonscan.Number([]byte(text), i)
			if !exactly(text[i:end]) {
				return false
			}
			i = end
		default: // punctuation, white space, the letters of true and false
			i++
		}
	}
	return true
}
