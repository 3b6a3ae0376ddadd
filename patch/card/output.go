package card

import (
	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Output returns the card's output fields of the user u, keyed by their labels:
//
//  1. "Raw Output" is u as the API answers it.
//  2. Each other field has the value of its attribute, null included. It is left out
//     if u does not have the attribute.
//  3. Each of the "Identities" has the fields "Connection", "User ID", "Provider" and
//     "Is Social".
//
// The result shares only immutable text with u. The error is a [metadata.Errors] with
// [metadata.ErrDepth] if u was built from parts that are nested too deep in the
// output.
//
// Source: Okta Workflows, Auth0 connector, Update User, Output.
func Output(u user.Profile) (metadata.Object, error) {
	raw, err := u.Object()
	if err != nil {
		return metadata.Object{}, err
	}
	table := []attrs.Attr{{Name: "Raw Output", Field: attrs.Object{At: &raw}}}
	table = append(table, outputs.table(raw)...)
	return metadata.Parse(attrs.Append(nil, table, metadata.Object{}))
}

// fields are output fields in the order of the card.
type fields []struct{ label, attribute string }

// table returns the fields of o, keyed by their labels.
func (fs fields) table(o metadata.Object) []attrs.Attr {
	var table []attrs.Attr
	for _, f := range fs {
		if v, ok := o.Get(f.attribute); ok {
			if f.attribute == "identities" {
				v = identities(v)
			}
			table = append(table, attrs.Attr{Name: f.label, Field: attrs.Value{At: &v}})
		}
	}
	return table
}

// outputs are the output fields after "Raw Output". It is never changed.
var outputs = fields{
	{"ID", "user_id"}, {"Email", "email"}, {"Email Verified", "email_verified"}, {"Username", "username"},
	{"Phone Number", "phone_number"}, {"Phone Verified", "phone_verified"}, {"Created At", "created_at"}, {"Updated At", "updated_at"},
	{"Identities", "identities"}, {"App Metadata", "app_metadata"}, {"Metadata", "user_metadata"}, {"Picture", "picture"},
	{"Name", "name"}, {"Nickname", "nickname"}, {"Multifactor", "multifactor"}, {"Last IP", "last_ip"}, {"Last Login", "last_login"},
	{"Logins Count", "logins_count"}, {"Blocked", "blocked"}, {"Given Name", "given_name"}, {"Family Name", "family_name"},
}

// identityOutputs are the output fields of an identity. It is never changed.
var identityOutputs = fields{{"Connection", "connection"}, {"User ID", "user_id"}, {"Provider", "provider"}, {"Is Social", "isSocial"}}

// identities returns a list of identities with their output fields; any other value
// as it is.
func identities(list metadata.Value) metadata.Value {
	if list.Kind() != metadata.KindArray {
		return list
	}
	text := []byte{'['}
	for e := range list.Elements() {
		if len(text) > 1 {
			text = append(text, ',')
		}
		id, _ := e.Object()
		text = attrs.Append(text, identityOutputs.table(id), metadata.Object{})
	}
	var v metadata.Value
	_ = v.UnmarshalJSON(append(text, ']')) // it is no deeper than the list
	return v
}
