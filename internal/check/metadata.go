package check

import (
	"slices"
	"strconv"

	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// isAuthorization reports whether a name in metadata usually holds authorization
// data, however it is cased, with underscores and hyphens or without.
func isAuthorization(name string) bool {
	if len(name) > 32 {
		return false
	}
	word, n := "", 0 // the only one that name can be, and how many of its letters match
	for _, c := range []byte(name) {
		if c == '_' || c == '-' {
			continue
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if n == 0 {
			word = authorization(c)
		}
		if n == len(word) || word[n] != c {
			return false
		}
		n++
	}
	return n > 0 && (n == len(word) || word[n:] == "s")
}

// authorization returns the name of authorization data that begins with c, in the plural
// if it has one.
func authorization(c byte) string {
	switch c {
	case 'r':
		return "roles"
	case 'g':
		return "groups"
	case 'p':
		return "permissions"
	case 'd':
		return "departments"
	case 'j':
		return "jobcodes"
	case 's':
		return "scopes"
	case 'i':
		return "isadmin"
	case 'a':
		return "admin"
	}
	return ""
}

// exactly reports whether JavaScript represents the number exactly.
func exactly(n string) bool {
	if len(n) <= 15 && !jsonscan.HasEither(n, 'e', 'E') {
		return true
	}
	f, err := strconv.ParseFloat(n, 64)
	if err != nil {
		return false
	}
	var room [32]byte
	return jsonscan.Equal(strconv.AppendFloat(room[:0], f, 'g', -1, 64), []byte(n))
}

// Report receives a violation in metadata at a path, which is reused. It returns false
// to end the inspection.
type Report func(id rule.ID, message string, path ...string) bool

// Metadata reports each rule that the metadata o, the attribute of that name, breaks,
// until report returns false. The rule of a null below the first level is nestedNull.
func Metadata(o metadata.Object, attribute string, nestedNull rule.ID, report Report) {
	n := o.Size()
	if n > limit.ProfileAllowance && n <= limit.Metadata &&
		!report(rule.ProfileAllowance, "this metadata has more than "+limit.Count(limit.ProfileAllowance)+" bytes, beyond what a profile can have. "+limit.ProfileDates, attribute) {
		return
	}
	switch {
	case n > limit.Metadata:
		if !report(rule.MetadataSize, "this metadata has more than "+limit.Size(limit.Metadata), attribute) {
			return
		}
	case n > limit.Profile:
		if !report(rule.LargeMetadata, "this metadata has more than "+limit.Size(limit.Profile)+", the limit of a profile. "+limit.ProfileDates, attribute) {
			return
		}
	}
	for name, v := range o.All() {
		if !member(attribute, name, v, report) || !nested(attribute, name, v, nestedNull, report) {
			return
		}
	}
}

const nameMessage = "a name in metadata cannot contain a dot or a dollar sign"

// hasDot reports whether a name has a dot or a dollar sign.
func hasDot(name string) bool { return jsonscan.HasEither(name, '.', '$') }

// member judges one member. It returns false if report did.
func member(attribute, name string, v metadata.Value, report Report) bool {
	if hasDot(name) && !report(rule.MetadataName, nameMessage, attribute, name) {
		return false
	}
	if !jsonscan.Fits([]byte(v.String()), metadata.MaxLevels-2) &&
		!report(rule.Type, "this is nested deeper than the "+strconv.Itoa(metadata.MaxLevels)+" levels that a body can have", attribute, name) {
		return false
	}
	switch {
	case attribute == "app_metadata" && slices.Contains(limit.ReservedNames, name):
		return report(rule.ReservedName, "this name is reserved in app_metadata", attribute, name)
	case attribute == "user_metadata" && !v.IsNull() && isAuthorization(name):
		return report(rule.AuthorizationInUserMetadata, "this looks like authorization data, and users can change their user_metadata; store it in app_metadata", attribute, name)
	}
	return true
}

// nested judges the value of the member of that name, and the values inside it. It
// returns false if report did.
func nested(attribute, name string, v metadata.Value, nestedNull rule.ID, report Report) bool {
	const numberMessage = "JavaScript cannot represent this number exactly"
	if k := v.Kind(); k != metadata.KindObject && k != metadata.KindArray {
		return k != metadata.KindNumber || exactly(v.String()) || report(rule.NumberPrecision, numberMessage, attribute, name)
	}
	if plain(v.String()) {
		return true
	}
	for v := range jsonscan.Walk(v.String(), attribute, name) {
		if hasDot(v.Name) && !report(rule.NestedMetadataName, nameMessage, v.Path()...) ||
			v.IsNumber() && !exactly(v.Text) && !report(rule.NumberPrecision, numberMessage, v.Path()...) ||
			v.Text == "null" && !report(nestedNull, "the effect of a null below the first level is not documented", v.Path()...) {
			return false
		}
	}
	return true
}

// plain reports whether the JSON text of a value has no null, no inexact number and no
// name that may contain a dot or a dollar sign. It does not allocate.
func plain(text string) bool {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '"':
			end, escaped := jsonscan.StringEnd([]byte(text), i)
			s := text[i:end]
			i = end
			isName := i < len(text) && text[i] == ':'
			if isName && (escaped || hasDot(s)) { // an escape may hide one
				return false
			}
		case c == 'n':
			return false
		case c == '-' || '0' <= c && c <= '9':
			end := jsonscan.End([]byte(text), i)
			if !exactly(text[i:end]) {
				return false
			}
			i = end
		default: // punctuation, the letters of true and false
			i++
		}
	}
	return true
}
