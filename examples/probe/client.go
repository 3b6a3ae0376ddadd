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
	longestWait   = time.Minute
)

// client sends one request at a time, and none that its guard refuses.
type client struct {
	base    *url.URL
	http    *http.Client
	token   func(context.Context) (user.Secret, error) // nil: none
	forget  func()                                     // discards a token that was refused; nil: it cannot be renewed
	guard   func(method, path, kind string, body []byte) error
	sleep   func(context.Context, time.Duration) error
	now     func() time.Time
	left    int           // requests
	pending time.Duration // the wait before the next request
	lost    bool          // the answer to a request was lost, so that it may still be carried out
}

// answer is a complete answer. A repeated request was sent before, and its first answer
// was lost: it may have been carried out twice.
type answer struct {
	status   int
	text     []byte
	repeated bool
}

// Errors of the client. What wraps errUnreachable can contain the address.
var (
	errBudget      = errors.New("the number of requests that was announced is used up")
	errUnreachable = errors.New("the tenant gave no complete answer")
	errToken       = errors.New("the tenant refuses the token (401)")
)

// do sends a request until it is answered. valid judges the text of an answer whose status
// is 2xx; one that is invalid counts as lost. The path is escaped. The error is that of
// the context, errBudget, errUnreachable, errToken, or one of the guard.
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
		if c.left--; c.left < 0 {
			return answer{}, errBudget
		}
		status, header, text, err := c.once(ctx, method, path, kind, body)
		if ctx.Err() != nil {
			repeated = true
			return answer{}, ctx.Err()
		}
		switch {
		case errors.Is(err, errCredentials):
			return answer{}, err
		case err == nil && method == http.MethodPost && path == importsPath && notOffered(status):
			return answer{status, text, repeated}, nil
		case err != nil || status >= 500:
			repeated = true
			last = err
			c.pending = backOff(n)
		case status == http.StatusTooManyRequests:
			c.pending = c.untilReset(header, backOff(n))
		case status == http.StatusUnauthorized && c.forget != nil && !renewed:
			renewed = true
			c.forget()
		case status == http.StatusUnauthorized:
			return answer{}, errToken
		case status < 300 && valid != nil && !valid(text), status >= 300 && !isRefusal(status, text):
			repeated = true
			c.pending = backOff(n)
		default:
			if header.Get("X-RateLimit-Remaining") == "0" {
				c.pending = c.untilReset(header, 0)
			}
			return answer{status, text, repeated}, nil
		}
	}
	if last != nil {
		return answer{}, fmt.Errorf("%w: %w", errUnreachable, last)
	}
	return answer{}, errUnreachable
}

// pause waits as the last answer asked for.
func (c *client) pause(ctx context.Context) error {
	d := c.pending
	c.pending = 0
	if d <= 0 {
		return ctx.Err()
	}
	return c.sleep(ctx, d)
}

// backOff returns the wait before attempt n+1.
func backOff(n int) time.Duration { return time.Second << n }

// untilReset returns the wait that the headers ask for, or otherwise d.
func (c *client) untilReset(h http.Header, d time.Duration) time.Duration {
	if s, err := strconv.Atoi(h.Get("Retry-After")); err == nil {
		d = time.Duration(min(max(s, 1), 3600)) * time.Second
	} else if unix, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil {
		d = max(time.Unix(unix, 0).Sub(c.now()), d) + time.Second
	}
	return min(d, longestWait)
}

// once sends a request once and reads its answer to the end.
func (c *client) once(ctx context.Context, method, path, kind string, body []byte) (int, http.Header, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, oneRequest)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, c.base.String()+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != nil {
		token, err := c.token(ctx)
		if err != nil {
			return 0, nil, nil, err
		}
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
