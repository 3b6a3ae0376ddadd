package card_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch/card"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func form(t *testing.T, text string) (f card.Form) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &f))
	return f
}

func TestPayload(t *testing.T) {
	for _, tt := range []struct {
		form, skip, pass string
		warns            []string
	}{
		{`{"ID":"auth0|1","Name":"A","Blocked":false}`, `{"name":"A","blocked":false}`, `{"name":"A","blocked":false}`, nil},
		{`{"Name":"","Nickname":null,"Given Name":[],"Family Name":{}}`, `{}`, `{"name":null,"nickname":null,"given_name":null,"family_name":null}`,
			[]string{"patch.blank-text", "patch.blank-text", "patch.blank-text", "patch.blank-text"}},
		{`{"Metadata":{},"App Metadata":null}`, `{}`, `{"user_metadata":{},"app_metadata":{}}`, []string{"patch.metadata-wipe", "patch.metadata-wipe"}},
		{`{"Metadata":{"a":null,"b":{"c":null}},"App Metadata":{"x":{}}}`, `{"user_metadata":{"a":null,"b":{"c":null}},"app_metadata":{"x":{}}}`, `{"user_metadata":{"a":null,"b":{"c":null}},"app_metadata":{"x":{}}}`, nil},
		{`{"Email Verified":"","Phone Verified":null,"Blocked":"","Verify Email":null,"Client ID":"","Password":""}`, `{}`, `{}`,
			[]string{"patch.blank-input", "patch.blank-input", "patch.blank-input", "patch.blank-input", "patch.blank-input", "patch.blank-input"}},
		{`{"Connection":"","Email":"a@example.com","Client ID":"c"}`, `{"email":"a@example.com","client_id":"c"}`, `{"email":"a@example.com","client_id":"c"}`, nil},
		{`{"Connection":"db","Password":"p","Phone Number":"+15551230000","Picture":"https://example.com/p.png","Username":"u"}`,
			`{"connection":"db","password":"p","phone_number":"+15551230000","picture":"https://example.com/p.png","username":"u"}`,
			`{"connection":"db","password":"p","phone_number":"+15551230000","picture":"https://example.com/p.png","username":"u"}`, nil},
		{`{"Name":["x"],"Nickname":{"a":1},"Metadata":[1]}`, `{"name":["x"],"nickname":{"a":1},"user_metadata":[1]}`, `{"name":["x"],"nickname":{"a":1},"user_metadata":[1]}`, nil},
		{`{"Metadata":"text","Name":5,"Password":["p"],"Blocked":"yes","Connection":7}`, `{"user_metadata":"text","name":5,"password":["p"],"blocked":"yes","connection":7}`,
			`{"user_metadata":"text","name":5,"password":["p"],"blocked":"yes","connection":7}`, nil},
		{`{"Metadata":"","App Metadata":[ ]}`, `{}`, `{"user_metadata":{},"app_metadata":{}}`, []string{"patch.metadata-wipe", "patch.metadata-wipe"}},
	} {
		f := form(t, tt.form)
		p, warnings := f.Payload(metadata.SkipEmpty)
		assert.JSONEq(t, tt.skip, string(p.AppendJSON(nil)), tt.form)
		assert.Empty(t, warnings)
		p, warnings = f.Payload(metadata.PassEmpty)
		assert.JSONEq(t, tt.pass, string(p.AppendJSON(nil)), tt.form)
		var rules []string
		for _, w := range warnings {
			rules = append(rules, string(w.Rule))
			assert.NotEmpty(t, w.Pointer)
		}
		assert.Equal(t, tt.warns, rules, tt.form)
	}
	p, _ := form(t, `{"Metadata":{"a":1},"App Metadata":{}}`).Payload(metadata.PassEmpty)
	assert.True(t, p.Extra.IsZero(), "each input is in its own field")
}

func TestRequiredInput(t *testing.T) {
	for text, want := range map[string]bool{
		`{}`: false, `{"ID":"auth0|1"}`: false, `{"ID":7}`: false, `{"ID":""}`: true, `{"ID":null}`: true, `{"ID":[]}`: true, `{"ID":{ }}`: true,
	} {
		for _, empties := range []metadata.Empties{metadata.SkipEmpty, metadata.PassEmpty} {
			_, warnings := form(t, text).Payload(empties)
			if want {
				assert.Equal(t, rule.Violations{judge.Violation(rule.RequiredInput, "", "ID is blank; the card needs the user's id")}, warnings, text)
			} else {
				assert.Empty(t, warnings, text)
			}
		}
	}
}

func TestUnmarshalErrors(t *testing.T) {
	f := card.Form{Name: user.Set("A")}
	assert.ErrorIs(t, f.UnmarshalJSON([]byte(`[]`)), metadata.ErrNotObject)
	assert.ErrorIs(t, f.UnmarshalJSON([]byte(`{"Name":"A","Name":"B"}`)), metadata.ErrDuplicateName)
	var es metadata.Errors
	require.ErrorAs(t, f.UnmarshalJSON([]byte(`{"name":"A","Name":"B","Given name":null}`)), &es)
	assert.Equal(t, metadata.Errors{{Fault: user.ErrUnknownMember, Pointer: "/name"}, {Fault: user.ErrUnknownMember, Pointer: "/Given name"}}, es)
	assert.Equal(t, "A", f.Name.Or(""), "a form that is not read does not change")
}

// A form is written as it is read, by the labels, in the order of the card.
func TestFormIsWrittenByItsLabels(t *testing.T) {
	const all = `{"ID":"auth0|1","Name":"","Email Verified":null,"Phone Verified":true,"Username":"u","Given Name":[],"App Metadata":{"a":null},"Metadata":"","Email":"a@example.com","Family Name":"F","Nickname":null,"Blocked":false,"Picture":"p","Verify Email":false,"Phone Number":"+1","Password":"p","Client ID":"c","Connection":"db"}`
	for _, text := range []string{all, `{}`, `{"Name":7,"Blocked":"odd"}`} {
		got, err := json.Marshal(form(t, text))
		require.NoError(t, err)
		assert.Equal(t, text, string(got))
	}
}

// Inputs of a literal that have no JSON text are sent and refused.
func TestInputsOfLiterals(t *testing.T) {
	deep, err := metadata.ValueOf(json.RawMessage(strings.Repeat(`{"a":`, metadata.MaxLevels-1) + "{}" + strings.Repeat("}", metadata.MaxLevels-1)))
	require.NoError(t, err)
	f := card.Form{Metadata: deep, Name: user.FieldOf[string](deep), AppMetadata: metadata.Value{}, Nickname: user.Set("")}
	p, warnings := f.Payload(metadata.PassEmpty)
	require.Len(t, warnings, 1)
	assert.Equal(t, rule.BlankText, warnings[0].Rule)
	assert.True(t, p.Nickname.IsNull())
	var pointers []string
	for _, v := range p.Validate(user.Target{}).Violations {
		assert.Equal(t, rule.Type, v.Rule)
		pointers = append(pointers, v.Pointer)
	}
	assert.Equal(t, []string{"/user_metadata", "/name"}, pointers)
	p, _ = card.Form{Name: user.Set("a\xff")}.Payload(metadata.SkipEmpty)
	assert.Equal(t, "a\uFFFD", p.Name.Or(""))
}

// Formats and logs mask the password; the JSON text has it.
func TestPasswordIsMasked(t *testing.T) {
	const secret = "hunter2"
	f := card.Form{ID: user.Set("auth0|1"), Nickname: user.Set(""), Name: user.Set("A"), Password: user.Set(user.NewSecret(secret))}
	mistyped := form(t, `{"Password":["`+secret+`"]}`)
	for _, v := range []any{f, &f, mistyped, []card.Form{f}, struct{ F card.Form }{f}} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			assert.NotContains(t, fmt.Sprintf(format, v), secret, "%s of %T", format, v)
		}
	}
	assert.Equal(t, `{"name":"A","password":"********"}`, fmt.Sprint(f))
	for _, v := range []any{f, &f, mistyped} {
		for _, h := range []func(*strings.Builder) slog.Handler{
			func(b *strings.Builder) slog.Handler { return slog.NewTextHandler(b, nil) },
			func(b *strings.Builder) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var b strings.Builder
			slog.New(h(&b)).Info("m", "v", v)
			assert.NotContains(t, b.String(), secret)
		}
	}
	text, err := json.Marshal(f)
	require.NoError(t, err)
	assert.Contains(t, string(text), secret)
}

func TestOutput(t *testing.T) {
	const u = `{"user_id":"auth0|1","email":"a@example.com","identities":[{"provider":"auth0","user_id":1,"connection":"db","isSocial":false,"profileData":{}}],"user_metadata":{"a":1},"logins_count":3,"locale":"de"}`
	o, err := card.Output(profile(t, u))
	require.NoError(t, err)
	assert.JSONEq(t, `{"Raw Output":`+u+`,"ID":"auth0|1","Email":"a@example.com","Identities":[{"Connection":"db","User ID":1,"Provider":"auth0","Is Social":false}],"Metadata":{"a":1},"Logins Count":3}`, o.String())
	for text, want := range map[string]string{
		`{"identities":[{},{"provider":"sms","user_id":"1"}]}`: `[{},{"Provider":"sms","User ID":"1"}]`, // absent fields are left out
		`{"identities":[]}`:   `[]`,
		`{"identities":null}`: `null`,
	} {
		o, err = card.Output(profile(t, text))
		require.NoError(t, err)
		assert.JSONEq(t, `{"Raw Output":`+text+`,"Identities":`+want+`}`, o.String())
	}
	deep := metadata.MustParse(strings.Repeat(`{"a":`, metadata.MaxLevels-1) + "{}" + strings.Repeat("}", metadata.MaxLevels-1))
	_, err = card.Output(user.Profile{AppMetadata: deep})
	assert.ErrorIs(t, err, metadata.ErrDepth)
	_, err = card.Output(user.Profile{Extra: deep})
	assert.ErrorIs(t, err, metadata.ErrDepth, "it is a level deeper in the output")
}
