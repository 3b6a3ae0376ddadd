package main

import (
	"errors"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// verdict is what came of one line.
type verdict string

const (
	unreadable verdict = "unreadable" // not a user
	unmatched  verdict = "unmatched"  // nothing to do with it
	unchanged  verdict = "unchanged"  // it is already what it is to become
	refused    verdict = "refused"    // the API would refuse it, or it is not clear what is meant
	planned    verdict = "planned"
)

// errNoID is the fault of a user that cannot be updated.
const errNoID metadata.Fault = "no user_id"

// plan is a line of plans.ndjson.
type plan struct {
	UserID   user.ID         `json:"user_id"`
	Payloads []patch.Payload `json:"payloads"` // to be sent in order
	Removes  []string        `json:"removes,omitempty"`
	Effects  []user.Effect   `json:"effects,omitempty"`
	Warnings rule.Violations `json:"warnings,omitempty"`
}

// plan returns the payloads that do to the user in text what t says. With an error
// there is none: half of a change is nobody's wish.
func (t transformation) plan(text []byte) (plan, verdict, error) {
	var p plan
	o, err := metadata.Parse(text)
	if err != nil {
		return p, unreadable, err
	}
	from, err := profileOf(o)
	if err != nil {
		return p, unreadable, err
	}
	if p.UserID = from.UserID.Or(""); p.UserID == "" {
		return p, unreadable, metadata.Errors{{Fault: errNoID, Pointer: "/user_id"}}
	}
	if !t.matches(o) {
		return p, unmatched, nil
	}
	if o, err = t.apply(o); err != nil {
		return p, refused, err
	}
	to, err := profileOf(o)
	if err != nil {
		return p, refused, err
	}
	target := t.targetOf(from)
	if p.Payloads, err = patch.PlanTo(from, to, target); err != nil {
		return plan{UserID: p.UserID}, refused, err
	}
	if len(p.Payloads) == 0 {
		return p, unchanged, nil
	}
	now := from
	for i := range p.Payloads {
		says := &p.Payloads[i]
		if says.UserMetadata, err = byName(says.UserMetadata, now.UserMetadata); err == nil {
			says.AppMetadata, err = byName(says.AppMetadata, now.AppMetadata)
		}
		if err != nil {
			return plan{UserID: p.UserID}, refused, err
		}
		out, err := says.Apply(now, target)
		if err != nil {
			return plan{UserID: p.UserID}, refused, err
		}
		for _, c := range out.Changes() {
			if c.Kind == metadata.Removed {
				p.Removes = append(p.Removes, c.Pointer)
			}
		}
		p.Effects = append(p.Effects, out.Effects...)
		p.Warnings = append(p.Warnings, out.Warnings...)
		now = out.Profile
	}
	return p, planned, nil
}

// profileOf returns o as a profile.
func profileOf(o metadata.Object) (user.Profile, error) {
	v, _ := o.Get()
	return user.FromValue(v)
}

// byName returns says, with a wipe of what is there written as one removal for each
// member: {} would also remove what others wrote since the export.
func byName(says metadata.Delta, there metadata.Object) (metadata.Delta, error) {
	if !says.IsWipe() {
		return says, nil
	}
	var names metadata.Delta
	var err error
	for name := range there.All() {
		if names, err = names.Remove(name); err != nil {
			return says, err
		}
	}
	return names, nil
}

// violations returns the rules that err says are broken, and otherwise its words.
func violations(err error) (rule.Violations, string) {
	var list rule.Violations
	if errors.As(err, &list) {
		return list, ""
	}
	return nil, oneLine(err)
}
