package lifecycle

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// The table of a view has every field of a profile.
func TestViewHasEveryField(t *testing.T) {
	names := map[string]bool{}
	for _, a := range attributesOf(&user.Profile{}) {
		if a.field == nil {
			continue
		}
		names[a.name] = true
		o, err := metadata.From(map[string]any{a.name: "x"})
		require.NoError(t, err)
		assert.True(t, attrs.Hides(o), a.name)
	}
	assert.Len(t, names, reflect.TypeFor[user.Profile]().NumField()-1) // without Extra
}
