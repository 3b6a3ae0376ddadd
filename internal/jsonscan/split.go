package jsonscan

// Part is one member of an object.
type Part struct {
	Name string
	Text []byte // of the value; shares memory with the split text
}

// Split returns the members of the object that is all of text. Values may have up to
// MaxDepth levels each, and duplicate names inside. It reports false if text is no
// such object or has two members of one name; [Faults] returns the reason.
func Split(text []byte) (parts []Part, ok bool) {
	i := Space(text, 0)
	if i >= len(text) || text[i] != '{' {
		return nil, false
	}
	var names Names
	i = Space(text, i+1)
	for first := true; ; first = false {
		if first && i < len(text) && text[i] == '}' {
			break
		}
		end, escaped := String(text, i)
		if end < 0 {
			return nil, false
		}
		names.Add(NameAt(text, i, end, escaped))
		part := Part{Name: Unquote(string(text[i:end]))}
		if i = Space(text, end); i >= len(text) || text[i] != ':' {
			return nil, false
		}
		i = Space(text, i+1)
		if end = Skip(text, i, MaxDepth); end < 0 {
			return nil, false
		}
		part.Text = text[i:end]
		parts = append(parts, part)
		if i = Space(text, end); i >= len(text) {
			return nil, false
		}
		if text[i] == '}' {
			break
		}
		if text[i] != ',' {
			return nil, false
		}
		i = Space(text, i+1)
	}
	return parts, Space(text, i+1) == len(text) && names.Unique(text, 0)
}
