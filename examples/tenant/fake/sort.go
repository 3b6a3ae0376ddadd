package fake

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
)

// order is the order of a list by one field.
type order struct {
	field
	descending bool
}

// parseOrder reads the parameter sort, such as created_at:1 or email:-1. Blank text is no
// order.
//
// Source: Auth0 docs, Sort Search Results: metadata is no field to sort by.
func parseOrder(text string) (*order, error) {
	if text == "" {
		return nil, nil
	}
	name, direction, _ := strings.Cut(text, ":")
	f, ok := fieldOf(name)
	if !ok || f.kind == open || f.path[0] == "identities" || direction != "1" && direction != "-1" {
		return nil, own(http.StatusBadRequest, "", "This tenant sorts by a field of one value outside of metadata, as in created_at:1 or created_at:-1.")
	}
	return &order{f, direction == "-1"}, nil
}

// sort sorts users. Those without a value come last; equal ones keep their order.
func (o *order) sort(list []*committed) {
	type keyed struct {
		*committed
		has    bool
		number float64
		text   string
	}
	users := make([]keyed, len(list))
	for i, u := range list {
		v, ok := o.first(u, func(metadata.Value) bool { return true })
		n, _ := v.Float64()
		users[i] = keyed{u, ok, n, o.fold(plain(v))}
	}
	slices.SortStableFunc(users, func(a, b keyed) int {
		if a.has != b.has {
			if a.has {
				return -1
			}
			return 1
		}
		by := cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.text, b.text))
		if o.descending {
			return -by
		}
		return by
	})
	for i, u := range users {
		list[i] = u.committed
	}
}
