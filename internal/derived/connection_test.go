package derived_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/user"
)

func TestInStore(t *testing.T) {
	for kind, want := range map[user.Kind][2]bool{ // before and after the user moved
		user.KindUnknown: {}, user.Database: {true, true}, user.CustomDatabase: {false, true}, user.Social: {}, user.Enterprise: {}, user.PasswordlessEmail: {}, user.PasswordlessSMS: {},
	} {
		for i, migrated := range []bool{false, true} {
			target := user.Target{Connection: user.Connection{Kind: kind}, Migrated: migrated}
			assert.Equal(t, want[i], derived.InStore(&target), "%s %v", kind, migrated)
		}
	}
}
