package lines

import (
	"errors"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Verdict is the verdict on one line.
type Verdict struct {
	UserID     user.ID         `json:"user_id,omitempty"`
	Valid      bool            `json:"valid"`
	Violations rule.Violations `json:"violations,omitempty"`
	Warnings   rule.Violations `json:"warnings,omitempty"`
	Error      string          `json:"error,omitempty"` // why the line cannot be read
}

// Judge applies the payload in text to the user there and returns the verdict. The text
// is a JSON object with the members user, payload and target; without a target there, t
// is the target. Where sources disagree the newest one counts, unless the target is
// lenient.
func Judge(text []byte, t user.Target) (v Verdict) {
	err := v.judge(text, t)
	if err != nil {
		v.Error = err.Error()
	}
	v.Valid = err == nil && len(v.Violations) == 0
	return v
}

// judge sets all of v but Valid and Error.
func (v *Verdict) judge(text []byte, target user.Target) error {
	o, err := metadata.Parse(text)
	if err != nil {
		return err
	}
	var profile, payload metadata.Value
	var errs metadata.Errors
	for name, m := range o.All() {
		switch name {
		case "user":
			profile = m
		case "payload":
			payload = m
		case "target":
			target, err = targetOf(m)
		default: // a misspelt "target" would change the verdict
			errs = append(errs, &metadata.Error{Fault: user.ErrUnknownMember, Pointer: metadata.Pointer(name)})
		}
	}
	u, notObject := user.FromValue(profile)
	if notObject != nil {
		errs = append(errs, &metadata.Error{Fault: metadata.ErrNotObject, Pointer: "/user"})
	}
	p, notObject := patch.FromValue(payload)
	if notObject != nil {
		errs = append(errs, &metadata.Error{Fault: metadata.ErrNotObject, Pointer: "/payload"})
	}
	if errs != nil {
		return errs
	}
	if err != nil {
		return err
	}
	v.UserID = u.UserID.Or("")
	target.Sources = max(target.Sources, rule.Current)
	out, err := p.Apply(u, target)
	if v.Warnings = out.Warnings; err == nil {
		return nil
	}
	var violations rule.Violations
	if !errors.As(err, &violations) {
		return err
	}
	v.Violations, v.Warnings = violations, p.Validate(target).Warnings
	return nil
}

// targetOf returns v as a target.
func targetOf(v metadata.Value) (t user.Target, err error) {
	err = v.Decode(&t)
	return t, err
}
