package fake

import (
	"net/http"
	"strconv"

	"github.com/metameld/metameld/metadata"
)

// paging selects a page of a list that is not one of users.
type paging struct {
	page, perPage int64
	totals        bool
}

func (p *parameters) paging() paging {
	return paging{int64(p.number("page", 0, 1<<30)), int64(p.number("per_page", 50, 100)), p.flag("include_totals", false)}
}

// of returns a page of a list: an array or, with totals, an object with the array under
// name.
//
// Source: recorded answers of 2023, which lack the member length that lists of users have.
func (p paging) of(list []metadata.Object, name string) reply {
	total := int64(len(list))
	start := p.page * p.perPage
	first := min(start, total)
	text := array(list[first:min(first+p.perPage, total)])
	if p.totals {
		text = append([]byte(`{"`+name+`":`), text...)
		text = append(text, `,"start":`+strconv.FormatInt(start, 10)+`,"limit":`+strconv.FormatInt(p.perPage, 10)+`,"total":`+strconv.FormatInt(total, 10)+`}`...)
	}
	return reply{status: http.StatusOK, text: text}
}

// array returns the JSON of a list.
func array[T interface{ AppendJSON([]byte) []byte }](list []T) []byte {
	text := []byte{'['}
	for i, e := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = e.AppendJSON(text)
	}
	return append(text, ']')
}
