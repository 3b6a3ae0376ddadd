package bench

import (
	"encoding/json"

	"github.com/bytedance/sonic"
	"github.com/go-json-experiment/json/jsontext"
	goccy "github.com/goccy/go-json"
	"github.com/tidwall/gjson"
	"github.com/valyala/fastjson"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Scanner is one way to tell whether a text is JSON.
type Scanner struct {
	Name  string
	Valid func(text []byte) bool
}

// Scanners returns them; those of metameld come first.
func Scanners() []Scanner {
	var names jsonscan.Names
	return []Scanner{
		{"metameld-skip", func(text []byte) bool { return jsonscan.Skip(text, 0, jsonscan.MaxDepth) == len(text) }},
		{"metameld-check", func(text []byte) bool { return jsonscan.Check(text, 0, jsonscan.MaxDepth, &names) == len(text) }},
		{"goccy", goccy.Valid},
		{"encoding-json", json.Valid},
		{"sonic", sonic.Valid},
		{"gjson", gjson.ValidBytes},
		{"fastjson", func(text []byte) bool { return fastjson.ValidateBytes(text) == nil }},
		{"jsontext", func(text []byte) bool { return jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true)) }},
		{"jsontext-unique", func(text []byte) bool { return jsontext.Value(text).IsValid() }},
	}
}
