package main

import (
	"encoding/json"
	"io"

	"github.com/metameld/metameld/internal/lines"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// verdict is one line of the output.
type verdict struct {
	Line       int             `json:"line"`
	UserID     user.ID         `json:"user_id,omitempty"`
	Valid      bool            `json:"valid"`
	Violations user.Violations `json:"violations,omitempty"`
	Warnings   user.Violations `json:"warnings,omitempty"`
	Error      string          `json:"error,omitempty"`
}

// line judges one line and writes its verdict where there is something to say.
func (j *judge) line(w io.Writer, text []byte, tooLong bool) error {
	v := verdict{Line: j.done.Lines}
	err := error(lines.ErrTooLong)
	if !tooLong {
		err = j.plan(text, &v)
	}
	if err != nil {
		v.Error = err.Error()
		j.done.Wrong++
		j.done.Refused++
	} else if v.Valid = len(v.Violations) == 0; !v.Valid {
		j.done.Refused++
	} else if len(v.Warnings) > 0 {
		j.done.Warned++
	} else {
		return nil
	}
	return json.NewEncoder(w).Encode(v)
}

// plan applies the payload of the line and notes what the library says.
func (j *judge) plan(text []byte, v *verdict) error {
	o, err := metadata.Parse(text)
	if err != nil {
		return err
	}
	target := j.target
	var about, says metadata.Object
	var errs metadata.Errors
	for name, m := range o.All() {
		switch name {
		case "user":
			about, _ = m.Object()
		case "payload":
			says, _ = m.Object()
		case "target":
			err = m.Decode(&target)
		default: // a target that is spelled wrong would be another one
			errs = append(errs, &metadata.Error{Fault: user.ErrUnknownMember, Pointer: metadata.Pointer(name)})
		}
	}
	if about.IsZero() {
		errs = append(errs, &metadata.Error{Fault: metadata.ErrNotObject, Pointer: "/user"})
	}
	if says.IsZero() {
		errs = append(errs, &metadata.Error{Fault: metadata.ErrNotObject, Pointer: "/payload"})
	}
	if errs != nil {
		return errs
	}
	if err != nil {
		return err
	}
	u, err := user.FromObject(about)
	if err != nil {
		return err
	}
	v.UserID = u.UserID.Or("")
	p := patch.FromObject(says)
	verdict := p.Validate(target)
	v.Violations, v.Warnings = verdict.Violations, verdict.Warnings
	if !verdict.Valid() {
		return nil
	}
	out, err := p.Apply(u, target)
	v.Warnings = out.Warnings
	return err
}
