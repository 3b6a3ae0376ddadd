// Package guard keeps bad payloads from leaving: a [Transport] for an HTTP client
// judges the body of each update of a user before it is sent.
//
//	client := &http.Client{Transport: &guard.Transport{Target: targetOf}}
//
// It is an example of use, small enough to be copied.
package guard

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/metameld/metameld/patch"
)

// limit is how large a body may be: one that the API would take is smaller.
const limit = 32 << 20

// ErrTooLarge is the error for a body that is larger than any that is judged.
var ErrTooLarge = errors.New("guard: body too large to judge")

// Transport is an http.RoundTripper. It refuses an update of a user that the API
// would refuse, and with Strict one that carries warnings, without sending it. The
// error of a refusal is a user.Violations, or a metadata.Errors for a body that is
// no JSON object; it holds no value of the body. Other requests pass untouched.
type Transport struct {
	// Base sends what passes; nil is http.DefaultTransport.
	Base http.RoundTripper

	// Target returns what is known of the user of that id. nil: nothing is known.
	Target func(r *http.Request, id string) (patch.Target, error)

	// Strict refuses warnings too: a {} that would wipe, say.
	Strict bool
}

// RoundTrip judges r and sends it.
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
	if err != nil {
		return nil, err
	}
	if err := t.judge(r, id, body); err != nil {
		return nil, err
	}
	sent := r.Clone(r.Context())
	sent.Body = io.NopCloser(bytes.NewReader(body))
	sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	sent.ContentLength = int64(len(body))
	return base.RoundTrip(sent)
}

// updated returns the id of the user whom r updates, if it is such a request.
func updated(r *http.Request) (id string, ok bool) {
	if r.Method != http.MethodPatch {
		return "", false
	}
	_, rest, ok := strings.Cut(r.URL.EscapedPath(), "/api/v2/users/")
	rest = strings.TrimRight(rest, "/") // an API that takes it for the same is not to be reached so
	if !ok || rest == "" || strings.Contains(rest, "/") {
		return "", false
	}
	id, err := url.PathUnescape(rest)
	return id, err == nil
}

// read returns the body of r and closes it, as a RoundTripper must.
func read(r *http.Request) (body []byte, err error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err = io.ReadAll(io.LimitReader(r.Body, limit+1))
	err = errors.Join(err, r.Body.Close())
	if err == nil && len(body) > limit {
		err = ErrTooLarge
	}
	return body, err
}

func (t *Transport) judge(r *http.Request, id string, body []byte) error {
	p, err := patch.Parse(body)
	if err != nil {
		return fmt.Errorf("guard: the body is no payload: %w", err)
	}
	var target patch.Target
	if t.Target != nil {
		if target, err = t.Target(r, id); err != nil {
			return fmt.Errorf("guard: what is known of the user: %w", err)
		}
	}
	verdict := p.Validate(target)
	if err := verdict.Err(); err != nil {
		return fmt.Errorf("guard: the API would refuse this: %w", err)
	}
	if t.Strict && len(verdict.Warnings) > 0 {
		return fmt.Errorf("guard: not sent: %w", verdict.Warnings)
	}
	return nil
}
