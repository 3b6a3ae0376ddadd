package stories

import (
	"fmt"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
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
	target := user.Target{Connection: user.Connection{Name: "members", Kind: user.Database}}

	if answer, known := goal.Response(target); known {
		fmt.Println(answer.StatusCode, answer.Message)
	}
	plan, err := patch.Plan(before, goal, target)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, p := range plan {
		fmt.Println(i+1, p) // the password is masked
		out, err := p.Apply(before, target)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, e := range out.Effects {
			fmt.Println("  ", e.Kind)
		}
		before = out.Profile
	}
	// Output:
	// 400 Cannot update password and email simultaneously.
	// 1 {"email":"rosa@example.org","verify_email":true}
	//    verification-email
	//    sessions-expire
	// 2 {"password":"********"}
	//    sessions-expire
}
