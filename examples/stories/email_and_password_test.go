package stories

import (
	"fmt"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Change the e-mail and the password of a user. The API refuses both in one body, so
// the plan has two bodies, the e-mail first.
func Example_emailAndPassword() {
	before := user.Profile{Email: user.Set("rosa@example.com"), EmailVerified: user.Set(true)}
	goal := patch.Payload{
		Email:       user.Set("rosa@example.org"),
		Password:    user.Set(user.NewSecret("a-new-horse-1")),
		VerifyEmail: user.Set(true),
	}
	target := user.Target{Connection: user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}, Sources: rule.Current}
	plan, err := patch.Plan(before, goal, target)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, p := range plan {
		out, err := p.Apply(before, target)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(i+1, p) // the password is masked
		for _, e := range out.Effects {
			fmt.Println("  ", e.Kind)
		}
		before = out.Profile
	}
	// Output:
	// 1 {"email":"rosa@example.org","verify_email":true}
	//    verification-email
	//    sessions-expire
	// 2 {"password":"********"}
	//    sessions-expire
}
