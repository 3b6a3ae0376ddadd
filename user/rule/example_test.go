package rule_test

import (
	"errors"
	"fmt"

	"github.com/metameld/metameld/user/rule"
)

// Find the rule that an answer of the API is about.
func ExampleMatch() {
	status, message := 409, "Specified identity already exists."

	if r, ok := rule.Match(rule.EndpointLink, status, message); ok && r.ID == rule.AlreadyLinked {
		fmt.Println(r.Statement)
	}
	// Output:
	// An identity that is already linked cannot be linked again.
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
