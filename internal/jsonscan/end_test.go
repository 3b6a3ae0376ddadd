package jsonscan

import "testing"

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
