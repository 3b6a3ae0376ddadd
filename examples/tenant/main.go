// Tenant serves an Auth0 Management API from memory, on this machine only, for tests and
// development. Its README shows how to use it, and package fake documents it.
//
//	go run ./examples/tenant
//	go run ./examples/tenant -port 0 -connection db=database -connection google-oauth2=social
//	go run ./examples/tenant -tls -cert-out cert.pem -seed users.ndjson
//
// It prints the address on standard output and logs to standard error.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		_, _ = fmt.Fprintln(os.Stderr, "tenant:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	fake.Options
	port        int
	connections string // a file
	seed        string // a file
	tls         bool
	certOut     string // a file
}

// parse reads the flags. Messages of package flag go to stderr.
func (o *options) parse(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("tenant", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Func("connection", "a connection, as name=kind; may be repeated. Kinds: database, custom-database, social, enterprise, passwordless-email, passwordless-sms", o.addConnection)
	flags.TextVar(&o.Sources, "sources", rule.Strict, "which `sources` count where they disagree: strict, current (the newest), or lenient, which accepts with a warning")
	flags.IntVar(&o.port, "port", 8080, "port on the loopback interface; 0 picks one")
	flags.StringVar(&o.connections, "connections", "", "`file` with a JSON list of connections")
	flags.StringVar(&o.seed, "seed", "", "`file` with users, one JSON object a line")
	flags.BoolVar(&o.tls, "tls", false, "serve https, with a certificate made for this run")
	flags.StringVar(&o.certOut, "cert-out", "", "`file` to write that certificate to, as PEM, for clients to trust")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if o.certOut != "" && !o.tls {
		return errors.New("-cert-out needs -tls")
	}
	return nil
}

// addConnection adds the connection in the text name=kind.
func (o *options) addConnection(s string) error {
	name, kind, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return errors.New("not name=kind")
	}
	var c user.Connection
	text, err := json.Marshal(map[string]string{"name": name, "kind": kind})
	if err != nil {
		return err
	}
	if err := c.UnmarshalJSON(text); err != nil {
		return err
	}
	o.Connections = append(o.Connections, c)
	return nil
}

// readConnections adds the connections in the file.
func (o *options) readConnections() error {
	if o.connections == "" {
		return nil
	}
	text, err := os.ReadFile(o.connections)
	if err != nil {
		return err
	}
	var declared []user.Connection
	if err := json.Unmarshal(text, &declared); err != nil {
		return fmt.Errorf("%s: %w", o.connections, err)
	}
	o.Connections = append(o.Connections, declared...)
	return nil
}

// run runs the command. It returns after ctx is done and all requests are answered.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o := options{Options: fake.Options{Log: slog.New(slog.NewTextHandler(stderr, nil))}}
	if err := o.parse(args, stderr); err != nil {
		return err
	}
	if err := o.readConnections(); err != nil {
		return err
	}
	t := fake.New(o.Options)
	if o.seed != "" {
		if err := seedFrom(t, o.seed); err != nil {
			return err
		}
	}
	listener, scheme, err := o.listen()
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(stdout, "listening on %s://%s\n", scheme, listener.Addr())
	return serve(ctx, listener, t, o.Log)
}

// listen listens on the port, with a new certificate if the flags ask for TLS.
func (o *options) listen() (listener net.Listener, scheme string, err error) {
	listener, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.port)))
	if err != nil || !o.tls {
		return listener, "http", err
	}
	certificate, pem, err := selfSigned(time.Now())
	if err == nil && o.certOut != "" {
		err = os.WriteFile(o.certOut, pem, 0o644)
	}
	if err != nil {
		return nil, "", errors.Join(err, listener.Close())
	}
	return tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}}), "https", nil
}

func seedFrom(t *fake.Tenant, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := t.Seed(f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// serve answers requests until ctx is done, then those that are pending.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping")
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return server.Shutdown(last)
}
