package metadata

import (
	"encoding/json"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Map returns a copy of o as Go values: map[string]any, []any, string, bool, nil and,
// so that no number is rounded, json.Number. It is nil if o is absent. The strings share
// a copy of the text.
//
// The result takes up to 20 times the memory of the text for arrays, plus that of Go's
// maps: 48 bytes for an empty one, about 340 for one with up to eight members. If the
// text has many small objects, the result takes up to 70 times its memory.
func (o Object) Map() map[string]any {
	if o.IsZero() {
		return nil
	}
	text := o.String()
	r := goReader{text: text, counts: jsonscan.Counts([]byte(text))}
	m, _ := r.object(0)
	return m
}

// goReader reads the text of an Object into maps and slices without spare room.
type goReader struct {
	text   string
	counts []uint32 // of the arrays and objects that were not read yet
	level  int      // how many are open
}

// open returns how many members or elements the next array or object has.
func (r *goReader) open() (count int) {
	jsonscan.Unwind(r.level)
	count, r.counts = int(r.counts[0]), r.counts[1:]
	r.level++
	return count
}

// object returns the object at text[i] and the index after it.
func (r *goReader) object(i int) (m map[string]any, end int) {
	count := r.open()
	m = make(map[string]any, count)
	i++
	for range count {
		nameEnd, escaped := jsonscan.StringEnd([]byte(r.text), i)
		name := unquoteName(r.text[i:nameEnd], escaped)
		m[name], end = r.value(nameEnd + len(":"))
		i = jsonscan.Next([]byte(r.text), end)
	}
	r.level--
	return m, i + 1
}

// array returns the array at text[i] and the index after it.
func (r *goReader) array(i int) (list []any, end int) {
	list = make([]any, r.open())
	i++
	for k := range list {
		list[k], end = r.value(i)
		i = jsonscan.Next([]byte(r.text), end)
	}
	r.level--
	return list, i + 1
}

// value returns the value at text[i] and the index after it.
func (r *goReader) value(i int) (v any, end int) {
	switch r.text[i] {
	case '{':
		return r.object(i)
	case '[':
		if r.counts[0] == 0 {
			_, end = r.array(i)
			return emptyArray, end
		}
		return r.array(i)
	}
	end = jsonscan.End([]byte(r.text), i)
	switch text := r.text[i:end]; text[0] {
	case '"':
		return jsonscan.Unquote(text), end
	case 'n':
		return nil, end
	case 't', 'f':
		return text[0] == 't', end
	default:
		if len(text) == 1 {
			return digits[text[0]-'0'], end
		}
		return json.Number(text), end
	}
}

// Go would allocate each of these values anew for each use. Nothing can change them.
var (
	emptyArray any = []any{}
	digits         = [...]any{
		json.Number("0"), json.Number("1"), json.Number("2"), json.Number("3"), json.Number("4"),
		json.Number("5"), json.Number("6"), json.Number("7"), json.Number("8"), json.Number("9"),
	}
)
