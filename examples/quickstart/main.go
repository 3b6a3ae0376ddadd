// Quickstart is the example of the README: it applies a payload, lists the changes and
// repairs the payload.
package main

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func main() {
	u := user.Profile{UserMetadata: metadata.MustParse(`{"color":"red","address":{"home":"h","work":"w"}}`)}
	p := patch.Payload{UserMetadata: metadata.MustDelta(`{"address":{"home":"new"}}`)}

	google := user.Connection{Name: "google-oauth2", Strategy: "google-oauth2", Kind: user.Social}
	out, err := p.Apply(u, user.Target{Connection: google, Sources: rule.Current})
	if err != nil {
		fmt.Println("the API would refuse the payload:", err)
		return
	}
	for _, c := range out.Changes() {
		fmt.Println(c) // replaced /user_metadata/address/home, removed /user_metadata/address/work
	}

	p.UserMetadata, err = metadata.FirstLevel.FromDeep(u.UserMetadata, p.UserMetadata)
	if err != nil {
		fmt.Println("no payload has this effect:", err)
		return
	}
	fmt.Println(p) // {"user_metadata":{"address":{"home":"new","work":"w"}}}
}
