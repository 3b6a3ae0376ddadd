package rule

import (
	"fmt"
	"slices"

	"github.com/metameld/metameld/internal/limit"
)

// The names of readings that several rules have.
const (
	strict  = "strict"
	lenient = "lenient"
	refused = "refused"
)

// because is why a reading holds, and the source of that.
type because struct{ statement, source string }

// reading returns the reading of that name.
func reading(name string, b because) Reading {
	return Reading{Name: name, Statement: b.statement, Source: b.source, Date: dateOf(b.source)}
}

// refuses returns the readings of a rule on which sources disagree: why the strict
// reading refuses the payload and why the lenient one accepts it.
func refuses(strictly, leniently because) []Reading {
	strictly.statement = "refused: " + strictly.statement
	leniently.statement = "accepted with a warning: " + leniently.statement
	return []Reading{reading(strict, strictly), reading(lenient, leniently)}
}

// between inserts a reading between the strict and the lenient one.
func between(readings []Reading, name string, b because) []Reading {
	return []Reading{readings[0], reading(name, b), readings[1]}
}

// accepts returns the readings of a step that is not documented: why it is accepted by
// default, and a reading that refuses it.
func accepts(b because) []Reading {
	b.statement = "accepted with a warning: " + b.statement
	return []Reading{reading("accepted", b), reading(refused, because{"refused until a source documents it", b.source})}
}

// current marks the reading of that name as the one of the newest source.
func current(name string, readings []Reading) []Reading {
	for i := range readings {
		readings[i].Current = readings[i].Name == name
	}
	return readings
}

// say returns a statement with its limits filled in.
func say(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// The rules on the results of this library.
const (
	MetadataUnreachable ID = "metadata.unreachable" // a diff whose goal the merge mode cannot store
	More                ID = "value.more"           // the last entry of a list that is too long
)

// resultRules are the rules on the results of this library.
var resultRules = []Rule{{
	ID: MetadataUnreachable, Severity: SeverityError, Evidence: Documented,
	Statement: "A diff cannot lead to a value that its merge mode cannot store, such as a null in a mode where null removes the member.",
	Source:    "RFC 7396; Auth0 docs, Manage User Metadata",
}, {
	ID: More, Severity: SeverityWarning, Evidence: Inferred,
	Statement: say("A list of violations has at most %s entries and %s of pointers; if there are more, its last entry is this rule. Warnings that Apply adds are limited separately from those of Validate.", limit.Count(limit.Entries), limit.Size(limit.Pointers)),
	Source:    "this library: hostile input cannot exhaust memory",
}}

// catalogue lists every rule in the order in which violations are reported. It is
// never changed.
var catalogue = slices.Concat(
	topic("attributes", attributeRules), topic("metadata", metadataRules), topic("connection", connectionRules),
	topic("lifecycle", lifecycleRules), topic("linking", linkingRules), topic("actions", actionRules), topic("results", resultRules),
)

// topic returns a copy of rules with their Topic set to name and their sources dated.
func topic(name string, rules []Rule) []Rule {
	rules = slices.Clone(rules)
	for i := range rules {
		rules[i].Topic, rules[i].Source = name, dated(rules[i].Source)
	}
	return rules
}

// indexes maps the id of each rule to its index in catalogue. It is never changed.
var indexes = func() map[ID]int {
	m := make(map[ID]int, len(catalogue))
	for i, r := range catalogue {
		m[r.ID] = i
	}
	return m
}()

// All returns every rule in the order in which violations are reported. The result is
// a copy that the caller may change.
func All() []Rule {
	list := slices.Clone(catalogue)
	for i := range list {
		list[i].Readings = slices.Clone(list[i].Readings)
	}
	return list
}

// Find returns the rule with the id, and reports whether the catalogue has one. The
// result is a copy that the caller may change.
func Find(id ID) (Rule, bool) {
	found := find(id)
	if found == nil {
		return Rule{}, false
	}
	r := *found
	r.Readings = slices.Clone(r.Readings)
	return r, true
}

// find is Find without the copy: the caller must not change the rule. It returns nil if
// the catalogue has none.
func find(id ID) *Rule {
	if i, ok := indexes[id]; ok {
		return &catalogue[i]
	}
	return nil
}
