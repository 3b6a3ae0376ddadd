package browser

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

// span is one answer: from the input to the page that shows it, and the part of the
// library, in milliseconds.
type span struct{ Duration, Compute float64 }

func (p tab) spans() []span {
	p.t.Helper()
	return eval[[]span](p, `performance.getEntriesByName("answer").map((e) => ({duration: e.duration, compute: e.detail.compute}))`)
}

func median(list []span) (duration, compute float64) {
	slices.SortFunc(list, func(a, b span) int { return int((a.Duration - b.Duration) * 1e6) })
	duration = list[len(list)/2].Duration
	slices.SortFunc(list, func(a, b span) int { return int((a.Compute - b.Compute) * 1e6) })
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
	first := p.spans()[0]
	t.Logf("first call: %.1f ms in the library", first.Compute)
	p.visit("#sample=siblings-lost")
	t.Logf("first paint, files cached: %.0f ms; ready after %.0f ms", eval[float64](p, `performance.getEntriesByName("first-contentful-paint")[0].startTime`),
		eval[float64](p, `performance.getEntriesByName("answer")[0].startTime + performance.getEntriesByName("answer")[0].duration`))

	keys := func(size int, n int) {
		p.visit("#sample=siblings-lost")
		p.enter("user", profile(size))
		p.enter("payload", `{"nickname": "", "user_metadata": {"address": {"home": "c"}}}`)
		p.do(chromedp.Focus(chromedp.CSS("#text-payload")))
		eval[bool](p, `(editors.payload.area.setSelectionRange(14, 14), performance.clearMeasures("answer"), true)`)
		// The longest time between two frames shows how long the page froze.
		eval[bool](p, `(() => { globalThis.gap = 0; let last = performance.now(); const tick = (now) => { gap = Math.max(gap, now - last); last = now; requestAnimationFrame(tick) }; requestAnimationFrame(tick); return true })()`)
		for range n {
			p.do(chromedp.KeyEvent("a"))
			p.settle()
		}
		list := p.spans()
		assert.Len(t, list, n)
		worst := slices.MaxFunc(list, func(a, b span) int { return int((a.Duration - b.Duration) * 1e6) })
		duration, compute := median(list)
		t.Logf("a keystroke beside a profile of %d KB: median %.1f ms (%.1f ms in the library), longest %.1f ms; longest time between frames %.0f ms",
			size>>10, duration, compute, worst.Duration, eval[float64](p, "gap"))
	}
	keys(10<<10, 60)
	keys(1<<20, 5)
}
