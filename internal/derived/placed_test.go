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

// Identities are placed wherever they stand in the list.
func TestLaterIdentitiesArePlaced(t *testing.T) {
	u := user.Profile{Identities: []user.Identity{{UserID: user.Set[user.ID]("1")}, {Extra: metadata.MustParse(`{"user_id":"2"}`)}}}
	assert.Equal(t, user.ID("2"), derived.Placed(u).Identities[1].UserID.Or(""))
}

// A stale profileData goes from Extra only if there is a new one.
func TestSetProfileData(t *testing.T) {
	stale := metadata.MustParse(`{"profileData":[],"x":1}`)
	i := user.Identity{Extra: stale}
	derived.SetProfileData(&i, metadata.Object{})
	assert.True(t, i.Extra.Equal(stale))
	derived.SetProfileData(&i, metadata.MustParse(`{"a":1}`))
	assert.Equal(t, `{"x":1}`, i.Extra.String())
}
