package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/internal/recordings"
)

// ask answers the lines.
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
		{`{"op":"validate","payload":{"password":"p","email":"a@example.com"}}`, `{"ok":true,"valid":false,"violations":[{"rule":"patch.exclusive-attributes","pointer":"/password","severity":"error","evidence":"documented"}]}`},
		{`{"op":"validate","payload":{"app_metadata":{}},"user":` + u + `}`, `{"ok":true,"valid":true,"warnings":[{"rule":"patch.metadata-wipe","pointer":"/app_metadata","severity":"warning","evidence":"documented"}]}`},
		{`{"op":"apply","user":{"user_metadata":{"a":{"x":1,"y":2}}},"payload":{"user_metadata":{"a":{"x":1}}},"target":{"now":"2026-01-02T03:04:05Z"}}`,
			`{"ok":true,"valid":true,"profile":{"user_metadata":{"a":{"x":1}},"updated_at":"2026-01-02T03:04:05.000Z"},"changes":[{"pointer":"/user_metadata/a/y","kind":"removed"},{"pointer":"/updated_at","kind":"added"}],"warnings":[{"rule":"patch.replaced-object","pointer":"/user_metadata/a","severity":"warning","evidence":"documented"}]}`},
		{`{"op":"apply","user":{},"payload":{"blocked":null}}`, `{"ok":true,"valid":false,"violations":[{"rule":"patch.null","pointer":"/blocked","severity":"error","evidence":"documented"}]}`},
		{`{"op":"link","primary":` + u + `,"secondary":` + u + `}`, `{"ok":false,"error":{"kind":"refused","rule":"identities.same-identity","pointer":"/identities/0"}}`},
		{`{"op":"unlink","user":` + u + `,"provider":"auth0","user_id":1}`, `{"ok":false,"error":{"kind":"refused","rule":"identities.main-identity","pointer":"/identities/0"}}`},
		{`{"op":"unlink","user":{"identities":[]},"provider":"p","user_id":"p|1"}`, `{"ok":true,"profile":{"identities":[]},"warnings":[{"rule":"identities.nothing-unlinked","pointer":"/user_id","severity":"warning","evidence":"observed"}]}`},
		{`{"op":"create","payload":{"connection":"db","email":"Kim@example.com","password":"x"},"id":"k1","target":{"connection":{"kind":"database"},"now":"2026-01-02T03:04:05Z"}}`,
			`{"ok":true,"valid":true,"profile":{"user_id":"auth0|k1","email":"kim@example.com","email_verified":false,"name":"kim@example.com","nickname":"kim","picture":"https://s.gravatar.com/avatar/669f75780c0de8df09debe82d62aa397?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2Fki.png","identities":[{"connection":"db","user_id":"k1","provider":"auth0","isSocial":false}],"created_at":"2026-01-02T03:04:05.000Z","updated_at":"2026-01-02T03:04:05.000Z"},"effects":[{"kind":"verification-email","rule":"user.verification-email"}]}`},
		{`{"op":"create","payload":{"connection":"db","email":null}}`, `{"ok":true,"valid":false,"violations":[{"rule":"user.null","pointer":"/email","severity":"error","evidence":"documented"}]}`},
		{`{"op":"create","payload":{"connection":"db","user_id":"own","name":"N","picture":"https://example.com/p.png","nickname":"n","email":"kim@example.com","email_verified":true,"password":"p"}}`,
			`{"ok":true,"valid":true,"profile":{"user_id":"auth0|own","email":"kim@example.com","email_verified":true,"name":"N","nickname":"n","picture":"https://example.com/p.png","identities":[{"connection":"db","user_id":"own","provider":"auth0","isSocial":false}]}}`},
		{`{"op":"create","payload":[]}`, `{"ok":false,"error":{"kind":"input","pointer":"/payload"}}`},
		{`{"op":"create"}`, `{"ok":false,"error":{"kind":"input","pointer":"/payload"}}`},
		{`{"op":"create","payload":{},"id":[]}`, `{"ok":false,"error":{"kind":"input","pointer":"/id"}}`},
		{`{"op":"create","payload":{},"target":{"policies":{"user.no-such":"x"}}}`, `{"ok":false,"error":{"kind":"input","pointer":"/target/policies/user.no-such"}}`},
		{`{"op":"login","login":{"user_id":7,"email":"kim@example.com","email_verified":true,"name":"Kim","nickname":"k","picture":"https://example.com/p.png","locale":"en"},"target":{"connection":{"name":"g","strategy":"google-oauth2","kind":"social"}}}`,
			`{"ok":true,"profile":{"user_id":"google-oauth2|7","email":"kim@example.com","email_verified":true,"name":"Kim","nickname":"k","picture":"https://example.com/p.png","identities":[{"connection":"g","user_id":7,"provider":"google-oauth2","isSocial":true}],"locale":"en"},"changes":[{"pointer":"/user_id","kind":"added"},{"pointer":"/email","kind":"added"},{"pointer":"/email_verified","kind":"added"},{"pointer":"/name","kind":"added"},{"pointer":"/nickname","kind":"added"},{"pointer":"/picture","kind":"added"},{"pointer":"/identities","kind":"added"},{"pointer":"/locale","kind":"added"}]}`},
		{`{"op":"login","cached":{"name":"A","user_metadata":{"a":1}},"login":{"name":"B","user_metadata":{"b":2}},"target":{"connection":{"kind":"custom-database"},"policies":{"user.login-metadata":"merged"}}}`,
			`{"ok":true,"effects":[{"kind":"login-script","rule":"user.database-scripts"}],"profile":{"name":"B","user_metadata":{"a":1,"b":2}},"changes":[{"pointer":"/name","kind":"replaced"},{"pointer":"/user_metadata/b","kind":"added"}],"warnings":[{"rule":"user.login-metadata","pointer":"/user_metadata","severity":"warning","evidence":"observed"}]}`},
		{`{"op":"login","login":{},"target":{"connection":{"kind":"social","root_attributes":"never_on_login"}}}`, `{"ok":false,"error":{"kind":"refused","rule":"user.login-creates-none"}}`},
		{`{"op":"login","login":{}}`, `{"ok":false,"error":{"kind":"input","pointer":"/target"}}`},
		{`{"op":"login","target":{}}`, `{"ok":false,"error":{"kind":"input","pointer":"/login"}}`},
		{`{"op":"login","login":{"email":1},"target":{}}`, `{"ok":false,"error":{"kind":"input","pointer":"/login/email"}}`},
		{`{"op":"login","cached":[],"login":{},"target":{}}`, `{"ok":false,"error":{"kind":"input","pointer":"/cached"}}`},
		{`{"op":"rules-object","user":{"email":"a@example.com","blocked":false,"app_metadata":{"email":5,"x":1}}}`, `{"ok":true,"user":{"email":5,"x":1,"app_metadata":{"email":5,"x":1}},"shadowed":["email"]}`},
		{`{"op":"rules-object","user":{}}`, `{"ok":true,"user":{}}`},
		{`{"op":"rules-object"}`, `{"ok":false,"error":{"kind":"input","pointer":"/user"}}`},
		{`{"op":"stage","trigger":"post-login","user":{"user_id":"auth0|1","blocked":true,"user_metadata":{"a":1}},"steps":[{"set_user_metadata":["a",1]},{"set_user_metadata":["b",{"c":2}]},{"next_action":true},{"set_app_metadata":["n",null]},{"redirect":true},{"set_user_metadata":["a",null]},{"deny":true}]}`,
			`{"ok":true,"payloads":[{"user_metadata":{"b":{"c":2}},"app_metadata":{"n":null}},{"user_metadata":{"a":null}}],"event_users":[{"user_id":"auth0|1","user_metadata":{"a":1},"app_metadata":{}},{"user_id":"auth0|1","user_metadata":{"a":1,"b":{"c":2}},"app_metadata":{}}],"profile":{"user_id":"auth0|1","blocked":true,"user_metadata":{"b":{"c":2}}},"warnings":[{"rule":"patch.action-null","pointer":"/app_metadata/n","severity":"warning","evidence":"observed"}]}`},
		{`{"op":"stage","trigger":"custom-token-exchange","user":{},"steps":[{"next_action":true}]}`, `{"ok":true,"event_users":[null,null],"profile":{}}`},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[{"management_update":{"name":"A"}},{"next_action":true}],"policies":{"patch.direct-update":"unseen"}}`,
			`{"ok":true,"payloads":[{"name":"A"}],"event_users":[{"user_metadata":{},"app_metadata":{}},{"user_metadata":{},"app_metadata":{}}],"profile":{"name":"A"},"warnings":[{"rule":"patch.direct-update","pointer":"/steps/0/management_update","severity":"warning","evidence":"disputed"}]}`},
		{`{"op":"stage","trigger":"post-user-registration","user":{},"steps":[{"set_user_metadata":["a",1]}]}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.action-method","pointer":"/steps/0/set_user_metadata"}}`},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[{"set_user_metadata":["a"]}]}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.action-undefined","pointer":"/steps/0/set_user_metadata"}}`},
		{`{"op":"stage","trigger":"post-login","user":{},"steps":[{"set_user_metadata":["a"]}],"policies":{"patch.action-undefined":"lenient"}}`,
			`{"ok":true,"event_users":[{"user_metadata":{},"app_metadata":{}}],"profile":{},"warnings":[{"rule":"patch.action-undefined","pointer":"/steps/0/set_user_metadata","severity":"warning","evidence":"disputed"}]}`},
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
		// Beside what cannot be reached is what can.
		{`{"op":"payload-diff","from":{"logins_count":1,"name":"A"},"to":{"name":"B"}}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.unreachable","pointer":"/logins_count"},"payload":{"name":"B"}}`},
		{`{"op":"inverse","user":{"name":"A"},"payload":{"name":"B","password":"p"}}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.unreachable","pointer":"/password"},"payload":{"name":"A"}}`},
		{`{"op":"plan","from":{"name":"A","identities":[]},"to":{"name":"B"}}`, `{"ok":false,"error":{"kind":"refused","rule":"patch.unreachable","pointer":"/identities"},"payloads":[{"name":"B"}]}`},
		// Of a user there is more to warn of.
		{`{"op":"validate","payload":{"email":"b@example.com"}}`, `{"ok":true,"valid":true}`},
		{`{"op":"validate","payload":{"email":"b@example.com"},"user":` + u + `}`, `{"ok":true,"valid":true,"warnings":[{"rule":"patch.email-keeps-verified","pointer":"/email","severity":"warning","evidence":"inferred"}]}`},
		{`{"op":"form","form":{"Name":"","Metadata":{}},"pass_empty_values":true}`, `{"ok":true,"payload":{"name":null,"user_metadata":{}},"warnings":[{"rule":"patch.metadata-wipe","pointer":"/user_metadata","severity":"warning","evidence":"documented"}]}`},
		{`{"op":"form","form":{"Name":""},"pass_empty_values":false}`, `{"ok":true,"payload":{}}`},
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
		{`{"op":"roundtrip","user":{"email":5}}`, `{"ok":false,"error":{"kind":"input","pointer":"/user/email"}}`},
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

// withoutMessages drops the words, which may change.
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

// Each hostile line is answered, and so is the line after it.
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
		{`{"op":"stage","trigger":"post-login","user":{"x":"` + text + `"},"steps":[` + steps + `{"deny":true}]}`, true},
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

func TestStreams(t *testing.T) {
	in, toServe := io.Pipe()
	fromServe, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- serve(in, out)
		_ = out.Close()
	}()
	answers := bufio.NewScanner(fromServe)
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

// Every recorded creation, update, link and unlink comes out as recorded, but for
// timestamps.
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

// What a hostile line makes of the library stays within bounds, and costs no
// other line its answer.
func TestBounds(t *testing.T) {
	const fine = `{"op":"merge","mode":"deep","base":{"a":1},"patch":{"b":2}}`
	nested := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	name := strings.Repeat("n", 100_000)
	nulls := strings.Repeat("null,", 9_999) + "null"
	ones := strings.ReplaceAll(nulls, "null", "[1]")
	members := func(value string) string {
		var b strings.Builder
		for i := range 20_000 {
			fmt.Fprintf(&b, `"k%d":%s,`, i, value)
		}
		return "{" + strings.TrimSuffix(b.String(), ",") + "}"
	}
	for what, line := range map[string]string{
		"a link whose result is too deep": `{"op":"link","primary":{"x":` + nested(9_998) + `,"identities":[{"provider":"a","user_id":"1"}]},"secondary":{"identities":[{"provider":"b","user_id":"2"}]}}`,
		"warnings under a long name":      `{"op":"validate","payload":{"user_metadata":{"` + name + `":[` + nulls + `]}}}`,
		"changes under a long name":       `{"op":"apply","user":{"user_metadata":{"` + name + `":` + members("1") + `}},"payload":{"user_metadata":{"` + name + `":` + members("2") + `}}}`,
		"unreachable under a long name":   `{"op":"diff","mode":"deep","from":{"` + name + `":{}},"to":{"` + name + `":` + members("null") + `}}`,
		"many unknown attributes":         `{"op":"roundtrip","user":` + members("1") + `}`,
		"many in a creation":              `{"op":"create","payload":{"user_metadata":{"` + name + `":[` + nulls + `]},"x":` + members("1") + `}}`,
		"many that a login removes":       `{"op":"login","cached":` + members("1") + `,"login":` + members("null") + `,"target":{}}`,
		"many that shadow":                `{"op":"rules-object","user":{"app_metadata":` + members("1") + `}}`,
		"a login that is too deep":        `{"op":"login","cached":{"identities":[{},{"provider":"p","user_id":"1"}]},"login":{"user_id":"1","x":` + nested(9_998) + `},"target":{"connection":{"kind":"social","strategy":"p"}}}`,
		"many in an identity":             `{"op":"roundtrip","user":{"identities":[` + members(`{"a":[`+ones[:40]+`1]}`) + `]}}`,
	} {
		var out bytes.Buffer
		require.NoError(t, serve(strings.NewReader(line+"\n"+fine+"\n"), &out), what)
		assert.Less(t, out.Len(), 8<<20, what)
		assert.Contains(t, out.String(), `{"line":2,"ok":true`, what)
	}
}

// An answer comes while the next line is only begun.
func TestFlushesInMidLine(t *testing.T) {
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

func TestMisspeltArgumentsAreNamed(t *testing.T) {
	a := ask(t, `{"op":"merge","mode":"deep","bse":{"a":1},"patch":{"b":1}}`)[0]
	assert.Equal(t, []any{"bse"}, a["ignored"])
}
