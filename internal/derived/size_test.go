package derived

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Size is that of the text, however it was written.
func TestSize(t *testing.T) {
	texts := []string{
		`{}`,
		`{"name":"\u0041\u0000\ud83d\ude00\u00e9","last_ip":"\u0031"}`,
		`{"a\"\u0001é":1,"\u00e9":2}`,
		`{"user_id":"auth0|1","email":"\u006b@example.com","email_verified":"\u0066\u0061\u006c\u0073\u0065","username":null,"phone_number":null,"phone_verified":"false","name":"\u0000\u2028é","nickname":null,` +
			`"given_name":"\u003c","family_name":null,"picture":null,"blocked":false,"identities":[{"connection":null,"user_id":1.00000000000000000000000000000000000000,"provider":null,"isSocial":false,"profileData":{"a" : 1},"access_token":null,"access_token_secret":"\u0000","refresh_token":null,"x":1},{}],` +
			`"user_metadata":{},"app_metadata":{},"multifactor":["a" , "b"],"multifactor_last_modified":null,"last_ip":null,"last_login":null,"logins_count":1.00000000000000000000000000000000000000000,"last_password_reset":null,"created_at":null,"updated_at":null,"permissions":null,"extra":"x"}`,
		`{"identities":[` + strings.Repeat(`{"connection":null,"user_id":null,"provider":null,"isSocial":null,"profileData":null,"access_token":null,"access_token_secret":null,"refresh_token":null},`, 40) + `{}]}`,
		`{"name":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`,
		`{"logins_count":1.` + strings.Repeat("0", 11000) + `}`,
		`{"blocked":"` + strings.Repeat("x", 11000) + `"}`,
		`{"user_metadata":"` + strings.Repeat("x", 11000) + `"}`,
	}
	for _, dir := range []string{"user", "patch", "identities"} {
		for _, v := range vectors.Load(t, dir) {
			if text := v.Section("user.json"); text != nil {
				texts = append(texts, string(text))
			}
		}
	}
	require.Greater(t, len(texts), 100)
	for _, text := range texts {
		u, err := user.Parse([]byte(text))
		if err != nil {
			continue // a vector of the error
		}
		assert.Equal(t, len(u.AppendJSON(nil)), Size(&u), "%.200s", text)
		assert.GreaterOrEqual(t, atMost(&u), Size(&u), "%.200s", text)
	}
	u := user.Profile{Name: user.Set(strings.Repeat("\xff", 20)), Identities: []user.Identity{{AccessToken: user.Set(user.NewSecret(strings.Repeat("\x01", 300)))}}}
	assert.Equal(t, len(u.AppendJSON(nil)), Size(&u))
	assert.GreaterOrEqual(t, atMost(&u), Size(&u))
}

// A small profile is not written to be measured.
func TestSizeAllocations(t *testing.T) {
	u, err := user.Parse([]byte(`{"user_id":"auth0|1","email":"kim@example.com","email_verified":true,"name":"Kim","picture":"` + Picture("kim@example.com", "Kim") + `","logins_count":12,"created_at":"2026-11-27T00:00:00.000Z",` +
		`"identities":[{"connection":"db","provider":"auth0","user_id":"1","isSocial":false,"profileData":{"a":1}}],"user_metadata":{"a":"` + strings.Repeat("x", 5000) + `"},"app_metadata":{"b":1}}`))
	require.NoError(t, err)
	j := judge.New(rule.Strict, nil)
	assert.Zero(t, testing.AllocsPerRun(100, func() { JudgeSize(&j, &u, &u) }))
	assert.Empty(t, j.Verdict())
}
