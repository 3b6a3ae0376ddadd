// Package hostile feeds hostile inputs to every exported function: texts, sizes, Go
// values, and secrets that must not be printed.
package hostile

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/patch/card"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
)

// text is a line of testdata/vectors/json/rfc8259.tsv.
type text struct {
	fault metadata.Fault // none: accepted
	value string
	why   string
}

func texts(t *testing.T) (list []text) {
	t.Helper()
	const file = "../../testdata/vectors/json/rfc8259.tsv"
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	faults := map[string]metadata.Fault{
		"accept": "", "syntax": metadata.ErrSyntax, "trailing": metadata.ErrTrailing, "utf8": metadata.ErrUTF8, "duplicate": metadata.ErrDuplicateName,
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, columns, 3, line)
		fault, ok := faults[columns[0]]
		require.True(t, ok && columns[2] != "", line)
		value, err := url.PathUnescape(columns[1])
		require.NoError(t, err, line)
		require.False(t, seen[value], "twice: %s", line)
		seen[value] = true
		list = append(list, text{fault, value, columns[2]})
	}
	require.NotEmpty(t, list)
	return list
}

// reader is a function that takes text from outside.
type reader struct {
	name   string // as declared, see TestEveryReaderIsListed
	around string // the text that it is given, with VALUE for the one under test
	read   func(text []byte) (again []byte, err error)
	unread bool // it may not look for duplicate names in the value
}

// decoded returns a reader that goes through UnmarshalJSON and MarshalJSON.
func decoded[T any, P interface {
	*T
	json.Unmarshaler
}](name, around string) reader {
	return reader{name: name, around: around, read: func(text []byte) ([]byte, error) {
		var v T
		if err := P(&v).UnmarshalJSON(text); err != nil {
			return nil, err
		}
		if _, ok := any(v).(json.Marshaler); !ok {
			return nil, nil
		}
		return json.Marshal(v)
	}}
}

// parsed returns a reader that goes through a function that parses.
func parsed[T any](name, around string, parse func([]byte) (T, error)) reader {
	return reader{name: name, around: around, read: func(text []byte) ([]byte, error) {
		v, err := parse(text)
		if err != nil {
			return nil, err
		}
		return json.Marshal(v)
	}}
}

// readers returns every function that takes text from outside.
func readers() []reader {
	return slices.Concat(textReaders(), valueReaders(), mergeReaders())
}

// member is an object with the text under test.
const member = `{"x y":VALUE}`

// textReaders returns the functions that read the text of one value.
func textReaders() []reader {
	return []reader{
		parsed("metadata.Parse", member, metadata.Parse),
		parsed("metadata.ParseDelta", member, metadata.ParseDelta),
		decoded[metadata.Object]("metadata.Object.UnmarshalJSON", member),
		decoded[metadata.Delta]("metadata.Delta.UnmarshalJSON", member),
		decoded[metadata.Value]("metadata.Value.UnmarshalJSON", "VALUE"),
		decoded[metadata.Value]("metadata.Value.UnmarshalJSON", `[[{"a":VALUE}]]`),
		parsed("user.Parse", member, user.Parse),
		parsed("user.Parse", `{"identities":[{"x":VALUE}]}`, user.Parse),
		parsed("user.Parse", `{"user_metadata":{"a":{"b":VALUE}}}`, user.Parse),
		parsed("lifecycle.ParseLogin", member, lifecycle.ParseLogin),
		parsed("lifecycle.ParseCreation", member, lifecycle.ParseCreation),
		parsed("lifecycle.ParseCreation", `{"email":VALUE}`, lifecycle.ParseCreation),
		parsed("lifecycle.ParseRow", member, lifecycle.ParseRow),
		parsed("lifecycle.ParseRow", `{"mfa_factors":VALUE}`, lifecycle.ParseRow),
		parsed("lifecycle.ParseRows", `[{"app_metadata":VALUE}]`, lifecycle.ParseRows),
		parsed("lifecycle.ParseRows", `[{"x":VALUE},{"user_metadata":{"a":VALUE}}]`, lifecycle.ParseRows),
		decoded[user.Profile]("user.Profile.UnmarshalJSON", `{"multifactor":VALUE,"permissions":VALUE}`),
		decoded[user.Identity]("user.Identity.UnmarshalJSON", `{"profileData":VALUE}`),
		decoded[lifecycle.Creation]("lifecycle.Creation.UnmarshalJSON", `{"app_metadata":{"":VALUE}}`),
		decoded[lifecycle.Row]("lifecycle.Row.UnmarshalJSON", `{"custom_password_hash":{"a":VALUE}}`),
		decoded[user.Connection]("user.Connection.UnmarshalJSON", `{"name":VALUE}`),
		decoded[user.Connection]("user.Connection.UnmarshalJSON", `{"attributes":{"username":{"validation":{"max_length":VALUE}}}}`),
		decoded[user.Attribute]("user.Attribute.UnmarshalJSON", `{"signup":{"status":VALUE}}`),
		parsed("user.ParseConnection", `{"name":VALUE,"strategy":"auth0","options":{"x":VALUE}}`, func(text []byte) (user.Connection, error) {
			c, _, err := user.ParseConnection(text)
			return c, err
		}),
		decoded[user.Field[string]]("user.Field.UnmarshalJSON", "VALUE"),
		decoded[user.Field[bool]]("user.Field.UnmarshalJSON", "VALUE"),
		decoded[user.Field[int64]]("user.Field.UnmarshalJSON", "VALUE"),
		parsed("patch.Parse", member, patch.Parse),
		parsed("patch.Parse", `{"user_metadata":{"a":VALUE}}`, patch.Parse),
		parsed("patch.Parse", `{"password":VALUE}`, patch.Parse),
		decoded[patch.Payload]("patch.Payload.UnmarshalJSON", `{"blocked":VALUE}`),
		decoded[card.Form]("card.Form.UnmarshalJSON", `{"App Metadata":{"a":VALUE}}`),
		decoded[card.Form]("card.Form.UnmarshalJSON", `{"x":VALUE}`),
		decoded[user.Target]("user.Target.UnmarshalJSON", `{"connection":{"name":VALUE}}`),
		decoded[user.Target]("user.Target.UnmarshalJSON", `{"connection":{"strategy":VALUE}}`),
		parsed("actions.ParseSteps", `[{"set_user_metadata":["k",{"a":VALUE}]},{"management_update":{"app_metadata":{"a":VALUE}}}]`, actions.ParseSteps),
		decoded[actions.Step]("actions.Step.UnmarshalJSON", `{"set_app_metadata":["k",{"a":VALUE}]}`),
		parsed("identities.ParseRequest", `{"provider":"p","user_id":VALUE}`, identities.ParseRequest),
		decoded[identities.Request]("identities.Request.UnmarshalJSON", `{"link_with":VALUE}`),
	}
}

// valueReaders returns the functions that read text inside a Go value.
func valueReaders() []reader {
	return []reader{
		parsed("metadata.ValueOf", "VALUE", func(text []byte) (metadata.Value, error) { return metadata.ValueOf(json.RawMessage(text)) }),
		parsed("metadata.From", "VALUE", func(text []byte) (metadata.Object, error) {
			return metadata.From(map[string]any{"a": []any{json.RawMessage(text)}})
		}),
		parsed("metadata.From", "VALUE", func(text []byte) (metadata.Object, error) {
			return metadata.From(struct{ A json.RawMessage }{text})
		}),
		parsed("patch.From", "VALUE", func(text []byte) (patch.Payload, error) {
			return patch.From(map[string]any{"a": json.RawMessage(text)})
		}),
		parsed("patch.FromInputs", "VALUE", func(text []byte) (patch.Payload, error) {
			p, _, err := patch.FromInputs(map[string]any{"a": json.RawMessage(text)}, metadata.SkipEmpty)
			return p, err
		}),
		parsed("metadata.Object.With", "VALUE", func(text []byte) (metadata.Object, error) {
			return metadata.MustParse(`{"a":{"b":1}}`).With(json.RawMessage(text), "a", "c")
		}),
		parsed("metadata.Delta.Set", "VALUE", func(text []byte) (metadata.Delta, error) {
			return metadata.Delta{}.Set("a", json.RawMessage(text))
		}),
		parsed("lifecycle.RulesUser.Set", "VALUE", func(text []byte) (lifecycle.RulesUser, error) {
			return lifecycle.RulesUser{}.Set(json.RawMessage(text), "a")
		}),
		parsed("actions.SetUserMetadata", "VALUE", func(text []byte) (metadata.Object, error) {
			return staged(actions.SetUserMetadata("a", json.RawMessage(text)))
		}),
		parsed("actions.SetAppMetadata", "VALUE", func(text []byte) (metadata.Object, error) {
			return staged(actions.SetAppMetadata("a", json.RawMessage(text)))
		}),
	}
}

// mergeReaders returns the functions that read two texts.
func mergeReaders() (list []reader) {
	for _, m := range []metadata.Mode{metadata.FirstLevel, metadata.Deep, metadata.Replace, metadata.Fill} {
		two := func(name string, do func(text []byte) ([]byte, error), unread bool) {
			list = append(list, reader{name: name, around: `{"a":{"b":VALUE}}`, read: do, unread: unread})
		}
		other := []byte(`{"c":{"b":[1]}}`)
		two("metadata.Mode.AppendMerge", func(text []byte) ([]byte, error) { return m.AppendMerge(nil, text, nil) }, true)
		two("metadata.Mode.AppendMerge", func(text []byte) ([]byte, error) { return m.AppendMerge(nil, text, other) }, true)
		two("metadata.Mode.AppendMerge", func(text []byte) ([]byte, error) { return m.AppendMerge(nil, other, text) }, false)
		two("metadata.Mode.AppendDiff", func(text []byte) ([]byte, error) { return m.AppendDiff(nil, text, other) }, false)
		two("metadata.Mode.AppendDiff", func(text []byte) ([]byte, error) { return m.AppendDiff(nil, other, text) }, false)
		two("metadata.Mode.AppendDiff", func(text []byte) ([]byte, error) { return m.AppendDiff(nil, text, text) }, true)
	}
	return list
}

// staged returns the user after an Action with the step.
func staged(step actions.Step) (metadata.Object, error) {
	out, err := actions.Stage{Trigger: actions.PostLogin}.Run(step)
	if err != nil {
		return metadata.Object{}, err
	}
	return out.Profile.Object()
}

// textFaults are the faults of any JSON text.
var textFaults = []metadata.Fault{
	metadata.ErrSyntax, metadata.ErrTrailing, metadata.ErrUTF8, metadata.ErrDepth, metadata.ErrDuplicateName,
}

// Every reader accepts the same texts and reports the same faults.
func TestTexts(t *testing.T) {
	list := texts(t)
	for _, r := range readers() {
		for _, tt := range list {
			r.check(t, tt)
		}
	}
}

// check checks r with one text.
func (r reader) check(t *testing.T, tt text) {
	t.Helper()
	given := []byte(strings.ReplaceAll(r.around, "VALUE", tt.value))
	before := string(given)
	again, err := r.read(given)
	require.Equal(t, before, string(given), "%s changed its input", r.name)
	switch {
	case r.unread && tt.fault == metadata.ErrDuplicateName:
		return
	case tt.fault == "":
		for _, f := range textFaults {
			assert.False(t, errors.Is(err, f), "%s refuses %s: %v (%s)", r.name, given, err, tt.why)
		}
		if err == nil && len(again) > 0 {
			assert.True(t, json.Valid(again), "%s writes %s as %s", r.name, given, again)
		}
		return
	case err == nil:
		t.Errorf("%s accepts %q (%s)", r.name, given, tt.why)
		return
	}
	var es metadata.Errors
	if !errors.As(err, &es) || strings.Contains(r.name, "From") {
		return
	}
	if tt.fault == metadata.ErrTrailing && r.around != "VALUE" && errors.Is(err, metadata.ErrSyntax) {
		return // text after a value inside another is a fault of the outer one
	}
	assert.ErrorIs(t, err, tt.fault, "%s about %q (%s)", r.name, given, tt.why)
}

// A lossless reader writes the accepted text again, with equal numbers.
func TestTextsAreKept(t *testing.T) {
	for _, tt := range texts(t) {
		if tt.fault != "" {
			continue
		}
		want := metadata.MustParse(`{"a":` + tt.value + `}`)
		for _, doc := range []interface {
			UnmarshalJSON([]byte) error
			MarshalJSON() ([]byte, error)
		}{new(metadata.Object), new(metadata.Delta), new(user.Profile), new(lifecycle.Creation), new(lifecycle.Row), new(user.Identity), new(patch.Payload)} {
			require.NoError(t, doc.UnmarshalJSON([]byte(`{"a":`+tt.value+`}`)))
			again, err := doc.MarshalJSON()
			require.NoError(t, err)
			got, err := metadata.Parse(again)
			require.NoError(t, err)
			assert.True(t, got.Equal(want), "%T writes %s as %s", doc, tt.value, again)
		}
	}
}
