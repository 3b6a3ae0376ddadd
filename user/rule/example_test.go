package rule_test

import (
	"errors"
	"fmt"

	"github.com/metameld/metameld/user/rule"
)

// What did this 400 mean? Find the rule that an answer of the API is about.
func ExampleMatch() {
	status, message := 400, "The following user attributes cannot be updated: name. The connection (google-oauth2) must either be "+
		"a database connection (using the Auth0 store), a passwordless connection (email or sms) or has disabled "+
		"'Sync user profile attributes at each login'. For more information, see "+
		"https://auth0.com/docs/dashboard/guides/connections/configure-connection-sync"

	if r, ok := rule.Match(rule.EndpointUpdate, status, message); ok && r.ID == rule.SyncedAttributes {
		fmt.Println(r.Statement)
	}
	// Output:
	// The profile attributes cannot be updated while the connection syncs them from the identity provider at each login.
}

// Find one rule in the error of a verdict, then list every violation.
func ExampleViolations() {
	err := rule.Verdict{Violations: rule.Violations{
		{Rule: rule.ExclusiveAttributes, Pointer: "/password", Message: "password and email exclude each other"},
	}}.Err()

	fmt.Println(errors.Is(err, rule.ExclusiveAttributes))
	var list rule.Violations
	if errors.As(err, &list) {
		for _, v := range list {
			fmt.Println(v.Pointer, v.Message)
		}
	}
	// Output:
	// true
	// /password password and email exclude each other
}
