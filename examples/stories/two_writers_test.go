package stories

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
)

// Join the changes of two writers who read the same profile. Conflicts lists where
// their payloads would overwrite each other, and Merge3 joins the changes that do not
// conflict. Send the difference to what is stored now.
func Example_twoWriters() {
	read := metadata.MustParse(`{"address":{"home":"12 Elm Street","work":"99 High Street"},"color":"green"}`)
	ours := metadata.MustParse(`{"address":{"home":"7 Oak Lane","work":"99 High Street"},"color":"green"}`)
	theirs := metadata.MustParse(`{"address":{"home":"12 Elm Street","work":"1 Sea Road"},"color":"blue"}`)

	a, err := metadata.FirstLevel.Diff(read, ours)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := metadata.FirstLevel.Diff(read, theirs)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(patch.Conflicts(patch.Payload{UserMetadata: a}, patch.Payload{UserMetadata: b}))

	both, conflicts := metadata.Merge3(read, ours, theirs)
	fmt.Println(both, len(conflicts))
	send, err := metadata.FirstLevel.Diff(theirs, both) // theirs is stored now
	fmt.Println(send, err)
	// Output:
	// [/user_metadata/address]
	// {"address":{"home":"7 Oak Lane","work":"1 Sea Road"},"color":"blue"} 0
	// {"address":{"home":"7 Oak Lane","work":"1 Sea Road"}} <nil>
}
