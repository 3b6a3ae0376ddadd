package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/internal/recordings"
)

// ask returns the answers to the lines.
func ask(t *testing.T, lines ...string) []map[string]any {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, serve(strings.NewReader(strings.Join(lines, "\n")+"\n"), &out))
	var answers []map[string]any
	for i, line := range bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n")) {
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.UseNumber()
		var a map[string]any
		require.NoError(t, dec.Decode(&a), string(line[:min(len(line), 200)]))
		require.Equal(t, json.Number(fmt.Sprint(i+1)), a["line"])
		answers = append(answers, a)
	}
	require.Len(t, answers, len(lines))
	return answers
}

func encode(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// Each operation has the answer of the table, apart from messages. The function is long
// because it holds the table.
func TestAnswers(t *testing.T) {
	const u = `{"user_id":"auth0|1","email":"a@example.com","identities":[{"provider":"auth0","user_id":"1","connection":"db"}],"user_metadata":{"a":{"x":1,"y":2}}}`
	for _, tt := range []struct{ in, want string }{
		{`{"op":"merge","mode":"first-level","base":{"a":{"x":1,"y":2}},"patch":{"a":{"x":3}}}`, `{"ok":true,"result":{"a":{"x":3}}}`},
		{`{"op":"merge","mode":"deep","base":{"a":{"x":1,"y":2}},"patch":{"a":{"x":3}}}`, `{"ok":true,"result":{"a":{"x":3,"y":2}}}`},
		{`{"op":"merge","mode":"first-level","base":{"a":1},"patch":{}}`, `{"ok":true,"result":{}}`},
		{`{"op":"merge","mode":"first-level"}`, `{"ok":true}`},
		{`{"op":"diff","mode":"first-level","from":{"a":1},"to":{"a":1.0}}`, `{"ok":true}`},
		{`{"op":"diff","mode":"first-level","from":{"a":1}}`, `{"ok":true,"patch":{}}`},
		{`{"op":"diff","mode":"deep","from":{"a":{"b":1}},"to":{"a":{"b":null}}}`, `{"ok":false,"error":{"kind":"refused","pointer":"/a/b","rule":"metadata.unreachable"}}`},
		{`{"op":"roundtrip","user":{"email_verified":"true","x":9007199254740993,"email":null}}`, `{"ok":true,"user":{"email_verified":"true","x":9007199254740993,"email":null}}`},
		{`{"op":"validate","payload":{"password":"p","email":"a@example.com"},"target":{"connection":{"kind":"database"}}}`, `{"ok":true,"valid":false,"violations":[{"rule":"patch.exclusive-attributes","pointer":"/password","severity":"error","evidence":"documented"}]}`},
		{`{"op":"validate","payload":{"app_metadata":{}},"user":` + u + `}`, `{"ok":true,"valid":true,"warnings":[{"rule":"patch.metadata-wipe","pointer":"/app_metadata","severity":"warning","evidence":"documented"}]}`},
		{`{"op":"apply","user":{"user_metadata":{"a":{"x":1,"y":2}}},"payload":{"user_metadata":{"a":{"x":1}}},"target":{"now":"2026-01-02T03:04:05Z"}}`,
			`{"ok":true,"valid":true,"profile":{"user_metadata":{"a":{"x":1}},"updated_at":"2026-01-02T03:04:05.000Z"},"changes":[{"pointer":"/user_metadata/a/y","kind":"removed"},{"pointer":"/updated_at","kind":"added"}],"warnings":[{"rule":"patch.replaced-object","pointer":"/user_metadata/a","severity":"warning","evidence":"documented"}]}`},
		{`{"op":"apply","user":{},"payload":{"blocked":null}}`, `{"ok":true,"valid":false,"violations":[{"rule":"patch.null","pointer":"/blocked","severity":"error","evidence":"documented"}]}`},
		{`{"op":"link","primary":` + u + `,"secondary":` + u + `}`, `{"ok":false,"error":{"kind":"refused","rule":"identities.same-identity","pointer":"/identities/0"}}`},
		{`{"op":"unlink","user":` + u + `,"provider":"auth0","user_id":1}`, `{"ok":false,"error":{"kind":"refused","rule":"identities.main-identity","pointer":"/identities/0"}}`},
		{`{"op":"unlink","user":{"identities":[]},"provider":"p","user_id":"p|1"}`, `{"ok":true,"profile":{"identities":[]},"warnings":[{"rule":"identities.nothing-unlinked","pointer":"/user_id","severity":"warning","evidence":"disputed"}]}`},
		{`{"op":"create","payload":{"connection":"db","email":"Kim@example.com","password":"x"},"id":"k1","target":{"connection":{"kind":"database"},"now":"2026-01-02T03:04:05Z"}}`,
			`{"ok":true,"valid":true,"profile":{"user_id":"auth0|k1","email":"kim@example.com","email_verified":false,"name":"kim@example.com","nickname":"kim","picture":"https://s.gravatar.com/avatar/669f75780c0de8df09debe82d62aa397?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2Fki.png","identities":[{"connection":"db","user_id":"k1","provider":"auth0","isSocial":false}],"created_at":"2026-01-02T03:04:05.000Z","updated_at":"2026-01-02T03:04:05.000Z"},"effects":[{"kind":"verification-email","rule":"user.verification-email"}]}`},
		{`{"op":"create","payload":{"connection":"db","email":null},"target":{"connection":{"kind":"passwordless-email"}}}`, `{"ok":true,"valid":false,"violations":[{"rule":"user.null","pointer":"/email","severity":"error","evidence":"documented"}]}`},
		{`{"op":"create","payload":{"connection":"db","user_id":"own","name":"N","picture":"https://example.com/p.png","nickname":"n","email":"kim@example.com","email_verified":true,"password":"p"},"target":{"connection":{"strategy":"auth0"}}}`,
			`{"ok":true,"valid":true,"profile":{"user_id":"auth0|own","email":"kim@example.com","email_verified":true,"name":"N","nickname":"n","picture":"https://example.com/p.png","identities":[{"connection":"db","user_id":"own","provider":"auth0","isSocial":false}]}}`},
		{`{"op":"create","payload":[]}`, `{"ok":false,"error":{"kind":"input","pointer":"/payload"}}`},
		{`{"op":"create"}`, `{"ok":false,"error":{"kind":"input","pointer":"/payload"}}`},
		{`{"op":"create","payload":{},"id":[]}`, `{"ok":false,"error":{"kind":"input","pointer":"/id"}}`},
		{`{"op":"create","payload":{},"target":{"policies":{"user.no-such":"x"}}}`, `{"ok":false,"error":{"kind":"input","pointer":"/target/policies/user.no-such"}}`},
		{`{"op":"login","login":{"user_id":7,"email":"kim@example.com","email_verified":true,"name":"Kim","nickname":"k","picture":"https://example.com/p.png","locale":"en"},"target":{"connection":{"name":"g","strategy":"google-oauth2","kind":"social"}}}`,
			`{"ok":true,"profile":{"user_id":"google-oauth2|7","email":"kim@example.com","email_verified":true,"name":"Kim","nickname":"k","picture":"https://example.com/p.png","identities":[{"connection":"g","user_id":7,"provider":"google-oauth2","isSocial":true}],"locale":"en"},"changes":[{"pointer":"/user_id","kind":"added"},{"pointer":"/email","kind":"added"},{"pointer":"/email_verified","kind":"added"},{"pointer":"/name","kind":"added"},{"pointer":"/nickname","kind":"added"},{"pointer":"/picture","kind":"added"},{"pointer":"/identities","kind":"added"},{"pointer":"/locale","kind":"added"}]}`},
		{`{"op":"login","cached":{"name":"A","user_metadata":{"a":1}},"login":{"id":7,"name":"B","user_metadata":{"b":2}},"target":{"connection":{"kind":"custom-database"},"policies":{"user.login-metadata":"merged"}}}`,
			`{"ok":true,"profile":{"name":"B","user_metadata":{"a":1,"b":2}},"changes":[{"pointer":"/name","kind":"replaced"},{"pointer":"/user_metadata/b","kind":"added"}],"effects":[{"kind":"login-script","rule":"user.database-scripts"}],"warnings":[{"rule":"user.login-metadata","pointer":"/user_metadata","severity":"warning","evidence":"observed"}]}`},
		{`{"op":"login","login":{},"target":{"connection":{"kind":"social","root_attributes":"never_on_login"}}}`, `{"ok":false,"error":{"kind":"refused","rule":"user.login-creates-none"}}`},
		{`{"op":"login","login":{}}`, `{"ok":false,"error":{"kind":"input","pointer":"/target"}}`},
		{`{"op":"login","target":{}}`, `{"ok":false,"error":{"kind":"input","pointer":"/login"}}`},
		{`{"op":"login","login":{"email":"a","email":"b"},"target":{}}`, `{"ok":false,"error":{"kind":"input","pointer":"/login/email"}}`},
		{`{"op":"login","login":{"name":"Kim"},"target":{"connection":{"kind":"custom-database"}}}`, `{"ok":false,"error":{"kind":"refused","rule":"user.login-id","pointer":"/user_id"}}`},
		{`{"op":"login","login":{"user_id":"77ab","name":"Kim","email_verified":"yes"},"target":{"connection":{"name":"corp","kind":"enterprise","strategy":"samlp"}}}`,
			`{"ok":true,"profile":{"user_id":"samlp|corp|77ab","email_verified":"yes","name":"Kim","identities":[{"connection":"corp","user_id":"corp|77ab","provider":"samlp","isSocial":false}]},"changes":[{"pointer":"/user_id","kind":"added"},{"pointer":"/email_verified","kind":"added"},{"pointer":"/name","kind":"added"},{"pointer":"/identities","kind":"added"}],"warnings":[{"rule":"user.mistyped-attribute","pointer":"/email_verified","severity":"warning","evidence":"observed"}]}`},
		{`{"op":"sign-up","payload":{"connection":"db","password":"correct-horse","email":"kim@example.com","client_id":"c","user_metadata":{"color":"red"}},"target":{"connection":{"kind":"database"}}}`, `{"ok":true,"valid":true}`},
		{`{"op":"sign-up","payload":{"connection":"db","user_metadata":{"a":1}}}`, `{"ok":true,"valid":false,"violations":[{"rule":"user.sign-up-required","pointer":"","severity":"error","evidence":"documented"},{"rule":"user.sign-up-text","pointer":"/user_metadata/a","severity":"error","evidence":"documented"}],"warnings":[{"rule":"value.not-judged","pointer":"","severity":"warning","evidence":"documented"}]}`},
		{`{"op":"sign-up"}`, `{"ok":false,"error":{"kind":"input","pointer":"/payload"}}`},
		{`{"op":"import","row":{"email":"kim@example.com","email_verified":true,"user_id":"k1","name":"Kim","nickname":"k","picture":"https://example.com/k.png"},"target":{"connection":{"name":"db","kind":"database"}}}`,
			`{"ok":true,"valid":true,"profile":{"user_id":"auth0|k1","email":"kim@example.com","email_verified":true,"name":"Kim","nickname":"k","picture":"https://example.com/k.png","identities":[{"connection":"db","user_id":"k1","provider":"auth0","isSocial":false}]},"changes":[{"pointer":"/user_id","kind":"added"},{"pointer":"/email","kind":"added"},{"pointer":"/email_verified","kind":"added"},{"pointer":"/name","kind":"added"},{"pointer":"/nickname","kind":"added"},{"pointer":"/picture","kind":"added"},{"pointer":"/identities","kind":"added"}]}`},
		{`{"op":"import","row":{"email":"kim@example.com","name":"Kim","email_verified":true},"upsert":true,"user":{"email":"kim@example.com","name":"K"}}`,
			`{"ok":true,"valid":true,"profile":{"email":"kim@example.com","email_verified":true,"name":"Kim"},"changes":[{"pointer":"/name","kind":"replaced"},{"pointer":"/email_verified","kind":"added"}]}`},
		{`{"op":"import","row":{"email":"kim@example.com"},"user":{"email":"kim@example.com"}}`, `{"ok":true,"valid":false,"violations":[{"rule":"user.import-exists","pointer":"/email","severity":"error","evidence":"documented"}]}`},
		{`{"op":"import","row":{"email":"kim@example.com","mfa_factors":[]},"id":"k1"}`, `{"ok":true,"valid":false,"violations":[{"rule":"user.import-factors","pointer":"/mfa_factors","severity":"error","evidence":"documented"}]}`},
		{`{"op":"import","row":{},"upsert":"yes"}`, `{"ok":false,"error":{"kind":"input","pointer":"/upsert"}}`},
		{`{"op":"import"}`, `{"ok":false,"error":{"kind":"input","pointer":"/row"}}`},
		{`{"op":"login","cached":[],"login":{},"target":{}}`, `{"ok":false,"error":{"kind":"input","pointer":"/cached"}}`},
		{`{"op":"rules-object","user":{"email":"a@example.com","blocked":false,"app_metadata":{"email":5,"x":1}}}`, `{"ok":true,"user":{"email":5,"x":1,"app_metadata":{"email":5,"x":1}},"shadowed":["email"]}`},
		{`{"op":"rules-object","user":{}}`, `{"ok":true,"user":{}}`},
		{`{"op":"rules-object"}`, `{"ok":false,"error":{"kind":"input","pointer":"/user"}}`},
		{`{"op":"stage","trigger":"post-login","user":{"user_id":"auth0|1","blocked":true,"user_metadata":{"a":1}},"steps":[{"set_user_metadata":["a",1]},{"set_user_metadata":["b",{"c":2}]},{"next_action":true},{"set_app_metadata":["n",null]},{"redirect":true},{"set_user_metadata":["a",null]},{"deny":true}]}`,
			`{"ok":true,"payloads":[{"user_metadata":{"b":{"c":2}},"app_metadata":{"n":null}},{"user_metadata":{"a":null}}],"writes":[{"to":"auth0|1","direct":false,"payload":{"user_metadata":{"b":{"c":2}},"app_metadata":{"n":null}}},{"to":"auth0|1","direct":false,"payload":{"user_metadata":{"a":null}}}],"event_users":[{"user_id":"auth0|1","user_metadata":{"a":1},"app_metadata":{}},{"user_id":"auth0|1","user_metadata":{"a":1,"b":{"c":2}},"app_metadata":{}}],"profile":{"user_id":"auth0|1","blocked":true,"user_metadata":{"b":{"c":2}}},"warnings":[{"rule":"patch.action-null","pointer":"/app_metadata/n","severity":"warning","evidence":"observed"}]}`},
		{`{"op":"stage","trigger":"custom-token-exchange","user":{},"steps":[{"next_action":true}]}`, `{"ok":true,"event_users":[null,null],"profile":{}}`},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[{"management_update":{"name":"A"}},{"next_action":true}],"policies":{"patch.direct-update":"unseen"}}`,
			`{"ok":true,"payloads":[{"name":"A"}],"writes":[{"direct":true,"payload":{"name":"A"}}],"event_users":[{"user_metadata":{},"app_metadata":{}},{"user_metadata":{},"app_metadata":{}}],"profile":{"name":"A"},"warnings":[{"rule":"value.not-judged","pointer":"/steps/0/management_update","severity":"warning","evidence":"documented"},{"rule":"patch.direct-update","pointer":"/steps/0/management_update","severity":"warning","evidence":"disputed"}]}`},
		{`{"op":"stage","trigger":"post-user-registration","user":{},"steps":[{"set_user_metadata":["a",1]}]}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.action-method","pointer":"/steps/0/set_user_metadata"}}`},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[{"set_user_metadata":["a"]}]}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.action-undefined","pointer":"/steps/0/set_user_metadata"}}`},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[{"set_user_metadata":["a"]}],"policies":{"patch.action-undefined":"lenient"}}`,
			`{"ok":true,"event_users":[{"user_metadata":{},"app_metadata":{}}],"profile":{},"warnings":[{"rule":"patch.action-undefined","pointer":"/steps/0/set_user_metadata","severity":"warning","evidence":"disputed"}]}`},
		{`{"op":"stage","trigger":"post-login","user":{"email":"a@example.com"},"steps":[{"management_update":{"password":"p","connection":"db"}}],"target":{"connection":{"kind":"social"}}}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.password-connection","pointer":"/steps/0/management_update/password"}}`},
		{`{"op":"stage","trigger":"post-login","user":{"user_metadata":"[object Object]"},"steps":[]}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.action-user-metadata","pointer":"/user_metadata"}}`},
		{`{"op":"stage","trigger":"post-login","user":{"upn":"k"},"steps":[],"target":{"policies":{"patch.action-attributes":"shown"}},"policies":{"patch.action-attributes":"listed"}}`,
			`{"ok":true,"event_users":[{"user_metadata":{},"app_metadata":{}}],"profile":{"upn":"k"},"warnings":[{"rule":"patch.action-attributes","pointer":"/upn","severity":"warning","evidence":"disputed"}]}`},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[],"target":{"sources":"newest"}}`, `{"ok":false,"error":{"kind":"input","pointer":"/target/sources"}}`},
		{`{"op":"validate","payload":{"nickname":"k"},"target":{"connection":{"kind":"custom-database"},"migrated":true}}`, `{"ok":true,"valid":false,"violations":[{"rule":"patch.migrated-attributes","pointer":"/nickname","severity":"error","evidence":"disputed"}]}`},
		{`{"op":"validate","payload":{"nickname":"k"},"target":{"connection":{"kind":"custom-database"},"migrated":true,"sources":"current"}}`, `{"ok":true,"valid":true}`},
		{`{"op":"link","primary":{"email":"a@example.com","identities":[{"provider":"auth0","user_id":"1"}]},"secondary":{"identities":[{"provider":"sms","user_id":"2"}]},"target":{"policies":{"identities.primary-profile-data":"hidden"}}}`,
			`{"ok":true,"profile":{"email":"a@example.com","identities":[{"user_id":"1","provider":"auth0"},{"user_id":"2","provider":"sms"}]},"identities":[{"user_id":"1","provider":"auth0"},{"user_id":"2","provider":"sms"}],"warnings":[{"rule":"identities.primary-profile-data","pointer":"/identities/0/profileData","severity":"warning","evidence":"disputed"}]}`},
		{`{"op":"link-request","request":{"provider":"sms","user_id":"1"}}`, `{"ok":true,"valid":true}`},
		{`{"op":"link-request","request":{"provider":"sms","user_id":"sms|1"},"scopes":["update:users"]}`, `{"ok":true,"valid":true,"warnings":[{"rule":"identities.prefixed-id","pointer":"/user_id","severity":"warning","evidence":"disputed"}]}`},
		{`{"op":"link-request","request":{"provider":"sms"},"scopes":[]}`, `{"ok":true,"valid":false,"violations":[{"rule":"identities.request","pointer":"/user_id","severity":"error","evidence":"documented"}]}`},
		{`{"op":"link-request","request":{"link_with":"t"},"scopes":[]}`, `{"ok":true,"valid":false,"violations":[{"rule":"identities.token","pointer":"/link_with","severity":"error","evidence":"documented"},{"rule":"identities.scope","pointer":"","severity":"error","evidence":"documented"}]}`},
		{`{"op":"link-request","request":[]}`, `{"ok":false,"error":{"kind":"input","pointer":"/request"}}`},
		{`{"op":"link-request","request":{"provider":"sms","user_id":"1"},"scopes":"update:users"}`, `{"ok":false,"error":{"kind":"input","pointer":"/scopes"}}`},
		{`{"op":"answered","endpoint":"update","status":400,"message":"Cannot update password and email simultaneously."}`, `{"ok":true,"rule":"patch.exclusive-attributes"}`},
		{`{"op":"answered","endpoint":"unlink","status":400.0,"message":"Main identity cannot be removed."}`, `{"ok":true,"rule":"identities.main-identity"}`},
		{`{"op":"answered","endpoint":"sign-up","status":400,"message":"?"}`, `{"ok":true}`},
		{`{"op":"answered","endpoint":"login","status":400,"message":"?"}`, `{"ok":false,"error":{"kind":"input","pointer":"/endpoint"}}`},
		{`{"op":"answered","endpoint":"update","status":"400","message":"?"}`, `{"ok":false,"error":{"kind":"input","pointer":"/status"}}`},
		{`{"op":"answered","endpoint":"update","status":400}`, `{"ok":false,"error":{"kind":"input","pointer":"/message"}}`},
		{`{"op":"stage"}`, `{"ok":false,"error":{"kind":"input","pointer":"/trigger"}}`},
		{`{"op":"stage","trigger":"post-logon","user":{},"steps":[]}`, `{"ok":false,"error":{"kind":"input","pointer":"/trigger"}}`},
		{`{"op":"stage","trigger":"post-login","user":{}}`, `{"ok":false,"error":{"kind":"input","pointer":"/steps"}}`},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[{"deny":true},{"set_user_metadata":[1,2]}]}`, `{"ok":false,"error":{"kind":"input","pointer":"/steps/1/set_user_metadata/0"}}`},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[],"policies":{"patch.no-such":"x"}}`, `{"ok":false,"error":{"kind":"input","pointer":"/policies/patch.no-such"}}`},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[],"policies":{"patch.direct-update":"never"}}`, `{"ok":false,"error":{"kind":"input","pointer":"/policies/patch.direct-update"}}`},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[],"policies":[]}`, `{"ok":false,"error":{"kind":"input","pointer":"/policies"}}`},
		{`{"op":"payload-diff","from":{"name":"A","nickname":"n"},"to":{"name":"B"}}`, `{"ok":true,"payload":{"name":"B","nickname":null}}`},
		{`{"op":"payload-diff","from":{"name":"A"},"to":{"name":"A"}}`, `{"ok":true,"payload":{}}`},
		{`{"op":"payload-diff","from":{"logins_count":1},"to":{}}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.unreachable","pointer":"/logins_count"}}`},
		{`{"op":"plan","from":{},"payload":{"password":"p","email":"a@example.com"},"target":{"connection":{"kind":"database"}}}`, `{"ok":true,"payloads":[{"email":"a@example.com"},{"password":"p"}]}`},
		{`{"op":"plan","from":{"name":"A"},"to":{"name":"B"}}`, `{"ok":true,"payloads":[{"name":"B"}]}`},
		{`{"op":"plan","from":{"name":"A"},"to":{"name":"B"},"target":{"connection":{"kind":"social"}}}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.synced-attributes","pointer":"/name"}}`},
		{`{"op":"plan","from":{}}`, `{"ok":false,"error":{"kind":"input","pointer":"/payload"}}`},
		{`{"op":"inverse","user":{"name":"A"},"payload":{"name":"B","user_metadata":{"a":1}}}`, `{"ok":true,"payload":{"name":"A","user_metadata":{"a":null}}}`},
		// The answer to an unreachable difference has the payload for the rest.
		{`{"op":"payload-diff","from":{"logins_count":1,"name":"A"},"to":{"name":"B"}}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.unreachable","pointer":"/logins_count"},"payload":{"name":"B"}}`},
		{`{"op":"inverse","user":{"name":"A"},"payload":{"name":"B","password":"p"}}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.unreachable","pointer":"/password"},"payload":{"name":"A"}}`},
		{`{"op":"plan","from":{"name":"A","identities":[]},"to":{"name":"B"}}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.unreachable","pointer":"/identities"},"payloads":[{"name":"B"}]}`},
		// With a user there are more warnings.
		{`{"op":"validate","payload":{"email":"b@example.com"}}`, `{"ok":true,"valid":true,"warnings":[{"rule":"value.not-judged","pointer":"","severity":"warning","evidence":"documented"}]}`},
		{`{"op":"validate","payload":{"email":"b@example.com"},"user":` + u + `,"target":{"connection":{"kind":"database"}}}`, `{"ok":true,"valid":true,"warnings":[{"rule":"patch.email-keeps-verified","pointer":"/email","severity":"warning","evidence":"inferred"}]}`},
		{`{"op":"form","form":{"Name":"","Metadata":{}},"pass_empty_values":true}`, `{"ok":true,"payload":{"name":null,"user_metadata":{}},"warnings":[{"rule":"patch.blank-text","pointer":"/name","severity":"warning","evidence":"inferred"},{"rule":"patch.metadata-wipe","pointer":"/user_metadata","severity":"warning","evidence":"documented"}]}`},
		{`{"op":"form","form":{"Name":""},"pass_empty_values":false}`, `{"ok":true,"payload":{}}`},
		{`{"op":"form","form":{"Name":""},"pass_empty_values":true,"policies":{"patch.blank-text":"empty-text"}}`, `{"ok":true,"payload":{"name":""},"warnings":[{"rule":"patch.blank-text","pointer":"/name","severity":"warning","evidence":"inferred"}]}`},
		{`{"op":"form","form":{"Name":""},"pass_empty_values":true,"target":{"policies":{"patch.blank-text":"empty-text"}}}`, `{"ok":true,"payload":{"name":""},"warnings":[{"rule":"patch.blank-text","pointer":"/name","severity":"warning","evidence":"inferred"}]}`},
		{`{"op":"form","form":{"Name":""},"pass_empty_values":true,"policies":{"patch.blank-text":"no such reading"}}`, `{"ok":false,"error":{"kind":"input","pointer":"/policies/patch.blank-text"}}`},
		{`{"op":"form","form":{"name":""},"pass_empty_values":false}`, `{"ok":false,"error":{"kind":"input","pointer":"/form/name"}}`},
		{`{"op":"form","form":{}}`, `{"ok":false,"error":{"kind":"input","pointer":"/pass_empty_values"}}`},
		{`{"op":"output","user":{"name":"A","x":1}}`, `{"ok":true,"output":{"Raw Output":{"name":"A","x":1},"Name":"A"}}`},
		{`{"op":"lower","base":{"a":{"x":1,"y":2}},"patch":{"a":{"x":null}}}`, `{"ok":true,"patch":{"a":{"y":2}}}`},
		{`{"op":"lower","base":{"a":1},"patch":{}}`, `{"ok":true}`},
		{`{"op":"compose","mode":"first-level","first":{},"then":{"a":1}}`, `{"ok":true,"patches":[{},{"a":1}]}`},
		{`{"op":"compose","mode":"deep","first":{"a":1},"then":{"b":2}}`, `{"ok":true,"patches":[{"a":1,"b":2}]}`},
		{`{"op":"merge3","base":{"a":1},"ours":{"a":2},"theirs":{"a":3,"b":1}}`, `{"ok":true,"result":{"a":2,"b":1},"conflicts":["/a"]}`},
		{`{"op":"merge3"}`, `{"ok":true}`},
		{`{"op":"merge","mode":"fill","base":{"a":1},"patch":{"a":2,"b":3}}`, `{"ok":true,"result":{"a":1,"b":3}}`},
		{`{"op":"merge","mode":"replace","base":{"a":1},"patch":{"b":3}}`, `{"ok":true,"result":{"b":3}}`},
		{`{"op":"merge","mode":{"lists":"union"},"base":{"l":[1]},"patch":{"l":[1.0,2]}}`, `{"ok":true,"result":{"l":[1,2]}}`},
		{`{"op":"merge","mode":{},"base":{"a":{"b":1}},"patch":{"a":{"c":null}}}`, `{"ok":true,"result":{"a":{"c":null}}}`},
		{`{"op":"merge","mode":{"depth":"all","wins":"base","nulls":"stripped","empty":"nothing","lists":"append"},"base":{"a":{"b":1,"l":[1]}},"patch":{"a":{"b":2,"c":[{"d":null}],"l":[1]}}}`, `{"ok":true,"result":{"a":{"b":1,"l":[1,1],"c":[{}]}}}`},
		{`{"op":"merge","mode":{"depth":"none","wins":"delta","nulls":"stored","empty":"wipes","lists":"replace"},"base":{"a":1},"patch":{"b":null}}`, `{"ok":true,"result":{"b":null}}`},
		{`{"op":"merge","mode":{"depth":"first-level","empty":"nothing"},"base":{"a":1},"patch":{}}`, `{"ok":true,"result":{"a":1}}`},
		{`{"op":"merge","mode":{"depth":"none","lists":"union"},"base":{"l":[1]},"patch":{"l":[2]}}`, `{"ok":true,"result":{"l":[2]}}`},
		{`{"op":"merge","mode":"first-level+union-lists","base":{"l":[1]},"patch":{"l":[1,2]}}`, `{"ok":true,"result":{"l":[1,2]}}`},
		{`{"op":"merge","mode":{"wins":1}}`, `{"ok":false,"error":{"kind":"input","pointer":"/mode/wins"}}`},
		{`{"op":"merge","mode":{"wins delta":""}}`, `{"ok":false,"error":{"kind":"input","pointer":"/mode/wins delta"}}`},
		{`{"op":"merge","mode":{"lists":"sideways"}}`, `{"ok":false,"error":{"kind":"input","pointer":"/mode/lists"}}`},
		{`{"op":"merge","mode":{"depth":"all+lists=union"}}`, `{"ok":false,"error":{"kind":"input","pointer":"/mode/depth"}}`},
		{`{"op":"merge","mode":{"list":"union"}}`, `{"ok":false,"error":{"kind":"input","pointer":"/mode/list"}}`},
		{`{"op":"no such"}`, `{"ok":false,"error":{"kind":"input","pointer":"/op"}}`},
		{`{"op":1}`, `{"ok":false,"error":{"kind":"input","pointer":"/op"}}`},
		{`{}`, `{"ok":false,"error":{"kind":"input","pointer":"/op"}}`},
		{`{"op":"merge","mode":"sideways"}`, `{"ok":false,"error":{"kind":"input","pointer":"/mode"}}`},
		{`{"op":"merge","mode":"deep","base":{"a":{"b":1,"b":2}}}`, `{"ok":false,"error":{"kind":"input","pointer":"/base/a/b"}}`},
		{`{"op":"validate","payload":{},"target":{"connection":{"kind":"dtabase"}}}`, `{"ok":false,"error":{"kind":"input","pointer":"/target/connection/kind"}}`},
		{`{"op":"validate","payload":{},"target":{"connection":{"kind":"social","strategy":"auth0"}}}`, `{"ok":false,"error":{"kind":"input","pointer":"/target/connection/kind"}}`},
		{`{"op":"validate","payload":{"name":"A"},"target":{"connection":{"kind":"social","strategy":"tomorrow","root_attributes":"never_on_login"}}}`, `{"ok":true,"valid":true}`},
		{`{"op":"connection","connection":{"id":"con_1","name":"staff","strategy":"auth0","enabled_clients":["c"],"options":{"enabledDatabaseCustomization":true,"import_mode":true,"requires_username":false,"disable_signup":true,"mfa":{"active":true}}}}`,
			`{"ok":true,"connection":{"name":"staff","strategy":"auth0","kind":"custom-database","import_mode":true,"requires_username":false}}`},
		{`{"op":"connection","connection":{"name":"flexible","strategy":"auth0","options":{"attributes":{"email":{"identifier":{"active":true},"unique":true,"profile_required":false,"verification_method":"link","signup":{"status":"optional","verification":{"active":false}}},"username":{"validation":{"min_length":2,"max_length":30,"allowed_types":{"email":false,"phone_number":false}}}}}}}`,
			`{"ok":true,"connection":{"name":"flexible","strategy":"auth0","kind":"database","attributes":{"email":{"identifier":{"active":true},"unique":true,"profile_required":false,"signup":{"status":"optional"}},"username":{"validation":{"min_length":2,"max_length":30,"allowed_types":{"email":false,"phone_number":false}}}}}}`},
		{`{"op":"connection","connection":{"name":"new","strategy":"tomorrow"}}`,
			`{"ok":true,"connection":{"name":"new","strategy":"tomorrow"},"warnings":[{"rule":"value.unknown-strategy","pointer":"/strategy","severity":"warning","evidence":"documented"}]}`},
		{`{"op":"connection","connection":{"strategy":"auth0","options":{"import_mode":"no"}}}`, `{"ok":false,"error":{"kind":"input","pointer":"/connection/options/import_mode"}}`},
		{`{"op":"connection"}`, `{"ok":false,"error":{"kind":"input","pointer":"/connection"}}`},
		{`{"op":"roundtrip","user":{"email":5,"identities":{},"email_verified":"yes"}}`, `{"ok":true,"user":{"email":5,"identities":{},"email_verified":"yes"}}`},
		{`{"op":"apply","user":{"updated_at":1524716462548},"payload":{"blocked":true}}`, `{"ok":true,"valid":true,"profile":{"blocked":true,"updated_at":1524716462548},"changes":[{"pointer":"/blocked","kind":"added"}],"warnings":[{"rule":"user.mistyped-attribute","pointer":"/updated_at","severity":"warning","evidence":"observed"}]}`},
		{`{"op":"roundtrip"}`, `{"ok":false,"error":{"kind":"input","pointer":"/user"}}`},
	} {
		got := ask(t, tt.in)[0]
		delete(got, "line")
		var want map[string]any
		dec := json.NewDecoder(strings.NewReader(tt.want))
		dec.UseNumber()
		require.NoError(t, dec.Decode(&want))
		assert.Equal(t, want, withoutMessages(got), tt.in)
	}
	rules := ask(t, `{"op":"rules"}`)[0]["rules"].([]any)
	assert.Greater(t, len(rules), 30)
	for _, r := range rules {
		for _, key := range []string{"id", "statement", "severity", "evidence", "source"} {
			assert.NotEmpty(t, r.(map[string]any)[key], r)
		}
	}
}

// withoutMessages removes the messages, which may change.
func withoutMessages(v any) any {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "message")
		for _, x := range v {
			withoutMessages(x)
		}
	case []any:
		for _, x := range v {
			withoutMessages(x)
		}
	}
	return v
}

// A hostile line is answered, and so is the line after it.
func TestHostileLines(t *testing.T) {
	const fine = `{"op":"merge","mode":"deep","base":{"a":1},"patch":{"b":2}}`
	text := strings.Repeat("x", long.Pick(1<<20, 50<<20))
	steps := strings.Repeat(`{"next_action":true},`, long.Pick(10_000, 100_000))
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	lines := []struct {
		line string
		ok   bool
	}{
		{`{"op":"merge","mode":"deep","base":{"a":`, false},
		{`{"op":"merge","mode":"deep","base":{"a":` + nested(100_000) + `}}`, false},
		{strings.Repeat("[", 100_000), false},
		{`{"op":"merge","mode":"first-level","base":{"a":` + nested(9_998) + `},"patch":{"b":1}}`, true},
		{`{"op":"merge","mode":"first-level","base":{"a":` + nested(10_000) + `},"patch":{"b":1}}`, false},
		{`{"op":"merge","mode":"deep","base":{"a":"` + text + `"},"patch":{"b":1}}`, true},
		{`{"op":"roundtrip","user":{"email":"` + text + `"}}`, true},
		{"{\"op\":\"merge\",\"mode\":\"deep\",\"base\":{\"a\":\"\xff\"}}", false},
		{"\xff\xfe", false},
		{"", false},
		{"null", false},
		{`{"op":"merge","op":"diff","mode":"deep"}`, false},
		{`{"op":"merge","mode":"deep"} {}`, false},
		{`{"op":"merge","mode":null}`, false},
		{`{"op":"merge","mode":"deep","base":null}`, false},
		{`{"op":"merge","mode":"deep","patch":null}`, false},
		{`{"op":"diff","mode":"deep","from":null,"to":null}`, false},
		{`{"op":"roundtrip","user":null}`, false},
		{`{"op":"validate","payload":null}`, false},
		{`{"op":"validate","payload":{},"target":null}`, false},
		{`{"op":"apply","user":null,"payload":null}`, false},
		{`{"op":"link","primary":null,"secondary":null}`, false},
		{`{"op":"link","primary":{},"secondary":{}}`, false},
		{`{"op":"unlink","user":null,"provider":null,"user_id":null}`, false},
		{`{"op":null}`, false},
		{`{"op":"stage","trigger":null,"user":null,"steps":null,"policies":null}`, false},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[null]}`, false},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[{"set_user_metadata":["__proto__",{"__proto__":null}]}]}`, true},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[{"set_user_metadata":["a",` + nested(9_990) + `]}]}`, true},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[{"set_user_metadata":["a",` + nested(100_000) + `]}]}`, false},
		{`{"op":"stage","trigger":"post-login","user":{"last_ip":"` + text + `"},"steps":[` + steps + `{"deny":true}]}`, true},
		{`{"op":"stage","trigger":"post-login","user":{"name":"` + text + `"},"steps":[` + steps + `{"deny":true}]}`, false},
	}
	for _, tt := range lines {
		a := ask(t, tt.line, fine)
		assert.Equal(t, tt.ok, a[0]["ok"], tt.line[:min(len(tt.line), 60)])
		if !tt.ok {
			e := a[0]["error"].(map[string]any)
			assert.Contains(t, []any{"input", "refused"}, e["kind"])
			assert.NotEmpty(t, e["message"])
		}
		assert.Equal(t, true, a[1]["ok"], "the line after %s", tt.line[:min(len(tt.line), 60)])
	}
}

// Each line is answered before the next one is sent, and an input without lines has no
// answers.
func TestStreams(t *testing.T) {
	in, toServe := io.Pipe()
	fromServe, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- serve(in, out)
		_ = out.Close()
	}()
	answers := bufio.NewScanner(fromServe)
	answers.Buffer(nil, 1<<20)
	for n := 1; n <= 3; n++ { // each answer comes before the next line is sent
		_, _ = fmt.Fprintln(toServe, `{"op":"merge","mode":"deep","base":{"a":1}}`)
		require.True(t, answers.Scan())
		assert.Contains(t, answers.Text(), fmt.Sprintf(`"line":%d`, n))
	}
	_, _ = fmt.Fprint(toServe, `{"op":"rules"}`) // a last line without its end
	_ = toServe.Close()
	require.True(t, answers.Scan() || answers.Err() == nil)
	require.NoError(t, <-done)
	require.ErrorIs(t, serve(failing{}, io.Discard), io.ErrUnexpectedEOF)
	var none bytes.Buffer
	require.NoError(t, serve(strings.NewReader(""), &none))
	assert.Empty(t, none.Bytes())
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// The answer to each recorded creation, update, link and unlink is the recorded one,
// apart from timestamps.
func TestRecordedExchanges(t *testing.T) {
	type member = map[string]any
	n := map[string]int{}
	for _, x := range recordings.Load(t) {
		var line string
		switch x.Kind {
		case "create":
			var u struct {
				CreatedAt  string `json:"created_at"`
				Identities []struct {
					UserID string `json:"user_id"`
				} `json:"identities"`
			}
			require.NoError(t, json.Unmarshal(x.Response, &u))
			line = encode(t, member{"op": "create", "payload": x.Request, "id": u.Identities[0].UserID, "target": member{"now": u.CreatedAt}})
		case "update":
			line = encode(t, member{"op": "apply", "user": x.Before, "payload": x.Request, "target": member{"connection": member{"kind": "database"}}})
		case "link":
			line = encode(t, member{"op": "link", "primary": x.Before, "secondary": x.BeforeSecondary})
		case "unlink":
			provider, id := x.Unlinked(t)
			line = encode(t, member{"op": "unlink", "user": x.Before, "provider": provider, "user_id": id})
		default:
			continue
		}
		n[x.Kind]++
		a := ask(t, line)[0]
		require.Equal(t, true, a["ok"], x.ID)
		var want any
		dec := json.NewDecoder(bytes.NewReader(x.Response))
		dec.UseNumber()
		require.NoError(t, dec.Decode(&want))
		profile := a["profile"].(member)
		switch x.Kind {
		case "update", "create":
			for _, stamp := range []string{"updated_at", "last_password_reset"} {
				delete(profile, stamp)
				delete(want.(member), stamp)
			}
			assert.Equal(t, want, any(profile), x.ID)
		default:
			assert.Equal(t, want, profile["identities"], x.ID)
		}
	}
	assert.Equal(t, map[string]int{"create": 58, "update": 16, "link": 4, "unlink": 5}, n)
}

// The answer to a hostile line is bounded in size, and the next line is answered.
func TestBounds(t *testing.T) {
	const fine = `{"op":"merge","mode":"deep","base":{"a":1},"patch":{"b":2}}`
	nested := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	member := strings.Repeat("n", 100_000)
	nulls := strings.Repeat("null,", 9_999) + "null"
	ones := strings.ReplaceAll(nulls, "null", "[1]")
	members := func(value string) string {
		var b strings.Builder
		for i := range 20_000 {
			fmt.Fprintf(&b, `"k%d":%s,`, i, value)
		}
		return "{" + strings.TrimSuffix(b.String(), ",") + "}"
	}
	for name, line := range map[string]string{
		"a link whose result is too deep": `{"op":"link","primary":{"x":` + nested(9_998) + `,"identities":[{"provider":"a","user_id":"1"}]},"secondary":{"identities":[{"provider":"b","user_id":"2"}]}}`,
		"warnings under a long name":      `{"op":"validate","payload":{"user_metadata":{"` + member + `":[` + nulls + `]}}}`,
		"changes under a long name":       `{"op":"apply","user":{"user_metadata":{"` + member + `":` + members("1") + `}},"payload":{"user_metadata":{"` + member + `":` + members("2") + `}}}`,
		"unreachable under a long name":   `{"op":"diff","mode":"deep","from":{"` + member + `":{}},"to":{"` + member + `":` + members("null") + `}}`,
		"many unknown attributes":         `{"op":"roundtrip","user":` + members("1") + `}`,
		"many in a creation":              `{"op":"create","payload":{"user_metadata":{"` + member + `":[` + nulls + `]},"x":` + members("1") + `}}`,
		"many that a login removes":       `{"op":"login","cached":` + members("1") + `,"login":` + members("null") + `,"target":{}}`,
		"many that shadow":                `{"op":"rules-object","user":{"app_metadata":` + members("1") + `}}`,
		"a login that is too deep":        `{"op":"login","cached":{"identities":[{},{"provider":"p","user_id":"1"}]},"login":{"user_id":"1","x":` + nested(9_998) + `},"target":{"connection":{"kind":"social","strategy":"p"}}}`,
		"many in an identity":             `{"op":"roundtrip","user":{"identities":[` + members(`{"a":[`+ones[:40]+`1]}`) + `]}}`,
	} {
		var out bytes.Buffer
		require.NoError(t, serve(strings.NewReader(line+"\n"+fine+"\n"), &out), name)
		assert.Less(t, out.Len(), 8<<20, name)
		assert.Contains(t, out.String(), `{"line":2,"ok":true`, name)
	}
}

// An answer is written while the next line is incomplete.
func TestFlushesBeforeIncompleteLine(t *testing.T) {
	in, toServe := io.Pipe()
	fromServe, out := io.Pipe()
	go func() {
		_ = serve(in, out)
		_ = out.Close()
	}()
	go func() { _, _ = fmt.Fprint(toServe, `{"op":"rules"}`+"\n"+`{"op":`) }()
	line, err := bufio.NewReader(fromServe).ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, line, `"line":1`)
	_ = toServe.Close()
	_, err = io.Copy(io.Discard, fromServe)
	require.NoError(t, err)
}

func TestIgnoredMembersAreNamed(t *testing.T) {
	for line, want := range map[string][]any{
		`{"op":"merge","mode":"deep","bse":{"a":1},"patch":{"b":1}}`: {"bse"},
		`{"op":"merge3","base":{"a":1},"mode":"deep","patch":{}}`:    {"mode", "patch"}, // other operations take them
		`{"op":"rules","user":{}}`:                                   {"user"},
		`{"op":"roundtrip","usr":{}}`:                                {"usr"},
		`{"op":"link","primary":{},"secondary":{},"x":1}`:            {"x"},
	} {
		assert.Equal(t, want, ask(t, line)[0]["ignored"], line)
	}
	assert.NotContains(t, ask(t, `{"op":"merge","mode":"deep","base":{},"patch":{}}`)[0], "ignored")
}

// The catalogue has the readings of each rule with their sources and dates.
func TestRules(t *testing.T) {
	rules := ask(t, `{"op":"rules"}`)[0]["rules"].([]any)
	current := 0
	for _, r := range rules {
		r := r.(map[string]any)
		for _, name := range []string{"id", "statement", "severity", "evidence", "source"} {
			assert.NotEmpty(t, r[name], "%v: %s", r["id"], name)
		}
		readings, _ := r["readings"].([]any)
		for _, x := range readings {
			x := x.(map[string]any)
			for _, name := range []string{"name", "statement", "source", "date"} {
				assert.NotEmpty(t, x[name], "%v: %s", r["id"], name)
			}
			if x["current"] == true {
				current++
			}
		}
	}
	assert.Greater(t, len(rules), 100)
	assert.Greater(t, current, 3)
}

// The documentation of the command lists the operations.
func TestOperationsAreListed(t *testing.T) {
	text, err := os.ReadFile("main.go")
	require.NoError(t, err)
	_, list, _ := strings.Cut(string(text), "// Operations: ")
	list, _, _ = strings.Cut(list, ".\n")
	var names []string
	for _, op := range operations {
		names = append(names, op.name)
	}
	assert.Equal(t, strings.Join(names, ", "), strings.ReplaceAll(list, "\n// ", " "))
}
