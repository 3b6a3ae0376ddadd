package browser

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// firsts is a sample for each tab.
var firsts = map[string]string{"update": "siblings-lost", "merge": "merge-modes", "card": "card-blanks", "life": "life-of-a-user"}

// readme is the screenshot that README shows.
const readme = "../screenshot.png"

// shot keeps a screenshot of the whole page. It takes another one if that does not have
// the height of the page: a busy machine lays out late.
func (p tab) shot(name string) {
	p.t.Helper()
	for range 10 {
		c, err := png.DecodeConfig(bytes.NewReader(p.keep(name, chromedp.FullScreenshot(100))))
		require.NoError(p.t, err)
		if c.Height == eval[int](p, "document.documentElement.scrollHeight") {
			return
		}
	}
	assert.Fail(p.t, "no screenshot has the height of the page", name)
}

// keep keeps a screenshot as an artefact of the test.
func (p tab) keep(name string, take chromedp.Action[[]byte]) []byte {
	p.t.Helper()
	picture, err := chromedp.Run(p.ctx, take)
	require.NoError(p.t, err)
	require.NoError(p.t, os.WriteFile(filepath.Join(p.t.ArtifactDir(), name+".png"), picture, 0o644))
	return picture
}

// Each tab is shown in light, in dark and at a phone's width, without a horizontal scroll
// bar. The screenshots are artefacts.
func TestScreenshots(t *testing.T) {
	for name, sample := range firsts {
		p := open(t, "#sample="+sample)
		p.shot(name + "-light")
		p.media("dark")
		p.shot(name + "-dark")
		p.do(chromedp.EmulateViewport(390, 844))
		p.settle()
		p.shot(name + "-390-dark")
		p.media("light")
		p.shot(name + "-390")
		eval[bool](p, `(document.getElementById("details").click(), true)`)
		p.keep(name+"-390-answer", chromedp.CaptureScreenshot())
		assert.LessOrEqual(t, eval[int](p, "document.documentElement.scrollWidth"), 390, name)
	}
	p := open(t, "#sample=siblings-lost")
	p.do(chromedp.EmulateViewport(1280, 860))
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	require.NoError(t, err)
	assert.Less(t, len(picture), 200_000)
	if *update {
		require.NoError(t, os.WriteFile(readme, picture, 0o644))
	}
	info, err := os.Stat(readme)
	require.NoError(t, err, "run with -update")
	assert.Less(t, info.Size(), int64(200_000))
}
