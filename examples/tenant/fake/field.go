package fake

import (
	"strconv"
	"strings"
	"time"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// field is an attribute that searches can use.
type field struct {
	path []string // without the levels of lists
	kind fieldKind
}

type fieldKind int

const (
	exactText  fieldKind = iota // the case counts
	foldedText                  // the case does not count
	boolean
	number
	moment
	open // of metadata: texts, numbers, true or false
)

// searchable has the fields outside of metadata.
var searchable = map[string]fieldKind{
	"user_id": exactText, "username": exactText, "phone_number": exactText, "picture": exactText, "last_ip": exactText,
	"email": foldedText, "name": foldedText, "given_name": foldedText, "family_name": foldedText, "nickname": foldedText, emailDomain: foldedText,
	"multifactor": open, "email_verified": boolean, "phone_verified": boolean, "blocked": boolean, "logins_count": number,
	"created_at": moment, "updated_at": moment, "last_login": moment, "last_password_reset": moment,
	"identities.connection": exactText, "identities.provider": exactText, "identities.user_id": open, "identities.isSocial": boolean,
}

// emailDomain is the field for the part of the e-mail after the @.
const emailDomain = "email.domain"

// deepestField is the maximum number of names in a field. The API's is not known.
const deepestField = 32

// fieldOf returns the field with that name.
//
// Source: Auth0 docs, User Search Query Syntax. The case counts except for email, name,
// given_name, family_name and nickname. That identities.* is searchable: List and Search
// Users, examples.
func fieldOf(name string) (field, bool) {
	path := strings.Split(name, ".")
	if kind, ok := searchable[name]; ok {
		return field{path, kind}, true
	}
	for _, prefix := range []string{"user_metadata.", "app_metadata.", "identities.profileData."} {
		if strings.HasPrefix(name, prefix) && len(path) <= deepestField && !strings.Contains(name, "..") && !strings.HasSuffix(name, ".") {
			return field{path, open}, true
		}
	}
	return field{}, false
}

// first returns the first value of a user that yes accepts. An empty list or object, or a
// null, is no value.
func (f *field) first(u *committed, yes func(metadata.Value) bool) (metadata.Value, bool) {
	v, ok := u.object.Get(f.path[0])
	if !ok {
		return v, false
	}
	if f.path[0] == "email" && len(f.path) == 2 {
		address, _ := v.Str()
		_, domain, ok := strings.Cut(address, "@")
		v, _ = metadata.ValueOf(domain)
		return v, ok && yes(v)
	}
	return find(v, f.path[1:], yes)
}

// find returns the first value at the path in v that yes accepts.
func find(v metadata.Value, path []string, yes func(metadata.Value) bool) (metadata.Value, bool) {
	switch v.Kind() {
	case metadata.KindNull:
		return v, false
	case metadata.KindArray:
		for e := range v.Elements() {
			if found, ok := find(e, path, yes); ok {
				return found, true
			}
		}
		return v, false
	case metadata.KindObject:
		o, _ := v.Object()
		if len(path) == 0 {
			return v, o.Len() > 0 && yes(v)
		}
		inner, ok := o.Get(path[0])
		if !ok {
			return v, false
		}
		return find(inner, path[1:], yes)
	}
	return v, len(path) == 0 && yes(v)
}

// numberOf returns the number in text.
func numberOf(text string) (float64, bool) {
	var v metadata.Value
	if v.UnmarshalJSON([]byte(text)) != nil || v.Kind() != metadata.KindNumber {
		return 0, false
	}
	return v.Float64()
}

// span returns the beginning of the time in text and of the time after it: a year, a
// month, a day or a millisecond.
func span(text string) (from, to time.Time, ok bool) {
	for _, unit := range []struct {
		layout              string
		years, months, days int
	}{{"2006", 1, 0, 0}, {"2006-01", 0, 1, 0}, {"2006-01-02", 0, 0, 1}} {
		if t, err := time.Parse(unit.layout, text); err == nil {
			return t, t.AddDate(unit.years, unit.months, unit.days), true
		}
	}
	t, err := user.Timestamp(text).Time()
	t = t.Truncate(time.Millisecond)
	return t, t.Add(time.Millisecond), err == nil
}

// plain returns the text of a value that is no list or object.
func plain(v metadata.Value) string {
	if s, ok := v.Str(); ok {
		return s
	}
	if b, ok := v.Bool(); ok {
		return strconv.FormatBool(b)
	}
	n, _ := v.Number()
	return n.String()
}
