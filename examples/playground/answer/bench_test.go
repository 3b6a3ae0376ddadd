package answer

import (
	"fmt"
	"strings"
	"testing"
)

// changed is an update that changes n members of metadata and loses a sibling in each.
func changed(n int) State {
	var u, p strings.Builder
	u.WriteString(`{"user_id": "auth0|1", "email": "rosa@example.com", "user_metadata": {"x": 1`)
	p.WriteString(`{"user_metadata": {"x": 1`)
	for i := range n {
		fmt.Fprintf(&u, ",\n\"member-%d\": {\"a\": %d, \"b\": 1}", i, i)
		fmt.Fprintf(&p, ",\n\"member-%d\": {\"a\": %d}", i, i+1)
	}
	return State{Tab: "update", User: u.String() + "}}", Payload: p.String() + "}}", Kind: "database", Sources: "current"}
}

// key is the state after a key in a payload beside a profile of 10 KB.
func key() State {
	s := changed(1)
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(s.User, "}}"))
	for i := 0; b.Len() < 10<<10; i++ {
		fmt.Fprintf(&b, ",\n    \"visits-%d\": {\"count\": 12, \"pages\": [\"/a\", \"/b\", \"/c\"]}", i)
	}
	s.User = b.String() + "}}"
	return s
}

func BenchmarkAnswer(b *testing.B) {
	merge := changed(430)
	merge.Tab, merge.Base, merge.Delta = "merge", merge.User, merge.Payload
	link := key()
	link.Tab = "link"
	for _, x := range []struct {
		name  string
		state State
	}{{"key in 10 KB", key()}, {"430 changes", changed(430)}, {"10000 changes", changed(10_000)}, {"430 changes merged", merge}, {"link of 10 KB", link}} {
		b.Run(x.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Of(x.state)
			}
		})
	}
}
