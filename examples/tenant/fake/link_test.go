package fake_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/user/rule"
)

// two creates Ann and Bob in the database, and returns their ids.
func two(r *rig) (ann, bob string) {
	ann = r.create(`{"connection":"` + db + `","email":"ann@example.com","password":"p","user_metadata":{"color":"red"}}`)
	bob = r.create(`{"connection":"` + db + `","email":"bob@example.com","password":"p","user_metadata":{"color":"blue"},"given_name":"Bob"}`)
	return ann, bob
}

const (
	annIdentity = `{"connection":"` + db + `","user_id":"000000000000000000000001","provider":"auth0","isSocial":false,"profileData":{"email":"ann@example.com","email_verified":false}}`
	bobIdentity = `{"connection":"` + db + `","user_id":"000000000000000000000002","provider":"auth0","isSocial":false,"profileData":{"email":"bob@example.com","email_verified":false,"given_name":"Bob"}}`
)

func TestLinkAndUnlink(t *testing.T) {
	for _, id := range []string{"000000000000000000000002", "auth0|000000000000000000000002"} {
		r := start(t, fake.Options{})
		ann, bob := two(r)
		a := r.do("POST", "users/"+ann+"/identities", `{"provider":"auth0","user_id":"`+id+`"}`)
		require.Equal(t, 201, a.status, a.body)
		assert.JSONEq(t, `[`+annIdentity+`,`+bobIdentity+`]`, a.body)
		assert.Equal(t, "identities.metadata-dropped", a.header.Get("Metameld-Warning"))
		u := r.do("GET", "users/"+ann, "").body
		assert.JSONEq(t, a.body, field(t, u, "identities"))
		assert.JSONEq(t, `{"color":"red"}`, field(t, u, "user_metadata"))
		assert.Equal(t, 404, r.do("GET", "users/"+bob, "").status, "the secondary is still a user")
		assert.Equal(t, "[]", r.do("GET", "users-by-email?email=bob@example.com", "").body)
		assert.Equal(t, 409, r.do("POST", "users", `{"connection":"`+db+`","email":"bob@example.com","password":"p"}`).status, "the e-mail of the secondary is free")

		again := r.do("POST", "users/"+ann+"/identities", `{"provider":"auth0","user_id":"`+id+`"}`)
		assert.Equal(t, 409, again.status)
		assert.JSONEq(t, `{"statusCode":409,"error":"Conflict","message":"Specified identity already exists."}`, again.body)

		nothing := r.do("DELETE", "users/"+ann+"/identities/auth0/auth0%7C000000000000000000000002", "")
		assert.Equal(t, 200, nothing.status)
		assert.JSONEq(t, a.body, nothing.body, "an id with its prefix")
		assert.Equal(t, "identities.nothing-unlinked", nothing.header.Get("Metameld-Warning"))

		a = r.do("DELETE", "users/"+ann+"/identities/auth0/000000000000000000000002", "")
		require.Equal(t, 200, a.status, a.body)
		assert.JSONEq(t, `[`+annIdentity+`]`, a.body)
		u = r.do("GET", "users/"+bob, "").body
		assert.Equal(t, `"Bob"`, field(t, u, "given_name"))
		assert.Empty(t, field(t, u, "user_metadata"), "the metadata came back")
		assert.Equal(t, 200, r.do("PATCH", "users/"+bob, `{"email":"new@example.com"}`).status)
	}
}

// A link is judged by the sources and policies of the tenant.
func TestLinkPolicies(t *testing.T) {
	for reading, shown := range map[string]bool{"shown": true, "hidden": false} {
		r := start(t, fake.Options{Policies: rule.Policies{rule.PrimaryProfileData: reading}})
		ann, _ := two(r)
		a := r.do("POST", "users/"+ann+"/identities", `{"provider":"auth0","user_id":"000000000000000000000002"}`)
		require.Equal(t, 201, a.status, a.body)
		assert.Equal(t, shown, strings.Contains(a.body, "ann@example.com"), reading)
	}
}

func TestLinkWithToken(t *testing.T) {
	r := start(t, fake.Options{})
	ann, bob := two(r)
	part := base64.RawURLEncoding.EncodeToString
	token := func(sub string) string {
		return part([]byte(`{"alg":"RS256"}`)) + "." + part([]byte(`{"sub":"`+sub+`","aud":"app"}`)) + "." + part([]byte("signature"))
	}
	a := r.do("POST", "users/"+ann+"/identities", `{"link_with":"`+token("auth0|nobody")+`"}`)
	assert.JSONEq(t, `{"statusCode":400,"error":"Bad Request","message":"Provided secondary account not found."}`, a.body)
	a = r.do("POST", "users/"+ann+"/identities", `{"link_with":"`+token(bob)+`"}`)
	assert.Equal(t, 201, a.status, a.body)
	assert.JSONEq(t, `[`+annIdentity+`,`+bobIdentity+`]`, a.body)
}

// An identity that is linked to one user cannot be linked to another.
func TestLinkedElsewhere(t *testing.T) {
	r := start(t, fake.Options{})
	ann, _ := two(r)
	cleo := r.create(`{"connection":"` + db + `","email":"cleo@example.com","password":"p"}`)
	bob := `{"provider":"auth0","user_id":"000000000000000000000002"}`
	require.Equal(t, 201, r.do("POST", "users/"+ann+"/identities", bob).status)
	assert.Equal(t, 409, r.do("POST", "users/"+cleo+"/identities", bob).status)
}

// An update of a linked identity names its connection, and its e-mail is unique there.
func TestUpdateOfASecondary(t *testing.T) {
	r := start(t, fake.Options{})
	ann := r.ann(`{}`)
	r.create(`{"connection":"other","email":"second@example.com","password":"p"}`)
	r.create(`{"connection":"other","email":"taken@example.com","password":"p"}`)
	require.Equal(t, 201, r.do("POST", "users/"+ann+"/identities", `{"provider":"auth0","user_id":"000000000000000000000002"}`).status)
	a := r.do("PATCH", "users/"+ann, `{"connection":"other","name":"n"}`)
	assert.JSONEq(t, `{"statusCode":400,"error":"Bad Request","message":"The following user attributes cannot be updated: name. The specified connection belongs to a secondary identity."}`, a.body)
	a = r.do("PATCH", "users/"+ann, `{"connection":"other","email":"taken@example.com"}`)
	assert.Equal(t, 400, a.status, a.body)
	assert.Contains(t, a.body, "The specified new email already exists")
	a = r.do("PATCH", "users/"+ann, `{"connection":"other","email":"new@example.com"}`)
	require.Equal(t, 200, a.status, a.body)
	assert.Equal(t, `"ann@example.com"`, field(t, a.body, "email"))
	assert.Equal(t, 201, r.do("POST", "users", `{"connection":"other","email":"second@example.com","password":"p"}`).status, "free again")
}

// Deleting a user deletes the identities that are linked to it.
func TestDeleteOfAPrimary(t *testing.T) {
	r := start(t, fake.Options{})
	ann, bob := two(r)
	require.Equal(t, 201, r.do("POST", "users/"+ann+"/identities", `{"provider":"auth0","user_id":"000000000000000000000002"}`).status)
	a := r.do("DELETE", "users/"+ann, "")
	assert.Equal(t, 204, a.status)
	assert.Equal(t, "identities.deletes-linked", a.header.Get("Metameld-Warning"))
	assert.Equal(t, 404, r.do("GET", "users/"+bob, "").status)
	r.create(`{"connection":"` + db + `","email":"bob@example.com","password":"p"}`)
}

// A user is found again after an unlink, though its profileData has attributes of the
// wrong type or is not an object.
func TestUnlinkOfOddProfileData(t *testing.T) {
	for _, x := range []struct{ data, email string }{
		{`{"email":"lee@example.com","email_verified":"yes","given_name":["Lee"],"name":{"a":1},"last_login":5}`, `"lee@example.com"`},
		{`{"email":["lee@example.com"],"username":5}`, `["lee@example.com"]`},
		{`["lee@example.com"]`, ``},
		{`"lee@example.com"`, ``},
		{`null`, ``},
	} {
		r := start(t, fake.Options{})
		require.NoError(t, r.Seed(strings.NewReader(`{"user_id":"auth0|k1","email":"kim@example.com","identities":[{"provider":"auth0","user_id":"k1","connection":"`+db+
			`"},{"provider":"auth0","user_id":"k2","connection":"other","profileData":`+x.data+`}]}`)))
		a := r.do("DELETE", "users/auth0%7Ck1/identities/auth0/k2", "")
		require.Equal(t, 200, a.status, "%s: %s", x.data, a.body)
		a = r.do("GET", "users/auth0%7Ck2", "")
		require.Equal(t, 200, a.status, "%s: %s", x.data, a.body)
		assert.Equal(t, x.email, field(t, a.body, "email"), x.data)
		assert.Equal(t, 200, r.do("PATCH", "users/auth0%7Ck2", `{"connection":"other","user_metadata":{"a":1}}`).status, x.data)
		a = r.do("POST", "users/auth0%7Ck1/identities", `{"provider":"auth0","user_id":"k2"}`)
		assert.Equal(t, 201, a.status, "%s: %s", x.data, a.body)
	}
}
