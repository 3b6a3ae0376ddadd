package stories

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
)

// A deep change through an API that merges one level: sent as it is, it loses
// what stands beside it. Lower makes it one that does not.
func Example_deepChange() {
	before := metadata.MustParse(`{"address":{"home":"12 Elm Street","work":"99 High Street"}}`)
	intent := metadata.MustDelta(`{"address":{"home":"7 Oak Lane"}}`)

	for _, c := range metadata.Changes(before, metadata.FirstLevel.Merge(before, intent)) {
		fmt.Println("as it is:", c)
	}
	lowered, err := metadata.FirstLevel.FromDeep(before, intent)
	if err != nil {
		fmt.Println(err) // what one first-level change cannot say
		return
	}
	fmt.Println("send:", lowered)
	for _, c := range metadata.Changes(before, metadata.FirstLevel.Merge(before, lowered)) {
		fmt.Println("lowered:", c)
	}
	// Output:
	// as it is: replaced /address/home
	// as it is: removed /address/work
	// send: {"address":{"home":"7 Oak Lane","work":"99 High Street"}}
	// lowered: replaced /address/home
}
