// Package guard refuses bad updates in an HTTP client: its [Transport] judges the
// body of each update of a user before it is sent.
//
//	client := &http.Client{Transport: &guard.Transport{Target: guard.TargetOf(nil, connections)}}
//
// connections are those of the tenant, by name; docs/go-auth0.md has a function that reads
// them. Without Target, only the rules that hold for every connection apply.
//
// The token needs the scope read:users beside update:users, since [TargetOf] reads the
// user of each update, and read:connections to read the connections.
//
// A refusal is a response with status 400, like the API's, so that a program handles
// both alike and an SDK does not retry it:
//
//	{"statusCode": 400, "error": "Bad Request", "message": "guard: ...", "errorCode": "refused_by_guard"}
//
// [Rule] finds the rule in its message. The message contains names of members of the
// body, and no values.
//
// What the guard cannot judge, it refuses: a body that is not JSON, whatever its
// Content-Type, one with a Content-Encoding, and JSON that parsers read differently, with
// a name twice in an object, invalid UTF-8, half of a surrogate pair or a byte order mark.
//
// An update is a PATCH whose path ends in /api/v2/users/{id}, also if the path has empty
// segments, dots, escapes or other letter case. A path in which a slash outside of the id
// is escaped is not an update.
//
// Where sources disagree it reads the newest one (rule.Current), since a strict refusal
// because of an old page would stop a valid call in production.
//
// It is an example, small enough to copy.
package guard

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// limit is the maximum size of a body; the API accepts less.
const limit = 32 << 20

// The errorCodes of a refusal, and of an update whose target is not known. The API has
// neither.
const (
	ErrorCode     = "refused_by_guard"
	TargetUnknown = "target_unknown"
)

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
	// at most once. Sources that are Strict, the zero value, are read as Current.
	//
	// If it fails, the update is not sent, and the response has the errorCode
	// TargetUnknown. Its status is that of a StatusError, such as 403 if the token lacks
	// read:users, or else 424, which SDKs do not retry.
	Target func(r *http.Request, id string, p patch.Payload) (user.Target, error)

	// Strict also refuses updates with warnings, such as one that wipes metadata.
	Strict bool

	// Errors makes RoundTrip return an error instead of a response: that of Target, or for
	// a refusal ErrTooLarge, a rule.Violations, or a metadata.Errors for a body that is not
	// a JSON object. go-auth0 v1 retries after any error, three attempts in more than three
	// seconds, unless its client has WithNoRetries.
	Errors bool
}

// RoundTrip judges r and sends it if it is not refused.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	base := cmp.Or(t.Base, http.DefaultTransport)
	id, ok := updated(r)
	if !ok {
		return base.RoundTrip(r)
	}
	body, err := read(r)
	if err != nil {
		return nil, err
	}
	refusal, err := t.judge(r, id, body)
	switch gone := r.Context().Err(); {
	case gone != nil:
		return nil, gone
	case err != nil && t.Errors:
		return nil, err
	case err != nil:
		return unknown(r, err), nil
	case refusal != nil && t.Errors:
		return nil, refusal
	case refusal != nil:
		return answer(r, http.StatusBadRequest, ErrorCode, refusal), nil
	}
	sent := r.Clone(r.Context())
	sent.Body = io.NopCloser(bytes.NewReader(body))
	sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	sent.ContentLength = int64(len(body))
	return base.RoundTrip(sent)
}

// updated returns the id of the user that r updates, and reports whether r is an update.
// Segments that a server may ignore are left out of the path.
func updated(r *http.Request) (id string, ok bool) {
	if !strings.EqualFold(r.Method, http.MethodPatch) {
		return "", false
	}
	escaped := r.URL.EscapedPath()
	if r.URL.Opaque != "" {
		escaped, _, _ = strings.Cut(r.URL.Opaque, "?")
	}
	var path []string
	for segment := range strings.SplitSeq(escaped, "/") {
		segment, err := url.PathUnescape(segment)
		switch {
		case err != nil:
			return "", false
		case segment == "..":
			path = path[:max(0, len(path)-1)]
		case segment != "" && segment != ".":
			path = append(path, segment)
		}
	}
	last := len(path) - 1
	if last < 3 || !strings.EqualFold(strings.Join(path[last-3:last], "/"), "api/v2/users") {
		return "", false
	}
	return path[last], true
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

// readAll reads a body, at most one byte above limit, and closes it.
func readAll(body io.ReadCloser) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(body, limit+1))
	return text, errors.Join(err, body.Close())
}

// judge returns why the body is refused, if it is. The error is that of Target.
func (t *Transport) judge(r *http.Request, id string, body []byte) (refusal, err error) {
	if len(body) > limit {
		return ErrTooLarge, nil
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return errors.New("guard: cannot judge a body with a Content-Encoding"), nil
	}
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

// unknown returns the response for an update whose target is not known. After an answer
// 429 to the read, SDKs wait as its headers tell.
func unknown(r *http.Request, cause error) *http.Response {
	status, header := http.StatusFailedDependency, http.Header{}
	var read *StatusError
	if errors.As(cause, &read) {
		status, header = read.Status, read.Header
	}
	a := answer(r, status, TargetUnknown, cause)
	for _, name := range []string{"Retry-After", "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
		if v := header.Values(name); len(v) > 0 {
			a.Header[name] = v
		}
	}
	return a
}

// answer returns a response in the form of the API's.
func answer(r *http.Request, status int, code string, cause error) *http.Response {
	text, _ := json.Marshal(patch.Response{ // texts and a number: there is no error
		StatusCode: status, Error: http.StatusText(status), ErrorCode: code,
		Message: strings.ReplaceAll(cause.Error(), "\n", "; "),
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

// StatusError is an answer of the API to the read of a user.
type StatusError struct {
	Status  int
	Header  http.Header
	Message string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("the read of the user was answered %d %s: %s", e.Status, http.StatusText(e.Status), e.Message)
}

// TargetOf returns a Target that reads the user from the API: the connection is that of
// the identity that the payload names, or else of the primary. connections are those of
// the tenant, by name. For any other connection only the rules that hold for all apply.
// The read has the token of the update and goes through base; nil is
// http.DefaultTransport.
func TargetOf(base http.RoundTripper, connections map[string]user.Connection) func(*http.Request, string, patch.Payload) (user.Target, error) {
	return func(r *http.Request, _ string, p patch.Payload) (user.Target, error) {
		u, err := readUser(cmp.Or(base, http.DefaultTransport), r)
		var none *StatusError
		if errors.As(err, &none) && none.Status == http.StatusNotFound {
			return user.Target{}, nil // the API answers that there is no such user
		}
		if err != nil || len(u.Identities) == 0 {
			return user.Target{}, err
		}
		at := max(0, slices.IndexFunc(u.Identities, func(i user.Identity) bool { return i.Connection.Equal(p.Connection) }))
		c := connections[u.Identities[at].Connection.Or("")]
		return user.Target{Connection: c, Migrated: c.ImportMode, Secondary: at > 0, Sources: rule.Current}, nil
	}
}

// readUser reads the identities of the user that r updates. user.Parse also reads users
// that an SDK cannot decode.
func readUser(base http.RoundTripper, r *http.Request) (user.Profile, error) {
	at := *r.URL
	at.RawQuery = "fields=identities"
	get := (&http.Request{Method: http.MethodGet, URL: &at, Host: r.Host, Header: r.Header.Clone()}).WithContext(r.Context())
	for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Length", "Accept-Encoding"} {
		get.Header.Del(name)
	}
	resp, err := base.RoundTrip(get)
	if err != nil {
		return user.Profile{}, err
	}
	text, err := readAll(resp.Body)
	if err != nil {
		return user.Profile{}, err
	}
	if resp.StatusCode != http.StatusOK {
		var answer patch.Response
		_ = json.Unmarshal(text, &answer) // if it is no JSON, there is no message
		return user.Profile{}, &StatusError{resp.StatusCode, resp.Header, answer.Message}
	}
	return user.Parse(text)
}

var ruleID = regexp.MustCompile(`\[([a-z]+\.[a-z0-9-]+)\]`)

// Rule returns the first rule that the message of a refusal names.
func Rule(message string) (rule.Rule, bool) {
	m := ruleID.FindStringSubmatch(message)
	if m == nil || !strings.HasPrefix(message, "guard: ") {
		return rule.Rule{}, false
	}
	return rule.Find(rule.ID(m[1]))
}
