package metadata

import (
	"sync"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Parse returns the object whose JSON text is given. It copies the text.
//
// The error is an [Errors]:
//
//  1. Text that is not JSON has one fault: [ErrSyntax], [ErrUTF8], [ErrDepth] or
//     [ErrTrailing].
//  2. JSON with duplicate names has an [ErrDuplicateName] for each.
//  3. Other JSON that is not an object has the fault [ErrNotObject].
func Parse(text []byte) (Object, error) {
	names := namesPool.Get().(*jsonscan.Names)
	defer releaseNames(names)
	return parse(text, names)
}

// parse is Parse with names as scratch memory.
func parse(text []byte, names *jsonscan.Names) (Object, error) {
	names.Reset(0)
	o, ok := readObject(text, names)
	if !ok {
		return Object{}, faultsIn(text, names)
	}
	return o, nil
}

// MustParse is [Parse] for literals in programs and tests. It panics if Parse
// returns an error.
func MustParse(text string) Object {
	o, err := Parse([]byte(text))
	if err != nil {
		panic(err)
	}
	return o
}

// readObject returns the object that is all of d. It shares a copy of d. It adds the
// names of the object to names, which has none.
func readObject(d []byte, names *jsonscan.Names) (o Object, ok bool) {
	i := jsonscan.Space(d, 0)
	if i >= len(d) || d[i] != '{' {
		return Object{}, false
	}
	if i = jsonscan.Space(d, i+1); i < len(d) && d[i] == '}' {
		return newObject(nil), jsonscan.Space(d, i+1) == len(d)
	}
	for {
		n, value := jsonscan.Member(d, i)
		if value < 0 {
			return Object{}, false
		}
		names.Room(d, n.Off)
		names.Add(n)
		if i = jsonscan.Check(d, value, jsonscan.MaxDepth-1, names); i < 0 {
			return Object{}, false
		}
		if i = jsonscan.Space(d, i); i >= len(d) {
			return Object{}, false
		}
		if d[i] == '}' {
			break
		}
		if d[i] != ',' {
			return Object{}, false
		}
		i = jsonscan.Space(d, i+1)
	}
	if jsonscan.Space(d, i+1) != len(d) || !names.Unique(d, 0) {
		return Object{}, false
	}
	if names.Spaced() {
		return objectOf(jsonscan.Compact(d)), true
	}
	s := string(d)
	o, members := roomFor(names.Mark())
	for k := range members {
		end := i // the closing brace, or below the comma before the next name
		if k+1 < len(members) {
			for end = names.Off(k + 1); d[end] != ','; end-- {
			}
		}
		for d[end-1] <= ' ' {
			end--
		}
		off := names.Off(k)
		nameEnd, escaped := jsonscan.StringEnd(d, off)
		value := jsonscan.Space(d, jsonscan.Space(d, nameEnd)+len(":"))
		m := &members[k]
		m.key, m.value = s[off:nameEnd], s[value:end]
		m.name = unquoteName(m.key, escaped)
	}
	return o, true
}

// namesPool keeps the scratch memory of Parse between calls.
var namesPool = sync.Pool{New: func() any { return new(jsonscan.Names) }}

func releaseNames(names *jsonscan.Names) {
	if names.Release() {
		namesPool.Put(names)
	}
}

// objectOf returns the object whose valid text is given, and shares the text.
func objectOf(text string) Object {
	var few [fewMembers]member // on the stack
	n := 0
	for i := 1; text[i] != '}'; n++ {
		if n == len(few) {
			members := append(make([]member, 0, n+membersFrom(text, i)), few[:]...)
			for ; text[i] != '}'; n++ {
				members = members[:n+1]
				i = members[n].read(text, i)
			}
			return objectOver(members)
		}
		i = few[n].read(text, i)
	}
	o, members := roomFor(n)
	copy(members, few[:n])
	return o
}

// membersFrom returns how many members the valid object text has from text[i] on.
func membersFrom(text string, i int) (n int) {
	for ; text[i] != '}'; n++ {
		var m member
		i = m.read(text, i)
	}
	return n
}

// read makes m the member at text[i] and returns where the next one begins, or the
// brace at the end.
func (m *member) read(text string, i int) (next int) {
	m.name, m.key, m.value, next = readMember(text, i)
	return next
}

// readMember returns the member at text[i], and where the next one begins or the brace at
// the end is.
func readMember(text string, i int) (name, key, value string, next int) {
	nameEnd, escaped, next := jsonscan.ReadMember([]byte(text), i)
	value = text[nameEnd+len(":") : next]
	if text[next] == ',' {
		next++
	}
	key = text[i:nameEnd]
	return unquoteName(key, escaped), key, value, next
}

// unquoteName returns the name whose JSON text is given.
func unquoteName(key string, escaped bool) string {
	if escaped {
		return jsonscan.Unquote(key)
	}
	return key[1 : len(key)-1]
}

// newObject returns the object with the members, which the caller must not change
// any more. It copies few members.
func newObject(members []member) Object {
	if len(members) > mostTogether {
		return objectOver(members)
	}
	o, room := roomFor(len(members))
	copy(room, members)
	return o
}

// objectOver returns the object whose members are those.
func objectOver(members []member) Object {
	return new(object).over(make([]*member, len(members)), members)
}

// over makes o the object of the members. list has room for a pointer to each.
func (o *object) over(list []*member, members []member) Object {
	for i := range members {
		list[i] = &members[i]
	}
	o.members = list
	return Object{o}
}

// mostTogether is how many members roomFor allocates together with their object.
const mostTogether = 20

// together is an object with an array L of pointers to its members, the array M.
type together[L, M any] struct {
	object
	list L
	room M
}

// roomFor returns an object with n members, and the members for the caller to fill. A
// small object is one allocation.
func roomFor(n int) (Object, []member) {
	switch {
	case n == 0:
		return Object{&object{}}, nil
	case n <= 2:
		b := new(together[[2]*member, [2]member])
		return b.over(b.list[:n:n], b.room[:n]), b.room[:n]
	case n <= 5:
		b := new(together[[5]*member, [5]member])
		return b.over(b.list[:n:n], b.room[:n]), b.room[:n]
	case n <= 8:
		b := new(together[[8]*member, [8]member])
		return b.over(b.list[:n:n], b.room[:n]), b.room[:n]
	case n <= 12:
		b := new(together[[12]*member, [12]member])
		return b.over(b.list[:n:n], b.room[:n]), b.room[:n]
	case n <= mostTogether:
		b := new(together[[mostTogether]*member, [mostTogether]member])
		return b.over(b.list[:n:n], b.room[:n]), b.room[:n]
	}
	members := make([]member, n)
	return objectOver(members), members
}

// withRoom returns an object without members that has room for n of them. It is one
// allocation for few members.
func withRoom(n int) *object {
	switch {
	case n <= 8:
		b := new(listed[[8]*member])
		b.members = b.list[:0]
		return &b.object
	case n <= 16:
		b := new(listed[[16]*member])
		b.members = b.list[:0]
		return &b.object
	case n <= 24:
		b := new(listed[[24]*member])
		b.members = b.list[:0]
		return &b.object
	}
	return &object{members: make([]*member, 0, n)}
}

// listed is an object with the array of the pointers to its members.
type listed[L any] struct {
	object
	list L
}
