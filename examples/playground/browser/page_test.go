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
