package identities_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func TestRequestForms(t *testing.T) {
	for want, r := range map[string]identities.Request{
		`{"provider":"auth0","user_id":"k2"}`:                                        identities.ByIdentity("auth0", "k2"),
		`{"provider":"auth0","user_id":"k2","connection_id":"con_0123456789abcdEF"}`: identities.ByIdentity("auth0", "k2").On("con_0123456789abcdEF"),
		`{"link_with":"a.b.c"}`:                                                      identities.ByToken("a.b.c").On("con_0123456789abcdEF"), // On does not change this form
	} {
		out, err := json.Marshal(r)
		require.NoError(t, err)
		assert.JSONEq(t, want, string(out))
		var back identities.Request
		require.NoError(t, json.Unmarshal(out, &back))
		if diff := cmp.Diff(r, back); diff != "" {
			t.Error(diff)
		}
	}
	_, err := identities.Request{}.MarshalJSON()
	require.ErrorAs(t, err, new(rule.Violations))
	require.ErrorIs(t, err, rule.LinkRequest)
	assert.Error(t, json.Unmarshal([]byte(`{"link_with":1}`), new(identities.Request)))
	assert.ErrorIs(t, identities.Request{}.Validate(identities.Caller{}).Err(), rule.LinkRequest)
	assert.ErrorIs(t, identities.ByIdentity("auth0", "").Validate(identities.Caller{}).Err(), rule.LinkRequest)
	assert.Equal(t, "/user_id", identities.ByIdentity("auth0", "\xff").Validate(identities.Caller{}).Violations[0].Pointer)
	_, err = identities.ParseRequest([]byte(`{"link_with":"a","link_with":"b"}`))
	assert.ErrorIs(t, err, metadata.ErrDuplicateName)
	_, err = identities.ParseRequest([]byte(`null`))
	assert.ErrorIs(t, err, metadata.ErrNotObject)
	var vs rule.Violations
	_, err = identities.ParseRequest([]byte(`{"link_with":1,"provider":null,"x":[],"user_id":{}}`))
	require.ErrorAs(t, err, &vs)
	assert.Len(t, vs, 4, "not every fault is listed")
	_, err = identities.ParseRequest([]byte(`{"provider":"auth0","user_id":true}`))
	assert.ErrorIs(t, err, rule.LinkRequest)
	provider, id, ok := identities.ByIdentity("auth0", "k2").Identity()
	assert.Equal(t, "auth0 k2 true", fmt.Sprint(provider, " ", id, " ", ok))
	_, _, ok = identities.ByToken("t").Identity()
	assert.False(t, ok)
	token, ok := identities.ByToken("t").Token()
	assert.Equal(t, "t true", fmt.Sprint(token.Reveal(), " ", ok))
}

func TestRequestPrintsNoToken(t *testing.T) {
	r := identities.ByToken("secret")
	for _, s := range []string{fmt.Sprint(r), fmt.Sprintf("%+v %#v %q", r, r, r), r.LogValue().String()} {
		assert.NotContains(t, s, "secret")
	}
	assert.Equal(t, `{"link_with":"********"}`, fmt.Sprint(r))
	assert.Equal(t, `{"provider":"auth0","user_id":"k2"}`, fmt.Sprint(identities.ByIdentity("auth0", "k2")))
	assert.Equal(t, "{}", fmt.Sprint(identities.Request{}))
}

// Requests that differ in one member are not equal.
func TestRequestEqual(t *testing.T) {
	r := identities.ByIdentity("auth0", "k2").On("con_1")
	assert.True(t, r.Equal(identities.ByIdentity("auth0", "k2").On("con_1")))
	for _, s := range []identities.Request{
		identities.ByIdentity("sms", "k2").On("con_1"), identities.ByIdentity("auth0", "k3").On("con_1"),
		identities.ByIdentity("auth0", "k2").On("con_2"), identities.ByIdentity("auth0", "k2"), {},
	} {
		assert.False(t, r.Equal(s) || s.Equal(r), s)
	}
	assert.False(t, identities.ByToken("a").Equal(identities.ByToken("b")))
}

// The id of a connection ends in sixteen ASCII letters and digits.
func TestConnectionID(t *testing.T) {
	broken := func(id string) bool {
		vs := identities.ByIdentity("auth0", "k2").On(id).Validate(identities.Caller{}).Violations
		return len(vs) == 1 && vs[0].Pointer == "/connection_id"
	}
	for c := range rune(300) {
		letter := c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		assert.Equal(t, !letter, broken("con_123456789012345"+string(c)), "%q", c)
	}
	for _, id := range []string{"con_123456789012345", "con_12345678901234567", "CON_1234567890123456", "1234567890123456"} {
		assert.True(t, broken(id), id)
	}
}

func TestRequestFaultsAreBounded(t *testing.T) {
	members := map[string]int{}
	for i := range 2_000 {
		members[fmt.Sprint("x", i)] = i
	}
	text, err := json.Marshal(members)
	require.NoError(t, err)
	_, err = identities.ParseRequest(text)
	var vs rule.Violations
	require.ErrorAs(t, err, &vs)
	assert.Len(t, vs, 1_001)
	assert.Equal(t, rule.More, vs[1_000].Rule)
}

// The request names the main identity, not the user_id of the user.
func TestRequestFor(t *testing.T) {
	u, err := user.Parse([]byte(`{"user_id":"samlp|idp|mallory|77","identities":[{"provider":"samlp","user_id":77},{"provider":"auth0","user_id":"k2"}]}`))
	require.NoError(t, err)
	r, err := identities.RequestFor(u)
	require.NoError(t, err)
	out, err := json.Marshal(r)
	require.NoError(t, err)
	assert.JSONEq(t, `{"provider":"samlp","user_id":77}`, string(out))
	_, id, _ := r.Identity()
	assert.Equal(t, user.ID("77"), id)
	main, ok := identities.Primary(u)
	assert.True(t, ok && main.Is("samlp", "77"))
	for _, text := range []string{`{"user_id":"auth0|1"}`, `{"identities":[]}`, `{"identities":[{}]}`, `{"identities":[{"provider":null,"user_id":"1"}]}`, `{"identities":[{"provider":"p","user_id":null}]}`} {
		u, err := user.Parse([]byte(text))
		require.NoError(t, err)
		_, err = identities.RequestFor(u)
		assert.ErrorIs(t, err, rule.NoIdentity, text)
	}
	_, ok = identities.Primary(user.Profile{})
	assert.False(t, ok)
}

func TestDeleteSharesNothing(t *testing.T) {
	u := user.Profile{Identities: make([]user.Identity, 5_000)}
	d := identities.Delete(u)
	d.Identities[0].Provider = user.Set("x")
	assert.True(t, u.Identities[0].Provider.IsZero())
	assert.Len(t, d.Warnings, 1_001)
	assert.Empty(t, identities.Delete(user.Profile{}).Identities)
}

// Parsing and validating never panic, and a parsed request is written as it was read.
func FuzzRequest(f *testing.F) {
	for _, s := range []string{`{"provider":"auth0","user_id":1e400}`, `{"provider":"auth0","user_id":-1.0}`, `{"link_with":"e30.e30.x"}`, `{"link_with":"...."}`, `{"user_id":"\u0000","provider":"x","connection_id":"c"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := identities.ParseRequest(text)
		if err != nil {
			return
		}
		out, err := json.Marshal(r)
		if err != nil || !metadata.MustParse(string(out)).Equal(metadata.MustParse(string(text))) {
			t.Fatalf("%s is written as %s (%v)", text, out, err)
		}
		_ = r.Validate(identities.Caller{Scopes: []string{}, User: "a", Subject: "b", Issuer: "i", Party: "p"})
	})
}
