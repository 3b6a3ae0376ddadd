package jsonscan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/internal/jsonscan"
)

func TestLoses(t *testing.T) {
	many := ""
	for i := range 40 {
		many += `"m` + strings.Repeat("x", i) + `":{"n":1},`
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{`{}`, `{}`, false},
		{`{}`, `{"a":1}`, false},
		{`{"a":1}`, `{}`, true},
		{`{"a":1,"b":2}`, `{"b":3,"a":null}`, false},
		{`{"a":1,"b":2}`, `{"c":3,"a":null}`, true},
		{`{"\u0061":1}`, `{"a":2}`, false},
		{`{"a":{"b":1}}`, `{"a":{"b":2}}`, false},
		{`{"a":{"b":1}}`, `{"a":{}}`, true},
		{`{"a":{"b":1}}`, `{"a":0}`, false},
		{`{"a":{"b":1},"c":{"d":1},"e":1}`, `{"a":{"b":2},"c":0,"e":1}`, false},
		{`{"a":{"b":1},"c":0,"e":1}`, `{"a":{"b":2},"c":{"d":1},"e":1}`, false},
		{`{"a":[{"b":1}]}`, `{"a":[{}]}`, false},
		{`{` + many + `"z":0}`, `{"z":0,` + strings.TrimSuffix(many, ",") + `}`, false},
		{`{` + many + `"z":0}`, `{` + strings.TrimSuffix(many, ",") + `}`, true},
		{`{"m":{"n":1}}`, strings.Replace(`{`+many+`"z":0}`, `"n"`, `"o"`, 1), true},
	} {
		assert.Equal(t, tt.want, jsonscan.Loses([]byte(tt.a), []byte(tt.b)), "%s %s", tt.a, tt.b)
	}
	assert.Zero(t, testing.AllocsPerRun(100, func() { jsonscan.Loses([]byte(`{"a":1,"b":[]}`), []byte(`{"a":{},"b":2,"c":3}`)) }))
}
