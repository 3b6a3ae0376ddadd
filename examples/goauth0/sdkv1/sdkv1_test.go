package sdkv1_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/auth0/go-auth0"
	"github.com/auth0/go-auth0/management"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/goauth0/internal/rig"
	"github.com/metameld/metameld/examples/goauth0/sdkv1"
	"github.com/metameld/metameld/examples/guard"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// start returns a tenant and a client of the SDK.
func start(t *testing.T, options ...management.Option) (*rig.Tenant, *management.Management) {
	t.Helper()
	tenant, url := rig.Start(t)
	api, err := management.New(url, append([]management.Option{management.WithInsecure()}, options...)...)
	require.NoError(t, err)
	return tenant, api
}

// startGuarded returns a tenant and a guarded client of the SDK.
func startGuarded(t *testing.T) (*rig.Tenant, *management.Management) {
	t.Helper()
	tenant, url := rig.Start(t)
	api, err := sdkv1.Guarded(url, nil, rig.Connections, management.WithInsecure())
	require.NoError(t, err)
	return tenant, api
}

func TestGuarded(t *testing.T) {
	tenant, api := startGuarded(t)
	err := api.User.Update(t.Context(), rig.Ann, &management.User{Email: auth0.String("new@example.com"), Password: auth0.String("Secret-123")})
	var refused management.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, http.StatusBadRequest, refused.Status())
	assert.ErrorContains(t, err, "cannot update password and email simultaneously; send two payloads, see Plan [patch.exclusive-attributes] at /password")
	assert.NotContains(t, err.Error(), "Secret-123")
	assert.Len(t, tenant.Requests(http.MethodGet), 1, "Target is asked once")

	require.NoError(t, api.User.Update(t.Context(), rig.Ann, &management.User{Nickname: auth0.String("annie")}))
	assert.Equal(t, []string{`{"nickname":"annie"}`}, tenant.Updates())
	err = api.User.Update(t.Context(), rig.Gus, &management.User{Email: auth0.String("new@example.com")})
	assert.ErrorContains(t, err, "/email")
	assert.Empty(t, tenant.Updates())
	err = api.User.Update(t.Context(), "auth0|nobody", &management.User{Nickname: auth0.String("n")})
	assert.EqualError(t, err, "404 Not Found: The user does not exist.")
}

// The read and the update go through the transport that is passed, here one that trusts
// the certificate of the server.
func TestGuardedBase(t *testing.T) {
	tenant := rig.New(t)
	srv := httptest.NewTLSServer(tenant)
	defer srv.Close()
	api, err := sdkv1.Guarded(srv.URL, srv.Client().Transport, rig.Connections, management.WithStaticToken("any"))
	require.NoError(t, err)
	err = api.User.Update(t.Context(), rig.Ann, &management.User{Blocked: auth0.Bool(true)})
	require.NoError(t, err)
	assert.Equal(t, []string{`{"blocked":true}`}, tenant.Updates())
}

// The guard judges and sends an update of a user that the SDK cannot decode. The error is
// that of the SDK, after the update.
func TestGuardedMistyped(t *testing.T) {
	tenant, api := startGuarded(t)
	err := api.User.Update(t.Context(), rig.Old, &management.User{Blocked: auth0.Bool(true)})
	assert.ErrorContains(t, err, "cannot unmarshal")
	assert.Equal(t, user.Set(true), tenant.User(t, rig.Old).Blocked, "the update was made")
}

// The SDK handles a failing read as it handles a failing update: it retries after 429 only,
// and in v2 after 500.
func TestGuardedFailingRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // its clock does not wait
		for status, want := range map[int]int{http.StatusForbidden: 1, http.StatusTooManyRequests: 3, http.StatusInternalServerError: 1, 0: 1} {
			reads := 0
			base := rig.RoundTrip(func(r *http.Request) (*http.Response, error) {
				assert.Equal(t, http.MethodGet, r.Method, "no update is sent")
				if reads++; status == 0 {
					return nil, errors.New("no route to host")
				}
				return rig.Answer(status, `{"message":"Insufficient scope, expected any of: read:users"}`), nil
			})
			api, err := sdkv1.Guarded("tenant.example", base, rig.Connections, management.WithStaticToken("any"))
			require.NoError(t, err)
			err = api.User.Update(t.Context(), rig.Ann, &management.User{Blocked: auth0.Bool(true)})
			assert.ErrorContains(t, err, "guard: cannot get the target: ")
			assert.Equal(t, want, reads, status)
		}
	})
}

// An update that names the connection of a linked identity is judged by that one.
func TestGuardedSecondary(t *testing.T) {
	tenant, api := startGuarded(t)
	require.NoError(t, sdkv1.Link(t.Context(), api, tenant.User(t, rig.Gus), tenant.User(t, rig.Ann), rig.TargetOf("google-oauth2")))
	_ = tenant.Requests(http.MethodPatch)

	err := api.User.Update(t.Context(), rig.Gus, &management.User{Password: auth0.String("Secret-123")})
	assert.ErrorContains(t, err, "/password")
	err = api.User.Update(t.Context(), rig.Gus, &management.User{Password: auth0.String("Secret-123"), Connection: auth0.String("members")})
	require.NoError(t, err)
	assert.Len(t, tenant.Updates(), 1)
}

func TestConnections(t *testing.T) {
	tenant, api := start(t)
	got, err := sdkv1.Connections(t.Context(), api)
	require.NoError(t, err)
	assert.Len(t, got, 102)
	assert.Len(t, tenant.Requests(http.MethodGet), 2, "pages")
	for name, want := range rig.Connections {
		assert.Equal(t, want, got[name])
	}
}

func TestRead(t *testing.T) {
	tenant, api := start(t)
	for _, id := range []string{rig.Ann, rig.Gus, rig.Old, rig.Saml} {
		u, err := sdkv1.Read(t.Context(), api, id)
		require.NoError(t, err)
		assert.Equal(t, string(tenant.User(t, id).AppendJSON(nil)), string(u.AppendJSON(nil)))
	}
	_, err := sdkv1.Read(t.Context(), api, "auth0|nobody")
	assert.ErrorContains(t, err, "404")
}

func TestUpdate(t *testing.T) {
	tenant, api := start(t)
	home := &management.User{UserMetadata: &map[string]any{"address": map[string]any{"home": "new"}}}
	out, err := sdkv1.Update(t.Context(), api, rig.Ann, home, rig.TargetOf("members"))
	require.NoError(t, err)
	assert.ErrorIs(t, out.Warnings, rule.ReplacedObject)
	assert.Contains(t, fmt.Sprint(out.Changes()), "removed /user_metadata/address/work")
	assert.Equal(t, `{"home":"new"}`, tenant.User(t, rig.Ann).UserMetadata.At("/address").String())

	_ = tenant.Requests(http.MethodPatch)
	bad := &management.User{Email: auth0.String("new@example.com"), EmailVerified: auth0.Bool(true), Password: auth0.String("Secret-123")}
	_, err = sdkv1.Update(t.Context(), api, rig.Ann, bad, rig.TargetOf("members"))
	assert.ErrorIs(t, err, rule.ExclusiveAttributes)
	assert.Empty(t, tenant.Updates())
}

func TestSend(t *testing.T) {
	tenant, api := start(t)
	payloads := patch.Payloads{
		{GivenName: user.Null[string](), UserMetadata: metadata.MustDelta(`{"language":null,"account":9007199254740993}`)},
		{AppMetadata: metadata.MustDelta(`{"plan":"free"}`)},
	}
	require.NoError(t, sdkv1.Send(t.Context(), api, rig.Gus, payloads))
	assert.Equal(t, []string{
		`{"user_metadata":{"language":null,"account":9007199254740993},"given_name":null}`,
		`{"app_metadata":{"plan":"free"}}`,
	}, tenant.Updates())
	u := tenant.User(t, rig.Gus)
	assert.True(t, u.GivenName.IsZero())
	assert.Equal(t, `{"account":9007199254740993}`, u.UserMetadata.String())
}

func TestEdit(t *testing.T) {
	tenant, api := start(t)
	err := sdkv1.Edit(t.Context(), api, rig.Gus, rig.TargetOf("google-oauth2"), func(u *user.Profile) (err error) {
		u.GivenName = user.Field[string]{} // removed
		u.Nickname = user.Set("gus")
		u.UserMetadata, err = u.UserMetadata.With("dark", "theme")
		return err
	})
	require.NoError(t, err)
	assert.Equal(t, []string{`{"user_metadata":{"theme":"dark"},"given_name":null,"nickname":"gus"}`}, tenant.Updates())

	err = sdkv1.Edit(t.Context(), api, rig.Ann, rig.TargetOf("members"), func(u *user.Profile) (err error) {
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
	require.NoError(t, sdkv1.Link(t.Context(), api, ann, gus, rig.TargetOf("members")))
	assert.Equal(t, []string{`{"user_metadata":{"language":"es"}}`}, tenant.Updates())
	ann = tenant.User(t, rig.Ann)
	require.Len(t, ann.Identities, 2)
	assert.Equal(t, `"es"`, ann.UserMetadata.At("/language").String())

	_, err := sdkv1.Unlink(t.Context(), api, ann, "google-oauth2", rig.Gus)
	assert.ErrorIs(t, err, rule.NothingUnlinked, "an id with its prefix")
	_, err = sdkv1.Unlink(t.Context(), api, ann, "auth0", "ann")
	assert.ErrorIs(t, err, rule.MainIdentity)
	apart, err := sdkv1.Unlink(t.Context(), api, ann, "google-oauth2", "42")
	require.NoError(t, err)
	assert.True(t, apart.Equal(tenant.User(t, rig.Gus)))
	assert.Len(t, tenant.User(t, rig.Ann).Identities, 1)
}

func TestMeaning(t *testing.T) {
	_, api := start(t)
	err := api.User.Update(t.Context(), rig.Ann, &management.User{Email: auth0.String("new@example.com"), Password: auth0.String("Secret-123")})
	r, ok := sdkv1.Meaning(rule.EndpointUpdate, err)
	assert.True(t, ok)
	assert.Equal(t, rule.ExclusiveAttributes, r.ID)
	_, err = api.User.Unlink(t.Context(), rig.Ann, "auth0", "ann")
	r, ok = sdkv1.Meaning(rule.EndpointUnlink, err)
	assert.True(t, ok)
	assert.Equal(t, rule.MainIdentity, r.ID)
	_, ok = sdkv1.Meaning(rule.EndpointUpdate, guard.ErrTooLarge)
	assert.False(t, ok)
}

// Meaning finds the rule of a refusal of the guard.
func TestMeaningOfRefusal(t *testing.T) {
	_, api := startGuarded(t)
	err := api.User.Update(t.Context(), rig.Ann, &management.User{Email: auth0.String("a@example.com"), Password: auth0.String("Secret-123")})
	r, ok := sdkv1.Meaning(rule.EndpointUpdate, err)
	assert.True(t, ok)
	assert.Equal(t, rule.ExclusiveAttributes, r.ID)
}

// The member error of an answer can be another text than the status has.
func TestMeaningOfOtherErrors(t *testing.T) {
	for _, name := range []string{"Bad Request", "Payload Too Large", "BadRequest", ""} {
		base := rig.RoundTrip(func(*http.Request) (*http.Response, error) {
			return rig.Answer(http.StatusBadRequest, `{"statusCode":400,"error":"`+name+`","message":"Cannot update password and email simultaneously."}`), nil
		})
		api, err := management.New("tenant.example", management.WithClient(&http.Client{Transport: base}), management.WithStaticToken("any"))
		require.NoError(t, err)
		r, ok := sdkv1.Meaning(rule.EndpointUpdate, api.User.Update(t.Context(), rig.Ann, &management.User{Blocked: auth0.Bool(true)}))
		assert.True(t, ok, name)
		assert.Equal(t, rule.ExclusiveAttributes, r.ID)
	}
}

// patch.From takes a management.User with every field.
func TestFromEveryField(t *testing.T) {
	u := &management.User{}
	fill(reflect.ValueOf(u).Elem())
	p, err := patch.From(u)
	require.NoError(t, err)
	want, err := json.Marshal(u)
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(p.AppendJSON(nil)))
	assert.Equal(t, user.Set("text"), p.Email)
	assert.Equal(t, user.Set(true), p.EmailVerified)
	assert.True(t, p.Password.Or(user.Secret{}).Equal(user.NewSecret("text")))
	assert.Equal(t, `{"text":1}`, p.AppMetadata.String())
	clean, dropped := p.Sendable()
	assert.ElementsMatch(t, []string{"user_id", "identities", "created_at", "updated_at", "last_ip", "last_login", "logins_count", "last_password_reset", "multifactor"}, dropped)
	assert.NotContains(t, clean.String(), "user_id")
}

// fill gives each field of a struct a value.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]any{"text": 1}))
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(7)
	default:
		panic(v.Kind())
	}
}
