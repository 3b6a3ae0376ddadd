package rule

import "fmt"

// Sources selects which sources count if they disagree. A payload that is valid under a
// setting is valid under the settings after it. The zero Sources is Strict.
type Sources uint8

// The settings.
const (
	Strict  Sources = iota // the stricter source counts; for unit tests and conservative checks
	Lenient                // a payload is refused only if every source refuses it; for exploring
)

var sourcesNames = [...]string{"strict", "lenient"}

// String returns "strict" or "lenient".
func (s Sources) String() string {
	if int(s) >= len(sourcesNames) {
		s = Strict
	}
	return sourcesNames[s]
}

// MarshalText returns the text of String.
func (s Sources) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText sets s to the setting that text names. Any other text is an error.
func (s *Sources) UnmarshalText(text []byte) error {
	for i, name := range sourcesNames {
		if string(text) == name {
			*s = Sources(i)
			return nil
		}
	}
	return fmt.Errorf("rule: sources are neither %q nor %q", sourcesNames[0], sourcesNames[1])
}

// Policies selects the readings of single rules by name; it overrides [Sources]. Rules
// and readings that the catalogue does not list are ignored.
type Policies map[ID]string

// Reading returns the name of the reading that holds for the rule: the one that p
// selects; otherwise "lenient" if s is [Lenient] and the rule has that reading;
// otherwise the first. It returns "" for a rule without readings.
func (p Policies) Reading(s Sources, id ID) string {
	r, _ := find(id)
	if name, ok := p[id]; ok && r.has(name) {
		return name
	}
	if s == Lenient && r.has(lenient) {
		return lenient
	}
	if len(r.Readings) > 0 {
		return r.Readings[0].Name
	}
	return ""
}
