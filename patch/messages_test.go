package patch_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// messageAt returns the message of the violation or warning of the rule at the pointer.
func messageAt(t *testing.T, v rule.Verdict, id rule.ID, pointer string) string {
	t.Helper()
	for _, x := range append(v.Violations, v.Warnings...) {
		if x.Rule == id && x.Pointer == pointer {
			return x.Message
		}
	}
	t.Errorf("%s at %s is missing: %v", id, pointer, v)
	return ""
}

// The message about a type has the type that the attribute takes.
func TestTypeMessages(t *testing.T) {
	for name, want := range map[string]string{
		"blocked": "true or false", "email_verified": "true or false", "connection": "a string", "client_id": "a string", "name": "a string", "user_metadata": "an object",
	} {
		v := payload(t, `{"`+name+`":[]}`).Validate(user.Target{})
		assert.Contains(t, messageAt(t, v, rule.Type, "/"+name), want, name)
	}
}

// The remedy for synced attributes depends on who sets them.
func TestSyncedRemedies(t *testing.T) {
	at := user.Target{Connection: user.Connection{Kind: user.CustomDatabase, ImportMode: true, RootAttributes: user.OnEachLogin}}
	p := payload(t, `{"name":"N"}`)
	message := messageAt(t, p.Validate(at), rule.SyncedAttributes, "/name")
	assert.Contains(t, message, "change them in the database")
	assert.NotContains(t, message, "on_first_login")
	at.Connection.ImportMode = false
	message = messageAt(t, p.Validate(at), rule.SyncedAttributes, "/name")
	assert.Contains(t, message, "change them in the database, or set")
	at.Connection.Kind = user.Social
	message = messageAt(t, p.Validate(at), rule.SyncedAttributes, "/name")
	assert.Contains(t, message, "at the identity provider")
}

// A custom database refuses profile attributes only, and those that it syncs for that alone.
func TestCustomDatabaseRefusesOnce(t *testing.T) {
	at := user.Target{Connection: user.Connection{Kind: user.CustomDatabase, RootAttributes: user.OnFirstLogin}}
	p := payload(t, `{"name":"N","blocked":true,"user_metadata":{"a":1}}`)
	assert.Equal(t, []string{"/name"}, pointersOf(p.Validate(at).Violations, string(rule.CustomDatabase)))
	at.Connection.RootAttributes = user.OnEachLogin
	assert.Empty(t, pointersOf(p.Validate(at).Violations, string(rule.CustomDatabase)))
	assert.Equal(t, []string{"/name"}, pointersOf(p.Validate(at).Violations, string(rule.SyncedAttributes)))
}

// A database user whose phone_number does not change is told what verify_phone_number needs.
func TestVerifyPhoneNumberMessages(t *testing.T) {
	at := user.Target{Connection: user.Connection{Kind: user.Database}}
	for text, want := range map[string]string{
		`{"verify_phone_number":true,"name":"N"}`:                     "only with a new phone_number",
		`{"verify_phone_number":true,"phone_number":null,"name":"N"}`: "only with a new phone_number",
		`{"verify_phone_number":true,"phone_number":"+12025550143"}`:  "documented for SMS users only",
	} {
		assert.Contains(t, messageAt(t, payload(t, text).Validate(at), rule.VerifyPhoneNumber, "/verify_phone_number"), want, text)
	}
}

// Only the warning that attributes are not judged names the provider of the main identity.
func TestNotJudgedNamesTheProvider(t *testing.T) {
	u := profile(t, `{"email":"kim@example.com","identities":[{"provider":"google-oauth2","user_id":"1","connection":"c"}]}`)
	out, err := payload(t, `{"email":"lee@example.com","name":"N","blocked":false}`).Apply(u, user.Target{})
	require.NoError(t, err)
	require.Greater(t, len(out.Warnings), 1)
	for _, w := range out.Warnings {
		if w.Rule == rule.NotJudged {
			assert.Contains(t, w.Message, "the provider of the user's main identity")
		} else {
			assert.NotContains(t, w.Message, "main identity", w.Rule)
		}
	}
}

// The answer that lists the fields is known for a user's own token alone.
func TestResponseToOwnToken(t *testing.T) {
	for _, tt := range []struct {
		scopes []string
		known  bool
	}{
		{[]string{"update:current_user_metadata"}, true},
		{[]string{"update:current_user_metadata", "update:users_app_metadata"}, false},
		{[]string{"update:users_app_metadata"}, false},
	} {
		_, known := payload(t, `{"name":"N"}`).Response(user.Target{Scopes: tt.scopes, Connection: user.Connection{Kind: user.Database}})
		assert.Equal(t, tt.known, known, tt.scopes)
	}
}

// What cannot be restored is a plain list, unless there are refusals too.
func TestErrorOfInverse(t *testing.T) {
	_, err := payload(t, `{"password":"p"}`).Inverse(user.Profile{}, user.Target{Connection: user.Connection{Kind: user.Database}})
	require.Error(t, err)
	_, plain := err.(metadata.Errors)
	assert.True(t, plain, "%T", err)
}
