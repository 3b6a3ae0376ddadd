package sdkv1_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/auth0/go-auth0/management"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/metameld/metameld/examples/tenant/fake"
)

// ann is a user as GET /api/v2/users/{id} answers it.
const ann = `{"user_id":"auth0|1","email":"ann@example.com","user_metadata":{"theme":{"color":"red","font":"serif"}},` +
	`"identities":[{"connection":"Username-Password-Authentication","provider":"auth0","user_id":"1","isSocial":false}]}`

// setColor is code of a service that is to be tested. It loses the font.
func setColor(ctx context.Context, api *management.Management, id, color string) error {
	theme := map[string]any{"theme": map[string]any{"color": color}}
	return api.User.Update(ctx, id, &management.User{UserMetadata: &theme})
}

// newTenant returns a client of a tenant that has ann.
func newTenant(t *testing.T) *management.Management {
	tenant := fake.New(fake.Options{})
	require.NoError(t, tenant.Seed(strings.NewReader(ann)))
	srv := httptest.NewServer(tenant)
	t.Cleanup(srv.Close)
	api, err := management.New(srv.URL, management.WithInsecure())
	require.NoError(t, err)
	return api
}

func TestSetColor(t *testing.T) {
	api := newTenant(t)
	require.NoError(t, setColor(t.Context(), api, "auth0|1", "blue"))
	u, err := api.User.Read(t.Context(), "auth0|1")
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"color": "blue"}, u.GetUserMetadata()["theme"]) // the font is lost
}

func TestWithClientCredentials(t *testing.T) {
	srv := httptest.NewServer(fake.New(fake.Options{}))
	defer srv.Close()
	insecure, credentials := management.WithInsecure(), management.WithClientCredentials(t.Context(), "id", "secret")
	api, err := management.New(srv.URL, insecure, credentials) // in this order
	require.NoError(t, err)
	_, err = api.User.Read(t.Context(), "auth0|nobody")
	assert.ErrorContains(t, err, "The user does not exist.")
}

func TestWithTLS(t *testing.T) {
	srv := httptest.NewTLSServer(fake.New(fake.Options{}))
	defer srv.Close()
	api, err := management.New(srv.URL, management.WithClient(srv.Client()), management.WithStaticToken("any"))
	require.NoError(t, err)
	_, err = api.User.Read(t.Context(), "auth0|nobody")
	assert.ErrorContains(t, err, "The user does not exist.")
}

func TestWithTLSAndClientCredentials(t *testing.T) {
	srv := httptest.NewTLSServer(fake.New(fake.Options{}))
	defer srv.Close()
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, srv.Client()) // for the token
	api, err := management.New(srv.URL, management.WithClient(srv.Client()), management.WithClientCredentials(ctx, "id", "secret"))
	require.NoError(t, err)
	_, err = api.User.Read(t.Context(), "auth0|nobody")
	assert.ErrorContains(t, err, "The user does not exist.")
}
