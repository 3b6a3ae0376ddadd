package patch_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// found returns the violations and warnings of the payload that have the rule, by pointer.
func found(t *testing.T, text string, target user.Target, id rule.ID) map[string]rule.Violation {
	verdict := payload(t, text).Validate(target)
	list := map[string]rule.Violation{}
	for _, v := range append(verdict.Violations, verdict.Warnings...) {
		if v.Rule == id {
			list[v.Pointer] = v
		}
	}
	return list
}

// A refusal on a custom database cites the source that accepts this attribute, and the
// setting that follows it.
func TestCustomDatabaseCitesTheSourceOfTheAttribute(t *testing.T) {
	sources := map[string]string{
		`{"email":"kim@example.com"}`:     "Auth0 docs, Change Email Script (2026-08-20) accepts it",
		`{"email_verified":true}`:         "Auth0 docs, Change Email Script (2026-08-20) accepts it",
		`{"password":"correct-horse"}`:    "Auth0 docs, Change Password Script (2026-08-20) accepts it",
		`{"phone_number":"+15559876543"}`: "Auth0 community topic 183190 (2025-02) accepts it",
		`{"phone_verified":true}`:         "Auth0 community topic 183190 (2025-02) accepts it",
		`{"nickname":"kim"}`:              "Auth0 docs, Update Root Attributes (2026-08-20) accepts it",
	}
	scripts := map[string]string{
		"/email": "Change Email script", "/email_verified": "Change Email script", "/password": "Change Password script",
		"/phone_number": "Get User script twice, then the Change Phone Number script", "/phone_verified": "Get User script twice, then the Change Phone Number script",
	}
	target := user.Target{Connection: user.Connection{Kind: user.CustomDatabase, RootAttributes: user.NeverOnLogin}}
	for text, source := range sources {
		target.Sources = rule.Strict
		for pointer, v := range found(t, text, target, rule.CustomDatabase) {
			assert.Equal(t, rule.SeverityError, v.Severity)
			assert.Equal(t, 1, strings.Count(v.Message, "accepts it"), v.Message)
			assert.Contains(t, v.Message, source, pointer)
			assert.Contains(t, v.Message, "set Sources to current", pointer)
			for _, target.Sources = range []rule.Sources{rule.Current, rule.Lenient} {
				w := found(t, text, target, rule.CustomDatabase)[pointer]
				assert.Contains(t, w.Message, scripts[pointer], "%s %s", pointer, target.Sources)
				if scripts[pointer] != "" {
					assert.Equal(t, rule.SeverityWarning, w.Severity)
					assert.Contains(t, w.Message, strings.TrimSuffix(source, " (2026-08-20) accepts it")[:20], pointer)
				}
			}
		}
		require.NotEmpty(t, found(t, text, user.Target{Connection: target.Connection}, rule.CustomDatabase), text)
	}
}

// What is one fault has one message, which names every attribute; at the other
// attributes the messages refer to it.
func TestOneMessageForOneFault(t *testing.T) {
	const set = `{"family_name":"k","given_name":"k","name":"k","nickname":"k","picture":"https://example.com/k.png"}`
	const null = `{"family_name":null,"given_name":null,"name":null,"nickname":null,"picture":null}`
	const phone = `{"phone_number":"+15559876543","phone_verified":true}`
	custom := user.Connection{Kind: user.CustomDatabase, RootAttributes: user.NeverOnLogin}
	importing := user.Connection{Kind: user.CustomDatabase, RootAttributes: user.NeverOnLogin, ImportMode: true}
	for _, c := range []struct {
		payload string
		id      rule.ID
		target  user.Target
		first   string
	}{
		{set, rule.SyncedAttributes, user.Target{Connection: user.Connection{Kind: user.Social}}, "/given_name"},
		{null, rule.SyncedRemoval, user.Target{Connection: user.Connection{Kind: user.Social}}, "/given_name"},
		{set, rule.CustomDatabase, user.Target{Connection: custom}, "/given_name"},
		{set, rule.CustomDatabase, user.Target{Connection: importing, Sources: rule.Current}, "/given_name"},
		{set, rule.MigratedAttributes, user.Target{Connection: custom, Migrated: true}, "/given_name"},
		{set, rule.CustomDatabase, user.Target{Connection: importing, Sources: rule.Lenient}, "/given_name"},
		{`{"name":"k","email":"a@example.com"}`, rule.Scope, user.Target{Scopes: []string{"update:current_user_metadata"}}, "/email"},
		{`{"name":"k","x":1,"y":1}`, rule.UnknownAttribute, user.Target{}, "/x"},
		{null, rule.NullProfileAttribute, user.Target{Connection: user.Connection{Kind: user.Database}}, "/given_name"},
		{null, rule.NullProfileAttribute, user.Target{Connection: user.Connection{Kind: user.Database}, Sources: rule.Current}, "/given_name"},
		{null, rule.NullProfileAttribute, user.Target{Connection: importing}, "/given_name"},
		{set, rule.SecondaryAttributes, user.Target{Connection: user.Connection{Kind: user.Database}, Secondary: true}, "/given_name"},
		{`{"name":"k","last_login":"x","identities":[]}`, rule.ReadOnly, user.Target{}, "/last_login"},
		{`{"name":"k","last_login":"x","identities":[]}`, rule.ReadOnly, user.Target{Sources: rule.Current}, "/last_login"},
		{phone, rule.CustomDatabase, user.Target{Connection: custom}, "/phone_number"},
		{phone, rule.CustomDatabase, user.Target{Connection: custom, Sources: rule.Current}, "/phone_number"},
		{phone, rule.PhoneDatabase, user.Target{Connection: user.Connection{Kind: user.Database}}, "/phone_number"},
		{phone, rule.PhoneDatabase, user.Target{Connection: user.Connection{Kind: user.Database}, Sources: rule.Current}, "/phone_number"},
		{phone, rule.PhoneConnection, user.Target{Connection: user.Connection{Kind: user.Social}}, "/phone_number"},
	} {
		list := found(t, c.payload, c.target, c.id)
		require.GreaterOrEqual(t, len(list), 2, "%s %v", c.id, c.target)
		for pointer, v := range list {
			if pointer == c.first {
				for other := range list {
					assert.Contains(t, v.Message, other[1:], c.id)
				}
				assert.NotContains(t, v.Message, "see the", c.id)
				continue
			}
			assert.Contains(t, v.Message, c.first, c.id)
			assert.Less(t, len(v.Message), 100, v.Message)
			assert.NotContains(t, v.Message, "accepts it", c.id)
		}
	}
}

// A warning in place of a refusal names every setting that refuses.
func TestAcceptedNamesTheSettingsThatRefuse(t *testing.T) {
	custom := user.Connection{Kind: user.CustomDatabase}
	for _, c := range []struct {
		payload, pointer string
		id               rule.ID
		connection       user.Connection
		want             string
	}{
		{`{"user_metadata":null,"blocked":true}`, "/user_metadata", rule.MetadataNull, user.Connection{}, "refused with Sources set to strict or current"},
		{`{"username":"kim"}`, "/username", rule.CustomDatabase, custom, "refused with Sources set to strict or current"},
		{`{"email":"kim@example.com"}`, "/email", rule.CustomDatabase, custom, "refused with Sources set to strict"},
		{`{"password":"p\u00e4"}`, "/password", rule.PasswordCharacters, user.Connection{}, "refused with Sources set to strict"},
	} {
		v := found(t, c.payload, user.Target{Connection: c.connection, Sources: rule.Lenient}, c.id)[c.pointer]
		assert.True(t, strings.HasSuffix(v.Message, c.want), "%s: %s", c.payload, v.Message)
	}
}
