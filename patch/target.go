package patch

import (
	"slices"
	"time"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Target is what must be known of the identity that is updated, and of the
// caller, to judge a payload. Of the zero Target nothing is known: only the rules
// that hold for every user apply, strictly.
type Target struct {
	Connection user.Connection `json:"connection,omitzero"` // of the identity that is updated
	Migrated   bool            `json:"migrated,omitzero"`   // a custom database's user who moved to Auth0
	Secondary  bool            `json:"secondary,omitzero"`  // the identity is linked to another, not the primary
	Scopes     []string        `json:"scopes,omitzero"`     // of the caller's token; nil: not judged

	// Lenient turns refusals that sources dispute into warnings. What passes
	// strictly passes leniently.
	Lenient bool `json:"lenient,omitzero"`

	// Now, where it is given, is the moment of the update: updated_at becomes it.
	Now time.Time `json:"now,omitzero"`

	// Policies chooses a reading of single rules, by the names that [Rules] and
	// [user.Rules] list. A name that is not listed there counts as absent; only
	// UnmarshalJSON reports one.
	Policies map[RuleID]string `json:"policies,omitzero"`
}

// UnmarshalJSON sets t to the target in text, whose members are connection,
// migrated, secondary, scopes, lenient, now and policies. Others are refused, as
// are rules and readings that are neither in this catalogue nor in that of package
// user: one that is spelled wrong would change the verdict. The error is a
// [metadata.Errors].
func (t *Target) UnmarshalJSON(text []byte) error {
	o, err := metadata.Parse(text)
	if err != nil {
		return err
	}
	var errs metadata.Errors
	fault := func(f metadata.Fault, path ...string) {
		errs = append(errs, &metadata.Error{Fault: f, Pointer: metadata.Pointer(path...)})
	}
	flag := func(name string, v metadata.Value) bool {
		b, ok := v.Bool()
		if !ok {
			fault(user.ErrMistyped, name)
		}
		return b
	}
	var n Target
	for name, v := range o.All() {
		switch name {
		case "connection":
			if err := n.Connection.UnmarshalJSON([]byte(v.String())); err != nil {
				for _, e := range err.(metadata.Errors) {
					errs = append(errs, &metadata.Error{Fault: e.Fault, Pointer: "/connection" + e.Pointer})
				}
			}
		case "migrated":
			n.Migrated = flag(name, v)
		case "secondary":
			n.Secondary = flag(name, v)
		case "lenient":
			n.Lenient = flag(name, v)
		case "scopes":
			if v.Kind() != metadata.KindArray {
				fault(user.ErrMistyped, name)
			}
			n.Scopes = []string{}
			for e := range v.Elements() {
				s, ok := e.Str()
				if !ok {
					fault(user.ErrMistyped, name)
				}
				n.Scopes = append(n.Scopes, s)
			}
		case "now":
			s, _ := v.Str()
			if n.Now, err = time.Parse(time.RFC3339Nano, s); err != nil {
				fault(user.ErrMistyped, name)
			}
		case "policies":
			policies, ok := v.Object()
			if !ok {
				fault(user.ErrMistyped, name)
			}
			n.Policies = make(map[RuleID]string, policies.Len())
			for id, v := range policies.All() {
				reading, _ := v.Str()
				if !hasReading(RuleID(id), reading) && !userHasReading(RuleID(id), reading) {
					fault(user.ErrUnknownValue, name, id)
				}
				n.Policies[RuleID(id)] = reading
			}
		default:
			fault(user.ErrUnknownMember, name)
		}
	}
	if errs != nil {
		return errs
	}
	*t = n
	return nil
}

func userHasReading(id RuleID, name string) bool {
	return slices.ContainsFunc(user.Rules(), func(r Rule) bool {
		return r.ID == id && slices.ContainsFunc(r.Readings, func(x user.Reading) bool { return x.Name == name })
	})
}

// Circumstances returns what t knows that a creation or a login depends on. They
// share the lists and the Policies of t.
func (t Target) Circumstances() user.Circumstances {
	return user.Circumstances{Connection: t.Connection, Migrated: t.Migrated, Lenient: t.Lenient, Now: t.Now, Policies: t.Policies}
}

// reading returns the reading of the rule that holds for t: the one that
// Policies names, "lenient" where t is lenient and the rule has it, or the first.
func (t *Target) reading(id RuleID) string {
	if name, ok := t.Policies[id]; ok && hasReading(id, name) {
		return name
	}
	if t.Lenient && hasReading(id, lenient) {
		return lenient
	}
	if r := rule(id); len(r.Readings) > 0 {
		return r.Readings[0].Name
	}
	return ""
}
