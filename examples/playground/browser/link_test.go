package browser

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// linked waits until the URL has the state, and returns the fragment.
func (p tab) linked() string {
	p.t.Helper()
	p.settle()
	p.until(`document.body.dataset.linked === document.body.dataset.answered`)
	return eval[string](p, "location.hash")
}

// state returns the JSON text of the state in a fragment.
func state(t *testing.T, fragment string) string {
	t.Helper()
	text, ok := strings.CutPrefix(fragment, "#state=")
	require.True(t, ok, "%.40s", fragment)
	b, err := base64.RawURLEncoding.DecodeString(text)
	require.NoError(t, err)
	return string(b)
}

// A link shows the same in another tab.
func TestLink(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	assert.Equal(t, "#sample=siblings-lost", p.linked())
	p.enter("payload", `{"user_metadata": {"address": null, "ключ": "\u202e<b>&#"}}`)
	eval[bool](p, `(document.querySelector("[name=sources][value=strict]").click(), document.getElementById("secondary").click(), true)`)
	fragment := p.linked()
	q := open(t, fragment)
	assert.Equal(t, eval[string](p, "JSON.stringify(request())"), eval[string](q, "JSON.stringify(request())"))
	assert.Equal(t, p.text("#results"), q.text("#results"))
	assert.Equal(t, fragment, q.linked())
	for name, sample := range firsts {
		q.visit("#sample=" + sample)
		assert.Equal(t, "#sample="+sample, q.linked())
		assert.Equal(t, name, eval[string](q, "model.tab"))
	}
}

// A link never has a password.
func TestPassword(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	p.enter("payload", `{"password": "correct-horse"}`)
	assert.NotContains(t, state(t, p.linked()), "correct-horse")
	assert.Contains(t, p.text("#share-note"), "in place of passwords")
	p.enter("payload", `{"password": "correct-horse`)
	assert.NotContains(t, state(t, p.linked()), "correct-horse")
	assert.Contains(t, p.text("#share-note"), "leave out a text that is not a JSON object")
	p.visit("#sample=card-blanks")
	eval[bool](p, `(() => { document.getElementById("card-Password-on").click(); const i = document.getElementById("card-Password"); i.value = "correct-horse"; i.dispatchEvent(new InputEvent("input")); return true })()`)
	assert.NotContains(t, state(t, p.linked()), "correct-horse")
	assert.NotContains(t, p.text("#results"), "correct-horse")
	// What is typed later does not get into the link of an earlier answer.
	assert.Equal(t, "x", eval[string](p, `(() => { model.form.Name = "x"; const state = request(); model.form.Name = "y"; return state.form.Name })()`))
	assert.NotContains(t, strings.Join(seen.all(), "\n"), "correct-horse")
}

// A state of more than 32 KB is left out, and the page says so.
func TestLongState(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	p.enter("payload", `{"user_metadata": {"a": "`+strings.Repeat("x", 25<<10)+`"}}`)
	assert.Empty(t, p.linked())
	assert.Contains(t, p.text("#share-note"), "the link leaves them out; a reload keeps them")
	p.enter("payload", `{"user_metadata": {"a": "`+strings.Repeat("x", 20<<10)+`"}}`)
	fragment := p.linked()
	assert.Greater(t, len(fragment), 20<<10)
	assert.LessOrEqual(t, len(fragment), 32<<10)
	assert.Empty(t, p.text("#share-note"))
}

// A reload keeps what was entered in every tab, and no password. A link has only the tab
// that is shown.
func TestReload(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	p.enter("payload", `{"nickname": "`+strings.Repeat("x", 30<<10)+`", "user_metadata": {"pin": "correct-horse"}}`)
	eval[bool](p, `(selectTab("merge"), true)`)
	p.enter("base", `{"mine": 1}`)
	eval[bool](p, `(selectTab("card"), document.getElementById("passEmpty").click(), true)`)
	p.settle()
	eval[bool](p, `(selectTab("life"), true)`)
	p.settle()
	eval[bool](p, `(document.querySelector("[data-do=password]").click(), true)`)
	link := state(t, p.linked())
	assert.NotContains(t, link, "mine")
	assert.NotContains(t, link, "xxx")
	entered := eval[string](p, `JSON.stringify(model)`)
	assert.Contains(t, entered, "correct-horse")
	for range 2 {
		p.do(chromedp.Reload())
		p.settle()
		assert.Equal(t, strings.Replace(entered, "correct-horse", "********", 1), eval[string](p, `JSON.stringify(model)`))
		assert.Equal(t, "life", eval[string](p, `document.querySelector("[role=tabpanel]").dataset.tab`))
		p.linked()
		assert.NotContains(t, eval[string](p, `JSON.stringify(history.state)`), "correct-horse")
	}
	// An update of more than a link takes is kept too.
	eval[bool](p, `(selectTab("update"), true)`)
	assert.Empty(t, p.linked())
	p.do(chromedp.Reload())
	p.settle()
	assert.Equal(t, "update", eval[string](p, `model.tab`))
	assert.Contains(t, eval[string](p, `model.payload`), strings.Repeat("x", 30<<10))
	p.linked()
	assert.Contains(t, p.text("#share-note"), "a reload keeps them")

	// Beyond 256 KB a reload keeps the tab that is shown, and the page says so.
	p.enter("payload", `{"nickname": "`+strings.Repeat("x", 300<<10)+`"}`)
	p.linked()
	assert.Contains(t, p.text("#share-note"), "a reload loses them")
	eval[bool](p, `(selectTab("merge"), true)`)
	p.linked()
	assert.Contains(t, p.text("#share-note"), "a reload keeps this tab only")
}

// The link that is copied is that of what is entered, also at once after a key.
func TestCopy(t *testing.T) {
	p := open(t, "#sample=siblings-lost")
	p.linked()
	eval[bool](p, `(Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => { globalThis.copied = text }}}), true)`)
	typed := func(text string) {
		eval[bool](p, `(() => { globalThis.copied = ""; const a = editors.payload.area; a.value = `+quote(text)+`; a.dispatchEvent(new InputEvent("input")); document.getElementById("copy").click(); return true })()`)
		p.until(`document.getElementById("copied").textContent`)
	}
	typed(`{"nickname": "fresh"}`)
	_, fragment, _ := strings.Cut(eval[string](p, "globalThis.copied"), "#")
	assert.Contains(t, state(t, "#"+fragment), "fresh")
	assert.Equal(t, "Copied.", p.text("#copied"))
	p.enter("payload", `{}`)
	assert.Empty(t, p.text("#copied"))
	typed(`{"user_metadata": {"a": "` + strings.Repeat("x", 25<<10) + `"}}`)
	assert.Equal(t, "Not copied: the inputs are too long for a link.", p.text("#copied"))
	assert.Empty(t, eval[string](p, "globalThis.copied"))

	// A remark on a link goes with the next input too.
	p.visit("#state=%%%")
	assert.Equal(t, "The state in the link cannot be read.", p.text("#copied"))
	p.enter("payload", `{}`)
	assert.Empty(t, p.text("#copied"))
}

// A link that the page did not make does no harm.
func TestHostileLinks(t *testing.T) {
	encoded := func(text string) string { return "#state=" + base64.RawURLEncoding.EncodeToString([]byte(text)) }
	p := open(t, "")
	for _, fragment := range []string{
		"#", "#x", "#state=", "#state=%%%", "#state=" + strings.Repeat("A", 100_000), "#sample=__proto__", "#sample=", encoded("null"), encoded("[]"), encoded("1"), encoded("{"),
		encoded(`{"tab":"__proto__"}`), encoded(`{"tab":"card","form":{"__proto__":"x","Metadata":1,"Name":"<img src=x onerror=alert(1)>"}}`),
		encoded(`{"tab":"life","steps":[null,1,{"do":"<b>"},{"do":"login"},{"do":"create","text":5}]}`), encoded(`{"tab":"life","steps":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`),
		encoded(`{"tab":"update","kind":"nonsense","sources":"x","user":5,"payload":"{}","connection":"[]","scopes":{}}`), encoded("\xff\xfe"),
	} {
		p.visit(fragment)
		assert.NotEmpty(t, p.text("#status"), fragment)
		assert.Contains(t, []string{"update", "merge", "card", "life"}, eval[string](p, "model.tab"))
		assert.Equal(t, 0, eval[int](p, `document.querySelectorAll("main img, main b[onerror]").length`))
	}
	// A link that is followed in the same tab.
	eval[bool](p, `(location.hash = "#sample=merge-modes", true)`)
	p.until(`model.tab === "merge" && document.querySelector(".mode")`)
}
