package hostile

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// packages are the packages whose exported functions are tested.
var packages = []string{"metadata", "user", "user/rule", "user/lifecycle", "patch", "patch/card", "patch/actions", "identities"}

// declared calls f for each exported function and method, by a name such as
// user.Profile.Equal.
func declared(t *testing.T, f func(name string, d *ast.FuncDecl)) {
	t.Helper()
	for _, p := range packages {
		files, err := filepath.Glob("../../" + p + "/*.go")
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			require.NoError(t, err)
			for _, d := range parsed.Decls {
				d, ok := d.(*ast.FuncDecl)
				if !ok || !d.Name.IsExported() {
					continue
				}
				name := path.Base(p) + "."
				if d.Recv != nil {
					receiver := nameOf(d.Recv.List[0].Type)
					if !ast.IsExported(receiver) {
						continue
					}
					name += receiver + "."
				}
				f(name+d.Name.Name, d)
			}
		}
	}
}

// nameOf returns the name of a type without its star and parameters.
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return nameOf(e.X)
	case *ast.IndexExpr:
		return nameOf(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// elsewhere are functions with a []byte or any that is not JSON text.
var elsewhere = []string{
	"metadata.Object.Decode", "metadata.Value.Decode", // into a value, as encoding/json does
	"metadata.MergeStruct", // see TestGoValues
	"metadata.Fault.Is", "metadata.Error.Is", "rule.Violation.Is", "rule.ID.Is",
	"rule.Sources.UnmarshalText", // one of two words
	"rule.ParsePolicies",         // names and texts of the catalogue only
	"user.Field.EqualField",
	"user.Secret.UnmarshalJSON", // reads strings only
}

// Each function that takes a text, a map or any has a reader in TestTexts.
func TestEveryReaderIsListed(t *testing.T) {
	have := slices.Clone(elsewhere)
	for _, r := range readers() {
		have = append(have, r.name)
	}
	found := map[string]bool{}
	declared(t, func(name string, d *ast.FuncDecl) {
		if d.Name.Name == "AppendJSON" {
			return // a buffer
		}
		for _, param := range d.Type.Params.List {
			if !takesText(param.Type, d.Type.TypeParams) {
				continue
			}
			found[name] = true
			assert.True(t, slices.Contains(have, name), "%s has no reader", name)
		}
	})
	for _, r := range readers() {
		assert.True(t, found[r.name], "there is no %s", r.name)
	}
}

// takesText reports whether a parameter is []byte, a map, any, or of any type.
func takesText(e ast.Expr, generic *ast.FieldList) bool {
	switch e := e.(type) {
	case *ast.ArrayType:
		return nameOf(e.Elt) == "byte"
	case *ast.MapType:
		return true
	case *ast.Ident:
		if generic != nil {
			for _, p := range generic.List {
				if nameOf(p.Type) == "any" && p.Names[0].Name == e.Name {
					return true
				}
			}
		}
		return e.Name == "any"
	}
	return false
}

// declaredTypes calls f for each exported type, aliases excepted.
func declaredTypes(t *testing.T, f func(name string, s *ast.TypeSpec)) {
	t.Helper()
	for _, p := range packages {
		files, err := filepath.Glob("../../" + p + "/*.go")
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			require.NoError(t, err)
			for _, d := range parsed.Decls {
				g, ok := d.(*ast.GenDecl)
				if !ok || g.Tok != token.TYPE {
					continue
				}
				for _, s := range g.Specs {
					if s := s.(*ast.TypeSpec); s.Name.IsExported() && !s.Assign.IsValid() {
						f(path.Base(p)+"."+s.Name.Name, s)
					}
				}
			}
		}
	}
}
