// Package browser tests the playground in Chromium: it builds the command, serves the page
// and drives it. It needs chromium, and npm for axe-core.
//
//	go test -artifacts -outputdir /tmp/shots .   # keeps the screenshots
//	go test -run Screenshots -update .           # makes the screenshot of the README
package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../../.."

var update = flag.Bool("update", false, "write the screenshot of the README")

// What TestMain sets up.
var (
	address string          // of the page
	browser context.Context // each test opens a tab of it
	seen    requests
)

// requests are those that the browser made, as the proxy saw them.
type requests struct {
	sync.Mutex
	urls []string
}

// ServeHTTP forwards a request for the page and refuses any other.
func (r *requests) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.Lock()
	r.urls = append(r.urls, req.Method+" "+req.URL.String())
	r.Unlock()
	to, err := url.Parse(address)
	if err != nil || req.URL.Host != to.Host {
		http.Error(w, "not the page", http.StatusForbidden)
		return
	}
	(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(to) }}).ServeHTTP(w, req)
}

func TestMain(m *testing.M) {
	flag.Parse()
	status, err := all(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// all runs the tests beside a server and a browser.
func all(m *testing.M) (int, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("METAMELD_LONG") == "1" {
			return 1, err
		}
		fmt.Println("chromium is not installed: the tests in the browser are skipped")
		return 0, nil
	}
	stop, err := serve()
	if err != nil {
		return 1, err
	}
	defer stop()
	proxy := httptest.NewServer(&seen)
	defer proxy.Close()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 1000),
		chromedp.ProxyServer(proxy.URL), chromedp.Flag("proxy-bypass-list", "<-loopback>"),
		// The browser itself would ask a server about every page that has inputs.
		chromedp.Flag("disable-features", "Translate,AutofillServerCommunication,OptimizationHints"))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	defer cancel()
	var closed context.CancelFunc
	browser, closed = chromedp.NewContext(allocator)
	defer closed()
	if err := chromedp.Do(browser); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// serve builds the command, runs it, and returns a function that ends it.
func serve() (func(), error) {
	dir, err := os.MkdirTemp("", "playground")
	if err != nil {
		return nil, err
	}
	stop := func() { _ = os.RemoveAll(dir) }
	binary := filepath.Join(dir, "playground")
	cmd := exec.Command("go", "build", "-o", binary, "./examples/playground")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		stop()
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	server := exec.Command(binary)
	server.Dir, server.Stderr = root, os.Stderr
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		stop()
		return nil, err
	}
	end := func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		stop()
	}
	if address, err = bufio.NewReader(out).ReadString('\n'); err != nil && !errors.Is(err, io.EOF) {
		end()
		return nil, err
	}
	address = strings.TrimSpace(address)
	return end, nil
}

// tab is a tab of the browser.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// open opens the page with a fragment, in a tab of its own, and waits for the first answer.
func open(t *testing.T, fragment string) tab {
	t.Helper()
	p := newTab(t)
	quiet(t, p.ctx)
	p.visit(fragment)
	return p
}

// newTab opens an empty tab.
func newTab(t *testing.T) tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx))
	ctx, stop := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(stop)
	p := tab{t, ctx}
	p.do(chromedp.EmulateViewport(1280, 1000))
	return p
}

// quiet checks that the page writes nothing to the console: no exception, and no request
// that its policy refuses.
func quiet(t *testing.T, ctx context.Context) {
	var said []string
	var mu sync.Mutex
	go func() {
		for m, err := range chromedp.Console(ctx) {
			if err != nil {
				return
			}
			mu.Lock()
			said = append(said, m.String())
			mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		assert.Empty(t, said, "the console")
	})
}

func (p tab) visit(fragment string) {
	p.t.Helper()
	p.do(chromedp.Navigate("about:blank"), chromedp.Navigate(address+fragment))
	p.settle()
}

func (p tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	require.NoError(p.t, chromedp.Do(p.ctx, steps...))
}

// inject runs a script in each page before its own.
func (p tab) inject(script string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	require.NoError(p.t, err)
}

// settle waits until the answer to the last input is shown.
func (p tab) settle() {
	p.t.Helper()
	p.until(`ready && !waiting && !next && document.body.dataset.answered > 0`)
}

// until waits until an expression is true.
func (p tab) until(expression string) {
	p.t.Helper()
	for p.ctx.Err() == nil {
		if ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")")); err == nil && ok {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.t.Fatalf("never true: %s", expression)
}

// eval evaluates an expression.
func eval[T any](p tab, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(p.t, err)
	return v
}

// text returns the text of the elements that a selector finds.
func (p tab) text(selector string) string {
	p.t.Helper()
	return eval[string](p, `[...document.querySelectorAll(`+quote(selector)+`)].map((e) => e.textContent).join("\n")`)
}

// enter sets the text of an editor as one input.
func (p tab) enter(editor, text string) {
	p.t.Helper()
	eval[bool](p, `(() => { const a = editors[`+quote(editor)+`].area; a.value = `+quote(text)+`; a.dispatchEvent(new InputEvent("input")); return true })()`)
	p.settle()
}

// media sets the colour scheme.
func (p tab) media(scheme string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	require.NoError(p.t, err)
}

func quote(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}
