package jsonscan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// agree checks what must hold for every text without duplicate names, valid or not.
func agree(t *testing.T, text string) {
	t.Helper()
	d := []byte(text)
	want := accepts(d)
	start := Space(d, 0)
	whole := func(end int) bool { return end >= 0 && Space(d, end) == len(d) }
	var names Names
	if got := whole(Skip(d, start, MaxDepth)); got != want {
		t.Fatalf("Skip(%q) accepts = %v", text, got)
	}
	if got := whole(Check(d, start, MaxDepth, &names)); got != want || names.Mark() != 0 {
		t.Fatalf("Check(%q) accepts = %v and leaves %d names", text, got, names.Mark())
	}
	if got := len(Faults(d, MaxDepth, new(Names))) == 0; got != want {
		t.Fatalf("Faults(%q) accepts = %v", text, got)
	}
	if !want {
		return
	}
	if end := End(d, start); end != len(bytes.TrimRight(d, " \t\r\n")) {
		t.Fatalf("End(%q) = %d", text, end)
	}
	checkValue(t, bytes.TrimSpace(d))
}

// Every kind of string content, valid or not, is recognized at every offset: the scanner
// reads eight bytes at once.
func TestEveryPlaceInAString(t *testing.T) {
	t.Parallel()
	pieces := []string{
		"", `\n`, `\"`, `\\`, `\/`, `\b`, `\u00e9`, `\u005C`, `\uABcd`, `\ud83d\ude00`, `\ud83d`, `\ude00`, `\ud83d\u0041`, `\ud83d\ud83d`, `\u12`, `\u123g`, `\q`, `\`,
		`\ud800\udc00`, `\udbff\udfff`, `\udbff`, `\udfff`, `\ud800\udbff`, `\ud800\ue000`,
		"é", "\u07ff", "\u0800", "漢", "\ud7ff", "\ue000", "\uffff", "😀", "\U0010ffff", "é漢😀é",
		"\xff", "\x80", "\xc3", "\xc1\x80", "\xed\xa0\x80", "\xe0\x80\x80", "\xf4\x90\x80\x80", "\xf0\x80\x80\x80", "\xe6\xbc", "\xf0\x9f\x98", "\xc3\xc3", "\xe6\xbc\xc3", "é\xc3", "\xe6x\xbc", "é\xe6x\xbc",
		"\x00", "\n", "\x1f", "\x7f", " ", "!", "#", "D", "E", "éH", "[", "]}", `","`,
	}
	for _, piece := range pieces {
		for before := range 18 {
			for _, after := range []int{0, 1, 2, 6, 7, 8, 9, 15} {
				s := `"` + strings.Repeat("b", before) + piece + strings.Repeat("a", after)
				if strings.HasSuffix(s, `\`) {
					s += `\` // so that the closing quote is not escaped
				}
				agree(t, s)
				agree(t, `{"k":`+s)
				s += `"`
				for _, around := range []string{"%s", "[%s]", "{%s:1}", `{"k":%s}`, "[1,%s , 2]", `{ "a long name of it" : %s }`, `{%s : {"x":[]} }`, "%s       "} {
					agree(t, fmt.Sprintf(around, s))
				}
			}
		}
	}
}

// Every cut of a text and every change of one byte is judged as encoding/json judges it.
func TestEveryChangeOfAByte(t *testing.T) {
	t.Parallel()
	text := `{ "a" : [ 1 , { } , [ ] , true , false , -1.5e+3 , "\u12aF\ud83d\ude00é漢" ] , "bb" : null , "long enough name" : { "c" : "d" } }`
	for i := range text {
		agree(t, text[:i])
		for _, c := range []byte("\x00\t\n !\"#+,-./019:;AEFGZ[\\]_`abcdefglnrstuxz{|}~\x7f\x80\xbf\xc2\xe1\xff") {
			agree(t, text[:i]+string([]byte{c})+text[i+1:])
		}
	}
}

// A name equals itself in every spelling, and differs from a name with one other character.
func TestEveryPlaceInAName(t *testing.T) {
	t.Parallel()
	escape := func(s string) string {
		var b strings.Builder
		for _, r := range s {
			if r > 0xFFFF {
				fmt.Fprintf(&b, `\u%04x\u%04X`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
			} else {
				fmt.Fprintf(&b, `\u%04X`, r)
			}
		}
		return b.String()
	}
	var names Names
	for n := range 20 {
		for _, middle := range []string{"", "x", "é", "😀", "~/", "éH", "D", ":"} {
			plain := strings.Repeat("b", n) + middle + strings.Repeat("c", n%7)
			half := len(plain) / 2
			for half < len(plain) && !utf8.RuneStart(plain[half]) {
				half++
			}
			for _, same := range []string{plain, escape(plain), escape(plain[:half]) + plain[half:], plain[:half] + escape(plain[half:])} {
				for _, colon := range []string{":", ": ", " :", " : ", "\n\t :\n\t "} {
					d := []byte(`{"` + same + `"` + colon + `7,"` + plain + `":8}`)
					name, value := Member(d, 1)
					if value < 0 || d[value] != '7' || string(name.Bytes(d)) != plain || name.Escaped != (same != plain) || d[name.End-1] != '"' {
						t.Fatalf("Member(%s) = %+v, %d", d, name, value)
					}
					other, _ := Member(d, Next(d, value+1))
					if !SameName(d, name, d, other) || !SameName(d, other, d, name) || name.Spread() != other.Spread() || names.Hash(d, name) != names.Hash(d, other) {
						t.Fatalf("%s: not one name", d)
					}
					if Check(d, 0, MaxDepth, &names) >= 0 || Skip(d, 0, MaxDepth) != len(d) {
						t.Fatalf("%s: the name is there twice", d)
					}
					if !Equal([]byte(`{"`+same+`":1}`), []byte(`{"`+plain+`":1}`)) {
						t.Fatalf("%s: two names", d)
					}
				}
				for _, value := range []string{"7", "-1.5e+300", "true", "[]", `{"a":["}"]}`, `"` + same + `"`, `"` + plain + `\\\""`, `["` + same + `",{"` + same + `":"]"}]`} {
					d := []byte(`{"` + same + `":` + value + `,"` + plain + `x":` + value + `}`)
					for i := range 2 {
						at := 1 + i*len(`"":,`+same+value)
						name, start := Member(d, at)
						if nameEnd, escaped, end := ReadMember(d, at); nameEnd != name.End || escaped != name.Escaped || end != start+len(value) {
							t.Fatalf("ReadMember(%s, %d) = %d, %v, %d; Member has %+v, %d", d, at, nameEnd, escaped, end, name, start)
						}
					}
				}
				for i := range plain {
					if plain[i] >= utf8.RuneSelf || plain[i] == '"' {
						continue
					}
					changed := plain[:i] + "X" + plain[i+1:]
					for _, different := range []string{changed, escape(changed), plain + "c", "b" + plain + "x", plain[:i]} {
						d := []byte(`{"` + same + `":7,"` + different + `":8}`)
						name, value := Member(d, 1)
						other, _ := Member(d, Next(d, value+1))
						if SameName(d, name, d, other) || SameName(d, other, d, name) || Check(d, 0, MaxDepth, &names) != len(d) {
							t.Fatalf("%s: one name", d)
						}
					}
				}
			}
		}
	}
	for _, text := range []string{``, `"`, `"a`, `"a"`, `"a" `, `"a":`, `"a": `, `"a" 1`, `"a"x:1`, `a:1`, `'a':1`, `"seven b"`, `"seven b":`, `"seven b": `, `"long enough name`, `"long enough name"`, `"long enough name":`, `"long enough name"1:2`, "\"\xff\":1", `"long\q name":1`} {
		if _, value := Member([]byte(text), 0); value >= 0 {
			t.Errorf("Member(%q) finds a value at %d", text, value)
		}
	}
}

// Duplicates are found among few and many names, and no others.
func TestDuplicatesAmongMany(t *testing.T) {
	t.Parallel()
	var names Names
	for _, n := range []int{2, 3, few - 1, few, few + 1, few + 2, 40, 300} {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`"key number %d":{"a":%d}`, i, i)
		}
		text := []byte("{" + strings.Join(list, ",") + "}")
		if Check(text, 0, MaxDepth, &names) != len(text) || len(Faults(text, MaxDepth, new(Names))) > 0 {
			t.Fatalf("%d names: refused", n)
		}
		if names.Release(); cap(names.table) > 2*n {
			t.Errorf("%d names: a table of %d", n, cap(names.table))
		}
		for _, i := range []int{0, 1, n / 2, n - 1} {
			for _, at := range []int{0, n / 2, n} {
				again := append(append(append([]string{}, list[:at]...), fmt.Sprintf(`"k\u0065y number %d":0`, i)), list[at:]...)
				text := []byte(`[{"key number 1":{}},{` + strings.Join(again, " , ") + `}]`)
				if Check(text, 0, MaxDepth, &names) >= 0 || len(Faults(text, MaxDepth, new(Names))) != 1 {
					t.Fatalf("%d names: %d twice, at %d, and not refused", n, i, at)
				}
			}
		}
	}
}

// Every short text of the characters of numbers.
func TestEveryShortNumber(t *testing.T) {
	t.Parallel()
	var grow func(s string)
	grow = func(s string) {
		d := []byte(s)
		want := s != "" && json.Valid(d)
		if got := s != "" && Number(d, 0) == len(d); got != want {
			t.Fatalf("Number(%q) accepts = %v", s, got)
		}
		for _, around := range []string{s, "[" + s + "]", s + " "} {
			if got := strings.TrimSpace(around) != "" && Skip([]byte(around), 0, 9) == len(strings.TrimRight(around, " ")); got != json.Valid([]byte(around)) {
				t.Fatalf("Skip(%q) accepts = %v", around, got)
			}
		}
		if len(s) < 5 {
			for _, c := range "-+.e019E" {
				grow(s + string(c))
			}
		}
	}
	grow("")
}

func TestNumbersByValue(t *testing.T) {
	list := strings.Fields(`0 -0 0.0 0e5 1 -1 1.0 10 1e1 1e+1 1E01 100e-1 0.1 1e-1 0.01e1 0.10 12 1.2e1 120e-1 0.012e3 12.0 12.50 1250e-2 9 19 90 99 1e18 1e19 -1e18 -1e19
		9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 922337203685477580.7e1 9223372036854775807.0 9223372036854775807.5 92233720368547758070e-1
		18446744073709551615 18446744073709551616 -9223372036854775807 1e20 10e19 1000000000000000000 10000000000000000000 0.000000000000000001e19 0.5 -0.5 5e-1 1.5 15 1.05 105e-2 123456789012345678 1e100 10e99 1e-100 0.1e-99`)
	for _, a := range list {
		x, _ := new(big.Rat).SetString(a)
		v, ok := Int64([]byte(a))
		if want := x.IsInt() && x.Num().IsInt64(); ok != want || ok && v != x.Num().Int64() {
			t.Errorf("Int64(%s) = %d, %v", a, v, ok)
		}
		for _, b := range list {
			y, _ := new(big.Rat).SetString(b)
			want := x.Cmp(y) == 0
			if got := SameNumber([]byte(a), []byte(b)); got != want {
				t.Errorf("SameNumber(%s, %s) = %v", a, b, got)
			}
			if got := Equal([]byte("["+a+"]"), []byte("["+b+" ]")); got != want {
				t.Errorf("Equal(%s, %s) = %v", a, b, got)
			}
			if Equal([]byte(a), []byte(b)) && Hash(1, []byte(a)) != Hash(1, []byte(b)) {
				t.Errorf("%s and %s have different hashes", a, b)
			}
		}
	}
}

// Equal values have equal hashes; different ones here have different hashes.
func TestHashesAreOfValues(t *testing.T) {
	groups := [][]string{
		{`{"a":1,"b":[2,"é"]}`, `{ "b" : [ 2.0 , "\u00e9" ] , "a" : 1e0 }`}, {`{"a":1,"b":[2,"e"]}`}, {`{"a":1}`}, {`{"b":1}`}, {`{"a":2}`}, {`{}`, `{ }`}, {`[]`, `[ ]`},
		{`[1,2]`}, {`[2,1]`}, {`[1]`}, {`[[1]]`}, {`[[1],[]]`}, {`[[],[1]]`}, {`{"a":{}}`}, {`{"a":[]}`}, {`"a"`, `"\u0061"`}, {`""`}, {`"1"`}, {`1`, `1.0`}, {`-1`}, {`10`, `1e1`}, {`0`, `-0`, `0e7`},
		{`true`}, {`false`}, {`null`}, {`"null"`}, {`"true"`}, {`"ten bytes!"`}, {`"ten bytes?"`}, {`{"a":1,"b":2}`, `{"b":2,"a":1}`}, {`{"a":2,"b":1}`}, {`0.1`, `1e-1`}, {`1e-2`}, {`[null]`}, {`[true,null]`},
		{`99`}, {`90`}, {`95`}, {`50`}, {`"a\u0000"`}, {`"eight by"`}, {`"eight byt"`}, {`"sixteen bytes it"`}, {`"sixteen bytes is"`},
	}
	for i := range 20 { // one bit differs
		for _, n := range []int{8, 12, 20} {
			if i < n {
				groups = append(groups, []string{`"` + strings.Repeat("b", i) + "c" + strings.Repeat("b", n-i-1) + `"`})
			}
		}
	}
	for _, seed := range []uint64{0x9e3779b97f4a7c15, 0x0123456789abcdef, 0xfedcba9876543210} {
		seen := map[uint64]string{}
		for _, group := range groups {
			h := Hash(seed, []byte(group[0]))
			if other := seen[h]; other != "" {
				t.Errorf("%s and %s have one hash", other, group[0])
			}
			seen[h] = group[0]
			for _, same := range group {
				if Hash(seed, []byte(same)) != h {
					t.Errorf("%s and %s have different hashes", group[0], same)
				}
				text := NewText([]byte(same))
				sums := text.Hashes(seed)
				var parts func(n Node)
				parts = func(n Node) {
					part := []byte(same)[n.At:n.Stop]
					if got := sums.Of(text, n); got != Hash(seed, part) && isBox(part) {
						t.Errorf("%s in %s", part, same)
					}
					if isBox(part) {
						for inner := range text.Inside(n) {
							parts(inner)
						}
					}
				}
				parts(text.Root())
			}
		}
	}
}

func isBox(part []byte) bool { return part[0] == '{' || part[0] == '[' }

// The node of a member has its name; those of elements and of the root have none.
func TestNodesHaveNames(t *testing.T) {
	d := []byte(`{"a":[1,{"b":[]},"c"],"d":{"e":2}}`)
	text := NewText(d)
	var names []string
	var inside func(n Node)
	inside = func(n Node) {
		if n.Name != (Name{}) {
			names = append(names, string(n.Bytes(d)))
		} else {
			names = append(names, "-")
		}
		if isBox(d[n.At:n.Stop]) {
			for inner := range text.Inside(n) {
				inside(inner)
			}
		}
	}
	inside(text.Root())
	if got := strings.Join(names, " "); got != "- a - - b - d e" {
		t.Error(got)
	}
}

// Members are taken once each, in any order.
func TestMembersTake(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, few, few + 1, 40} {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`"m%d":%d`, i, i))
		}
		d := []byte("{" + strings.Join(list, ",") + "}")
		slices.Reverse(list)
		asked := NewText([]byte(`{"none":0,` + strings.Join(list, ",") + `,"m":1}`))
		text := NewText(d)
		members := text.Members(text.Root())
		for _, again := range []bool{false, true} {
			for x := range asked.Inside(asked.Root()) {
				name := string(x.Bytes(asked.d))
				got := members.Take(asked, x)
				if want := !again && name != "none" && name != "m"; got.Exists() != want || want && string(d[got.At:got.Stop]) != name[1:] {
					t.Errorf("%d members: Take(%s) = %+v", n, name, got)
				}
			}
		}
	}
}

// Hashes are seeded at random, so that nobody can choose names that collide.
func TestHashesAreSeeded(t *testing.T) {
	d := []byte(`{"a":1}`)
	n, _ := Member(d, 1)
	var x, y Names
	first, again := x.Hash(d, n), x.Hash(d, n)
	if first == y.Hash(d, n) || first != again {
		t.Error("the hash of a name is that of another Names, or not its own")
	}
	for _, v := range []string{`0`, `-1`, `1e5`, `1e-5`, `""`, `"a"`, `true`, `[]`, `{}`, `[0]`, `{"a":0}`} {
		if Hash(1, []byte(v)) == Hash(3, []byte(v)) || Hash(2, []byte(v)) == Hash(4, []byte(v)) {
			t.Errorf("the hash of %s is the same for two seeds", v)
		}
	}
}

func TestQuote(t *testing.T) {
	var all strings.Builder
	for c := range rune(0x300) {
		all.WriteRune(c)
		s := string(c) + "x" + string(c)
		var want, back string
		if err := json.Unmarshal([]byte(Quote(s)), &back); err != nil || back != s || Unquote(Quote(s)) != s {
			t.Fatalf("Quote(%q) = %s", s, Quote(s))
		}
		escapedText, _ := json.Marshal(s)
		if err := json.Unmarshal(escapedText, &want); err != nil || Unquote(string(escapedText)) != want {
			t.Fatalf("Unquote(%s) = %q", escapedText, Unquote(string(escapedText)))
		}
		if c >= ' ' && c != '"' && c != '\\' && Quote(s) != `"`+s+`"` {
			t.Fatalf("Quote(%q) = %s: it escapes what need not be", s, Quote(s))
		}
		if IsUnescaped(s) != (Quote(s) == `"`+s+`"`) {
			t.Fatalf("IsUnescaped(%q) is %v", s, IsUnescaped(s))
		}
	}
	if IsUnescaped("é\xff") || IsUnescaped("\xff") {
		t.Fatal("IsUnescaped of text that is not UTF-8")
	}
	if s := all.String(); Unquote(Quote(s)) != s {
		t.Fatal("all at once")
	}
	for _, null := range []string{"null", "xnull", "nullx", "nnull", "nunull", "nulnull", "a null b"} {
		if !MayHoldNull([]byte(null)) {
			t.Errorf("%q has the letters", null)
		}
	}
	for _, none := range []string{"", "n", "nul", "nulx", "xull", "nxll", "nuxl", "NULL", "ull", "nu ll"} {
		if MayHoldNull([]byte(none)) {
			t.Errorf("%q has not the letters", none)
		}
	}
}
