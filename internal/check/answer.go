package check

import "strings"

// Answer is what the API answers where a rule is broken, word for word.
type Answer struct {
	Rule    string
	Status  int
	Message string
}

// Answers lists what an endpoint answers.
type Answers []Answer

// To returns the answer to a violation of the rule, the first of several; the zero
// Answer where none is known.
func (as Answers) To(rule string) Answer {
	for _, a := range as {
		if a.Rule == rule {
			return a
		}
	}
	return Answer{}
}

// Match returns the answer that has the status and the message, with or without
// the full stop.
func (as Answers) Match(status int, message string) (Answer, bool) {
	bare := func(s string) string { return strings.TrimSuffix(s, ".") }
	for _, a := range as {
		if a.Status == status && bare(a.Message) == bare(message) {
			return a, true
		}
	}
	return Answer{}, false
}
