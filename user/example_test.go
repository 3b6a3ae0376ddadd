package user_test

import (
	"errors"
	"fmt"

	"github.com/metameld/metameld/user"
)

// What Auth0 answers to a creation has more than was sent.
func ExampleNew() {
	c := user.Creation{Connection: user.Value("members"), Email: user.Value("Kim@example.com"), Password: user.Value("correct-horse")}
	out, err := user.New(c, "7", user.Circumstances{Connection: user.Connection{Name: "members", Kind: user.Database}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.Profile.UserID.Or(""), out.Profile.Email.Or(""), out.Profile.Nickname.Or(""))
	for _, e := range out.Effects {
		fmt.Println(e.Kind)
	}
	// Output:
	// auth0|7 kim@example.com kim
	// verification-email
}

// A rule is found in whatever a verdict holds.
func ExampleCreation_Validate() {
	c := user.Creation{Email: user.Value("kim@example.com")}
	var at user.Circumstances
	broken := errors.Is(c.Validate(at).Err(), user.RuleConnection)
	fmt.Println(broken)
	// Output: true
}
