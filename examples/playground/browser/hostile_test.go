package browser

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A text of 50 MB is refused, however it arrives, and the page goes on.
func TestHugeText(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	before := eval[string](p, "editors.payload.area.value")
	p.do(chromedp.Focus(chromedp.CSS("#text-payload")))
	_, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: strings.Repeat("x", 50<<20)})
	require.NoError(t, err)
	assert.Contains(t, p.text("[data-editor=payload] .faults"), "it has 50 MB, and the page takes at most 4 MB")
	assert.Equal(t, len(before), eval[int](p, "editors.payload.area.value.length"))

	// Without an event before it, such as by a script.
	eval[bool](p, `(() => { const a = editors.payload.area; a.value = "x".repeat(5 << 20); a.dispatchEvent(new InputEvent("input")); return true })()`)
	assert.Contains(t, p.text("[data-editor=payload] .faults"), "it has 5 MB, and the page takes at most 4 MB")
	assert.Equal(t, len(before), eval[int](p, "editors.payload.area.value.length"))

	// And by a message to the worker.
	eval[bool](p, `(model.payload = "{\"a\":\"" + "x".repeat(50 << 20) + "\"}", changed(), true)`)
	p.settle()
	assert.Contains(t, p.text("#status"), "the text is too long")
	assert.Empty(t, p.linked())
	p.enter("payload", `{"nickname": "rosie"}`)
	assert.Contains(t, p.text("#status"), "Accepted")
}

// Deep, wide and odd texts are answered in every editor, and markup stays text.
func TestHostileTexts(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 9_999) + "1" + strings.Repeat("}", 9_999)
	var wide strings.Builder
	wide.WriteString(`{"user_metadata":{"a":1`)
	for i := range 20_000 {
		wide.WriteString(",\n\"k" + strings.Repeat("x", i%50) + string(rune('a'+i%26)) + strings.Repeat("y", i/50) + `":{"b":[]}`)
		if wide.Len() > 1<<20 {
			break
		}
	}
	wide.WriteString("}}")
	markup := `{"name":"<img src=x onerror='document.title=1'>","user_metadata":{"<b>":"</textarea><script>document.title=1</script>","__proto__":{"a":1},"\u202e":"\u0000"}}`
	p := open(t, "#sample=siblings-lost")
	for name, x := range map[string]struct{ text, status string }{
		"deep":    {`{"user_metadata":` + deep + `}`, "Accepted"},
		"lists":   {`{"user_metadata":{"a":` + strings.Repeat("[", 9_998) + strings.Repeat("]", 9_998) + `}}`, "Accepted"},
		"broken":  {`{"user_metadata":` + strings.Repeat(`[{"a":0,"a":`, 4_990), "cannot be read: line 1, column "},
		"deeper":  {`{"user_metadata":{"a":` + deep + `}}`, "more than 10000 levels"},
		"deepest": {strings.Repeat("[", 200_000), "more than 10000 levels"},
		"wide":    {wide.String(), ""},
		"markup":  {markup, "Accepted"},
		"null":    {"null", "cannot be read"},
		"nul":     {"\x00", "cannot be read"},
		"blank":   {" ", "Enter a payload"},
	} {
		p.visit("#sample=siblings-lost")
		p.enter("payload", x.text)
		assert.Contains(t, p.text("#status"), x.status, name)
		p.enter("user", x.text)
		assert.NotContains(t, p.text("#status"), "The library", name)
		p.visit("#sample=merge-modes")
		p.enter("base", x.text)
		p.enter("delta", x.text)
		assert.NotContains(t, p.text("#status"), "The library", name)
		p.visit("#sample=life-of-a-user")
		p.enter("database", x.text)
		p.enter("update", x.text)
		eval[bool](p, `(document.querySelector("[data-do=change]").click(), document.querySelector("[data-do=update]").click(), document.querySelector("[data-do=login]").click(), true)`)
		p.settle()
		assert.NotEmpty(t, p.text("#status"), name)
		assert.NotContains(t, p.text("#status"), "The library", name)
		assert.Equal(t, "metameld playground", eval[string](p, "document.title"))
		assert.Equal(t, 0, eval[int](p, `document.querySelectorAll("main img, main script").length`))
	}
}

// The worker is replaced when the library ends or does not answer.
func TestWorkerEnds(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	eval[bool](p, `(restart("The library took too long, so it was started again."), true)`)
	assert.Contains(t, p.text("#status"), "started again")
	p.until("ready")
	p.enter("payload", `{"nickname": "rosie"}`)
	assert.Contains(t, p.text("#status"), "Accepted")
	assert.Empty(t, eval[string](p, `document.getElementById("results").className`))

	// So does a library that ends while it is asked for a link.
	p.linked()
	assert.Contains(t, eval[string](p, `(linking = {id: -1}, receive({id: -1, failed: "no memory"}), document.getElementById("status").textContent)`), "The library ended: no memory. What is below is older.")
	p.until("ready")
	p.enter("payload", `{"nickname": "rosie"}`)
	assert.Contains(t, p.text("#status"), "Accepted")

	// What was entered meanwhile is answered; until then the older answer is marked.
	assert.Equal(t, "older", eval[string](p, `(() => { waiting = {id: -1}; const a = editors.payload.area; a.value = '{"nickname": null, "email": ""}'; a.dispatchEvent(new InputEvent("input"));
		restart("The library took too long, so it was started again."); return document.getElementById("results").className })()`))
	p.settle()
	assert.Contains(t, p.text("#status"), "Refused")
	assert.Empty(t, eval[string](p, `document.getElementById("results").className`))
}

// Without workers, and from file://, the page says what to do.
func TestNoWorker(t *testing.T) {
	site, err := filepath.Abs("../site/index.html")
	require.NoError(t, err)
	for name, x := range map[string]struct{ script, address string }{
		"none":   {"delete window.Worker", address},
		"throws": {`window.Worker = class { constructor() { throw new DOMException("no", "SecurityError") } }`, address},
		"file":   {"", "file://" + site},
	} {
		p := newTab(t)
		p.inject(x.script)
		p.do(chromedp.Navigate(x.address))
		p.until(`document.getElementById("status").textContent !== "Starting the library…"`)
		assert.Contains(t, p.text("#status"), "Serve these files over HTTP, for example with python3 -m http.server", name)
	}
}
