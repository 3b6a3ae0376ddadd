package fake_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/user"
)

// The answer for a connection reads as the connection that was declared.
func TestConnections(t *testing.T) {
	declared := append([]user.Connection{
		{Name: "custom", Kind: user.CustomDatabase, Strategy: "auth0", ImportMode: true, NonPersistent: []string{"x"}},
		{Name: "saml", Strategy: "samlp", Kind: user.Enterprise, RootAttributes: user.OnFirstLogin},
		{Name: "odd <&\"", Strategy: "new"},
	}, connections...)
	var flexible user.Connection
	require.NoError(t, json.Unmarshal([]byte(`{"name":"flexible","strategy":"auth0","kind":"database","attributes":{"email":{"identifier":{"active":true},"profile_required":true},"username":{"validation":{"min_length":2}}}}`), &flexible))
	declared = append(declared, flexible, user.Connection{Name: "custom", Strategy: "email", Kind: user.PasswordlessEmail}) // the last of a name counts
	r := start(t, fake.Options{Connections: declared})
	var list []json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(r.do("GET", "connections", "").body), &list))
	require.Len(t, list, len(declared)-1)
	for i, text := range list {
		c, _, err := user.ParseConnection(text)
		require.NoError(t, err)
		want := declared[i]
		if i == 0 {
			want = declared[len(declared)-1]
		}
		assert.Equal(t, want, c)
		id := field(t, string(text), "id")
		assert.Regexp(t, `^"con_[0-9A-Za-z]{16}"$`, id)
		assert.JSONEq(t, string(text), r.do("GET", "connections/"+id[1:len(id)-1], "").body)
	}
	assert.JSONEq(t, `{"connections":[{"name":"other","is_domain_connection":false}],"start":0,"limit":50,"total":1}`, r.do("GET", "connections?name=other&fields=name&include_totals=true", "").body)
	assert.JSONEq(t, `[{"name":"sms","is_domain_connection":false},{"name":"custom","is_domain_connection":false}]`, sorted(t, r.do("GET", "connections?strategy=sms&strategy=email&fields=name", "").body))
	assert.Equal(t, "[]", r.do("GET", "connections?name=", "").body)
	var page struct {
		Connections []struct{ Name string }
		Next        string
	}
	names := map[string]bool{}
	for range 10 {
		text := r.do("GET", "connections?take=4&fields=name&from="+page.Next, "").body
		page.Next = ""
		require.NoError(t, json.Unmarshal([]byte(text), &page))
		for _, c := range page.Connections {
			names[c.Name] = true
		}
		if page.Next == "" {
			break
		}
	}
	assert.Len(t, names, len(list), "by checkpoint")
	a := r.do("GET", "connections/con_0000000000000000", "")
	assert.Equal(t, 404, a.status)
	assert.JSONEq(t, `{"statusCode":404,"error":"Not Found","message":"The connection does not exist","errorCode":"inexistent_connection"}`, a.body)
	for name, strategy := range map[string]string{"google-oauth2": `"google-oauth2"`, "mine": ""} {
		r := start(t, fake.Options{Connections: []user.Connection{{Name: name, Kind: user.Social}}})
		assert.Equal(t, strategy, field(t, r.do("GET", "connections", "").body[1:][:len(r.do("GET", "connections", "").body)-2], "strategy"))
	}
}

// sorted returns a list of objects with its last element first.
func sorted(t *testing.T, text string) string {
	t.Helper()
	var list []json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(text), &list))
	out, err := json.Marshal(append(list[len(list)-1:], list[:len(list)-1]...))
	require.NoError(t, err)
	return string(out)
}
