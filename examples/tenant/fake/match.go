package fake

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// exists holds if the user has a value of the field.
type exists struct{ field }

func (c exists) holds(u *committed) bool {
	_, ok := c.first(u, func(metadata.Value) bool { return true })
	return ok
}

// term holds if a value of the field matches.
type term struct {
	field
	phrase  string // the value that matches; "" if others match too
	matches func(metadata.Value) bool
}

func (c term) holds(u *committed) bool {
	_, ok := c.first(u, c.matches)
	return ok
}

// anyName holds if an e-mail or a name of the user matches a term without a field: a word
// if it is one of the words, a phrase if its words follow each other, and a word with
// stars if it matches a word or the whole text. The case does not count.
//
// Source: Auth0 docs, User Search Query Syntax: a term can be a single word or a phrase,
// whose words match in the same order, and without a field it does not match
// user_metadata. That it matches these fields only is inferred: the page calls them the
// normalized ones.
type anyName struct{ matches func(text string) bool }

func (c anyName) holds(u *committed) bool {
	return slices.ContainsFunc([]string{"email", "name", "given_name", "family_name", "nickname"}, func(name string) bool {
		v, _ := u.object.Get(name)
		s, ok := v.Str()
		return ok && c.matches(strings.ToLower(s))
	})
}

// words returns the words of s between blanks, with a blank around each.
func words(s string) string { return " " + strings.Join(wordsOf(s), " ") + " " }

func wordsOf(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// nameHas returns the condition that an e-mail or a name has the words of a term.
func nameHas(text string) condition {
	want := words(text)
	return anyName{func(s string) bool { return want != "  " && strings.Contains(words(s), want) }}
}

// nameLike returns the condition that an e-mail or a name, or a word in it, matches w.
func nameLike(w pattern) (condition, string) {
	w, fault := w.folded(strings.ToLower)
	return anyName{func(s string) bool { return w.matches(s) || slices.ContainsFunc(wordsOf(s), w.matches) }}, fault
}

// fold returns s as comparisons of f see it.
func (f *field) fold(s string) string {
	if f.kind == foldedText {
		return strings.ToLower(s)
	}
	return s
}

// isText reports whether a value is a text, and returns it as comparisons of f see it.
func (f *field) isText(v metadata.Value) (string, bool) {
	s, ok := v.Str()
	return f.fold(s), ok
}

// The methods below return the condition, or a fault that says what is wrong with it.

// equals returns the condition that f is s.
func (f *field) equals(s string) (condition, string) {
	t := term{field: *f, phrase: s}
	n, isNumber := numberOf(s)
	switch f.kind {
	case boolean:
		if s != "true" && s != "false" {
			return nil, "a field is true or false"
		}
	case number:
		if !isNumber {
			return nil, "a field is a number"
		}
	case moment:
		return f.between(s, s, false, false)
	}
	want := f.fold(s)
	t.matches = func(v metadata.Value) bool {
		if v.Kind() == metadata.KindNumber && isNumber {
			m, ok := v.Float64()
			return ok && m == n
		}
		return v.Kind() != metadata.KindObject && f.fold(plain(v)) == want
	}
	return t, ""
}

// like returns the condition that f matches a word with wildcards.
func (f *field) like(w pattern) (condition, string) {
	if f.path[0] == "user_metadata" {
		return nil, "user_metadata has no wildcard searches"
	}
	if f.kind != exactText && f.kind != foldedText && f.kind != open {
		return nil, "only texts have wildcard searches"
	}
	w, fault := w.folded(f.fold)
	return term{field: *f, matches: func(v metadata.Value) bool {
		s, ok := f.isText(v)
		return ok && w.matches(s)
	}}, fault
}

// folded returns w as comparisons see it, or a fault.
func (w pattern) folded(fold func(string) string) (pattern, string) {
	if w[0] == "" && len([]rune(strings.Join(w, ""))) < 3 {
		return nil, "three characters or more must follow a star that comes first"
	}
	w = slices.Clone(w)
	for i, literal := range w {
		w[i] = fold(literal)
	}
	return w, ""
}

// matches reports whether s begins and ends with the outer literals of w, and has the
// others between them in order.
func (w pattern) matches(s string) bool {
	s, ok := strings.CutPrefix(s, w[0])
	if !ok {
		return false
	}
	last := len(w) - 1
	for _, literal := range w[1:last] {
		at := strings.Index(s, literal)
		if at < 0 {
			return false
		}
		s = s[at+len(literal):]
	}
	return strings.HasSuffix(s, w[last])
}

// between returns the condition that f is in a range. A bound that is "" is none.
//
// A time that is no more than a year, a month or a day stands for all of it: the range up
// to 2017-12-31 includes that day, as an example of the documentation has it.
func (f *field) between(from, to string, openFrom, openTo bool) (condition, string) {
	switch {
	case f.path[0] == "user_metadata":
		return nil, "user_metadata has no range searches"
	case f.kind == boolean:
		return nil, "a field is true or false"
	case f.kind == moment:
		return f.betweenTimes(from, to, openFrom, openTo)
	}
	low, isLow := numberOf(from)
	high, isHigh := numberOf(to)
	numbers := (from == "" || isLow) && (to == "" || isHigh)
	if f.kind == number && !numbers {
		return nil, "a field is a number"
	}
	first, last := f.fold(from), f.fold(to)
	return term{field: *f, matches: func(v metadata.Value) bool {
		if n, ok := v.Float64(); ok && numbers {
			return (from == "" || n > low || n == low && !openFrom) && (to == "" || n < high || n == high && !openTo)
		}
		s, ok := f.isText(v)
		return ok && f.kind != number && (from == "" || s > first || s == first && !openFrom) && (to == "" || s < last || s == last && !openTo)
	}}, ""
}

func (f *field) betweenTimes(from, to string, openFrom, openTo bool) (condition, string) {
	var start, end time.Time // a value is at start or later, and before end
	if from != "" {
		first, next, ok := span(from)
		if !ok {
			return nil, "a field is a time, such as 2017-12-31"
		}
		if start = first; openFrom {
			start = next
		}
	}
	if to != "" {
		first, next, ok := span(to)
		if !ok {
			return nil, "a field is a time, such as 2017-12-31"
		}
		if end = next; openTo {
			end = first
		}
	}
	return term{field: *f, matches: func(v metadata.Value) bool {
		s, _ := v.Str()
		t, err := user.Timestamp(s).Time()
		return err == nil && (from == "" || !t.Before(start)) && (to == "" || t.Before(end))
	}}, ""
}
