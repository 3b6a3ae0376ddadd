package strategy_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/internal/strategy"
)

func TestKind(t *testing.T) {
	for s, want := range map[string]string{
		"auth0": strategy.Database, "email": strategy.PasswordlessEmail, "sms": strategy.PasswordlessSMS, "waad": strategy.Enterprise, "custom": strategy.Enterprise,
		"oauth2": strategy.Social, "google-oauth2": strategy.Social, "google-apps": strategy.Enterprise, "": "", "Auth0": "", "tomorrow": "",
	} {
		assert.Equal(t, want, strategy.Kind(s), s)
		assert.True(t, strategy.IsKind(want))
		assert.False(t, strategy.Contradicts(s, want) || strategy.Contradicts(s, ""), s)
	}
	assert.False(t, strategy.IsKind("Social"))
	assert.False(t, strategy.Contradicts("auth0", strategy.CustomDatabase))
	assert.False(t, strategy.Contradicts("tomorrow", strategy.Social), "nothing is known of the strategy")
	assert.True(t, strategy.Contradicts("auth0", strategy.Social))
	assert.True(t, strategy.Contradicts("sms", strategy.PasswordlessEmail))
	assert.True(t, strategy.Contradicts("oidc", strategy.Database))
}
