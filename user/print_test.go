package user_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// verbs are the verbs of package fmt, some with flags.
var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%p", "%t", "%U", "%20s", "%.3s", "%T %v"}

// printed returns v as package fmt and the handlers of log/slog write it.
func printed(v any) (list []string) {
	for _, verb := range verbs {
		list = append(list, fmt.Sprintf(verb, v, v))
	}
	var logs bytes.Buffer
	text, structured := slog.New(slog.NewTextHandler(&logs, nil)), slog.New(slog.NewJSONHandler(&logs, nil))
	text.Info("m", "v", v)
	structured.Info("m", "v", v)
	return append(list, fmt.Sprint(v), fmt.Sprintln(v), logs.String())
}

// No verb and no handler prints a Secret, by itself, in a Field, or in an exported or
// unexported field of a struct.
func TestSecretsAreNotPrinted(t *testing.T) {
	const text = "hunter2"
	s := user.NewSecret(text)
	f := user.Set(s)
	type inside struct {
		secret user.Secret
		field  user.Field[user.Secret]
		list   []user.Secret
		byName map[string]user.Secret
		at     *user.Secret
	}
	in := inside{s, f, []user.Secret{s}, map[string]user.Secret{"k": s}, &s}
	mistyped := user.FieldOf[user.Secret](memberOf(`{"x":{"hunter2":"hunter2"}}`, "x"))
	for name, v := range map[string]any{"Secret": s, "Field": f, "*Secret": &s, "*Field": &f, "struct": in, "*struct": &in, "[]Secret": in.list, "mistyped": mistyped} {
		for i, out := range printed(v) {
			if name == "[]Secret" && i == len(verbs)+2 {
				continue // a slog.JSONHandler uses encoding/json for a slice, as documented
			}
			assert.NotContains(t, out, text, "%s, %d", name, i)
			assert.NotContains(t, out, fmt.Sprintf("%x", text), "%s, %d", name, i)
			assert.NotContains(t, out, fmt.Sprintf("%X", text), "%s, %d", name, i)
		}
	}
	assert.Equal(t, "********", fmt.Sprint(s))
	assert.Equal(t, "********", fmt.Sprint(f))
	assert.Equal(t, "absent null mistyped", fmt.Sprint(user.Field[user.Secret]{}, user.Null[user.Secret](), mistyped))

	// encoding/json writes it, since bodies contain it.
	for _, v := range []any{s, f, &s} {
		out, err := json.Marshal(v)
		require.NoError(t, err)
		assert.Equal(t, `"hunter2"`, string(out))
	}
	assert.Equal(t, text, s.Reveal())
	assert.True(t, s.Equal(user.NewSecret(text)) && f.Equal(user.Set(user.NewSecret(text))))
	assert.False(t, s.Equal(user.Secret{}) || f.Equal(user.Set(user.Secret{})))
	assert.True(t, user.Secret{}.Equal(user.NewSecret("")))
	assert.Empty(t, user.Secret{}.Reveal())
}

// Where package fmt calls no method, it writes the address of the text.
func TestSecretsPrintAsAddresses(t *testing.T) {
	s := user.NewSecret("hunter2")
	const address = `\{0x[0-9a-f]+\}`
	assert.Regexp(t, `^\{`+address+`\}$`, fmt.Sprint(struct{ s user.Secret }{s}))
	assert.Regexp(t, `^%!p\(user\.Secret=`+address+`\)$`, fmt.Sprintf("%p", s))
	assert.Equal(t, "********", fmt.Sprint(s))
}

// A Secret reads the JSON that it writes.
func TestSecretsAreRead(t *testing.T) {
	type form struct{ P user.Secret }
	var f form
	require.NoError(t, json.Unmarshal([]byte(`{"P":"\u0078\"y"}`), &f))
	assert.Equal(t, `x"y`, f.P.Reveal())
	text, err := json.Marshal(f)
	require.NoError(t, err)
	assert.JSONEq(t, `{"P":"x\"y"}`, string(text))
	require.NoError(t, json.Unmarshal([]byte(`{"P":null}`), &f))
	assert.Equal(t, `x"y`, f.P.Reveal(), "null changes nothing")
	for _, text := range []string{`1`, `{"a":"hunter2"}`, `["hunter2"]`, `true`} {
		err := f.P.UnmarshalJSON([]byte(text))
		assert.ErrorIs(t, err, user.ErrMistyped, text)
		assert.NotContains(t, err.Error(), "hunter2")
	}
	assert.ErrorIs(t, f.P.UnmarshalJSON([]byte(`"`)), metadata.ErrSyntax)
	assert.Equal(t, `x"y`, f.P.Reveal())
}

// A Field prints as its value, with the verb and its flags.
func TestFieldsPrint(t *testing.T) {
	assert.Equal(t, `kim "kim"   kim 6b696d`, fmt.Sprintf("%v %q %5s %x", user.Set("kim"), user.Set("kim"), user.Set("kim"), user.Set("kim")))
	assert.Equal(t, "true 007 auth0|1 null absent", fmt.Sprintf("%t %03d %v %s %d", user.Set(true), user.Set(int64(7)), user.Set(user.ID("auth0|1")), user.Null[string](), user.Field[int64]{}))
	assert.Equal(t, slog.StringValue("kim"), user.Set("kim").LogValue())
	assert.Equal(t, slog.BoolValue(true), user.Set(true).LogValue())
	assert.Equal(t, slog.StringValue("absent"), user.Field[bool]{}.LogValue())
	assert.Equal(t, slog.StringValue("null"), user.Null[bool]().LogValue())
}

// No verb and no handler prints a token of an identity; the other members print.
func TestProfilesPrintWithoutTokens(t *testing.T) {
	p, err := user.Parse([]byte(`{"name":"Kim","identities":[{"provider":"auth0","access_token":"hunter2","access_token_secret":"hunter2","refresh_token":null}]}`))
	require.NoError(t, err)
	p.Identities = append(p.Identities, user.Identity{Provider: user.Set("sms"), Extra: metadata.MustParse(`{"access_token":"hunter2","x":null,"refresh_token":null}`)})
	for want, v := range map[string]any{
		`{"name":"Kim","identities":[{"provider":"auth0","access_token":"********","access_token_secret":"********","refresh_token":null},{"provider":"sms","access_token":"********","x":null,"refresh_token":null}]}`: p,
		`{"provider":"auth0","access_token":"********","access_token_secret":"********","refresh_token":null}`:                                                                                                          p.Identities[0],
	} {
		assert.JSONEq(t, want, fmt.Sprint(v))
		for _, out := range printed(v) {
			assert.NotContains(t, out, "hunter2", "%T", v)
		}
	}
	assert.Equal(t, "hunter2", p.Identities[0].AccessToken.Or(user.Secret{}).Reveal())
	assert.Contains(t, string(p.AppendJSON(nil)), "hunter2")

	logs := user.Outcome{Profile: p}.LogValue().String()
	assert.NotContains(t, logs, "hunter2")
	assert.Contains(t, logs, "Kim")
	assert.Contains(t, logs, "added /name")
}

func memberOf(text, name string) metadata.Value {
	v, _ := metadata.MustParse(text).Get(name)
	return v
}
