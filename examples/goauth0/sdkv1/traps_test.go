package sdkv1_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/auth0/go-auth0"
	"github.com/auth0/go-auth0/management"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/goauth0/internal/rig"
	"github.com/metameld/metameld/examples/guard"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// A management.User has no null: one that is made from a payload with a null says
// nothing.
func TestTrapRootNull(t *testing.T) {
	p := patch.Payload{GivenName: user.Null[string](), Nickname: user.Set("gus")}
	var u management.User
	require.NoError(t, json.Unmarshal(p.AppendJSON(nil), &u))
	tenant, api := start(t)
	require.NoError(t, api.User.Update(t.Context(), rig.Gus, &u))
	assert.Equal(t, []string{`{"nickname":"gus"}`}, tenant.Updates())
	assert.Equal(t, user.Set("Gus"), tenant.User(t, rig.Gus).GivenName)
}

// A management.User that is no pointer is encoded without email_verified.
func TestTrapUserByValue(t *testing.T) {
	u := management.User{Email: auth0.String("a@example.com"), EmailVerified: auth0.Bool(true)}
	p, err := patch.From(u)
	require.NoError(t, err)
	assert.Equal(t, `{"email":"a@example.com"}`, p.String())
	p, err = patch.From(&u)
	require.NoError(t, err)
	assert.Equal(t, `{"email_verified":true,"email":"a@example.com"}`, p.String())
}

// Request decodes the answer into a pointer to the payload.
func TestTrapPointerToPayload(t *testing.T) {
	_, api := start(t)
	p := patch.Payload{Nickname: user.Set("annie")}
	require.NoError(t, api.Request(t.Context(), http.MethodPatch, api.URI("users", rig.Ann), p))
	assert.Equal(t, `{"nickname":"annie"}`, p.String())
	require.NoError(t, api.Request(t.Context(), http.MethodPatch, api.URI("users", rig.Ann), &p))
	assert.Equal(t, user.Set("ann@example.com"), p.Email, "p is the whole user now")
}

// Update decodes the answer into its argument, which keeps the password and the members
// of metadata that it removed.
func TestTrapUpdateOverwrites(t *testing.T) {
	_, api := start(t)
	u := &management.User{Password: auth0.String("Secret-123"), UserMetadata: &map[string]any{"color": nil}}
	require.NoError(t, api.User.Update(t.Context(), rig.Ann, u))
	assert.Equal(t, "ann@example.com", u.GetEmail())
	assert.Equal(t, "Secret-123", u.GetPassword())
	assert.Contains(t, u.GetUserMetadata(), "color")

	u.Nickname = auth0.String("annie")
	p, err := patch.From(u)
	require.NoError(t, err)
	assert.ErrorIs(t, p.Validate(rig.TargetOf("members")).Err(), rule.ExclusiveAttributes, "an argument that is used again")
}

// A user that was read and edited has read-only members, and numbers that were rounded.
func TestTrapReadModifyWrite(t *testing.T) {
	tenant, api := start(t)
	u, err := api.User.Read(t.Context(), rig.Ann)
	require.NoError(t, err)
	u.Nickname = auth0.String("annie")
	p, err := patch.From(u)
	require.NoError(t, err)
	clean, dropped := p.Sendable()
	assert.Subset(t, dropped, []string{"user_id", "identities", "created_at"})
	payloads, err := patch.Plan(tenant.User(t, rig.Ann), clean, rig.TargetOf("members"))
	require.NoError(t, err)
	require.Len(t, payloads, 1)
	assert.Contains(t, payloads[0].String(), `"account":9007199254740992`, "the number in metadata is another one")
}

// Numbers in metadata become float64, and attributes that management.User lacks are lost.
func TestTrapNumbers(t *testing.T) {
	_, api := start(t)
	u, err := api.User.Read(t.Context(), rig.Ann)
	require.NoError(t, err)
	assert.Equal(t, float64(9007199254740992), u.GetUserMetadata()["account"])
	u, err = api.User.Read(t.Context(), rig.Gus)
	require.NoError(t, err)
	text, err := json.Marshal(u)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "locale")
}

// A number in identities[].user_id goes through float64: the text is another id, which
// an unlink would not find.
func TestTrapIdentityNumber(t *testing.T) {
	text := []byte(`{"provider":"facebook","user_id":10203040506070809}`)
	var theirs management.UserIdentity
	require.NoError(t, json.Unmarshal(text, &theirs))
	assert.Equal(t, "10203040506070808", theirs.GetUserID())
	var ours user.Identity
	require.NoError(t, json.Unmarshal(text, &ours))
	assert.Equal(t, user.ID("10203040506070809"), ours.UserID.Or(""))
}

// A management.User prints its password.
func TestTrapPassword(t *testing.T) {
	u := &management.User{Password: auth0.String("Secret-123")}
	assert.Contains(t, fmt.Sprint(u), "Secret-123")
	p, err := patch.From(u)
	require.NoError(t, err)
	assert.Equal(t, `{"password":"********"}`, fmt.Sprint(p))
}

// A user with an attribute of another type cannot be read, and an update that was made
// returns an error, or panics.
func TestTrapMistyped(t *testing.T) {
	tenant, api := start(t)
	_, err := api.User.Read(t.Context(), rig.Old)
	assert.ErrorContains(t, err, "failed to unmarshal")
	err = api.User.Update(t.Context(), rig.Old, &management.User{Blocked: auth0.Bool(true)})
	assert.ErrorContains(t, err, "failed to unmarshal")
	assert.Equal(t, user.Set(true), tenant.User(t, rig.Old).Blocked, "the update was made")

	assert.Panics(t, func() { _, _ = api.User.Read(t.Context(), rig.Saml) })
	assert.Panics(t, func() { _ = api.User.Update(t.Context(), rig.Saml, &management.User{Blocked: auth0.Bool(true)}) })
	assert.Equal(t, user.Set(true), tenant.User(t, rig.Saml).Blocked, "the update was made")
}

// A pointer to an empty map wipes metadata; one to a nil map sends null.
func TestTrapEmptyMap(t *testing.T) {
	var none map[string]any
	for text, m := range map[string]*map[string]any{`{"app_metadata":{}}`: {}, `{"app_metadata":null}`: &none} {
		p, err := patch.From(&management.User{AppMetadata: m})
		require.NoError(t, err)
		assert.Equal(t, text, p.String())
	}
	wipe, err := patch.From(&management.User{AppMetadata: &map[string]any{}})
	require.NoError(t, err)
	assert.ErrorIs(t, wipe.Validate(rig.TargetOf("members")).Warnings, rule.MetadataWipe)
}

// The option Body does not go with a payload: the request fails, or sends the payload.
func TestTrapBody(t *testing.T) {
	tenant, api := start(t, management.WithNoRetries())
	var answer user.Profile
	body := management.Body([]byte(`{"nickname":"annie"}`))
	assert.Error(t, api.Request(t.Context(), http.MethodPatch, api.URI("users", rig.Ann), &answer, body))
	assert.NotContains(t, tenant.Updates(), `{"nickname":"annie"}`)
	require.NoError(t, api.Request(t.Context(), http.MethodPatch, api.URI("users", rig.Ann), nil, body))
	assert.Equal(t, []string{`{"nickname":"annie"}`}, tenant.Updates())
}

// Any error of a RoundTripper is retried, so three attempts are made of an update that
// the guard refuses with an error, and one with WithNoRetries. A refusal that is a
// response is not retried.
func TestTrapRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // its clock does not wait
		for _, c := range []struct {
			attempts int
			asError  bool
			options  []management.Option
		}{
			{1, false, nil},
			{3, true, nil},
			{1, true, []management.Option{management.WithNoRetries()}},
		} {
			attempts, begin := 0, time.Now()
			client := &http.Client{Transport: &guard.Transport{Errors: c.asError, Target: func(*http.Request, string, patch.Payload) (user.Target, error) {
				attempts++
				return user.Target{}, nil
			}}}
			options := append(c.options, management.WithClient(client), management.WithStaticToken("any"))
			api, err := management.New("tenant.example", options...)
			require.NoError(t, err)
			err = api.User.Update(t.Context(), rig.Ann, &management.User{Email: auth0.String("a@example.com"), Password: auth0.String("Secret-123")})
			assert.ErrorContains(t, err, string(rule.ExclusiveAttributes))
			var violations rule.Violations
			assert.Equal(t, c.asError, errors.As(err, &violations))
			assert.Equal(t, c.attempts, attempts)
			assert.Equal(t, c.attempts > 1, time.Since(begin) >= 3*time.Second)
		}
	})
}

// List decodes only answers with totals.
func TestTrapList(t *testing.T) {
	_, api := start(t)
	_, err := api.User.List(t.Context(), management.IncludeTotals(false), management.Query(`user_id:"`+rig.Ann+`"`))
	assert.ErrorContains(t, err, "cannot unmarshal array")
	list, err := api.User.List(t.Context(), management.Query(`user_id:"`+rig.Ann+`"`))
	require.NoError(t, err)
	require.Len(t, list.Users, 1)

	var users []user.Profile // without a loss
	require.NoError(t, api.Request(t.Context(), http.MethodGet, api.URI("users"), &users))
	require.Len(t, users, 4)
	assert.Equal(t, "9007199254740993", users[0].UserMetadata.At("/account").String())
}

// WithInsecure replaces the credentials before it, so it comes first.
func TestTrapOrderOfOptions(t *testing.T) {
	tenant, url := rig.Start(t)
	credentials := management.WithClientCredentials(context.Background(), "id", "secret")
	for _, c := range []struct {
		want    string
		options []management.Option
	}{
		{"Bearer insecure", []management.Option{credentials, management.WithInsecure()}},
		{"Bearer this-tenant-accepts-anything", []management.Option{management.WithInsecure(), credentials}},
	} {
		api, err := management.New(url, c.options...)
		require.NoError(t, err)
		require.NoError(t, api.User.Update(t.Context(), rig.Ann, &management.User{Blocked: auth0.Bool(true)}))
		assert.Equal(t, c.want, tenant.Requests(http.MethodPatch)[0].Authorization)
	}
}
