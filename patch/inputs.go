package patch

import (
	"maps"

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
//     attribute, and blank metadata is sent as {}, which wipes it, each with a
//     warning. The other reading of [rule.BlankText] sends "" for a blank text.
//  4. A blank boolean, client_id or password is never sent, because the API takes no
//     null for a boolean or client_id, and a blank input must not remove a password.
//     With PassEmpty this is a warning.
//  5. connection is a choice: a blank one is not sent.
//  6. With PassEmpty, a blank input that is not in the schema is sent as null.
//
// policies select the reading of [rule.BlankText]; later ones override earlier ones.
// Call [Payload.Validate] to see whether the API accepts the payload. The payload
// shares no memory with v. The error is that of [From].
//
// Source: the workflow card. That it sends null for a blank text and {} for blank
// metadata is inferred from its words: a blank input clears the value.
func FromInputs(v any, empties metadata.Empties, policies ...rule.Policies) (Payload, rule.Violations, error) {
	inputs, err := From(v)
	if err != nil {
		return Payload{}, nil, err
	}
	p := inputs
	j := judge.New(rule.Strict, merged(policies))
	blank := blankText(&j)
	table := p.fields()
	for a := range attributes {
		f := table[a].Field
		value := attrs.ValueOf(f)
		if a.isMetadata() && value.IsZero() {
			value, _ = inputs.Extra.Get(a.String()) // metadata that is not an object
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
			f.Assign(blank)
			j.Report(rule.BlankText, a.pointer(), "the workflow card is taken to send "+blank.String()+" for a blank "+a.String())
		default:
			j.Report(rule.BlankInput, a.pointer(), "a blank input cannot clear "+a.String()+", so it is not sent")
		}
	}
	p.Extra = extraInputs(p.Extra, empties)
	return p, j.Verdict().Warnings, nil
}

// merged returns all policies in one map.
func merged(list []rule.Policies) rule.Policies {
	if len(list) == 1 {
		return list[0]
	}
	all := rule.Policies{}
	for _, p := range list {
		maps.Copy(all, p)
	}
	return all
}

// blankText returns the value that is sent for a blank text.
func blankText(j *judge.Judge) metadata.Value {
	var sent any
	if j.Reads(rule.BlankText, "empty-text") {
		sent = ""
	}
	v, _ := metadata.ValueOf(sent)
	return v
}

// extraInputs returns the inputs for Extra: unknown attributes, as null if they are
// blank, and metadata that is neither blank nor an object.
func extraInputs(extra metadata.Object, empties metadata.Empties) metadata.Object {
	nulls := map[string]any{}
	left := extra.Select(func(name string, v metadata.Value) bool {
		if !check.IsBlank(v) {
			return true
		}
		if a, known := find(name); empties == metadata.SkipEmpty || known && a.isMetadata() {
			return false
		}
		nulls[name] = nil
		return true
	})
	composed := metadata.FirstLevel.Compose(attrs.DeltaOf(left), attrs.DeltaFrom(nulls))
	if len(composed) == 0 {
		return metadata.Object{}
	}
	return composed[0].Object()
}
