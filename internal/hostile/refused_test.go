//go:build !race

// The race detector allocates, and makes a sync.Pool forget.

package hostile

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// refused returns texts of about n bytes that are refused for each kind of fault, at
// their start or end, among as many values as fit.
func refused(n int) map[string]string {
	// names returns k members with names that are as short as possible.
	names := func(k, step int) string {
		const digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
		var b strings.Builder
		for i := range k {
			b.WriteByte('"')
			for i /= step; ; i /= len(digits) {
				b.WriteByte(digits[i%len(digits)])
				if i < len(digits) {
					break
				}
			}
			b.WriteString(`":1,`)
		}
		return b.String()
	}
	many := names(n/8, 1)
	text := `"` + strings.Repeat("x", n/2) + `"`
	list := map[string]string{}
	for shape, inside := range map[string]string{
		"members":         many,
		"late members":    `"":` + text + `,` + names(n/16, 1),
		"later members":   `"":` + text + `,"":{` + names(n/16, 1) + `"":2},`,
		"objects":         `"a":[` + strings.Repeat(`{"":1},`, n/7) + `{}],`,
		"object of many":  `"a":{` + many + `"":2},`,
		"objects of many": `"b":0,` + `"a":{` + names(n/800, 1) + `"":2},` + strings.Repeat(`"a":[{`+names(n/800, 1)+`"":2}],`, 99),
		"numbers":         `"a":[` + strings.Repeat("1,", n/2) + `1],`,
		"a string":        `"a":` + text + `,"b":` + text + `,`,
		"escapes":         `"a":"` + strings.Repeat(`\n`, n/2) + `",`,
		"an escaped name": `"` + strings.Repeat(`\n`, n/4) + `":1,"` + strings.Repeat(`\n`, n/4) + `a":1,`,
	} {
		list[shape+", cut"] = "{" + inside
		list[shape+", wrong"] = "{" + inside + "x}"
		list[shape+", then text"] = "{" + inside + `"z":0} x`
		list[shape+", not UTF-8"] = "{" + inside + "\"\xff\":1}"
		list[shape+", half a pair"] = "{" + inside + `"\ud800":1}`
		list[shape+", too deep"] = "{" + inside + `"z":` + strings.Repeat("[", metadata.MaxLevels+1)
		list[shape+", first name twice"] = `{"zz":1,"zz":2,` + inside + `"z":0}`
		list[shape+", last name twice"] = "{" + inside + `"zz":1,"zz":2}`
		list[shape+", last name first"] = `{"zz":1,` + inside + `"zz":2}`
		list[shape+", twice inside first"] = `{"zz":{"":1,"":1},` + inside + `"z":0}`
		list[shape+", twice inside last"] = "{" + inside + `"zz":{"":1,"":1}}`
		list[shape+", no object"] = "[{" + inside + `"z":0}]`
	}
	list["every name twice"] = `{` + names(n/8, 2) + `"zz":0}`
	list["each name twice"] = `{` + many + many + `"zz":0}`
	list["one name always"] = `{` + strings.Repeat(`"":1,`, n/5) + `"zz":0}`
	list["one name always in objects"] = `{"a":[` + strings.Repeat(`{"":1,"":1},`, n/12) + `0]}`
	list["brackets"] = strings.Repeat("[", n)
	list["braces"] = strings.Repeat(`{"":`, n/4)
	return list
}

// A text that is refused takes at most five times its size, freed or not, beside what
// the faults that are listed and the levels take.
func TestRefusedTextsTakeLittleMemory(t *testing.T) {
	const faults, levels = 1 << 20, 3 << 20
	texts := refused(long.Pick(200_000, 2<<20))
	shapes := slices.Sorted(maps.Keys(texts))
	seen := map[string]bool{}
	for i, r := range readers() {
		if seen[r.name] || r.unread {
			continue
		}
		seen[r.name] = true
		for k, shape := range shapes {
			if r.name != "metadata.Parse" && (i+k)%long.Pick(40, 10) != 0 {
				continue
			}
			text := []byte(strings.ReplaceAll(r.around, "VALUE", texts[shape]))
			fixed := uint64(faults)
			if strings.HasSuffix(shape, "too deep") || shape == "brackets" || shape == "braces" {
				fixed = levels
			}
			var err error
			used := allocated(func() { _, err = r.read(text) })
			if _, byRule := err.(rule.Violations); !byRule && (err != nil || !strings.HasSuffix(shape, "no object")) { // which may be a value
				assert.Error(t, err, "%s: %s", r.name, shape)
				assert.Less(t, used, 5*uint64(len(text))+fixed, "%s: %s: %.1f times", r.name, shape, float64(used)/float64(len(text)))
			}
		}
	}
}
