package main

import (
	"encoding/json"
	"errors"

	"github.com/metameld/metameld/examples/stream/lines"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// verdict is one line of the output.
type verdict struct {
	Line       int             `json:"line"`
	UserID     user.ID         `json:"user_id,omitempty"`
	Valid      bool            `json:"valid"`
	Violations rule.Violations `json:"violations,omitempty"`
	Warnings   rule.Violations `json:"warnings,omitempty"`
	Error      string          `json:"error,omitempty"`
}

// line judges one line of b. It writes a verdict if the line is refused or has
// warnings.
func (j *judge) line(b *batch, l line, text []byte) {
	v := verdict{Line: l.number}
	err := error(lines.ErrTooLong)
	if !l.tooLong {
		err = j.plan(text, &v)
	}
	switch v.Valid = err == nil && len(v.Violations) == 0; {
	case err != nil:
		v.Error = err.Error()
		b.wrong++
		b.refused++
	case !v.Valid:
		b.refused++
	case len(v.Warnings) > 0:
		b.warned++
	default:
		return
	}
	if err := json.NewEncoder(&b.out).Encode(v); err != nil {
		panic(err) // a verdict is JSON
	}
}

// plan judges and applies the payload of the line, and sets v to the verdict.
func (j *judge) plan(text []byte, v *verdict) error {
	o, err := metadata.Parse(text)
	if err != nil {
		return err
	}
	target := j.target
	var profile, payload metadata.Value
	var errs metadata.Errors
	for name, m := range o.All() {
		switch name {
		case "user":
			profile = m
		case "payload":
			payload = m
		case "target":
			target, err = targetOf(m, target)
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

// targetOf returns base with the members of v.
func targetOf(v metadata.Value, base user.Target) (t user.Target, err error) {
	t = base
	err = v.Decode(&t)
	return t, err
}
