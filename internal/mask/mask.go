// Package mask replaces secrets in JSON text before it is printed.
package mask

import (
	"log/slog"
	"slices"

	"github.com/metameld/metameld/metadata"
)

// Text replaces a secret.
const Text = "********"

// secrets are the members whose values are masked, of a user, a payload, an import
// row and an identity alike. It is never changed.
var secrets = []string{
	"password", "password_hash", "custom_password_hash", "mfa_factors", "access_token", "access_token_secret", "refresh_token",
	"id_token", "link_with",
}

// Masks reports whether a member of that name is a secret.
func Masks(name string) bool { return slices.Contains(secrets, name) }

// JSON returns a text, a JSON object, with its secrets masked: its own, those of its
// identities and those of their profileData.
func JSON(text []byte) string {
	o, err := metadata.Parse(text)
	if err != nil {
		return "{}" // its parts are nested too deep
	}
	return Object(o).String()
}

// Object returns o with its secrets masked, as [JSON] does. Null stays null.
func Object(o metadata.Object) metadata.Object {
	o = members(o)
	list, ok := o.Get("identities")
	if !ok || list.IsNull() {
		return o
	}
	if list.Kind() != metadata.KindArray {
		return with(o, "identities", Text)
	}
	ids := []any{}
	for e := range list.Elements() {
		if id, ok := e.Object(); ok {
			ids = append(ids, members(id))
		} else {
			ids = append(ids, Text)
		}
	}
	return with(o, "identities", ids)
}

// members masks the secrets among the members of o and, where o is an identity, of its
// profileData, to which a provider may have added its tokens.
func members(o metadata.Object) metadata.Object {
	const profileData = "profileData"
	o = own(o)
	v, _ := o.Get(profileData)
	if data, ok := v.Object(); ok {
		return with(o, profileData, own(data))
	}
	return o
}

// own masks the secrets among the members of o.
func own(o metadata.Object) metadata.Object {
	for _, name := range secrets {
		if v, ok := o.Get(name); ok && !v.IsNull() {
			o = with(o, name, Text)
		}
	}
	return o
}

func with(o metadata.Object, name string, v any) metadata.Object {
	masked, err := o.With(v, name)
	if err != nil { // not possible: the new value is no deeper than the old one
		return metadata.Object{}
	}
	return masked
}

// LogValue returns a text, a JSON object, as a group with its secrets masked.
func LogValue(text []byte) slog.Value {
	o, err := metadata.Parse(text)
	if err != nil {
		return slog.StringValue("nested too deep to log")
	}
	return Object(o).LogValue()
}
