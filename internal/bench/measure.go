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

// Result is what was measured of a group.
type Result struct {
	Group
	Rounds int                  // that there were
	times  map[string][]float64 // ns of one run, for each round
	allocs map[string]uint64    // of one run: the least of all rounds
}

// Measure runs every contender for about so long in each round, in an order that
// is another in each round, for as many rounds as begin within whole, and for at
// least so many.
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
			if err := c.Run(); err != nil {
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
			ns, allocs, err := measure(c.Run, long, guess[c.Name])
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

// order returns the numbers below n, from another one on in each round, and in
// every other round backwards, so that the neighbours change sides.
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

// measure runs run for about so long, at least once, and returns the time and the
// allocations of one run. guess is how many ns one is expected to take, or 0.
func measure(run func() error, long time.Duration, guess float64) (ns float64, allocs uint64, err error) {
	runtime.LockOSThread() // whose time it is
	defer runtime.UnlockOSThread()
	runtime.GC() // what others left
	if guess < float64(time.Second)/2 {
		// Into the caches again, and what it keeps in pools, which that emptied.
		if err := run(); err != nil {
			return 0, 0, err
		}
	}
	var before, after runtime.MemStats
	var n uint64
	var took time.Duration
	runtime.ReadMemStats(&before)
	for took < long {
		batch := 1.0
		if guess > 0 {
			batch = math.Ceil(min(float64(long-took)/guess, 1e7))
		}
		began := clock()
		for range uint64(batch) {
			if err := run(); err != nil {
				return 0, 0, err
			}
		}
		took += clock() - began
		n += uint64(batch)
		guess = max(float64(took)/float64(n), 1)
	}
	runtime.ReadMemStats(&after)
	return float64(took) / float64(n), (after.Mallocs - before.Mallocs) / n, nil
}

// Spread is the median of what the rounds gave, and the least and the most.
type Spread struct{ Median, Min, Max float64 }

func spread(values []float64) Spread {
	if len(values) == 0 {
		return Spread{math.NaN(), math.NaN(), math.NaN()}
	}
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return Spread{(s[(n-1)/2] + s[n/2]) / 2, s[0], s[n-1]}
}

// Measured reports whether the contender was.
func (r Result) Measured(name string) bool { return len(r.times[name]) > 0 }

// Time returns the ns that one run takes.
func (r Result) Time(name string) Spread { return spread(r.times[name]) }

// Allocs returns the allocations of one run.
func (r Result) Allocs(name string) uint64 { return r.allocs[name] }

// Ratio returns how long ours takes for each ns of other, round by round.
func (r Result) Ratio(ours, other string) Spread {
	var ratios []float64
	for i, ns := range r.times[other] {
		if i < len(r.times[ours]) {
			ratios = append(ratios, r.times[ours][i]/ns)
		}
	}
	return spread(ratios)
}

// BestPeer returns the peer with the lowest median, or "" where none was measured;
// where checked, the best of those that read the whole text. One that is given
// a buffer is no peer of ours where that is given none.
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
