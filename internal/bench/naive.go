package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/bytedance/sonic"
	"github.com/bytedance/sonic/encoder"
	goccy "github.com/goccy/go-json"

	"github.com/metameld/metameld/metadata"
)

// Naive is one way to do in Go what merge.mjs does: decode a line, merge the metadata,
// encode the user, and check nothing.
type Naive struct {
	Name      string
	Unmarshal func(text []byte, v any) error
	Marshal   func(v any) ([]byte, error)
}

// Naives returns them.
func Naives() []Naive {
	var buf []byte
	return []Naive{
		{decodeMerge, json.Unmarshal, json.Marshal},
		{"goccy",
			func(text []byte, v any) error { return goccy.Unmarshal(text, v) },
			func(v any) ([]byte, error) {
				return goccy.MarshalWithOption(v, goccy.UnorderedMap(), goccy.DisableHTMLEscape())
			}},
		{"sonic", sonic.ConfigFastest.Unmarshal, func(v any) ([]byte, error) {
			buf = buf[:0]
			err := encoder.EncodeInto(&buf, v, 0)
			return buf, err
		}},
	}
}

// decodeMerge is the naive merge with encoding/json.
const decodeMerge = "encoding-json"

// Merge returns the user of a line with the metadata of its payload merged. The text is
// valid until the next call.
func (n Naive) Merge(line []byte) ([]byte, error) {
	var plan struct {
		User    map[string]any `json:"user"`
		Payload map[string]any `json:"payload"`
	}
	if err := n.Unmarshal(line, &plan); err != nil {
		return nil, err
	}
	for _, name := range []string{"user_metadata", "app_metadata"} {
		if delta, ok := plan.Payload[name].(map[string]any); ok {
			to, _ := plan.User[name].(map[string]any)
			if to == nil {
				to = map[string]any{}
			}
			plan.User[name] = mergeDecoded(metadata.FirstLevel, to, delta)
		}
	}
	return n.Marshal(plan.User)
}

// Sum merges each line and writes what merge.mjs writes.
func (n Naive) Sum(in io.Reader, out io.Writer) error {
	count, length := 0, 0
	lines := bufio.NewScanner(bufio.NewReaderSize(in, 64<<10))
	for lines.Scan() {
		text, err := n.Merge(lines.Bytes())
		if err != nil {
			return err
		}
		count++
		length += len(text)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, count, length)
	return err
}

// The filter of jq: what merge.mjs does, and that it writes.
const (
	jqMerge = `def merged:
  .payload as $payload
  | reduce ("user_metadata", "app_metadata") as $name (.user;
      reduce (($payload[$name] // {}) | to_entries[]) as $e (.;
        if $e.value == null then del(.[$name][$e.key]) else .[$name][$e.key] = $e.value end));
`
	jqSum = jqMerge + `reduce inputs as $line ([0, 0]; [.[0] + 1, .[1] + ($line | merged | tojson | utf8bytelength)]) | "\(.[0]) \(.[1])"`
)
