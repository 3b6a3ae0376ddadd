package fake

import (
	"net/http"
	"slices"
	"strconv"
)

// mostListed is the number of users that the API pages through.
//
// Sources: Auth0 docs, View Search Results by Page; auth0/auth0.net issue 979, with
// the answer.
const mostListed = 1000

var tooFar = apiRefusal(http.StatusBadRequest, "invalid_paging", "You can only page through the first 1000 records. See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation")

func (t *Tenant) list(r *http.Request) (reply, error) {
	q := parametersOf(r, "page", "per_page", "include_totals", "fields", "include_fields", "q", "sort", "search_engine", "primary_order")
	page, perPage := q.number("page", 0, 1<<30), q.number("per_page", 50, 100)
	totals, fields := q.flag("include_totals", false), q.fields()
	if engine := q.Get("search_engine"); !slices.Contains([]string{"", "v1", "v2", "v3"}, engine) {
		q.wrong("No enum match", "search_engine")
	}
	if q.err != nil {
		return reply{}, q.err
	}
	search, err := parseQuery(q.Get("q"))
	if err != nil {
		return reply{}, err
	}
	order, err := parseOrder(q.Get("sort"))
	if err != nil {
		return reply{}, err
	}
	if int64(page+1)*int64(perPage) > mostListed { // an int of 32 bits can be too small
		return reply{}, tooFar
	}
	start := page * perPage
	var list []*committed
	var total int
	if search == nil && order == nil {
		list, total = t.store.page(start, perPage)
	} else {
		list = t.found(search)
		if order != nil {
			order.sort(list)
		}
		total = len(list)
		list = list[min(start, total):min(start+perPage, total)]
	}
	users, err := fields.appendAll(nil, list)
	if err != nil || !totals {
		return reply{status: http.StatusOK, text: users}, err
	}
	text := []byte(`{"start":` + strconv.Itoa(start) + `,"limit":` + strconv.Itoa(perPage) + `,"length":` + strconv.Itoa(len(list)) + `,"users":`)
	text = append(append(text, users...), `,"total":`+strconv.Itoa(total)+`}`...)
	return reply{status: http.StatusOK, text: text}, nil
}

// listByEmail lists the users with exactly that e-mail.
//
// Source: Auth0 Management API, GET /api/v2/users-by-email (the case counts).
func (t *Tenant) listByEmail(r *http.Request) (reply, error) {
	q := parametersOf(r, "email", "fields", "include_fields")
	fields, email := q.fields(), q.Get("email")
	if email == "" {
		q.wrong("Missing required property: email", "")
	}
	if q.err != nil {
		return reply{}, q.err
	}
	list := slices.DeleteFunc(t.store.withEmail(email), func(u *committed) bool { return u.Email.Or("") != email })
	text, err := fields.appendAll(nil, list)
	return reply{status: http.StatusOK, text: text}, err
}
