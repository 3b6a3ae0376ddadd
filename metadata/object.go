package metadata

import (
	"encoding/json"
	"iter"
	"math"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Object is an immutable JSON object. It is one pointer large and safe to share
// between goroutines.
//
// The zero Object is absent. It is not {}: Auth0 answers a profile whose
// user_metadata was wiped with "user_metadata": {}, and one that never had any
// without the member (seen in recorded exchanges). A zero Object in a struct
// member marked omitzero is left out of JSON; elsewhere it is null.
//
// An Object keeps the JSON text of its members in their order and reads nested
// values when asked. Numbers are therefore never rounded: 9007199254740993 and
// 1e400 stay what they are. Nothing that is not JSON gets in, nor an object with
// two members of one name, at any level.
//
// Objects that are made from others share text with them, and one member keeps
// the whole text that it was parsed from in memory; see [Object.Clone].
type Object struct {
	o *object // nil: absent
}

type object struct {
	members []*member                      // shared with the objects that this one was made of
	byName  atomic.Pointer[map[string]int] // made when first needed
}

// member is one member of an object. All three share one text where they can.
type member struct {
	name  string // its value
	key   string // its JSON text, quotes included
	value string // its JSON text

	index atomic.Pointer[index] // of the value; see indexes
}

func (m *member) val() Value { return Value{m.value} }

// Up to so many members are looked through one by one: of an object, whose index
// would be made for good, and of a patch, whose table is made for one merge.
const (
	fewIndexed = 64
	fewMembers = 16
)

// Parse returns the object whose JSON text is given. It copies the text.
//
// The error is an [Errors]. Text that is not JSON has one: [ErrSyntax],
// [ErrUTF8], [ErrDepth] or [ErrTrailing]. Text that is JSON has each of its
// faults listed: [ErrDuplicateName] for every name that an object has twice, or
// [ErrNotObject].
func Parse(text []byte) (Object, error) {
	members, ok := parse(text, string(text))
	if !ok {
		return Object{}, faultsIn(text)
	}
	return newObject(members), nil
}

// MustParse is [Parse] for texts written in the source of a program or test. It
// panics where Parse returns an error.
func MustParse(text string) Object {
	o, err := Parse([]byte(text))
	if err != nil {
		panic(err)
	}
	return o
}

// parse reads the members of the object that is all of d; s is the same text,
// for the members to share.
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
		end := i // of the object, or of what comes before the next name
		if k+1 < len(members) {
			for end = names.Off(k + 1); d[end] != ','; end-- {
			}
		}
		for d[end-1] <= ' ' {
			end--
		}
		n, value := jsonscan.Member(d, names.Off(k))
		members[k].read(s, n, value, end)
	}
	return members, true
}

// read makes m the member of that name whose value is s[value:end].
func (m *member) read(s string, n jsonscan.Name, value, end int) {
	m.key, m.value = s[n.Off:n.End], s[value:end]
	if m.name = m.key[1 : len(m.key)-1]; n.Escaped {
		m.name = jsonscan.Unquote(m.key)
	}
}

// namesPool keeps the scratch of Parse between calls.
var namesPool = sync.Pool{New: func() any { return new(jsonscan.Names) }}

func releaseNames(names *jsonscan.Names) {
	if names.Release() {
		namesPool.Put(names)
	}
}

// objectOf returns the object whose text, known to be valid, is given. It shares it.
func objectOf(text string) Object {
	var room [fewMembers]member
	members := room[:0]
	for i := jsonscan.Space([]byte(text), 1); text[i] != '}'; {
		n, value := jsonscan.Member([]byte(text), i)
		i = jsonscan.End([]byte(text), value)
		members = append(members, member{})
		members[len(members)-1].read(text, n, value, i)
		i = jsonscan.Next([]byte(text), i)
	}
	return newObject(append([]member(nil), members...))
}

// newObject returns the object with these members, which become its own.
func newObject(members []member) Object {
	list := make([]*member, len(members))
	for i := range members {
		list[i] = &members[i]
	}
	return Object{&object{members: list}}
}

// IsZero reports whether o is absent. {} is not.
func (o Object) IsZero() bool { return o.o == nil }

// Len returns the number of members at the first level; 0 also where o is absent.
func (o Object) Len() int { return len(o.members()) }

func (o Object) members() []*member {
	if o.o == nil {
		return nil
	}
	return o.o.members
}

// find returns the index of the member of that name, or -1.
func (o Object) find(name string) int { return o.findFrom(0, name) }

// findFrom is find for a member that is probably at from or soon after.
func (o Object) findFrom(from int, name string) int {
	members := o.members()
	if from < len(members) && members[from].name == name {
		return from
	}
	if len(members) <= fewIndexed {
		for i := from; i < len(members); i++ {
			if members[i].name == name {
				return i
			}
		}
		for i := range min(from, len(members)) {
			if members[i].name == name {
				return i
			}
		}
		return -1
	}
	byName := o.o.byName.Load()
	if byName == nil {
		index := make(map[string]int, len(members))
		for i := range members {
			index[members[i].name] = i
		}
		byName = &index
		o.o.byName.Store(byName)
	}
	if i, ok := (*byName)[name]; ok {
		return i
	}
	return -1
}

// Get returns the value at the path, a name for each level. An empty path is the
// object itself. It reports false where there is nothing, and where the path
// leads through something that is not an object. The value shares text with o.
func (o Object) Get(path ...string) (Value, bool) {
	if len(path) == 0 {
		if o.IsZero() {
			return Value{}, false
		}
		return Value{o.String()}, true
	}
	i := o.find(path[0])
	if i < 0 {
		return Value{}, false
	}
	text := o.members()[i].value
	at := 0
	for _, name := range path[1:] {
		if at = within(text, at, name); at < 0 {
			return Value{}, false
		}
	}
	return Value{text[at:jsonscan.End([]byte(text), at)]}, true
}

// within returns where the value of the member of that name begins in the
// object at text[i], or -1. It reads no further than it must.
func within(text string, i int, name string) int {
	if text[i] != '{' {
		return -1
	}
	for i = jsonscan.Space([]byte(text), i+1); text[i] != '}'; {
		end, escaped := jsonscan.String([]byte(text), i)
		value := jsonscan.Space([]byte(text), jsonscan.Space([]byte(text), end)+1)
		if text[i+1:end-1] == name && !escaped || escaped && jsonscan.Unquote(text[i:end]) == name {
			return value
		}
		i = jsonscan.Next([]byte(text), jsonscan.End([]byte(text), value))
	}
	return -1
}

// All returns the members of the first level in their order. The values share
// text with o.
func (o Object) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for _, m := range o.members() {
			if !yield(m.name, m.val()) {
				return
			}
		}
	}
}

// Equal reports whether o and p are one object: both absent, or both present
// with equal members in any order; see [Value.Equal]. Absent and {} differ.
func (o Object) Equal(p Object) bool {
	if o.o == p.o {
		return true
	}
	if o.IsZero() != p.IsZero() || o.Len() != p.Len() {
		return false
	}
	for i, m := range o.members() {
		j := i
		if p.members()[j].name != m.name {
			if j = p.find(m.name); j < 0 {
				return false
			}
		}
		if !m.val().Equal(p.members()[j].val()) {
			return false
		}
	}
	return true
}

// Clone returns a copy of o that shares no memory with any other Object. Use it
// to keep a small part of a large text without keeping the text.
func (o Object) Clone() Object {
	if o.Len() == 0 {
		return o
	}
	return objectOf(strings.Clone(o.String()))
}

// Map returns a copy of o as Go values: map[string]any, []any, string, bool, nil
// and, for numbers, json.Number, which rounds none. It is nil where o is absent.
func (o Object) Map() map[string]any { return o.decode() }

// MapFloat64 is [Object.Map] with numbers as float64, as encoding/json makes them
// unless told otherwise. A number with more digits than a float64 holds is
// rounded, one that is too large becomes the largest float64.
func (o Object) MapFloat64() map[string]any {
	m := o.decode()
	toFloat64(m)
	return m
}

// toFloat64 replaces the numbers in a map or slice.
func toFloat64(v any) {
	float := func(n json.Number) float64 {
		f, err := n.Float64()
		if err != nil {
			f = math.Copysign(math.MaxFloat64, f)
		}
		return f
	}
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			if n, ok := x.(json.Number); ok {
				v[name] = float(n)
			} else {
				toFloat64(x)
			}
		}
	case []any:
		for i, x := range v {
			if n, ok := x.(json.Number); ok {
				v[i] = float(n)
			} else {
				toFloat64(x)
			}
		}
	}
}

func (o Object) decode() map[string]any {
	if o.IsZero() {
		return nil
	}
	dec := json.NewDecoder(strings.NewReader(o.String()))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		panic("metadata: an Object holds text that is not JSON: " + err.Error()) // it never does
	}
	return m
}

// Decode stores o in the value that dst points to, as encoding/json does. An
// absent o is null.
func (o Object) Decode(dst any) error { return json.Unmarshal([]byte(o.text()), dst) }

func (o Object) text() string {
	if o.IsZero() {
		return "null"
	}
	return o.String()
}

// String returns the JSON text of o; of the zero Object, nothing.
func (o Object) String() string {
	if o.IsZero() {
		return ""
	}
	var b strings.Builder
	b.Grow(o.size())
	b.WriteByte('{')
	for i, m := range o.members() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(m.key)
		b.WriteByte(':')
		b.WriteString(m.value)
	}
	b.WriteByte('}')
	return b.String()
}

// Size returns how many bytes the JSON text of o has, about: white space between
// members is not counted; 0 where o is absent.
func (o Object) Size() int {
	if o.IsZero() {
		return 0
	}
	return o.size()
}

// size returns at least how long the JSON text of o is.
func (o Object) size() int {
	n := 2
	for _, m := range o.members() {
		n += len(m.key) + len(m.value) + 2
	}
	return n
}

// AppendJSON appends the JSON text of o to dst: the text of its members as it
// came, white space inside them included. (json.Marshal compacts it again.) Of
// the zero Object it appends null.
func (o Object) AppendJSON(dst []byte) []byte {
	if o.IsZero() {
		return append(dst, "null"...)
	}
	dst = append(dst, '{')
	for i, m := range o.members() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, m.key...)
		dst = append(dst, ':')
		dst = append(dst, m.value...)
	}
	return append(dst, '}')
}

// MarshalJSON returns the JSON text of o; null for the zero Object. Mark struct
// members with omitzero to leave an absent one out.
func (o Object) MarshalJSON() ([]byte, error) {
	return o.AppendJSON(make([]byte, 0, o.size()+2)), nil
}

// UnmarshalJSON sets o to the object in text, as [Parse] does. null makes o absent.
func (o *Object) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*o = Object{}
		return nil
	}
	p, err := Parse(text)
	if err != nil {
		return err
	}
	*o = p
	return nil
}

// Select returns the object with those members of o for which keep is true, in
// their order; absent where o is. They share text.
func (o Object) Select(keep func(name string, v Value) bool) Object {
	if o.IsZero() {
		return o
	}
	var members []*member
	for _, m := range o.members() {
		if keep(m.name, m.val()) {
			members = append(members, m)
		}
	}
	return Object{&object{members: members}}
}
