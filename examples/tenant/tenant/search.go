package tenant

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// mostListed is how many users the API pages through.
//
// Sources: Auth0 docs, View Search Results by Page; auth0/auth0.net issue 979, with
// the answer.
const mostListed = 1000

var tooFar = said(http.StatusBadRequest, "invalid_paging", "You can only page through the first 1000 records. See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation")

func (t *Tenant) list(r *http.Request) (reply, error) {
	query, err := parameters(r, "page", "per_page", "include_totals", "fields", "include_fields", "q", "search_engine", "primary_order")
	if err != nil {
		return reply{}, err
	}
	page, err1 := number(query, "page", 0, 1<<30)
	perPage, err2 := number(query, "per_page", 50, 100)
	totals, err3 := flag(query, "include_totals", false)
	fields, err4 := fieldsOf(query)
	terms, err5 := parseQuery(query.Get("q"))
	for _, err := range []error{err1, err2, err3, err4, err5} {
		if err != nil {
			return reply{}, err
		}
	}
	start := page * perPage
	if start+perPage > mostListed {
		return reply{}, tooFar
	}
	var list []*committed
	var total int
	if terms == nil {
		list, total = t.store.page(start, perPage)
	} else {
		list = t.found(terms)
		total = len(list)
		list = list[min(start, total):min(start+perPage, total)]
	}
	users, err := fields.appendAll(nil, list)
	if err != nil {
		return reply{}, err
	}
	if !totals {
		return reply{status: http.StatusOK, text: users}, nil
	}
	text := []byte(`{"start":` + strconv.Itoa(start) + `,"limit":` + strconv.Itoa(perPage) + `,"length":` + strconv.Itoa(len(list)) + `,"users":`)
	text = append(append(text, users...), `,"total":`+strconv.Itoa(total)+`}`...)
	return reply{status: http.StatusOK, text: text}, nil
}

// listByEmail lists the users with exactly that e-mail.
//
// Source: Auth0 Management API, GET /api/v2/users-by-email (the case counts).
func (t *Tenant) listByEmail(r *http.Request) (reply, error) {
	query, err := parameters(r, "email", "fields", "include_fields")
	if err != nil {
		return reply{}, err
	}
	fields, err := fieldsOf(query)
	if err != nil {
		return reply{}, err
	}
	email := query.Get("email")
	if email == "" {
		return reply{}, wrongQuery("Missing required property: email", "")
	}
	list := slices.DeleteFunc(t.store.withEmail(email), func(u *committed) bool { return u.Email.Or("") != email })
	text, err := fields.appendAll(nil, list)
	return reply{status: http.StatusOK, text: text}, err
}

// parameters returns the query of r, which has none but the known parameters.
//
// Sources of the words: auth0/auth0.net issue 157; auth0/node-auth0 issue 648, of
// another endpoint.
func parameters(r *http.Request, known ...string) (url.Values, error) {
	query := r.URL.Query()
	for name := range query {
		if !slices.Contains(known, name) {
			if name == "sort" || name == "connection" {
				return nil, own(http.StatusNotImplemented, "", "This tenant does not know the parameter "+name+".")
			}
			return nil, wrongQuery("Additional properties not allowed: "+name, "")
		}
	}
	return query, nil
}

// wrongQuery is a refusal in the form in which the API words what is wrong with a
// query.
func wrongQuery(what, property string) error {
	if property != "" {
		property = " on property " + property
	}
	return own(http.StatusBadRequest, "", "Query validation error: '"+what+"'"+property+".")
}

func number(query url.Values, name string, otherwise, most int) (int, error) {
	if !query.Has(name) {
		return otherwise, nil
	}
	switch n, err := strconv.Atoi(query.Get(name)); {
	case err != nil:
		return 0, wrongQuery("Expected type integer but found type string", name)
	case n < 0:
		return 0, wrongQuery("Value "+strconv.Itoa(n)+" is less than minimum 0", name)
	case n > most:
		return 0, wrongQuery("Value "+strconv.Itoa(n)+" is greater than maximum "+strconv.Itoa(most), name)
	default:
		return n, nil
	}
}

func flag(query url.Values, name string, otherwise bool) (bool, error) {
	switch query.Get(name) {
	case "":
		return otherwise, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, wrongQuery("Expected type boolean but found type string", name)
}

// fields are the root attributes that a read is about.
type fields struct {
	names   []string // none: all of them
	exclude bool
}

func fieldsOf(query url.Values) (f fields, err error) {
	include, err := flag(query, "include_fields", true)
	for name := range strings.SplitSeq(query.Get("fields"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			f.names = append(f.names, name)
		}
	}
	f.exclude = !include
	return f, err
}

// append appends the JSON of u.
func (f fields) append(dst []byte, u *committed) ([]byte, error) {
	if f.names == nil {
		return append(dst, u.text...), nil
	}
	o, err := u.Object()
	if err != nil {
		return dst, err
	}
	return o.Select(func(name string, _ metadata.Value) bool { return slices.Contains(f.names, name) != f.exclude }).AppendJSON(dst), nil
}

func (f fields) appendAll(dst []byte, list []*committed) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, u := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = f.append(dst, u); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

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
// A value in quotes is the whole value; one without has no blank in it, and may end
// in one star. The attributes are those of term.of. Anything else the API would
// take, and this tenant would not, so it says that it is not implemented.
func parseQuery(q string) ([]term, error) {
	unknown := own(http.StatusNotImplemented, "", `This tenant searches for terms such as email:"ann@example.com", joined by AND, and for nothing else.`)
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
		if _, known := x.of(&user.Profile{}); !ok || !known || strings.Contains(x.value, `\`) {
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

// of returns the values of u that the term is about, and whether the attribute is
// one that can be searched for.
func (x term) of(u *user.Profile) (values []string, known bool) {
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
	values, _ := x.of(u)
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
