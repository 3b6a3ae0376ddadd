package fake

import (
	"net/http"
	"slices"
	"strings"
)

// Limits of a query. The API's own are not known; it answers 414 where a query is too
// long.
const (
	longestQuery = 4096
	deepestQuery = 16 // parentheses inside each other
)

// condition is what a search asks of a user.
type condition interface{ holds(u *committed) bool }

type (
	every  []condition
	either []condition
	not    struct{ condition }
)

func (c every) holds(u *committed) bool {
	return !slices.ContainsFunc(c, func(x condition) bool { return !x.holds(u) })
}

func (c either) holds(u *committed) bool {
	return slices.ContainsFunc(c, func(x condition) bool { return x.holds(u) })
}

func (c not) holds(u *committed) bool { return !c.condition.holds(u) }

// parseQuery reads a query of the API's syntax:
//
//	query  = both { "OR" both }
//	both   = clause { "AND" clause }
//	clause = [ "NOT" ] ( "(" query ")" | "_exists_" ":" field | field ":" value | word | phrase )
//	value  = word | phrase | range | "(" query of values ")"
//	range  = ( "[" | "{" ) bound " TO " bound ( "]" | "}" )
//
// The fields are those of [fieldOf]. A phrase stands in double quotes and matches as a
// whole. A word has no blank, and a star in it stands for any text; before a star that
// comes first, three characters or more must follow. A backslash takes the next character
// as it is. For a word or phrase without a field, see [anyName].
//
// AND binds more tightly than OR; the documentation does not tell. It refuses what else the
// documentation leaves open, such as two terms without an operator between them: the page
// of version 2 mentions a default operator without its name. The status is not one of the
// 500s, for which SDKs retry.
//
// Sources: Auth0 docs, User Search Query Syntax; List and Search Users (2026-08).
func parseQuery(text string) (condition, error) {
	if len(text) > longestQuery {
		return nil, own(http.StatusRequestURITooLong, "", "The query is too long.")
	}
	p := parser{rest: text}
	if p.blanks(); p.rest == "" {
		return nil, nil
	}
	c := p.query(nil)
	if p.rest != "" {
		p.fail("a parenthesis is closed that is not open")
	}
	if p.fault != "" {
		no := own(http.StatusBadRequest, "", "This tenant does not understand the query: "+p.fault+".")
		no.ErrorCode = "invalid_query_string" // as client code of others expects it
		return nil, no
	}
	return c, nil
}

// parser reads a query. After a fault nothing is left to read.
type parser struct {
	rest  string
	depth int
	fault string
}

func (p *parser) fail(fault string) {
	if p.fault == "" {
		p.fault, p.rest = fault, ""
	}
}

func (p *parser) blanks() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// take reads s if it comes next.
func (p *parser) take(s string) (ok bool) {
	p.rest, ok = strings.CutPrefix(p.rest, s)
	return ok
}

// keyword reads an operator, which a blank or a parenthesis ends.
func (p *parser) keyword(s string) bool {
	after, ok := strings.CutPrefix(p.rest, s)
	if !ok || after != "" && !strings.Contains(" \t\r\n()", after[:1]) {
		return false
	}
	p.rest = after
	p.blanks()
	return true
}

// query reads clauses up to the end or a parenthesis. The values of a group are all of
// the field f; outside of one f is nil.
func (p *parser) query(f *field) condition {
	list := either{p.both(f)}
	for p.keyword("OR") {
		list = append(list, p.both(f))
	}
	if p.rest != "" && p.rest[0] != ')' {
		p.fail("put AND or OR between terms; the documentation does not tell what a blank means")
	}
	if len(list) == 1 {
		return list[0]
	}
	return list
}

// both reads clauses with AND between them.
func (p *parser) both(f *field) condition {
	list := every{p.clause(f)}
	for p.blanks(); p.keyword("AND"); p.blanks() {
		list = append(list, p.clause(f))
	}
	if len(list) == 1 {
		return list[0]
	}
	return list
}

func (p *parser) clause(f *field) condition {
	if p.blanks(); p.keyword("NOT") {
		return not{p.operand(f)}
	}
	return p.operand(f)
}

func (p *parser) operand(f *field) condition {
	switch {
	case p.take("("):
		return p.group(f)
	case f != nil:
		return p.value(f)
	case strings.HasPrefix(p.rest, `"`):
		return nameHas(p.phrase())
	}
	name := p.word(":")
	switch named := p.take(":"); {
	case p.fault != "":
		return nil
	case named:
		return p.ofField(name)
	case name.text() == "_exists_":
		p.fail("a colon and a field must follow _exists_")
		return nil
	case !name.isPattern():
		return nameHas(name.text())
	}
	c, fault := nameLike(name)
	if fault != "" {
		p.fail(fault)
	}
	return c
}

// ofField reads a term after the name of its field and the colon.
func (p *parser) ofField(name pattern) condition {
	if name.isPattern() {
		p.fail("a field has no wildcard")
		return nil
	}
	if name.text() == "_exists_" {
		name = p.word("")
		f, ok := fieldOf(name.text())
		if whole := []string{"user_metadata", "app_metadata", "identities"}; !ok && slices.Contains(whole, name.text()) {
			f, ok = field{path: []string{name.text()}}, true
		}
		if !ok || name.isPattern() {
			p.fail("a field cannot be searched")
		}
		return exists{f}
	}
	f, ok := fieldOf(name.text())
	if !ok {
		p.fail("a field cannot be searched")
		return nil
	}
	if p.take("(") {
		return p.group(&f)
	}
	return p.value(&f)
}

// group reads a query after its parenthesis.
func (p *parser) group(f *field) condition {
	if p.depth++; p.depth > deepestQuery {
		p.fail("too many parentheses are inside each other")
		return nil
	}
	c := p.query(f)
	if !p.take(")") {
		p.fail("a parenthesis is not closed")
	}
	p.depth--
	return c
}

func (p *parser) value(f *field) condition {
	var c condition
	var fault string
	switch {
	case strings.HasPrefix(p.rest, `"`):
		c, fault = f.equals(p.phrase())
	case strings.HasPrefix(p.rest, "[") || strings.HasPrefix(p.rest, "{"):
		c, fault = p.between(f)
	default:
		if w := p.word(""); w.isPattern() {
			c, fault = f.like(w)
		} else {
			c, fault = f.equals(w.text())
		}
	}
	if fault != "" {
		p.fail(fault)
	}
	return c
}

// pattern is a word, cut at its wildcards.
type pattern []string

func (w pattern) isPattern() bool { return len(w) > 1 }
func (w pattern) text() string    { return w[0] }

// word reads a word up to a blank, a parenthesis or one of the characters in ends. It
// refuses characters that have another meaning in Lucene.
func (p *parser) word(ends string) pattern {
	w, literal, start := pattern{}, strings.Builder{}, p.rest
	if p.rest != "" && strings.Contains(`+-!/&|<>=`, p.rest[:1]) {
		p.fail("an operator is not known; put a backslash before a character that is meant as it is")
	}
	for i := 0; i < len(p.rest); i++ {
		c := p.rest[i]
		switch {
		case strings.IndexByte(" \t\r\n)", c) >= 0 || strings.IndexByte(ends, c) >= 0:
			p.rest = p.rest[i:]
			return p.finish(w, literal.String(), start)
		case c == '\\' && i+1 < len(p.rest):
			i++
			literal.WriteByte(p.rest[i])
		case c == '*':
			w = append(w, literal.String())
			literal.Reset()
		case strings.IndexByte(`(){}[]^"~?:\`, c) >= 0, strings.HasPrefix(p.rest[i:], "&&"), strings.HasPrefix(p.rest[i:], "||"):
			p.fail("an operator is not known; put a backslash before a character that is meant as it is")
		default:
			literal.WriteByte(c)
		}
	}
	p.rest = ""
	return p.finish(w, literal.String(), start)
}

// finish returns the word w with its last piece. start begins with its text.
func (p *parser) finish(w pattern, last, start string) pattern {
	text := start[:len(start)-len(p.rest)]
	if p.fault == "" && (text == "" || slices.Contains([]string{"AND", "OR", "NOT", "TO"}, text)) {
		p.fail("a term has no value")
	}
	return append(w, last)
}

// phrase reads a text in double quotes.
func (p *parser) phrase() string {
	var text strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '"':
			p.rest = p.rest[i+1:]
			if p.rest != "" && !strings.Contains(" \t\r\n)]}", p.rest[:1]) {
				p.fail("a blank must follow a phrase")
			}
			return text.String()
		case c == '\\' && i+1 < len(p.rest):
			i++
			text.WriteByte(p.rest[i])
		default:
			text.WriteByte(c)
		}
	}
	p.fail("a phrase has no end")
	return ""
}

// between reads a range of values of f.
func (p *parser) between(f *field) (condition, string) {
	openFrom := p.rest[0] == '{'
	p.rest = p.rest[1:]
	from := p.bound()
	if p.blanks(); !p.keyword("TO") {
		p.fail("a range has TO between its bounds")
	}
	to := p.bound()
	p.blanks()
	openTo := p.take("}")
	if !openTo && !p.take("]") {
		p.fail("a range has no end")
	}
	if p.fault != "" {
		return nil, p.fault
	}
	return f.between(from, to, openFrom, openTo)
}

// bound reads one end of a range. A star, which is no bound, is "".
func (p *parser) bound() string {
	var text string
	if p.blanks(); strings.HasPrefix(p.rest, `"`) {
		text = p.phrase()
	} else {
		end := strings.IndexAny(p.rest, " \t\r\n]}")
		if end < 0 {
			p.fail("a range has no end")
			return ""
		}
		text, p.rest = p.rest[:end], p.rest[end:]
		if text == "*" {
			return ""
		}
		if strings.ContainsAny(text, `*?"\()[{`) {
			text = ""
		}
	}
	if text == "" {
		p.fail("a bound of a range is a value or a star")
	}
	return text
}
