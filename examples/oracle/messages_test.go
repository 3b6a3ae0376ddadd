package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// say returns what an answer says about a rule, and its error: each entry is the list, the
// pointer and the message.
func say(a map[string]any, id string) (list []string) {
	for _, name := range []string{"violations", "warnings"} {
		entries, _ := a[name].([]any)
		for _, e := range entries {
			if v := e.(map[string]any); v["rule"] == id {
				list = append(list, fmt.Sprint(name, " ", v["pointer"], " ", v["message"]))
			}
		}
	}
	if e, ok := a["error"].(map[string]any); ok {
		list = append(list, fmt.Sprint("error ", e["pointer"], " ", e["message"]))
	}
	return list
}

const (
	customDatabase = `"connection":{"name":"c","strategy":"auth0","kind":"custom-database"}`
	never          = `"connection":{"kind":"custom-database","root_attributes":"never_on_login"}`
	database       = `"connection":{"name":"d","strategy":"auth0"}`
	declaresPhone  = `"connection":{"strategy":"auth0","attributes":{"phone_number":{}}}`
)

// Each message says what is so, and what to do about it: the settings that it names accept
// the step, and one fault has one message. The function is long because it holds the table.
func TestMessages(t *testing.T) {
	long := strings.Repeat("x", 11000)
	for _, tt := range []struct {
		in   string
		rule string
		n    int    // how many entries have the rule
		has  string // in the first of them
		not  string // in none of them
	}{
		// What the sync refuses anyway is refused for that alone, and nothing is accepted beside it.
		{`{"op":"validate","payload":{"name":"x"},"target":{` + customDatabase + `}}`, "patch.custom-database", 0, "", ""},
		{`{"op":"validate","payload":{"name":"x"},"target":{` + customDatabase + `}}`, "patch.synced-attributes", 1, "change them in the database, or set the connection's set_user_root_attributes", "Sources"},
		{`{"op":"validate","payload":{"name":"x"},"target":{` + customDatabase + `,"sources":"lenient"}}`, "patch.custom-database", 0, "", ""},
		{`{"op":"validate","payload":{"name":"x"},"target":{"connection":{"kind":"custom-database","import_mode":true}}}`, "patch.custom-database", 0, "", ""},
		{`{"op":"validate","payload":{"name":"x"},"target":{"connection":{"kind":"custom-database","import_mode":true}}}`, "patch.synced-attributes", 1, "change them in the database", "set_user_root_attributes"},
		{`{"op":"validate","payload":{"name":null},"target":{"connection":{"kind":"custom-database","import_mode":true}}}`, "patch.null-of-the-five", 0, "", ""},
		{`{"op":"validate","payload":{"password":"p\u00e4"},"target":{"connection":{"kind":"social"},"sources":"lenient"}}`, "value.password-characters", 0, "", ""},

		// Policies.
		{`{"op":"validate","payload":{"name":"x"},"target":{` + never + `,"sources":"current","policies":{"patch.custom-database":"strict"}}}`, "patch.custom-database", 1, "set the policy for patch.custom-database to scripts", "set Sources"},
		{`{"op":"validate","payload":{"password":"p\u00e4"},"target":{"policies":{"value.password-characters":"lenient"}}}`, "value.password-characters", 1, "refused with the policy for value.password-characters set to strict", "Sources"},
		{`{"op":"validate","payload":{"email":"a@example.com"},"target":{` + never + `,"policies":{"patch.custom-database":"scripts"}}}`, "patch.custom-database", 1, "refused with the policy for patch.custom-database set to strict", "Sources"},

		// Lenient says no more than current.
		{`{"op":"stage","trigger":"post-login","user":{"user_metadata":"[object Object]"},"steps":[],"target":{"sources":"lenient"}}`, "patch.action-user-metadata", 1, "Sources set to strict or current", ""},
		{`{"op":"validate","payload":{"name":"x"},"target":{` + customDatabase + `,"migrated":true,"sources":"lenient"}}`, "patch.migrated-attributes", 0, "", ""},
		{`{"op":"validate","payload":{"name":"x"},"target":{` + customDatabase + `,"migrated":true}}`, "patch.migrated-attributes", 1, "Update User Profiles Using Your Database (2026-08-20) accepts it: to follow the latter, set Sources to current", "Root Attributes"},

		// Imports.
		{`{"op":"import","upsert":true,"row":{"email":"a@example.com","user_id":"2"},"user":{"email":"a@example.com"},"target":{` + database + `}}`, "user.import-leaves", 1, "leave it out", "use an update"},
		{`{"op":"import","upsert":true,"row":{"email":"a@example.com","password_hash":"$2b$10$abcdefghijklmnopqrstuuMOpNTw3x6dyCdCn0PFtpj9pB9KOxJmC"},"user":{"email":"a@example.com"},"target":{` + database + `}}`, "user.import-leaves", 1, "use an update with password", ""},
		{`{"op":"import","upsert":true,"row":{"email":"a@example.com","username":"ann"},"user":{"email":"b@example.com","username":"ann"},"target":{` + database + `}}`, "user.import-exists", 1, "an upsert finds users by e-mail only", "import with upsert"},
		{`{"op":"import","row":{"email":"a@example.com"},"user":{"email":"a@example.com"},"target":{` + database + `}}`, "user.import-exists", 1, "import with upsert", ""},
		{`{"op":"import","row":{"email":"a@example.com","given_name":""},"target":{` + database + `}}`, "user.unstated-length", 1, "taken to be accepted", "allowed:"},
		{`{"op":"sign-up","payload":{"connection":"d","password":"p","email":"a@example.com","name":""},"target":{` + database + `}}`, "user.unstated-length", 1, "taken to be accepted", "allowed:"},
		{`{"op":"import","row":{"username":"ann"},"target":{"connection":{"strategy":"auth0","attributes":{"email":{"profile_required":true},"username":{}}}}}`, "value.required-attribute", 0, "", ""},
		{`{"op":"import","row":{"email":"a@example.com","mfa_factors":[{"phone":{"value":"1"}}]},"target":{` + database + `}}`, "user.import-factors", 1, "value is not a plus sign", "phone_number"},

		// Members that a schema does not have.
		{`{"op":"validate","payload":{"access_token":"t"}}`, "patch.unknown-attribute", 1, "leave it out", "metadata"},
		{`{"op":"validate","payload":{"Password":"t"}}`, "patch.unknown-attribute", 1, "use password", "metadata"},
		{`{"op":"validate","payload":{"givenName":"t"}}`, "patch.unknown-attribute", 1, "use given_name", "metadata"},
		{`{"op":"validate","payload":{"emial":"t"}}`, "patch.unknown-attribute", 1, "use email", "metadata"},
		{`{"op":"validate","payload":{"color":"t"}}`, "patch.unknown-attribute", 1, "store it in metadata", ""},
		{`{"op":"create","payload":{"connection":"d","email":"a@example.com","password":"p","logins_count":1,"identities":[]},"target":{` + database + `}}`, "user.unknown-member", 2, "identities, logins_count: not in the API's schema, and secret or managed by Auth0; leave it out", "metadata"},
		{`{"op":"import","row":{"email":"a@example.com","Password":"p"},"target":{` + database + `}}`, "user.unknown-member", 1, "leave it out", "metadata"},
		{`{"op":"sign-up","payload":{"connection":"d","email":"a@example.com","password":"p","x":1,"y":1},"target":{` + database + `}}`, "user.sign-up-member", 2, "x, y: ", ""},
		{`{"op":"create","payload":{"x":1,"y":1}}`, "user.unknown-member", 2, "x, y: ", ""},

		// Logins and Actions.
		{`{"op":"login","login":{"user_id":"1","app_metadata":"x"},"target":{"connection":{"strategy":"samlp","name":"s"}}}`, "user.login-metadata", 1, "not documented", "every Action fails"},
		{`{"op":"login","login":{"user_id":"1","user_metadata":"x"},"target":{"connection":{"strategy":"samlp","name":"s"}}}`, "user.login-metadata", 1, "every Action fails", ""},
		{`{"op":"login","login":{"user_id":"1","email":"a@example.com"},"target":{"connection":{"strategy":"google-oauth2"}}}`, "user.derived-at-login", 3, "name, nickname, picture: derived", ""},
		{`{"op":"login","cached":{"a":1,"b":2},"login":{"user_id":"1"},"target":{"connection":{"strategy":"google-oauth2"}}}`, "user.removed-at-login", 2, "a, b: missing", ""},
		{`{"op":"login","login":{"user_id":"1","blocked":true,"passkeys":[]},"target":{"connection":{"strategy":"google-oauth2"}}}`, "user.kept-by-auth0", 2, "blocked, passkeys: ", ""},
		{`{"op":"stage","trigger":"post-login","user":{"upn":"a","tid":"b"},"steps":[]}`, "patch.action-attributes", 2, "tid, upn: ", ""},
		{`{"op":"login","login":{"email":"a@example.com"},"target":{` + customDatabase + `}}`, "", 1, "user_id, or id in its place", ""},
		{`{"op":"login","cached":{"email":"a@example.com"},"login":{"user_id":"1","email":"b@example.com"},"target":{` + customDatabase + `}}`, "user.database-email", 1,
			"each login refreshes the cached profile from the database (Auth0 docs, Update Users using a Custom Database, before 2026-06); with Sources set to current, Auth0 does not detect the change", "sources disagree"},
		{`{"op":"login","cached":{"email":"a@example.com"},"login":{"user_id":"1","email":"b@example.com"},"target":{` + customDatabase + `,"sources":"current"}}`, "user.database-email", 1,
			"Auth0 does not detect the change: email and email_verified stay until the user is updated too (Auth0 docs, Change Email Script, 2026-08-20); with Sources set to strict, each login", "sources disagree"},

		{`{"op":"login","cached":{"user_id":"auth0|1"},"login":{"user_id":"1","name":"a","tid":"x"},"target":{` + database + `}}`, "user.database-not-asked", 2, "name, tid: ", ""},
		{`{"op":"login","login":{"user_id":"1","gender":"a","tid":"x"},"target":{"connection":{"strategy":"github","non_persistent_attrs":["tid","gender"]}}}`, "user.not-stored", 2, "gender, tid: ", ""},
		{`{"op":"login","cached":{"user_id":"github|1","a":1,"b":1},"login":{"user_id":"1","a":2,"b":2},"target":{"connection":{"strategy":"github","root_attributes":"on_first_login"}}}`, "user.sync-scope", 2, "a, b: ", ""},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[{"set_user_metadata":["a",1]}],"target":{"connection":{"strategy":"tomorrow"}}}`, "value.unknown-strategy", 1, "", ""},

		// Secondary identities.
		{`{"op":"validate","payload":{"email":"a@example.com","email_verified":true},"target":{` + database + `,"secondary":true}}`, "patch.secondary-connection", 2, "email, email_verified of this identity", ""},
		{`{"op":"apply","user":{"identities":[{"provider":"github"},{"provider":"auth0","connection":"d"}]},"payload":{"email":"a@example.com","email_verified":true,"connection":"d"},"target":{` + database + `,"secondary":true}}`, "patch.secondary-effect", 2, "email, email_verified: ", ""},
		{`{"op":"apply","user":{"identities":[{"provider":"auth0"}]},"payload":{"email":"a@example.com"}}`, "value.not-judged", 1, "the provider of the user's main identity is its strategy", ""},

		// Sizes, once.
		{`{"op":"apply","user":{},"payload":{"user_metadata":{"a":"` + long + `"}}}`, "value.large-metadata", 0, "", ""},
		{`{"op":"apply","user":{},"payload":{"user_metadata":{"a":"` + long + `"}}}`, "patch.profile-size", 1, "", ""},
		{`{"op":"create","payload":{"connection":"d","email":"a@example.com","password":"p","user_metadata":{"a":"` + long + `"}},"target":{` + database + `}}`, "value.large-metadata", 0, "", ""},
		{`{"op":"login","login":{"user_id":"1","user_metadata":{"a":"` + long + `"}},"target":{"connection":{"strategy":"google-oauth2"}}}`, "value.large-metadata", 0, "", ""},
		{`{"op":"import","row":{"email":"a@example.com","user_metadata":{"a":"` + long + `"}},"target":{` + database + `}}`, "value.large-metadata", 0, "", ""},
		{`{"op":"validate","payload":{"user_metadata":{"a":"` + long + `"}}}`, "value.large-metadata", 1, "", ""},

		// Messages that were not true, or said nothing to do.
		{`{"op":"sign-up","payload":{"connection":null,"password":null}}`, "user.null", 2, "it is required, so give it a value", "leave it out"},
		{`{"op":"create","payload":{"connection":null,"email":null}}`, "user.null", 2, "leave it out", ""},
		{`{"op":"validate","payload":{"phone_number":"+12025550143","verify_phone_number":true},"target":{` + declaresPhone + `}}`, "patch.verify-phone-number", 1, "whether it sends a text message to a database user is not", "no effect"},
		{`{"op":"validate","payload":{"phone_number":"+12025550143"},"target":{"connection":{"strategy":"github"}}}`, "patch.phone-connection", 1, "on social, enterprise and passwordless e-mail connections", "SMS"},
		{`{"op":"validate","payload":{"email":"a@example.com"},"target":{"scopes":["update:current_user_metadata"]}}`, "patch.scope", 1, "update:users covers every attribute", ""},
		{`{"op":"payload-diff","from":{},"to":{"created_at":"2026-01-01T00:00:00.000Z"}}`, "", 1, "1 member cannot be reached: /created_at", "1 members"},
		{`{"op":"payload-diff","from":{},"to":{"created_at":"2026-01-01T00:00:00.000Z"}}`, "", 1, "PlanTo", ""},
		{`{"op":"validate","payload":{},"target":{"sources":"newest"}}`, "", 1, "allowed: strict, current, lenient", ""},
		{`{"op":"validate","payload":{},"target":{"connection":{"kind":"Social"}}}`, "", 1, "allowed: database, custom-database, social", ""},
		{`{"op":"validate","payload":{},"target":{"policies":{"user.database-email":"x"}}}`, "", 1, "allowed: moved, stays", ""},
		{`{"op":"validate","payload":{},"target":{"migrated":1,"secondary":1}}`, "", 1, "/target/secondary", "more)"},
		{`{"op":"create","payload":{"connection":"d","email":"a@example.com","password":"p","username":"ann"},"target":{"connection":{"strategy":"auth0","attributes":{"email":{}}}}}`, "user.username-connection", 1, "declares its attributes, and username is none of them", "requires_username"},
		{`{"op":"create","payload":{"connection":"sms","phone_number":"+12025550143"},"target":{"connection":{"strategy":"sms"}}}`, "user.no-email", 1, "other than name", "send name"},
		{`{"op":"validate","payload":{"blocked":true},"target":{"connection":{"strategy":"auth0","import_mode":true}}}`, "value.connection-kind", 1, "warnings  import mode exists on custom databases only", ""},
	} {
		got := say(ask(t, tt.in)[0], tt.rule)
		in := tt.in[:min(len(tt.in), 300)]
		if !assert.Len(t, got, tt.n, "%s: %s", in, tt.rule) {
			continue
		}
		if tt.n > 0 {
			assert.Contains(t, got[0], tt.has, in)
		}
		for _, s := range got {
			if tt.not != "" {
				assert.NotContains(t, s, tt.not, in)
			}
		}
	}
}

// A warning that a setting accepts a step does not stand where the verdict refuses it for
// another reason. If it has the message of a group, the next of the group gets it.
func TestAcceptedBesideRefused(t *testing.T) {
	for _, line := range []string{
		`{"op":"validate","payload":{"phone_number":"1","phone_verified":true},"target":{` + database + `,"sources":"current"}}`,
		`{"op":"create","payload":{"connection":"d","email":"a@example.com","password":"p","phone_number":"1","phone_verified":true},"target":{` + database + `,"sources":"current"}}`,
	} {
		a := ask(t, line)[0]
		assert.Contains(t, encode(t, a["violations"]), "value.phone-format")
		got := say(a, "value.phone-database")
		if assert.Len(t, got, 1, line) {
			assert.Contains(t, got[0], "/phone_verified accepted: phone_number, phone_verified: ")
		}
	}
}
