// Package mask replaces secrets in JSON text before it is printed.
package mask

import (
	"log/slog"
	"slices"
	"strings"

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
	o, _ = members(o)
	list, _ := o.Get(identities)
	if masked, is := listOf(list); is {
		return with(o, identities, masked)
	}
	return o
}

// Change returns c, a change of a profile, with its secrets masked as [JSON] masks
// those of the profile.
func Change(c metadata.Change) metadata.Change {
	name, inner, _ := strings.Cut(strings.TrimPrefix(c.Pointer, "/"), "/")
	switch {
	case Masks(name), name == profileData && Masks(inner), name == identities && inner != "":
		c.From, c.To = whole(c.From), whole(c.To)
	case name == identities:
		c.From, _ = listOf(c.From)
		c.To, _ = listOf(c.To)
	case name == profileData && inner == "":
		c.From, c.To = data(c.From), data(c.To)
	}
	return c
}

const (
	identities  = "identities"
	profileData = "profileData"
)

// whole returns v masked; null and an absent v stay.
func whole(v metadata.Value) metadata.Value {
	if v.IsZero() || v.IsNull() {
		return v
	}
	return hidden
}

var hidden = metadata.MustValue(`"` + Text + `"`)

// data returns v with its secrets masked if it is an object.
func data(v metadata.Value) metadata.Value {
	if o, ok := v.Object(); ok {
		if o, is := own(o); is {
			v, _ = o.Get()
		}
	}
	return v
}

// listOf returns identities with their secrets masked, and reports whether they have
// any. What is not an object is masked whole.
func listOf(v metadata.Value) (masked metadata.Value, is bool) {
	if v.Kind() != metadata.KindArray {
		masked = whole(v)
		return masked, !masked.Equal(v)
	}
	ids := []any{}
	for e := range v.Elements() {
		id, ok := e.Object()
		if !ok {
			ids, is = append(ids, Text), true
			continue
		}
		id, has := members(id)
		ids, is = append(ids, id), is || has
	}
	if !is {
		return v, false
	}
	masked, err := metadata.ValueOf(ids)
	if err != nil { // it cannot be: the list is no deeper than it was
		return hidden, true
	}
	return masked, true
}

// members masks the secrets among the members of o and, where o is an identity, of its
// profileData, to which a provider may have added its tokens. It reports whether there
// are any.
func members(o metadata.Object) (masked metadata.Object, is bool) {
	o, is = own(o)
	v, _ := o.Get(profileData)
	if data, ok := v.Object(); ok {
		if data, has := own(data); has {
			return with(o, profileData, data), true
		}
	}
	return o, is
}

// own masks the secrets among the members of o, and reports whether there are any.
func own(o metadata.Object) (masked metadata.Object, is bool) {
	for _, name := range secrets {
		if v, ok := o.Get(name); ok && !v.IsNull() {
			o, is = with(o, name, Text), true
		}
	}
	return o, is
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
