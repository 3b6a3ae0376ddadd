package jsonscan

import (
	"bytes"
	"encoding/json"
	"math/big"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
)

// texts seed the fuzz targets and the tables.
var texts = []string{
	``, ` `, `{`, `}`, `{}`, `[]`, ` { } `, `[ ]`, `{"a":1}`, `{"a":1,}`, `{"a" : [1 , 2 ] , "b":{"c":null}}`,
	`[1,]`, `[,1]`, `{,}`, `{"a"}`, `{"a":}`, `{a:1}`, `[1 2]`, `{"a":1 "b":2}`, `[}`, `{]`, `[{]}`,
	`tru`, `true`, `false`, `null`, `nul`, `truex`, `nan`, `NaN`, `Infinity`,
	`0`, `-0`, `-`, `01`, `1.`, `.1`, `1.0`, `1e`, `1e+`, `1e5`, `1E-5`, `1e400`, `9007199254740993`, `+1`, `0x1`, `1_0`,
	`""`, `"a`, `"\`, `"\"`, `"\q"`, `"\u12"`, `"\u00e9"`, `"\ud800"`, `"\udc00"`, `"\ud83d\ude00"`, `"\ud83d\u0041"`, `"\ud83dx"`,
	"\"\x00\"", "\"\n\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", `"é漢😀"`, "\ufeff{}",
	`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `[{"x":{"k":1,"k":2}},{"y":1,"y":1}]`, `{"":1,"":2}`, `{} {}`, `{}x`,
	`{"abcdefgh":1,"abcdefgi":2,"abcdefg":3,"bbcdefgh":4}`,
	`{"k0":0,"k1":0,"k2":0,"k3":0,"k4":0,"k5":0,"k6":0,"k7":0,"k8":0,"k9":0,"ka":0,"kb":0,"kc":0,"k3":0}`,
	`"0123456789abcdef0123456789abcdef"`, `"0123456789abcde\n0123456789abcdef"`, "\"01234567\x01\"",
	`{"a~b/c":{"d":1,"d":2}}`, "[\t1,\r\n2 ]",
}

// accepts is the slow twin of Skip.
func accepts(t []byte) bool {
	if !json.Valid(t) || !utf8.Valid(t) || loneSurrogate(t) {
		return false
	}
	return true
}

func loneSurrogate(t []byte) bool {
	for i := 0; i < len(t); i++ {
		if t[i] != '\\' {
			continue
		}
		if t[i+1] != 'u' {
			i++
			continue
		}
		r := hex4(t, i+2)
		i += 5
		switch {
		case r >= 0xDC00 && r <= 0xDFFF:
			return true
		case r >= 0xD800 && r <= 0xDBFF:
			if len(t) < i+7 || t[i+1] != '\\' || t[i+2] != 'u' {
				return true
			}
			if low := hex4(t, i+3); low < 0xDC00 || low > 0xDFFF {
				return true
			}
			i += 6
		}
	}
	return false
}

func FuzzSkip(f *testing.F) {
	for _, s := range texts {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if levels(text) > 9000 {
			t.Skip("the standard library counts levels in its own way")
		}
		end := Skip(text, Space(text, 0), MaxDepth)
		got := end >= 0 && Space(text, end) == len(text)
		if want := accepts(text); got != want {
			t.Fatalf("Skip accepts = %v, encoding/json accepts = %v", got, want)
		}
		var names Names
		end = Check(text, Space(text, 0), MaxDepth, &names)
		strict := end >= 0 && Space(text, end) == len(text)
		faults := Faults(text, MaxDepth, new(Names))
		if strict != (len(faults) == 0) {
			t.Fatalf("Check accepts = %v, Faults lists %v", strict, faults)
		}
		if got && !strict {
			for _, fault := range faults {
				if fault.Kind != Duplicate && fault.Kind != More {
					t.Fatalf("valid text with fault %v", fault)
				}
			}
		}
		if strict {
			checkValue(t, bytes.TrimSpace(text))
		}
	})
}

func levels(t []byte) int { return bytes.Count(t, []byte("{")) + bytes.Count(t, []byte("[")) }

// checkValue checks what must hold for every valid text without duplicate names.
func checkValue(t *testing.T, v []byte) {
	t.Helper()
	x := NewText(v)
	if isBox(v) && (x.boxes[0].next != len(x.boxes) || x.boxes[0].end != len(v)) {
		t.Fatalf("NewText: root %+v of %d boxes, %d bytes", x.boxes[0], len(x.boxes), len(v))
	}
	if !EqualNodes(x, x.Root(), x, x.Root()) {
		t.Fatal("a value is not equal to itself, by nodes")
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, v); err != nil {
		t.Fatal(err)
	}
	if lockstep(v, compact.Bytes()) != same || !Equal(v, compact.Bytes()) {
		t.Fatal("a value is not equal to itself without white space")
	}
	if v[0] == '"' {
		var want string
		if err := json.Unmarshal(v, &want); err != nil {
			t.Fatal(err)
		}
		if got := Unquote(string(v)); got != want {
			t.Fatalf("Unquote = %q, want %q", got, want)
		}
		var back string
		if err := json.Unmarshal([]byte(Quote(want)), &back); err != nil || back != want {
			t.Fatalf("Quote: %v, %q", err, back)
		}
	}
}

func TestSkipAgreesWithTheStandardLibrary(t *testing.T) {
	for _, s := range texts {
		for _, text := range []string{s, "[" + s + "]", `{"k":` + s + "}", s + " ", "\n" + s, s + strings.Repeat(" ", 20)} {
			d := []byte(text)
			end := Skip(d, Space(d, 0), MaxDepth)
			if got, want := end >= 0 && Space(d, end) == len(d), accepts(d); got != want {
				t.Errorf("Skip(%q) accepts = %v, want %v", text, got, want)
			}
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	many := `{` + strings.Repeat(`"a":1,`, 3000) + `"b":2}`
	tests := []struct {
		text string
		want []Fault
	}{
		{`{"a":[1,{"b":2}]}`, nil},
		{`{"a":1,"b":{"c":1,"c":2},"a":3}`, []Fault{{Duplicate, 18, "/b/c"}, {Duplicate, 25, "/a"}}},
		{`{"a":1,"\u0061":{"x":1,"x":2}}`, []Fault{{Duplicate, 7, "/a"}, {Duplicate, 23, "/a/x"}}},
		{`{"a/b":{"~":[0,{"":1,"":2}]}}`, []Fault{{Duplicate, 21, "/a~1b/~0/1/"}}},
		{`{"a":1,"a":2,}`, []Fault{{Syntax, 13, ""}}},
		{`{"a":[1,`, []Fault{{Syntax, 8, "/a/1"}}},
		{`{"a":"\ud800"}`, []Fault{{UTF8, 6, "/a"}}},
		{"{\"a\":[\"x\xff\"]}", []Fault{{UTF8, 8, "/a/0"}}},
		{"{\"a\":\"x\ny\"}", []Fault{{Syntax, 5, "/a"}}},
		{"{\"a\":\"x \xff\"}", []Fault{{UTF8, 8, "/a"}}},
		{`{"a":"\n\ud800"}`, []Fault{{UTF8, 8, "/a"}}},
		{`{"a":"\u1234`, []Fault{{Syntax, 5, "/a"}}},
		{`{"a":"\u12`, []Fault{{Syntax, 6, "/a"}}},
		{`{"a":"\u12g4"}`, []Fault{{Syntax, 6, "/a"}}},
		{`{"a\q":1}`, []Fault{{Syntax, 3, ""}}},
		{"{\"a\":{\"b\xff\":1}}", []Fault{{UTF8, 8, "/a"}}},
		{`{"a":[1,tru,2],"b":3}`, []Fault{{Syntax, 8, "/a/1"}}},
		{`{"a":[{"b":tru}, 2],"c":3} x`, []Fault{{Syntax, 11, "/a/0/b"}}},
		{`{} {}`, []Fault{{Trailing, 3, ""}}},
		{``, []Fault{{Syntax, 0, ""}}},
		{`{"a":tru}`, []Fault{{Syntax, 5, "/a"}}},
		{`{"a":[[[]]]}`, []Fault{{Depth, 7, "/a/0/0"}}},
	}
	for _, tt := range tests {
		limit := MaxDepth
		if tt.want != nil && tt.want[0].Kind == Depth {
			limit = 3
		}
		got := Faults([]byte(tt.text), limit, new(Names))
		if len(got) != len(tt.want) {
			t.Errorf("Faults(%q) = %v, want %v", tt.text, got, tt.want)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("Faults(%q)[%d] = %v, want %v", tt.text, i, got[i], tt.want[i])
			}
		}
	}
	for _, limit := range []int{3, 4} {
		if got := Faults([]byte(`[[],{},[{}],{"a":[]},[]]`), limit, new(Names)); got != nil {
			t.Errorf("three levels, with a limit of %d: %v", limit, got)
		}
	}
	// Pointers of that many bytes in all are listed, and one more.
	long := `"` + strings.Repeat("a", 2047) + `":1,`
	long = `{` + strings.Repeat(long, mostPointerBytes/2048+3) + `"b":2}`
	if got := Faults([]byte(long), MaxDepth, new(Names)); len(got) != mostPointerBytes/2048+2 || got[len(got)-1].Kind != More {
		t.Errorf("long pointers: %d faults, the last of kind %d", len(got), got[len(got)-1].Kind)
	}
	if got := Faults([]byte(many), MaxDepth, new(Names)); len(got) != mostFaults+1 || got[mostFaults].Kind != More {
		t.Errorf("3000 duplicates: %d faults, the last %v", len(got), got[len(got)-1])
	}
}

// Faults takes no more of the stack for more levels: that of a web page is small.
func TestFaultsOfDeepTexts(t *testing.T) {
	const levels = 100_000
	arrays, objects := strings.Repeat("[", levels), strings.Repeat(`{"a":`, levels)
	for text, want := range map[string]int{
		arrays:  levels,
		objects: 5 * levels,
		arrays + `{"a":1,"a":2}` + strings.Repeat("]", levels): levels + 7,
		objects + "tru" + strings.Repeat("}", levels):          5 * levels,
	} {
		got := make(chan [2]uint64)
		go func() { // with a stack of its own
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			faults := Faults([]byte(text), levels+1, new(Names))
			runtime.ReadMemStats(&after)
			if len(faults) != 1 || faults[0].Offset != want || strings.Count(faults[0].Pointer, "/") < levels {
				t.Errorf("%d faults, the first at %d", len(faults), faults[0].Offset)
			}
			got <- [2]uint64{before.StackInuse, after.StackInuse}
		}()
		if stack := <-got; stack[1] > stack[0]+1<<20 {
			t.Errorf("%d bytes of stack, %d before", stack[1], stack[0])
		}
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	for _, pair := range []string{"[]", `{}`} {
		open := pair[:1]
		if open == "{" {
			open = `{"a":`
		}
		for _, depth := range []int{1, 2, 62, 63, 64, 65, 125, 126, 127, 128, 188, 189, 190, 255, 256, 257, 9999, MaxDepth, MaxDepth + 1, 100_000} {
			text := []byte(strings.Repeat(open, depth-1) + pair + strings.Repeat(pair[1:], depth-1))
			var names Names
			for _, end := range []int{Skip(text, 0, MaxDepth), Check(text, 0, MaxDepth, &names)} {
				if ok := end == len(text); ok != (depth <= MaxDepth) {
					t.Errorf("%d levels of %s: accepted = %v", depth, pair, ok)
				}
			}
			if got := len(Faults(text, MaxDepth, new(Names))) == 0; got != (depth <= MaxDepth) {
				t.Errorf("%d levels of %s: Faults accepts = %v", depth, pair, got)
			}
			for _, limit := range []int{-1, 0, 3, 63, 64, 126, depth - 1, depth, depth + 1} {
				for _, end := range []int{Skip(text, 0, limit), Check(text, 0, limit, &names)} {
					if end >= 0 != (depth <= limit) || names.Mark() != 0 {
						t.Errorf("%d levels of %s, with a limit of %d: %d", depth, pair, limit, end)
					}
				}
			}
		}
	}
}

// A duplicate name is found at any level, also around deeply nested values.
func TestDuplicatesAtDepth(t *testing.T) {
	t.Parallel()
	const depth = 200
	for twice := -1; twice < depth; twice++ {
		text := "[{}]"
		for level := range depth {
			name := "b"
			if level == twice {
				name = "\\u0061"
			}
			text = `{"a":` + text + `,"` + name + `":{"a":[]}}`
		}
		var names Names
		names.Add(Name{})
		if got := Check([]byte(text), 0, MaxDepth, &names) == len(text); got != (twice < 0) || names.Mark() != 1 || names.mark != 0 {
			t.Errorf("twice at level %d of %d: accepted = %v, names %d, mark %d", depth-twice, depth, got, names.Mark(), names.mark)
		}
		if Skip([]byte(text), 0, MaxDepth) != len(text) {
			t.Error("not skipped")
		}
	}
}

func TestEqual(t *testing.T) {
	wide := func(order string) string {
		var b strings.Builder
		for _, c := range order {
			b.WriteString(`"` + string(c) + `":[` + string('0'+c%10) + `],`)
		}
		return "{" + strings.TrimSuffix(b.String(), ",") + "}"
	}
	tests := []struct {
		a, b string
		want bool
	}{
		{`1`, `1.0`, true}, {`1`, `1e0`, true}, {`10`, `1e1`, true}, {`0`, `-0`, true}, {`0e9`, `0.000`, true}, {`0`, `1`, false},
		{`1e400`, `10e399`, true}, {`1e400`, `1e401`, false}, {`0.001`, `1e-3`, true}, {`0.0010`, `1E-03`, true}, {`-1`, `1`, false},
		{`9007199254740993`, `9007199254740992`, false}, {`12300`, `1.23e4`, true}, {`100`, `1e+2`, true},
		{`1e99999999999999999999`, `10e99999999999999999998`, true}, {`1e99999999999999999999`, `1e-99999999999999999999`, false},
		{`1e-99999999999999999999`, `0.1e-99999999999999999998`, true}, {`1e1`, `1e-1`, false}, {`1e18446744073709551616`, `1`, false}, {`100e-2`, `1`, true},
		{`"a"`, `"\u0061"`, true}, {`"\/"`, `"/"`, true}, {`"a"`, `"b"`, false}, {`"a"`, `"\u0062"`, false}, {`"\u0061"`, `"ab"`, false}, {`"\u0061"`, `"\u0061b"`, false}, {`"1"`, `1`, false}, {`true`, `false`, false}, {`null`, `null`, true},
		{`[1,2]`, `[1, 2.0]`, true}, {`[1,2]`, `[2,1]`, false}, {`[1]`, `[1,2]`, false}, {`[]`, `{}`, false}, {`[[]]`, `[[],[]]`, false},
		{`{"a":1,"b":2}`, `{"b":2,"a":1}`, true}, {`{"a":1,"b":2}`, `{"b":1,"a":2}`, false}, {`{"a":1}`, `{"a":1,"b":2}`, false},
		{`{"a":1}`, `{"b":1}`, false}, {`{"a":{"x":1,"y":[{"p":1,"q":2}]}}`, `{"a":{"y":[{"q":2,"p":1}],"x":1}}`, true},
		{`{"a":[1,2],"b":3}`, `{"b":3,"a":[1,4]}`, false}, {`{"a":[[1],{"x":2}],"b":3}`, `{"b":3,"a":[[5],{"x":2}]}`, false}, {`{"a":[1,2],"b":3}`, `{"b":3,"a":[1,2.0]}`, true},
		{`{"a":[1],"b":3}`, `{"b":3,"a":[1,1]}`, false}, {`{"a":[],"b":3}`, `{"b":3,"a":{}}`, false}, {`{"a":{"x":1,"y":2},"b":3}`, `{"b":3,"a":{"y":2,"x":2}}`, false},
		{`{"a":null}`, `{}`, false}, {`{ }`, `{}`, true}, {`[ ]`, `[]`, true}, {`[[ ] , { }]`, `[[],{}]`, true},
		{`{"a":{"x":1},"b":{"y":1}}`, `{"b":{"y":1},"c":{"x":1}}`, false},
		{wide("abcdefghijklmnopqrstuvwxyz"), wide("zyxwvutsrqponmlkjihgfedcba"), true},
		{wide("abcdefghijklmnopqrstuvwxyz"), wide("abcdefghijklmnopqrstuvwxyA"), false},
	}
	for _, tt := range tests {
		for _, p := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			if got := Equal([]byte(p[0]), []byte(p[1])); got != tt.want {
				t.Errorf("Equal(%s, %s) = %v", p[0], p[1], got)
			}
		}
	}
}

func FuzzEqual(f *testing.F) {
	for _, s := range texts {
		f.Add([]byte(s), []byte(`{"a":1}`))
		f.Add([]byte(s), []byte(s))
	}
	f.Add([]byte(`{"b":[1.0,"\u0061"],"a":1e1}`), []byte(`{"a":10,"b":[1,"a"]}`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		a, b = bytes.Trim(a, " \t\r\n"), bytes.Trim(b, " \t\r\n")
		if len(Faults(a, 100, new(Names))) > 0 || len(Faults(b, 100, new(Names))) > 0 {
			return
		}
		want, ok := slowEqual(t, a, b)
		if !ok {
			return
		}
		if got := Equal(a, b); got != want {
			t.Fatalf("Equal = %v, by decoding %v", got, want)
		}
	})
}

// slowEqual compares decoded values, with numbers as big.Rat. It gives up on numbers that are
// too large to expand.
func slowEqual(t *testing.T, a, b []byte) (equal, ok bool) {
	decode := func(text []byte) any {
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	ok = true
	var eq func(x, y any) bool
	eq = func(x, y any) bool {
		switch x := x.(type) {
		case map[string]any:
			y, isMap := y.(map[string]any)
			if !isMap || len(x) != len(y) {
				return false
			}
			for k := range x {
				if _, has := y[k]; !has || !eq(x[k], y[k]) {
					return false
				}
			}
			return true
		case []any:
			y, isList := y.([]any)
			if !isList || len(x) != len(y) {
				return false
			}
			for i := range x {
				if !eq(x[i], y[i]) {
					return false
				}
			}
			return true
		case json.Number:
			y, isNumber := y.(json.Number)
			if !isNumber {
				return false
			}
			if len(x) > 40 || len(y) > 40 || large(string(x)) || large(string(y)) {
				ok = false
				return false
			}
			p, _ := new(big.Rat).SetString(string(x))
			q, _ := new(big.Rat).SetString(string(y))
			return p.Cmp(q) == 0
		}
		return x == y
	}
	equal = eq(decode(a), decode(b))
	return equal, ok
}

func large(n string) bool {
	e := strings.IndexAny(n, "eE")
	return e >= 0 && len(n)-e > 5
}

// No value starts at the end of a text.
func TestNothingAtTheEnd(t *testing.T) {
	t.Parallel()
	for _, text := range []string{``, `a"`} {
		if end, _ := String([]byte(text), 0); end >= 0 || Number([]byte(text), 0) >= 0 || Skip([]byte(text), 0, 9) >= 0 {
			t.Errorf("%q starts with a value", text)
		}
	}
}

func TestCompact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{``: ``, `1`: `1`, ` [ ] `: `[]`, "{ \"a b\" : [ 12 , null ]\n, \"c \\\" \":\t{ } }": `{"a b":[12,null],"c \" ":{}}`} {
		if got := Compact([]byte(text)); got != want {
			t.Errorf("Compact(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	text := `{"a":{"b":[1,2,3,"é",{"c":null}],"d":"\n"},"e":1.5e3,"f":{"g":{"h":true}}}`
	other := strings.Replace(text, "1.5e3", "1500", 1)
	var names Names
	Check([]byte(text), 0, MaxDepth, &names)
	wide := []byte("{")
	for i := range 100 {
		wide = append(wide, `"`+strings.Repeat("n", i)+`":0,`...)
	}
	wide = append(wide, `"x":0}`...)
	Check(wide, 0, MaxDepth, &names)
	for name, f := range map[string]func(){
		"Check of many names": func() { Check(wide, 0, MaxDepth, &names) },
		"Skip":                func() { Skip([]byte(text), 0, MaxDepth) },
		"Check":               func() { Check([]byte(text), 0, MaxDepth, &names) },
		"Equal":               func() { Equal([]byte(text), []byte(other)) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s of a string allocates %v times", name, n)
		}
	}
}

// HasEither finds each of the two bytes at every place, and nothing else.
func TestHasEither(t *testing.T) {
	for n := range 25 {
		s := bytes.Repeat([]byte("\xae\xa4-/#%\x00\xff"), 4)[:n]
		if HasEither(string(s), '.', '$') {
			t.Errorf("%q has neither", s)
		}
		for i := range s {
			for _, c := range []byte(".$") {
				if with := string(s[:i]) + string(c) + string(s[i+1:]); !HasEither(with, '.', '$') {
					t.Errorf("%q has %c", with, c)
				}
			}
		}
	}
}
