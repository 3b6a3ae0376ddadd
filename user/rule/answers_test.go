package rule

import "testing"

// Each star stands for one character or more, and the last words of a pattern may occur before
// the end too.
func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		pattern, s string
		want       bool
	}{
		{"a", "a", true}, {"a.", "a", true}, {"a", "a.", true}, {"a", "b", false}, {"a", "ab", false},
		{"a*c", "abc", true}, {"a*c", "ac", false}, {"a*c", "abcbc", true}, {"a*c", "acc", true}, {"a*c", "abcd", false}, {"a*", "ab", true}, {"a*", "a", false},
		{"*c", "bc", true}, {"*c", "c", false}, {"a*b*c", "a-b-c", true}, {"a*b*c", "a-b-b-c-c", true}, {"a*b*c", "a-c-b", false}, {"a*b*", "a-b-", true}, {"a*b*", "a-b", false},
	} {
		if got := matches(tt.pattern, tt.s); got != tt.want {
			t.Errorf("matches(%q, %q) = %v", tt.pattern, tt.s, got)
		}
	}
	for _, s := range []Sources{Sources(len(sourcesNames)), 255} {
		if s.String() != Strict.String() {
			t.Errorf("an unknown setting is %s", s)
		}
	}
}
