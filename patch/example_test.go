package patch_test

import (
	"errors"
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// A literal reads like the JSON that will be sent: what is absent is not sent,
// null removes.
func ExamplePayload() {
	p := patch.Payload{
		GivenName:    patch.Set("Ann"),
		Picture:      patch.Null[string](),
		Blocked:      patch.Value(false),
		UserMetadata: metadata.MustDelta(`{"color":"red","shape":null}`),
	}
	fmt.Println(string(p.AppendJSON(nil)))
	// Output:
	// {"blocked":false,"user_metadata":{"color":"red","shape":null},"given_name":"Ann","picture":null}
}

// Every violation is listed, each with its rule.
func ExamplePayload_Validate() {
	p, err := patch.Parse([]byte(`{"password":"secret","email":"ann@example.com","blocked":null}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	err = p.Validate(patch.Target{}).Err()
	fmt.Println(err)
	fmt.Println(errors.Is(err, patch.RuleExclusive))
	// Output:
	// blocked cannot be null [patch.null] at /blocked
	// cannot update password and email simultaneously [patch.exclusive-attributes] at /password
	// true
}

// {} for a metadata object is not nothing: it removes everything in it.
func ExamplePayload_Apply_wipe() {
	u := user.Profile{AppMetadata: metadata.MustParse(`{"plan":"gold"}`)}
	out, err := patch.Payload{AppMetadata: metadata.Wipe()}.Apply(u, patch.Target{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.Changes)
	fmt.Println(out.Warnings[0].Message)
	// Output:
	// [removed /app_metadata]
	// {} removes everything in app_metadata
}

// Where sources contradict each other the stricter one holds, unless the target
// says otherwise.
func ExampleTarget() {
	p := patch.Payload{Nickname: patch.Set("ann")}
	t := patch.Target{Connection: user.Connection{Kind: user.CustomDatabase}, Migrated: true}
	fmt.Println(p.Validate(t).Valid())
	t.Lenient = true
	fmt.Println(p.Validate(t).Valid(), p.Validate(t).Warnings[0].Rule)
	// Output:
	// false
	// true patch.migrated-attributes
}
