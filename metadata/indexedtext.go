package metadata

import "github.com/metameld/metameld/internal/jsonscan"

// indexedText is the text of a valid JSON value with the nodes of all values in it;
// see jsonscan.Index. Methods take the number of a node.
type indexedText struct {
	s     string
	nodes []jsonscan.Node
}

// value returns the value of node k.
func (t indexedText) value(k int) Value { return Value{t.s[t.nodes[k].Value:t.nodes[k].ValueEnd]} }

// name returns the name of member k.
func (t indexedText) name(k int) string { return jsonscan.Unquote(t.key(k)) }

// key returns the JSON text of the name of member k.
func (t indexedText) key(k int) string { return t.s[t.nodes[k].Off:t.nodes[k].End] }

func (t indexedText) isObject(k int) bool { return t.s[t.nodes[k].Value] == '{' }

// indexText returns the valid text s, indexed.
func indexText(s string) indexedText { return indexedText{s, jsonscan.Index([]byte(s), 0)} }

// indexObject returns the text of o, which is not absent, indexed.
func indexObject(o Object) indexedText { return indexText(o.String()) }

// pair calls f for each name in object x of a or object y of b, with -1 if one of
// them lacks it; see jsonscan.Pair.
func pair(a indexedText, x int, b indexedText, y int, f func(x, y int)) {
	jsonscan.Pair([]byte(a.s), a.nodes, x, []byte(b.s), b.nodes, y, func(x, y int) bool {
		f(x, y)
		return true
	})
}

// equalNodes reports whether node x of a and node y of b are the same value.
func equalNodes(a indexedText, x int, b indexedText, y int) bool {
	return jsonscan.EqualNodes([]byte(a.s), a.nodes, x, []byte(b.s), b.nodes, y)
}
