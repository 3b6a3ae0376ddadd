package derived_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/user"
)

// The Auth0 store keeps the users of a database, and those who moved there from a custom
// database.
func TestInStore(t *testing.T) {
	for kind, want := range map[user.Kind][2]bool{ // not migrated, migrated
		user.KindUnknown: {}, user.Database: {true, true}, user.CustomDatabase: {false, true}, user.Social: {}, user.Enterprise: {}, user.PasswordlessEmail: {}, user.PasswordlessSMS: {},
	} {
		for i, migrated := range []bool{false, true} {
			target := user.Target{Connection: user.Connection{Kind: kind}, Migrated: migrated}
			assert.Equal(t, want[i], derived.InStore(&target), "%s %v", kind, migrated)
		}
	}
}

// Only a database, or a connection that may be one, declares attributes.
func TestAttribute(t *testing.T) {
	declared := user.Attributes{Username: &user.Attribute{ProfileRequired: user.Set(true)}}
	for kind, want := range map[user.Kind]bool{
		user.KindUnknown: true, user.Database: true, user.CustomDatabase: true, user.Social: false, user.Enterprise: false, user.PasswordlessEmail: false, user.PasswordlessSMS: false,
	} {
		c := user.Connection{Kind: kind, Attributes: declared}
		a, declares := derived.Attribute(&c, "username")
		assert.Equal(t, want, declares, kind)
		assert.Equal(t, want, a != nil, kind)
		assert.Equal(t, want, derived.Requires(&c, "username"), kind)
		a, _ = derived.Attribute(&c, "email")
		assert.Nil(t, a)
		assert.False(t, derived.Requires(&c, "email"))
		has, known := derived.HasUsernames(&c)
		assert.Equal(t, [2]bool{want, true}, [2]bool{has, known}, kind)
		_, declares = derived.Attribute(&user.Connection{Kind: kind}, "username")
		assert.False(t, declares)
	}
	_, known := derived.HasUsernames(&user.Connection{Kind: user.Database})
	assert.False(t, known)
}
