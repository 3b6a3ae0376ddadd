// Playground serves a page that shows what a PATCH does to a user. The library itself
// runs in the page, compiled to WebAssembly; nothing leaves the browser.
//
//	go run ./examples/playground             # builds the page, serves it and prints its address
//	go run ./examples/playground -out site   # writes the page as static files
//
// The page needs no server of its own: any that serves static files over HTTP will do, for
// example python3 -m http.server. A browser does not run it from file:// addresses.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "playground:", err)
		os.Exit(2)
	}
}

// run runs the command.
func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("playground", flag.ContinueOnError)
	out := flags.String("out", "", "write the page to this directory instead of serving it; serve these files over HTTP, for example with python3 -m http.server")
	port := flags.Int("port", 0, "serve at this port; 0 takes a free one")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	files, err := build()
	if err != nil {
		return err
	}
	if *out != "" {
		return write(files, *out)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(*port)))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(stdout, "http://%s/\n", l.Addr())
	server := http.Server{Handler: newHandler(files), ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(l)
}

// write writes the files to dir.
func write(files map[string][]byte, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
