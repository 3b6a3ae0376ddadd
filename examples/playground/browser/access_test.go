package browser

import (
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/playground/answer"
)

// axe returns the text of axe-core, which npm fetches.
func axe(t *testing.T) string {
	t.Helper()
	const path = "node_modules/axe-core/axe.min.js"
	if _, err := os.Stat(path); err != nil {
		out, err := exec.Command("npm", "ci", "--no-audit", "--no-fund").CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

// violation is what axe-core reports.
type violation struct {
	ID    string   `json:"id"`
	Help  string   `json:"help"`
	Nodes []string `json:"nodes"`
}

// accessible checks the page as it is shown.
func (p tab) accessible(name string) {
	p.t.Helper()
	eval[bool](p, `([...document.querySelectorAll("#results details")].forEach((d) => { d.open = true }), true)`)
	list := eval[[]violation](p, `axe.run().then((r) => r.violations.map((v) => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map((n) => n.html + " " + n.failureSummary)})))`)
	assert.Empty(p.t, list, name)
}

// Each sample, in light, in dark and at a phone's width, passes all checks of axe-core, and
// says what it should.
func TestSamples(t *testing.T) {
	says := map[string]string{
		"siblings-lost": "1 member is lost", "empty-wipes": "3 members are lost", "password-and-email": "Refused: 1 error", "synced-attributes": "Refused: 1 error",
		"custom-database-before": "Refused: ", "custom-database-after": "Accepted, ", "oversized-profile": "Refused: 1 error",
		"merge-modes": "1 member is lost", "merge-wipe": "5 members are lost", "card-blanks": "Accepted, 5 warnings. 4 members are lost", "life-of-a-user": "Step 6, log in: migrated",
	}
	script := axe(t)
	for _, s := range answer.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			p := open(t, "#sample="+s.Name)
			require.Contains(t, says, s.Name)
			assert.Contains(t, p.text("#status"), says[s.Name])
			assert.Equal(t, s.Teaches, p.text("#teaches"))
			p.do(chromedp.Evaluate[chromedp.Void](script))
			p.shot(s.Name)
			p.accessible("light")
			p.media("dark")
			p.accessible("dark")
			p.do(chromedp.EmulateViewport(390, 844))
			p.accessible("390 px, dark")
			p.media("light")
			p.accessible("390 px")
		})
	}
}

// A fault and its explanation pass the checks too.
func TestFaults(t *testing.T) {
	script := axe(t)
	p := open(t, "#sample=siblings-lost")
	p.do(chromedp.Evaluate[chromedp.Void](script))
	p.enter("payload", "{\n  \"name\": \"a\",\n  \"name\": 1\n}")
	p.enter("connection", `{"strategy": 1}`)
	assert.Contains(t, p.text("#status"), "cannot be read")
	assert.Equal(t, 1, eval[int](p, `document.querySelectorAll("#results.older").length`))
	assert.Contains(t, p.text("[data-editor=payload] .faults"), "Line 3, column 3 /name: duplicate name")
	assert.Contains(t, p.text("[data-editor=connection] .faults"), "Line 1")
	p.shot("faults")
	p.accessible("faults")
	p.media("dark")
	p.accessible("faults, dark")
}

// The tabs, the lines of findings and the samples work with the keyboard.
func TestKeyboard(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	p.do(chromedp.Focus(chromedp.CSS("#tab-update")))
	focused := func() string { return eval[string](p, "document.activeElement.id") }
	for _, x := range []struct{ key, tab string }{
		{kb.ArrowRight, "merge"}, {kb.ArrowRight, "card"}, {kb.ArrowRight, "life"}, {kb.ArrowRight, "update"}, {kb.ArrowLeft, "life"}, {kb.Home, "update"}, {kb.End, "life"}, {kb.Home, "update"},
	} {
		p.do(chromedp.KeyEvent(x.key))
		p.settle()
		assert.Equal(t, "tab-"+x.tab, focused())
		assert.Equal(t, x.tab, eval[string](p, `document.querySelector("[role=tabpanel]").dataset.tab`))
		assert.Equal(t, 1, eval[int](p, `document.querySelectorAll("[role=tab][aria-selected=true]").length`))
		assert.NotEmpty(t, p.text("#results"))
	}
	p.do(chromedp.Focus(chromedp.CSS(".where button")), chromedp.KeyEvent(kb.Enter))
	assert.Equal(t, "text-payload", focused())
	assert.Contains(t, eval[string](p, `(() => { const a = document.activeElement; return a.value.slice(a.selectionStart, a.selectionEnd) })()`), `"address"`)
	// Every control that is shown can be reached by Tab, and has a name.
	p.do(chromedp.Focus(chromedp.CSS("#sample")))
	for range 40 {
		p.do(chromedp.KeyEvent(kb.Tab))
		if id := focused(); id == "text-payload" {
			return
		}
	}
	t.Error("the payload cannot be reached by Tab")
}
