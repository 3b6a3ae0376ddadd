package derived_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/user"
)

// Each root attribute of another type than the schema states is reported, also the texts
// that are read as booleans. To look for them allocates nothing.
func TestMistyped(t *testing.T) {
	names := func(text string) (list []string) {
		p, err := user.Parse([]byte(text))
		require.NoError(t, err)
		derived.Mistyped(&p, func(name, _ string) { list = append(list, name) })
		return list
	}
	assert.Equal(t, []string{"email", "email_verified", "phone_verified", "blocked", "identities", "updated_at"},
		names(`{"email":5,"email_verified":"true","phone_verified":"false","blocked":"false","identities":{},"updated_at":1,"multifactor":"x","x":1}`))
	assert.Equal(t, []string{"email_verified"}, names(`{"email_verified":"yes","phone_verified":null}`))
	assert.Empty(t, names(`{"email_verified":true,"phone_verified":false,"user_metadata":"x"}`))
	assert.Empty(t, names(`{"identities":null}`))

	p, err := user.Parse([]byte(`{"email_verified":true,"phone_verified":false}`))
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(100, func() { derived.Mistyped(&p, func(string, string) { t.Error("reported") }) }))
}
