// Quickstart is the example of the README: what would this payload do, and what
// was meant?
package main

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

func main() {
	u := user.Profile{UserMetadata: metadata.MustParse(`{"color":"red","address":{"home":"h","work":"w"}}`)}
	p := patch.Payload{UserMetadata: metadata.MustDelta(`{"address":{"home":"new"}}`)}

	out, err := p.Apply(u, patch.Target{Connection: user.Connection{Kind: user.Social}})
	if err != nil {
		fmt.Println("the API would refuse this:", err)
		return
	}
	for _, c := range out.Changes {
		fmt.Println(c) // replaced /user_metadata/address/home, removed /user_metadata/address/work
	}

	meant, err := metadata.FirstLevel.FromDeep(u.UserMetadata, p.UserMetadata)
	if err != nil {
		fmt.Println("one payload cannot say this:", err)
		return
	}
	fmt.Println(meant) // {"address":{"home":"new","work":"w"}}
}
