package user

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// T of a Field is one of the types that Field knows, and no type that is made of one.
// Others would lose digits or members, and Equal of an any would panic.
func TestTypesOfFieldsAreClosed(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "field.go", nil, 0)
	require.NoError(t, err)
	var terms []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Name.Name != "attribute" {
			return true
		}
		ast.Inspect(spec.Type, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				terms = append(terms, n.Name)
			case *ast.UnaryExpr:
				t.Errorf("%v: a type made of one of these is accepted", n.Op)
			}
			return true
		})
		return false
	})
	assert.Equal(t, []string{"string", "bool", "int64", "ID", "Timestamp", "Secret"}, terms)
}
