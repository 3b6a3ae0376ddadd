package metadata

import "testing"

func TestMerge(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reason            string
		base, delta       string
		firstLevel, deep_ string
	}{
		{"other members stay", `{"a":1,"b":2}`, `{"b":3}`, `{"a":1,"b":3}`, `{"a":1,"b":3}`},
		{"null removes", `{"a":1,"b":2}`, `{"a":null}`, `{"b":2}`, `{"b":2}`},
		{"null for a member that the base lacks", `{"a":1}`, `{"z":null}`, `{"a":1}`, `{"a":1}`},
		{"a nested object", `{"a":{"x":1,"y":2},"k":1}`, `{"a":{"x":9}}`, `{"a":{"x":9},"k":1}`, `{"a":{"x":9,"y":2},"k":1}`},
		{"an empty nested object", `{"a":{"x":1}}`, `{"a":{}}`, `{"a":{}}`, `{"a":{"x":1}}`},
		{"the wipe", `{"a":1,"b":2}`, `{}`, `{}`, `{"a":1,"b":2}`},
		{"the zero Delta", `{"a":1}`, ``, `{"a":1}`, `{"a":1}`},
		{"the zero Delta, absent base", ``, ``, ``, ``},
		{"a wipe, absent base", ``, `{}`, `{}`, `{}`},
		{"a removal, absent base", ``, `{"a":null}`, `{}`, `{}`},
		{"a nested null", `{"a":{"x":1,"y":2}}`, `{"a":{"x":null}}`, `{"a":{"x":null}}`, `{"a":{"y":2}}`},
		{"a nested null in a new object", `{}`, `{"a":{"x":null,"y":1}}`, `{"a":{"x":null,"y":1}}`, `{"a":{"y":1}}`},
		{"nulls in an array stay", `{}`, `{"a":[1,null,{"x":null}]}`, `{"a":[1,null,{"x":null}]}`, `{"a":[1,null,{"x":null}]}`},
		{"falsy values are values", `{"t":true,"n":5,"s":"v","l":[1]}`, `{"t":false,"n":0,"s":"","l":[]}`, `{"t":false,"n":0,"s":"","l":[]}`, `{"t":false,"n":0,"s":"","l":[]}`},
		{"an object over a scalar", `{"a":1}`, `{"a":{"x":null,"y":1}}`, `{"a":{"x":null,"y":1}}`, `{"a":{"y":1}}`},
		{"a scalar over an object", `{"a":{"x":1}}`, `{"a":1}`, `{"a":1}`, `{"a":1}`},
		{"an array is replaced whole", `{"a":[1,2]}`, `{"a":[3]}`, `{"a":[3]}`, `{"a":[3]}`},
		{"numbers are not rounded", `{"n":9007199254740993}`, `{"m":1e400}`, `{"n":9007199254740993,"m":1e400}`, `{"n":9007199254740993,"m":1e400}`},
		{"escaped names are one name", `{"a":1}`, `{"\u0061":2}`, `{"a":2}`, `{"a":2}`},
		{"the last member goes", `{"a":1}`, `{"a":null}`, `{}`, `{}`},
		{"the first goes, a new one comes", `{"a":1}`, `{"a":null,"b":{"c":null}}`, `{"b":{"c":null}}`, `{"b":{}}`},
		{"the word null in a string", `{}`, `{"a":{"b":"null"}}`, `{"a":{"b":"null"}}`, `{"a":{"b":"null"}}`},
	}
	for _, tt := range tests {
		for m, want := range map[Mode]string{FirstLevel: tt.firstLevel, Deep: tt.deep_} {
			t.Run(m.String()+"/"+tt.reason, func(t *testing.T) {
				x, _ := read(t, []byte(tt.base))
				y, _ := read(t, []byte(tt.delta))
				w, _ := read(t, []byte(want))
				got := m.Merge(x, DeltaOf(y))
				if !got.Equal(w) {
					t.Errorf("Merge(%s, %s) = %s, want %s", tt.base, tt.delta, got, want)
				}
			})
		}
	}
}

// Merge writes a nested object that it merges byte for byte as AppendMerge does.
func TestMergeOfNestedText(t *testing.T) {
	t.Parallel()
	texts := []string{
		"{}", " { } ", `{"a":1}`, `{"a":null}`, `{"a":null,"b":null,"c":null}`, `{"b":2,"a":{"x":1}}`,
		"{ \"a\" : 1 ,\n\t\"b\" : [ 1 , 2 ] , \"c\" : { } }", `{"\u0061":[2,3],"long name of many letters":{"x":null,"y":[null,{"z":null}]}}`,
		`{"long name of m\u0061ny letters":{"y":[],"x":{"a":{"a":{"a":1}}}},"long name of mane letters":1,"c":"null"}`,
		`{"b":null,"c":{"d":null},"a":{"x":null,"y":null}}`, `{"a":{"y":{"z":0},"x":2},"c":{"d":{"e":null,"f":1}}}`, `{"c":1,"b":2,"a":3}`,
		`{"a":{ "x" : "null" },"c":{ "d" : null , "e" : { "f" : null } },"b":[ { "x" : null } , 1 ] }`, `{"c":{"d":{"n":{ "a" : [ null ] }}},"b":{ "nullable" : 1 }}`,
	}
	for _, m := range modes {
		if m&Replace != 0 { // AppendMerge strips the whole text
			continue
		}
		for _, doc := range texts {
			for _, patch := range texts {
				x, d := MustParse(`{"o":`+doc+`,"p":1}`), MustDelta(`{"o":`+patch+`}`)
				text, err := m.AppendMerge(nil, []byte(x.String()), []byte(d.String()))
				if got := m.Merge(x, d).String(); err != nil || got != string(text) {
					t.Fatalf("%v: Merge(%s, %s) = %s, AppendMerge has %s, %v", m, x, d, got, text, err)
				}
			}
		}
	}
}
