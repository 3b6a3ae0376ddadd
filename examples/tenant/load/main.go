// Load reads and updates users of a tenant as fast as it can, and checks that no update
// is lost.
//
//	go run ./examples/tenant -port 8080 2>/dev/null &
//	go run ./examples/tenant/load -url http://127.0.0.1:8080 -for 30s
//
// The API has no compare-and-set, so clients cannot share a counter. Each client has a
// counter of its own in the user_metadata of every user, and counts its updates of that
// user there. A read that begins after an update was acknowledged must have its count,
// and at the end each counter must have the last count that its client wrote. The exit
// status is 1 if a count is lost or a request fails.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	var l load
	var length time.Duration
	flag.StringVar(&l.url, "url", "http://127.0.0.1:8080", "the tenant")
	flag.IntVar(&l.clients, "clients", 64, "number of concurrent clients")
	flag.IntVar(&l.users, "users", 10_000, "number of users; they are created first")
	flag.IntVar(&l.hot, "hot", 16, "number of users that get half of the requests")
	flag.DurationVar(&length, "for", 30*time.Second, "duration")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	report, err := l.run(ctx, length)
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	fmt.Println(report)
	if report.failed > 0 || report.lost > 0 {
		os.Exit(1)
	}
}
