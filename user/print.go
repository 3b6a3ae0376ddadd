package user

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/metameld/metameld/metadata"
)

// Profiles and what they are made of print as JSON text without their secrets: the
// tokens of identities, passwords and hashes of them, and second factors. AppendJSON
// and json.Marshal write all.

const covering = "********"

// covered returns o with something else in place of the members of those names.
func covered(o metadata.Object, names ...string) metadata.Object {
	for _, name := range names {
		if v, ok := o.Get(name); ok && !v.IsNull() {
			o, _ = o.With(covering, name)
		}
	}
	return o
}

// cover puts something else in place of a value.
func cover(f Field[string]) Field[string] {
	if f.IsZero() || f.IsNull() {
		return f
	}
	return Set(covering)
}

// tokens are the members of an identity that nobody else should see.
var tokens = []string{"access_token", "access_token_secret", "refresh_token"}

func (i Identity) covered() Identity {
	i.AccessToken, i.AccessTokenSecret, i.RefreshToken = cover(i.AccessToken), cover(i.AccessTokenSecret), cover(i.RefreshToken)
	i.Extra = covered(i.Extra, tokens...)
	return i
}

// String returns the JSON text of i with its tokens covered.
func (i Identity) String() string { return string(i.covered().AppendJSON(nil)) }

// Format writes String for every verb, so that none prints a token.
func (i Identity) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, i.String()) }

// LogValue returns String. A log handler that writes JSON does not call it inside
// a slice or struct: there it writes what json.Marshal does, tokens and all.
func (i Identity) LogValue() slog.Value { return slog.StringValue(i.String()) }

func (p Profile) covered() Profile {
	p = p.Clone()
	for i := range p.Identities {
		p.Identities[i] = p.Identities[i].covered()
	}
	return p
}

// String returns the JSON text of p with the tokens of its identities covered. Use
// [Profile.AppendJSON] or json.Marshal for the whole text.
func (p Profile) String() string { return string(p.covered().AppendJSON(nil)) }

// Format writes String for every verb, so that none prints a token.
func (p Profile) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue returns p as a group with the tokens of its identities covered; see
// [Identity.LogValue].
func (p Profile) LogValue() slog.Value { return logged(p.covered().AppendJSON(nil)) }

func (c Creation) covered() []byte {
	c = c.normal()
	if !c.Password.IsZero() {
		c.Password = Value(covering)
	}
	return c.AppendJSON(nil)
}

// String returns the JSON text of c with its password covered. Use
// [Creation.AppendJSON] or json.Marshal for the body to send.
func (c Creation) String() string { return string(c.covered()) }

// Format writes String for every verb, so that none prints the password.
func (c Creation) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns c as a group with its password covered; see
// [Identity.LogValue].
func (c Creation) LogValue() slog.Value { return logged(c.covered()) }

func (i Import) covered() []byte {
	text := i.AppendJSON(nil)
	o, err := metadata.Parse(text)
	if err != nil {
		return []byte("{}") // put together of parts that are too deep
	}
	return covered(o, "password_hash", "custom_password_hash", "mfa_factors").AppendJSON(nil)
}

// String returns the JSON text of i with its password's hashes and its second
// factors covered. Use [Import.AppendJSON] or json.Marshal for the whole text.
func (i Import) String() string { return string(i.covered()) }

// Format writes String for every verb, so that none prints a hash or factor.
func (i Import) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, i.String()) }

// LogValue returns i as a group with its password's hashes and its second factors
// covered; see [Identity.LogValue].
func (i Import) LogValue() slog.Value { return logged(i.covered()) }

// LogValue returns what c holds as groups, without a token.
func (c Created) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("profile", c.Profile), slog.Any("effects", c.Effects), slog.Any("warnings", c.Warnings))
}

// LogValue returns what r holds as groups, changes without their values.
func (r Refreshed) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Any("profile", r.Profile), slog.Any("changes", names(r.Changes)), slog.Bool("migrated", r.Migrated),
		slog.Any("effects", r.Effects), slog.Any("warnings", r.Warnings),
	)
}

// LogValue returns what i holds as groups, changes without their values.
func (i Imported) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("profile", i.Profile), slog.Any("changes", names(i.Changes)), slog.Any("warnings", i.Warnings))
}

// LogValue returns what u holds as groups, without a token.
func (u DatabaseUser) LogValue() slog.Value {
	return slog.GroupValue(slog.String("state", string(u.State)), slog.Any("database", u.Database), slog.Any("profile", u.Profile))
}

// covered returns the user with the tokens of its identities covered: all of
// identities where a rule made something else of them.
func (r InRules) covered() metadata.Object {
	v, ok := r.User.Get("identities")
	if !ok || v.IsNull() {
		return r.User
	}
	var list any = covering
	if v.Kind() == metadata.KindArray {
		ids := []any{}
		for e := range v.Elements() {
			if o, ok := e.Object(); ok {
				ids = append(ids, covered(o, tokens...))
			} else {
				ids = append(ids, covering)
			}
		}
		list = ids
	}
	o, err := r.User.With(list, "identities")
	if err != nil { // it cannot be: what is put there is no deeper
		return metadata.Object{}
	}
	return o
}

// String returns the JSON text of the user with the tokens of its identities
// covered. Use User for the whole text.
func (r InRules) String() string { return r.covered().String() }

// Format writes String for every verb, so that none prints a token.
func (r InRules) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }

// LogValue returns what r holds as groups, without a token of an identity.
func (r InRules) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("user", r.covered()), slog.Any("shadowed", r.Shadowed), slog.String("primary_user", string(r.PrimaryUser)))
}

// names describes changes without their values.
func names(list []metadata.Change) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.String()
	}
	return out
}

// logged returns a text, an object, as a group.
func logged(text []byte) slog.Value {
	o, err := metadata.Parse(text)
	if err != nil {
		return slog.StringValue("too deep to be logged") // put together of parts that are
	}
	return o.LogValue()
}
