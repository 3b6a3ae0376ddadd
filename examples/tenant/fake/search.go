package fake

import (
	"net/http"
	"slices"
	"strings"

	"github.com/metameld/metameld/user"
)

// term is a condition of a search: an attribute with a value, in any case.
type term struct {
	attribute, value string
	prefix           bool
}

// parseQuery reads the part of the API's query syntax that this tenant knows:
//
//	email:"ann@example.com" AND identities.connection:"db"
//	email:ann*
//
// A value in quotes matches as a whole. A value without quotes has no blank, and may end
// in a star. The attributes are those of term.values. Any other query is refused, although
// the API may accept it. The status is not one of the 500s, for which SDKs retry.
func parseQuery(q string) ([]term, error) {
	unknown := own(http.StatusBadRequest, "", `This tenant searches for terms such as email:"ann@example.com", joined by AND, and for nothing else.`)
	var terms []term
	for rest := strings.TrimSpace(q); rest != ""; {
		name, after, ok := strings.Cut(rest, ":")
		if !ok {
			return nil, unknown
		}
		var x term
		x.attribute = name
		if quoted, isQuoted := strings.CutPrefix(after, `"`); isQuoted {
			x.value, rest, ok = strings.Cut(quoted, `"`)
		} else {
			x.value, rest, _ = strings.Cut(after, " ")
			rest = " " + rest
			x.value, x.prefix = strings.CutSuffix(x.value, "*")
			ok = x.value != "" && !strings.ContainsAny(x.value, `*?~^()[]{}"\`)
		}
		if _, known := x.values(&user.Profile{}); !ok || !known || strings.Contains(x.value, `\`) {
			return nil, unknown
		}
		terms = append(terms, x)
		if rest = strings.TrimSpace(rest); rest == "" {
			break
		}
		if rest, ok = strings.CutPrefix(rest, "AND "); !ok {
			return nil, unknown
		}
		if rest = strings.TrimSpace(rest); rest == "" {
			return nil, unknown
		}
	}
	return terms, nil
}

// values returns the values in u of the term's attribute, and reports whether a search can
// use the attribute.
func (x term) values(u *user.Profile) (values []string, known bool) {
	switch x.attribute {
	case "user_id":
		return []string{string(u.UserID.Or(""))}, true
	case "email":
		return []string{u.Email.Or("")}, true
	case "username":
		return []string{u.Username.Or("")}, true
	case "phone_number":
		return []string{u.PhoneNumber.Or("")}, true
	case "name":
		return []string{u.Name.Or("")}, true
	case "nickname":
		return []string{u.Nickname.Or("")}, true
	case "given_name":
		return []string{u.GivenName.Or("")}, true
	case "family_name":
		return []string{u.FamilyName.Or("")}, true
	case "identities.connection":
		for _, i := range u.Identities {
			values = append(values, i.Connection.Or(""))
		}
		return values, true
	}
	return nil, false
}

func (x term) matches(u *user.Profile) bool {
	values, _ := x.values(u)
	return slices.ContainsFunc(values, func(v string) bool {
		if x.prefix {
			return len(v) >= len(x.value) && strings.EqualFold(v[:len(x.value)], x.value)
		}
		return strings.EqualFold(v, x.value)
	})
}

// found returns the users that have all terms.
func (t *Tenant) found(terms []term) []*committed {
	var list []*committed
	if at := slices.IndexFunc(terms, func(x term) bool { return x.attribute == "email" && !x.prefix }); at >= 0 {
		list = t.store.withEmail(terms[at].value)
	} else {
		list = t.store.all()
	}
	return slices.DeleteFunc(list, func(u *committed) bool {
		return slices.ContainsFunc(terms, func(x term) bool { return !x.matches(&u.Profile) })
	})
}
