package patch_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// badKinds are connections whose kind no payload can be judged by.
var badKinds = []user.Connection{{Kind: "Social"}, {Kind: "databse", Strategy: "auth0"}, {Kind: user.Social, Strategy: "auth0"}, {Kind: user.Database, Strategy: "oidc"}}

// Every operation refuses a kind that does not exist or contradicts the strategy,
// whatever is sent.
func TestConnectionKindIsRefused(t *testing.T) {
	u := user.Profile{Name: user.Set("A")}
	for _, c := range badKinds {
		at := user.Target{Connection: c, Sources: rule.Lenient}
		for _, p := range []patch.Payload{{Name: user.Set("B")}, {UserMetadata: payload(t, `{"user_metadata":{"a":1}}`).UserMetadata}, {}} {
			vs := p.Validate(at).Violations
			assert.Equal(t, []string{""}, pointersOf(vs, string(rule.ConnectionKind)), "%v", c)
			_, err := p.Apply(u, at)
			assert.ErrorIs(t, err, rule.ConnectionKind)
			_, err = patch.Plan(u, p, at)
			assert.ErrorIs(t, err, rule.ConnectionKind)
			_, err = p.Inverse(u, at)
			assert.ErrorIs(t, err, rule.ConnectionKind)
			_, known := p.Response(at)
			assert.False(t, known)
		}
		_, err := patch.PlanTo(u, u, at)
		assert.ErrorIs(t, err, rule.ConnectionKind)
		_, err = actions.Stage{Trigger: actions.PostLogin, User: u, Target: at}.Run()
		assert.ErrorIs(t, err, rule.ConnectionKind)
	}
}

// The kind that follows from the strategy is judged as one that is given.
func TestKindFollowsStrategy(t *testing.T) {
	for strategy, kind := range map[string]user.Kind{
		"auth0": user.Database, "github": user.Social, "oauth2": user.Social, "okta": user.Enterprise, "email": user.PasswordlessEmail, "sms": user.PasswordlessSMS,
		"": user.KindUnknown,
	} {
		u := profile(t, `{"email":"A@example.com","name":"A","identities":[{"provider":"x","user_id":"1","connection":"c"}]}`)
		for _, text := range []string{
			`{"name":"B"}`, `{"name":null}`, `{"email":"B@example.com"}`, `{"email_verified":true}`, `{"password":"p"}`, `{"username":"u"}`,
			`{"phone_number":"+12025550143","verify_phone_number":true}`, `{"username":"a b"}`, `{"blocked":true}`,
		} {
			p := payload(t, text)
			short, long := user.Target{Connection: user.Connection{Strategy: strategy}}, user.Target{Connection: user.Connection{Strategy: strategy, Kind: kind}}
			assert.Equal(t, p.Validate(long), p.Validate(short), "%s %s", strategy, text)
			want, wantErr := p.Apply(u, long)
			got, err := p.Apply(u, short)
			assert.Equal(t, wantErr, err)
			assert.Equal(t, want, got)
			plan, wantErr := patch.Plan(u, p, long)
			same, err := patch.Plan(u, p, short)
			assert.Equal(t, wantErr, err)
			assert.Equal(t, plan, same)
			undo, wantErr := p.Inverse(u, long)
			redo, err := p.Inverse(u, short)
			assert.Equal(t, wantErr, err)
			assert.True(t, undo.Equal(redo))
		}
	}
}

// One warning lists the attributes that an unknown kind leaves open.
func TestNotJudged(t *testing.T) {
	v := payload(t, `{"email":"a@example.com","email_verified":true,"phone_number":"+12025550143","name":"A","username":"u","verify_email":true,"user_metadata":{}}`).Validate(user.Target{})
	require.Len(t, pointersOf(v.Warnings, string(rule.NotJudged)), 1)
	for _, w := range v.Warnings {
		if w.Rule == rule.NotJudged {
			assert.Equal(t, "not judged: the kind of connection is unknown, and it decides on email_verified, email, phone_number, name, username; describe the connection in the target", w.Message)
		}
	}
}

// No source and no policy beats what the connection declares.
func TestDeclarationBeatsPolicies(t *testing.T) {
	c := user.Connection{Kind: user.Database, Attributes: user.Attributes{Username: &user.Attribute{
		ProfileRequired: user.Set(true), MaxLength: user.Set[int64](20), AllowEmail: user.Set(false),
	}}}
	at := user.Target{Connection: c, Sources: rule.Lenient, Policies: rule.Policies{
		rule.PhoneDatabase: "lenient", rule.UsernameCharacters: "lenient", rule.UsernameRequired: "lenient",
	}}
	for text, id := range map[string]rule.ID{
		`{"username":null}`: rule.RequiredAttribute, `{"username":"ann@example.com"}`: rule.UsernameCharacters, `{"username":"abcdefghijklmnopqrstu"}`: rule.UsernameLength,
		`{"phone_verified":true}`: rule.PhoneDatabase,
	} {
		assert.ErrorIs(t, payload(t, text).Validate(at).Err(), id, text)
	}
	before := *c.Attributes.Username
	assert.NoError(t, payload(t, `{"username":"abcdefghijklmnopqrst"}`).Validate(at).Err())
	assert.Equal(t, before, *c.Attributes.Username)
}
