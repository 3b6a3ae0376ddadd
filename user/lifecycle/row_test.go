package lifecycle_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// A row is written as it is read.
func TestRowRoundTrip(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"email":"kim@example.com","mfa_factors":[{"totp":{"secret":"s"}}],"custom_password_hash":{"algorithm":"md5"},"x":1}`,
		`{"email":null,"app_metadata":"x","password_hash":"h"}`,
	} {
		var i lifecycle.Row
		require.NoError(t, i.UnmarshalJSON([]byte(text)))
		assert.JSONEq(t, text, string(i.AppendJSON(nil)))
	}
	for _, text := range []string{`[1]`, `{}`, `[null]`} {
		row, err := lifecycle.ParseRow([]byte(`{"email":"kim@example.com","mfa_factors":` + text + `}`))
		require.NoError(t, err)
		assert.ErrorIs(t, row.Validate(user.Target{}).Err(), rule.Type, text)
	}
	assert.ErrorIs(t, new(lifecycle.Row).UnmarshalJSON([]byte(`[]`)), metadata.ErrNotObject)
	hand := lifecycle.Row{Name: user.Set("Kim"), Extra: metadata.MustParse(`{"name":5,"email":"kim@example.com"}`)}
	assert.JSONEq(t, `{"name":"Kim","email":"kim@example.com"}`, string(hand.AppendJSON(nil)))

	// The imported profile is read as it is written.
	mistyped, err := user.Parse([]byte(`{"email":"kim@example.com","user_metadata":"x"}`))
	require.NoError(t, err)
	made, err := lifecycle.Row{Email: user.Set("kim@example.com"), UserMetadata: metadata.MustParse(`{"a":1}`)}.Import(mistyped, true, "", user.Target{})
	require.NoError(t, err)
	back, err := user.Parse(made.Profile.AppendJSON(nil))
	require.NoError(t, err)
	assert.True(t, back.Equal(made.Profile))
}

// Rows that differ in one member are not equal.
func TestRowEqual(t *testing.T) {
	all := metadata.MustParse(`{"email":"a@example.com","email_verified":true,"user_id":"1","username":"u","given_name":"G","family_name":"F","name":"N",
		"nickname":"n","picture":"p","blocked":false,"phone_number":"+15559876543","phone_verified":false,"password_hash":"h","custom_password_hash":{"a":1},
		"app_metadata":{"a":1},"user_metadata":{},"mfa_factors":[{"a":1},{}],"x":1}`)
	parse := func(o metadata.Object) lifecycle.Row {
		r, err := lifecycle.ParseRow([]byte(o.String()))
		require.NoError(t, err)
		assert.JSONEq(t, o.String(), string(r.AppendJSON(nil)))
		return r
	}
	r := parse(all)
	assert.True(t, r.Equal(parse(all)))
	for name := range all.All() {
		q := parse(all.Without(name))
		assert.False(t, r.Equal(q) || q.Equal(r), name)
	}
	none, err := all.With([]any{}, "mfa_factors")
	require.NoError(t, err)
	assert.False(t, parse(none).Equal(parse(all.Without("mfa_factors"))), "[] is not absent")
}

func TestRows(t *testing.T) {
	list, err := lifecycle.ParseRows([]byte(`[{"email":"kim@example.com"},{"email":5},{}]`))
	require.NoError(t, err)
	require.Len(t, list, 3)
	assert.Equal(t, "kim@example.com", list[0].Email.Or(""))
	target := user.Target{Connection: user.Connection{Kind: user.Database}}
	assert.NoError(t, list[0].Validate(target).Err())
	assert.ErrorIs(t, list[1].Validate(target).Err(), rule.Type)
	assert.ErrorIs(t, list[2].Validate(target).Err(), rule.ImportEmail)

	list, err = lifecycle.ParseRows([]byte(`[]`))
	assert.NoError(t, err)
	assert.Empty(t, list)
	for _, text := range []string{`{}`, `null`, ``, `[{"a":1,"a":2}]`} {
		_, err := lifecycle.ParseRows([]byte(text))
		assert.Error(t, err, text)
	}
	_, err = lifecycle.ParseRows([]byte(`[`))
	assert.ErrorIs(t, err, metadata.ErrSyntax)
	var es metadata.Errors
	_, err = lifecycle.ParseRows([]byte(`[{},5,null]`))
	require.ErrorAs(t, err, &es)
	require.Len(t, es, 2)
	assert.Equal(t, "/1", es[0].Pointer)
	assert.Equal(t, "/2", es[1].Pointer)

	full := `[{"email":"kim@example.com"}` + strings.Repeat(" ", 512_000-29) + `]`
	require.Len(t, full, 512_000)
	_, err = lifecycle.ParseRows([]byte(full))
	assert.NoError(t, err)
	_, err = lifecycle.ParseRows([]byte(full + " "))
	assert.ErrorIs(t, err, rule.ImportSize)
}

// An absent factor is written as null, and judged so.
func TestRowWithAbsentFactor(t *testing.T) {
	factor := metadata.MustParse(`{"email":{"value":"kim@example.com"}}`)
	for _, list := range [][]metadata.Object{{{}}, {factor, {}}} {
		r := lifecycle.Row{Email: user.Set("kim@example.com"), MFAFactors: list}
		read, err := lifecycle.ParseRow(r.AppendJSON(nil))
		require.NoError(t, err)
		v := r.Validate(user.Target{})
		assert.ErrorIs(t, v.Err(), rule.Type)
		assert.Equal(t, read.Validate(user.Target{}), v)
		_, err = r.Import(user.Profile{}, false, "1", user.Target{})
		assert.ErrorIs(t, err, rule.Type)
		assert.Len(t, r.MFAFactors, len(list))
	}
}

// The message of a refused import tells apart whether an upsert would find the user.
func TestMessageOfExistingUser(t *testing.T) {
	t.Parallel()
	existing, err := user.Parse([]byte(`{"user_id":"auth0|1","email":"kim@example.com","username":"kim"}`))
	require.NoError(t, err)
	for row, want := range map[string]string{
		`{"email":"kim@example.com"}`:                  "import with upsert",
		`{"email":"lee@example.com","username":"kim"}`: "change this row",
	} {
		r, err := lifecycle.ParseRow([]byte(row))
		require.NoError(t, err)
		_, err = r.Import(existing, false, "2", user.Target{Connection: user.Connection{Kind: user.Database}})
		assert.ErrorIs(t, err, rule.ImportExists)
		assert.ErrorContains(t, err, want)
	}
}
