package patch

import (
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Output returns the card's output fields of the user u, keyed by their labels:
// those that u has, null where it has null, and "Raw Output", u as the API answered
// it. Of each identity the card has four fields. The error is that of
// [user.Profile.Object].
//
// Source: Okta Workflows, Auth0 connector, Update User, Output.
func Output(u user.Profile) (metadata.Object, error) {
	raw, err := u.Object()
	if err != nil {
		return metadata.Object{}, err
	}
	out, err := metadata.Object{}.With(raw, "Raw Output")
	if err != nil {
		return metadata.Object{}, err
	}
	for _, field := range outputs {
		v, ok := raw.Get(field.name)
		if !ok {
			continue
		}
		if field.name == "identities" && v.Kind() == metadata.KindArray {
			if v, err = identityOutputs(v); err != nil {
				return metadata.Object{}, err
			}
		}
		if out, err = out.With(v, field.label); err != nil {
			return metadata.Object{}, err
		}
	}
	return out, nil
}

type output struct{ label, name string }

// outputs are the card's output fields after "Raw Output", in its order.
var outputs = []output{
	{"ID", "user_id"}, {"Email", "email"}, {"Email Verified", "email_verified"}, {"Username", "username"},
	{"Phone Number", "phone_number"}, {"Phone Verified", "phone_verified"}, {"Created At", "created_at"}, {"Updated At", "updated_at"},
	{"Identities", "identities"}, {"App Metadata", "app_metadata"}, {"Metadata", "user_metadata"}, {"Picture", "picture"},
	{"Name", "name"}, {"Nickname", "nickname"}, {"Multifactor", "multifactor"}, {"Last IP", "last_ip"}, {"Last Login", "last_login"},
	{"Logins Count", "logins_count"}, {"Blocked", "blocked"}, {"Given Name", "given_name"}, {"Family Name", "family_name"},
}

// identityOutputs returns the list with the card's fields of each identity.
func identityOutputs(list metadata.Value) (metadata.Value, error) {
	out := []any{}
	for e := range list.Elements() {
		id, _ := e.Object()
		fields := map[string]any{}
		for _, f := range []output{{"Connection", "connection"}, {"User ID", "user_id"}, {"Provider", "provider"}, {"Is Social", "isSocial"}} {
			if v, ok := id.Get(f.name); ok {
				fields[f.label] = v
			}
		}
		out = append(out, fields)
	}
	return metadata.ValueOf(out)
}
