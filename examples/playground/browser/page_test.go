package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

// The first sample shows a loss that cannot be missed, and the payload that avoids it.
func TestUpdate(t *testing.T) {
	p := open(t, "")
	assert.Contains(t, p.text("#status"), "1 member is lost")
	assert.Contains(t, p.text(".lostbox"), "/user_metadata/address/work")
	assert.Contains(t, p.text(".line.lost"), "99 High Street")
	assert.Contains(t, p.text(".findings"), "patch.replaced-object")
	assert.Contains(t, p.text("#results"), "200 OK")

	// Typed by hand, with the keyboard only.
	p.do(chromedp.Focus(chromedp.CSS("#text-payload")))
	eval[bool](p, `(editors.payload.area.select(), true)`)
	p.do(chromedp.KeyEvent(`{"blocked": null}`))
	p.settle()
	assert.Contains(t, p.text("#status"), "Refused: 1 error")
	assert.Contains(t, p.text(".findings"), "patch.null")
	assert.Contains(t, p.text("[data-editor=payload] .gutter .error"), "1")
	p.do(chromedp.KeyEvent("x"))
	p.settle()
	assert.Contains(t, p.text("#status"), "cannot be read: line 1")
	assert.Equal(t, "true", eval[string](p, `editors.payload.area.getAttribute("aria-invalid")`))
}

// The switch of the card, and whether an input is on it.
func TestCard(t *testing.T) {
	p := open(t, "#sample=card-blanks")
	body := func() string { return p.text("[aria-label='The payload that the card sends']") }
	assert.Contains(t, body(), `"app_metadata": {}`)
	p.do(chromedp.Click(chromedp.CSS("#passEmpty")))
	p.settle()
	assert.NotContains(t, body(), "app_metadata")
	p.do(chromedp.Click(chromedp.CSS("#card-Picture-on")), chromedp.SendKeys(chromedp.CSS("#card-Picture"), "x"))
	p.settle()
	assert.Contains(t, body(), `"picture": "x"`)
	assert.Contains(t, p.text("#status"), "Refused")
	p.do(chromedp.Click(chromedp.CSS("#card-Metadata-on")))
	p.settle()
	assert.NotContains(t, body(), "user_metadata")
}

// The life of a user, step by step, with the buttons.
func TestLife(t *testing.T) {
	p := open(t, "#sample=life-of-a-user")
	press := func(selector string) {
		p.do(chromedp.Click(chromedp.CSS(selector)))
		p.settle()
	}
	here := func() string { return p.text(".states .here b") }
	press("#restart")
	assert.Equal(t, "In the database only", here())
	for _, x := range []struct{ step, state, shows string }{
		{"create", "Cached", "The Create script runs"},
		{"change", "Cached", "The profile in Auth0 does not change"},
		{"login", "Cached", "Kim Park"},
		{"update", "Cached", `"color":"blue"`},
		{"import-on", "Cached", "the next login moves the user"},
		{"login", "Migrated", "The user moves to the Auth0 store"},
		{"login", "Migrated", "There is no way back"},
	} {
		press("[data-do=" + x.step + "]")
		assert.Equal(t, x.state, here(), x.step)
		assert.Contains(t, p.text("#results"), x.shows, x.step)
	}
	press(".timeline li:nth-child(2) button")
	assert.Equal(t, "Cached", here())
	press("#undo")
	assert.Equal(t, 6, eval[int](p, `document.querySelectorAll(".timeline li").length`))
}

// A pasted connection takes the place of the controls; its faults are shown.
func TestConnection(t *testing.T) {
	p := open(t, "#sample=synced-attributes")
	p.enter("connection", `{"strategy": "google-oauth2", "options": {"set_user_root_attributes": "never_on_login"}}`)
	assert.Contains(t, p.text("#status"), "Accepted")
	assert.True(t, eval[bool](p, `document.getElementById("kind").disabled`))
	p.enter("connection", "{\n\"options\": 1}")
	assert.Contains(t, p.text("#status"), "The connection cannot be read: line 2")
	p.enter("connection", "")
	assert.Contains(t, p.text("#status"), "Refused")
}

// Beside a user that cannot be read, the older answer is marked; a blank user is none.
func TestBrokenUser(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	p.enter("user", `{"broken`)
	assert.Contains(t, p.text("#status"), "The user cannot be read: line 1")
	assert.Contains(t, p.text("#status"), "What is below is older.")
	assert.Equal(t, "older", eval[string](p, `document.getElementById("results").className`))
	p.enter("user", " ")
	assert.Contains(t, p.text("#status"), "judged without a user")
	assert.Empty(t, eval[string](p, `document.getElementById("results").className`))
}

// Before the library is ready, nothing can be typed that its start would overwrite.
func TestReadOnly(t *testing.T) {
	const count = `document.querySelectorAll("textarea:read-only, #scopes:read-only, #copy:disabled").length`
	p := newTab(t)
	p.inject(`window.Worker = class { postMessage() {} }`)
	p.do(chromedp.Navigate(address))
	assert.Equal(t, 9, eval[int](p, count))
	q := open(t, "#sample=card-blanks")
	assert.Equal(t, 0, eval[int](q, count))
}

// While an answer is pending, the older one is dim, and on another tab nothing is left of it.
func TestPending(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	dim := func() string {
		return eval[string](p, `["status", "answer"].map((id) => getComputedStyle(document.getElementById(id)).opacity).join()`)
	}
	// The worker is held back.
	eval[bool](p, `(globalThis.post = worker.postMessage, worker.postMessage = (m) => { globalThis.held = m }, changed(), true)`)
	assert.Equal(t, "1,1", dim())
	p.until(`document.getElementById("answer").getAttribute("aria-busy") === "true"`)
	assert.Equal(t, "0.5,0.5", dim())
	eval[bool](p, `(selectTab("merge"), true)`)
	assert.Equal(t, "Waiting for the answer…", p.text("#status"))
	assert.Empty(t, p.text("#results"))
	eval[bool](p, `(worker.postMessage = globalThis.post, worker.postMessage(globalThis.held), true)`)
	p.settle()
	assert.Equal(t, "1,1", dim())
	assert.Contains(t, p.text("#status"), "Auth0's merge")
}
