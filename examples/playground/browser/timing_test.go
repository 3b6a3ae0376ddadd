package browser

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// span is one answer: from the input to the page that shows it, and the part of the
// library, in milliseconds.
type span struct{ Duration, Compute float64 }

func (p tab) spans() []span {
	p.t.Helper()
	return eval[[]span](p, `performance.getEntriesByName("answer").map((e) => ({duration: e.duration, compute: e.detail.compute}))`)
}

func median(list []span) (duration, compute float64) {
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.Duration, b.Duration) })
	duration = list[len(list)/2].Duration
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.Compute, b.Compute) })
	return duration, list[len(list)/2].Compute
}

// profile returns a profile of about that size.
func profile(size int) string {
	var b strings.Builder
	b.WriteString("{\n  \"user_id\": \"auth0|1\",\n  \"email\": \"rosa@example.com\",\n  \"nickname\": \"rosa\",\n  \"user_metadata\": {\n    \"address\": {\"home\": \"a\", \"work\": \"b\"}")
	for i := 0; b.Len() < size; i++ {
		b.WriteString(",\n    \"member-" + strings.Repeat("x", i%10) + "-" + string(rune('a'+i%26)) + strings.Repeat("z", i/26%40) + strings.Repeat("q", i/1040) + `": {"visits": 12, "pages": ["/a", "/b", "/c"]}`)
	}
	return b.String() + "\n  }\n}"
}

// Timings are logged, not judged: they depend on the machine.
func TestTimings(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	t.Logf("warm-up call: %s ms in the library; first call of the page: %.1f", eval[string](p, "document.body.dataset.warm"), p.spans()[0].Compute)
	p.visit("#sample=siblings-lost")
	t.Logf("first paint, files cached: %.0f ms; ready after %.0f ms", eval[float64](p, `performance.getEntriesByName("first-contentful-paint")[0].startTime`),
		eval[float64](p, `performance.getEntriesByName("answer")[0].startTime + performance.getEntriesByName("answer")[0].duration`))

	load, _ := os.ReadFile("/proc/loadavg")
	t.Logf("load and processors: %.14s, %d", load, runtime.NumCPU())
	p.keys("payload", 10<<10, 60)
	p.keys("payload", 1<<20, 5)
	p.keys("user", 1<<20, 5)
	for _, n := range []int{430, 10_000} {
		p.changes(n)
	}
}

// changes logs how long the answer to that many changed members takes.
func (p tab) changes(n int) {
	p.t.Helper()
	var user, payload strings.Builder
	user.WriteString(`{"user_id": "auth0|1", "user_metadata": {"x": 1`)
	payload.WriteString(`{"user_metadata": {"x": 1`)
	for i := range n {
		fmt.Fprintf(&user, ",\n\"member-%d\": {\"a\": %d, \"b\": 1}", i, i)
		fmt.Fprintf(&payload, ",\n\"member-%d\": {\"a\": %d}", i, i+1)
	}
	p.visit("#sample=siblings-lost")
	p.enter("user", user.String()+"}}")
	p.enter("payload", payload.String()+"}}")
	eval[bool](p, `(performance.clearMeasures("answer"), true)`)
	before := p.watch()
	for range 5 {
		eval[bool](p, `(changed(), true)`)
		p.settle()
	}
	cpu := (p.cpu() - before) / 5
	duration, compute := median(p.spans())
	p.t.Logf("%d changed members: median %.0f ms (%.0f in the library); CPU of the page %.0f ms", n, duration, compute, cpu)
}

// keys types n keys into an editor, beside or in a profile of that size, and logs how long
// the answers take.
func (p tab) keys(editor string, size, n int) {
	p.t.Helper()
	p.visit("#sample=siblings-lost")
	p.enter("user", profile(size))
	p.enter("payload", `{"nickname": "", "user_metadata": {"address": {"home": "c"}}}`)
	p.do(chromedp.Focus(chromedp.CSS("#text-" + editor)))
	eval[bool](p, `(() => { const a = editors.`+editor+`.area; const at = a.value.indexOf("nickname") + 12; a.setSelectionRange(at, at); return true })()`)
	p.do(chromedp.KeyEvent("a")) // warm up
	p.settle()
	// The longest time between two frames shows how long the page froze. To watch frames
	// costs time, so it is done for large profiles only.
	eval[bool](p, `(() => { performance.clearMeasures("answer"); globalThis.gap = 0; if (`+strconv.Itoa(size)+` < 1e6) return true; let last = performance.now(); const tick = (now) => { gap = Math.max(gap, now - last); last = now; requestAnimationFrame(tick) }; requestAnimationFrame(tick); return true })()`)
	before := p.watch()
	for range n {
		p.do(chromedp.KeyEvent("a"))
		p.settle()
	}
	cpu := (p.cpu() - before) / float64(n)
	list := p.spans()
	assert.Len(p.t, list, n)
	duration, compute := median(list)
	worst := slices.MaxFunc(list, func(a, b span) int { return cmp.Compare(a.Duration, b.Duration) })
	best := slices.MinFunc(list, func(a, b span) int { return cmp.Compare(a.Duration, b.Duration) })
	p.t.Logf("a key in the %s, profile of %d KB: median %.1f ms (%.1f in the library), shortest %.1f, longest %.1f; CPU of the page %.1f ms; longest time between frames %.0f ms",
		editor, size>>10, duration, compute, best.Duration, worst.Duration, cpu, eval[float64](p, "gap"))
}

// watch begins to count processor time, and returns what cpu does.
func (p tab) watch() float64 {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
	require.NoError(p.t, err)
	return p.cpu()
}

// cpu returns the processor time of the page, without its worker, in milliseconds.
func (p tab) cpu() float64 {
	p.t.Helper()
	r, err := chromedp.Call(p.ctx, performance.GetMetrics, cdp.Empty{})
	require.NoError(p.t, err)
	for _, m := range r.Metrics {
		if m.Name == "TaskDuration" {
			return m.Value * 1000
		}
	}
	return 0
}
