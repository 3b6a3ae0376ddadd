package derived_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Every member of an identity that has a field is placed in it.
func TestEveryFieldOfAnIdentityIsPlaced(t *testing.T) {
	const whole = `{"connection":"c","user_id":"u","provider":"p","isSocial":true,"profileData":{},"access_token":"a","access_token_secret":"s","refresh_token":"r"}`
	n := 0
	for name, v := range metadata.MustParse(whole).All() {
		n++
		o, err := metadata.From(map[string]any{name: v})
		require.NoError(t, err)
		u := user.Profile{Identities: []user.Identity{{Extra: o}}}
		assert.Zero(t, derived.Placed(u).Identities[0].Extra.Len(), name)
		assert.Equal(t, 1, u.Identities[0].Extra.Len(), "the profile changed")
	}
	assert.Equal(t, reflect.TypeFor[user.Identity]().NumField()-1, n) // without Extra
}
