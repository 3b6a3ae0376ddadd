// Package guard refuses bad updates in an HTTP client: its [Transport] judges the
// body of each update of a user before it is sent.
//
//	client := &http.Client{Transport: &guard.Transport{Target: targetOf}}
//
// targetOf returns the connection of a user; docs/go-auth0.md has one. Without Target,
// only the rules that hold for every connection apply.
//
// A refusal is a response with status 400, like the API's, so that a program handles
// both alike and an SDK does not retry it:
//
//	{"statusCode": 400, "error": "Bad Request", "message": "guard: ...", "errorCode": "refused_by_guard"}
//
// Where sources disagree it reads the newest one (rule.Current), since a strict refusal
// because of an old page would stop a valid call in production.
//
// It is an example, small enough to copy.
package guard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// limit is the maximum size of a body; the API accepts less.
const limit = 32 << 20

// ErrorCode is the errorCode of a refusal. The API has no such code.
const ErrorCode = "refused_by_guard"

// ErrTooLarge reports a body that is too large to judge.
var ErrTooLarge = errors.New("guard: body too large to judge")

// Transport is an http.RoundTripper that does not send an update of a user that the
// API would refuse, or, with Strict, one that has warnings. It sends other requests
// unchanged. The zero Transport applies the rules that hold for every connection.
//
// The message of a refusal lists every violation, and contains no value of the body.
type Transport struct {
	// Base sends the requests that are not refused; nil is http.DefaultTransport.
	Base http.RoundTripper

	// Target returns the target for the user with that id, and for the identity whose
	// connection p names, if it names one; nil uses the zero Target. RoundTrip calls it
	// at most once, and returns its error. Sources that are Strict, the zero value, are
	// read as Current.
	Target func(r *http.Request, id string, p patch.Payload) (user.Target, error)

	// Strict also refuses updates with warnings, such as one that wipes metadata.
	Strict bool

	// Errors makes RoundTrip return a refusal as an error instead of a response:
	// ErrTooLarge, a rule.Violations, or a metadata.Errors for a body that is not a JSON
	// object. go-auth0 v1 retries after any error, three attempts in more than three
	// seconds, unless its client has WithNoRetries.
	Errors bool
}

// RoundTrip judges r and sends it if it is not refused.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	id, ok := updated(r)
	if !ok {
		return base.RoundTrip(r)
	}
	body, err := read(r)
	if err != nil && !errors.Is(err, ErrTooLarge) {
		return nil, err
	}
	refusal := err
	if refusal == nil {
		if refusal, err = t.judge(r, id, body); err != nil {
			return nil, err
		}
	}
	switch {
	case refusal == nil:
	case t.Errors:
		return nil, refusal
	default:
		return answer(r, refusal), nil
	}
	sent := r.Clone(r.Context())
	sent.Body = io.NopCloser(bytes.NewReader(body))
	sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	sent.ContentLength = int64(len(body))
	return base.RoundTrip(sent)
}

// updated returns the id of the user that r updates, and reports whether r is an update.
func updated(r *http.Request) (id string, ok bool) {
	if r.Method != http.MethodPatch {
		return "", false
	}
	_, rest, ok := strings.Cut(r.URL.EscapedPath(), "/api/v2/users/")
	rest = strings.TrimRight(rest, "/") // a server may ignore a slash at the end
	if !ok || rest == "" || strings.Contains(rest, "/") {
		return "", false
	}
	id, err := url.PathUnescape(rest)
	return id, err == nil
}

// read returns the body of r and closes it, as a RoundTripper must. go-auth0 v2 retries
// with a request whose body was read already; then read calls GetBody, as http.Transport
// does.
func read(r *http.Request) (body []byte, err error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err = readAll(r.Body)
	if err == nil && len(body) == 0 && r.ContentLength > 0 && r.GetBody != nil {
		again, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		return readAll(again)
	}
	return body, err
}

// readAll reads and closes a body.
func readAll(body io.ReadCloser) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(body, limit+1))
	err = errors.Join(err, body.Close())
	if err == nil && len(text) > limit {
		err = ErrTooLarge
	}
	return text, err
}

// judge returns why the body is refused, if it is. The error is that of Target.
func (t *Transport) judge(r *http.Request, id string, body []byte) (refusal, err error) {
	p, err := patch.Parse(body)
	if err != nil {
		return fmt.Errorf("guard: the body is not a payload: %w", err), nil
	}
	var target user.Target
	if t.Target != nil {
		if target, err = t.Target(r, id, p); err != nil {
			return nil, fmt.Errorf("guard: cannot get the target: %w", err)
		}
	}
	target.Sources = max(target.Sources, rule.Current)
	verdict := p.Validate(target)
	if err := verdict.Err(); err != nil {
		return fmt.Errorf("guard: the API would refuse the payload: %w", err), nil
	}
	if t.Strict && len(verdict.Warnings) > 0 {
		return fmt.Errorf("guard: not sent because of warnings: %w", verdict.Warnings), nil
	}
	return nil, nil
}

// answer returns the response for a refusal, in the form of the API's.
func answer(r *http.Request, refusal error) *http.Response {
	status := http.StatusBadRequest
	text, _ := json.Marshal(patch.Response{ // texts and a number: there is no error
		StatusCode: status, Error: http.StatusText(status), ErrorCode: ErrorCode,
		Message: strings.ReplaceAll(refusal.Error(), "\n", "; "),
	})
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", status, http.StatusText(status)),
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Body:          io.NopCloser(bytes.NewReader(text)),
		ContentLength: int64(len(text)),
		Request:       r,
	}
}
