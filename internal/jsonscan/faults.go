package jsonscan

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is the kind of a fault.
type Kind uint8

// The kinds of fault. All except Duplicate and More mean that the package does not
// accept the text as JSON.
const (
	Syntax    Kind = iota + 1 // against the grammar
	UTF8                      // invalid UTF-8, or half a surrogate pair
	Depth                     // more levels than allowed
	Trailing                  // text after the value
	Duplicate                 // a second member of one name
	More                      // further duplicates, which are not listed
)

// Fault is one fault of a text.
type Fault struct {
	Kind    Kind
	Offset  int    // of the byte at which the fault is found
	Pointer string // RFC 6901
}

// The most faults that are listed, and the most bytes of their pointers: a hostile text
// has many duplicates with long pointers.
const (
	mostFaults       = 1000
	mostPointerBytes = 1 << 20
)

// Faults returns the faults of the text d: one if it is not JSON, otherwise every
// duplicate name in the order of the text. It is the slow and readable twin of [Check],
// called if Check refuses a text.
func Faults(d []byte, depth int) []Fault {
	r := reader{d: d, limit: depth}
	end, ok := r.value(Space(d, 0))
	if ok {
		if end = Space(d, end); end < len(d) {
			ok = r.stop(Trailing, end)
		}
	}
	if !ok {
		return []Fault{r.fatal}
	}
	return r.duplicates
}

// reader reads a text and keeps the path of the current value.
type reader struct {
	d          []byte
	limit      int
	path       []string // escaped reference tokens
	fatal      Fault
	duplicates []Fault
	pointers   int // bytes spent on pointers of duplicates
}

func (r *reader) pointer() string {
	if len(r.path) == 0 {
		return ""
	}
	return "/" + strings.Join(r.path, "/")
}

// stop sets the one fault of a text that is not JSON. It returns false.
func (r *reader) stop(k Kind, at int) bool {
	r.fatal = Fault{k, at, r.pointer()}
	return false
}

// duplicate adds the fault that the last name of the path is a duplicate.
func (r *reader) duplicate(at int) {
	switch {
	case len(r.duplicates) > 0 && r.duplicates[len(r.duplicates)-1].Kind == More:
	case len(r.duplicates) == mostFaults || r.pointers > mostPointerBytes:
		r.duplicates = append(r.duplicates, Fault{Kind: More, Offset: at})
	default:
		p := r.pointer()
		r.pointers += len(p)
		r.duplicates = append(r.duplicates, Fault{Duplicate, at, p})
	}
}

func (r *reader) value(i int) (end int, ok bool) {
	d := r.d
	if i >= len(d) {
		return i, r.stop(Syntax, i)
	}
	switch c := d[i]; {
	case c == '{' || c == '[':
		if r.limit == 0 {
			return i, r.stop(Depth, i)
		}
		r.limit--
		if c == '{' {
			end, ok = r.object(i)
		} else {
			end, ok = r.array(i)
		}
		r.limit++
		return end, ok
	case c == '"':
		return r.string(i)
	case c == '-' || '0' <= c && c <= '9':
		if end = Number(d, i); end < 0 {
			return i, r.stop(Syntax, i)
		}
		return end, true
	}
	for _, word := range []string{"true", "false", "null"} {
		if strings.HasPrefix(string(d[i:min(len(d), i+len(word))]), word) {
			return i + len(word), true
		}
	}
	return i, r.stop(Syntax, i)
}

func (r *reader) string(i int) (end int, ok bool) {
	if end, _ = String(r.d, i); end >= 0 {
		return end, true
	}
	// Find out whether the string is unfinished or not Unicode.
	for j := i + 1; j < len(r.d) && r.d[j] != '"' && r.d[j] >= ' '; {
		if r.d[j] == '\\' {
			next := escape(r.d, j)
			if next < 0 {
				if j+1 < len(r.d) && r.d[j+1] == 'u' && hex4(r.d, j+2) >= 0 {
					return i, r.stop(UTF8, j)
				}
				return i, r.stop(Syntax, j)
			}
			j = next
			continue
		}
		c, size := utf8.DecodeRune(r.d[j:])
		if c == utf8.RuneError && size == 1 {
			return i, r.stop(UTF8, j)
		}
		j += size
	}
	return i, r.stop(Syntax, i)
}

func (r *reader) array(i int) (end int, ok bool) {
	d := r.d
	i = Space(d, i+1)
	if i < len(d) && d[i] == ']' {
		return i + 1, true
	}
	for n := 0; ; n++ {
		r.path = append(r.path, strconv.Itoa(n))
		if i, ok = r.value(i); !ok {
			return i, false
		}
		r.path = r.path[:len(r.path)-1]
		i = Space(d, i)
		switch {
		case i < len(d) && d[i] == ',':
			i = Space(d, i+1)
		case i < len(d) && d[i] == ']':
			return i + 1, true
		default:
			return i, r.stop(Syntax, i)
		}
	}
}

func (r *reader) object(i int) (end int, ok bool) {
	d := r.d
	i = Space(d, i+1)
	if i < len(d) && d[i] == '}' {
		return i + 1, true
	}
	seen := make(map[string]bool)
	for {
		if i >= len(d) || d[i] != '"' {
			return i, r.stop(Syntax, i)
		}
		start := i
		if i, ok = r.string(i); !ok {
			return i, false
		}
		name := string(AppendUnquote(nil, d[start:i]))
		r.path = append(r.path, EscapeToken(name))
		if seen[name] {
			r.duplicate(start)
		}
		seen[name] = true
		if i = Space(d, i); i >= len(d) || d[i] != ':' {
			return i, r.stop(Syntax, i)
		}
		if i, ok = r.value(Space(d, i+1)); !ok {
			return i, false
		}
		r.path = r.path[:len(r.path)-1]
		i = Space(d, i)
		switch {
		case i < len(d) && d[i] == ',':
			i = Space(d, i+1)
		case i < len(d) && d[i] == '}':
			return i + 1, true
		default:
			return i, r.stop(Syntax, i)
		}
	}
}

// EscapeToken returns s as a reference token of a JSON Pointer (RFC 6901, section 3).
func EscapeToken(s string) string {
	if !strings.ContainsAny(s, "~/") {
		return s
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
}
