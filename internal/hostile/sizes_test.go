package hostile

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/metadata"
)

// allocated returns how many bytes f allocates, freed or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// members returns an object with n members; name returns their names.
func members(n int, name func(i int) string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"%s":%d`, name(i), i)
	}
	return b.String() + "}"
}

// shapes returns valid texts on which a reader that is not linear takes hours.
func shapes(n int) map[string]string {
	return map[string]string{
		"names":                  members(n, func(i int) string { return fmt.Sprint(i) }),
		"names with one end":     members(n, func(i int) string { return fmt.Sprintf("%08d-the-same-end-of-each", i) }),
		"names with one start":   members(n, func(i int) string { return fmt.Sprintf("the-same-start-of-each-%08d", i) }),
		"names with one middle":  members(n, func(i int) string { return fmt.Sprintf("start-of-it-%08d-and-its-end", i) }),
		"names of zeros":         members(n, func(i int) string { return strings.Repeat("0", 40) + fmt.Sprintf("%08d", i) + strings.Repeat("0", 40) }),
		"escaped names":          members(n, func(i int) string { return fmt.Sprintf(`\u0061%08d`, i) }),
		"names that differ late": members(n/50, func(i int) string { return strings.Repeat("x", 1000) + fmt.Sprint(i) }),
		"brackets":               "[" + strings.TrimSuffix(strings.Repeat("[],", n), ",") + "]",
		"braces":                 "[" + strings.TrimSuffix(strings.Repeat("{},", n), ",") + "]",
		"nulls":                  `{"a":[` + strings.TrimSuffix(strings.Repeat(`{"n":null},`, n), ",") + `]}`,
		"stairs":                 "[" + strings.TrimSuffix(strings.Repeat(strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+",", n/1000), ",") + "]",
		"deep":                   strings.Repeat(`{"a":[`, 4_990) + strings.Repeat("]}", 4_990),
		"digits":                 "1" + strings.Repeat("0", n),
		"fractions":              "0." + strings.Repeat("0", n) + "1",
		"exponents":              "[" + strings.TrimSuffix(strings.Repeat("1e99999999999999999999,", n), ",") + "]",
		"escapes":                `"` + strings.Repeat(`\ud83d\ude00\n`, n) + `"`,
		"spaces":                 strings.Repeat(" ", n) + "1" + strings.Repeat("\n", n),
	}
}

// wrong returns texts that are refused, at their end or in many places.
func wrong(n int) map[string]string {
	return map[string]string{
		"open brackets":     strings.Repeat("[", n),
		"open objects":      strings.Repeat(`{"a":`, n),
		"one level more":    strings.Repeat("[", metadata.MaxLevels+1) + strings.Repeat("]", metadata.MaxLevels+1),
		"many levels more":  strings.Repeat("[", n+metadata.MaxLevels) + strings.Repeat("]", n+metadata.MaxLevels),
		"every name twice":  members(n, func(i int) string { return fmt.Sprint(i / 2) }),
		"one name always":   members(n, func(int) string { return "a" }),
		"long names twice":  members(n/50, func(i int) string { return strings.Repeat("x", 1000) + fmt.Sprint(i/2) }),
		"twice deep down":   strings.Repeat(`{"`+strings.Repeat("n", 1000)+`":`, 900) + members(n/10, func(i int) string { return fmt.Sprint(i / 2) }) + strings.Repeat("}", 900),
		"twice, one hidden": members(n, func(i int) string { return []string{fmt.Sprint(i), fmt.Sprintf(`\u003%d`, i%10)}[i%2] }),
		"no end":            `{"a":"` + strings.Repeat("x", n),
		"wrong at the end":  `["` + strings.Repeat("x", n) + "\xff\"]",
		"surrogates":        `"` + strings.Repeat(`\ud83d`, n) + `"`,
		"minus signs":       strings.Repeat("-", n),
		"commas":            "[" + strings.Repeat(",", n) + "]",
	}
}

// Every reader takes memory in proportion to the size of the text, whatever its shape.
func TestMemoryIsBoundedByTheText(t *testing.T) {
	n := long.Pick(400, 50_000)
	type shape struct {
		name, text string
		refused    bool
	}
	var list []shape
	for name, text := range shapes(n) {
		list = append(list, shape{name, text, false})
	}
	for name, text := range wrong(n) {
		list = append(list, shape{name, text, true})
	}
	seen := map[string]bool{}
	for _, r := range readers() {
		first := !seen[r.name]
		seen[r.name] = true
		for i, s := range list {
			if !first && i%4 != 0 || i%3 != 0 && !long.Enabled() { // other readers of the same function are similar
				continue
			}
			text := []byte(strings.ReplaceAll(r.around, "VALUE", s.text))
			var err error
			used := allocated(func() { _, err = r.read(text) })
			// A level takes up to 400 bytes and may be one byte of the text.
			size := uint64(len(text))
			assert.Less(t, used, min(200*size+256<<10, 50*size+4<<20), "%s: %s (%d bytes)", r.name, s.name, size)
			if s.refused && !r.unread {
				assert.Error(t, err, "%s: %s", r.name, s.name)
			}
			if err != nil {
				assert.Less(t, len(err.Error()), 8<<20, "%s: %s", r.name, s.name)
			}
		}
	}
}

// large are the functions with code of their own for reading; the others call them.
var large = []string{
	"metadata.Parse", "metadata.Value.UnmarshalJSON", "metadata.Mode.AppendMerge", "metadata.Mode.AppendDiff", "metadata.ValueOf", "user.Parse",
	"lifecycle.ParseCreation", "patch.Parse", "actions.ParseSteps", "actions.SetUserMetadata", "identities.ParseRequest",
}

// Readers accept one long string (100 MB if METAMELD_LONG=1) and objects with many
// members (then a million).
func TestLargeTexts(t *testing.T) {
	size, n := long.Pick(1<<20, 100<<20), long.Pick(10_000, 1_000_000)
	for _, s := range []struct {
		name, text string
	}{
		{"a string", `"` + strings.Repeat("x", size) + `"`},
		{"many members", members(n, func(i int) string { return fmt.Sprintf("name-%08d", i) })},
		{"many names alike", members(n, func(i int) string { return fmt.Sprintf("start-of-it-%08d-and-its-end", i) })},
	} {
		seen := map[string]bool{}
		for _, r := range readers() {
			if seen[r.name] || !slices.Contains(large, r.name) {
				continue
			}
			seen[r.name] = true
			text := []byte(strings.ReplaceAll(r.around, "VALUE", s.text))
			var err error
			used := allocated(func() { _, err = r.read(text) })
			for _, f := range textFaults {
				require.NotErrorIs(t, err, f, "%s: %s", r.name, s.name)
			}
			assert.Less(t, used, 25*uint64(len(text)), "%s: %s", r.name, s.name)
		}
	}
}
