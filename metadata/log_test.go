package metadata

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLog(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		switch {
		case len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey):
			return slog.Attr{}
		case a.Key == "secret":
			return slog.String("secret", "hidden")
		}
		return a
	}}))
	log.Info("m", "o", MustParse(`{"a":"x y","n":9007199254740993,"secret":"s","l":[1,{"k":null}],"t":true,"f":1.5}`), "d", Wipe(), "e", MustDelta(`{"x":null}`), "z", Object{}, "y", MustParse(`{}`))
	assert.Equal(t, `msg=m o.a="x y" o.n=9007199254740993 o.secret=hidden o.l="[1,{\"k\":null}]" o.t=true o.f=1.5 d={} e.x=null y={}`+"\n", b.String())
}
