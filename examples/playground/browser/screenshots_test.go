package browser

import (
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

// Each tab is shown in light, in dark and at a phone's width, without a horizontal scroll
// bar. The screenshots are artefacts.
func TestScreenshots(t *testing.T) {
	dir := t.ArtifactDir()
	shot := func(p tab, name string) {
		png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
	}
	for name, sample := range firsts {
		p := open(t, "#sample="+sample)
		shot(p, name+"-light")
		p.media("dark")
		shot(p, name+"-dark")
		p.do(chromedp.EmulateViewport(390, 844))
		p.settle()
		shot(p, name+"-390-dark")
		p.media("light")
		shot(p, name+"-390")
		eval[bool](p, `(document.getElementById("details").click(), true)`)
		png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot()) // the first screen of the answer
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+"-390-answer.png"), png, 0o644))
		assert.LessOrEqual(t, eval[int](p, "document.documentElement.scrollWidth"), 390, name)
	}
	p := open(t, "#sample=siblings-lost")
	p.do(chromedp.EmulateViewport(1280, 860))
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	require.NoError(t, err)
	assert.Less(t, len(png), 200_000)
	if *update {
		require.NoError(t, os.WriteFile(readme, png, 0o644))
	}
	info, err := os.Stat(readme)
	require.NoError(t, err, "run with -update")
	assert.Less(t, info.Size(), int64(200_000))
}
