package metadata_test

import (
	"errors"
	"fmt"

	"github.com/metameld/metameld/metadata"
)

// A first-level merge replaces nested objects whole.
func Example() {
	base := metadata.MustParse(`{"color":"red","addr":{"home":"h","work":"w"}}`)
	delta := metadata.MustDelta(`{"color":null,"addr":{"home":"h2"}}`)
	after := metadata.FirstLevel.Merge(base, delta) // {"addr":{"home":"h2"}}: work is lost
	fmt.Println(after)
	// Output: {"addr":{"home":"h2"}}
}

// An error lists every fault of a text with its pointer.
func ExampleErrors() {
	_, err := metadata.Parse([]byte(`{"color":"red","color":"blue"}`))
	var list metadata.Errors
	if errors.As(err, &list) {
		for _, e := range list {
			fmt.Println(e.Pointer, e.Fault == metadata.ErrDuplicateName)
		}
	}
	// Output: /color true
}

// Flags compose.
func ExampleMode() {
	m := metadata.FirstLevel | metadata.UnionLists
	fmt.Println(m.Merge(metadata.MustParse(`{"roles":["a","b"]}`), metadata.MustDelta(`{"roles":["b","c"]}`)))
	// Output: {"roles":["a","b","c"]}
}

// A pointer leads through objects and arrays.
func ExampleObject_At() {
	o := metadata.MustParse(`{"address":{"lines":["12 Elm Street"]}}`)
	name, ok := o.At("/address/lines/0").Str()
	fmt.Println(name, ok)
	// Output: 12 Elm Street true
}

// FirstLevel replaces a nested object whole; Deep merges it.
func ExampleMode_Merge() {
	base := metadata.MustParse(`{"color":"red","address":{"home":"h","work":"w"}}`)
	delta := metadata.MustDelta(`{"color":null,"address":{"home":"new"}}`)
	fmt.Println(metadata.FirstLevel.Merge(base, delta))
	fmt.Println(metadata.Deep.Merge(base, delta))
	// Output:
	// {"address":{"home":"new"}}
	// {"address":{"home":"new","work":"w"}}
}

// For an API that merges one level, a diff sets a changed object whole. A deep diff,
// sent to such an API, would lose the members that it omits.
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

// Text that stays is copied as it is, white space included.
func ExampleMode_AppendMerge() {
	doc := []byte(`{ "n": 9007199254740993, "a": {"b": 1.0} }`)
	text, err := metadata.FirstLevel.AppendMerge(nil, doc, []byte(`{"a":null,"c":[]}`))
	fmt.Println(string(text), err)
	// Output:
	// { "n": 9007199254740993,"c":[] } <nil>
}

// Changes lists the deepest members that differ.
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

// FromDeep completes the nested objects that a deep change names.
func ExampleMode_FromDeep() {
	base := metadata.MustParse(`{"address":{"home":"h","work":"w"},"color":"red"}`)
	deep := metadata.MustDelta(`{"address":{"home":"new"}}`)
	delta, err := metadata.FirstLevel.FromDeep(base, deep)
	fmt.Println(delta, err)
	// Output: {"address":{"home":"new","work":"w"}} <nil>
}
