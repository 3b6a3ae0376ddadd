package jsonscan

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// End agrees with Skip on valid text.
func FuzzEnd(f *testing.F) {
	for _, text := range []string{`{"a":[1,-2.5e+7,true],"b\"\\":{"é\\":null},"c":"]}"}`, `"\\\""`, `1`, `null `, `[ ] ,`, `{"long name of a member":"and more than eight\n"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		i := Space(text, 0)
		end := Skip(text, i, MaxDepth)
		if end < 0 || Space(text, end) != len(text) {
			return
		}
		if got := End(text, i); got != end {
			t.Errorf("End(%q, %d) = %d, Skip %d", text, i, got, end)
		}
	})
}

// End finds the end that Skip finds, wherever the value begins and whatever follows.
func TestEndIsThatOfSkip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	parts := []string{`"`, `\"`, `\\`, `]`, `}`, `[`, `{`, `a`, `é`, `\u007d`, `:`, `,`, ` `}
	text := func() string {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(parts[1+r.IntN(len(parts)-1)])
		}
		return `"` + b.String() + `"`
	}
	var value func(depth int) string
	value = func(depth int) string {
		switch k := r.IntN(6); {
		case k < 2 && depth > 0:
			var list []string
			for range r.IntN(5) {
				list = append(list, value(depth-1))
			}
			return `[` + strings.Join(list, ` , `[:1+2*r.IntN(2)]) + `]`
		case k < 4 && depth > 0:
			var list []string
			for range r.IntN(5) {
				list = append(list, text()+`:`+value(depth-1))
			}
			return `{` + strings.Join(list, `,`) + `}`
		case k == 4:
			return text()
		}
		return []string{`1.5e3`, `true`, `null`, `-0`}[r.IntN(4)]
	}
	for depth := range 130 {
		for _, inside := range []string{`"","","","",""`, `"¢","Ü","ý","Û","¢ý"`, `"<", "#$","<"`} {
			d := []byte(strings.Repeat("[", depth+1) + inside + strings.Repeat("]", depth+1) + "]")
			if got := End(d, 0); got != len(d)-1 {
				t.Fatalf("End(%s) = %d", d, got)
			}
		}
	}
	for range 20_000 {
		front := strings.Repeat(" ", r.IntN(9))
		d := []byte(front + value(4) + []string{``, `,"x"`, `}`, ` ]`}[r.IntN(4)])
		want := Skip(d, len(front), 10)
		if want < 0 {
			continue // a separator of the list was cut
		}
		if got := End(d, len(front)); got != want {
			t.Fatalf("End(%s) = %d, Skip = %d", d, got, want)
		}
	}
}
