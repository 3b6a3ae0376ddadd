package docs

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/metameld/metameld/"

// arrows lists the packages of the library, and the packages that each may import
// directly; it may also import the packages that those may import.
var arrows = map[string][]string{
	"metadata":       {"internal/jsonscan"},
	"user/rule":      {"internal/limit"},
	"user":           {"metadata", "user/rule", "internal/judge", "internal/attrs", "internal/mask", "internal/strategy"},
	"user/lifecycle": {"user", "internal/check", "internal/derived"},
	"patch":          {"user", "internal/check", "internal/derived"},
	"patch/card":     {"patch"},
	"patch/actions":  {"patch"},
	"identities":     {"user", "internal/derived"},

	"internal/jsonscan": {},
	"internal/limit":    {},
	"internal/strategy": {},
	"internal/derived":  {"user", "internal/check"},
	"internal/mask":     {"metadata"},
	"internal/attrs":    {"metadata"},
	"internal/check":    {"metadata", "user/rule", "internal/limit", "internal/mask"},
	"internal/judge":    {"metadata", "user/rule", "internal/limit"},
}

// forbidden are packages that the library does not import: it does no I/O and reads
// no environment. A name that ends in a slash stands for all packages below it.
var forbidden = []string{"net", "net/http", "net/http/", "os", "os/", "log", "log/syslog", "io/ioutil", "syscall", "time/tzdata", "unsafe", "C"}

// support are packages that only tests and examples import.
var support = []string{"internal/long", "internal/vectors", "internal/recordings"}

// reachable adds the packages that a package may import to list.
func reachable(from string, list map[string]bool) {
	for _, to := range arrows[from] {
		list[to] = true
		reachable(to, list)
	}
}

// Each package of the library has arrows, and its imports follow them.
func TestImports(t *testing.T) {
	inLibrary := func(p string) bool {
		return arrows[p] != nil || slices.ContainsFunc(library, func(dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") })
	}
	for _, file := range files(t, ".", "*.go") {
		dir, err := filepath.Rel(root, filepath.Dir(file))
		require.NoError(t, err)
		from := filepath.ToSlash(dir)
		test := strings.HasSuffix(file, "_test.go")
		example := strings.HasPrefix(from, "examples/")
		may := map[string]bool{}
		reachable(from, may)
		if !test && inLibrary(from) {
			assert.Contains(t, arrows, from, "a package without arrows")
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			to, own := strings.CutPrefix(path, module)
			arrow := from + " -> " + to
			switch {
			case own && example:
				public := !strings.HasPrefix(to, "internal/")
				assert.True(t, public || test && slices.Contains(support, to), "%s: examples import public packages only", arrow)
			case test:
			case own && slices.Contains(support, to):
				t.Errorf("%s: it is for tests only", arrow)
			case own && inLibrary(from):
				assert.True(t, may[to], "%s is against the design", arrow)
			case inLibrary(from):
				assert.False(t, slices.ContainsFunc(forbidden, func(name string) bool {
					return path == name || strings.HasSuffix(name, "/") && strings.HasPrefix(path, name)
				}), "%s: the library does no I/O", arrow)
			}
		}
	}
}
