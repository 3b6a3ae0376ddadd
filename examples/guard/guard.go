// Package guard refuses bad updates in an HTTP client: its [Transport] judges the
// body of each update of a user before it is sent.
//
//	client := &http.Client{Transport: &guard.Transport{Target: targetOf}}
//
// Where sources disagree it reads the newest one (rule.Current), since a strict refusal
// because of an old page would stop a valid call in production.
//
// It is an example, small enough to copy.
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
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// limit is the maximum size of a body; the API accepts less.
const limit = 32 << 20

// ErrTooLarge reports a body that is too large to judge.
var ErrTooLarge = errors.New("guard: body too large to judge")

// Transport is an http.RoundTripper that does not send an update of a user that the
// API would refuse, or, with Strict, one that has warnings. It sends other requests
// unchanged. The zero Transport applies the rules that hold for every connection.
//
// The error of a refusal is a rule.Violations, or a metadata.Errors for a body that
// is not a JSON object. It contains no value of the body.
type Transport struct {
	// Base sends the requests that are not refused; nil is http.DefaultTransport.
	Base http.RoundTripper

	// Target returns the target for the user with that id; nil uses the zero Target.
	// Sources that are Strict, the zero value, are read as Current.
	Target func(r *http.Request, id string) (user.Target, error)

	// Strict also refuses updates with warnings, such as one that wipes metadata.
	Strict bool
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
		return fmt.Errorf("guard: the body is not a payload: %w", err)
	}
	var target user.Target
	if t.Target != nil {
		if target, err = t.Target(r, id); err != nil {
			return fmt.Errorf("guard: cannot get the target: %w", err)
		}
	}
	target.Sources = max(target.Sources, rule.Current)
	verdict := p.Validate(target)
	if err := verdict.Err(); err != nil {
		return fmt.Errorf("guard: the API would refuse the payload: %w", err)
	}
	if t.Strict && len(verdict.Warnings) > 0 {
		return fmt.Errorf("guard: not sent because of warnings: %w", verdict.Warnings)
	}
	return nil
}
