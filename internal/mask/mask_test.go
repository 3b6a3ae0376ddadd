package mask_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/internal/mask"
	"github.com/metameld/metameld/metadata"
)

func TestJSON(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                            `{}`,
		`{"name":"Kim","password":"p"}`: `{"name":"Kim","password":"********"}`,
		`{"password":null,"password_hash":5,"custom_password_hash":{"value":"h"},"mfa_factors":[{"totp":{"secret":"s"}}]}`: `{"password":null,"password_hash":"********","custom_password_hash":"********","mfa_factors":"********"}`,
		`{"access_token":"a","access_token_secret":"b","refresh_token":"c","id_token":"d","link_with":"e"}`:                `{"access_token":"********","access_token_secret":"********","refresh_token":"********","id_token":"********","link_with":"********"}`,
		`{"identities":[{"provider":"p","access_token":"t","refresh_token":null},"secret",{"password":"p"}]}`:              `{"identities":[{"provider":"p","access_token":"********","refresh_token":null},"********",{"password":"********"}]}`,
		`{"identities":[{"profileData":{"access_token":"t","id_token":"t","email":"e"}},{"profileData":"p"}]}`:             `{"identities":[{"profileData":{"access_token":"********","id_token":"********","email":"e"}},{"profileData":"p"}]}`,
		`{"identities":null}`:     `{"identities":null}`,
		`{"identities":[]}`:       `{"identities":[]}`,
		`{"identities":"secret"}`: `{"identities":"********"}`,
		`{"user_metadata":{"password":"theirs"},"Password":"theirs"}`: `{"user_metadata":{"password":"theirs"},"Password":"theirs"}`, // metadata is not masked
	} {
		assert.Equal(t, want, mask.JSON([]byte(text)))
		assert.Equal(t, want, mask.Object(metadata.MustParse(text)).String())
		assert.NotContains(t, mask.LogValue([]byte(text)).String(), `="secret"`)
	}
	assert.True(t, mask.Masks("id_token"))
	assert.False(t, mask.Masks("email"))
	deep := strings.Repeat(`{"a":`, metadata.MaxLevels+1) + "1" + strings.Repeat("}", metadata.MaxLevels+1)
	assert.Equal(t, `{}`, mask.JSON([]byte(deep)))
	assert.Equal(t, "nested too deep to log", mask.LogValue([]byte(deep)).String())
	assert.True(t, mask.Object(metadata.Object{}).IsZero())
}
