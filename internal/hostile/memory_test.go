//go:build !race

// The race detector allocates, and makes a sync.Pool forget.

package hostile

import (
	"encoding/json"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/patch/card"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
)

// listReader is a function that reads a text with a list, and the memory that each
// element takes for good.
type listReader struct {
	name   string
	around string // the text, with LIST for the elements
	size   uintptr
	read   func(text []byte) (any, error)
	most   int // bytes of the text; 0: any
}

func listReaders() []listReader {
	unmarshal := func(make func() json.Unmarshaler) func(text []byte) (any, error) {
		return func(text []byte) (any, error) {
			v := make()
			return v, v.UnmarshalJSON(text)
		}
	}
	return []listReader{
		{"user.Parse", `{"identities":[LIST]}`, unsafe.Sizeof(user.Identity{}), func(text []byte) (any, error) { return user.Parse(text) }, 0},
		{"lifecycle.ParseRows", `[LIST]`, unsafe.Sizeof(lifecycle.Row{}), func(text []byte) (any, error) { return lifecycle.ParseRows(text) }, limit.ImportFile},
		{"lifecycle.ParseRow", `{"mfa_factors":[LIST]}`, 0, func(text []byte) (any, error) { return lifecycle.ParseRow(text) }, 0},
		{"patch.Parse", `{"identities":[LIST]}`, 0, func(text []byte) (any, error) { return patch.Parse(text) }, 0},
		{"actions.ParseSteps", `[LIST]`, unsafe.Sizeof(actions.Step{}), func(text []byte) (any, error) { return actions.ParseSteps(text) }, 0},
		{"actions.Step", `{"set_user_metadata":[LIST]}`, 0, unmarshal(func() json.Unmarshaler { return new(actions.Step) }), 0},
		{"user.Target", `{"scopes":[LIST]}`, 0, unmarshal(func() json.Unmarshaler { return new(user.Target) }), 0},
		{"user.Connection", `{"non_persistent_attrs":[LIST]}`, 0, unmarshal(func() json.Unmarshaler { return new(user.Connection) }), 0},
		{"card.Form", `{"Metadata":[LIST]}`, 0, unmarshal(func() json.Unmarshaler { return new(card.Form) }), 0},
		{"identities.ParseRequest", `{"user_id":[LIST]}`, 0, func(text []byte) (any, error) { return identities.ParseRequest(text) }, 0},
	}
}

// A text whose lists have elements of the wrong type takes at most five times its size
// until it is refused, or read as it is, and nothing of a refused one is kept. Lists of
// identities, rows and steps take at most three times their structs, others at most 20
// times the text.
func TestListsTakeLittleMemory(t *testing.T) {
	const fixed = 256 << 10 // the faults that are listed
	size := long.Pick(60_000, 4<<20)
	for _, r := range listReaders() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for _, element := range []string{`1`, `""`, `{}`, `null`, `{"deny":true}`, `{"user_id":1}`} {
			for _, last := range []string{element, `1`, `{}`, `{"x":1,"x":2}`, `,`} {
				n := size
				if r.most > 0 {
					n = min(n, r.most-100)
				}
				n /= len(element) + 1
				text := []byte(strings.ReplaceAll(r.around, "LIST", strings.Repeat(element+",", n)+last))
				var err error
				used := allocated(func() { _, err = r.read(text) })
				isList := strings.HasPrefix(element, "{") && strings.HasPrefix(last, "{") || r.name == "user.Target" && element == last
				switch {
				case err != nil || !isList:
					assert.Less(t, used, 5*uint64(len(text))+fixed, "%s: %s and %s", r.name, element, last)
				case r.size > 0:
					assert.Less(t, used, 3*uint64(r.size)*uint64(n+1)+fixed, "%s: %s and %s", r.name, element, last)
				default:
					assert.Less(t, used, 20*uint64(len(text))+fixed, "%s: %s and %s", r.name, element, last)
				}
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		assert.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(fixed), "%s keeps memory", r.name)
	}
}
