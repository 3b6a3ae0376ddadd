package model

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// random makes small inputs with few names, so that they collide.
type random struct {
	*rand.Rand
	names []string
}

// anyNames are names of members, among them some that need escapes.
var anyNames = []string{"a", "b", "c", "d", "", "a/b", "m~n", "é", "\"", "\u2028", "😀", "x.y", "$"}

// newRandom returns a source that depends on the seed and on the operation.
func newRandom(seed uint64, operation string) *random {
	h := fnv.New64a()
	h.Write([]byte(operation))
	return &random{rand.New(rand.NewPCG(seed, h.Sum64())), anyNames}
}

// percent reports true in n of 100 cases.
func (r *random) percent(n int) bool { return r.IntN(100) < n }

func pick[T any](r *random, list ...T) T { return list[r.IntN(len(list))] }

// name returns one of the first names most of the time.
func (r *random) name() string {
	if r.percent(80) {
		return r.names[r.IntN(3)]
	}
	return pick(r, r.names...)
}

// mode returns the name of a preset, or of any set of flags.
func (r *random) mode() string {
	if r.percent(40) {
		return pick(r, FirstLevel, Deep, Replace, Fill).String()
	}
	flag := func() bool { return r.percent(35) }
	return Mode{flag(), flag(), flag(), flag(), flag(), flag(), r.percent(15)}.String()
}

// object returns an object of at most the given number of levels.
func (r *random) object(levels int) Object {
	o := Object{}
	for range r.IntN(4) {
		o = o.With(r.name(), r.value(levels-1))
	}
	return o
}

// optional returns an object, which may be absent.
func (r *random) optional(levels int) Object {
	if r.percent(8) {
		return nil
	}
	return r.object(levels)
}

func (r *random) value(levels int) any {
	if levels > 0 && r.percent(55) {
		if r.percent(65) {
			return r.object(levels)
		}
		return r.list(levels)
	}
	return r.scalar()
}

func (r *random) list(levels int) []any {
	list := []any{}
	for range r.IntN(4) {
		list = append(list, r.value(levels-1))
	}
	return list
}

func (r *random) scalar() any {
	switch r.IntN(5) {
	case 0:
		return nil
	case 1:
		return r.percent(50)
	case 2:
		return pick(r, "", "x", "é", "\u0000", "😀", "1")
	}
	return pick[json.Number](r, "1", "1.0", "1e0", "2", "0", "-0", "10e-1", "9007199254740993",
		"9007199254740992", "9.007199254740993e15", "1e400", "0.1", "-1")
}

// edited returns o with some members changed, at any depth.
func (r *random) edited(o Object, levels int) Object {
	result := append(Object{}, o...)
	for range 1 + r.IntN(2) {
		if len(result) == 0 || r.percent(30) {
			result = result.With(r.name(), r.value(levels-1))
			continue
		}
		m := pick(r, result...)
		if r.percent(25) {
			result = result.Without(m.Name)
			continue
		}
		result = result.With(m.Name, r.editedValue(m.Value, levels-1))
	}
	if r.percent(30) {
		r.Shuffle(len(result), func(i, j int) { result[i], result[j] = result[j], result[i] })
	}
	return result
}

func (r *random) editedValue(v any, levels int) any {
	switch v := v.(type) {
	case Object:
		if r.percent(75) {
			return r.edited(v, levels)
		}
	case []any:
		if r.percent(75) {
			return append(append([]any{}, v...), r.list(1)...)
		}
	}
	return r.value(levels)
}

// related returns an object that is made from o, or one that is not.
func (r *random) related(o Object, levels int) Object {
	if o == nil || r.percent(40) {
		return r.optional(levels)
	}
	return r.edited(o, levels)
}

// spelled returns a JSON text of v with white space, and with escapes in strings. The
// same value always gives the same text.
func spelled(v any) []byte {
	h := fnv.New64a()
	h.Write([]byte(Encode(v)))
	r := rand.New(rand.NewPCG(h.Sum64(), 0))
	var b strings.Builder
	spell(&b, r, v)
	return []byte(b.String())
}

func spell(b *strings.Builder, r *rand.Rand, v any) {
	space(b, r)
	switch v := v.(type) {
	case Object:
		if v == nil {
			b.Reset()
			return
		}
		b.WriteByte('{')
		for i, m := range v {
			separate(b, i)
			spell(b, r, m.Name)
			b.WriteByte(':')
			spell(b, r, m.Value)
		}
		space(b, r)
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			separate(b, i)
			spell(b, r, e)
		}
		space(b, r)
		b.WriteByte(']')
	case string:
		spellString(b, r, v)
	default:
		encode(b, v)
	}
	space(b, r)
}

func space(b *strings.Builder, r *rand.Rand) {
	if r.IntN(12) == 0 {
		b.WriteString([]string{" ", "\n", "\t", "\r\n  "}[r.IntN(4)])
	}
}

func spellString(b *strings.Builder, r *rand.Rand, s string) {
	if r.IntN(3) > 0 {
		encode(b, s)
		return
	}
	b.WriteByte('"')
	for _, c := range s {
		if c > 0xffff {
			c -= 0x10000
			fmt.Fprintf(b, `\u%04x\u%04X`, 0xd800+c>>10, 0xdc00+c&0x3ff)
			continue
		}
		fmt.Fprintf(b, `\u%04x`, c)
	}
	b.WriteByte('"')
}
