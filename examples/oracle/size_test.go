package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The size of the whole profile decides, in each operation that has one.
func TestSizes(t *testing.T) {
	const (
		kim     = `"email":"kim@example.com","email_verified":true,"name":"Kim","nickname":"k","picture":"https://example.com/k.png"`
		profile = `{"user_id":"auth0|k1",` + kim + `,"identities":[{"connection":"db","user_id":"k1","provider":"auth0","isSocial":false}]`
		social  = `{"user_id":"google-oauth2|7",` + kim + `,"identities":[{"connection":"g","user_id":"7","provider":"google-oauth2","isSocial":true}]`
		linked  = `{"user_id":"auth0|1","identities":[{"user_id":"1","provider":"auth0"},{"user_id":"2","provider":"sms","profileData":{"bio":""}}]}`
	)
	for _, op := range []struct {
		name   string
		line   string // %s is padding
		result string // the profile without padding
		warns  bool   // and refuses nothing
	}{
		{"create", `{"op":"create","payload":{"connection":"db","password":"correct-horse","user_metadata":{"a":"%s"},` + kim + `},"id":"k1"`, profile + `,"user_metadata":{"a":""}}`, false},
		{"import", `{"op":"import","row":{"app_metadata":{"a":"%s"},` + kim + `},"id":"k1"`, profile + `,"app_metadata":{"a":""}}`, false},
		{"upsert", `{"op":"import","row":{"app_metadata":{"a":"%s"},` + kim + `},"upsert":true,"user":` + profile + `}`, profile + `,"app_metadata":{"a":""}}`, false},
		{"apply", `{"op":"apply","payload":{"app_metadata":{"a":"%s"}},"user":` + profile + `}`, profile + `,"app_metadata":{"a":""}}`, false},
		{"validate", `{"op":"validate","payload":{"app_metadata":{"a":"%s"}},"user":` + profile + `}`, profile + `,"app_metadata":{"a":""}}`, false},
		{"sign-up", `{"op":"sign-up","payload":{"connection":"db","password":"correct-horse","email":"kim@example.com","name":"%s","nickname":"k","picture":"https://example.com/k.png"}`,
			`{"email":"kim@example.com","email_verified":false,"name":"","nickname":"k","picture":"https://example.com/k.png","identities":[{"connection":"db","provider":"auth0","isSocial":false}]}`, false},
		{"login", `{"op":"login","login":{"user_id":"7","bio":"%s",` + kim + `}`, social + `,"bio":""}`, true},
		{"later login", `{"op":"login","login":{"user_id":"7","bio":"%s",` + kim + `},"cached":` + social + `}`, social + `,"bio":""}`, true},
		{"link", `{"op":"link","primary":{"user_id":"auth0|1","identities":[{"user_id":"1","provider":"auth0"}]},"secondary":{"bio":"%s","identities":[{"user_id":"2","provider":"sms"}]}`, linked, false},
	} {
		for _, size := range []int{10_240, 10_241, 102_400, 102_401} {
			for sources, refuses := range map[string]bool{`"sources":"strict"`: true, `"sources":"current"`: true, `"sources":"lenient"`: false, `"policies":{"value.profile-allowance":"uncapped"}`: false} {
				if size < 102_401 && sources != `"sources":"strict"` {
					continue
				}
				connection := `{"name":"db","kind":"database"}`
				if op.warns {
					connection = `{"name":"g","strategy":"google-oauth2"}`
				}
				line := fmt.Sprintf(op.line, strings.Repeat("x", size-len(op.result))) + `,"target":{"connection":` + connection + `,` + sources + `}}`
				got := ask(t, line)[0]
				name := fmt.Sprintf("%s, %d, %s", op.name, size, sources)
				warnings, violations := encode(t, got["warnings"]), encode(t, got["violations"])
				if p, ok := got["profile"]; ok {
					require.Len(t, encode(t, p), size, name)
				}
				if size > 102_400 && refuses && !op.warns {
					if op.name == "link" {
						violations = encode(t, got["error"])
					} else {
						assert.Equal(t, false, got["valid"], name)
					}
					assert.Contains(t, violations, "value.profile-allowance", name)
					assert.Contains(t, violations, "102,401 bytes", name)
					continue
				}
				assert.Equal(t, true, got["ok"], name)
				assert.Equal(t, "null", violations, name)
				assert.Equal(t, size > 10_240, strings.Contains(warnings, "patch.profile-size"), "%s: %s", name, warnings)
				assert.Equal(t, size > 102_400, strings.Contains(warnings, "value.profile-allowance"), "%s: %s", name, warnings)
			}
		}
	}
}

// The answer to an inverse that the size of the profile limits has the rule's message, and
// the payload for the rest. Metadata that is too large by itself is named.
func TestSizeMessages(t *testing.T) {
	large := strings.Repeat("x", 103_000)
	line := `{"op":"inverse","user":{"name":"Kim","user_metadata":{"a":"` + large + `"}},"payload":{"name":"K","user_metadata":{"a":null}},"target":{"sources":"%s"}}`
	got := ask(t, fmt.Sprintf(line, "strict"), fmt.Sprintf(line, "current"), fmt.Sprintf(line, "lenient"),
		`{"op":"create","payload":{"connection":"db","email":"kim@example.com","password":"p","user_metadata":{"a":"`+large+`"}},"target":{"connection":{"kind":"database"}}}`)
	for _, a := range got[:2] {
		problem := a["error"].(map[string]any)
		assert.Equal(t, "patch.unreachable", problem["rule"])
		assert.Equal(t, "/user_metadata/a", problem["pointer"])
		assert.Contains(t, problem["message"], "[value.profile-allowance]")
		assert.Contains(t, problem["message"], "103,0")
		assert.Equal(t, map[string]any{"name": "Kim"}, a["payload"])
	}
	assert.Nil(t, got[2]["error"])
	assert.Equal(t, "Kim", got[2]["payload"].(map[string]any)["name"])
	assert.Contains(t, encode(t, got[3]["violations"]), `"pointer":"/user_metadata"`)
}
