package metadata

import "testing"

// The laws hold in every mode, for every pair and triple of objects in which the
// flags have an effect.
func TestLawsInEveryMode(t *testing.T) {
	t.Parallel()
	var objects []Object
	for _, text := range []string{
		``, `{}`, `{"a":null}`, `{"a":{"l":[1,2]}}`, `{"a":[1,2,{"x":null}],"b":1}`, `{"a":1,"b":{"x":null,"y":{}}}`, `{"a":{"b":null,"l":[1]},"b":[2]}`,
		`{"a":[1,2]}`, `{"a":[1,2.0,2,3]}`, `{"b":null,"a":{"b":{"c":null},"l":[2,1]}}`, `{"a":{"b":2,"l":[1,{"x":null}]},"b":[2,1]}`, `{"b":[{"x":null}],"c":{}}`,
	} {
		o, _ := read(t, []byte(text))
		objects = append(objects, o)
	}
	for _, m := range modes {
		t.Run(m.String(), func(t *testing.T) {
			t.Parallel()
			for _, x := range objects {
				for _, y := range objects {
					mergeTwins(t, m, x, y)
					mergeTwice(t, m, x, y)
					diffThenMerge(t, m, x, y)
					fromDeep(t, m, x, y)
					for _, z := range objects {
						compose(t, m, x, y, z)
					}
				}
			}
		})
	}
}
