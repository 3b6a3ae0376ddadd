package browser

import (
	"compress/gzip"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// files are those of the page.
var files = []string{"index.html", "style.css", "app.js", "worker.js", "icon.svg", "wasm_exec.js", "playground.wasm"}

func (r *requests) all() []string {
	r.Lock()
	defer r.Unlock()
	return slices.Clone(r.urls)
}

// ofBrowser reports whether Chromium itself makes the request, such as for its updates.
func ofBrowser(request string) bool {
	_, target, _ := strings.Cut(request, "//")
	host, _, _ := strings.Cut(strings.FieldsFunc(target, func(r rune) bool { return r == '/' || r == ':' })[0], "?")
	return strings.HasSuffix(host, ".google.com") || strings.HasSuffix(host, ".googleapis.com")
}

// The page asks for its own files only, whatever one does with it.
func TestRequests(t *testing.T) {
	from := len(seen.all())
	p := open(t, "")
	for _, sample := range firsts {
		p.visit("#sample=" + sample)
	}
	p.enter("update", `{"picture": "http://example.com/a.png"}`)
	p.do(chromedp.Click(chromedp.CSS("#copy")))
	p.linked()
	got := seen.all()[from:]
	own := []string{"GET " + address}
	for _, name := range files {
		own = append(own, "GET "+address+name)
	}
	for _, r := range got {
		assert.True(t, slices.Contains(own, r) || ofBrowser(r), r)
	}
	for _, name := range eval[[]string](p, `performance.getEntriesByType("resource").map((e) => e.name)`) {
		assert.True(t, slices.Contains(own, "GET "+name), name)
	}
	assert.Contains(t, strings.Join(got, "\n"), "playground.wasm", "the proxy sees the requests of the worker")
}

// The policy holds in the page and in its worker: a request to another host is not made.
func TestPolicy(t *testing.T) {
	p := newTab(t)
	p.visit("")
	for _, where := range []string{
		`fetch("http://127.0.0.1:1/x").then(() => "sent", () => "refused")`,
		`new Promise((done) => { const i = new Image(); i.onerror = () => done("refused"); i.onload = () => done("sent"); i.src = "http://127.0.0.1:1/x" })`,
	} {
		assert.Equal(t, "refused", eval[string](p, where), where)
	}
	r, err := http.Get(address + "worker.js")
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	assert.Contains(t, r.Header.Get("Content-Security-Policy"), "default-src 'none'")
	assert.NotContains(t, strings.Join(seen.all(), "\n"), "127.0.0.1:1/x")
}

// counter counts bytes.
type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// All files have at most 1.7 MB by gzip.
func TestSize(t *testing.T) {
	total := 0
	for _, name := range files {
		r, err := http.Get(address + name)
		require.NoError(t, err)
		require.Equal(t, 200, r.StatusCode, name)
		var n counter
		w, err := gzip.NewWriterLevel(&n, gzip.BestCompression)
		require.NoError(t, err)
		size, err := io.Copy(w, r.Body)
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
		require.NoError(t, w.Close())
		t.Logf("%s: %d bytes, %d by gzip", name, size, int(n))
		total += int(n)
	}
	t.Logf("all files: %d bytes by gzip", total)
	assert.LessOrEqual(t, total, 1_700_000)
}
