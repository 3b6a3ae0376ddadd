package metadata

import "strings"

// stripNulls returns value without null members, at any depth; null elements of
// arrays stay.
func stripNulls(value string) string {
	if !strings.Contains(value, "null") {
		return value
	}
	t := indexText(value)
	if !hasNullMember(t, 0) {
		return value
	}
	var b strings.Builder
	b.Grow(len(value))
	t.strip(&b, 0)
	return b.String()
}

// hasNullMember reports whether a member in node x is null, at any depth.
func hasNullMember(t indexedText, x int) bool {
	for k := x; k < t.nodes[x].Sibling; k++ {
		if n := &t.nodes[k]; n.End > 0 && t.s[n.Value] == 'n' {
			return true
		}
	}
	return false
}

// strip writes node x without null members.
func (t indexedText) strip(b *strings.Builder, x int) {
	n := &t.nodes[x]
	if n.Children == 0 {
		b.WriteString(t.s[n.Value:n.ValueEnd])
		return
	}
	isObject, written := t.isObject(x), false
	b.WriteByte(t.s[n.Value])
	for k, m := 0, x+1; k < n.Children; k, m = k+1, t.nodes[m].Sibling {
		if isObject && t.s[t.nodes[m].Value] == 'n' {
			continue
		}
		if written {
			b.WriteByte(',')
		}
		written = true
		if isObject {
			b.WriteString(t.key(m))
			b.WriteByte(':')
		}
		t.strip(b, m)
	}
	b.WriteByte(t.s[n.ValueEnd-1])
}
