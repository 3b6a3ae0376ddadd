package user

import "time"

// Circumstances is what must be known, besides a payload or a login, to say what
// comes of it. Of the zero Circumstances nothing is known: only the rules that
// hold for every user apply, strictly.
type Circumstances struct {
	Connection Connection // of the identity that is created or logs in
	Migrated   bool       // a custom database's user who moved to Auth0

	// Lenient turns refusals that sources dispute into warnings. What passes
	// strictly passes leniently.
	Lenient bool

	// Now, where it is given, is the moment: timestamps become it.
	Now time.Time

	// Policies chooses a reading of single rules, by the names that [Rules] lists.
	Policies map[RuleID]string
}

// The readings that several rules share.
const (
	strict  = "strict"
	lenient = "lenient"
)

// reading returns the reading of the rule that holds: the one that Policies names,
// "lenient" where at is lenient and the rule has it, or the first.
func (at *Circumstances) reading(id RuleID) string {
	r := ruleOf(id)
	if name, ok := at.Policies[id]; ok && r.has(name) {
		return name
	}
	if at.Lenient && r.has(lenient) {
		return lenient
	}
	if len(r.Readings) > 0 {
		return r.Readings[0].Name
	}
	return ""
}

// inStore reports whether the user is kept in Auth0's own store, and not in a
// database of the tenant's or with an identity provider.
func (at *Circumstances) inStore() bool {
	return at.Connection.Kind == Database || at.Connection.Kind == CustomDatabase && at.Migrated
}
