package jsonscan

import (
	"math/bits"
	"slices"
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
// called if Check refuses a text. It drops what names has and uses it as scratch memory,
// preferably what Check used.
func Faults(d []byte, depth int, names *Names) []Fault {
	names.Reset(0)
	names.table = names.table[:0]
	defer names.Reset(0)
	r := reader{d: d, limit: depth, names: names}
	end, ok := r.value(Space(d, 0))
	if ok {
		if end = Space(d, end); end < len(d) {
			ok = r.stop(Trailing, end)
		}
	}
	if !ok {
		return []Fault{r.fatal}
	}
	r.search = true
	r.value(Space(d, 0))
	return r.duplicates
}

// reader reads a text and keeps the path of the current value, whose steps are the open
// arrays and objects: it calls itself for none of them, so that a deep text does not
// overflow a small stack, such as that of a web page. It takes little memory beside the
// names of the open objects.
type reader struct {
	d          []byte
	limit      int
	path       []step
	fatal      Fault
	search     bool      // for duplicates; the text is JSON
	sets       []nameSet // of the open objects
	names      *Names    // of the open objects, without duplicates
	duplicates []Fault
	pointers   int // bytes spent on pointers of duplicates
}

func (r *reader) pointer() string {
	var b strings.Builder
	for _, s := range r.path {
		b.WriteByte('/')
		if s.name.End > 0 {
			b.WriteString(EscapeToken(string(AppendUnquote(nil, r.d[s.name.Off:s.name.End]))))
		} else {
			b.WriteString(strconv.Itoa(s.index))
		}
	}
	return b.String()
}

// stop sets the one fault of a text that is not JSON. It returns false.
func (r *reader) stop(k Kind, at int) bool {
	r.fatal = Fault{k, at, r.pointer()}
	return false
}

// duplicate adds the fault that the last name of the path is a duplicate. It returns
// false if the list is full.
func (r *reader) duplicate(at int) bool {
	if len(r.duplicates) == mostFaults || r.pointers > mostPointerBytes {
		r.duplicates = append(r.duplicates, Fault{Kind: More, Offset: at})
		return false
	}
	p := r.pointer()
	r.pointers += len(p)
	r.duplicates = append(r.duplicates, Fault{Duplicate, at, p})
	return true
}

// value reads the value at d[i] and returns the index after it.
func (r *reader) value(i int) (end int, ok bool) {
	for {
		begins := false // a value begins at d[i], inside the one that did before
		if i < len(r.d) && (r.d[i] == '{' || r.d[i] == '[') {
			i, begins, ok = r.open(i)
		} else {
			i, ok = r.scalar(i)
		}
		for ok && !begins {
			if len(r.path) == 0 {
				return i, true
			}
			i, begins, ok = r.next(i)
		}
		if !ok {
			return i, false
		}
	}
}

// scalar reads the value at d[i], which is no array or object, and returns the index
// after it.
func (r *reader) scalar(i int) (end int, ok bool) {
	d := r.d
	if i >= len(d) {
		return i, r.stop(Syntax, i)
	}
	switch c := d[i]; {
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

// open begins the array or object at d[i]. It returns the index of the first value in
// it, or if it is empty, the index after it.
func (r *reader) open(i int) (at int, begins, ok bool) {
	if len(r.path) == r.limit {
		return i, false, r.stop(Depth, i)
	}
	bracket := r.d[i]
	switch i = Space(r.d, i+1); {
	case i < len(r.d) && r.d[i] == bracket+2: // the closing bracket
		return i + 1, false, true
	case bracket == '[':
		r.path = append(r.path, step{})
		return i, true, true
	}
	r.sets = append(r.sets, nameSet{mark: r.names.Mark(), table: len(r.names.table)})
	at, ok = r.name(i)
	return at, ok, ok
}

// next goes on after a value that ends before d[i]. It returns the index of the next one
// in the array or object, or if that ends, the index after it.
func (r *reader) next(i int) (at int, begins, ok bool) {
	last := r.path[len(r.path)-1]
	r.path = r.path[:len(r.path)-1]
	isObject, closing := last.name.End > 0, byte(']')
	if isObject {
		closing = '}'
	}
	switch i = Space(r.d, i); {
	case i < len(r.d) && r.d[i] == closing:
		if isObject {
			s := r.sets[len(r.sets)-1]
			r.names.Reset(s.mark)
			r.names.table = r.names.table[:s.table]
			r.sets = r.sets[:len(r.sets)-1]
		}
		return i + 1, false, true
	case i >= len(r.d) || r.d[i] != ',':
		return i, false, r.stop(Syntax, i)
	case !isObject:
		r.path = append(r.path, step{index: last.index + 1})
		return Space(r.d, i+1), true, true
	}
	at, ok = r.name(Space(r.d, i+1))
	return at, ok, ok
}

// name reads the name at d[i] and returns the index of its value.
func (r *reader) name(i int) (value int, ok bool) {
	d := r.d
	if i >= len(d) || d[i] != '"' {
		return i, r.stop(Syntax, i)
	}
	end, ok := r.string(i)
	if !ok {
		return end, false
	}
	n := Name{Off: i, End: end}
	if r.search {
		_, escaped := String(d, i)
		n = NameAt(d, i, end, escaped)
	}
	r.path = append(r.path, step{name: n})
	if r.search && !r.add(n) && !r.duplicate(i) {
		return end, false
	}
	if end = Space(d, end); end >= len(d) || d[end] != ':' {
		return end, r.stop(Syntax, end)
	}
	return Space(d, end+1), true
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

// nameSet is the names of one open object, which are a part of the list of Names.
type nameSet struct {
	mark        int // the first of them
	table, size int // the place of its hash table in that of Names; no size: few names
}

// add adds the name n to those of the innermost object. It reports false if the object
// has it.
func (r *reader) add(n Name) bool {
	s := &r.sets[len(r.sets)-1]
	list := r.names.list[s.mark:]
	switch {
	case len(list) < few:
		for _, other := range list {
			if other.same(r.d, entry{n.key, n.Off}) {
				return false
			}
		}
	case !r.insert(s, n, len(list)):
		return false
	}
	r.names.Room(r.d, n.Off)
	r.names.Add(n)
	return true
}

// insert adds the name n, which gets number k of the list, to the hash table of s. It
// reports false if s has the name.
func (r *reader) insert(s *nameSet, n Name, k int) bool {
	if 4*k >= 3*s.size {
		s.size = (k + more(k, n.Off, len(r.d))) * 4 / 3
		tables := slices.Grow(r.names.table[:s.table], s.size)[:s.table+s.size]
		clear(tables[s.table:])
		r.names.table = tables
		for i, x := range r.names.list[s.mark:] {
			end, escaped := String(r.d, x.off)
			tables[r.slot(s, NameAt(r.d, x.off, end, escaped))] = uint32(i) + 1
		}
	}
	at := r.slot(s, n)
	if r.names.table[at] != 0 {
		return false
	}
	r.names.table[at] = uint32(k) + 1
	return true
}

// slot returns the index of the place of the name n in the hash table of s. A place holds
// 0, or one plus the number of a name.
func (r *reader) slot(s *nameSet, n Name) int {
	table, list := r.names.table[s.table:][:s.size], r.names.list[s.mark:]
	h, _ := bits.Mul64(r.names.Hash(r.d, n), uint64(len(table)))
	for table[h] != 0 && !list[table[h]-1].same(r.d, entry{n.key, n.Off}) {
		if h++; h == uint64(len(table)) {
			h = 0
		}
	}
	return s.table + int(h)
}

// EscapeToken returns s as a reference token of a JSON Pointer (RFC 6901, section 3).
func EscapeToken(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}
