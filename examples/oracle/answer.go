package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// answer is one line of output. Empty members are omitted.
type answer struct {
	Line  int      `json:"line"`
	OK    bool     `json:"ok"`
	Error *problem `json:"error,omitempty"`

	Result    metadata.Object  `json:"result,omitzero"`
	Patch     metadata.Delta   `json:"patch,omitzero"`
	Patches   []metadata.Delta `json:"patches,omitempty"`
	Conflicts []string         `json:"conflicts,omitempty"`
	User      any              `json:"user,omitempty"`
	Shadowed  []string         `json:"shadowed,omitempty"`

	Valid      *bool             `json:"valid,omitempty"`
	Violations rule.Violations   `json:"violations,omitempty"`
	Warnings   rule.Violations   `json:"warnings,omitempty"`
	Profile    *user.Profile     `json:"profile,omitempty"`
	Payload    *patch.Payload    `json:"payload,omitempty"`
	Payloads   []patch.Payload   `json:"payloads,omitempty"`
	Writes     []write           `json:"writes,omitempty"`
	EventUsers []metadata.Object `json:"event_users,omitempty"`
	Output     metadata.Object   `json:"output,omitzero"`
	Changes    []change          `json:"changes,omitempty"`
	Effects    []user.Effect     `json:"effects,omitempty"`
	Identities []user.Identity   `json:"identities,omitempty"`
	Detached   *user.Profile     `json:"detached,omitempty"`
	Connection *user.Connection  `json:"connection,omitempty"`
	Rule       rule.ID           `json:"rule,omitempty"`
	Rules      []rule.Rule       `json:"rules,omitempty"`

	Ignored []string `json:"ignored,omitempty"` // members of the line that the operation does not take
}

// encode returns the line to write.
func (a *answer) encode() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a); err != nil {
		b.Reset()
		a.fail(&problem{Kind: "refused", Message: "the answer cannot be written: it would have more than 10000 levels"})
		if err := enc.Encode(a); err != nil {
			panic(err) // a problem holds only strings
		}
	}
	return b.Bytes()
}

// problem is the error of a line: input that cannot be read, or a refusal by the
// library.
type problem struct {
	Kind    string  `json:"kind"` // input, refused
	Pointer string  `json:"pointer,omitempty"`
	Rule    rule.ID `json:"rule,omitempty"`
	Message string  `json:"message"`
}

func (p *problem) Error() string { return p.Message }

type change struct {
	Pointer string              `json:"pointer"`
	Kind    metadata.ChangeKind `json:"kind"`
}

// write is one update that the Actions of a stage make.
type write struct {
	To      user.ID       `json:"to,omitempty"`
	Direct  bool          `json:"direct"`
	Payload patch.Payload `json:"payload"`
}

func (a *answer) fail(p *problem) { *a = answer{Line: a.Line, Error: p, Ignored: a.Ignored} }

// to answers one line.
func (a *answer) to(line []byte) {
	defer func() {
		if r := recover(); r != nil { // an error in one line must not affect the others
			a.fail(&problem{Kind: "internal", Message: fmt.Sprint("panic: ", r)})
		}
	}()
	req, err := read(line)
	if err == nil {
		a.OK = true
		err = a.operate(req)
	}
	var p *problem
	switch {
	case errors.As(err, &p):
		part := *a
		a.fail(p)
		if p.Kind == "refused" { // the part that can be reached
			a.Patch, a.Payload, a.Payloads = part.Patch, part.Payload, part.Payloads
		}
	case err != nil:
		a.fail(&problem{Kind: "input", Message: err.Error()})
	}
}
