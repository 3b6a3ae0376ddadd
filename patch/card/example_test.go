package card_test

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch/card"
	"github.com/metameld/metameld/user"
)

// A blank input clears the attribute, or is not sent: the card's option decides.
func ExampleForm() {
	f := card.Form{
		ID:       user.Set("auth0|507f1f77"),
		Nickname: user.Set(""),
		Metadata: metadata.Value{}, // not on the card
		Blocked:  user.Set(false),  // false is not blank
	}
	for _, empties := range []metadata.Empties{metadata.SkipEmpty, metadata.PassEmpty} {
		p, _ := f.Payload(empties)
		fmt.Println(p)
	}
	// Output:
	// {"blocked":false}
	// {"blocked":false,"nickname":null}
}

// The output fields of a user are keyed by the card's labels.
func ExampleOutput() {
	o, err := card.Output(user.Profile{UserID: user.Set(user.ID("auth0|1")), GivenName: user.Set("Ann")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(o)
	// Output:
	// {"Raw Output":{"user_id":"auth0|1","given_name":"Ann"},"ID":"auth0|1","Given Name":"Ann"}
}
