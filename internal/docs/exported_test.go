package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exported.tsv has a line for each exported identifier of the four packages that says
// why a user needs it. A line that ends in a star is for the constants that begin so,
// or for the fields of one struct.
func TestExported(t *testing.T) {
	text, err := os.ReadFile("exported.tsv")
	require.NoError(t, err)
	used := map[string]int{}
	for line := range strings.Lines(string(text)) {
		name, why, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		assert.NotEmpty(t, strings.TrimSpace(why), "why does a user need %s?", name)
		assert.NotContains(t, used, name, "a line twice")
		used[name] = 0
	}
	for _, x := range exported(t) {
		if _, ok := used[x.name]; ok {
			used[x.name]++
			continue
		}
		family := ""
		for name := range used {
			if start, star := strings.CutSuffix(name, "*"); star && x.oneOfMany && strings.HasPrefix(x.name, start) && len(name) > len(family) {
				family = name
			}
		}
		if assert.NotEmpty(t, family, "%s has no line in exported.tsv: why does a user need it?", x.name) {
			used[family]++
		}
	}
	for name, n := range used {
		if strings.HasSuffix(name, "*") {
			assert.Greater(t, n, 1, "%s is for one at most", name)
		} else {
			assert.Equal(t, 1, n, "%s is not exported", name)
		}
	}
}

type identifier struct {
	name      string // such as user.Profile.Email
	oneOfMany bool   // a constant or a field
}

// exported returns the exported identifiers of the four packages.
func exported(t *testing.T) (list []identifier) {
	for _, p := range []string{"metadata", "user", "patch", "identities"} {
		files, err := filepath.Glob(filepath.Join(root, p, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			add := func(oneOfMany bool, path ...*ast.Ident) {
				name := p
				for _, id := range path {
					if !id.IsExported() {
						return
					}
					name += "." + id.Name
				}
				list = append(list, identifier{name, oneOfMany})
			}
			for _, d := range parsed.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					if d.Recv == nil {
						add(false, d.Name)
					} else {
						add(false, typeOf(d.Recv.List[0].Type), d.Name)
					}
				case *ast.GenDecl:
					for _, s := range d.Specs {
						switch s := s.(type) {
						case *ast.ValueSpec:
							for _, name := range s.Names {
								add(d.Tok == token.CONST, name)
							}
						case *ast.TypeSpec:
							add(false, s.Name)
							fields, ok := s.Type.(*ast.StructType)
							if !ok {
								continue
							}
							for _, f := range fields.Fields.List {
								if f.Names == nil {
									add(true, s.Name, typeOf(f.Type))
								}
								for _, name := range f.Names {
									add(true, s.Name, name)
								}
							}
						}
					}
				}
			}
		}
	}
	require.NotEmpty(t, list)
	return list
}

// typeOf returns the name of a type without its star, package and parameters.
func typeOf(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeOf(e.X)
	case *ast.IndexExpr:
		return typeOf(e.X)
	case *ast.SelectorExpr:
		return e.Sel
	}
	return e.(*ast.Ident)
}
