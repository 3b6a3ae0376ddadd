package metadata

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// At most 1,000 faults, or a mebibyte of their pointers, are listed before ErrMore.
// The first fault is always listed.
func TestListsOfFaultsAreBounded(t *testing.T) {
	t.Parallel()
	name := func(length, i int) string { return strings.Repeat("n", length-4) + fmt.Sprintf("%04d", i) }
	members := func(n, length int, value string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"%s":%s`, name(length, i), value)
		}
		return "{" + b.String()[1:] + "}"
	}
	missing := func(n, length int) error {
		_, err := Fill.Diff(MustParse(members(n, length, "1")), MustParse(members(n, length, "2")))
		return err
	}
	nested := func(n, length int) error {
		_, err := Deep.Diff(Object{}, MustParse(`{"`+strings.Repeat("o", length)+`":`+members(n, 4, "null")+`}`))
		return err
	}
	encoding := func(n, length int) error {
		m := map[string]any{}
		for i := range n {
			m[name(length, i)] = make(chan int)
		}
		_, err := From(m)
		return err
	}
	raw := func(n, length int) error {
		m := map[string]any{}
		for i := range n {
			m[name(length, i)] = json.RawMessage(`{`)
		}
		_, err := From(m)
		return err
	}
	marshaled := func(n, length int) error {
		m := map[string]any{}
		for i := range n {
			m[name(length, i)] = bad{}
		}
		_, err := From(m)
		return err
	}
	duplicates := func(n, length int) error {
		once := members(n, length, "1")
		_, err := Parse([]byte(once[:len(once)-1] + "," + once[1:]))
		return err
	}
	for name, list := range map[string]func(n, length int) error{"Diff": missing, "Diff deep down": nested, "From": encoding, "From of texts": raw, "From of marshalers": marshaled, "Parse": duplicates} {
		for _, tt := range []struct{ faults, length, listed int }{
			{1, 4, 1}, {999, 4, 999}, {1000, 4, 1000}, {1001, 4, 1000}, {1500, 4, 1000}, {1, 2 << 20, 1},
			{8, 1 << 17, 8}, {400, 1 << 12, 255},
		} {
			if (name == "Diff deep down" || name == "From of marshalers") && tt.length == 1<<17 || name == "Parse" && tt.length == 1<<12 {
				continue
			}
			err := list(tt.faults, tt.length)
			var es Errors
			require.ErrorAs(t, err, &es, name)
			more := es[len(es)-1].Fault == ErrMore
			if more {
				assert.Empty(t, es[len(es)-1].Pointer)
				es = es[:len(es)-1]
			}
			assert.Equal(t, tt.faults > tt.listed, more, "%s: %v", name, tt)
			if tt.length == 4 {
				assert.Len(t, es, tt.listed, "%s: %v", name, tt)
			} else {
				assert.InDelta(t, tt.listed, len(es), 1, "%s: %v", name, tt)
			}
			for _, e := range es {
				assert.NotEqual(t, ErrMore, e.Fault)
				assert.NotEmpty(t, e.Pointer)
			}
		}
	}
}
