package rule

// ID identifies a rule, such as patch.null; its meaning never changes. It is an error, so
// that errors.Is finds it in every error that contains a violation of the rule.
type ID string

// Error returns the id.
func (id ID) Error() string { return string(id) }

// Rule is one statement about the API. The zero Rule is not in the catalogue.
type Rule struct {
	ID        ID        `json:"id"`
	Topic     string    `json:"topic"` // attributes, metadata, connection, lifecycle, linking, actions or results
	Statement string    `json:"statement"`
	Severity  Severity  `json:"severity"`
	Evidence  Evidence  `json:"evidence"`
	Source    string    `json:"source"`
	Readings  []Reading `json:"readings,omitempty"` // the first is the default
}

// has reports whether r has a reading of that name.
func (r *Rule) has(name string) bool {
	for i := range r.Readings {
		if r.Readings[i].Name == name {
			return true
		}
	}
	return false
}

// Reading is one interpretation of a rule on which sources disagree or whose effect is
// not documented.
type Reading struct {
	Name      string `json:"name"`
	Statement string `json:"statement"`
	Source    string `json:"source"`
	Date      string `json:"date"`              // when the source was last known to hold
	Current   bool   `json:"current,omitempty"` // the newest source says so
}

// Evidence grades how certain a rule is.
type Evidence string

// The grades of evidence, from the most to the least certain.
const (
	Documented Evidence = "documented" // Auth0's documentation states it
	Observed   Evidence = "observed"   // a real response or report shows it
	Inferred   Evidence = "inferred"   // the library derives it from other facts
	Disputed   Evidence = "disputed"   // sources disagree
)

// Severity tells whether a violation makes the API refuse a payload.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"   // the API refuses the payload
	SeverityWarning Severity = "warning" // the API accepts it; check that it is intended
)
