package user_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// An import is written as it is read.
func TestImportRoundTrip(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"email":"kim@example.com","mfa_factors":[{"totp":{"secret":"s"}}],"custom_password_hash":{"algorithm":"md5"},"x":1}`,
		`{"email":null,"app_metadata":"x","password_hash":"h"}`,
	} {
		var i user.Import
		require.NoError(t, i.UnmarshalJSON([]byte(text)))
		assert.JSONEq(t, text, string(i.AppendJSON(nil)))
	}
	assert.ErrorIs(t, new(user.Import).UnmarshalJSON([]byte(`[]`)), metadata.ErrNotObject)
	hand := user.Import{Name: user.Value("Kim"), Extra: metadata.MustParse(`{"name":5,"email":"kim@example.com"}`)}
	assert.JSONEq(t, `{"name":"Kim","email":"kim@example.com"}`, string(hand.AppendJSON(nil)))

	// What it makes of a user is read as it is written.
	odd, err := user.Parse([]byte(`{"email":"kim@example.com","user_metadata":"x"}`))
	require.NoError(t, err)
	made, err := user.Import{Email: user.Value("kim@example.com"), UserMetadata: metadata.MustParse(`{"a":1}`)}.Into(odd, true, "", user.Circumstances{})
	require.NoError(t, err)
	back, err := user.Parse(made.Profile.AppendJSON(nil))
	require.NoError(t, err)
	assert.True(t, back.Equal(made.Profile))
}

func TestImportFile(t *testing.T) {
	list, err := user.ParseImports([]byte(`[{"email":"kim@example.com"},{"email":5},{}]`))
	require.NoError(t, err)
	require.Len(t, list, 3)
	assert.Equal(t, "kim@example.com", list[0].Email.Or(""))
	at := user.Circumstances{Connection: user.Connection{Kind: user.Database}}
	assert.NoError(t, list[0].Validate(at).Err())
	assert.ErrorIs(t, list[1].Validate(at).Err(), user.RuleType)
	assert.ErrorIs(t, list[2].Validate(at).Err(), user.RuleImportEmail)

	list, err = user.ParseImports([]byte(`[]`))
	assert.NoError(t, err)
	assert.Empty(t, list)
	for _, text := range []string{`{}`, `null`, ``, `[{"a":1,"a":2}]`} {
		_, err := user.ParseImports([]byte(text))
		assert.Error(t, err, text)
	}
	_, err = user.ParseImports([]byte(`[`))
	assert.ErrorIs(t, err, metadata.ErrSyntax)
	var es metadata.Errors
	_, err = user.ParseImports([]byte(`[{},5,null]`))
	require.ErrorAs(t, err, &es)
	require.Len(t, es, 2)
	assert.Equal(t, "/1", es[0].Pointer)
	assert.Equal(t, "/2", es[1].Pointer)

	full := `[{"email":"kim@example.com"}` + strings.Repeat(" ", 512_000-29) + `]`
	require.Len(t, full, 512_000)
	_, err = user.ParseImports([]byte(full))
	assert.NoError(t, err)
	_, err = user.ParseImports([]byte(full + " "))
	assert.ErrorIs(t, err, user.RuleImportSize)
}
