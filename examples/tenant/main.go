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

// run runs the command. It returns after ctx is done and all requests are answered.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("tenant", flag.ContinueOnError)
	flags.SetOutput(stderr)
	options := fake.Options{Log: slog.New(slog.NewTextHandler(stderr, nil))}
	flags.Func("connection", "a connection, as name=kind; may be repeated. Kinds: database, custom-database, social, enterprise, passwordless-email, passwordless-sms", func(s string) error {
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
		options.Connections = append(options.Connections, c)
		return nil
	})
	flags.TextVar(&options.Sources, "sources", rule.Strict, "which `sources` count where they disagree: strict, or lenient, which accepts with a warning")
	var (
		port        = flags.Int("port", 8080, "port on the loopback interface; 0 picks one")
		connections = flags.String("connections", "", "`file` with a JSON list of connections")
		seed        = flags.String("seed", "", "`file` with users, one JSON object a line")
		useTLS      = flags.Bool("tls", false, "serve https, with a certificate made for this run")
		certOut     = flags.String("cert-out", "", "`file` to write that certificate to, as PEM, for clients to trust")
	)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if *certOut != "" && !*useTLS {
		return errors.New("-cert-out needs -tls")
	}
	if *connections != "" {
		text, err := os.ReadFile(*connections)
		if err != nil {
			return err
		}
		var declared []user.Connection
		if err := json.Unmarshal(text, &declared); err != nil {
			return fmt.Errorf("%s: %w", *connections, err)
		}
		options.Connections = append(options.Connections, declared...)
	}
	t := fake.New(options)
	if *seed != "" {
		if err := seedFrom(t, *seed); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(*port)))
	if err != nil {
		return err
	}
	scheme := "http"
	if *useTLS {
		scheme = "https"
		certificate, pem, err := selfSigned(time.Now())
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		if *certOut != "" {
			if err := os.WriteFile(*certOut, pem, 0o644); err != nil {
				return errors.Join(err, listener.Close())
			}
		}
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
	}
	_, _ = fmt.Fprintf(stdout, "listening on %s://%s\n", scheme, listener.Addr())
	return serve(ctx, listener, t, options.Log)
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
