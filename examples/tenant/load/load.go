package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// load is one run against a tenant.
type load struct {
	url     string
	clients int
	users   int
	hot     int // of the users; they get half of the requests

	http *http.Client
	ids  []string
	// written is the last acknowledged count of each client for each user.
	written [][]atomic.Int64
}

// report is the result of a run.
type report struct {
	reads, updates    int
	failed, lost      int
	first             string // the first that failed or was lost
	took              time.Duration
	latencies         []time.Duration // sorted
	busiest, counters int64           // updates of the user with the most; counters checked at the end
}

func (r report) String() string {
	return fmt.Sprintf("%d requests in %.1f s, %.0f a second (%d reads, %d updates)\nlatency p50 %v, p99 %v, most %v\n%d counters checked, %d updates of one user; failed %d, lost %d%s",
		len(r.latencies), r.took.Seconds(), float64(len(r.latencies))/r.took.Seconds(), r.reads, r.updates,
		r.quantile(0.5), r.quantile(0.99), r.quantile(1), r.counters, r.busiest, r.failed, r.lost, r.first)
}

func (r report) quantile(q float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	return r.latencies[int(q*float64(len(r.latencies)-1))].Round(10 * time.Microsecond)
}

// run creates the users, sends requests for the duration and checks every counter.
func (l *load) run(ctx context.Context, length time.Duration) (report, error) {
	l.http = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: l.clients}, Timeout: time.Minute}
	l.hot = min(l.hot, l.users)
	l.ids = make([]string, l.users)
	l.written = make([][]atomic.Int64, l.users)
	for i := range l.written {
		l.written[i] = make([]atomic.Int64, l.clients)
	}
	if err := l.make(ctx); err != nil {
		return report{}, err
	}
	started := time.Now()
	total := l.work(func(client int, r *report) {
		rnd := rand.New(rand.NewPCG(1, uint64(client)))
		for time.Since(started) < length && ctx.Err() == nil {
			u := rnd.IntN(l.users)
			if rnd.IntN(2) == 0 && l.hot > 0 {
				u = rnd.IntN(l.hot)
			}
			if rnd.IntN(2) == 0 {
				l.read(ctx, u, r)
			} else {
				l.update(ctx, client, u, r)
			}
		}
	})
	total.took = time.Since(started)
	slices.Sort(total.latencies)
	last := l.work(func(client int, r *report) {
		for u := client; u < l.users; u += l.clients {
			l.check(ctx, u, r)
		}
	})
	total.failed += last.failed
	total.lost += last.lost
	total.counters, total.busiest = last.counters, last.busiest
	if total.first == "" {
		total.first = last.first
	}
	return total, ctx.Err()
}

// work runs do for every client at once and adds up their reports.
func (l *load) work(do func(client int, r *report)) (total report) {
	reports := make([]report, l.clients)
	var working sync.WaitGroup
	for client := range l.clients {
		working.Go(func() { do(client, &reports[client]) })
	}
	working.Wait()
	for _, r := range reports {
		total.reads += r.reads
		total.updates += r.updates
		total.failed += r.failed
		total.lost += r.lost
		total.counters += r.counters
		total.busiest = max(total.busiest, r.busiest)
		total.latencies = append(total.latencies, r.latencies...)
		if total.first == "" {
			total.first = r.first
		}
	}
	return total
}

func (r *report) fail(operation string, err error) {
	r.failed++
	if r.first == "" {
		r.first = fmt.Sprintf("; %s: %v", operation, err)
	}
}

// make creates the users. Their addresses differ from run to run.
func (l *load) make(ctx context.Context) error {
	run := strconv.FormatInt(time.Now().UnixNano(), 36)
	made := l.work(func(client int, r *report) {
		for u := client; u < l.users; u += l.clients {
			body := fmt.Sprintf(`{"connection":"Username-Password-Authentication","email":"load-%s-%d@example.com","password":"p","user_metadata":{"color":"red","address":{"home":"h","work":"w"}}}`, run, u)
			var created struct {
				ID string `json:"user_id"`
			}
			if err := l.send(ctx, http.MethodPost, "", body, http.StatusCreated, &created); err != nil {
				r.fail("create", err)
				return
			}
			l.ids[u] = created.ID
		}
	})
	if made.failed > 0 {
		return fmt.Errorf("no users%s", made.first)
	}
	return nil
}

// counters is the metadata of a user, with the counts of the clients.
type counters struct {
	Metadata map[string]json.RawMessage `json:"user_metadata"`
}

func (c counters) count(client int) int64 {
	n, _ := strconv.ParseInt(string(c.Metadata[name(client)]), 10, 64)
	return n
}

func name(client int) string { return "client" + strconv.Itoa(client) }

// read reads a user and checks every count that was acknowledged before.
func (l *load) read(ctx context.Context, u int, r *report) {
	before := make([]int64, l.clients)
	for client := range before {
		before[client] = l.written[u][client].Load()
	}
	var c counters
	if !l.timed(ctx, http.MethodGet, u, "", &c, r) {
		return
	}
	r.reads++
	for client, n := range before {
		r.expect(c.count(client) >= n, u, client)
	}
}

// update adds one to the count of the client in a user.
func (l *load) update(ctx context.Context, client, u int, r *report) {
	n := l.written[u][client].Load() + 1
	var c counters
	if !l.timed(ctx, http.MethodPatch, u, fmt.Sprintf(`{"user_metadata":{"%s":%d}}`, name(client), n), &c, r) {
		return
	}
	r.updates++
	r.expect(c.count(client) == n, u, client)
	l.written[u][client].Store(n)
}

// check compares every counter of a user with the last count written.
func (l *load) check(ctx context.Context, u int, r *report) {
	var c counters
	if err := l.send(ctx, http.MethodGet, "/"+l.ids[u], "", http.StatusOK, &c); err != nil {
		r.fail("check", err)
		return
	}
	var sum int64
	for client := range l.clients {
		n := l.written[u][client].Load()
		r.expect(c.count(client) == n, u, client)
		sum += n
		r.counters++
	}
	r.expect(string(c.Metadata["color"]) == `"red"`, u, -1)
	r.busiest = max(r.busiest, sum)
}

func (r *report) expect(ok bool, u, client int) {
	if !ok {
		r.lost++
		if r.first == "" {
			r.first = fmt.Sprintf("; the first: user %d, client %d", u, client)
		}
	}
}

// timed sends a request about a user and records its latency.
func (l *load) timed(ctx context.Context, method string, u int, body string, dst any, r *report) bool {
	started := time.Now()
	err := l.send(ctx, method, "/"+l.ids[u], body, http.StatusOK, dst)
	if ctx.Err() != nil {
		return false
	}
	r.latencies = append(r.latencies, time.Since(started))
	if err != nil {
		r.fail(method, err)
	}
	return err == nil
}

func (l *load) send(ctx context.Context, method, path, body string, status int, dst any) error {
	req, err := http.NewRequestWithContext(ctx, method, l.url+"/api/v2/users"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := l.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != status {
		return fmt.Errorf("status %d: %s", resp.StatusCode, text)
	}
	return json.Unmarshal(text, dst)
}
