package guard_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
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

// If Target fails, the update is not sent. By default the response has the status of the
// read, or one that SDKs do not retry.
func TestTargetError(t *testing.T) {
	url, count, _ := server(t)
	lost := errors.New("no such connection")
	limited := &guard.StatusError{Status: http.StatusTooManyRequests, Message: "slow down", Header: http.Header{"Retry-After": {"7"}, "Set-Cookie": {"a=b"}}}
	for _, c := range []struct {
		cause      error
		status     int
		text       string
		retryAfter string
	}{
		{lost, http.StatusFailedDependency, `{"statusCode":424,"error":"Failed Dependency","message":"guard: cannot get the target: no such connection","errorCode":"target_unknown"}`, ""},
		{limited, http.StatusTooManyRequests, `{"statusCode":429,"error":"Too Many Requests","message":"guard: cannot get the target: the read of the user was answered 429 Too Many Requests: slow down","errorCode":"target_unknown"}`, "7"},
	} {
		by := &guard.Transport{Target: func(*http.Request, string, patch.Payload) (user.Target, error) { return user.Target{}, c.cause }}
		r, err := http.NewRequest(http.MethodPatch, url+"/api/v2/users/1", strings.NewReader(`{"blocked":true}`))
		require.NoError(t, err)
		answer, err := by.RoundTrip(r)
		require.NoError(t, err)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, c.status, answer.StatusCode)
		assert.Equal(t, c.text, string(text))
		assert.Equal(t, c.retryAfter, answer.Header.Get("Retry-After"))
		assert.Empty(t, answer.Header.Get("Set-Cookie"))

		by.Errors = true
		assert.ErrorIs(t, send(t, &http.Client{Transport: by}, http.MethodPatch, url+"/api/v2/users/1", `{"blocked":true}`), c.cause)
	}
	assert.Zero(t, *count)
}

// A context that ended is the error, whatever else is wrong.
func TestCancelledWithBadBody(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, text := range []string{"[", `{"blocked":null}`, `{"blocked":true}`} {
		r, err := http.NewRequestWithContext(gone, http.MethodPatch, "https://tenant.example/api/v2/users/1", strings.NewReader(text))
		require.NoError(t, err)
		_, err = (&guard.Transport{Base: &base{}}).RoundTrip(r)
		assert.ErrorIs(t, err, context.Canceled, text)
	}
}

// An update is judged also if its path is written in another way that servers accept.
func TestPaths(t *testing.T) {
	for path, want := range map[string]string{
		"/api/v2/users/auth0%7C1": "auth0|1", "/api/v2/users/auth0|1/": "auth0|1", "/proxy/api/v2/users/1": "1",
		"/api/v2//users/1": "1", "/api/v2/users//1": "1", "//api/v2/users/1//": "1", "/api/v2/./users/1": "1", "/api/v2/users/%2e/1": "1",
		"/api/v2/users/x/../1": "1", "/api/v2/users/x/%2E%2e/1": "1", "/api/v2/%75sers/1": "1", "/API/v2/Users/1": "1",
		"/api/v2/users/1/identities/..": "1", "/api/v2/users/samlp%7Ca%2Fb": "samlp|a/b", "opaque": "1",

		"/api/v2/users": "", "/api/v2/users/": "", "/api/v2/users/1/identities": "", "/api/v2/users/1/..": "", "/users/1": "", "/../..": "",
		"/api%2Fv2/users/1": "",
	} {
		r, err := http.NewRequest(http.MethodPatch, "https://tenant.example", strings.NewReader(`{"blocked":null}`))
		require.NoError(t, err)
		if r.URL.Opaque = "//tenant.example" + path; path == "opaque" {
			r.URL.Opaque = "//tenant.example/api/v2/users/1?a=/b"
		} else {
			r.URL, err = url.Parse("https://tenant.example" + path)
			require.NoError(t, err)
		}
		var to base
		asked := ""
		by := &guard.Transport{Base: &to, Target: func(_ *http.Request, id string, _ patch.Payload) (user.Target, error) {
			asked = id
			return user.Target{}, nil
		}}
		answer, err := by.RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, want, asked, path)
		assert.Equal(t, want == "", to.sent != nil, path)
	}
}

// Bodies that cannot be judged are refused, whatever their Content-Type.
func TestCannotBeJudged(t *testing.T) {
	for _, c := range []struct{ body, contentType, encoding, want string }{
		{"blocked=true", "application/x-www-form-urlencoded", "", "the body is not a payload"},
		{"\x1f\x8b", "application/json", "gzip", "guard: cannot judge a body with a Content-Encoding"},
		{"\ufeff{}", "application/json", "", "the body is not a payload"},
		{`{"user_metadata":{"a":"\ud800"}}`, "application/json", "", "the body is not a payload"},
		{`{"name":"a","name":"b"}`, "application/json", "", "the body is not a payload"},
		{"{\"name\":\"a\xff\"}", "application/json", "", "the body is not a payload"},
		{`{"blocked":true}`, "text/plain", "identity", ""},
	} {
		var to base
		r, err := http.NewRequest(http.MethodPatch, "https://tenant.example/api/v2/users/1", strings.NewReader(c.body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", c.contentType)
		r.Header.Set("Content-Encoding", c.encoding)
		answer, err := (&guard.Transport{Base: &to}).RoundTrip(r)
		require.NoError(t, err)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		assert.Contains(t, string(text), c.want)
		assert.Equal(t, c.want == "", to.sent != nil, c.body)
	}
}

// The read of the user has the headers of the update, without those of its body, and goes
// through base.
func TestTargetOf(t *testing.T) {
	text := `{"user_id":"auth0|1","identities":[{"connection":"db","provider":"auth0","user_id":1},{"connection":"google","provider":"google-oauth2","user_id":"2"}]}`
	status, reads := http.StatusOK, 0
	to := roundTrip(func(r *http.Request) (*http.Response, error) {
		answer := httptest.NewRecorder()
		if r.Method == http.MethodGet {
			reads++
			assert.Equal(t, "/api/v2/users/auth0%7C1", r.URL.EscapedPath())
			assert.Equal(t, "fields=identities", r.URL.RawQuery)
			assert.Equal(t, http.Header{"Authorization": {"Bearer any"}}, r.Header)
			assert.Nil(t, r.Body)
			answer.WriteHeader(status)
			_, _ = answer.WriteString(text)
		}
		return answer.Result(), nil
	})
	connections := map[string]user.Connection{"db": {Name: "db", Strategy: "auth0", Kind: user.Database}, "google": {Name: "google", Strategy: "google-oauth2", Kind: user.Social}}
	by := &guard.Transport{Base: to, Target: guard.TargetOf(to, connections)}
	do := func(body string) (patch.Response, int) {
		r, err := http.NewRequest(http.MethodPatch, "https://tenant.example/api/v2/users/auth0%7C1?any=1", strings.NewReader(body))
		require.NoError(t, err)
		r.Header = http.Header{"Authorization": {"Bearer any"}, "Content-Type": {"application/json"}, "Accept-Encoding": {"br"}}
		answer, err := by.RoundTrip(r)
		require.NoError(t, err)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		assert.Equal(t, http.Header{"Authorization": {"Bearer any"}, "Content-Type": {"application/json"}, "Accept-Encoding": {"br"}}, r.Header)
		var got patch.Response
		_ = json.Unmarshal(text, &got)
		return got, answer.StatusCode
	}
	_, code := do(`{"password":"a-secret-9"}`)
	assert.Equal(t, http.StatusOK, code)
	got, _ := do(`{"password":"a-secret-9","connection":"google"}`)
	r, ok := guard.Rule(got.Message)
	assert.True(t, ok, got.Message)
	assert.Contains(t, got.Message, string(r.ID))
	assert.Equal(t, 2, reads)

	status, text = http.StatusForbidden, `{"statusCode":403,"error":"Forbidden","message":"Insufficient scope, expected any of: read:users"}`
	got, code = do(`{"blocked":true}`)
	assert.Equal(t, http.StatusForbidden, code)
	assert.Equal(t, "guard: cannot get the target: the read of the user was answered 403 Forbidden: Insufficient scope, expected any of: read:users", got.Message)
	status = http.StatusNotFound
	_, code = do(`{"blocked":true}`)
	assert.Equal(t, http.StatusOK, code, "the API answers")
	status, text = http.StatusOK, "[]"
	got, _ = do(`{"blocked":true}`)
	assert.Equal(t, guard.TargetUnknown, got.ErrorCode)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Rule finds the rule of a refusal of the guard, and of no other message.
func TestRule(t *testing.T) {
	for message, want := range map[string]rule.ID{
		"guard: the API would refuse the payload: cannot update password and email simultaneously [patch.exclusive-attributes] at /password; x [patch.null] at /y": rule.ExclusiveAttributes,
		"cannot update password and email simultaneously [patch.exclusive-attributes]":                                                                             "",
		"guard: [no.rule]": "", "guard: body too large to judge": "", "": "",
	} {
		r, ok := guard.Rule(message)
		assert.Equal(t, want, r.ID, message)
		assert.Equal(t, want != "", ok, message)
	}
	for _, r := range rule.All() {
		got, _ := guard.Rule("guard: x [" + string(r.ID) + "]")
		assert.Equal(t, r.ID, got.ID)
	}
}
