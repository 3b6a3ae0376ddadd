package fake

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/metameld/metameld/metadata"
)

// paging selects a page of a list that is not one of users: by number, or by checkpoint.
type paging struct {
	page, perPage int64
	totals        bool

	byCheckpoint bool
	from         string // the member of the last element before
	take         int

	fields fields // of each element
}

func (p *parameters) paging() paging {
	from, err := base64.RawURLEncoding.DecodeString(p.Get("from"))
	if err != nil {
		p.wrong("Invalid checkpoint", "from")
	}
	return paging{
		page: int64(p.number("page", 0, 1<<30)), perPage: int64(p.number("per_page", 50, 100)), totals: p.flag("include_totals", false),
		byCheckpoint: p.Has("from") || p.Has("take"), from: string(from), take: p.number("take", 50, 100),
	}
}

// of returns a page of a list: an array or, with totals or by checkpoint, an object with
// the array under name. By checkpoint, the list has the order of the member key, and the
// member next is the parameter from of the next page.
//
// Source: recorded answers of 2023, which lack the member length that lists of users have.
func (p paging) of(list []metadata.Object, name, key string) reply {
	head := `{"` + name + `":`
	if p.byCheckpoint {
		list, next := p.after(list, key)
		return reply{status: http.StatusOK, text: []byte(head + string(p.array(list)) + next + `}`)}
	}
	total := int64(len(list))
	start := p.page * p.perPage
	first := min(start, total)
	text := p.array(list[first:min(first+p.perPage, total)])
	if p.totals {
		tail := `,"start":` + strconv.FormatInt(start, 10) + `,"limit":` + strconv.FormatInt(p.perPage, 10) + `,"total":` + strconv.FormatInt(total, 10) + `}`
		text = []byte(head + string(text) + tail)
	}
	return reply{status: http.StatusOK, text: text}
}

func (p paging) array(list []metadata.Object) []byte {
	selected := make([]metadata.Object, len(list))
	for i, o := range list {
		selected[i] = p.fields.of(o)
	}
	return array(selected)
}

// after returns the elements of a list after the checkpoint, and the text of the member
// next if there are more.
func (p paging) after(list []metadata.Object, key string) ([]metadata.Object, string) {
	of := func(o metadata.Object) string {
		v, _ := o.Get(key)
		s, _ := v.Str()
		return s
	}
	list = slices.DeleteFunc(slices.Clone(list), func(o metadata.Object) bool { return of(o) <= p.from })
	slices.SortFunc(list, func(a, b metadata.Object) int { return strings.Compare(of(a), of(b)) })
	if len(list) <= p.take {
		return list, ""
	}
	if list = list[:p.take]; p.take == 0 {
		return list, ""
	}
	return list, `,"next":"` + base64.RawURLEncoding.EncodeToString([]byte(of(list[p.take-1]))) + `"`
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
