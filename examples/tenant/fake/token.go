package fake

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/metameld/metameld/metadata"
)

// token answers POST /oauth/token. It accepts anything, reads nothing, and says so.
func (t *Tenant) token(*http.Request) (reply, error) {
	return reply{status: http.StatusOK, text: []byte(`{"access_token":"this-tenant-accepts-anything","token_type":"Bearer","expires_in":86400}`)}, nil
}

// subject returns the sub claim of a well-formed JSON Web Token. It does not verify the
// token.
func subject(token string) string {
	part, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		return ""
	}
	claims, err := metadata.Parse(part)
	if err != nil {
		return ""
	}
	sub, _ := claims.At("/sub").Str()
	return sub
}
