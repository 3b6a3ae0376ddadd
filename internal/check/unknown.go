package check

import (
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/internal/mask"
	"github.com/metameld/metameld/metadata"
)

// Unknown reports members that a schema does not have: those with the same advice
// together, by their pointers. attributes are the names that the schema has; where names
// the place for other data, such as metadata.
func Unknown(members, attributes []string, where string, report func(pointers []string, advice string)) {
	var advices []string
	pointers := map[string][]string{}
	for _, name := range members {
		advice := unknownAdvice(name, attributes, where)
		if pointers[advice] == nil {
			advices = append(advices, advice)
		}
		if len(pointers[advice]) <= limit.Entries { // a list has no more
			pointers[advice] = append(pointers[advice], metadata.Pointer(name))
		}
	}
	for _, advice := range advices {
		report(pointers[advice], advice)
	}
}

func unknownAdvice(name string, attributes []string, where string) string {
	folded := strings.ToLower(name)
	if len(name) <= 32 {
		for _, a := range attributes {
			if len(a) > 3 && isNear(folded, a) {
				return "not in the API's schema; use " + a
			}
		}
	}
	is := func(other string) bool { return strings.EqualFold(name, other) }
	if mask.Masks(folded) || slices.ContainsFunc(limit.Managed, is) || slices.ContainsFunc(limit.ReservedNames, is) {
		return "not in the API's schema, and secret or managed by Auth0; leave it out"
	}
	return "not in the API's schema; " + where
}

// isNear reports whether a and b are equal, or become so if one byte is added, removed or
// replaced, or two neighbours are swapped.
func isNear(a, b string) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a) <= 1 && len(b) <= 1 || len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}
