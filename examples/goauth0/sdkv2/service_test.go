package sdkv2_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/auth0/go-auth0/v2/management"
	"github.com/auth0/go-auth0/v2/management/client"
	"github.com/auth0/go-auth0/v2/management/option"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/metameld/metameld/examples/tenant/fake"
)

// ann is a user as GET /api/v2/users/{id} answers it.
const ann = `{"user_id":"auth0|1","email":"ann@example.com","user_metadata":{"theme":{"color":"red","font":"serif"}},` +
	`"identities":[{"connection":"Username-Password-Authentication","provider":"auth0","user_id":"1","isSocial":false}]}`

// setColor is code of a service that is to be tested. It loses the font.
func setColor(ctx context.Context, api *client.Management, id, color string) error {
	theme := management.UserMetadata{"theme": map[string]any{"color": color}}
	_, err := api.Users.Update(ctx, id, &management.UpdateUserRequestContent{UserMetadata: &theme})
	return err
}

// newTenant returns a client of a tenant that has ann.
func newTenant(t *testing.T) *client.Management {
	tenant := fake.New(fake.Options{})
	require.NoError(t, tenant.Seed(strings.NewReader(ann)))
	srv := httptest.NewServer(tenant)
	t.Cleanup(srv.Close)
	api, err := client.New(srv.URL, option.WithInsecure())
	require.NoError(t, err)
	return api
}

func TestSetColor(t *testing.T) {
	api := newTenant(t)
	require.NoError(t, setColor(t.Context(), api, "auth0|1", "blue"))
	u, err := api.Users.Get(t.Context(), "auth0|1", &management.GetUserRequestParameters{})
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"color": "blue"}, u.GetUserMetadata()["theme"]) // the font is lost
}

func TestWithClientCredentials(t *testing.T) {
	srv := httptest.NewServer(fake.New(fake.Options{}))
	defer srv.Close()
	insecure, credentials := option.WithInsecure(), option.WithClientCredentials(t.Context(), "id", "secret")
	api, err := client.New(srv.URL, insecure, credentials) // in this order
	require.NoError(t, err)
	_, err = api.Users.Get(t.Context(), "auth0|nobody", &management.GetUserRequestParameters{})
	assert.ErrorContains(t, err, "The user does not exist.")
}

func TestWithTLS(t *testing.T) {
	srv := httptest.NewTLSServer(fake.New(fake.Options{}))
	defer srv.Close()
	api, err := client.New(srv.URL, option.WithHTTPClient(srv.Client()), option.WithToken("any"))
	require.NoError(t, err)
	_, err = api.Users.Get(t.Context(), "auth0|nobody", &management.GetUserRequestParameters{})
	assert.ErrorContains(t, err, "The user does not exist.")
}

func TestWithTLSAndClientCredentials(t *testing.T) {
	srv := httptest.NewTLSServer(fake.New(fake.Options{}))
	defer srv.Close()
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, srv.Client()) // for the token
	api, err := client.New(srv.URL, option.WithHTTPClient(srv.Client()), option.WithClientCredentials(ctx, "id", "secret"))
	require.NoError(t, err)
	_, err = api.Users.Get(t.Context(), "auth0|nobody", &management.GetUserRequestParameters{})
	assert.ErrorContains(t, err, "The user does not exist.")
}
