package bench

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"
)

// TooSlow is how long one run may take; a peer that takes longer, twice in a row,
// is left out.
const TooSlow = 4 * time.Second

// Result is the measurements of a group.
type Result struct {
	Group
	Rounds int
	times  map[string][]float64 // ns of one run, for each round
	allocs map[string]uint64    // of one run: the least of all rounds
}

// Measure runs every contender for about long in each round, in another order each
// time. Rounds begin until whole is over, and at least the given number of them.
func Measure(g Group, rounds int, long, whole time.Duration) (Result, error) {
	r := Result{Group: g, times: map[string][]float64{}, allocs: map[string]uint64{}}
	var running []Contender
	for _, c := range g.Contenders {
		if c.Run == nil {
			continue
		}
		slow := true
		for range 2 {
			runtime.GC()
			began := time.Now()
			if _, _, err := c.run(1); err != nil {
				return r, fmt.Errorf("%s, %s, %s: %w", g.Op, g.Size, c.Name, err)
			}
			if slow = time.Since(began) > TooSlow; !slow {
				break
			}
		}
		if !slow || c.Role != Peer {
			running = append(running, c)
			r.allocs[c.Name] = math.MaxUint64
		}
	}
	guess := map[string]float64{}
	for began := time.Now(); r.Rounds < rounds || time.Since(began) < whole; r.Rounds++ {
		for _, i := range order(len(running), r.Rounds) {
			c := running[i]
			ns, allocs, err := measure(c, long, guess[c.Name])
			if err != nil {
				return r, fmt.Errorf("%s, %s, %s: %w", g.Op, g.Size, c.Name, err)
			}
			guess[c.Name] = ns
			r.times[c.Name] = append(r.times[c.Name], ns)
			r.allocs[c.Name] = min(r.allocs[c.Name], allocs)
		}
	}
	return r, nil
}

// order returns the numbers below n in the order of a round: it starts with another
// number each time and runs backwards every other time.
func order(n, round int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = (i + round) % n
	}
	if round%2 == 1 {
		slices.Reverse(list)
	}
	return list
}

// measure runs c for about long, at least once, and returns the time and the
// allocations of one run. guess is the expected time of a run in ns, or 0.
func measure(c Contender, long time.Duration, guess float64) (ns float64, allocs uint64, err error) {
	runtime.LockOSThread() // whose time it is
	defer runtime.UnlockOSThread()
	runtime.GC() // the garbage of other contenders
	if guess < float64(time.Second)/2 {
		// Warm the caches and the pools, which the collection emptied.
		if _, _, err := c.run(1); err != nil {
			return 0, 0, err
		}
	}
	var n, mallocs uint64
	var took time.Duration
	for took < long {
		batch := 1.0
		if guess > 0 {
			batch = math.Ceil(min(float64(long-took)/guess, 1e7))
		}
		if c.Prepare != nil {
			batch = min(batch, mostPrepared)
		}
		t, m, err := c.run(int(batch))
		if err != nil {
			return 0, 0, err
		}
		took, mallocs, n = took+t, mallocs+m, n+uint64(batch)
		guess = max(float64(took)/float64(n), 1)
	}
	return float64(took) / float64(n), mallocs / n, nil
}

// mostPrepared is the most inputs that are prepared at once.
const mostPrepared = 64

// run runs c n times and returns the time and the allocations of all runs, without
// those of Prepare.
func (c Contender) run(n int) (took time.Duration, mallocs uint64, err error) {
	if c.Prepare != nil {
		if err := c.Prepare(n); err != nil {
			return 0, 0, err
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := clock()
	for range n {
		if err := c.Run(); err != nil {
			return 0, 0, err
		}
	}
	took = clock() - began
	runtime.ReadMemStats(&after)
	return took, after.Mallocs - before.Mallocs, nil
}

// Spread is the median, the least and the greatest value of all rounds.
type Spread struct{ Median, Min, Max float64 }

func spread(values []float64) Spread {
	if len(values) == 0 {
		return Spread{math.NaN(), math.NaN(), math.NaN()}
	}
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return Spread{(s[(n-1)/2] + s[n/2]) / 2, s[0], s[n-1]}
}

// Measured reports whether the contender was measured.
func (r Result) Measured(name string) bool { return len(r.times[name]) > 0 }

// Time returns the time of one run in ns.
func (r Result) Time(name string) Spread { return spread(r.times[name]) }

// Allocs returns the allocations of one run.
func (r Result) Allocs(name string) uint64 { return r.allocs[name] }

// Ratio returns the time of ours divided by that of other, round by round.
func (r Result) Ratio(ours, other string) Spread {
	var ratios []float64
	for i, ns := range r.times[other] {
		if i < len(r.times[ours]) {
			ratios = append(ratios, r.times[ours][i]/ns)
		}
	}
	return spread(ratios)
}

// BestPeer returns the peer with the lowest median, or "" where none was measured. With
// checked, only peers count that read the whole text. For oursNil, peers that write
// to a buffer do not count.
func (r Result) BestPeer(ours string, checked bool) string {
	best := ""
	for _, c := range r.Contenders {
		if c.Role == Peer && (!checked || !c.Unchecked) && (ours != oursNil || !c.Buffered) && r.Measured(c.Name) &&
			(best == "" || r.Time(c.Name).Median < r.Time(best).Median) {
			best = c.Name
		}
	}
	return best
}

// Names returns the contenders that have the role.
func (g Group) Names(role Role) []string {
	var names []string
	for _, c := range g.Contenders {
		if c.Role == role {
			names = append(names, c.Name)
		}
	}
	return names
}
