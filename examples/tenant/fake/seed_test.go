package fake_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
)

// A tenant that is seeded with an export has the same users in the same order.
func TestExportAndSeed(t *testing.T) {
	r := start(t, fake.Options{})
	ann, _ := two(r)
	require.Equal(t, 201, r.do("POST", "users/"+ann+"/identities", `{"provider":"auth0","user_id":"000000000000000000000002"}`).status)
	r.create(`{"connection":"sms","phone_number":"+15550000001"}`)
	require.Equal(t, 200, r.do("PATCH", "users/"+ann, "{\"app_metadata\":{\"a\":[1.50,\n\n1e400],\"b\":{\"c\":\n null}}}").status)
	first := r.do("GET", "/tenant/export", "")
	assert.Equal(t, "application/x-ndjson", first.header.Get("Content-Type"))
	assert.Equal(t, 2, strings.Count(first.body, "\n"), first.body)
	assert.Contains(t, first.body, `"app_metadata":{"a":[1.50,1e400],"b":{"c":null}}`)

	s := start(t, fake.Options{})
	require.NoError(t, s.Seed(strings.NewReader("\n"+first.body+"\n")))
	assert.Equal(t, first.body, s.do("GET", "/tenant/export", "").body)
	assert.Equal(t, 409, s.do("POST", "users", `{"connection":"`+db+`","email":"bob@example.com","password":"p"}`).status, "a linked identity is known")
}

// An error of Seed names the line, whose user is not added.
func TestSeedErrors(t *testing.T) {
	good := `{"user_id":"auth0|1","email":"hidden@example.com","identities":[{"provider":"auth0","user_id":"1","connection":"` + db + `"}]}` + "\n"
	for _, c := range []struct{ reason, line, want string }{
		{"no JSON", `{"user_id":`, "line 2: "},
		{"wrong type", `{"user_id":7}`, "line 2: "},
		{"no user_id", `{"email":"hidden@example.com"}`, "line 2: the user has no user_id"},
		{"no identities", `{"user_id":"auth0|2"}`, "line 2: the user shows no identities"},
		{"undeclared connection", `{"user_id":"auth0|2","identities":[{"connection":"nowhere"}]}`, `line 2: the connection "nowhere" is not declared`},
		{"a password", `{"password":"hidden","user_id":"auth0|2","identities":[{"provider":"auth0","user_id":"2","connection":"` + db + `"}]}`, "line 2: the user has a password, and this tenant keeps none"},
		{"the same user", good, "line 2: user_id is taken"},
		{"the same e-mail", strings.NewReplacer("auth0|1", "auth0|2", `"user_id":"1"`, `"user_id":"2"`).Replace(good), "line 2: email is taken"},
	} {
		r := start(t, fake.Options{})
		err := r.Seed(strings.NewReader(good + c.line))
		require.ErrorContains(t, err, c.want, c.reason)
		assert.NotContains(t, err.Error(), "hidden", c.reason)
		assert.Len(t, emails(t, r.do("GET", "users", "").body), 1, c.reason)
	}
}
