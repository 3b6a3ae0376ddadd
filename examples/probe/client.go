package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/metameld/metameld/user"
)

// Limits of the client.
const (
	largestBody   = 110_000
	largestAnswer = 1 << 20
	attempts      = 6
	oneRequest    = 30 * time.Second
	longestWait   = 10 * time.Minute // that a tenant may ask for
)

// client sends one request at a time, and none that its guard refuses.
type client struct {
	base    *url.URL
	http    *http.Client
	token   user.Secret // zero: none
	grant   []byte      // the body that asks for a token; nil: it cannot be renewed
	secrets *masked     // to which new tokens are added
	guard   func(method, path, kind string, body []byte) error
	sleep   func(context.Context, time.Duration) error
	now     func() time.Time
	left    int       // requests, with those for tokens
	ready   time.Time // the tenant wants no request before
	lost    bool      // the answer to a request was lost, so that it may still be carried out
}

// answer is a complete answer. A repeated request was sent before, and its first answer
// was lost: it may have been carried out twice.
type answer struct {
	status   int
	text     []byte
	repeated bool
}

// errWait is the time before which the tenant wants no request, if it is too late to wait
// for.
type errWait time.Time

func (e errWait) Error() string {
	return fmt.Sprintf("the rate limit allows no request before %s: run the program again then", time.Time(e).UTC().Format(time.RFC3339))
}

// Errors of the client. What wraps errUnreachable can contain the address.
var (
	errBudget      = errors.New("the number of requests that was announced is used up")
	errUnreachable = errors.New("the tenant gave no complete answer")
	errToken       = errors.New("the tenant refuses the token (401)")
)

// do sends a request until it is answered. valid judges the text of an answer whose status
// is 2xx; one that is invalid counts as lost. The path is escaped. The error is that of
// the context, errBudget, errUnreachable, errToken, errCredentials, an errWait, or one of the
// guard.
func (c *client) do(ctx context.Context, method, path, kind string, body []byte, valid func([]byte) bool) (answer, error) {
	if err := c.guard(method, path, kind, body); err != nil {
		return answer{}, fmt.Errorf("not sent: %w", err)
	}
	repeated, renewed := false, false // repeated: a request was sent and not answered
	defer func() { c.lost = c.lost || repeated && method != http.MethodGet }()
	var last error
	for n := range attempts {
		if err := c.pause(ctx); err != nil {
			return answer{}, err
		}
		status, header, text, err := c.once(ctx, method, path, kind, body)
		if ctx.Err() != nil {
			repeated = true
			return answer{}, ctx.Err()
		}
		switch {
		case errors.Is(err, errCredentials), errors.Is(err, errBudget):
			return answer{}, err
		case err == nil && method == http.MethodPost && path == importsPath && notOffered(status):
			return answer{status, text, repeated}, nil
		case err != nil || status >= 500:
			repeated = true
			last = err
			c.wait(backOff(n))
		case status == http.StatusTooManyRequests:
			c.wait(c.untilReset(header, backOff(n)))
		case status == http.StatusUnauthorized && c.grant != nil && !renewed:
			renewed = true
			c.token = user.Secret{}
		case status == http.StatusUnauthorized:
			return answer{}, errToken
		case status < 300 && valid != nil && !valid(text), status >= 300 && !isRefusal(status, text):
			repeated = true
			c.wait(backOff(n))
		default:
			if header.Get("X-RateLimit-Remaining") == "0" {
				c.wait(c.untilReset(header, 0))
			}
			return answer{status, text, repeated}, nil
		}
	}
	if last != nil {
		return answer{}, fmt.Errorf("%w: %w", errUnreachable, last)
	}
	return answer{}, errUnreachable
}

// wait lets d pass before the next request.
func (c *client) wait(d time.Duration) { c.ready = c.now().Add(d) }

// pause waits as the last answer asked for. The error can be an errWait.
func (c *client) pause(ctx context.Context) error {
	d := c.ready.Sub(c.now())
	switch {
	case d <= 0:
		return ctx.Err()
	case d > longestWait:
		return errWait(c.ready)
	}
	return c.sleep(ctx, d)
}

// backOff returns the wait before attempt n+1.
func backOff(n int) time.Duration { return time.Second << n }

// untilReset returns the wait that the headers ask for, at least a second, or otherwise d.
// Times are those of the tenant's clock.
func (c *client) untilReset(h http.Header, d time.Duration) time.Duration {
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = c.now()
	}
	const longest = 366 * 24 * time.Hour
	after := h.Get("Retry-After")
	if s, err := strconv.Atoi(after); err == nil {
		return time.Duration(min(max(s, 1), int(longest/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(after); err == nil {
		return min(max(at.Sub(now), time.Second), longest)
	}
	if unix, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil {
		return min(max(time.Unix(min(unix, 1<<40), 0).Sub(now), d), longest) + time.Second
	}
	return d
}

// once sends a request once, with a token, and reads its answer to the end. The answer can
// be that of a request for a token which the tenant refuses for now.
func (c *client) once(ctx context.Context, method, path, kind string, body []byte) (int, http.Header, []byte, error) {
	if c.token.Reveal() == "" && c.grant != nil {
		if status, header, err := c.renew(ctx); err != nil || status != 0 {
			return status, header, nil, err
		}
	}
	return c.send(ctx, method, path, kind, body, c.token)
}

func (c *client) send(ctx context.Context, method, path, kind string, body []byte, token user.Secret) (int, http.Header, []byte, error) {
	if c.left <= 0 {
		return 0, nil, nil, errBudget
	}
	c.left--
	ctx, cancel := context.WithTimeout(ctx, oneRequest)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, c.base.String()+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	if token.Reveal() != "" {
		r.Header.Set("Authorization", "Bearer "+token.Reveal())
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, largestAnswer+1))
	if err == nil && len(text) > largestAnswer {
		err = errUnreachable
	}
	return resp.StatusCode, resp.Header, text, err
}

// isRefusal reports whether text is an error of the API for that status. An answer of
// anything between the program and the API is not.
func isRefusal(status int, text []byte) bool {
	var r struct {
		StatusCode *int    `json:"statusCode"`
		Error      *string `json:"error"`
		Message    *string `json:"message"`
	}
	return json.Unmarshal(text, &r) == nil && (r.Error != nil || r.Message != nil) && (r.StatusCode == nil || *r.StatusCode == status)
}

// notOffered reports whether an answer to an import says that there are none, in whatever
// form: many emulators have no route for them.
func notOffered(status int) bool {
	return status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented
}

// newHTTP returns an http.Client that follows no redirect, since that would send the token
// elsewhere, and that connects over plain http to this machine only.
func newHTTP(plain bool) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if plain {
		transport.Proxy = nil
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			var d net.Dialer
			conn, err := d.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			if err := loopback(conn.RemoteAddr()); err != nil {
				return nil, errors.Join(err, conn.Close())
			}
			return conn, nil
		}
	}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// loopback returns an error unless the address is one of this machine.
func loopback(a net.Addr) error {
	if tcp, ok := a.(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		return errPlain
	}
	return nil
}

var errPlain = errors.New("plain http is for this machine only (a loopback address); use https")

// baseOf returns the base URL of a tenant, given its domain or the URL of an emulator.
func baseOf(domain, text string) (*url.URL, error) {
	if domain != "" {
		text = "https://" + domain
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/":
		return nil, errors.New("the address is not that of a tenant, such as example.eu.auth0.com or http://127.0.0.1:8080")
	case domain != "" && (u.Host != domain || u.Path != ""):
		return nil, errors.New("-domain is a host name, such as example.eu.auth0.com")
	case u.Scheme == "https":
	case u.Scheme == "http":
		if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, errPlain
		}
	default:
		return nil, errPlain
	}
	u.Path = ""
	return u, nil
}
