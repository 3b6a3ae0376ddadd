package stories

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
)

// Send a deep change to an API that merges the first level only. Sent as it is, the
// change removes its siblings; FromDeep keeps them.
func Example_deepChange() {
	before := metadata.MustParse(`{"address":{"home":"12 Elm Street","work":"99 High Street"}}`)
	intent := metadata.MustDelta(`{"address":{"home":"7 Oak Lane"}}`)

	for _, c := range metadata.Changes(before, metadata.FirstLevel.Merge(before, intent)) {
		fmt.Println("as it is:", c)
	}
	repaired, err := metadata.FirstLevel.FromDeep(before, intent)
	if err != nil {
		fmt.Println(err) // the change cannot be made at the first level
		return
	}
	fmt.Println("send:", repaired)
	for _, c := range metadata.Changes(before, metadata.FirstLevel.Merge(before, repaired)) {
		fmt.Println("repaired:", c)
	}
	// Output:
	// as it is: replaced /address/home
	// as it is: removed /address/work
	// send: {"address":{"home":"7 Oak Lane","work":"99 High Street"}}
	// repaired: replaced /address/home
}
