package user_test

import (
	"fmt"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// A program that updates users reads each connection once, and judges payloads by it.
func ExampleParseConnection() {
	body := []byte(`{"name":"staff","strategy":"auth0","options":{"attributes":{
		"email":{"identifier":{"active":true},"profile_required":true},
		"username":{"identifier":{"active":true},"validation":{"min_length":3,"max_length":20}}}}}`)
	c, warnings, err := user.ParseConnection(body) // of GET /api/v2/connections/{id}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Kind, len(warnings))
	t := user.Target{Connection: c, Sources: rule.Current} // c: see ParseConnection
	for _, p := range []patch.Payload{
		{Username: user.Set("kim.lee")}, {Username: user.Set("k")}, {Email: user.Null[string]()}, {PhoneNumber: user.Set("+12025550143")},
	} {
		fmt.Println(p.Validate(t).Err())
	}
	// Output:
	// database 0
	// <nil>
	// username has 1 characters; the connection allows 3 to 20 [value.username-length] at /username
	// email cannot be removed: the connection requires it on the user profile [value.required-attribute] at /email
	// phone_number is refused: the connection declares its attributes, and phone_number is none of them [value.phone-database] at /phone_number
}
