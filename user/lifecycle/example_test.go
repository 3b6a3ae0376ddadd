package lifecycle_test

import (
	"errors"
	"fmt"

	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// The created profile has the attributes that Auth0 derives.
func ExampleCreation_Create() {
	c := lifecycle.Creation{
		Connection: user.Set("members"), Email: user.Set("Kim@example.com"), Password: user.Set(user.NewSecret("correct-horse")),
	}
	out, err := c.Create("7", user.Target{Connection: user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.Profile.UserID, out.Profile.Email, out.Profile.Nickname)
	for _, e := range out.Effects {
		fmt.Println(e.Kind)
	}
	// Output:
	// auth0|7 kim@example.com kim
	// verification-email
}

// errors.Is finds a rule in the error of a verdict.
func ExampleCreation_Validate() {
	c := lifecycle.Creation{Email: user.Set("kim@example.com")}
	err := c.Validate(user.Target{Connection: user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}}).Err()
	fmt.Println(errors.Is(err, rule.ConnectionRequired))
	// Output: true
}

// A login removes an attribute that the identity provider no longer returns.
func ExampleLogin() {
	cached := user.Profile{Email: user.Set("kim@example.com"), EmailVerified: user.Set(true), Name: user.Set("Kim"), GivenName: user.Set("Kim")}
	login := user.Profile{Email: user.Set("kim@example.com"), EmailVerified: user.Set(true), Name: user.Set("Kim Lee")}
	out, err := lifecycle.Login(cached, login, user.Target{Connection: user.Connection{Name: "google-oauth2", Strategy: "google-oauth2", Kind: user.Social}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range out.Changes() {
		fmt.Println(c)
	}
	// Output:
	// replaced /name
	// removed /given_name
}
