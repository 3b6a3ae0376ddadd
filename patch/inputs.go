package patch

import (
	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// FromInputs returns the payload for the inputs of a form, and warnings in the order
// of the catalogue. v is a struct or a map whose JSON form is an object keyed by
// attribute names. An input that is null, "", [] or {} is blank; false is not.
// empties is the option "Pass Empty Values?" of the workflow card "Update User":
//
//  1. An input that is not blank is sent as it is; metadata with the nulls inside it.
//  2. With [metadata.SkipEmpty], a blank input is not sent.
//  3. With [metadata.PassEmpty], a blank text is sent as null, which removes the
//     attribute, and blank metadata is sent as {}, which wipes it, with a warning.
//  4. A blank boolean, client_id or password is never sent, because the API takes no
//     null for a boolean or client_id, and a password cannot be removed. With
//     PassEmpty this is a warning.
//  5. connection is a choice: a blank one is not sent.
//
// Call [Payload.Validate] to see whether the API accepts the payload. The payload
// shares no memory with v. The error is that of [From].
//
// Source: the workflow card. That it sends null for a blank text and {} for blank
// metadata is inferred from its words: a blank input clears the value.
func FromInputs(v any, empties metadata.Empties) (Payload, rule.Violations, error) {
	inputs, err := From(v)
	if err != nil {
		return Payload{}, nil, err
	}
	p := inputs
	var j judge.Judge
	table := p.fields()
	for a := range attributes {
		f := table[a].Field
		value := attrs.ValueOf(f)
		if a.isMetadata() && value.IsZero() {
			value, _ = inputs.Extra.Get(a.String()) // metadata that is no object
		}
		if value.IsZero() || !check.IsBlank(value) {
			continue
		}
		f.Assign(metadata.Value{})
		if empties == metadata.SkipEmpty {
			continue
		}
		switch {
		case a.isMetadata():
			*p.delta(a) = metadata.Wipe()
			j.Report(rule.MetadataWipe, a.pointer(), "a blank input removes everything in "+a.String())
		case a == attrConnection:
		case a.isNullable() && a != attrPassword:
			null, _ := metadata.ValueOf(nil)
			f.Assign(null)
		default:
			j.Report(rule.BlankInput, a.pointer(), "a blank input cannot clear "+a.String()+", so it is not sent")
		}
	}
	p.Extra = extraInputs(p.Extra, empties)
	return p, j.Verdict().Warnings, nil
}

// extraInputs returns the inputs that no field holds: unknown attributes, and metadata
// that is neither blank nor an object.
func extraInputs(extra metadata.Object, empties metadata.Empties) metadata.Object {
	left := attrs.NonEmpty(extra.Select(func(name string, v metadata.Value) bool {
		a, known := find(name)
		return !check.IsBlank(v) || empties == metadata.PassEmpty && (!known || !a.isMetadata())
	}))
	for name, v := range left.All() {
		if check.IsBlank(v) {
			left, _ = left.With(nil, name) // null is no deeper than any value
		}
	}
	return left
}
