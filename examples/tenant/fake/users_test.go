package fake_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/user/rule"
)

func TestLifeOfAUser(t *testing.T) {
	r := start(t, fake.Options{})
	a := r.do("POST", "users", `{"connection":"`+db+`","email":"Ann@Example.com","password":"secret","user_metadata":{"color":"red","address":{"home":"h","work":"w"}}}`)
	assert.Equal(t, 201, a.status)
	assert.Equal(t, []string{"verification-email"}, a.header.Values("Metameld-Effect"))
	created := `"user_id":"` + annID + `","email":"ann@example.com","email_verified":false,"name":"ann@example.com","nickname":"ann",
		"picture":"https://s.gravatar.com/avatar/257c57037d384ae37ea27a07e8a01665?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2Fan.png",
		"identities":[{"connection":"` + db + `","user_id":"000000000000000000000001","provider":"auth0","isSocial":false}],
		"created_at":"2026-01-02T03:04:05.000Z","updated_at":"2026-01-02T03:04:05.000Z"`
	assert.JSONEq(t, `{`+created+`,"user_metadata":{"color":"red","address":{"home":"h","work":"w"}}}`, a.body)

	for _, step := range []struct{ reason, body, metadata, warnings string }{
		{"members are merged at the first level", `{"user_metadata":{"size":1}}`, `{"color":"red","address":{"home":"h","work":"w"},"size":1}`, ""},
		{"an object is replaced whole", `{"user_metadata":{"address":{"home":"new"}}}`, `{"color":"red","address":{"home":"new"},"size":1}`, "patch.replaced-object"},
		{"null removes", `{"user_metadata":{"color":null}}`, `{"address":{"home":"new"},"size":1}`, ""},
		{"{} wipes", `{"user_metadata":{}}`, `{}`, "patch.metadata-wipe"},
	} {
		a := r.do("PATCH", "users/"+annID, step.body)
		require.Equal(t, 200, a.status, a.body)
		assert.JSONEq(t, `{`+created+`,"user_metadata":`+step.metadata+`}`, a.body, step.reason)
		assert.Equal(t, step.warnings, a.header.Get("Metameld-Warning"), step.reason)
		assert.JSONEq(t, a.body, r.do("GET", "users/"+annID, "").body, step.reason)
	}

	assert.JSONEq(t, `{"email":"ann@example.com"}`, r.do("GET", "users/"+annID+"?fields=email,none", "").body)
	assert.JSONEq(t, `{`+created+`}`, r.do("GET", "users/"+annID+"?fields=user_metadata&include_fields=false", "").body)

	a = r.do("DELETE", "users/"+annID, "")
	assert.Equal(t, 204, a.status)
	assert.Empty(t, a.body)
	assert.Equal(t, 404, r.do("GET", "users/"+annID, "").status)
	assert.Equal(t, 204, r.do("DELETE", "users/"+annID, "").status, "a user who is gone")
	r.create(`{"connection":"` + db + `","email":"ann@example.com","password":"p"}`)
}

// E-mails, usernames and phone numbers are unique in a connection, and are free again
// after a change.
func TestUniqueness(t *testing.T) {
	r := start(t, fake.Options{Sources: rule.Lenient})
	ann := r.ann(`{}`)
	r.create(`{"connection":"other","email":"ann@example.com","password":"p"}`) // another connection
	status := func(method, path, body string) int { return r.do(method, path, body).status }
	again := `{"connection":"` + db + `","email":"ann@example.com","password":"p"}`
	assert.Equal(t, 409, status("POST", "users", again))
	assert.Equal(t, 200, status("PATCH", "users/"+ann, `{"email":"ANN@example.com"}`), "the user's own")
	assert.Equal(t, 200, status("PATCH", "users/"+ann, `{"email":"new@example.com"}`))
	assert.Equal(t, 201, status("POST", "users", again), "free again")
	assert.Equal(t, 400, status("PATCH", "users/"+ann, `{"email":"ann@example.com"}`))

	named := `{"connection":"named","email":"a@example.com","username":"same","password":"p"}`
	assert.Equal(t, 201, status("POST", "users", named))
	assert.Equal(t, 409, status("POST", "users", `{"connection":"named","email":"b@example.com","username":"Same","password":"p"}`))
	b := r.create(`{"connection":"named","email":"b@example.com","username":"b","password":"p"}`)
	a := r.do("PATCH", "users/"+b, `{"username":"same"}`)
	assert.Equal(t, 400, a.status)
	assert.Equal(t, "own", a.header.Get("Metameld-Words"))
	assert.Equal(t, 201, status("POST", "users", `{"connection":"sms","phone_number":"+15550000001"}`))
	assert.Equal(t, 409, status("POST", "users", `{"connection":"sms","phone_number":"+15550000001"}`))
}

// A password changes last_password_reset and is not in any answer.
func TestPassword(t *testing.T) {
	r := start(t, fake.Options{})
	ann := r.ann(`{}`)
	a := r.do("PATCH", "users/"+ann, `{"password":"canary"}`)
	require.Equal(t, 200, a.status)
	assert.NotContains(t, a.body, "canary")
	assert.Equal(t, `"2026-01-02T03:04:05.000Z"`, field(t, a.body, "last_password_reset"))
	assert.Contains(t, a.header.Values("Metameld-Effect"), "sessions-expire")
}

func TestSources(t *testing.T) {
	for sources, want := range map[rule.Sources]int{rule.Strict: 400, rule.Lenient: 200} {
		r := start(t, fake.Options{Sources: sources})
		ann := r.ann(`{}`)
		assert.Equal(t, want, r.do("PATCH", "users/"+ann, `{"name":null}`).status, "%v", sources)
	}
}
