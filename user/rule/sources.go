package rule

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Sources selects which sources count if they disagree. A payload that is valid under a
// setting is valid under the settings after it. The zero Sources is Strict. A setting of
// the connection itself, such as its attributes, overrides every source.
type Sources uint8

// The settings.
const (
	Strict  Sources = iota // first the five documents in docs/sources.md (a workflow card and older pages), then recorded answers, then the stricter page
	Current                // the newest source counts; for guards in front of the API
	Lenient                // only what no source accepts is refused; for exploring
)

var sourcesNames = [...]string{"strict", "current", "lenient"}

// String returns "strict", "current" or "lenient".
func (s Sources) String() string {
	if int(s) >= len(sourcesNames) {
		s = Strict
	}
	return sourcesNames[s]
}

// MarshalText returns the text of String.
func (s Sources) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText sets s to the setting that text names. Any other text is an error,
// which is not a [Violations] since no rule is broken.
func (s *Sources) UnmarshalText(text []byte) error {
	for i, name := range sourcesNames {
		if string(text) == name {
			*s = Sources(i)
			return nil
		}
	}
	return fmt.Errorf("rule: sources are none of %q", sourcesNames)
}

// Policies selects the readings of single rules by name; it overrides [Sources]. A rule
// or a reading that the catalogue does not list has no effect and is not reported; a
// target that is read from JSON refuses it, and so does [ParsePolicies].
type Policies map[ID]string

// Reading returns the name of the reading that holds for the rule: the one that p
// selects; otherwise, under [Lenient], the one named "lenient"; otherwise, unless s is
// [Strict], the one of the newest source; otherwise the first. It returns "" for a rule
// without readings.
func (p Policies) Reading(s Sources, id ID) string {
	r := find(id)
	if r == nil || len(r.Readings) == 0 {
		return ""
	}
	if name, ok := p[id]; ok && r.has(name) {
		return name
	}
	if s == Lenient && r.has(lenient) {
		return lenient
	}
	for i := range r.Readings {
		if r.Readings[i].Current && (s == Current || s == Lenient) {
			return r.Readings[i].Name
		}
	}
	return r.Readings[0].Name
}

// ParsePolicies returns the policies in text, a JSON object of readings by the ids of
// their rules, as encoding/json writes Policies. A rule or a reading that the catalogue
// does not list is an error, and so is a rule that is there twice. The error is not a
// [Violations], and it contains no value of text.
func ParsePolicies(text []byte) (Policies, error) {
	if !json.Valid(text) {
		return nil, errPolicies
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if t, _ := d.Token(); t != json.Delim('{') {
		return nil, errPolicies
	}
	p := Policies{}
	for d.More() {
		name, _ := d.Token()
		value, _ := d.Token()
		id, _ := name.(string)
		r := find(ID(id))
		if r == nil {
			return nil, errors.New("rule: the policies name a rule that the catalogue does not list")
		}
		reading, _ := value.(string)
		if !r.has(reading) {
			return nil, fmt.Errorf("rule: the policies name a reading that %s does not have", r.ID)
		}
		if _, twice := p[r.ID]; twice {
			return nil, fmt.Errorf("rule: the policies have %s twice", r.ID)
		}
		p[r.ID] = reading
	}
	return p, nil
}

var errPolicies = errors.New("rule: the policies are not a JSON object of texts")
