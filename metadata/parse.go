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
	members, ok := parse(text, string(text))
	if !ok {
		return Object{}, faultsIn(text)
	}
	return newObject(members), nil
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

// parse returns the members of the object that is all of d. They share s, which is
// the same text as d.
func parse(d []byte, s string) ([]member, bool) {
	i := jsonscan.Space(d, 0)
	if i >= len(d) || d[i] != '{' {
		return nil, false
	}
	names := namesPool.Get().(*jsonscan.Names)
	defer releaseNames(names)
	if i = jsonscan.Space(d, i+1); i < len(d) && d[i] == '}' {
		return nil, jsonscan.Space(d, i+1) == len(d)
	}
	for {
		n, value := jsonscan.Member(d, i)
		if value < 0 {
			return nil, false
		}
		names.Add(n)
		if i = jsonscan.Check(d, value, jsonscan.MaxDepth-1, names); i < 0 {
			return nil, false
		}
		if i = jsonscan.Space(d, i); i >= len(d) {
			return nil, false
		}
		if d[i] == '}' {
			break
		}
		if d[i] != ',' {
			return nil, false
		}
		i = jsonscan.Space(d, i+1)
	}
	if jsonscan.Space(d, i+1) != len(d) || !names.Unique(d, 0) {
		return nil, false
	}
	members := make([]member, names.Mark())
	for k := range members {
		end := i // the closing brace, or below the comma before the next name
		if k+1 < len(members) {
			for end = names.Off(k + 1); d[end] != ','; end-- {
			}
		}
		for d[end-1] <= ' ' {
			end--
		}
		n, value := jsonscan.Member(d, names.Off(k))
		members[k].init(s, n, value, end)
	}
	return members, true
}

// init makes m the member with that name whose value is s[value:end].
func (m *member) init(s string, n jsonscan.Name, value, end int) {
	m.key, m.value = s[n.Off:n.End], s[value:end]
	if m.name = m.key[1 : len(m.key)-1]; n.Escaped {
		m.name = jsonscan.Unquote(m.key)
	}
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
	var room [fewMembers]member
	members := room[:0]
	for i := jsonscan.Space([]byte(text), 1); text[i] != '}'; {
		n, value := jsonscan.Member([]byte(text), i)
		i = jsonscan.End([]byte(text), value)
		members = append(members, member{})
		members[len(members)-1].init(text, n, value, i)
		i = jsonscan.Next([]byte(text), i)
	}
	return newObject(append([]member(nil), members...))
}

// newObject returns the object with the members, which the caller must not change
// any more.
func newObject(members []member) Object {
	list := make([]*member, len(members))
	for i := range members {
		list[i] = &members[i]
	}
	return Object{&object{members: list}}
}
