package sdkv2_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"testing"
	"testing/synctest"

	"github.com/auth0/go-auth0/v2/management"
	"github.com/auth0/go-auth0/v2/management/client"
	"github.com/auth0/go-auth0/v2/management/option"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/metameld/metameld/examples/goauth0/internal/rig"
	"github.com/metameld/metameld/examples/goauth0/sdkv2"
	"github.com/metameld/metameld/examples/guard"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// start returns a tenant and a client of the SDK.
func start(t *testing.T, options ...option.RequestOption) (*rig.Tenant, *client.Management) {
	t.Helper()
	tenant, url := rig.Start(t)
	api, err := client.New(url, append([]option.RequestOption{option.WithInsecure()}, options...)...)
	require.NoError(t, err)
	return tenant, api
}

// startGuarded returns a tenant and a guarded client of the SDK.
func startGuarded(t *testing.T) (*rig.Tenant, *client.Management) {
	t.Helper()
	tenant, url := rig.Start(t)
	api, err := sdkv2.Guarded(url, nil, rig.Connections, option.WithInsecure())
	require.NoError(t, err)
	return tenant, api
}

func TestGuarded(t *testing.T) {
	tenant, api := startGuarded(t)
	_, err := api.Users.Update(t.Context(), rig.Ann, &management.UpdateUserRequestContent{Email: management.String("new@example.com"), Password: management.String("Secret-123")})
	var refused *management.BadRequestError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, http.StatusBadRequest, refused.StatusCode)
	assert.Equal(t, guard.ErrorCode, refused.Body.(map[string]any)["errorCode"])
	assert.ErrorContains(t, err, "cannot update password and email simultaneously; send two payloads, see Plan [patch.exclusive-attributes] at /password")
	assert.NotContains(t, err.Error(), "Secret-123")
	assert.Len(t, tenant.Requests(http.MethodGet), 1, "Target is asked once")

	_, err = api.Users.Update(t.Context(), rig.Ann, &management.UpdateUserRequestContent{Nickname: management.String("annie")})
	require.NoError(t, err)
	assert.Equal(t, []string{`{"nickname":"annie"}`}, tenant.Updates())
	_, err = api.Users.Update(t.Context(), rig.Gus, &management.UpdateUserRequestContent{Email: management.String("new@example.com")})
	assert.ErrorContains(t, err, "/email")
	assert.Empty(t, tenant.Updates())
	_, err = api.Users.Update(t.Context(), "auth0|nobody", &management.UpdateUserRequestContent{Nickname: management.String("n")})
	var none *management.NotFoundError
	assert.ErrorAs(t, err, &none)
}

// The read and the update go through the transport that is passed, here one that trusts
// the certificate of the server.
func TestGuardedBase(t *testing.T) {
	tenant := rig.New(t)
	srv := httptest.NewTLSServer(tenant)
	defer srv.Close()
	api, err := sdkv2.Guarded(srv.URL, srv.Client().Transport, rig.Connections, option.WithToken("any"))
	require.NoError(t, err)
	_, err = api.Users.Update(t.Context(), rig.Ann, &management.UpdateUserRequestContent{Blocked: management.Bool(true)})
	require.NoError(t, err)
	assert.Equal(t, []string{`{"blocked":true}`}, tenant.Updates())
}

// The guard judges and sends an update of a user that the SDK cannot decode. The error is
// that of the SDK, after the update.
func TestGuardedMistyped(t *testing.T) {
	tenant, api := startGuarded(t)
	_, err := api.Users.Update(t.Context(), rig.Old, &management.UpdateUserRequestContent{Blocked: management.Bool(true)})
	assert.ErrorContains(t, err, "cannot unmarshal")
	assert.Equal(t, user.Set(true), tenant.User(t, rig.Old).Blocked, "the update was made")
}

// The SDK handles a failing read as it handles a failing update: it retries after 429 only,
// and in v2 after 500.
func TestGuardedFailingRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // its clock does not wait
		for status, want := range map[int]int{http.StatusForbidden: 1, http.StatusTooManyRequests: 3, http.StatusInternalServerError: 3, 0: 1} {
			reads := 0
			base := rig.RoundTrip(func(r *http.Request) (*http.Response, error) {
				assert.Equal(t, http.MethodGet, r.Method, "no update is sent")
				if reads++; status == 0 {
					return nil, errors.New("no route to host")
				}
				return rig.Answer(status, `{"message":"Insufficient scope, expected any of: read:users"}`), nil
			})
			api, err := sdkv2.Guarded("tenant.example", base, rig.Connections, option.WithToken("any"))
			require.NoError(t, err)
			_, err = api.Users.Update(t.Context(), rig.Ann, &management.UpdateUserRequestContent{Blocked: management.Bool(true)})
			assert.ErrorContains(t, err, "guard: cannot get the target: ")
			assert.Equal(t, want, reads, status)
		}
	})
}

// An update that names the connection of a linked identity is judged by that one.
func TestGuardedSecondary(t *testing.T) {
	tenant, api := startGuarded(t)
	require.NoError(t, sdkv2.Link(t.Context(), api, tenant.User(t, rig.Gus), tenant.User(t, rig.Ann), rig.TargetOf("google-oauth2")))
	_ = tenant.Requests(http.MethodPatch)

	_, err := api.Users.Update(t.Context(), rig.Gus, &management.UpdateUserRequestContent{Password: management.String("Secret-123")})
	assert.ErrorContains(t, err, "/password")
	_, err = api.Users.Update(t.Context(), rig.Gus, &management.UpdateUserRequestContent{Password: management.String("Secret-123"), Connection: management.String("members")})
	require.NoError(t, err)
	assert.Len(t, tenant.Updates(), 1)
}

func TestConnections(t *testing.T) {
	tenant, api := start(t)
	got, err := sdkv2.Connections(t.Context(), api)
	require.NoError(t, err)
	assert.Len(t, got, 102)
	assert.Len(t, tenant.Requests(http.MethodGet), 2, "pages")
	for name, want := range rig.Connections {
		assert.Equal(t, want, got[name])
	}
}

func TestRead(t *testing.T) {
	tenant, api := start(t)
	for _, id := range []string{rig.Ann, rig.Gus} {
		u, err := sdkv2.Read(t.Context(), api, id)
		require.NoError(t, err)
		assert.Equal(t, string(tenant.User(t, id).AppendJSON(nil)), string(u.AppendJSON(nil)))
	}
	_, err := sdkv2.Read(t.Context(), api, "auth0|nobody")
	assert.ErrorContains(t, err, "404")
}

// Call reads and updates users that the SDK cannot decode, with the client of the SDK.
func TestCall(t *testing.T) {
	tenant := rig.New(t)
	srv := httptest.NewServer(tenant)
	defer srv.Close()
	config := clientcredentials.Config{ClientID: "id", ClientSecret: "secret", TokenURL: srv.URL + "/oauth/token"}
	c := oauth2.NewClient(t.Context(), config.TokenSource(t.Context()))
	api, err := client.New(srv.URL, option.WithInsecure(), option.WithHTTPClient(c))
	require.NoError(t, err)
	_, err = api.Users.Get(t.Context(), rig.Ann, &management.GetUserRequestParameters{})
	require.NoError(t, err)

	at := srv.URL + "/api/v2/users/" + url.PathEscape(rig.Old)
	text, err := sdkv2.Call(t.Context(), c, http.MethodGet, at, nil)
	require.NoError(t, err)
	u, err := user.Parse(text)
	require.NoError(t, err)
	assert.True(t, u.Equal(tenant.User(t, rig.Old)))
	for _, r := range tenant.Requests(http.MethodGet) {
		assert.Equal(t, "Bearer this-tenant-accepts-anything", r.Authorization)
	}

	p := patch.Payload{Blocked: user.Set(true), UserMetadata: metadata.MustDelta(`{"n":9007199254740993}`)}
	_, err = sdkv2.Call(t.Context(), c, http.MethodPatch, at, p.AppendJSON(nil))
	require.NoError(t, err)
	assert.Equal(t, []string{p.String()}, tenant.Updates())
	_, err = sdkv2.Call(t.Context(), c, http.MethodPatch, at, []byte(`{"email":"a@example.com","username":"a"}`))
	r, ok := sdkv2.Meaning(rule.EndpointUpdate, err)
	assert.True(t, ok)
	assert.Equal(t, rule.ExclusiveAttributes, r.ID)
}

func TestUpdate(t *testing.T) {
	tenant, api := start(t)
	home := &management.UpdateUserRequestContent{UserMetadata: &management.UserMetadata{"address": map[string]any{"home": "new"}}}
	out, err := sdkv2.Update(t.Context(), api, rig.Ann, home, rig.TargetOf("members"))
	require.NoError(t, err)
	assert.ErrorIs(t, out.Warnings, rule.ReplacedObject)
	assert.Contains(t, fmt.Sprint(out.Changes()), "removed /user_metadata/address/work")
	assert.Equal(t, `{"home":"new"}`, tenant.User(t, rig.Ann).UserMetadata.At("/address").String())

	_ = tenant.Requests(http.MethodPatch)
	bad := &management.UpdateUserRequestContent{Email: management.String("new@example.com"), EmailVerified: management.Bool(true), Password: management.String("Secret-123")}
	_, err = sdkv2.Update(t.Context(), api, rig.Ann, bad, rig.TargetOf("members"))
	assert.ErrorIs(t, err, rule.ExclusiveAttributes)
	assert.Empty(t, tenant.Updates())
}

func TestSend(t *testing.T) {
	tenant, api := start(t)
	payloads := patch.Payloads{
		{GivenName: user.Null[string](), UserMetadata: metadata.MustDelta(`{"language":null,"account":9007199254740993}`)},
		{AppMetadata: metadata.MustDelta(`{"plan":"free"}`)},
	}
	require.NoError(t, sdkv2.Send(t.Context(), api, rig.Gus, payloads))
	assert.Equal(t, []string{
		`{"given_name":null,"user_metadata":{"language":null,"account":9007199254740993}}`,
		`{"app_metadata":{"plan":"free"}}`,
	}, tenant.Updates())
	u := tenant.User(t, rig.Gus)
	assert.True(t, u.GivenName.IsZero())
	assert.Equal(t, `{"account":9007199254740993}`, u.UserMetadata.String())
}

func TestEdit(t *testing.T) {
	tenant, api := start(t)
	err := sdkv2.Edit(t.Context(), api, rig.Gus, rig.TargetOf("google-oauth2"), func(u *user.Profile) (err error) {
		u.GivenName = user.Field[string]{} // removed
		u.Nickname = user.Set("gus")
		u.UserMetadata, err = u.UserMetadata.With("dark", "theme")
		return err
	})
	require.NoError(t, err)
	assert.Equal(t, []string{`{"given_name":null,"nickname":"gus","user_metadata":{"theme":"dark"}}`}, tenant.Updates())

	err = sdkv2.Edit(t.Context(), api, rig.Ann, rig.TargetOf("members"), func(u *user.Profile) (err error) {
		u.UserMetadata, err = u.UserMetadata.With("new", "address", "home")
		return err
	})
	require.NoError(t, err)
	want := `{"account":9007199254740993,"color":"red","address":{"home":"new","work":"w"}}`
	assert.JSONEq(t, want, tenant.User(t, rig.Ann).UserMetadata.String())
	assert.Contains(t, tenant.User(t, rig.Ann).UserMetadata.String(), "9007199254740993")
}

func TestLinkAndUnlink(t *testing.T) {
	tenant, api := start(t)
	ann, gus := tenant.User(t, rig.Ann), tenant.User(t, rig.Gus)
	require.NoError(t, sdkv2.Link(t.Context(), api, ann, gus, rig.TargetOf("members")))
	assert.Equal(t, []string{`{"user_metadata":{"language":"es"}}`}, tenant.Updates())
	ann = tenant.User(t, rig.Ann)
	require.Len(t, ann.Identities, 2)
	assert.Equal(t, `"es"`, ann.UserMetadata.At("/language").String())

	_, err := sdkv2.Unlink(t.Context(), api, ann, "google-oauth2", rig.Gus)
	assert.ErrorIs(t, err, rule.NothingUnlinked, "an id with its prefix")
	_, err = sdkv2.Unlink(t.Context(), api, ann, "auth0", "ann")
	assert.ErrorIs(t, err, rule.MainIdentity)
	apart, err := sdkv2.Unlink(t.Context(), api, ann, "google-oauth2", "42")
	require.NoError(t, err)
	assert.True(t, apart.Equal(tenant.User(t, rig.Gus)))
	assert.Len(t, tenant.User(t, rig.Ann).Identities, 1)
}

func TestMeaning(t *testing.T) {
	_, api := start(t)
	_, err := api.Users.Update(t.Context(), rig.Ann, &management.UpdateUserRequestContent{Email: management.String("new@example.com"), Password: management.String("Secret-123")})
	r, ok := sdkv2.Meaning(rule.EndpointUpdate, err)
	assert.True(t, ok)
	assert.Equal(t, rule.ExclusiveAttributes, r.ID)
	_, err = api.Users.Identities.Delete(t.Context(), rig.Ann, management.UserIdentityProviderEnumAuth0.Ptr(), "ann")
	r, ok = sdkv2.Meaning(rule.EndpointUnlink, err)
	assert.True(t, ok)
	assert.Equal(t, rule.MainIdentity, r.ID)
	_, ok = sdkv2.Meaning(rule.EndpointUpdate, guard.ErrTooLarge)
	assert.False(t, ok)
}

// Meaning finds the rule of a refusal of the guard.
func TestMeaningOfRefusal(t *testing.T) {
	_, api := startGuarded(t)
	_, err := api.Users.Update(t.Context(), rig.Ann, &management.UpdateUserRequestContent{Email: management.String("a@example.com"), Password: management.String("Secret-123")})
	r, ok := sdkv2.Meaning(rule.EndpointUpdate, err)
	assert.True(t, ok)
	assert.Equal(t, rule.ExclusiveAttributes, r.ID)
}

// patch.From takes an UpdateUserRequestContent with every field, and a user that was
// read.
func TestFromEveryField(t *testing.T) {
	u := &management.UpdateUserRequestContent{}
	fill(reflect.ValueOf(u).Elem())
	p, err := patch.From(u)
	require.NoError(t, err)
	want, err := json.Marshal(u)
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(p.AppendJSON(nil)))
	assert.Zero(t, p.Extra.Len(), "a field that is not in the schema")
	assert.Equal(t, user.Set(true), p.VerifyPhoneNumber)
	assert.True(t, p.Password.Or(user.Secret{}).Equal(user.NewSecret("text")))
	assert.Equal(t, `{"text":1}`, p.AppMetadata.String())
	byValue, err := patch.From(*u)
	require.NoError(t, err)
	assert.True(t, byValue.Equal(p))

	_, api := start(t)
	read, err := api.Users.Get(t.Context(), rig.Gus, &management.GetUserRequestParameters{})
	require.NoError(t, err)
	p, err = patch.From(read)
	require.NoError(t, err)
	clean, dropped := p.Sendable()
	assert.ElementsMatch(t, []string{"user_id", "identities"}, dropped)
	assert.Contains(t, clean.String(), `"locale":"es"`)
}

// fill gives each field of a struct a value.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]any{"text": 1}))
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic(v.Kind())
	}
}
