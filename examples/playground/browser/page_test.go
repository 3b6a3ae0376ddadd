package browser

import (
	"fmt"
	"strings"
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
	assert.Contains(t, p.text("#status"), "The connection cannot be read: line 2, column 1")
	p.enter("connection", "")
	assert.Contains(t, p.text("#status"), "Refused")
}

// Beside a user that cannot be read, the older answer is marked; a blank user is none.
func TestBrokenUser(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	p.enter("user", `{"broken`)
	assert.Contains(t, p.text("#status"), "The user cannot be read: line 1, column 2")
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

// A syntax error has its line and column, and its place is marked.
func TestPlace(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	p.enter("payload", "{\n  \"name\": \"a\"\n  \"nickname\": 1\n}")
	assert.Contains(t, p.text("#status"), "The payload cannot be read: line 3, column 3: not JSON.")
	assert.Contains(t, p.text("[data-editor=payload] .faults"), "Line 3, column 3")
	assert.Equal(t, "✕ 3", p.text("[data-editor=payload] .gutter .error"))
	const under = `(() => { const e = editors.payload; const a = e.area.getBoundingClientRect(); const s = document.querySelector("[data-editor=payload] .spot").getBoundingClientRect(); return Math.round((s.left - a.left - 8) / s.width) })()`
	assert.Equal(t, 2, eval[int](p, under))
	eval[bool](p, `(document.querySelector("[data-editor=payload] .faults button").click(), true)`)
	assert.Equal(t, `"nickname": 1`, eval[string](p, `(() => { const a = document.activeElement; return a.value.slice(a.selectionStart, a.selectionEnd) })()`))
	p.enter("payload", "{\"ключ😀\": tru}")
	assert.Contains(t, p.text("#status"), "line 1, column 11")
	assert.Empty(t, eval[[]string](p, `[...document.querySelectorAll("[data-editor=payload] .spot")].map(() => "")`))
}

// What is lost stands above the diff, which shows the first lost line and goes to each.
func TestLosses(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	var user strings.Builder
	user.WriteString(`{"user_id": "auth0|1", "user_metadata": {`)
	for i := range 100 {
		fmt.Fprintf(&user, `"a%d": {"x": %d}, `, i, i)
	}
	user.WriteString(`"b": {"gone": 1, "kept": 1}, "c": {"left": [1, 2]}}}`)
	p.enter("user", user.String())
	payload := `{"user_metadata": {`
	for i := range 100 {
		payload += fmt.Sprintf(`"a%d": {"x": null}, `, i)
	}
	p.enter("payload", payload+`"b": {"kept": 1}, "c": {}}}`)
	assert.Contains(t, p.text(".losses"), "2 members are lost:")
	const seen = `((selector) => { const box = document.querySelector(".diff").getBoundingClientRect(); const line = document.querySelector(selector).getBoundingClientRect(); return line.top >= box.top && line.bottom <= box.bottom })`
	p.until(seen + `('.diff [data-at="/user_metadata/b/gone"]')`)
	eval[bool](p, `(document.querySelector(".diff").scrollTop = 0, true)`)
	assert.False(t, eval[bool](p, seen+`('.diff [data-at="/user_metadata/c/left"]')`))
	eval[bool](p, `(document.querySelector('.losses [data-to="/user_metadata/c/left"]').click(), true)`)
	assert.True(t, eval[bool](p, seen+`('.diff [data-at="/user_metadata/c/left"]')`))
	assert.Contains(t, p.text(`.diff [data-at="/user_metadata/c/left"]`), "lost")
	p.enter("payload", `{"user_metadata": {}}`)
	assert.Contains(t, p.text(".losses"), "103 members are lost:")
	assert.Contains(t, p.text(".losses"), "93 more members")
	p.visit("#sample=empty-wipes")
	assert.Contains(t, p.text(".losses"), "3 members are lost: /app_metadata (3 members)")
}

// Controls without an effect are disabled, with the reason.
func TestIdle(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	disabled := func() string {
		return eval[string](p, `["kind", "sync", "importMode", "migrated", "secondary"].filter((id) => document.getElementById(id).disabled).join()`)
	}
	choose := func(kind string) {
		eval[bool](p, `(() => { const k = document.getElementById("kind"); k.value = `+quote(kind)+`; k.dispatchEvent(new Event("change")); return true })()`)
		p.settle()
	}
	assert.Equal(t, "sync,importMode,migrated", disabled())
	assert.Contains(t, p.text("#why-migrated"), "a custom database only")
	choose("custom-database")
	assert.Empty(t, disabled())
	assert.Empty(t, p.text("#why-migrated"))
	choose("social")
	assert.Equal(t, "importMode,migrated", disabled())
	p.enter("connection", `{"strategy": "google-oauth2"}`)
	assert.Equal(t, "kind,sync,importMode,migrated", disabled())
	assert.Contains(t, p.text("#why-kind"), "The pasted connection decides.")

	p.visit("#sample=life-of-a-user")
	idle := func() string {
		return eval[string](p, `[...document.querySelectorAll("#steps button[aria-disabled=true], #undo[aria-disabled=true]")].map((b) => b.dataset.do || b.id).join()`)
	}
	assert.Equal(t, "import-on,import-off", idle())
	assert.Contains(t, p.text("#why-steps"), "the import mode no longer matters")
	eval[bool](p, `(document.querySelector("[data-do=import-off]").click(), true)`)
	p.settle()
	assert.Equal(t, 6, eval[int](p, "model.steps.length"))
	eval[bool](p, `(document.getElementById("restart").click(), true)`)
	p.settle()
	assert.Equal(t, "import-off,undo", idle())
	eval[bool](p, `(() => { for (let i = 0; i < 60; i++) document.querySelector("[data-do=login]").click(); return true })()`)
	p.settle()
	assert.Equal(t, 50, eval[int](p, "model.steps.length"))
	assert.Contains(t, p.text("#why-steps"), "At most 50 steps")
	assert.Equal(t, "create,login,change,update,password,import-on,import-off", idle())
}
