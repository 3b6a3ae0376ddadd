package user

import (
	"slices"
	"strconv"
	"time"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// Target describes the identity that an operation is about, the caller, and how
// sources that disagree are read:
//
//	t := user.Target{Connection: c, Sources: rule.Current} // c: see ParseConnection
//
// Sources is one of these settings of package user/rule. A payload that is valid under
// one is valid under the next ones:
//
//   - [rule.Strict], the zero value: first count five older documents (the workflow card
//     Update User, an answer and an article on Actions, the pages on custom databases and
//     on the user object in Rules), then recorded answers of the API, then the stricter
//     page. For unit tests.
//   - [rule.Current]: the newest source counts. For guards in front of the API.
//   - [rule.Lenient]: only what no source accepts is refused. For exploring.
//
// Policies select readings of single rules and override Sources.
// [Connection.Attributes] overrides both. A refusal that depends on the
// setting names the sources on both sides, their dates and the setting that accepts it.
//
// The zero Target applies only rules that hold for every connection, under
// [rule.Strict]. A valid verdict then does not mean that the API accepts the payload.
type Target struct {
	Connection Connection    `json:"connection,omitzero"`
	Migrated   bool          `json:"migrated,omitzero"`  // a custom database's user who moved to the Auth0 store
	Secondary  bool          `json:"secondary,omitzero"` // the identity is linked to another, not the primary
	Scopes     []string      `json:"scopes,omitzero"`    // of the caller's token; nil: not judged
	Sources    rule.Sources  `json:"sources,omitzero"`
	Policies   rule.Policies `json:"policies,omitzero"`

	// Now is the time of the operation. If it is zero, timestamps do not change.
	Now time.Time `json:"now,omitzero"`
}

// UnmarshalJSON sets t to the target in text:
//
//  1. Its members are connection, migrated, secondary, scopes, sources, policies and
//     now. Any other member is an error, since a misspelt one would change the
//     verdict.
//  2. "lenient": true stands for "sources": "lenient".
//  3. Rules and readings that the catalogue does not list are errors.
//
// The error is a [metadata.Errors]; t then stays as it was.
func (t *Target) UnmarshalJSON(text []byte) error {
	o, err := metadata.Parse(text)
	if err != nil {
		return err
	}
	var d decoder
	var n Target
	for name, v := range o.All() {
		switch name {
		case "connection":
			d.AddUnder("/connection", n.Connection.UnmarshalJSON([]byte(v.String())))
		case "migrated":
			d.boolean(name, v, &n.Migrated)
		case "secondary":
			d.boolean(name, v, &n.Secondary)
		case "scopes":
			n.Scopes = d.texts(name, v)
		case "sources":
			var s string
			if d.text(name, v, &s); n.Sources.UnmarshalText([]byte(s)) != nil && v.Kind() == metadata.KindString {
				d.Add(ErrUnknownValue, name)
			}
		case "lenient":
			var lenient bool
			if d.boolean(name, v, &lenient); lenient {
				n.Sources = rule.Lenient
			}
		case "policies":
			n.Policies = d.policies(name, v)
		case "now":
			s, _ := v.Str()
			if n.Now, err = time.Parse(time.RFC3339Nano, s); err != nil {
				d.Add(ErrMistyped, name)
			}
		default:
			d.Add(ErrUnknownMember, name)
		}
	}
	if err := d.Err(); err != nil {
		return err
	}
	*t = n
	return nil
}

// texts returns the texts in a list.
func (d *decoder) texts(name string, v metadata.Value) []string {
	if v.Kind() != metadata.KindArray {
		d.Add(ErrMistyped, name)
	}
	n := 0
	for e := range v.Elements() {
		if e.Kind() != metadata.KindString {
			d.Add(ErrMistyped, name, strconv.Itoa(n))
		}
		if n++; d.Full() {
			break
		}
	}
	if d.Err() != nil { // the list is not used
		return nil
	}
	list := make([]string, 0, n)
	for e := range v.Elements() {
		s, _ := e.Str()
		list = append(list, s)
	}
	return list
}

// policies returns the readings that an object selects.
func (d *decoder) policies(name string, v metadata.Value) rule.Policies {
	o, ok := v.Object()
	if !ok {
		d.Add(ErrMistyped, name)
	}
	p := rule.Policies{}
	for id, v := range o.All() {
		reading, _ := v.Str()
		r, _ := rule.Find(rule.ID(id))
		if slices.ContainsFunc(r.Readings, func(x rule.Reading) bool { return x.Name == reading }) {
			p[r.ID] = reading
		} else if d.Add(ErrUnknownValue, name, id); d.Full() {
			break
		}
	}
	return p
}
