package metadata

import "github.com/metameld/metameld/internal/jsonscan"

// indexedText is the text of a valid JSON value with an index; see jsonscan.Text.
type indexedText struct {
	s string
	*jsonscan.Text
}

// value returns the value n.
func (t indexedText) value(n jsonscan.Node) Value { return Value{t.s[n.At:n.Stop]} }

// name returns the name of the member n.
func (t indexedText) name(n jsonscan.Node) string { return jsonscan.Unquote(t.key(n)) }

// key returns the JSON text of the name of the member n.
func (t indexedText) key(n jsonscan.Node) string { return t.s[n.Off:n.End] }

func (t indexedText) isObject(n jsonscan.Node) bool { return t.s[n.At] == '{' }

// indexText returns the valid text s, indexed.
func indexText(s string) indexedText { return indexedText{s, jsonscan.NewText([]byte(s))} }

// indexObject returns the text of o, which is not absent, indexed.
func indexObject(o Object) indexedText { return indexText(o.String()) }

// pair calls f for each name in object x of a or object y of b, with the zero Node if
// one of them lacks it; see jsonscan.Pair.
func pair(a indexedText, x jsonscan.Node, b indexedText, y jsonscan.Node, f func(x, y jsonscan.Node)) {
	jsonscan.Pair(a.Text, x, b.Text, y, func(x, y jsonscan.Node) bool {
		f(x, y)
		return true
	})
}

// equalNodes reports whether node x of a and node y of b are the same value.
func equalNodes(a indexedText, x jsonscan.Node, b indexedText, y jsonscan.Node) bool {
	return jsonscan.EqualNodes(a.Text, x, b.Text, y)
}
