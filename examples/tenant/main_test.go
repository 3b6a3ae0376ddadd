package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// command runs the command on a free port. It returns the address that it prints, and a
// function that stops it and returns its error.
func command(t *testing.T, args ...string) (url string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	failed := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-port", "0"}, args...), w, io.Discard)
		w.CloseWithError(io.EOF)
		failed <- err
	}()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		cancel()
		require.NoError(t, <-failed)
	}
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	require.True(t, ok, line)
	return url, func() error { cancel(); return <-failed }
}

func get(t *testing.T, client *http.Client, url string) (int, string) {
	t.Helper()
	resp, err := client.Get(url)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

// A client with the certificate that the command writes trusts the tenant.
func TestTLS(t *testing.T) {
	cert := filepath.Join(t.TempDir(), "cert.pem")
	url, stop := command(t, "-tls", "-cert-out", cert)
	assert.True(t, strings.HasPrefix(url, "https://127.0.0.1:"), url)
	pem, err := os.ReadFile(cert)
	require.NoError(t, err)
	assert.NotContains(t, string(pem), "PRIVATE")
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	status, body := get(t, client, url+"/api/v2/users")
	assert.Equal(t, 200, status)
	assert.Equal(t, "[]", body)
	_, err = http.Get(url + "/api/v2/users")
	assert.Error(t, err, "nobody else trusts it")
	assert.NoError(t, stop())
}

func TestConnectionsAndSeed(t *testing.T) {
	dir := t.TempDir()
	connections, seed := filepath.Join(dir, "connections.json"), filepath.Join(dir, "users.ndjson")
	require.NoError(t, os.WriteFile(connections, []byte(`[{"name":"db","strategy":"auth0","kind":"custom-database","import_mode":true}]`), 0o600))
	require.NoError(t, os.WriteFile(seed, []byte(`{"user_id":"auth0|1","identities":[{"provider":"auth0","user_id":"1","connection":"db"}]}
{"user_id":"google-oauth2|2","identities":[{"provider":"google-oauth2","user_id":"2","connection":"google"}]}`), 0o600))
	url, stop := command(t, "-connection", "google=social", "-connections", connections, "-seed", seed)
	_, body := get(t, http.DefaultClient, url+"/api/v2/users?fields=user_id")
	assert.JSONEq(t, `[{"user_id":"auth0|1"},{"user_id":"google-oauth2|2"}]`, body)
	assert.NoError(t, stop())
}

// Requests that are pending at the end are answered.
func TestShutdown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	asked, answer := make(chan bool), make(chan bool)
	stopped := make(chan error, 1)
	go func() {
		stopped <- serve(ctx, listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(asked)
			<-answer
			_, _ = io.WriteString(w, "answered")
		}), slog.New(slog.DiscardHandler))
	}()
	go func() {
		<-asked
		cancel()
		for { // until the listener is closed
			c, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				break
			}
			_ = c.Close()
		}
		close(answer)
	}()
	_, body := get(t, http.DefaultClient, "http://"+listener.Addr().String())
	assert.Equal(t, "answered", body)
	assert.NoError(t, <-stopped)
}

// Invalid flags are errors.
func TestErrors(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		return filepath.Join(dir, name)
	}
	for _, args := range [][]string{
		{"-port", "x"},
		{"-port", "70000"},
		{"argument"},
		{"-cert-out", file("cert", "")},
		{"-connection", "db"},
		{"-connection", "=database"},
		{"-connection", "db=databse"},
		{"-connections", "no such file"},
		{"-connections", file("connections", `[{"nmae":"db"}]`)},
		{"-seed", "no such file"},
		{"-seed", file("seed", `{"user_id":"auth0|1"}`)},
		{"-tls", "-cert-out", filepath.Join(dir, "no", "such", "directory")},
	} {
		err := run(t.Context(), append([]string{"-port", "0"}, args...), io.Discard, io.Discard)
		assert.Error(t, err, "%v", args)
	}
}
