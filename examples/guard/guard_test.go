package guard_test

import (
	"context"
	"encoding/json"
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
	var judged patch.Payload
	c := &http.Client{Transport: &guard.Transport{
		Target: func(_ *http.Request, id string, p patch.Payload) (user.Target, error) {
			asked, judged = id, p
			return user.Target{Connection: user.Connection{Kind: user.CustomDatabase}}, nil
		},
		Strict: true, Errors: true,
	}}
	at := url + "/api/v2/users/auth0%7C65f0c0ffee"

	fine := `{"user_metadata": {"color": "red"}}`
	require.NoError(t, send(t, c, http.MethodPatch, at, fine))
	assert.Equal(t, 1, *count)
	assert.Equal(t, fine, *body)
	assert.Equal(t, "auth0|65f0c0ffee", asked)
	assert.Equal(t, `{"color":"red"}`, judged.UserMetadata.String())

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
		Target: func(*http.Request, string, patch.Payload) (user.Target, error) { return at, nil },
		Errors: true,
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
	body := `{"user_metadata":{"a":"` + strings.Repeat("x", 33<<20) + `"}}`
	c := &http.Client{Transport: &guard.Transport{Errors: true}}
	assert.ErrorIs(t, send(t, c, http.MethodPatch, url+"/api/v2/users/1", body), guard.ErrTooLarge)
	got := refusal(t, &guard.Transport{}, url+"/api/v2/users/1", body)
	assert.Equal(t, guard.ErrTooLarge.Error(), got.Message)
	assert.Zero(t, *count)
}

// refusal sends an update that is refused, and returns the answer.
func refusal(t *testing.T, by *guard.Transport, url, body string) (got patch.Response) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPatch, url, strings.NewReader(body))
	require.NoError(t, err)
	answer, err := (&http.Client{Transport: by}).Do(r)
	require.NoError(t, err)
	assert.Equal(t, http.StatusBadRequest, answer.StatusCode)
	assert.Equal(t, "400 Bad Request", answer.Status)
	assert.Same(t, r, answer.Request)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, int64(len(text)), answer.ContentLength)
	require.NoError(t, json.Unmarshal(text, &got))
	assert.Equal(t, patch.Response{StatusCode: 400, Error: "Bad Request", Message: got.Message, ErrorCode: guard.ErrorCode}, got)
	return got
}

// By default a refusal is a response in the form of the API's, without a value.
func TestRefusalIsAResponse(t *testing.T) {
	url, count, _ := server(t)
	at := url + "/api/v2/users/auth0%7C1"
	got := refusal(t, &guard.Transport{}, at, `{"password":"a-secret-9","email":"rosa@example.com","blocked":null}`)
	assert.Equal(t, "guard: the API would refuse the payload: blocked cannot be null; leave it out to keep it [patch.null] at /blocked; "+
		"cannot update password and email simultaneously; send two payloads, see Plan [patch.exclusive-attributes] at /password", got.Message)
	assert.Contains(t, refusal(t, &guard.Transport{Strict: true}, at, `{"app_metadata":{}}`).Message, "not sent because of warnings")
	assert.Contains(t, refusal(t, &guard.Transport{}, at, `{"a-secret-9`).Message, "the body is not a payload")
	assert.Zero(t, *count)
}

// Target is asked once for each update, whatever comes of it, and not for other requests
// or for a text that is no payload.
func TestTargetIsAskedOnce(t *testing.T) {
	url, _, _ := server(t)
	for body, want := range map[string]int{`{"blocked":true}`: 1, `{"blocked":null,"connection":"db","nickname":"r"}`: 1, `{"app_metadata":{}}`: 1, `[`: 0} {
		for _, asError := range []bool{false, true} {
			asked := 0
			c := &http.Client{Transport: &guard.Transport{
				Target: func(*http.Request, string, patch.Payload) (user.Target, error) { asked++; return user.Target{}, nil },
				Strict: true, Errors: asError,
			}}
			_ = send(t, c, http.MethodPatch, url+"/api/v2/users/auth0%7C1", body)
			assert.Equal(t, want, asked, body)
			require.NoError(t, send(t, c, http.MethodPost, url+"/api/v2/users/auth0%7C1/identities", body))
			assert.Equal(t, want, asked, body)
		}
	}
}

// A retry with a body that was read already sends the body again, and an empty body stays
// a refusal.
func TestBodyOfARetry(t *testing.T) {
	const text = `{"blocked":true}`
	var to base
	by := &guard.Transport{Base: &to}
	r, err := http.NewRequest(http.MethodPatch, "https://tenant.example/api/v2/users/auth0%7C1", strings.NewReader(text))
	require.NoError(t, err)
	for range 2 {
		to.sent = nil
		answer, err := by.RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.NotNil(t, to.sent)
		got, err := io.ReadAll(to.sent.Body)
		require.NoError(t, err)
		assert.Equal(t, text, string(got))
	}
	lost := errors.New("gone")
	r.GetBody = func() (io.ReadCloser, error) { return nil, lost }
	_, err = by.RoundTrip(r)
	assert.ErrorIs(t, err, lost)
	r.GetBody = nil
	answer, err := by.RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, http.StatusBadRequest, answer.StatusCode)
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
		answer, err := (&guard.Transport{Base: &to, Errors: true}).RoundTrip(r)
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
		Target: func(r *http.Request, _ string, _ patch.Payload) (user.Target, error) {
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
		Target: func(*http.Request, string, patch.Payload) (user.Target, error) { return user.Target{}, lost },
	}}
	assert.ErrorIs(t, send(t, c, http.MethodPatch, url+"/api/v2/users/1", `{"blocked":true}`), lost)
	assert.Zero(t, *count)
}
