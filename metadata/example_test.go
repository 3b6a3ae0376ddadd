package metadata_test

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
)

// A change, said and merged.
func Example() {
	base := metadata.MustParse(`{"color":"red","addr":{"home":"h","work":"w"}}`)
	says := metadata.MustDelta(`{"color":null,"addr":{"home":"h2"}}`)
	after := metadata.FirstLevel.Merge(base, says) // {"addr":{"home":"h2"}}: work is gone
	fmt.Println(after)
	// Output: {"addr":{"home":"h2"}}
}

// An error has every fault of a text, each with its place.
func ExampleErrors() {
	_, err := metadata.Parse([]byte(`{"color":"red","color":"blue"}`))
	for _, e := range err.(metadata.Errors) {
		fmt.Println(e.Pointer, e.Fault == metadata.ErrDuplicateName)
	}
	// Output: /color true
}

// A mode of one's own differs from another in a knob.
func ExampleKnobs() {
	k := metadata.FirstLevel.Knobs()
	k.Lists = metadata.ListsUnion
	m := k.Mode()
	fmt.Println(m.Merge(metadata.MustParse(`{"roles":["a","b"]}`), metadata.MustDelta(`{"roles":["b","c"]}`)))
	// Output: {"roles":["a","b","c"]}
}

// A value is reached through objects and arrays.
func ExampleObject_At() {
	o := metadata.MustParse(`{"address":{"lines":["12 Elm Street"]}}`)
	name, ok := o.At("/address/lines/0").Str()
	fmt.Println(name, ok)
	// Output: 12 Elm Street true
}

// An object inside metadata is replaced whole in FirstLevel, and merged in Deep.
func ExampleMode_Merge() {
	base := metadata.MustParse(`{"color":"red","address":{"home":"h","work":"w"}}`)
	says := metadata.MustDelta(`{"color":null,"address":{"home":"new"}}`)
	fmt.Println(metadata.FirstLevel.Merge(base, says))
	fmt.Println(metadata.Deep.Merge(base, says))
	// Output:
	// {"address":{"home":"new"}}
	// {"address":{"home":"new","work":"w"}}
}

// A diff for an API that merges one level sends a changed object whole; a deep
// diff, sent to such an API, would lose what it does not name.
func ExampleMode_Diff() {
	from := metadata.MustParse(`{"address":{"home":"h","work":"w"},"old":1}`)
	to := metadata.MustParse(`{"address":{"home":"new","work":"w"}}`)
	first, _ := metadata.FirstLevel.Diff(from, to)
	deep, _ := metadata.Deep.Diff(from, to)
	fmt.Println(first)
	fmt.Println(deep)
	none, _ := metadata.FirstLevel.Diff(to, to)
	fmt.Println(none.IsZero(), none.IsWipe())
	// Output:
	// {"address":{"home":"new","work":"w"},"old":null}
	// {"address":{"home":"new"},"old":null}
	// true false
}

// From text to text nothing else is touched: spans that stay are copied as they
// are.
func ExampleMode_AppendMerge() {
	doc := []byte(`{ "n": 9007199254740993, "a": {"b": 1.0} }`)
	text, err := metadata.FirstLevel.AppendMerge(nil, doc, []byte(`{"a":null,"c":[]}`))
	fmt.Println(string(text), err)
	// Output:
	// { "n": 9007199254740993,"c":[] } <nil>
}

// Every difference is named where it is deepest.
func ExampleChanges() {
	from := metadata.MustParse(`{"address":{"home":"h","work":"w"}}`)
	to := metadata.MustParse(`{"address":{"home":"new"},"color":"red"}`)
	for _, c := range metadata.Changes(from, to) {
		fmt.Println(c)
	}
	// Output:
	// replaced /address/home
	// removed /address/work
	// added /color
}
