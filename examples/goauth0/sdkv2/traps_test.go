package sdkv2_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/auth0/go-auth0/v2/management"
	"github.com/auth0/go-auth0/v2/management/client"
	"github.com/auth0/go-auth0/v2/management/option"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/goauth0/internal/rig"
	"github.com/metameld/metameld/examples/guard"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// The setters do not send null: UpdateUserRequestContent is encoded without it.
func TestTrapSetNil(t *testing.T) {
	u := &management.UpdateUserRequestContent{}
	u.SetGivenName(nil)
	p, err := patch.From(u)
	require.NoError(t, err)
	assert.True(t, p.IsZero())
	tenant, api := start(t)
	_, err = api.Users.Update(t.Context(), rig.Gus, u)
	assert.Error(t, err)
	assert.Equal(t, []string{`{}`}, tenant.Updates())

	p = patch.Payload{GivenName: user.Null[string](), Nickname: user.Set("gus")}
	require.NoError(t, json.Unmarshal(p.AppendJSON(nil), u))
	_, err = api.Users.Update(t.Context(), rig.Gus, u)
	require.NoError(t, err)
	assert.Equal(t, []string{`{"nickname":"gus"}`}, tenant.Updates(), "made from a payload with a null")
}

// WithBodyProperties refuses the names of the fields, even of those that are not set.
// Without a content it sends every name.
func TestTrapBodyProperties(t *testing.T) {
	tenant, api := start(t)
	null := option.WithBodyProperties(map[string]any{"given_name": nil})
	_, err := api.Users.Update(t.Context(), rig.Gus, &management.UpdateUserRequestContent{}, null)
	assert.ErrorContains(t, err, "already defined")
	_, err = api.Users.Update(t.Context(), rig.Gus, nil, null)
	require.NoError(t, err)
	assert.Equal(t, []string{`{"given_name":null}`}, tenant.Updates())
	assert.True(t, tenant.User(t, rig.Gus).GivenName.IsZero())
}

// Numbers in metadata become float64. The text of the answer has them as they are
// written, also in a list and after an update.
func TestTrapNumbers(t *testing.T) {
	_, api := start(t)
	u, err := api.Users.Get(t.Context(), rig.Ann, &management.GetUserRequestParameters{})
	require.NoError(t, err)
	assert.Equal(t, float64(9007199254740992), u.GetUserMetadata()["account"])
	assert.Contains(t, u.String(), "9007199254740993")
	after, err := api.Users.Update(t.Context(), rig.Ann, &management.UpdateUserRequestContent{Nickname: management.String("annie")})
	require.NoError(t, err)
	assert.Contains(t, after.String(), "9007199254740993")
	page, err := api.Users.List(t.Context(), &management.ListUsersRequestParameters{
		IncludeTotals: management.Bool(true), Page: management.Int(0), Q: management.String(`user_id:"` + rig.Ann + `"`),
	})
	require.NoError(t, err)
	require.Len(t, page.Results, 1)
	assert.Contains(t, page.Results[0].String(), "9007199254740993")
}

// A user with an attribute of another type cannot be read, and an update that was made
// returns an error.
func TestTrapMistyped(t *testing.T) {
	tenant, api := start(t)
	for _, id := range []string{rig.Old, rig.Saml} {
		_, err := api.Users.Get(t.Context(), id, &management.GetUserRequestParameters{})
		assert.ErrorContains(t, err, "cannot unmarshal")
		_, err = api.Users.Update(t.Context(), id, &management.UpdateUserRequestContent{Blocked: management.Bool(true)})
		assert.ErrorContains(t, err, "cannot unmarshal")
		assert.Equal(t, user.Set(true), tenant.User(t, id).Blocked, "the update was made")
	}
}

// A pointer to an empty map wipes metadata; one to a nil map sends null.
func TestTrapEmptyMap(t *testing.T) {
	var none management.AppMetadata
	for text, m := range map[string]*management.AppMetadata{`{"app_metadata":{}}`: {}, `{"app_metadata":null}`: &none} {
		p, err := patch.From(&management.UpdateUserRequestContent{AppMetadata: m})
		require.NoError(t, err)
		assert.Equal(t, text, p.String())
	}
	wipe, err := patch.From(&management.UpdateUserRequestContent{AppMetadata: &management.AppMetadata{}})
	require.NoError(t, err)
	assert.ErrorIs(t, wipe.Validate(rig.TargetOf("members")).Warnings, rule.MetadataWipe)
}

// List fails without totals, and without Page it begins with the second page.
func TestTrapList(t *testing.T) {
	tenant, api := start(t)
	_, err := api.Users.List(t.Context(), &management.ListUsersRequestParameters{Page: management.Int(0)})
	assert.ErrorContains(t, err, "cannot unmarshal array")
	q := management.String(`identities.connection:"google-oauth2"`)
	page, err := api.Users.List(t.Context(), &management.ListUsersRequestParameters{IncludeTotals: management.Bool(true), Q: q})
	require.NoError(t, err)
	assert.Empty(t, page.Results)
	assert.Contains(t, tenant.Requests(http.MethodGet)[1].Query, "page=1")
	page, err = api.Users.List(t.Context(), &management.ListUsersRequestParameters{IncludeTotals: management.Bool(true), Q: q, Page: management.Int(0)})
	require.NoError(t, err)
	assert.Len(t, page.Results, 1)
}

// An error of a RoundTripper is not retried. An answer 429 is, with a body that was read
// already; the guard gets it from GetBody.
func TestTrapRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // its clock does not wait
		for _, asError := range []bool{false, true} {
			attempts := 0
			transport := &guard.Transport{Errors: asError, Target: func(*http.Request, string, patch.Payload) (user.Target, error) {
				attempts++
				return user.Target{}, nil
			}}
			api, err := client.New("tenant.example", option.WithHTTPClient(&http.Client{Transport: transport}), option.WithToken("any"))
			require.NoError(t, err)
			_, err = api.Users.Update(t.Context(), rig.Ann, &management.UpdateUserRequestContent{Email: management.String("a@example.com"), Password: management.String("Secret-123")})
			var violations rule.Violations
			var bad *management.BadRequestError
			assert.Equal(t, asError, errors.As(err, &violations))
			assert.Equal(t, !asError, errors.As(err, &bad))
			assert.Equal(t, 1, attempts)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		tenant, attempts := rig.New(t), 0
		base := rig.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if attempts++; attempts == 1 {
				return rig.Answer(http.StatusTooManyRequests, ""), nil
			}
			answer := httptest.NewRecorder()
			tenant.ServeHTTP(answer, r)
			return answer.Result(), nil
		})
		api, err := client.New("tenant.example", option.WithHTTPClient(&http.Client{Transport: &guard.Transport{Base: base}}), option.WithToken("any"))
		require.NoError(t, err)
		_, err = api.Users.Update(t.Context(), rig.Ann, &management.UpdateUserRequestContent{Blocked: management.Bool(true)})
		require.NoError(t, err)
		assert.Equal(t, 2, attempts)
		assert.Equal(t, []string{`{"blocked":true}`}, tenant.Updates())
	})
}

// WithHTTPClient replaces the transport that sends the header of WithCustomDomainHeader:
// send the header itself with each request.
func TestTrapCustomDomain(t *testing.T) {
	const name, domain = "Auth0-Custom-Domain", "login.example.com"
	header := http.Header{}
	base := rig.RoundTrip(func(r *http.Request) (*http.Response, error) {
		header = r.Header
		return rig.Answer(http.StatusOK, `{}`), nil
	})
	guarded := &http.Client{Transport: &guard.Transport{Base: base}}
	api, err := client.New("tenant.example", option.WithHTTPClient(guarded), option.WithCustomDomainHeader(domain), option.WithToken("any"))
	require.NoError(t, err)
	u := &management.UpdateUserRequestContent{Blocked: management.Bool(true)}
	_, err = api.Users.Update(t.Context(), rig.Ann, u)
	require.NoError(t, err)
	assert.Empty(t, header.Get(name))
	_, err = api.Users.Update(t.Context(), rig.Ann, u, option.WithHTTPHeader(http.Header{name: {domain}}))
	require.NoError(t, err)
	assert.Equal(t, domain, header.Get(name))
	assert.Equal(t, "Bearer any", header.Get("Authorization"))
}

// If the SDK cannot get a token, it reports no error and sends the request without one.
// WithClientCredentialsAndAudience never gets one, since it asks /api/v2/oauth/token, and
// WithClientCredentials gets none over HTTP if WithInsecure follows.
func TestTrapToken(t *testing.T) {
	tenant, url := rig.Start(t)
	for _, c := range []struct {
		want    string
		options []option.RequestOption
	}{
		{"Bearer this-tenant-accepts-anything", []option.RequestOption{option.WithInsecure(), option.WithClientCredentials(t.Context(), "id", "secret")}},
		{"", []option.RequestOption{option.WithClientCredentials(t.Context(), "id", "secret"), option.WithInsecure()}},
		{"", []option.RequestOption{option.WithInsecure(), option.WithClientCredentialsAndAudience(t.Context(), "id", "secret", "https://tenant.example/api/v2/")}},
	} {
		api, err := client.New(url, c.options...)
		require.NoError(t, err)
		_, err = api.Users.Update(t.Context(), rig.Ann, &management.UpdateUserRequestContent{Blocked: management.Bool(true)})
		require.NoError(t, err, "the tenant checks no tokens; the API answers 401")
		assert.Equal(t, c.want, tenant.Requests(http.MethodPatch)[0].Authorization)
	}
}
