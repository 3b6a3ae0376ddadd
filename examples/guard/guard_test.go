package guard_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/guard"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// server returns the URL of a server that counts requests and keeps the last body.
func server(t *testing.T) (url string, count *int, body *string) {
	count, body = new(int), new(string)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		*count++
		*body = string(text)
	}))
	t.Cleanup(s.Close)
	return s.URL, count, body
}

func send(t *testing.T, c *http.Client, method, url, body string) error {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	require.NoError(t, err)
	answer, err := c.Do(r)
	if err == nil {
		require.NoError(t, answer.Body.Close())
	}
	return err
}

// A guarded HTTP client does not send payloads that the API would refuse.
func TestRefusedPayloadsAreNotSent(t *testing.T) {
	url, count, body := server(t)
	var asked string
	c := &http.Client{Transport: &guard.Transport{
		Target: func(_ *http.Request, id string) (user.Target, error) {
			asked = id
			return user.Target{Connection: user.Connection{Kind: user.CustomDatabase}}, nil
		},
		Strict: true,
	}}
	at := url + "/api/v2/users/auth0%7C65f0c0ffee"

	fine := `{"user_metadata": {"color": "red"}}`
	require.NoError(t, send(t, c, http.MethodPatch, at, fine))
	assert.Equal(t, 1, *count)
	assert.Equal(t, fine, *body)
	assert.Equal(t, "auth0|65f0c0ffee", asked)

	err := send(t, c, http.MethodPatch, at, `{"password":"a-secret-9","username":"rosa"}`)
	assert.ErrorIs(t, err, rule.ExclusiveAttributes)
	assert.ErrorIs(t, err, rule.CustomDatabase)
	assert.NotContains(t, err.Error(), "a-secret-9")
	var vs rule.Violations
	assert.ErrorAs(t, err, &vs)

	assert.ErrorIs(t, send(t, c, http.MethodPatch, at, `{"app_metadata":{}}`), rule.MetadataWipe)
	var faults metadata.Errors
	assert.ErrorAs(t, send(t, c, http.MethodPatch, at, `{"user_metadata":`), &faults)
	assert.ErrorAs(t, send(t, c, http.MethodPatch, at, ""), &faults)
	assert.Equal(t, 1, *count, "requests that were sent")

	// Other requests are not judged.
	require.NoError(t, send(t, c, http.MethodPatch, url+"/api/v2/clients/1", `{"name":null}`))
	require.NoError(t, send(t, c, http.MethodPost, url+"/api/v2/users/auth0%7C1/identities", `{}`))
	assert.Equal(t, 3, *count)
}

// Without Strict a payload with warnings is sent.
func TestWarningsAreSent(t *testing.T) {
	url, count, _ := server(t)
	c := &http.Client{Transport: &guard.Transport{}}
	require.NoError(t, send(t, c, http.MethodPatch, url+"/api/v2/users/1", `{"app_metadata":{}}`))
	assert.Equal(t, 1, *count)
}

// A payload that only an older source refuses is sent, and so is one that the target reads
// leniently.
func TestNewestSourceCounts(t *testing.T) {
	url, count, _ := server(t)
	at := user.Target{Connection: user.Connection{Kind: user.CustomDatabase}, Migrated: true}
	c := &http.Client{Transport: &guard.Transport{
		Target: func(*http.Request, string) (user.Target, error) { return at, nil },
	}}
	nickname := patch.Payload{Nickname: user.Set("rosie")}
	assert.ErrorIs(t, nickname.Validate(at).Err(), rule.MigratedAttributes)
	require.NoError(t, send(t, c, http.MethodPatch, url+"/api/v2/users/1", `{"nickname":"rosie"}`))
	assert.Equal(t, 1, *count)

	const metadataNull = `{"user_metadata":null}`
	assert.ErrorIs(t, send(t, c, http.MethodPatch, url+"/api/v2/users/1", metadataNull), rule.MetadataNull)
	at.Sources = rule.Lenient
	require.NoError(t, send(t, c, http.MethodPatch, url+"/api/v2/users/1", metadataNull))
	assert.Equal(t, 2, *count)
}

// A body that is too large to judge is not sent.
func TestBodyTooLarge(t *testing.T) {
	url, count, _ := server(t)
	c := &http.Client{Transport: &guard.Transport{}}
	body := `{"user_metadata":{"a":"` + strings.Repeat("x", 33<<20) + `"}}`
	assert.ErrorIs(t, send(t, c, http.MethodPatch, url+"/api/v2/users/1", body), guard.ErrTooLarge)
	assert.Zero(t, *count)
}

// base is a transport that keeps the request.
type base struct{ sent *http.Request }

func (b *base) RoundTrip(r *http.Request) (*http.Response, error) {
	b.sent = r
	return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: r}, r.Context().Err()
}

// body is the body of a request; it records whether it was closed.
type body struct {
	io.Reader
	closed bool
}

func (b *body) Close() error { b.closed = true; return nil }

// The body that is sent can be read, and again for a retry. The caller's body is closed
// in any case, and the caller's request does not change.
func TestBodies(t *testing.T) {
	for text, isSent := range map[string]bool{`{"blocked": true}`: true, `{"blocked": null}`: false, `[`: false} {
		var to base
		given := &body{Reader: strings.NewReader(text)}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, "https://tenant.example/api/v2/users/auth0%7C1/", given)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer t")
		answer, err := (&guard.Transport{Base: &to}).RoundTrip(r)
		assert.True(t, given.closed, text)
		assert.Same(t, given, r.Body)
		assert.Zero(t, r.ContentLength)
		if !isSent {
			assert.Error(t, err)
			assert.Nil(t, to.sent, text)
			continue
		}
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, r.Header, to.sent.Header)
		assert.Equal(t, r.URL, to.sent.URL)
		assert.Equal(t, int64(len(text)), to.sent.ContentLength)
		again, err := to.sent.GetBody()
		require.NoError(t, err)
		for _, b := range []io.Reader{to.sent.Body, again} {
			got, err := io.ReadAll(b)
			require.NoError(t, err)
			assert.Equal(t, text, string(got))
		}
	}
}

// A request that is not an update is sent unchanged.
func TestOtherRequestsAreUntouched(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		var to base
		r, err := http.NewRequest(method, "https://tenant.example/api/v2/users/auth0%7C1", &body{Reader: strings.NewReader("[")})
		require.NoError(t, err)
		answer, err := (&guard.Transport{Base: &to}).RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Same(t, r, to.sent)
	}
}

// A cancelled request is not sent, and Target can read its context.
func TestContext(t *testing.T) {
	url, count, _ := server(t)
	gone, cancel := context.WithCancel(t.Context())
	c := &http.Client{Transport: &guard.Transport{
		Target: func(r *http.Request, _ string) (user.Target, error) {
			cancel()
			return user.Target{}, r.Context().Err()
		},
	}}
	r, err := http.NewRequestWithContext(gone, http.MethodPatch, url+"/api/v2/users/1", strings.NewReader(`{"blocked":true}`))
	require.NoError(t, err)
	_, err = c.Do(r)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, *count)
}

// An error of Target is returned, and the request is not sent.
func TestTargetError(t *testing.T) {
	url, count, _ := server(t)
	lost := errors.New("no such connection")
	c := &http.Client{Transport: &guard.Transport{
		Target: func(*http.Request, string) (user.Target, error) { return user.Target{}, lost },
	}}
	assert.ErrorIs(t, send(t, c, http.MethodPatch, url+"/api/v2/users/1", `{"blocked":true}`), lost)
	assert.Zero(t, *count)
}
